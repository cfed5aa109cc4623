-- Slots without an outcome are few; a start has to find those that an earlier process left behind.
CREATE INDEX slots_open ON slots (day) WHERE outcome IS NULL;
