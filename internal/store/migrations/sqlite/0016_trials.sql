-- Model versions that are tried beside the one in force. No table here has a subject in it: what a version on trial says of
-- a subject is kept nowhere.

CREATE TABLE trial (
    id       INTEGER PRIMARY KEY,
    code     TEXT NOT NULL,
    version  INTEGER NOT NULL,
    first    INTEGER NOT NULL, -- the day on which it began
    until    INTEGER NOT NULL, -- its last day
    begun_at INTEGER NOT NULL,
    begun_by TEXT NOT NULL,
    ended_at INTEGER,          -- NULL = nobody ended it before its last day
    ended_by TEXT NOT NULL DEFAULT ''
);

-- One counting of everybody a day; counts is JSON, without anybody's name or number.
CREATE TABLE trial_run (
    trial    INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    against  INTEGER NOT NULL, -- the version that was in force
    snapshot TEXT NOT NULL,
    ledger   INTEGER NOT NULL,
    counts   TEXT NOT NULL,
    PRIMARY KEY (trial, day)
) WITHOUT ROWID;
