-- Mandates: who may act for whom, in what, until when. They stand where credentials stand, which they follow.
CREATE TABLE mandate (
    id         INTEGER NOT NULL PRIMARY KEY,
    subject    INTEGER NOT NULL, -- for whom
    holder     INTEGER NOT NULL, -- who acts
    acts       TEXT NOT NULL,
    proof      TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to   INTEGER NOT NULL,
    given_at   INTEGER NOT NULL,
    given_by   TEXT NOT NULL,
    given_with TEXT NOT NULL,
    ended_at   INTEGER,
    ended_by   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mandate_subject ON mandate (subject);
CREATE INDEX mandate_holder ON mandate (holder);
