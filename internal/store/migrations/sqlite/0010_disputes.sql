-- Disputes, statements, and what recipients must take back.

CREATE TABLE recall (
    subject   INTEGER NOT NULL,
    about     TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('correct', 'delete', 'lift')),
    ground    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    due       INTEGER,
    acknowledged_at INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (subject, about, recipient, kind, at)
) WITHOUT ROWID;
