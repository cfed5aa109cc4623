-- Alerts are about more than slots: a condition of a user or of the whole installation, such as a halt or a calendar
-- that ends. One that is settled may come again; of a slot there is one alert, whatever happens to it later.
CREATE TABLE wider_alerts (
    id          INTEGER NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL,
    user_id     INTEGER,
    subject     TEXT    NOT NULL DEFAULT '',
    task        TEXT,
    due_at      INTEGER,
    until_at    INTEGER,
    raised_at   INTEGER NOT NULL,
    detail      TEXT    NOT NULL,
    resolved_at INTEGER,
    resolved_by INTEGER,
    resolution  TEXT    NOT NULL DEFAULT ''
) STRICT;

INSERT INTO wider_alerts (id, code, user_id, task, due_at, until_at, raised_at, detail, resolved_at, resolved_by, resolution)
SELECT id, 'slot_not_seen', user_id, task, due_at, until_at, raised_at, detail, resolved_at, resolved_by, resolution
FROM alerts;

DROP TABLE alerts;
ALTER TABLE wider_alerts RENAME TO alerts;

CREATE UNIQUE INDEX alerts_of_slots ON alerts (user_id, task, due_at) WHERE code = 'slot_not_seen';

-- 0 stands for the installation, which no user has as an id.
CREATE UNIQUE INDEX alerts_of_conditions ON alerts (code, coalesce(user_id, 0), subject)
    WHERE resolved_at IS NULL AND code <> 'slot_not_seen';

-- Few are open, and each minute those are looked at again.
CREATE INDEX alerts_open ON alerts (user_id) WHERE resolved_at IS NULL;
