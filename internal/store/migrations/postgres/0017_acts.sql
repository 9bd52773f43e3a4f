-- Made from SQLite's migration of the same name; see TestOnePlan.
-- Which act each process did last, written with the act itself, where the answer to a commit can be lost on the way: a process
-- that does not know what became of its commit looks here. The embedded engine writes nothing into it.
CREATE TABLE last_act (
    process TEXT COLLATE "C" PRIMARY KEY,
    number  BIGINT NOT NULL,
    at      BIGINT NOT NULL
);
