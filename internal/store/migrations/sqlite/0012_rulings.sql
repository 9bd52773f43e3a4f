-- Decisions of officials about persons, and their review.

-- A ruling as it was made; never changed. particulars are the official's own reasons, the facts considered and what counted
-- in favour, sealed under the person's key.
CREATE TABLE ruling (
    subject      INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    decision     INTEGER NOT NULL, -- the proposal ruled on
    measure      TEXT NOT NULL,
    model        TEXT NOT NULL,
    proposed     TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    agency       TEXT NOT NULL,
    official     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    reviews      INTEGER NOT NULL, -- the ruling that this one reviews, 0 for the first
    review_until INTEGER,
    particulars  BLOB NOT NULL,
    sealed       INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX ruling_once ON ruling (subject, decision, reviews);

CREATE TRIGGER ruling_stays BEFORE UPDATE ON ruling
BEGIN SELECT RAISE (ABORT, 'a ruling is never changed'); END;

-- A person asks that another official look at a ruling.
CREATE TABLE ruling_review (
    subject     INTEGER NOT NULL,
    ruling      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, ruling)
) WITHOUT ROWID;

-- Who decided what, and what is kept of each text of reasons to tell a template by: numbers from which it cannot be got
-- back. No person stands in it.
CREATE TABLE ruling_sketch (
    agency   TEXT NOT NULL,
    ruling   INTEGER NOT NULL,
    official TEXT NOT NULL,
    same     INTEGER NOT NULL, -- the decision is what the cut-off of the rating would have said
    review   INTEGER NOT NULL,
    sketch   BLOB NOT NULL,
    PRIMARY KEY (agency, ruling)
) WITHOUT ROWID;

-- Answers by the office that asked for them, to find those that wait for a ruling.
CREATE INDEX decision_reader ON decision (reader, outcome);
