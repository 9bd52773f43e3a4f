-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Decisions of officials about persons, and their review.

-- A ruling as it was made; never changed. particulars are the official's own reasons, the facts considered and what counted
-- in favour, sealed under the person's key.
CREATE TABLE ruling (
    subject      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    decision     BIGINT NOT NULL, -- the proposal ruled on
    measure      TEXT COLLATE "C" NOT NULL,
    model        TEXT COLLATE "C" NOT NULL,
    proposed     TEXT COLLATE "C" NOT NULL,
    outcome      TEXT COLLATE "C" NOT NULL,
    agency       TEXT COLLATE "C" NOT NULL,
    official     TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    reviews      BIGINT NOT NULL, -- the ruling that this one reviews, 0 for the first
    review_until BIGINT,
    particulars  BYTEA NOT NULL,
    sealed       BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);
CREATE UNIQUE INDEX ruling_once ON ruling (subject, decision, reviews);

CREATE TRIGGER ruling_stays BEFORE UPDATE ON ruling
    FOR EACH ROW EXECUTE FUNCTION refuse('a ruling is never changed');

-- A person asks that another official look at a ruling.
CREATE TABLE ruling_review (
    subject     BIGINT NOT NULL,
    ruling      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, ruling)
);

-- Who decided what, and what is kept of each text of reasons to tell a template by: numbers from which it cannot be got
-- back. No person stands in it.
CREATE TABLE ruling_sketch (
    agency   TEXT COLLATE "C" NOT NULL,
    ruling   BIGINT NOT NULL,
    official TEXT COLLATE "C" NOT NULL,
    same     BIGINT NOT NULL, -- the decision is what the cut-off of the rating would have said
    review   BIGINT NOT NULL,
    sketch   BYTEA NOT NULL,
    PRIMARY KEY (agency, ruling)
);

-- Answers by the office that asked for them, to find those that wait for a ruling.
CREATE INDEX decision_reader ON decision (reader, outcome);
