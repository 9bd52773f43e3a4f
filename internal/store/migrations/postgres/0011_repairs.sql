-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Repair of penalties.

-- Records that were repaired: from the day on nobody sees them and no rating counts them.
CREATE TABLE repaired (
    subject BIGINT NOT NULL,
    record  BIGINT NOT NULL,
    repair  BIGINT NOT NULL,
    day     BIGINT NOT NULL,
    PRIMARY KEY (subject, record)
);

-- Applications for repair, as they were made; never changed. particulars is the commitment and the account of the cure,
-- sealed under the subject's key where the subject is a human being.
CREATE TABLE repair (
    subject     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    record      BIGINT NOT NULL,
    dataset     TEXT COLLATE "C" NOT NULL,
    regime      TEXT COLLATE "C" NOT NULL,
    tier        BIGINT NOT NULL,
    earliest    BIGINT NOT NULL,
    handler     TEXT COLLATE "C" NOT NULL, -- the agency that listed it and decides
    asked_at    BIGINT NOT NULL,
    asked_by    TEXT COLLATE "C" NOT NULL,
    decide_by   BIGINT NOT NULL,
    answer_by   BIGINT NOT NULL,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);
CREATE INDEX repair_handler ON repair (handler, decide_by);

CREATE TRIGGER repair_stays BEFORE UPDATE ON repair
    FOR EACH ROW EXECUTE FUNCTION refuse('an application is never changed');

-- What happened to an application: forwarded, granted, refused, review asked for, and its answer.
CREATE TABLE repair_step (
    subject     BIGINT NOT NULL,
    repair      BIGINT NOT NULL,
    seq         BIGINT NOT NULL, -- counts the application's steps from 1
    act         TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    official    TEXT COLLATE "C" NOT NULL,
    due         BIGINT,          -- until when the next step is due, where one is
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, repair, seq)
);

-- Proof of the cure, whole, as it was handed in.
CREATE TABLE repair_proof (
    subject BIGINT NOT NULL,
    repair  BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    name    BYTEA NOT NULL,
    digest  BYTEA NOT NULL CHECK (length(digest) = 32),
    bytes   BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    sealed  BIGINT NOT NULL,
    PRIMARY KEY (subject, repair, seq)
);
