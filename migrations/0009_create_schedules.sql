-- Every version of every schedule: a running service keeps the version that it was started with.
CREATE TABLE schedules (
    task        TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    rule        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    changed_by  TEXT    NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (task, version)
) STRICT, WITHOUT ROWID;
