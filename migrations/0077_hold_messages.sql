-- A message that comes in the quiet hours of its user is held back from the channels until they end. It is queued like any other, so
-- that it can be seen and survives a restart, and gathers like a digest until then; `held` goes when it is let go.
ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1) AND held <= gathering);
