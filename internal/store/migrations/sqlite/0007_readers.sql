-- What readers may ask for, how often, and which reads a court keeps back for a time.

-- How many reads an agency has made for a purpose on a day.
CREATE TABLE read_usage (
    reader  TEXT NOT NULL,
    purpose TEXT NOT NULL,
    day     INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (reader, purpose, day)
) WITHOUT ROWID;

-- The names under which a case of several subjects stands in their ledgers: one for each, so that they lead nobody to
-- the others. There is no subject here, and the reader alone can ask.
CREATE TABLE read_case (
    reader    TEXT NOT NULL,
    reference TEXT NOT NULL,
    casefile  TEXT NOT NULL,
    PRIMARY KEY (reader, reference)
) WITHOUT ROWID;
CREATE INDEX read_case_file ON read_case (reader, casefile);

-- Orders of courts that reads be shown to their subject only from a day on. particulars holds the number of the
-- document, sealed under the subject's key where the subject is a human being.
CREATE TABLE read_delay (
    subject     INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    reader      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    casefile    TEXT NOT NULL,
    court       TEXT NOT NULL,
    official    TEXT NOT NULL,
    basis       TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    ordered_at  INTEGER NOT NULL,
    end_day     INTEGER NOT NULL,
    revealed_at INTEGER,
    particulars BLOB NOT NULL,
    sealed      INTEGER NOT NULL,
    PRIMARY KEY (subject, id)
) WITHOUT ROWID;
CREATE INDEX read_delay_end ON read_delay (end_day) WHERE revealed_at IS NULL;

-- When a subject kept its file closed to reads that rest on its consent.
CREATE TABLE file_freeze (
    subject   INTEGER NOT NULL,
    frozen_at INTEGER NOT NULL,
    opened_at INTEGER,
    PRIMARY KEY (subject, frozen_at)
) WITHOUT ROWID;
