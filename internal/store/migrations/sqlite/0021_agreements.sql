-- Agreements on reading: which agency may read what for which purpose, and every step in the life of an agreement. No table
-- here has a subject in it.

CREATE TABLE agreement (
    id      INTEGER PRIMARY KEY,
    reader  TEXT NOT NULL,
    grantor TEXT NOT NULL,
    purpose TEXT NOT NULL,
    opens   INTEGER NOT NULL DEFAULT 0, -- 1 = granted, and neither suspended nor ended; its days are looked at beside
    wish    TEXT NOT NULL               -- what is agreed, as JSON
);
CREATE INDEX agreement_reader ON agreement (reader);

CREATE TABLE agreement_step (
    agreement INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    act       TEXT NOT NULL,
    at        INTEGER NOT NULL,
    official  TEXT NOT NULL, -- agency/official
    reason    TEXT NOT NULL,
    PRIMARY KEY (agreement, seq)
) WITHOUT ROWID;
