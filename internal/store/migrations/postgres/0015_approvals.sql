-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What a model version would do, looked at before it is approved.

-- Impact reports that were made: what they compare, over which population. The reports themselves are files; they live no
-- longer than the snapshot they were made of, and an approval names them by their digest.
CREATE TABLE impact_report (
    report    BYTEA NOT NULL PRIMARY KEY,  -- SHA-256
    candidate BYTEA NOT NULL,              -- digests of the models compared; current is empty where there was none
    current   BYTEA NOT NULL,
    made_at   BIGINT NOT NULL,
    made_by   TEXT COLLATE "C" NOT NULL,
    ledger    BIGINT NOT NULL,           -- the place in the ledger of the population
    snapshot  TEXT COLLATE "C" NOT NULL
);

CREATE INDEX impact_report_of ON impact_report (candidate, made_at);

-- Approvals: on which report each rests; NULL for the first version of a model, which nothing could be compared with.
CREATE TABLE model_approval (
    code        TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    approver    TEXT COLLATE "C" NOT NULL,
    approved_at BIGINT NOT NULL,
    report      BYTEA,
    PRIMARY KEY (code, version)
);
