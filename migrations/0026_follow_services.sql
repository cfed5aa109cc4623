-- Since when a service is on tells the watchdog, without the scheduler's help, what to expect of it.
ALTER TABLE service_status ADD COLUMN started_at INTEGER;
ALTER TABLE service_status ADD COLUMN last_task_at INTEGER;

-- What happened to a user's services: starts, stops, failures, single runs.
CREATE TABLE service_log (
    id      INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    level   TEXT    NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
    event   TEXT    NOT NULL,
    message TEXT    NOT NULL
) STRICT;

CREATE INDEX service_log_of_user ON service_log (user_id);
