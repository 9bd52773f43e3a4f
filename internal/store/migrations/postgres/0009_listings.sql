-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Lists and the procedure by which an organisation comes on one.

-- Entries as they were drafted; never changed. There is no column for a rating or for anything derived from one.
-- particulars holds the facts; sealed under the subject's key where the subject is a human being.
CREATE TABLE listing (
    subject     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    list        TEXT COLLATE "C" NOT NULL,
    colour      TEXT COLLATE "C" NOT NULL CHECK (colour IN ('black', 'red')),
    drafted     BIGINT NOT NULL,
    keeper      TEXT COLLATE "C" NOT NULL,
    ground      TEXT COLLATE "C" NOT NULL,
    tier        TEXT COLLATE "C" NOT NULL,
    measures    TEXT COLLATE "C" NOT NULL, -- codes separated by spaces
    order_id    BIGINT,       -- the court's order behind a human being's entry
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);

CREATE TRIGGER listing_stays BEFORE UPDATE ON listing
    FOR EACH ROW EXECUTE FUNCTION refuse('what was drafted is never changed');

-- The steps of the procedure, only ever added. particulars holds the document number and the reasons, sealed as above.
CREATE TABLE listing_step (
    subject     BIGINT NOT NULL,
    listing     BIGINT NOT NULL,
    seq         BIGINT NOT NULL, -- counts the entry's steps from 1
    act         TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    day         BIGINT NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    official    TEXT COLLATE "C" NOT NULL,
    law         TEXT COLLATE "C" NOT NULL,
    article     TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL CHECK (length(digest) = 32),
    cause       TEXT COLLATE "C" NOT NULL,
    until_day   BIGINT,
    end_day     BIGINT,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, listing, seq)
);

CREATE TRIGGER listing_step_stays BEFORE UPDATE ON listing_step
    FOR EACH ROW EXECUTE FUNCTION refuse('a step of the procedure is never changed');

-- What is public: one row an entry, from its publication on. ended_at is set once it is removed.
CREATE TABLE listing_publication (
    subject  BIGINT NOT NULL,
    listing  BIGINT NOT NULL,
    list     TEXT COLLATE "C" NOT NULL,
    end_day  BIGINT NOT NULL,
    changed  BIGINT NOT NULL, -- when it was published, or removed
    removed  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, listing)
);

CREATE INDEX listing_publication_changed ON listing_publication (changed, listing);
CREATE INDEX listing_publication_ends ON listing_publication (end_day) WHERE removed = 0;

-- Entries that had ended when a backup older than that was put back.
CREATE TABLE listing_gone (
    subject BIGINT NOT NULL,
    listing BIGINT NOT NULL,
    PRIMARY KEY (subject, listing)
);

-- Who was told of an order or an entry by reading it; those who were told by a decision stand in decision.
CREATE TABLE told (
    subject BIGINT NOT NULL,
    about   TEXT COLLATE "C" NOT NULL,
    reader  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject, about, reader)
);

-- The entry behind a restriction that followed from a list.
ALTER TABLE decision ADD COLUMN listing BIGINT;

-- Orders whose end was told to everybody concerned.
CREATE TABLE order_expiry (
    subject  BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (subject, order_id)
);

CREATE INDEX restriction_order_term ON restriction_order (least(coalesce(end_day, review_day), coalesce(review_day, end_day)));

-- The steps by which the subject of an order contests it and is answered, only ever added. particulars holds the document
-- number and the reasons, sealed where the subject is a human being.
CREATE TABLE order_step (
    subject     BIGINT NOT NULL,
    order_id    BIGINT NOT NULL,
    seq         BIGINT NOT NULL, -- counts the order's steps from 1
    act         TEXT COLLATE "C" NOT NULL CHECK (act IN ('objected', 'answered', 'review_requested', 'escalated', 'upheld')),
    day         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    official    TEXT COLLATE "C" NOT NULL,
    law         TEXT COLLATE "C" NOT NULL,
    article     TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL CHECK (length(digest) = 32),
    until_day   BIGINT,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, order_id, seq)
);

CREATE INDEX order_step_due ON order_step (until_day) WHERE act = 'objected';

CREATE TRIGGER order_step_stays BEFORE UPDATE ON order_step
    FOR EACH ROW EXECUTE FUNCTION refuse('a step of the procedure is never changed');
