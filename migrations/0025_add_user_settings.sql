-- What a user sets beside the strategy, and versions, so that two people who change the same settings at once do not
-- undo each other's change. `limits` stays what the admin allows; a user tightens it in `own_limits`.
ALTER TABLE users ADD COLUMN own_limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN strategy_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN limits_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN preferences_version INTEGER NOT NULL DEFAULT 1;

-- What a message is about, and why it did not disturb; null when it did.
ALTER TABLE notifications ADD COLUMN kind TEXT NOT NULL DEFAULT 'info';
ALTER TABLE notifications ADD COLUMN silence TEXT CHECK (silence IN ('switched_off', 'quiet_hours'));
