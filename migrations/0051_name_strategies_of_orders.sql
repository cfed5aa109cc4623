-- Orders belong to the strategy of the task that placed them; those of before belong to the one that there was.
ALTER TABLE orders ADD COLUMN strategy TEXT NOT NULL DEFAULT 'rebound';

-- The books hold lots by strategy now. They are folded from the journal once, and kept again with the next close.
DELETE FROM snapshots;
