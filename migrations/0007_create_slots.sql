-- The slot ledger: one row per expected occurrence, planned before it is due, with at most one outcome ever.
CREATE TABLE slots (
    user_id        INTEGER NOT NULL,
    task           TEXT    NOT NULL,
    due_at         INTEGER NOT NULL,
    day            TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('one_shot', 'continuous')),
    ends_at        INTEGER,
    outcome        TEXT    CHECK (outcome IN ('ran', 'skipped', 'late', 'missed', 'failed')),
    reason         TEXT    NOT NULL,
    run_id         INTEGER,
    attempts       INTEGER NOT NULL,
    ticks_expected INTEGER NOT NULL,
    ticks_ran      INTEGER NOT NULL,
    ticks_failed   INTEGER NOT NULL,
    last_tick_at   INTEGER,
    PRIMARY KEY (user_id, task, due_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX slots_of_day ON slots (user_id, day);

-- Ticks of continuous slots that were not a plain success.
CREATE TABLE slot_ticks (
    user_id INTEGER NOT NULL,
    task    TEXT    NOT NULL,
    due_at  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('ran', 'skipped', 'late', 'missed', 'failed')),
    reason  TEXT    NOT NULL,
    run_id  INTEGER,
    PRIMARY KEY (user_id, task, due_at, at)
) STRICT, WITHOUT ROWID;
