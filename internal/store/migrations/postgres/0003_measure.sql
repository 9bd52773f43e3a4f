-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Orders, decisions and the standing row.

-- Orders of courts and authorities as they were entered; never changed, never deleted with a rating. There is no column
-- for a rating or for anything derived from one. particulars holds the document number, the scope and the route of
-- appeal; sealed under the subject's key where the subject is a human being.
CREATE TABLE restriction_order (
    subject     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    issuer      TEXT COLLATE "C" NOT NULL,
    measure     TEXT COLLATE "C" NOT NULL,
    law         TEXT COLLATE "C" NOT NULL,
    article     TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL CHECK (length(digest) = 32),
    start_day   BIGINT NOT NULL,
    end_day     BIGINT,
    review_day  BIGINT,
    served_day  BIGINT NOT NULL,
    entered_at  BIGINT NOT NULL,
    entered_by  TEXT COLLATE "C" NOT NULL,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, id),
    CHECK (end_day IS NOT NULL OR review_day IS NOT NULL)
);

-- One document orders one measure on one subject once.
CREATE UNIQUE INDEX restriction_order_once ON restriction_order (subject, issuer, measure, digest);

CREATE TRIGGER restriction_order_stays BEFORE UPDATE ON restriction_order
    FOR EACH ROW EXECUTE FUNCTION refuse('what was ordered is never changed');

-- How an order ended before its time. particulars holds the document number and the reason, sealed as above.
CREATE TABLE order_ending (
    subject      BIGINT NOT NULL,
    order_id     BIGINT NOT NULL,
    act          TEXT COLLATE "C" NOT NULL CHECK (act IN ('lifted', 'annulled')),
    day          BIGINT NOT NULL,
    agency       TEXT COLLATE "C" NOT NULL,
    official     TEXT COLLATE "C" NOT NULL,
    digest       BYTEA NOT NULL CHECK (length(digest) = 32),
    at           BIGINT NOT NULL,
    particulars  BYTEA NOT NULL,
    sealed       BIGINT NOT NULL,
    PRIMARY KEY (subject, order_id, act)
);

-- Decisions with their reasons as they were given, sealed where the subject is a human being.
CREATE TABLE decision (
    subject    BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    measure    TEXT COLLATE "C" NOT NULL,
    outcome    TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('granted', 'not_granted', 'restricted', 'clear', 'refused')),
    order_id   BIGINT,
    reader     TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    sealed     BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);

-- One row a subject: the orders in force on it and, for organisations, the ratings that benefits have asked for. Derived:
-- orders says from which orders it was made, good_until is the first day on which it must be made again.
CREATE TABLE standing (
    subject    BIGINT PRIMARY KEY,
    built_on   BIGINT NOT NULL,
    good_until BIGINT,
    orders     TEXT COLLATE "C" NOT NULL,
    body       BYTEA NOT NULL,
    sealed     BIGINT NOT NULL
);

-- From a subject to those merged into it; few rows.
CREATE INDEX subject_redirect ON subject (redirect) WHERE redirect <> 0;
