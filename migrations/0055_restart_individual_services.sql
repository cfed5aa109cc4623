-- What becomes of an individual service whose process ended by itself. How many restarts it had in a row, and when the next one
-- is due, are kept so that a service that waited when the daemon ended is found, stopped and told of like one that ran.
ALTER TABLE individual_service_status ADD COLUMN restart TEXT NOT NULL DEFAULT 'never'
    CHECK (restart IN ('never', 'on_failure'));
ALTER TABLE individual_service_status ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0);
ALTER TABLE individual_service_status ADD COLUMN next_restart_at INTEGER
    CHECK (next_restart_at IS NULL OR running = 0);

-- Since when there is the row, and when it last changed; unknown of rows from before.
ALTER TABLE individual_service_status ADD COLUMN created_at INTEGER;
ALTER TABLE individual_service_status ADD COLUMN updated_at INTEGER;
