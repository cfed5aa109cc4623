-- What of a user is halted: everything (no symbol), or the orders of one symbol. Nothing of it is sent until an admin lifts
-- the halt and says why. Rows stay, as a history.
CREATE TABLE halts (
    id          INTEGER NOT NULL PRIMARY KEY,
    user_id     INTEGER NOT NULL,
    symbol      TEXT,
    code        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    since       INTEGER NOT NULL,
    lifted_at   INTEGER,
    lifted_by   INTEGER,
    explanation TEXT    NOT NULL DEFAULT ''
) STRICT;

-- One open halt of a user, and one of each symbol; the open ones are read at each start.
CREATE UNIQUE INDEX halts_open ON halts (user_id, coalesce(symbol, '')) WHERE lifted_at IS NULL;
