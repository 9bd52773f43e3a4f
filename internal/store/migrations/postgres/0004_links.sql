-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Subjects that were joined by hand or by an exact identifier, and parted again. Nothing is overwritten: undoing a link
-- is noted on it, and the records that moved are named.
CREATE TABLE link (
    id            BIGINT PRIMARY KEY,
    kept          BIGINT NOT NULL,
    merged        BIGINT NOT NULL,
    official      TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C" NOT NULL,
    evidence      TEXT COLLATE "C" NOT NULL,
    linked_at     BIGINT NOT NULL,
    undone_at     BIGINT,
    undone_by     TEXT COLLATE "C" NOT NULL DEFAULT '',
    undone_reason TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX link_merged ON link (merged);
CREATE INDEX link_kept ON link (kept);

CREATE TABLE link_record (
    link   BIGINT NOT NULL,
    record BIGINT NOT NULL,
    PRIMARY KEY (link, record)
);
