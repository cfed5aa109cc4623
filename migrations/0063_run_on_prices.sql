-- Runs beside the ticks of a session, because a price changed: which tasks a user lets do so, none by default, ...
ALTER TABLE users ADD COLUMN price_runs TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN price_runs_version INTEGER NOT NULL DEFAULT 1;

-- ... and the price that such a run happened because of: all three, or none of any other run.
ALTER TABLE runs ADD COLUMN cause_symbol TEXT;
ALTER TABLE runs ADD COLUMN cause_price INTEGER;
ALTER TABLE runs ADD COLUMN cause_at INTEGER;
-- Few among the runs of years: those of a user and day are counted.
CREATE INDEX runs_on_price ON runs (user_id, started_at) WHERE cause_symbol IS NOT NULL;
-- The same for the list of a task's runs on one share.
CREATE INDEX runs_of_task_on_price ON runs (user_id, task, cause_symbol, started_at) WHERE cause_symbol > '';
