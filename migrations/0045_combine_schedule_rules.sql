-- A schedule is a list of rules, as JSON, and may wait for other tasks of its day. What was one rule is a list of one. Buying has always
-- waited for the evening's scan, until 17:30 at the latest; now its schedule says so.
ALTER TABLE schedules RENAME COLUMN rule TO rules;
UPDATE schedules SET rules = '[' || rules || ']';
ALTER TABLE schedules ADD COLUMN after TEXT;
UPDATE schedules SET after = '{"tasks":["analysis"],"latest":"17:30","then":"run"}' WHERE task = 'buy_orders';
