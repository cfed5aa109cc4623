-- What is known of users' logins at their brokers. A daemon that starts again goes on from the newest date of each: a broker locks an
-- account after some refusals, however often the daemon was restarted between them.
CREATE TABLE broker_logins (
    user_id         INTEGER NOT NULL,
    broker          TEXT    NOT NULL,
    -- The trading date of the counts; what follows them goes over to the next date.
    day             TEXT    NOT NULL,
    tried           INTEGER NOT NULL,
    succeeded       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    -- Those of the succeeded that do not count any more, because a person allowed further ones.
    forgiven        INTEGER NOT NULL,
    -- Whether a session was doubted on the date, which is done once.
    doubted         INTEGER NOT NULL CHECK (doubted IN (0, 1)),
    -- In a row: refused logins, and logins that helped nothing.
    refusals        INTEGER NOT NULL,
    fruitless       INTEGER NOT NULL,
    -- When the login that is under way began: written before anything is sent.
    begun_at        INTEGER,
    blocked_at      INTEGER,
    blocked_reason  TEXT,
    cooling_until   INTEGER,
    cooling_reason  TEXT,
    last_success_at INTEGER,
    -- The half minute whose one-time code was used last.
    last_step       INTEGER,
    CHECK ((blocked_at IS NULL) = (blocked_reason IS NULL)),
    CHECK ((cooling_until IS NULL) = (cooling_reason IS NULL)),
    PRIMARY KEY (user_id, broker, day)
) STRICT, WITHOUT ROWID;

-- The session of a trading date, sealed under a key that is not in the database. It goes with its date, and before that whenever the
-- daemon forgets it.
CREATE TABLE broker_sessions (
    id      INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    broker  TEXT    NOT NULL,
    day     TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    UNIQUE (user_id, broker)
) STRICT;
