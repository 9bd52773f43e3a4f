-- Who looked, who may act, and who agreed to what.

-- One chain of entries a subject; subject 0 is the platform's own. Entries are only ever added.
CREATE TABLE ledger_entry (
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
    prev       BLOB NOT NULL,
    hash       BLOB NOT NULL,
    PRIMARY KEY (subject, seq)
) WITHOUT ROWID;

CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never changed'); END;
CREATE TRIGGER ledger_entry_remains BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE (ABORT, 'entries of the ledger are never deleted'); END;

-- The newest entry of each chain.
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
    body         TEXT NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
