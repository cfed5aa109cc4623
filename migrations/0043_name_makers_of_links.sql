-- A link ends with the right by which it was made: with its maker's password, role and activity. Links that the daemon itself
-- makes at its start have no maker.
ALTER TABLE links ADD COLUMN made_by INTEGER;
