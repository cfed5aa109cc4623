-- Many messages of a kind within a short time become one delivery, a digest, which waits a moment for further ones and has their
-- titles for a text. `digest` stays, `gathering` goes once it waits no more.
ALTER TABLE deliveries ADD COLUMN digest INTEGER NOT NULL DEFAULT 0 CHECK (digest IN (0, 1));
ALTER TABLE deliveries ADD COLUMN gathering INTEGER NOT NULL DEFAULT 0 CHECK (gathering IN (0, 1));

-- What of a kind was queued for a channel lately.
CREATE INDEX deliveries_recent ON deliveries (channel_id, kind, at);

-- The digests that gather still: a handful at most.
CREATE INDEX deliveries_gathering ON deliveries (due_at) WHERE gathering = 1;

-- Whether the oldest open delivery of a channel gathers is seen without its row.
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (channel_id, id, gathering) WHERE due_at IS NOT NULL;

-- When the user was told of the date: once, also when the daemon stops in between.
ALTER TABLE statements ADD COLUMN told_at INTEGER;
