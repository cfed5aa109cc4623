-- What a continuous slot expects is what ran and what was noted, and each of them is counted. A row of ticks may stand for
-- several of them in a row, so that a long downtime is one row.
ALTER TABLE slots ADD COLUMN ticks_skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slots ADD COLUMN ticks_missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slot_ticks ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
UPDATE slots
SET ticks_skipped = (SELECT count(*) FROM slot_ticks AS tick
                     WHERE tick.user_id = slots.user_id AND tick.task = slots.task AND tick.due_at = slots.due_at
                         AND tick.outcome = 'skipped'),
    ticks_missed = (SELECT count(*) FROM slot_ticks AS tick
                    WHERE tick.user_id = slots.user_id AND tick.task = slots.task AND tick.due_at = slots.due_at
                        AND tick.outcome = 'missed')
WHERE kind = 'continuous';
