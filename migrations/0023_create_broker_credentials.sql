-- What a broker's log-in needs, sealed under a key that is not in the database; `fields` names which parts are there.
CREATE TABLE broker_credentials (
    user_id    INTEGER NOT NULL PRIMARY KEY,
    broker     TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    fields     TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
