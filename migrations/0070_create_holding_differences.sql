-- What others than Prahari trade in an account shows as a difference between the shares that the broker holds and those of the
-- books. Each that was seen twice is a row until it is booked, taken over, left to its owner, or gone.
CREATE TABLE holding_differences (
    id              INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL,
    symbol          TEXT    NOT NULL,
    cause           TEXT    NOT NULL,
    -- Shares by which the two differ.
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    broker_quantity INTEGER NOT NULL,
    book_quantity   INTEGER NOT NULL,
    -- What a share cost as the broker says it; none where it does not know.
    broker_cost     INTEGER,
    state           TEXT    NOT NULL,
    seen_at         INTEGER NOT NULL,
    ended_at        INTEGER,
    -- None where the daemon ended it by itself.
    decided_by      INTEGER,
    -- At what it was booked, and whether that is an estimate.
    price           INTEGER,
    estimated       INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1)),
    strategy        TEXT,
    detail          TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX holding_differences_open ON holding_differences (user_id, symbol) WHERE state = 'open';
CREATE INDEX holding_differences_of_user ON holding_differences (user_id, id);

-- Shares in a user's account that are not Prahari's: a person has said so.
CREATE TABLE shares_of_others (
    user_id  INTEGER NOT NULL,
    symbol   TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (user_id, symbol)
) STRICT;

-- Who has what they buy by hand taken into the books, and by which strategy. Without a row each purchase is asked about.
CREATE TABLE outside_purchases (
    user_id  INTEGER NOT NULL PRIMARY KEY,
    strategy TEXT    NOT NULL
) STRICT;
