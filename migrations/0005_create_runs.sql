-- One row per execution of a task, written before it has any effect; no outcome means that it is executing.
CREATE TABLE runs (
    id          INTEGER NOT NULL PRIMARY KEY,
    user_id     INTEGER NOT NULL,
    task        TEXT    NOT NULL,
    slot_due    INTEGER,
    trigger     TEXT    NOT NULL CHECK (trigger IN ('scheduled', 'run_once', 'manual')),
    module_hash TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    outcome     TEXT,
    detail      TEXT    NOT NULL DEFAULT '',
    finished_at INTEGER,
    cpu_micros  INTEGER NOT NULL DEFAULT 0,
    peak_memory INTEGER NOT NULL DEFAULT 0,
    calls       INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Newest runs of a user's task; the row id, which is the run's, is the last part of every index.
CREATE INDEX runs_of_task ON runs (user_id, task);
-- Found at start without reading years of runs.
CREATE INDEX runs_executing ON runs (user_id, task, started_at) WHERE outcome IS NULL;

-- Recordings are large and kept for a shorter time than the runs they belong to.
CREATE TABLE recordings (
    run_id  INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    data    BLOB    NOT NULL
) STRICT;

-- Decisions and log lines of a run as JSON arrays: they are written once and read together, and a row for each of them
-- would be most of the writer's work.
CREATE TABLE run_notes (
    run_id    INTEGER NOT NULL PRIMARY KEY,
    user_id   INTEGER NOT NULL,
    decisions TEXT    NOT NULL,
    log       TEXT    NOT NULL
) STRICT;
