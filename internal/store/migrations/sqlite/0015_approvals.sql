-- What a model version would do, looked at before it is approved.

-- Impact reports that were made: what they compare, over which population. The reports themselves are files; they live no
-- longer than the snapshot they were made of, and an approval names them by their digest.
CREATE TABLE impact_report (
    report    BLOB NOT NULL PRIMARY KEY,  -- SHA-256
    candidate BLOB NOT NULL,              -- digests of the models compared; current is empty where there was none
    current   BLOB NOT NULL,
    made_at   INTEGER NOT NULL,
    made_by   TEXT NOT NULL,
    ledger    INTEGER NOT NULL,           -- the place in the ledger of the population
    snapshot  TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX impact_report_of ON impact_report (candidate, made_at);

-- Approvals: on which report each rests; NULL for the first version of a model, which nothing could be compared with.
CREATE TABLE model_approval (
    code        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    approver    TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    report      BLOB,
    PRIMARY KEY (code, version)
) WITHOUT ROWID;
