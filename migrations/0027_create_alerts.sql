-- What the watchdog missed: a slot that should have been seen by now. One alert per slot, whatever happens to it later.
CREATE TABLE alerts (
    id          INTEGER NOT NULL PRIMARY KEY,
    user_id     INTEGER NOT NULL,
    task        TEXT    NOT NULL,
    due_at      INTEGER NOT NULL,
    until_at    INTEGER NOT NULL,
    raised_at   INTEGER NOT NULL,
    detail      TEXT    NOT NULL,
    resolved_at INTEGER,
    resolved_by INTEGER,
    resolution  TEXT    NOT NULL DEFAULT '',
    UNIQUE (user_id, task, due_at)
) STRICT;

-- Few are open, and each minute those are looked at again.
CREATE INDEX alerts_open ON alerts (user_id) WHERE resolved_at IS NULL;

-- An admin looks at a day over all users.
CREATE INDEX slots_by_day ON slots (day, due_at);
