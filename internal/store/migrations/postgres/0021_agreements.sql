-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Agreements on reading: which agency may read what for which purpose, and every step in the life of an agreement. No table
-- here has a subject in it.

CREATE TABLE agreement (
    id      BIGINT PRIMARY KEY,
    reader  TEXT COLLATE "C" NOT NULL,
    grantor TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    opens   BIGINT NOT NULL DEFAULT 0, -- 1 = granted, and neither suspended nor ended; its days are looked at beside
    wish    TEXT COLLATE "C" NOT NULL               -- what is agreed, as JSON
);
CREATE INDEX agreement_reader ON agreement (reader);

CREATE TABLE agreement_step (
    agreement BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    act       TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    official  TEXT COLLATE "C" NOT NULL, -- agency/official
    reason    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (agreement, seq)
);
