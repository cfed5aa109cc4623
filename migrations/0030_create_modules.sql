-- The bytes of components by their content's hash; a task's versions refer to them.
CREATE TABLE module_bytes (
    hash  TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- The versions of each task's module, numbered from 1 and never again used for something else.
CREATE TABLE modules (
    task             TEXT    NOT NULL,
    version          INTEGER NOT NULL,
    hash             TEXT    NOT NULL,
    origin           TEXT    NOT NULL CHECK (origin IN ('built_in', 'uploaded', 'watched')),
    info             TEXT    NOT NULL,
    size             INTEGER NOT NULL,
    added_at         INTEGER NOT NULL,
    added_by         INTEGER,
    quarantined_at   INTEGER,
    quarantine       TEXT    NOT NULL DEFAULT '',
    removed_at       INTEGER,
    PRIMARY KEY (task, version),
    UNIQUE (task, hash)
) STRICT;

-- Which version ran from when on; the newest row of a task is what is active.
CREATE TABLE module_activations (
    id        INTEGER NOT NULL PRIMARY KEY,
    task      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    by_user   INTEGER,
    reason    TEXT    NOT NULL
) STRICT;
CREATE INDEX module_activations_of_task ON module_activations (task, id);

-- Users who stay with a version, whatever is active for the others.
CREATE TABLE module_pins (
    user_id   INTEGER NOT NULL,
    task      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    by_user   INTEGER NOT NULL,
    PRIMARY KEY (user_id, task)
) STRICT;
