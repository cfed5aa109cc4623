-- How users prove who they are. A user without a row here, or without a password in it, cannot log in; those that a
-- simulation makes never have one. Passwords are argon2id hashes, authenticator secrets are sealed under a key that is
-- not in the database. `totp_step` is the last half minute whose code was used, so that no code is used twice.
CREATE TABLE log_ins (
    user_id             INTEGER NOT NULL PRIMARY KEY,
    password_hash       TEXT,
    password_changed_at INTEGER,
    totp                BLOB,
    totp_pending        BLOB,
    totp_step           INTEGER NOT NULL
) STRICT;

-- What stands in for a lost authenticator, each once.
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL,
    hash    BLOB    NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;
