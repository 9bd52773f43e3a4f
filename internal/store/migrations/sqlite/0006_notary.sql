-- What the notary has committed to its log.

-- The trees of the log, one a period, in the order of their numbers. Leaf 0 of each names the one before; leaf n is the
-- entry at position first + n - 1.
CREATE TABLE notary_segment (
    number     INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    first      INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    size       INTEGER NOT NULL DEFAULT 0, -- leaves under the newest checkpoint that was kept here
    checkpoint TEXT NOT NULL DEFAULT '',
    token      INTEGER NOT NULL
);

-- Who appends. The token rises with every holder; what an earlier one still writes is refused.
CREATE TABLE notary_lease (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    token    INTEGER NOT NULL,
    holder   TEXT NOT NULL,
    taken_at INTEGER NOT NULL
);
INSERT INTO notary_lease VALUES (1, 0, '', 0);
