-- Keys of agencies' systems: public halves and digests of certificates alone. A key that was revoked stays, so that what it
-- signed before can be told from what somebody signs with it since.
CREATE TABLE system_key (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    agency     TEXT NOT NULL,
    system     TEXT NOT NULL,
    official   TEXT NOT NULL, -- the name of a credential
    public     BLOB NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to   INTEGER NOT NULL,
    added_at   INTEGER NOT NULL,
    added_by   TEXT NOT NULL,
    added_with TEXT NOT NULL,
    replaces   TEXT NOT NULL,
    revoked_at INTEGER,
    revoked_by TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX system_key_agency ON system_key (agency, system);

-- What a key has used once and may not use again: nonces of requests, numbers of assertions, until they would be stale anyway.
CREATE TABLE seen_nonce (
    key    TEXT NOT NULL,
    nonce  TEXT NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (key, nonce)
) WITHOUT ROWID;
CREATE INDEX seen_nonce_until ON seen_nonce (until);

-- Access tokens of agencies' systems. Of a token only its SHA-256 is kept.
CREATE TABLE access_token (
    digest      BLOB PRIMARY KEY,
    key         TEXT NOT NULL,
    credential  TEXT NOT NULL, -- of the official for whom the system acts
    certificate BLOB,          -- the SHA-256 of the one it is bound to
    issued_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) WITHOUT ROWID;
CREATE INDEX access_token_expiry ON access_token (expires_at);

-- With what an agency signed something it sent: submissions by their number, orders by the SHA-256 of their document.
CREATE TABLE signed_matter (
    kind      TEXT NOT NULL,
    matter    TEXT NOT NULL,
    key       TEXT NOT NULL,
    agency    TEXT NOT NULL,
    system    TEXT NOT NULL,
    form      TEXT NOT NULL,
    body      TEXT NOT NULL,
    signature BLOB NOT NULL,
    digest    BLOB NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (kind, matter, key)
) WITHOUT ROWID;

-- Whose files, to which dataset ('' for all, 'orders' for orders), are taken with a signature only.
CREATE TABLE signing_demand (
    agency   TEXT NOT NULL,
    dataset  TEXT NOT NULL,
    since    INTEGER NOT NULL,
    officials TEXT NOT NULL,
    PRIMARY KEY (agency, dataset)
) WITHOUT ROWID;

-- Accounts at issuers of OpenID Connect, each bound to one credential by two officials. The name of an account is kept as a
-- digest: it leads from a sign-in to the credential, and nowhere back.
CREATE TABLE account (
    digest   BLOB PRIMARY KEY,
    subject  INTEGER NOT NULL, -- whose own the credential is, 0 for an official's
    credential TEXT NOT NULL,
    level    TEXT NOT NULL,
    bound_at INTEGER NOT NULL,
    officials TEXT NOT NULL,
    proof    TEXT NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;

-- Sessions of people who signed in. Of the cookie only its SHA-256 is kept.
CREATE TABLE session (
    digest   BLOB PRIMARY KEY,
    subject  INTEGER NOT NULL,
    account  BLOB NOT NULL,
    credential TEXT NOT NULL,
    level    TEXT NOT NULL,
    factors  INTEGER NOT NULL, -- how many the sign-in proved
    signed_at INTEGER NOT NULL, -- when its bearer last proved itself to the issuer
    begun_at INTEGER NOT NULL,
    used_at  INTEGER NOT NULL,
    ends_at  INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE INDEX session_end ON session (ends_at);
