-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What readers may ask for, how often, and which reads a court keeps back for a time.

-- How many reads an agency has made for a purpose on a day.
CREATE TABLE read_usage (
    reader  TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    day     BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (reader, purpose, day)
);

-- The names under which a case of several subjects stands in their ledgers: one for each, so that they lead nobody to
-- the others. There is no subject here, and the reader alone can ask.
CREATE TABLE read_case (
    reader    TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    casefile  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (reader, reference)
);
CREATE INDEX read_case_file ON read_case (reader, casefile);

-- Orders of courts that reads be shown to their subject only from a day on. particulars holds the number of the
-- document, sealed under the subject's key where the subject is a human being.
CREATE TABLE read_delay (
    subject     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    reader      TEXT COLLATE "C" NOT NULL,
    purpose     TEXT COLLATE "C" NOT NULL,
    casefile    TEXT COLLATE "C" NOT NULL,
    court       TEXT COLLATE "C" NOT NULL,
    official    TEXT COLLATE "C" NOT NULL,
    basis       TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL CHECK (length(digest) = 32),
    ordered_at  BIGINT NOT NULL,
    end_day     BIGINT NOT NULL,
    revealed_at BIGINT,
    particulars BYTEA NOT NULL,
    sealed      BIGINT NOT NULL,
    PRIMARY KEY (subject, id)
);
CREATE INDEX read_delay_end ON read_delay (end_day) WHERE revealed_at IS NULL;

-- When a subject kept its file closed to reads that rest on its consent.
CREATE TABLE file_freeze (
    subject   BIGINT NOT NULL,
    frozen_at BIGINT NOT NULL,
    opened_at BIGINT,
    PRIMARY KEY (subject, frozen_at)
);
