-- Where messages to a user go beside the console. What is needed to send there, an address and a key, is sealed; `shown` is all
-- that pages and logs say of it. `chat_id` is the number of a chat, by which commands from it find their user. `ended_reason` is why
-- the receiver takes nothing any more; the channel stays to be read, and gets nothing until it is tried again.
CREATE TABLE channels (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('webhook', 'telegram', 'email')),
    name       TEXT    NOT NULL,
    shown      TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    chat_id    INTEGER UNIQUE,
    ended_reason TEXT  NOT NULL DEFAULT '',
    CHECK ((chat_id IS NOT NULL) = (kind = 'telegram'))
) STRICT;

CREATE INDEX channels_of_user ON channels (user_id);

-- By what messages of some kinds leave: the installation's bot and its mail server, with what is secret of them sealed. They belong to
-- no user; `shown` is JSON that an admin reads.
CREATE TABLE carriers (
    id         INTEGER NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL UNIQUE CHECK (kind IN ('telegram', 'email')),
    shown      TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

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
