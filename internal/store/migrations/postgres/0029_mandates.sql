-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Mandates: who may act for whom, in what, until when. They stand where credentials stand, which they follow.
CREATE TABLE mandate (
    id         BIGINT NOT NULL PRIMARY KEY,
    subject    BIGINT NOT NULL, -- for whom
    holder     BIGINT NOT NULL, -- who acts
    acts       TEXT COLLATE "C" NOT NULL,
    proof      TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    given_at   BIGINT NOT NULL,
    given_by   TEXT COLLATE "C" NOT NULL,
    given_with TEXT COLLATE "C" NOT NULL,
    ended_at   BIGINT,
    ended_by   TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX mandate_subject ON mandate (subject);
CREATE INDEX mandate_holder ON mandate (holder);
