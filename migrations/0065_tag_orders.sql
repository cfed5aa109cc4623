-- Orders carry the tag that their broker knows them by, and with them the books. They are folded from the journal once, and kept
-- again with the next close. An order from before this has no tag: its id is what the broker was given.
DELETE FROM snapshots;
