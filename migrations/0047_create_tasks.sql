-- Tasks are an open set: what each of them is stands here, as the operator accepted it. A task that was removed keeps its row, so
-- that its history can be read.
CREATE TABLE tasks (
    task        TEXT    NOT NULL PRIMARY KEY,
    manifest    TEXT    NOT NULL,
    accepted_at INTEGER NOT NULL,
    accepted_by INTEGER,
    removed_at  INTEGER
) STRICT;
-- The manifest that a version exports; none of those that were built against an interface without one.
ALTER TABLE modules ADD COLUMN manifest TEXT;
