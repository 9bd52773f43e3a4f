-- The first floor. Every subject-scoped table starts its key with the subject, so that one subject's file is one place
-- on disk and the same schema can be sharded by subject. Days are whole numbers (days since 1970-01-01, NULL = none),
-- instants are microseconds since 1970 in UTC.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The catalogue as a set of YAML files, one set a version. Contracts get a number of their own, which records carry.
CREATE TABLE catalogue_version (
    number    INTEGER PRIMARY KEY,
    loaded_at INTEGER NOT NULL,
    digest    BLOB NOT NULL UNIQUE,
    files     BLOB NOT NULL
);

CREATE TABLE contract (
    number  INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    version INTEGER NOT NULL,
    agency  TEXT NOT NULL,
    UNIQUE (dataset, version)
);

CREATE TABLE subject (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('enterprise', 'public_body', 'office_holder', 'person')),
    sole     INTEGER NOT NULL DEFAULT 0,
    region   TEXT NOT NULL DEFAULT '',
    redirect INTEGER NOT NULL DEFAULT 0
);

-- From identifier to subject. The value of a personal scheme is a keyed hash; the value itself is sealed in
-- subject_identifier under the subject's key.
CREATE TABLE identifier (
    scheme  TEXT NOT NULL,
    value   BLOB NOT NULL,
    subject INTEGER NOT NULL,
    PRIMARY KEY (scheme, value)
) WITHOUT ROWID;

CREATE TABLE subject_identifier (
    subject INTEGER NOT NULL,
    scheme  TEXT NOT NULL,
    value   BLOB NOT NULL,
    sealed  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, scheme, value)
) WITHOUT ROWID;

-- Names of organisations only, for search. Persons and sole traders are never searchable.
CREATE TABLE subject_name (
    subject INTEGER NOT NULL,
    name    TEXT NOT NULL,
    folded  TEXT NOT NULL,
    PRIMARY KEY (subject, name)
) WITHOUT ROWID;
CREATE INDEX subject_name_folded ON subject_name (folded);

CREATE TABLE submission (
    number       INTEGER PRIMARY KEY,
    agency       TEXT NOT NULL,
    official     TEXT NOT NULL DEFAULT '',   -- who brought it, as agency/name: the supplier's or the platform's own
    dataset      TEXT NOT NULL,
    contract     INTEGER NOT NULL REFERENCES contract (number),
    file         TEXT NOT NULL,
    digest       BLOB NOT NULL,
    bytes        INTEGER NOT NULL,
    replays      INTEGER NOT NULL DEFAULT 0, -- the submission whose quarantined rows this one replays
    started_at   INTEGER NOT NULL,
    published_at INTEGER,                    -- NULL until the one publishing commit
    state        TEXT NOT NULL CHECK (state IN ('open', 'held', 'published', 'discarded')),
    done_line    INTEGER NOT NULL DEFAULT 0, -- rows up to this line are stored; a killed run goes on behind it
    read         INTEGER NOT NULL DEFAULT 0,
    stored       INTEGER NOT NULL DEFAULT 0,
    unchanged    INTEGER NOT NULL DEFAULT 0,
    rejected     INTEGER NOT NULL DEFAULT 0,
    unbound      INTEGER NOT NULL DEFAULT 0,
    warned       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX submission_source ON submission (agency, dataset, digest);

-- A row's identity at its supplier, claimed before its first version is written.
CREATE TABLE source_row (
    agency  TEXT NOT NULL,
    dataset TEXT NOT NULL,
    key     BLOB NOT NULL,
    subject INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    submission INTEGER NOT NULL, -- the one that claimed it last
    PRIMARY KEY (agency, dataset, key)
) WITHOUT ROWID;

CREATE TABLE record_version (
    subject    INTEGER NOT NULL,
    record     INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    contract   INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    occurred   INTEGER NOT NULL,
    valid_from INTEGER,
    valid_to   INTEGER,
    tier       INTEGER NOT NULL,
    adverse    INTEGER NOT NULL,
    lapse      INTEGER,
    digest     BLOB NOT NULL,
    source_key BLOB NOT NULL,
    payload    TEXT NOT NULL,
    sealed     BLOB,
    PRIMARY KEY (subject, record, seq)
) WITHOUT ROWID;

-- Subjects whose ratings a submission outdates from its publication on, until they are computed again.
CREATE TABLE stale (
    subject    INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    PRIMARY KEY (subject, submission)
) WITHOUT ROWID;

-- When the last publication that outdated a subject was published, kept when its mark goes: by it those are found about whom
-- something has changed since a whole population was read.
CREATE TABLE touched (
    subject INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL
);

-- Rows that wait: rejected by a rule, or bound to nobody. The row itself is sealed where it may tell of a person.
CREATE TABLE quarantine (
    submission INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    part       INTEGER NOT NULL, -- counts the rows that a mapping made of one line, 0 where it made one
    state      TEXT NOT NULL CHECK (state IN ('rejected', 'unbound', 'replayed')),
    findings   BLOB NOT NULL,
    header     BLOB NOT NULL,
    row        BLOB NOT NULL,
    sealed     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (submission, line, part)
) WITHOUT ROWID;

-- Warnings of rows that went in, and how often each was given.
CREATE TABLE finding_count (
    submission INTEGER NOT NULL,
    rule       TEXT NOT NULL,
    field      TEXT NOT NULL,
    warning    INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    example    TEXT NOT NULL,
    PRIMARY KEY (submission, rule, field, warning)
) WITHOUT ROWID;

CREATE TABLE model (
    code    TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    body    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'active', 'retired')),
    author   TEXT NOT NULL,
    approver TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    PRIMARY KEY (code, version)
) WITHOUT ROWID;

-- The newest rating of each subject by each model. Derived: it can be rebuilt from records at any time.
CREATE TABLE rating (
    subject    INTEGER NOT NULL,
    model      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    as_of      INTEGER NOT NULL,
    known_at   INTEGER NOT NULL,
    good_until INTEGER,          -- first day on which it must be computed again; NULL = nothing changes it but new records
    status     TEXT NOT NULL,
    score      INTEGER,
    band       TEXT NOT NULL,
    gate       TEXT NOT NULL,
    why_not    TEXT NOT NULL,
    PRIMARY KEY (subject, model)
) WITHOUT ROWID;

-- What the rating was, from when on; a row is added only where something a reader sees has changed. The row itself is the
-- notice by which the subject was told of the change: told is its number among the subject's notices.
CREATE TABLE rating_history (
    subject    INTEGER NOT NULL,
    model      TEXT NOT NULL,
    known_at   INTEGER NOT NULL,
    told       INTEGER NOT NULL CHECK (told > 0),
    version    INTEGER NOT NULL,
    as_of      INTEGER NOT NULL,
    status     TEXT NOT NULL,
    score      INTEGER,
    band       TEXT NOT NULL,
    gate       TEXT NOT NULL,
    PRIMARY KEY (subject, model, known_at)
) WITHOUT ROWID;
