-- What people ask for: a stretch of time, the runs that did not go well or were started by hand, the orders of a share,
-- the story of one order. Without these each such question would walk through years of rows.

-- By start rather than by id, which is the same order but also finds a time.
DROP INDEX runs_of_task;
CREATE INDEX runs_of_task ON runs (user_id, task, started_at);
CREATE INDEX runs_not_succeeded ON runs (user_id, task, started_at) WHERE outcome <> 'succeeded';
CREATE INDEX runs_not_scheduled ON runs (user_id, task, started_at) WHERE trigger <> 'scheduled';

CREATE INDEX orders_of_symbol ON orders (user_id, symbol, day, number);
CREATE INDEX orders_rejected ON orders (user_id, day, number) WHERE state = 'rejected';

CREATE INDEX journal_of_order ON journal (user_id, order_id);
