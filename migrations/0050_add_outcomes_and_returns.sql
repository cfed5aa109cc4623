-- What came of an attempt that the audit log holds: the entry is written before the change, so its outcome comes later. The hash
-- binds it to its entry. No row of an entry means that nobody knows: the daemon, or the connection, ended before the answer.
CREATE TABLE audit_outcomes (
    entry  INTEGER NOT NULL PRIMARY KEY REFERENCES audit (id),
    status INTEGER NOT NULL,
    code   TEXT    NOT NULL,
    hash   BLOB    NOT NULL
) STRICT;

CREATE TRIGGER audit_outcome_is_not_changed BEFORE UPDATE ON audit_outcomes
BEGIN SELECT RAISE(ABORT, 'the outcome of an audit entry cannot be changed'); END;

CREATE TRIGGER audit_outcome_is_not_deleted BEFORE DELETE ON audit_outcomes
BEGIN SELECT RAISE(ABORT, 'the outcome of an audit entry cannot be deleted'); END;

-- The first version of the schedules that has a task: a task that was removed and added again is in none of those before, by
-- which services may still run.
ALTER TABLE tasks ADD COLUMN schedules_from INTEGER NOT NULL DEFAULT 0;
