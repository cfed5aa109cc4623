-- Corporate actions that a source told and that something speaks against, until an admin has confirmed or rejected them. One row for
-- each kind on a day of a share, as in `corporate_actions`, which such an action may contradict: so they have a table of their own.
CREATE TABLE doubted_actions (
    id         INTEGER PRIMARY KEY,
    symbol     TEXT    NOT NULL,
    ex_day     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    -- The action as JSON, as it was told last.
    data       TEXT    NOT NULL,
    -- What speaks against it, one sentence.
    doubt      TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'confirmed', 'rejected')),
    told_at    INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT    NOT NULL DEFAULT '',
    reason     TEXT    NOT NULL DEFAULT '',
    UNIQUE (symbol, ex_day, kind)
) STRICT;

CREATE INDEX doubted_actions_by_state ON doubted_actions (state, id);
