-- Lists and the procedure by which an organisation comes on one.

-- Entries as they were drafted; never changed. There is no column for a rating or for anything derived from one.
-- particulars holds the facts; sealed under the subject's key where the subject is a human being.
CREATE TABLE listing (
    subject     INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    list        TEXT NOT NULL,
    colour      TEXT NOT NULL CHECK (colour IN ('black', 'red')),
    drafted     INTEGER NOT NULL,
    keeper      TEXT NOT NULL,
    ground      TEXT NOT NULL,
    tier        TEXT NOT NULL,
    measures    TEXT NOT NULL, -- codes separated by spaces
    order_id    INTEGER,       -- the court's order behind a human being's entry
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;

CREATE TRIGGER listing_stays BEFORE UPDATE ON listing
BEGIN SELECT RAISE (ABORT, 'what was drafted is never changed'); END;

-- The steps of the procedure, only ever added. particulars holds the document number and the reasons, sealed as above.
CREATE TABLE listing_step (
    subject     INTEGER NOT NULL,
    listing     INTEGER NOT NULL,
    seq         INTEGER NOT NULL, -- counts the entry's steps from 1
    act         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    agency      TEXT NOT NULL,
    official    TEXT NOT NULL,
    law         TEXT NOT NULL,
    article     TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    cause       TEXT NOT NULL,
    until_day   INTEGER,
    end_day     INTEGER,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, listing, seq)
) WITHOUT ROWID;

CREATE TRIGGER listing_step_stays BEFORE UPDATE ON listing_step
BEGIN SELECT RAISE (ABORT, 'a step of the procedure is never changed'); END;

-- What is public: one row an entry, from its publication on. ended_at is set once it is removed.
CREATE TABLE listing_publication (
    subject  INTEGER NOT NULL,
    listing  INTEGER NOT NULL,
    list     TEXT NOT NULL,
    end_day  INTEGER NOT NULL,
    changed  INTEGER NOT NULL, -- when it was published, or removed
    removed  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, listing)
) WITHOUT ROWID;

CREATE INDEX listing_publication_changed ON listing_publication (changed, listing);
CREATE INDEX listing_publication_ends ON listing_publication (end_day) WHERE removed = 0;

-- Entries that had ended when a backup older than that was put back.
CREATE TABLE listing_gone (
    subject INTEGER NOT NULL,
    listing INTEGER NOT NULL,
    PRIMARY KEY (subject, listing)
) WITHOUT ROWID;

-- Who was told of an order or an entry by reading it; those who were told by a decision stand in decision.
CREATE TABLE told (
    subject INTEGER NOT NULL,
    about   TEXT NOT NULL,
    reader  TEXT NOT NULL,
    PRIMARY KEY (subject, about, reader)
) WITHOUT ROWID;

-- The entry behind a restriction that followed from a list.
ALTER TABLE decision ADD COLUMN listing INTEGER;

-- Orders whose end was told to everybody concerned.
CREATE TABLE order_expiry (
    subject  INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (subject, order_id)
) WITHOUT ROWID;

CREATE INDEX restriction_order_term ON restriction_order (min(coalesce(end_day, review_day), coalesce(review_day, end_day)));

-- The steps by which the subject of an order contests it and is answered, only ever added. particulars holds the document
-- number and the reasons, sealed where the subject is a human being.
CREATE TABLE order_step (
    subject     INTEGER NOT NULL,
    order_id    INTEGER NOT NULL,
    seq         INTEGER NOT NULL, -- counts the order's steps from 1
    act         TEXT NOT NULL CHECK (act IN ('objected', 'answered', 'review_requested', 'escalated', 'upheld')),
    day         INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    agency      TEXT NOT NULL,
    official    TEXT NOT NULL,
    law         TEXT NOT NULL,
    article     TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    until_day   INTEGER,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, order_id, seq)
) WITHOUT ROWID;

CREATE INDEX order_step_due ON order_step (until_day) WHERE act = 'objected';

CREATE TRIGGER order_step_stays BEFORE UPDATE ON order_step
BEGIN SELECT RAISE (ABORT, 'a step of the procedure is never changed'); END;
