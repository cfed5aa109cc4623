-- The orders of one run, the fills of a user by time, and the lists of everybody: each is a walk of an index, newest first.

CREATE INDEX orders_of_run ON orders (user_id, data ->> '$.run', day, number);
CREATE INDEX orders_of_all ON orders (day, placed_at, id);

-- Few among the runs of years; those of one outcome stand in the order of their numbers.
CREATE INDEX runs_not_succeeded_of_all ON runs (outcome) WHERE outcome <> 'succeeded';

CREATE INDEX journal_fills ON journal (user_id, at, sequence) WHERE event = 'filled';
