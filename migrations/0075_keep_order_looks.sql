-- What was looked at for orders of unknown outcome. Of each such order the first look and the newest ones are kept, and their numbers
-- count all of them. They go once the outcome is known.
CREATE TABLE order_looks (
    user_id  INTEGER NOT NULL,
    order_id TEXT    NOT NULL,
    number   INTEGER NOT NULL CHECK (number > 0),
    at       INTEGER NOT NULL,
    -- Orders of the broker's book that nobody knew and that were like it, as JSON.
    alike    TEXT    NOT NULL,
    -- What the broker's holdings said of it; none where they were not had.
    holdings TEXT,
    PRIMARY KEY (user_id, order_id, number)
) STRICT, WITHOUT ROWID;
