-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What was erased and when it must stay so.

-- Records that a submission takes back or corrects: what a backup knows of them is out of date once it is published.
CREATE TABLE taken_back (
    submission BIGINT NOT NULL,
    subject    BIGINT NOT NULL,
    record     BIGINT NOT NULL,
    PRIMARY KEY (submission, subject, record)
);

-- A supplier's row whose record was erased: it may not come in again.
ALTER TABLE source_row ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;

-- Erasures asked for. One that an order or the law holds up is done as soon as nothing does any more; done_at is NULL
-- until then. record is 0 where the whole file goes.
CREATE TABLE erasure (
    subject  BIGINT NOT NULL,
    record   BIGINT NOT NULL,
    ground   TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    done_at  BIGINT,
    held_by  TEXT COLLATE "C" NOT NULL,    -- why it waits, as codes; '' where it does not
    PRIMARY KEY (subject, record)
);

-- Those that wait; few rows.
CREATE INDEX erasure_waits ON erasure (subject) WHERE done_at IS NULL;

-- A consent for one time, and when a read used it up; NULL until then.
ALTER TABLE consent ADD COLUMN once BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consent ADD COLUMN used_at BIGINT;

-- What is gone of matters that the database did not know when it was put back from a backup, by the keyed number of the
-- supplier's row or of an identifier, with the kind of mark in the journal. It is applied when the row comes in again.
CREATE TABLE gone_ahead (
    number BIGINT NOT NULL,
    kind   BIGINT NOT NULL,
    day    BIGINT NOT NULL,
    PRIMARY KEY (number, kind)
);
