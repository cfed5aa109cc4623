-- What the journal says of each order, kept for queries; written in the same transaction as the entries it comes from.
CREATE TABLE orders (
    user_id    INTEGER NOT NULL,
    day        TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    symbol     TEXT    NOT NULL,
    side       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    quantity   INTEGER NOT NULL,
    filled     INTEGER NOT NULL,
    placed_at  INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    PRIMARY KEY (user_id, day, number)
) STRICT;

-- Few orders are active at a time, and they are what is asked for most.
CREATE INDEX orders_active ON orders (user_id, day, number) WHERE active = 1;
