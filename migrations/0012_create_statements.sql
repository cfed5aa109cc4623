-- The books of a user's trading date after its close.
CREATE TABLE statements (
    user_id INTEGER NOT NULL,
    day     TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;
