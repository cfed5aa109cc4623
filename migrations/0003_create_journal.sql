-- The order journal is the truth about orders; a book is the fold of its user's entries, and a snapshot saves folding
-- them from the first. Clustered by user and sequence, because it is only ever read as one user's range.
CREATE TABLE journal (
    user_id  INTEGER NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    order_id TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    event    TEXT    NOT NULL,
    data     TEXT    NOT NULL,
    PRIMARY KEY (user_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    user_id          INTEGER NOT NULL PRIMARY KEY,
    through_sequence INTEGER NOT NULL,
    data             BLOB    NOT NULL
) STRICT;
