-- Requests that were sent with an Idempotency-Key, for a day: digests of the key and of the request, and the answer, which
-- only who sends the key again can open.
CREATE TABLE answered (
    credential TEXT NOT NULL,
    key        BLOB NOT NULL,
    request    BLOB NOT NULL,
    status     INTEGER NOT NULL, -- 0 while it is being answered
    answer     BLOB NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (credential, key)
) WITHOUT ROWID;
CREATE INDEX answered_at ON answered (at);
