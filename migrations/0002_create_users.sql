-- Who is served. Users are deactivated, never deleted, because their orders must stay accounted for; for the same
-- reason other tables name a user without a foreign key, which would cost a look-up in each of the hot writes.
-- Amounts are paise, instants are milliseconds since 1970-01-01T00:00:00Z, days are IST dates such as 2025-01-02.
CREATE TABLE users (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    role       TEXT    NOT NULL CHECK (role IN ('admin', 'user')),
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    capital    INTEGER NOT NULL,
    strategy   TEXT    NOT NULL,
    limits     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
