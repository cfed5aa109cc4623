-- Findings. Those without a user are shared by all; what a user did with one of them stands in signal_statuses.
CREATE TABLE signals (
    id           INTEGER NOT NULL PRIMARY KEY,
    user_id      INTEGER,
    symbol       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    day          TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    data         TEXT    NOT NULL
) STRICT;

CREATE INDEX signals_of_day ON signals (user_id, day);
CREATE INDEX signals_active ON signals (user_id) WHERE status = 'active';

CREATE TABLE signal_statuses (
    user_id   INTEGER NOT NULL,
    signal_id INTEGER NOT NULL,
    status    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (user_id, signal_id)
) STRICT, WITHOUT ROWID;
