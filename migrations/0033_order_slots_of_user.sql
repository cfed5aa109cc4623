-- A user's day in its order. Without the order in it, the index over everybody's day looked better to the planner, and
-- each user's day was read out of the slots of all.
DROP INDEX slots_of_day;
CREATE INDEX slots_of_user_by_day ON slots (user_id, day, due_at);
