-- Orders, decisions and the standing row.

-- Orders of courts and authorities as they were entered; never changed, never deleted with a rating. There is no column
-- for a rating or for anything derived from one. particulars holds the document number, the scope and the route of
-- appeal; sealed under the subject's key where the subject is a human being.
CREATE TABLE restriction_order (
    subject     INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    issuer      TEXT NOT NULL,
    measure     TEXT NOT NULL,
    law         TEXT NOT NULL,
    article     TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    start_day   INTEGER NOT NULL,
    end_day     INTEGER,
    review_day  INTEGER,
    served_day  INTEGER NOT NULL,
    entered_at  INTEGER NOT NULL,
    entered_by  TEXT NOT NULL,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, id),
    CHECK (end_day IS NOT NULL OR review_day IS NOT NULL)
) WITHOUT ROWID;

-- One document orders one measure on one subject once.
CREATE UNIQUE INDEX restriction_order_once ON restriction_order (subject, issuer, measure, digest);

CREATE TRIGGER restriction_order_stays BEFORE UPDATE ON restriction_order
BEGIN SELECT RAISE (ABORT, 'what was ordered is never changed'); END;

-- How an order ended before its time. particulars holds the document number and the reason, sealed as above.
CREATE TABLE order_ending (
    subject      INTEGER NOT NULL,
    order_id     INTEGER NOT NULL,
    act          TEXT NOT NULL CHECK (act IN ('lifted', 'annulled')),
    day          INTEGER NOT NULL,
    agency       TEXT NOT NULL,
    official     TEXT NOT NULL,
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    at           INTEGER NOT NULL,
    particulars  BLOB NOT NULL,
    sealed       INTEGER NOT NULL,
    PRIMARY KEY (subject, order_id, act)
) WITHOUT ROWID;

-- Decisions with their reasons as they were given, sealed where the subject is a human being.
CREATE TABLE decision (
    subject    INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    measure    TEXT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('granted', 'not_granted', 'restricted', 'clear', 'refused')),
    order_id   INTEGER,
    reader     TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    body       BLOB NOT NULL,
    sealed     INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;

-- One row a subject: the orders in force on it and, for organisations, the ratings that benefits have asked for. Derived:
-- orders says from which orders it was made, good_until is the first day on which it must be made again.
CREATE TABLE standing (
    subject    INTEGER PRIMARY KEY,
    built_on   INTEGER NOT NULL,
    good_until INTEGER,
    orders     TEXT NOT NULL,
    body       BLOB NOT NULL,
    sealed     INTEGER NOT NULL
);

-- From a subject to those merged into it; few rows.
CREATE INDEX subject_redirect ON subject (redirect) WHERE redirect <> 0;
