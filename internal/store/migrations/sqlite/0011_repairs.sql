-- Repair of penalties.

-- Records that were repaired: from the day on nobody sees them and no rating counts them.
CREATE TABLE repaired (
    subject INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    repair  INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    PRIMARY KEY (subject, record)
) WITHOUT ROWID;

-- Applications for repair, as they were made; never changed. particulars is the commitment and the account of the cure,
-- sealed under the subject's key where the subject is a human being.
CREATE TABLE repair (
    subject     INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    record      INTEGER NOT NULL,
    dataset     TEXT NOT NULL,
    regime      TEXT NOT NULL,
    tier        INTEGER NOT NULL,
    earliest    INTEGER NOT NULL,
    handler     TEXT NOT NULL, -- the agency that listed it and decides
    asked_at    INTEGER NOT NULL,
    asked_by    TEXT NOT NULL,
    decide_by   INTEGER NOT NULL,
    answer_by   INTEGER NOT NULL,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
CREATE INDEX repair_handler ON repair (handler, decide_by);

CREATE TRIGGER repair_stays BEFORE UPDATE ON repair
BEGIN SELECT RAISE (ABORT, 'an application is never changed'); END;

-- What happened to an application: forwarded, granted, refused, review asked for, and its answer.
CREATE TABLE repair_step (
    subject     INTEGER NOT NULL,
    repair      INTEGER NOT NULL,
    seq         INTEGER NOT NULL, -- counts the application's steps from 1
    act         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    agency      TEXT NOT NULL,
    official    TEXT NOT NULL,
    due         INTEGER,          -- until when the next step is due, where one is
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, repair, seq)
) WITHOUT ROWID;

-- Proof of the cure, whole, as it was handed in.
CREATE TABLE repair_proof (
    subject INTEGER NOT NULL,
    repair  INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    name    BLOB NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    bytes   INTEGER NOT NULL,
    body    BLOB NOT NULL,
    sealed  INTEGER NOT NULL,
    PRIMARY KEY (subject, repair, seq)
) WITHOUT ROWID;
