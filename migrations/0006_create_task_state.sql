-- Key-value memory of a user's task; changed only in the transaction that finishes a run.
CREATE TABLE task_state (
    user_id INTEGER NOT NULL,
    task    TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    value   BLOB    NOT NULL,
    PRIMARY KEY (user_id, task, key)
) STRICT, WITHOUT ROWID;
