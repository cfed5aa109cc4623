-- What a version of a module would have done on recorded runs, and whether somebody agrees with it. The newest row of a
-- version counts.
CREATE TABLE module_trials (
    id          INTEGER NOT NULL PRIMARY KEY,
    task        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    by_user     INTEGER NOT NULL,
    report      TEXT    NOT NULL,
    accepted_at INTEGER,
    accepted_by INTEGER
) STRICT;
CREATE INDEX module_trials_of_version ON module_trials (task, version, id);
