-- Facts about the database as a whole: the seed, the virtual clock's cursor and the like, one row each.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
