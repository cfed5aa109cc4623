-- Which service of the user a scheduled run belongs to; none for a run that somebody asked for.
ALTER TABLE runs ADD COLUMN service TEXT CHECK (service IN ('unified', 'individual'));
UPDATE runs SET service = 'unified' WHERE trigger = 'scheduled';
-- Few among the runs of years.
CREATE INDEX runs_individual ON runs (user_id, task, started_at) WHERE service = 'individual';
