-- Disputes, statements, and what recipients must take back.

-- How disputes bear on records: one row for each contested record, read beside the records whenever somebody looks.
-- disputed: out of use until settled, past due suppressed. barred: deleted or not verified, and back with a
-- certification only. claims is what an organisation says stands instead; it is empty on human beings.
CREATE TABLE contested (
    subject INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    dispute INTEGER NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('disputed', 'barred')),
    due     INTEGER,
    claims  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (subject, record, dispute)
) WITHOUT ROWID;

-- What a subject contests, as it was opened; never changed. particulars is the account it gives, sealed under its key
-- where the subject is a human being.
CREATE TABLE dispute (
    subject     INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    ground      TEXT NOT NULL,
    target      TEXT NOT NULL, -- the id of a record, an order or a decision, of a merged subject, or the code of a model
    handler     TEXT NOT NULL, -- the agency that can mend it
    except_by   TEXT NOT NULL, -- the official, agency/name, who took what is contested and may not decide on it again
    opened_at   INTEGER NOT NULL,
    opened_by   TEXT NOT NULL,
    due         INTEGER NOT NULL,
    clock       TEXT NOT NULL, -- the rule that gave the due day
    suspends    INTEGER NOT NULL,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
CREATE INDEX dispute_handler ON dispute (handler, due);

CREATE TRIGGER dispute_stays BEFORE UPDATE ON dispute
BEGIN SELECT RAISE (ABORT, 'what was contested is never changed'); END;

-- What happened to a dispute since: its result, a complaint about that and the answer to it, a certification.
CREATE TABLE dispute_step (
    subject     INTEGER NOT NULL,
    dispute     INTEGER NOT NULL,
    seq         INTEGER NOT NULL, -- counts the dispute's steps from 1
    act         TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    agency      TEXT NOT NULL,
    official    TEXT NOT NULL,
    due         INTEGER,          -- until when the next answer is due, where the step asks for one
    handler     TEXT NOT NULL,    -- who is to give it
    digest      BLOB,             -- of the document behind the step, where there is one
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, dispute, seq)
) WITHOUT ROWID;

-- Evidence, whole, as it was handed in.
CREATE TABLE dispute_evidence (
    subject INTEGER NOT NULL,
    dispute INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    name    BLOB NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    bytes   INTEGER NOT NULL,
    body    BLOB NOT NULL,
    sealed  INTEGER NOT NULL,
    PRIMARY KEY (subject, dispute, seq)
) WITHOUT ROWID;

-- The subject's own words: one statement on a record, and one on the whole file (record 0).
CREATE TABLE statement (
    subject INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL,
    sealed  INTEGER NOT NULL,
    PRIMARY KEY (subject, record)
) WITHOUT ROWID;

CREATE TABLE recall (
    subject   INTEGER NOT NULL,
    about     TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('correct', 'delete', 'lift', 'decide', 'review')),
    ground    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    due       INTEGER,
    acknowledged_at INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    reminders   INTEGER NOT NULL DEFAULT 0,
    reminded_at INTEGER,
    PRIMARY KEY (subject, about, recipient, kind, at)
) WITHOUT ROWID;
CREATE INDEX recall_open ON recall (recipient, due) WHERE acknowledged_at IS NULL;
