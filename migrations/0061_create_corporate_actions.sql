-- Corporate actions by ex-date: who told them, how far they have come. One row for each kind on a day of a share, whoever tells
-- it; it is never deleted. What an action changed in a user's books stands in their journal.
CREATE TABLE corporate_actions (
    id         INTEGER PRIMARY KEY,
    symbol     TEXT    NOT NULL,
    ex_day     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    -- The action as JSON, with its figures, its source and the note.
    data       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('announced', 'applied', 'undone')),
    -- By how much prices of before are multiplied, where only the open of the ex-date says it: two whole numbers.
    numerator   INTEGER,
    denominator INTEGER,
    known_at   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT    NOT NULL,
    reason     TEXT    NOT NULL DEFAULT '',
    UNIQUE (symbol, ex_day, kind)
) STRICT;

CREATE INDEX corporate_actions_by_day ON corporate_actions (ex_day, id);

-- The books hold income and the numbers of actions now. They are folded from the journal once, and kept again with the next close.
DELETE FROM snapshots;
