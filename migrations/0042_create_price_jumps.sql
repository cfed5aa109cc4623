-- Opens outside the exchange's band: what an admin has said of them, and which are not explained yet. Nobody buys such a
-- share, and nobody who holds it trades it, until somebody has.
CREATE TABLE price_jumps (
    symbol         TEXT    NOT NULL,
    day            TEXT    NOT NULL,
    open           INTEGER NOT NULL,
    previous_day   TEXT    NOT NULL,
    previous_close INTEGER NOT NULL,
    noticed_at     INTEGER NOT NULL,
    explained_at   INTEGER,
    explained_by   INTEGER,
    explanation    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (symbol, day)
) STRICT, WITHOUT ROWID;
