-- Which act each process did last, written with the act itself, where the answer to a commit can be lost on the way: a process
-- that does not know what became of its commit looks here. The embedded engine writes nothing into it.
CREATE TABLE last_act (
    process TEXT PRIMARY KEY,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL
) WITHOUT ROWID;
