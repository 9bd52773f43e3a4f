-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Who is told of changes as they happen: agencies' subscriptions, whom each watches, and which notice of which subject stands at
-- which position. What has happened stands in the notices and recalls themselves; nothing of it is repeated here.

CREATE TABLE subscription (
    id         BIGINT PRIMARY KEY,
    agency     TEXT COLLATE "C" NOT NULL,
    official   TEXT COLLATE "C" NOT NULL,
    credential TEXT COLLATE "C" NOT NULL,    -- under which its readings are made; good for nothing once that is revoked
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('hook', 'topic', 'pull')),
    address    TEXT COLLATE "C" NOT NULL,
    types      TEXT COLLATE "C" NOT NULL,    -- codes with blanks between, in the order of the list of types
    models     TEXT COLLATE "C" NOT NULL,    -- those whose ratings are told, '' is every one
    purpose    TEXT COLLATE "C" NOT NULL,
    basis      TEXT COLLATE "C" NOT NULL,
    casefile   TEXT COLLATE "C" NOT NULL,
    made_at    BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'paused', 'given_up', 'ended')),
    why        TEXT COLLATE "C" NOT NULL,    -- why nothing arrives at present, '' where it does
    top        BIGINT NOT NULL, -- the newest position that was given out
    done       BIGINT NOT NULL, -- the last position that the receiver has taken
    attempts   BIGINT NOT NULL, -- how often the next one was tried
    failing_at BIGINT,          -- since when nothing arrives
    due        BIGINT NOT NULL, -- when it may be tried again
    held_until BIGINT NOT NULL, -- a process delivers until then, unless it ends earlier
    fence      BIGINT NOT NULL  -- counts who delivered; who comes later has a higher one
);
CREATE INDEX subscription_agency ON subscription (agency);

-- What signs the calls of a hook, sealed. Two are good while one takes the place of the other.
CREATE TABLE subscription_secret (
    subscription BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    sealed       BYTEA NOT NULL,
    until        BIGINT,        -- NULL for the newest
    PRIMARY KEY (subscription, number)
);

-- Whom a subscription watches.
CREATE TABLE watch (
    subject      BIGINT NOT NULL,
    subscription BIGINT NOT NULL,
    seen         BIGINT NOT NULL, -- the last notice of the subject that was looked at
    because      BIGINT NOT NULL, -- the subject that was merged into this one and is watched, 0 for one that was named itself
    added_at     BIGINT NOT NULL,
    PRIMARY KEY (subject, subscription)
);
CREATE INDEX watch_of ON watch (subscription);

-- Which notice, or which demand, stands at which position of a subscription.
CREATE TABLE event (
    subject      BIGINT NOT NULL,
    subscription BIGINT NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,    -- 'notice', or of a demand what is to be done
    thing        TEXT COLLATE "C" NOT NULL,    -- what it is about: a model, a record, an order, by code or id
    number       BIGINT NOT NULL, -- of the notice; of a demand its instant
    position     BIGINT NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    entered      TEXT COLLATE "C" NOT NULL,    -- the entry of the reading, '' while it was not told
    PRIMARY KEY (subject, subscription, source, thing, number)
);
CREATE INDEX event_of ON event (subscription, position);
