-- Services of one task in a process of its own. A row that says it runs has a process behind it; one that the end of
-- the daemon left behind is stopped at the next start.
CREATE TABLE individual_service_status (
    user_id          INTEGER NOT NULL,
    task             TEXT    NOT NULL,
    running          INTEGER NOT NULL CHECK (running IN (0, 1)),
    process_id       INTEGER,
    started_at       INTEGER NOT NULL,
    stopped_at       INTEGER,
    reason           TEXT    NOT NULL,
    schedule_version INTEGER NOT NULL,
    PRIMARY KEY (user_id, task),
    CHECK (running = (process_id IS NOT NULL)),
    CHECK (running = (stopped_at IS NULL))
) STRICT, WITHOUT ROWID;
