-- Work on everybody, in blocks of subjects that any number of processes share.

CREATE TABLE job (
    id       INTEGER PRIMARY KEY,
    plan     TEXT NOT NULL,    -- of the schedule; '' where somebody asked for it
    day      INTEGER NOT NULL, -- on which it is due
    models   TEXT NOT NULL,    -- codes separated by spaces; '' is every model in force
    outdated INTEGER NOT NULL, -- 1: only whose ratings are outdated
    state    TEXT NOT NULL CHECK (state IN ('open', 'paused', 'cancelled', 'done')),
    made_at  INTEGER NOT NULL,
    made_by  TEXT NOT NULL,
    ended_at INTEGER
);
CREATE UNIQUE INDEX job_once ON job (plan, day) WHERE plan <> '';

-- A block is the subjects behind one, up to another. Who works on it holds it until a time, under a number that grows with
-- every holder: what is kept under an older number is refused.
CREATE TABLE job_block (
    job     INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    upto    INTEGER NOT NULL,
    last    INTEGER NOT NULL,           -- the subject up to which it is done
    fence   INTEGER NOT NULL DEFAULT 0,
    holder  TEXT NOT NULL DEFAULT '',
    until   INTEGER NOT NULL DEFAULT 0,
    ended   INTEGER NOT NULL DEFAULT 0,
    rated   INTEGER NOT NULL DEFAULT 0, -- ratings looked at
    changed INTEGER NOT NULL DEFAULT 0,
    low     INTEGER NOT NULL DEFAULT 0, -- of the part of a distributed database whose subjects they are; 0 and 0: of everybody
    high    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;

-- How far a rating of everybody has come that is no job: what is rated, from which state, and the subject up to which it is.
CREATE TABLE rate_run (
    what  TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    last  INTEGER NOT NULL
) WITHOUT ROWID;
