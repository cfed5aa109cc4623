-- Each change of a grant has a number, so that whoever changes one is told when somebody else was faster. The numbers go on over all
-- grants, also over removed ones: the number of a removed grant is never that of another.
ALTER TABLE grants ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
