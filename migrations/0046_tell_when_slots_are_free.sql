-- A slot that waits for other tasks of its day can start later than it is due, and its lateness counts from then. While it waits, this
-- is the time until which it waits at the latest. Slots that never waited have none.
ALTER TABLE slots ADD COLUMN free_at INTEGER;
