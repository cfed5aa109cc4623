-- What a run cost the host and left behind. It is shown beside what was granted, and the runs of a day are summed up for what the
-- next one of the task may still leave.
ALTER TABLE runs ADD COLUMN host_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN host_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN refused_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN order_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN decisions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN decision_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN notifications INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN log_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN signals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN state_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN recording_bytes INTEGER NOT NULL DEFAULT 0;
-- Entries that its orders made in the journal: what is refused before that is no reason to keep a recording for good. Of earlier
-- runs it is not known, so all that named an order keep theirs.
ALTER TABLE runs ADD COLUMN journaled INTEGER;
