-- What subjects were told, and how it reached them.

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
