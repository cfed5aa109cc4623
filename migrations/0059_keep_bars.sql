-- Bars of closed days that a source over the net was asked for, so that each is asked for once. They belong to nobody: they hold what
-- the market said.

-- The bars of a share in a year, under the hash of what they say; what they look like the source knows.
CREATE TABLE bar_pages (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    data BLOB NOT NULL
) STRICT;

-- What was asked for of a share: from which day on, and when last.
CREATE TABLE bar_shares (
    source     TEXT NOT NULL,
    symbol     TEXT NOT NULL,
    listed     INTEGER NOT NULL CHECK (listed IN (0, 1)),
    from_day   TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (source, symbol)
) STRICT, WITHOUT ROWID;

-- The years of a share. A year that was restated has a further version, of which the highest counts.
CREATE TABLE bar_years (
    source    TEXT NOT NULL,
    symbol    TEXT NOT NULL,
    year      INTEGER NOT NULL,
    version   INTEGER NOT NULL CHECK (version >= 1),
    hash      BLOB NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (source, symbol, year, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX bar_years_of_page ON bar_years (hash);
CREATE INDEX bar_shares_by_age ON bar_shares (source, fetched_at);
