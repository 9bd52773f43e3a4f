-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Requests that were sent with an Idempotency-Key, for a day: digests of the key and of the request, and the answer, which
-- only who sends the key again can open.
CREATE TABLE answered (
    credential TEXT COLLATE "C" NOT NULL,
    key        BYTEA NOT NULL,
    request    BYTEA NOT NULL,
    status     BIGINT NOT NULL, -- 0 while it is being answered
    answer     BYTEA NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (credential, key)
);
CREATE INDEX answered_at ON answered (at);
