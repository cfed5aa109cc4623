-- Who is logged in. Of what the browser holds only the hash is kept; a session that has ended is deleted. Instants here
-- and in the tables of tokens, links and audit are real time, also where the daemon's clock is another.
CREATE TABLE sessions (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hash       BLOB    NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT    NOT NULL
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id);
