-- When the user saw a message; none before.
ALTER TABLE notifications ADD COLUMN read_at INTEGER;

CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;
