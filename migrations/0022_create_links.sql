-- One-time links: to make the first admin, and to choose a password. Kept as a hash; used by exactly one.
CREATE TABLE links (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hash        BLOB    NOT NULL UNIQUE,
    purpose     TEXT    NOT NULL CHECK (purpose IN ('setup', 'password')),
    user_id     INTEGER,
    remove_totp INTEGER NOT NULL CHECK (remove_totp IN (0, 1)),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    CHECK ((purpose = 'setup') = (user_id IS NULL))
) STRICT;
