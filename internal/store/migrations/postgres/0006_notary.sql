-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What the notary has committed to its log.

-- The trees of the log, one a period, in the order of their numbers. Leaf 0 of each names the one before; leaf n is the
-- entry at position first + n - 1.
CREATE TABLE notary_segment (
    number     BIGINT PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    first      BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    reason     TEXT COLLATE "C" NOT NULL,
    size       BIGINT NOT NULL DEFAULT 0, -- leaves under the newest checkpoint that was kept here
    checkpoint TEXT COLLATE "C" NOT NULL DEFAULT '',
    token      BIGINT NOT NULL
);

-- Who appends. The token rises with every holder; what an earlier one still writes is refused.
CREATE TABLE notary_lease (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    token    BIGINT NOT NULL,
    holder   TEXT COLLATE "C" NOT NULL,
    taken_at BIGINT NOT NULL
);
INSERT INTO notary_lease VALUES (1, 0, '', 0);
