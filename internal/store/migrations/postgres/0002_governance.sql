-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Who looked, who may act, and who agreed to what.

-- One chain of entries a subject; subject 0 is the platform's own. Entries are only ever added. Their position counts the
-- entries of all subjects from 1 as they were written: it is the outbox of the notary, which appends to its log what
-- stands behind the last position there. Entries are written into ledger_fresh, one behind the other, and moved to
-- ledger_settled by subject, many at a time; ledger_entry is both.
CREATE TABLE ledger_settled (
    subject    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    act        TEXT COLLATE "C" NOT NULL,
    what       TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C" NOT NULL,
    reader     TEXT COLLATE "C" NOT NULL,
    official   TEXT COLLATE "C" NOT NULL,
    purpose    TEXT COLLATE "C" NOT NULL,
    basis      TEXT COLLATE "C" NOT NULL,
    casefile   TEXT COLLATE "C" NOT NULL,
    commitment BYTEA,
    salt       BYTEA NOT NULL, -- part of the hash
    prev       BYTEA NOT NULL,
    hash       BYTEA NOT NULL,
    position   BIGINT NOT NULL,
    PRIMARY KEY (subject, seq)
);

-- Where the settled entries stand, in the order of their positions; a table of its own, because an index would be torn open
-- in a hundred places by every few entries that settle. With the hash, so that the notary reads no other page.
CREATE TABLE ledger_order (
    position BIGINT PRIMARY KEY,
    subject  BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    hash     BYTEA NOT NULL
);

CREATE TABLE ledger_fresh (
    position   BIGINT PRIMARY KEY,
    subject    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    act        TEXT COLLATE "C" NOT NULL,
    what       TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C" NOT NULL,
    reader     TEXT COLLATE "C" NOT NULL,
    official   TEXT COLLATE "C" NOT NULL,
    purpose    TEXT COLLATE "C" NOT NULL,
    basis      TEXT COLLATE "C" NOT NULL,
    casefile   TEXT COLLATE "C" NOT NULL,
    commitment BYTEA,
    salt       BYTEA NOT NULL, -- part of the hash
    prev       BYTEA NOT NULL,
    hash       BYTEA NOT NULL
);

-- Up to which position the entries count as settled, and the newest entry of all.
CREATE TABLE ledger_end (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    settled BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    hash    BYTEA NOT NULL
);
INSERT INTO ledger_end VALUES (1, 0, 0, '\x'::bytea);

CREATE VIEW ledger_entry AS
    SELECT subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position
    FROM ledger_settled WHERE position <= (SELECT settled FROM ledger_end)
    UNION ALL
    SELECT subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position
    FROM ledger_fresh WHERE position > (SELECT settled FROM ledger_end);

CREATE TRIGGER ledger_settled_stays BEFORE UPDATE ON ledger_settled
    FOR EACH ROW EXECUTE FUNCTION refuse('entries of the ledger are never changed');
CREATE TRIGGER ledger_settled_remains BEFORE DELETE ON ledger_settled
    FOR EACH ROW EXECUTE FUNCTION refuse('entries of the ledger are never deleted');
CREATE TRIGGER ledger_fresh_stays BEFORE UPDATE ON ledger_fresh
    FOR EACH ROW EXECUTE FUNCTION refuse('entries of the ledger are never changed');
CREATE FUNCTION ledger_fresh_remains() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.position > (SELECT settled FROM ledger_end) THEN RAISE EXCEPTION 'entries of the ledger are never deleted'; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ledger_fresh_remains BEFORE DELETE ON ledger_fresh FOR EACH ROW EXECUTE FUNCTION ledger_fresh_remains();

-- The newest settled entry of each chain.
CREATE TABLE ledger_head (
    subject BIGINT PRIMARY KEY,
    seq     BIGINT NOT NULL,
    hash    BYTEA NOT NULL
);

-- Local credentials. Of the secret only its SHA-256 is kept; the secret stands in a file beside the database.
CREATE TABLE credential (
    name       TEXT COLLATE "C" PRIMARY KEY,
    agency     TEXT COLLATE "C" NOT NULL,  -- '' for a subject's own
    official   TEXT COLLATE "C" NOT NULL,
    subject    BIGINT NOT NULL, -- 0 for an official's
    secret     BYTEA NOT NULL,
    issued_at  BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE consent (
    subject      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    method       TEXT COLLATE "C" NOT NULL,
    valid_from   BIGINT NOT NULL,
    valid_to     BIGINT NOT NULL,
    given_at     BIGINT NOT NULL,
    withdrawn_at BIGINT,
    body         TEXT COLLATE "C" NOT NULL, -- without names
    sealed       BYTEA NOT NULL, -- the names in the proof, and the salt of the ledger's commitment, under the subject's key
    PRIMARY KEY (subject, id)
);
