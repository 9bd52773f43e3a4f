-- Who is told of changes as they happen: agencies' subscriptions, whom each watches, and which notice of which subject stands at
-- which position. What has happened stands in the notices and recalls themselves; nothing of it is repeated here.

CREATE TABLE subscription (
    id         INTEGER PRIMARY KEY,
    agency     TEXT NOT NULL,
    official   TEXT NOT NULL,
    credential TEXT NOT NULL,    -- under which its readings are made; good for nothing once that is revoked
    kind       TEXT NOT NULL CHECK (kind IN ('hook', 'topic', 'pull')),
    address    TEXT NOT NULL,
    types      TEXT NOT NULL,    -- codes with blanks between, in the order of the list of types
    models     TEXT NOT NULL,    -- those whose ratings are told, '' is every one
    purpose    TEXT NOT NULL,
    basis      TEXT NOT NULL,
    casefile   TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active', 'paused', 'given_up', 'ended')),
    why        TEXT NOT NULL,    -- why nothing arrives at present, '' where it does
    top        INTEGER NOT NULL, -- the newest position that was given out
    done       INTEGER NOT NULL, -- the last position that the receiver has taken
    attempts   INTEGER NOT NULL, -- how often the next one was tried
    failing_at INTEGER,          -- since when nothing arrives
    due        INTEGER NOT NULL, -- when it may be tried again
    held_until INTEGER NOT NULL, -- a process delivers until then, unless it ends earlier
    fence      INTEGER NOT NULL  -- counts who delivered; who comes later has a higher one
);
CREATE INDEX subscription_agency ON subscription (agency);

-- What signs the calls of a hook, sealed. Two are good while one takes the place of the other.
CREATE TABLE subscription_secret (
    subscription INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    sealed       BLOB NOT NULL,
    until        INTEGER,        -- NULL for the newest
    PRIMARY KEY (subscription, number)
) WITHOUT ROWID;

-- Whom a subscription watches.
CREATE TABLE watch (
    subject      INTEGER NOT NULL,
    subscription INTEGER NOT NULL,
    seen         INTEGER NOT NULL, -- the last notice of the subject that was looked at
    because      INTEGER NOT NULL, -- the subject that was merged into this one and is watched, 0 for one that was named itself
    added_at     INTEGER NOT NULL,
    PRIMARY KEY (subject, subscription)
) WITHOUT ROWID;
CREATE INDEX watch_of ON watch (subscription);

-- Which notice, or which demand, stands at which position of a subscription.
CREATE TABLE event (
    subject      INTEGER NOT NULL,
    subscription INTEGER NOT NULL,
    source       TEXT NOT NULL,    -- 'notice', or of a demand what is to be done
    thing        TEXT NOT NULL,    -- what it is about: a model, a record, an order, by code or id
    number       INTEGER NOT NULL, -- of the notice; of a demand its instant
    position     INTEGER NOT NULL,
    type         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    entered      TEXT NOT NULL,    -- the entry of the reading, '' while it was not told
    PRIMARY KEY (subject, subscription, source, thing, number)
) WITHOUT ROWID;
CREATE INDEX event_of ON event (subscription, position);
