-- How many orders a run placed, changed or cancelled: such a run keeps its recording.
ALTER TABLE runs ADD COLUMN orders INTEGER NOT NULL DEFAULT 0;
