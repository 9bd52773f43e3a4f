-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Model versions that are tried beside the one in force. No table here has a subject in it: what a version on trial says of
-- a subject is kept nowhere.

CREATE TABLE trial (
    id       BIGINT PRIMARY KEY,
    code     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    first    BIGINT NOT NULL, -- the day on which it began
    until    BIGINT NOT NULL, -- its last day
    begun_at BIGINT NOT NULL,
    begun_by TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT,          -- NULL = nobody ended it before its last day
    ended_by TEXT COLLATE "C" NOT NULL DEFAULT ''
);

-- One counting of everybody a day; counts is JSON, without anybody's name or number.
CREATE TABLE trial_run (
    trial    BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    against  BIGINT NOT NULL, -- the version that was in force
    snapshot TEXT COLLATE "C" NOT NULL,
    ledger   BIGINT NOT NULL,
    counts   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (trial, day)
);
