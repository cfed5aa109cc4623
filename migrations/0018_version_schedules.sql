-- A version is one of the whole set of schedules: a change of several tasks is one version, and a task's row stands until
-- a later version has another one. So a running service can name the set it was started with by one number. The table
-- of 0009 counted per task and was never written to.
DROP TABLE schedules;

CREATE TABLE schedules (
    task        TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    rule        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    changed_by  INTEGER,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (task, version)
) STRICT, WITHOUT ROWID;
