-- Subjects that were joined by hand or by an exact identifier, and parted again. Nothing is overwritten: undoing a link
-- is noted on it, and the records that moved are named.
CREATE TABLE link (
    id            INTEGER PRIMARY KEY,
    kept          INTEGER NOT NULL,
    merged        INTEGER NOT NULL,
    official      TEXT NOT NULL,
    reason        TEXT NOT NULL,
    evidence      TEXT NOT NULL,
    linked_at     INTEGER NOT NULL,
    undone_at     INTEGER,
    undone_by     TEXT NOT NULL DEFAULT '',
    undone_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX link_merged ON link (merged);
CREATE INDEX link_kept ON link (kept);

CREATE TABLE link_record (
    link   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (link, record)
) WITHOUT ROWID;
