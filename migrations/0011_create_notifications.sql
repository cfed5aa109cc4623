-- Messages to a user, newest last.
CREATE TABLE notifications (
    id      INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    level   TEXT    NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    title   TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    run_id  INTEGER
) STRICT;

CREATE INDEX notifications_of_user ON notifications (user_id);
