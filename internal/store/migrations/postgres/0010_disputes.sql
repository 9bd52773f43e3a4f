-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Disputes, statements, and what recipients must take back.

-- How disputes bear on records: one row for each contested record, read beside the records whenever somebody looks.
-- disputed: out of use until settled, past due suppressed. barred: deleted or not verified, and back with a
-- certification only. claims is what an organisation says stands instead; it is empty on human beings.
CREATE TABLE contested (
    subject BIGINT NOT NULL,
    record  BIGINT NOT NULL,
    dispute BIGINT NOT NULL,
    state   TEXT COLLATE "C" NOT NULL CHECK (state IN ('disputed', 'barred')),
    due     BIGINT,
    claims  TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (subject, record, dispute)
);

-- What a subject contests, as it was opened; never changed. particulars is the account it gives, sealed under its key
-- where the subject is a human being.
CREATE TABLE dispute (
    subject     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    ground      TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL, -- the id of a record, an order or a decision, of a merged subject, or the code of a model
    handler     TEXT COLLATE "C" NOT NULL, -- the agency that can mend it
    except_by   TEXT COLLATE "C" NOT NULL, -- the official, agency/name, who took what is contested and may not decide on it again
    opened_at   BIGINT NOT NULL,
    opened_by   TEXT COLLATE "C" NOT NULL,
    due         BIGINT NOT NULL,
    clock       TEXT COLLATE "C" NOT NULL, -- the rule that gave the due day
    suspends    BIGINT NOT NULL,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);
CREATE INDEX dispute_handler ON dispute (handler, due);

CREATE TRIGGER dispute_stays BEFORE UPDATE ON dispute
    FOR EACH ROW EXECUTE FUNCTION refuse('what was contested is never changed');

-- What happened to a dispute since: its result, a complaint about that and the answer to it, a certification.
CREATE TABLE dispute_step (
    subject     BIGINT NOT NULL,
    dispute     BIGINT NOT NULL,
    seq         BIGINT NOT NULL, -- counts the dispute's steps from 1
    act         TEXT COLLATE "C" NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    official    TEXT COLLATE "C" NOT NULL,
    due         BIGINT,          -- until when the next answer is due, where the step asks for one
    handler     TEXT COLLATE "C" NOT NULL,    -- who is to give it
    digest      BYTEA,             -- of the document behind the step, where there is one
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, dispute, seq)
);

-- Evidence, whole, as it was handed in.
CREATE TABLE dispute_evidence (
    subject BIGINT NOT NULL,
    dispute BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    name    BYTEA NOT NULL,
    digest  BYTEA NOT NULL CHECK (length(digest) = 32),
    bytes   BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    sealed  BIGINT NOT NULL,
    PRIMARY KEY (subject, dispute, seq)
);

-- The subject's own words: one statement on a record, and one on the whole file (record 0).
CREATE TABLE statement (
    subject BIGINT NOT NULL,
    record  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    sealed  BIGINT NOT NULL,
    PRIMARY KEY (subject, record)
);

CREATE TABLE recall (
    subject   BIGINT NOT NULL,
    about     TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('correct', 'delete', 'lift', 'decide', 'review')),
    ground    TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    due       BIGINT,
    acknowledged_at BIGINT,
    acknowledged_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    reminders   BIGINT NOT NULL DEFAULT 0,
    reminded_at BIGINT,
    PRIMARY KEY (subject, about, recipient, kind, at)
);
CREATE INDEX recall_open ON recall (recipient, due) WHERE acknowledged_at IS NULL;
