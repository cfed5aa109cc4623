-- Each user trades over a broker of their own choice; until now there was one for everybody.
ALTER TABLE users ADD COLUMN broker TEXT NOT NULL DEFAULT 'paper';
