-- Where messages to a user go beside the console. What is needed to send there, an address and a key, is sealed; `shown` is all
-- that pages and logs say of it.
CREATE TABLE channels (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('webhook')),
    name       TEXT    NOT NULL,
    shown      TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX channels_of_user ON channels (user_id);

-- Each message on its way to a channel, and what became of it. It has the words of the message and the name of the channel, so
-- that it can be read when both are gone. `kind` is null of a test, `due_at` is null once it has ended.
CREATE TABLE deliveries (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL,
    channel_id   INTEGER NOT NULL,
    channel_name TEXT    NOT NULL,
    kind         TEXT,
    level        TEXT    NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    title        TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    more         INTEGER NOT NULL DEFAULT 0,
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'given_up')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    repeated     INTEGER NOT NULL DEFAULT 0 CHECK (repeated IN (0, 1)),
    reason       TEXT    NOT NULL DEFAULT '',
    due_at       INTEGER,
    ended_at     INTEGER,
    CHECK ((due_at IS NULL) = (state IN ('delivered', 'given_up'))),
    CHECK ((ended_at IS NULL) = (due_at IS NOT NULL))
) STRICT;

CREATE INDEX deliveries_of_user ON deliveries (user_id);

-- What has not ended: few rows, of which the first of each channel is looked for again and again.
CREATE INDEX deliveries_open ON deliveries (channel_id, id) WHERE due_at IS NOT NULL;

-- Tests are bounded by the hour.
CREATE INDEX deliveries_tests ON deliveries (user_id, at) WHERE kind IS NULL;
