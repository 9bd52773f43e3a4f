-- Who looked, who may act, and who agreed to what.

-- One chain of entries a subject; subject 0 is the platform's own. Entries are only ever added. Their position counts the
-- entries of all subjects from 1 as they were written: it is the outbox of the notary, which appends to its log what
-- stands behind the last position there. Entries are written into ledger_fresh, one behind the other, and moved to
-- ledger_settled by subject, many at a time; ledger_entry is both.
CREATE TABLE ledger_settled (
    subject    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    act        TEXT NOT NULL,
    what       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    reader     TEXT NOT NULL,
    official   TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    basis      TEXT NOT NULL,
    casefile   TEXT NOT NULL,
    commitment BLOB,
    salt       BLOB NOT NULL, -- part of the hash
    prev       BLOB NOT NULL,
    hash       BLOB NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (subject, seq)
) WITHOUT ROWID;

-- Where the settled entries stand, in the order of their positions; a table of its own, because an index would be torn open
-- in a hundred places by every few entries that settle. With the hash, so that the notary reads no other page.
CREATE TABLE ledger_order (
    position INTEGER PRIMARY KEY,
    subject  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    hash     BLOB NOT NULL
);

CREATE TABLE ledger_fresh (
    position   INTEGER PRIMARY KEY,
    subject    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    act        TEXT NOT NULL,
    what       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    reader     TEXT NOT NULL,
    official   TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    basis      TEXT NOT NULL,
    casefile   TEXT NOT NULL,
    commitment BLOB,
    salt       BLOB NOT NULL, -- part of the hash
    prev       BLOB NOT NULL,
    hash       BLOB NOT NULL
);

-- Up to which position the entries count as settled, and the newest entry of all.
CREATE TABLE ledger_end (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    settled INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    hash    BLOB NOT NULL
);
INSERT INTO ledger_end VALUES (1, 0, 0, x'');

CREATE VIEW ledger_entry AS
    SELECT subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position
    FROM ledger_settled WHERE position <= (SELECT settled FROM ledger_end)
    UNION ALL
    SELECT subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position
    FROM ledger_fresh WHERE position > (SELECT settled FROM ledger_end);

CREATE TRIGGER ledger_settled_stays BEFORE UPDATE ON ledger_settled
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never changed'); END;
CREATE TRIGGER ledger_settled_remains BEFORE DELETE ON ledger_settled
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never deleted'); END;
CREATE TRIGGER ledger_fresh_stays BEFORE UPDATE ON ledger_fresh
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never changed'); END;
CREATE TRIGGER ledger_fresh_remains BEFORE DELETE ON ledger_fresh WHEN OLD.position > (SELECT settled FROM ledger_end)
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never deleted'); END;

-- The newest settled entry of each chain.
CREATE TABLE ledger_head (
    subject INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL,
    hash    BLOB NOT NULL
);

-- Local credentials. Of the secret only its SHA-256 is kept; the secret stands in a file beside the database.
CREATE TABLE credential (
    name       TEXT PRIMARY KEY,
    agency     TEXT NOT NULL,  -- '' for a subject's own
    official   TEXT NOT NULL,
    subject    INTEGER NOT NULL, -- 0 for an official's
    secret     BLOB NOT NULL,
    issued_at  INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID;

CREATE TABLE consent (
    subject      INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    method       TEXT NOT NULL,
    valid_from   INTEGER NOT NULL,
    valid_to     INTEGER NOT NULL,
    given_at     INTEGER NOT NULL,
    withdrawn_at INTEGER,
    body         TEXT NOT NULL, -- without names
    sealed       BLOB NOT NULL, -- the names in the proof, and the salt of the ledger's commitment, under the subject's key
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
