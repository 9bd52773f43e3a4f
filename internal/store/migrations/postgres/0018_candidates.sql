-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Subjects that may be one. Each pair stands with both, so that one subject's file is one place on disk, and what is said of
-- a human being is sealed under that one's key. A pair that was judged different stays: it outlives whatever is found later.
CREATE TABLE candidate (
    subject    BIGINT NOT NULL,
    other      BIGINT NOT NULL,
    found_at   BIGINT NOT NULL,
    official   TEXT COLLATE "C" NOT NULL,
    model      TEXT COLLATE "C" NOT NULL,      -- the digest of what the evidence was weighed by, '' where a human being proposed the two
    millionths BIGINT NOT NULL,   -- the probability
    evidence   BYTEA NOT NULL,      -- JSON: fields, levels and bits, never a value
    way        TEXT COLLATE "C" NOT NULL,      -- of the second of the pair, the newer, what is to follow; of the first that it is looked at
    contract   TEXT COLLATE "C" NOT NULL,      -- that states from which probability on rows do not wait, '' where none does
    stated     BIGINT NOT NULL,   -- that probability, in millionths
    verdict    TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (subject, other)
);
CREATE INDEX candidate_waiting ON candidate (verdict, way, millionths);

CREATE TABLE candidate_step (
    subject  BIGINT NOT NULL,
    other    BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    official TEXT COLLATE "C" NOT NULL,
    verdict  TEXT COLLATE "C" NOT NULL,
    reason   BYTEA NOT NULL,        -- sealed where it tells of a human being
    PRIMARY KEY (subject, other, seq)
);

-- What suppliers wrote of organisations that others may be recognised by. Never of human beings.
CREATE TABLE party (
    subject BIGINT NOT NULL,
    mark    BYTEA NOT NULL,
    name    TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    phone   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject, mark)
);

-- What was learnt of how organisations are written: frequencies and weights, no organisation.
CREATE TABLE likeness (
    number    BIGINT PRIMARY KEY,
    learnt_at BIGINT NOT NULL,
    official  TEXT COLLATE "C" NOT NULL,
    digest    TEXT COLLATE "C" NOT NULL,
    records   BIGINT NOT NULL,
    body      BYTEA NOT NULL
);
