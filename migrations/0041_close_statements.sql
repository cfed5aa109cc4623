-- Whether the date was over when its statement was written. Until then a task may have a statement written of the date so
-- far, and the daemon writes it anew at the end of the date. Of the last date of each user that is not known.
ALTER TABLE statements ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
UPDATE statements SET closed = 1
WHERE day < (SELECT max(later.day) FROM statements AS later WHERE later.user_id = statements.user_id);
