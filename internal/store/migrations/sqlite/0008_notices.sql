-- What subjects were told, and how it reached them.

-- What was told, in no language yet; never changed. That a rating has changed is told by its row in rating_history and has
-- none here while that row stands. body is empty where nothing is left but that something was told, and about what.
CREATE TABLE notice (
    subject  INTEGER NOT NULL,
    seq      INTEGER NOT NULL, -- counts the subject's notices from 1
    at       INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    about    TEXT NOT NULL,
    agency   TEXT NOT NULL,
    body     BLOB NOT NULL,
    sealed   INTEGER NOT NULL,
    PRIMARY KEY (subject, seq)
) WITHOUT ROWID;

CREATE TRIGGER notice_stays BEFORE UPDATE ON notice
BEGIN SELECT RAISE (ABORT, 'what was told is never changed'); END;

CREATE TRIGGER told_rating_stays BEFORE UPDATE ON rating_history
BEGIN SELECT RAISE (ABORT, 'what was told is never changed'); END;

-- Ratings that go leave behind that their subject was told of them, under the number that it knows.
CREATE TRIGGER told_rating_leaves AFTER DELETE ON rating_history
BEGIN
    INSERT INTO notice (subject, seq, at, occasion, about, agency, body, sealed)
    VALUES (OLD.subject, OLD.told, OLD.known_at, 'rating-changed', OLD.model, '', x'', 0);
END;

-- Records that tell against human beings, and corrections, of a submission that is not published yet: the publishing
-- commit makes notices of them.
CREATE TABLE notice_pending (
    submission INTEGER NOT NULL,
    subject    INTEGER NOT NULL,
    record     INTEGER NOT NULL,
    act        TEXT NOT NULL, -- "corrected" or "retracted", "" for a record that tells against its subject
    PRIMARY KEY (submission, subject, record)
) WITHOUT ROWID;

-- When the subject itself marked a notice as read.
CREATE TABLE notice_read (
    subject INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (subject, seq)
) WITHOUT ROWID;

-- The ways on which a subject is told. address holds address and secret, sealed under the subject's key whatever the kind.
-- done_to is the last notice that is settled on this channel: delivered, given up, or older than the channel.
CREATE TABLE notice_channel (
    subject      INTEGER NOT NULL,
    number       INTEGER NOT NULL, -- counts the subject's channels from 1
    kind         TEXT NOT NULL CHECK (kind IN ('file', 'mail', 'hook', 'publication')),
    address      BLOB NOT NULL,
    language     TEXT NOT NULL,
    digest       TEXT NOT NULL CHECK (digest IN ('each', 'daily', 'weekly')),
    brief        INTEGER NOT NULL, -- say only that there is something to read
    set_at       INTEGER NOT NULL,
    set_by       TEXT NOT NULL,
    proof        TEXT NOT NULL,    -- the digest of the document by which two officials set it, '' for the subject's own act
    code         BLOB NOT NULL,    -- the digest of the code that confirms it
    confirmed_at INTEGER,
    ended_at     INTEGER,
    done_to      INTEGER NOT NULL,
    digested_at  INTEGER NOT NULL,
    PRIMARY KEY (subject, number)
) WITHOUT ROWID;

-- How a notice fared on a channel of its subject, or of one that was one with it at that time; seq 0 is the message that asks to confirm the channel. sent says that an attempt is
-- under way or was cut off: it is made again once due has come, under the same id.
CREATE TABLE notice_delivery (
    subject  INTEGER NOT NULL,
    holder   INTEGER NOT NULL, -- whose channel it is
    channel  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('sent', 'waiting', 'delivered', 'given_up')),
    attempts INTEGER NOT NULL,
    at       INTEGER NOT NULL, -- of the newest change of state
    due      INTEGER NOT NULL, -- when it may be tried again
    said     TEXT NOT NULL,    -- what the other side answered, or why it failed
    PRIMARY KEY (subject, holder, channel, seq)
) WITHOUT ROWID;
CREATE INDEX notice_given_up ON notice_delivery (at) WHERE state = 'given_up';
