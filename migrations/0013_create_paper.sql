-- The paper broker's own book. It plays the outside world, so nothing here is shared with the journal but the tag.
CREATE TABLE paper_orders (
    user_id INTEGER NOT NULL,
    tag     TEXT    NOT NULL,
    active  INTEGER NOT NULL CHECK (active IN (0, 1)),
    data    BLOB    NOT NULL,
    PRIMARY KEY (user_id, tag)
) STRICT;

CREATE INDEX paper_orders_active ON paper_orders (user_id) WHERE active = 1;

CREATE TABLE paper_accounts (
    user_id INTEGER NOT NULL PRIMARY KEY,
    data    BLOB    NOT NULL
) STRICT;
