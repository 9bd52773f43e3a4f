-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Roles of officials, each given for a time by two others. An agency that has a line here, be it one without a credential, has
-- its officials do only what they hold a role for. No table here has a subject in it.
CREATE TABLE official_role (
    agency     TEXT COLLATE "C" NOT NULL,
    credential TEXT COLLATE "C" NOT NULL, -- '' tells no more than that the agency gives roles
    role       TEXT COLLATE "C" NOT NULL,
    given_at   BIGINT NOT NULL,
    official   TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    given_by   TEXT COLLATE "C" NOT NULL,
    given_with TEXT COLLATE "C" NOT NULL,
    ended_at   BIGINT,
    ended_by   TEXT COLLATE "C" NOT NULL DEFAULT '',
    reason     TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (agency, credential, role, given_at)
);
