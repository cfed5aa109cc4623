-- Who changed what. Entries are only ever added; each holds the hash of the one before it and of its own content, so that
-- whoever changes or removes one has to write all later ones anew.
CREATE TABLE audit (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    user_id  INTEGER,
    via      TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    resource TEXT    NOT NULL,
    details  TEXT    NOT NULL,
    address  TEXT    NOT NULL,
    previous BLOB    NOT NULL,
    hash     BLOB    NOT NULL
) STRICT;

CREATE INDEX audit_of_user ON audit (user_id);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'an audit entry cannot be changed'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'an audit entry cannot be deleted'); END;
