-- Which users' simulated brokers misbehave on purpose, how, and until when. One row of a user at most; it goes when the
-- misbehaviour ends.
CREATE TABLE broker_chaos (
    user_id    INTEGER NOT NULL PRIMARY KEY,
    late_ms    INTEGER,
    lose_every INTEGER,
    lag_ms     INTEGER,
    down       INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    set_by     INTEGER NOT NULL
) STRICT;
