-- The unified service of each user, so that those that were running are started again after a restart.
CREATE TABLE service_status (
    user_id          INTEGER NOT NULL PRIMARY KEY,
    running          INTEGER NOT NULL CHECK (running IN (0, 1)),
    heartbeat        INTEGER,
    last_task        TEXT,
    error_count      INTEGER NOT NULL,
    last_error       TEXT    NOT NULL,
    schedule_version INTEGER NOT NULL
) STRICT;
