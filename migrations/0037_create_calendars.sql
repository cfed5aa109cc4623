-- The calendar in versions: the newest is in force, the others are its history. The document is the whole calendar as JSON.
CREATE TABLE calendars (
    version       INTEGER PRIMARY KEY CHECK (version > 0),
    origin        TEXT    NOT NULL,
    as_of         TEXT    NOT NULL,
    known_through TEXT    NOT NULL,
    document      TEXT    NOT NULL,
    imported_by   INTEGER,
    imported_at   INTEGER NOT NULL
) STRICT;
