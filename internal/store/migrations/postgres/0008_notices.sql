-- Made from SQLite's migration of the same name; see TestOnePlan.
-- What subjects were told, and how it reached them.

-- What was told, in no language yet; never changed. That a rating has changed is told by its row in rating_history and has
-- none here while that row stands. body is empty where nothing is left but that something was told, and about what.
CREATE TABLE notice (
    subject  BIGINT NOT NULL,
    seq      BIGINT NOT NULL, -- counts the subject's notices from 1
    at       BIGINT NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL,
    about    TEXT COLLATE "C" NOT NULL,
    agency   TEXT COLLATE "C" NOT NULL,
    body     BYTEA NOT NULL,
    sealed   BIGINT NOT NULL,
    PRIMARY KEY (subject, seq)
);

CREATE TRIGGER notice_stays BEFORE UPDATE ON notice
    FOR EACH ROW EXECUTE FUNCTION refuse('what was told is never changed');

CREATE TRIGGER told_rating_stays BEFORE UPDATE ON rating_history
    FOR EACH ROW EXECUTE FUNCTION refuse('what was told is never changed');

-- Ratings that go leave behind that their subject was told of them, under the number that it knows.
CREATE FUNCTION told_rating_leaves() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO notice (subject, seq, at, occasion, about, agency, body, sealed)
    VALUES (OLD.subject, OLD.told, OLD.known_at, 'rating-changed', OLD.model, '', '\x', 0);
    RETURN NULL;
END $$;
CREATE TRIGGER told_rating_leaves AFTER DELETE ON rating_history FOR EACH ROW EXECUTE FUNCTION told_rating_leaves();

-- Records that tell against human beings, and corrections, of a submission that is not published yet: the publishing
-- commit makes notices of them.
CREATE TABLE notice_pending (
    submission BIGINT NOT NULL,
    subject    BIGINT NOT NULL,
    record     BIGINT NOT NULL,
    act        TEXT COLLATE "C" NOT NULL, -- "corrected" or "retracted", "" for a record that tells against its subject
    PRIMARY KEY (submission, subject, record)
);

-- When the subject itself marked a notice as read.
CREATE TABLE notice_read (
    subject BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (subject, seq)
);

-- The ways on which a subject is told. address holds address and secret, sealed under the subject's key whatever the kind.
-- done_to is the last notice that is settled on this channel: delivered, given up, or older than the channel.
CREATE TABLE notice_channel (
    subject      BIGINT NOT NULL,
    number       BIGINT NOT NULL, -- counts the subject's channels from 1
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('file', 'mail', 'hook', 'publication')),
    address      BYTEA NOT NULL,
    language     TEXT COLLATE "C" NOT NULL,
    digest       TEXT COLLATE "C" NOT NULL CHECK (digest IN ('each', 'daily', 'weekly')),
    brief        BIGINT NOT NULL, -- say only that there is something to read
    set_at       BIGINT NOT NULL,
    set_by       TEXT COLLATE "C" NOT NULL,
    proof        TEXT COLLATE "C" NOT NULL,    -- the digest of the document by which two officials set it, '' for the subject's own act
    code         BYTEA NOT NULL,    -- the digest of the code that confirms it
    confirmed_at BIGINT,
    ended_at     BIGINT,
    done_to      BIGINT NOT NULL,
    digested_at  BIGINT NOT NULL,
    PRIMARY KEY (subject, number)
);

-- How a notice fared on a channel of its subject, or of one that was one with it at that time; seq 0 is the message that asks to confirm the channel. sent says that an attempt is
-- under way or was cut off: it is made again once due has come, under the same id.
CREATE TABLE notice_delivery (
    subject  BIGINT NOT NULL,
    holder   BIGINT NOT NULL, -- whose channel it is
    channel  BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('sent', 'waiting', 'delivered', 'given_up')),
    attempts BIGINT NOT NULL,
    at       BIGINT NOT NULL, -- of the newest change of state
    due      BIGINT NOT NULL, -- when it may be tried again
    said     TEXT COLLATE "C" NOT NULL,    -- what the other side answered, or why it failed
    PRIMARY KEY (subject, holder, channel, seq)
);
CREATE INDEX notice_given_up ON notice_delivery (at) WHERE state = 'given_up';
