-- The last price that was seen of each share that somebody held, for the days on which the market tells none.
CREATE TABLE last_prices (
    symbol TEXT    NOT NULL PRIMARY KEY,
    price  INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
