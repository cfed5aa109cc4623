-- A checksum over each journal entry and the one before it, so that a damaged or missing entry is found when the journal is
-- folded. A snapshot keeps the checksum of the entry it goes through, and one over itself. What is there already gets its
-- checksums from the program, in the same transaction.
ALTER TABLE journal ADD COLUMN checksum BLOB NOT NULL DEFAULT x'';
ALTER TABLE snapshots ADD COLUMN journal_checksum BLOB NOT NULL DEFAULT x'';
ALTER TABLE snapshots ADD COLUMN checksum BLOB NOT NULL DEFAULT x'';
