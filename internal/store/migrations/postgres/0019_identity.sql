-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Keys of agencies' systems: public halves and digests of certificates alone. A key that was revoked stays, so that what it
-- signed before can be told from what somebody signs with it since.
CREATE TABLE system_key (
    id         TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL,
    agency     TEXT COLLATE "C" NOT NULL,
    system     TEXT COLLATE "C" NOT NULL,
    official   TEXT COLLATE "C" NOT NULL, -- the name of a credential
    public     BYTEA NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    added_at   BIGINT NOT NULL,
    added_by   TEXT COLLATE "C" NOT NULL,
    added_with TEXT COLLATE "C" NOT NULL,
    replaces   TEXT COLLATE "C" NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    reason     TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX system_key_agency ON system_key (agency, system);

-- What a key has used once and may not use again: nonces of requests, numbers of assertions, until they would be stale anyway.
CREATE TABLE seen_nonce (
    key    TEXT COLLATE "C" NOT NULL,
    nonce  TEXT COLLATE "C" NOT NULL,
    until  BIGINT NOT NULL,
    PRIMARY KEY (key, nonce)
);
CREATE INDEX seen_nonce_until ON seen_nonce (until);

-- Access tokens of agencies' systems. Of a token only its SHA-256 is kept.
CREATE TABLE access_token (
    digest      BYTEA PRIMARY KEY,
    key         TEXT COLLATE "C" NOT NULL,
    credential  TEXT COLLATE "C" NOT NULL, -- of the official for whom the system acts
    certificate BYTEA,          -- the SHA-256 of the one it is bound to
    issued_at   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    revoked_at  BIGINT
);
CREATE INDEX access_token_expiry ON access_token (expires_at);

-- With what an agency signed something it sent: submissions by their number, orders by the SHA-256 of their document.
CREATE TABLE signed_matter (
    kind      TEXT COLLATE "C" NOT NULL,
    matter    TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    agency    TEXT COLLATE "C" NOT NULL,
    system    TEXT COLLATE "C" NOT NULL,
    form      TEXT COLLATE "C" NOT NULL,
    body      TEXT COLLATE "C" NOT NULL,
    signature BYTEA NOT NULL,
    digest    BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (kind, matter, key)
);

-- Whose files, to which dataset ('' for all, 'orders' for orders), are taken with a signature only.
CREATE TABLE signing_demand (
    agency   TEXT COLLATE "C" NOT NULL,
    dataset  TEXT COLLATE "C" NOT NULL,
    since    BIGINT NOT NULL,
    officials TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (agency, dataset)
);

-- Accounts at issuers of OpenID Connect, each bound to one credential by two officials. The name of an account is kept as a
-- digest: it leads from a sign-in to the credential, and nowhere back.
CREATE TABLE account (
    digest   BYTEA PRIMARY KEY,
    subject  BIGINT NOT NULL, -- whose own the credential is, 0 for an official's
    credential TEXT COLLATE "C" NOT NULL,
    level    TEXT COLLATE "C" NOT NULL,
    bound_at BIGINT NOT NULL,
    officials TEXT COLLATE "C" NOT NULL,
    proof    TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT
);

-- Sessions of people who signed in. Of the cookie only its SHA-256 is kept.
CREATE TABLE session (
    digest   BYTEA PRIMARY KEY,
    subject  BIGINT NOT NULL,
    account  BYTEA NOT NULL,
    credential TEXT COLLATE "C" NOT NULL,
    level    TEXT COLLATE "C" NOT NULL,
    factors  BIGINT NOT NULL, -- how many the sign-in proved
    signed_at BIGINT NOT NULL, -- when its bearer last proved itself to the issuer
    begun_at BIGINT NOT NULL,
    used_at  BIGINT NOT NULL,
    ends_at  BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_end ON session (ends_at);
