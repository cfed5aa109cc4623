-- A slot whose run ended as `unavailable` is tried again, as the manifest of its task says. This is when, or when it was the last time;
-- none for slots that were never tried again, and none any more once a slot has its outcome.
ALTER TABLE slots ADD COLUMN retry_at INTEGER;
