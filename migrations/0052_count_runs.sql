-- What a run counted, as its summary says: a JSON array of names and numbers, NULL when it counted nothing. It stands at the run
-- because it lives as long as the run does. How many more there were than are kept is beside it.
ALTER TABLE runs ADD COLUMN counters TEXT;
ALTER TABLE runs ADD COLUMN counters_left_out INTEGER NOT NULL DEFAULT 0;
