-- The trading state that a user or an admin has set: state, reason, since when and by whom, of each of the two. Halted is the
-- kill switch in the limits, so both change in one write and have one version, that of the limits.
ALTER TABLE users ADD COLUMN trading_state TEXT NOT NULL DEFAULT '{}';
