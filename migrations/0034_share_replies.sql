-- What many recordings have in common (the candles that users were given alike), once each, under the hash of what it says.
-- They have no owner, so nothing of a user may stand here.
CREATE TABLE shared_replies (
    hash BLOB NOT NULL PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
-- In how many recordings each is used; apart from the data, so that counting does not write the data again.
CREATE TABLE shared_reply_uses (
    hash BLOB    NOT NULL PRIMARY KEY,
    uses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The hashes that a recording uses, one after the other: whoever deletes it counts down without reading it.
ALTER TABLE recordings ADD COLUMN replies BLOB NOT NULL DEFAULT x'';
