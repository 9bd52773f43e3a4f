-- Subjects that may be one. Each pair stands with both, so that one subject's file is one place on disk, and what is said of
-- a human being is sealed under that one's key. A pair that was judged different stays: it outlives whatever is found later.
CREATE TABLE candidate (
    subject    INTEGER NOT NULL,
    other      INTEGER NOT NULL,
    found_at   INTEGER NOT NULL,
    official   TEXT NOT NULL,
    model      TEXT NOT NULL,      -- the digest of what the evidence was weighed by, '' where a human being proposed the two
    millionths INTEGER NOT NULL,   -- the probability
    evidence   BLOB NOT NULL,      -- JSON: fields, levels and bits, never a value
    way        TEXT NOT NULL,      -- of the second of the pair, the newer, what is to follow; of the first that it is looked at
    contract   TEXT NOT NULL,      -- that states from which probability on rows do not wait, '' where none does
    stated     INTEGER NOT NULL,   -- that probability, in millionths
    verdict    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (subject, other)
) WITHOUT ROWID;
CREATE INDEX candidate_waiting ON candidate (verdict, way, millionths);

CREATE TABLE candidate_step (
    subject  INTEGER NOT NULL,
    other    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    official TEXT NOT NULL,
    verdict  TEXT NOT NULL,
    reason   BLOB NOT NULL,        -- sealed where it tells of a human being
    PRIMARY KEY (subject, other, seq)
) WITHOUT ROWID;

-- What suppliers wrote of organisations that others may be recognised by. Never of human beings.
CREATE TABLE party (
    subject INTEGER NOT NULL,
    mark    BLOB NOT NULL,
    name    TEXT NOT NULL,
    address TEXT NOT NULL,
    phone   TEXT NOT NULL,
    PRIMARY KEY (subject, mark)
) WITHOUT ROWID;

-- What was learnt of how organisations are written: frequencies and weights, no organisation.
CREATE TABLE likeness (
    number    INTEGER PRIMARY KEY,
    learnt_at INTEGER NOT NULL,
    official  TEXT NOT NULL,
    digest    TEXT NOT NULL,
    records   INTEGER NOT NULL,
    body      BLOB NOT NULL
);
