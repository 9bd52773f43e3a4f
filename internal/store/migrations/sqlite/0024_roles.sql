-- Roles of officials, each given for a time by two others. An agency that has a line here, be it one without a credential, has
-- its officials do only what they hold a role for. No table here has a subject in it.
CREATE TABLE official_role (
    agency     TEXT NOT NULL,
    credential TEXT NOT NULL, -- '' tells no more than that the agency gives roles
    role       TEXT NOT NULL,
    given_at   INTEGER NOT NULL,
    official   TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to   INTEGER NOT NULL,
    given_by   TEXT NOT NULL,
    given_with TEXT NOT NULL,
    ended_at   INTEGER,
    ended_by   TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (agency, credential, role, given_at)
) WITHOUT ROWID;
