-- What the doctor found of each user in the morning of each trading date: one look of each date, which is why the date is in the key.
CREATE TABLE readiness (
    user_id   INTEGER NOT NULL,
    day       TEXT NOT NULL,
    due_at    INTEGER NOT NULL,
    -- When it looked; none when it was missed.
    looked_at INTEGER,
    outcome   TEXT NOT NULL CHECK (outcome IN ('ok', 'warning', 'failed', 'missed')),
    -- Why it looked late or not at all; empty when it looked in time.
    reason    TEXT NOT NULL,
    -- The checks, as JSON.
    checks    TEXT NOT NULL,
    PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX readiness_by_day ON readiness (day);
