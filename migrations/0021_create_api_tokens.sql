-- What scripts log in with. Shown once, kept as a hash; a revoked token stays listed.
CREATE TABLE api_tokens (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hash       BLOB    NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    scope      TEXT    NOT NULL CHECK (scope IN ('read', 'control', 'admin')),
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE INDEX api_tokens_of_user ON api_tokens (user_id);
