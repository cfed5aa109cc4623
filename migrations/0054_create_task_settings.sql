-- What users set for tasks, as the tasks' own schemas describe it: each change is a version, and the newest of a user and a
-- task is in force. The host knows nothing of what is in it, so it is one document.
CREATE TABLE task_settings (
    user_id    INTEGER NOT NULL,
    task       TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    settings   TEXT    NOT NULL,
    changed_by INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, task, version)
) STRICT, WITHOUT ROWID;
