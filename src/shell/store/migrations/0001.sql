-- The journal is the source of truth; everything else can be made from it.

-- One row a decision. Its entries have the numbers seq, seq + 1, … seq + count - 1.
CREATE TABLE journal (
    seq     INTEGER PRIMARY KEY,
    grp     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    entries TEXT    NOT NULL
) STRICT;

-- A projection of the entries that send something: key is the entry's number, the message is in the entry.
-- open = 1 as long as somebody still has to do something about it: the courier, a person, or the engine.
CREATE TABLE outbox (
    key        INTEGER PRIMARY KEY,
    grp        TEXT    NOT NULL,
    effect     TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    open       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    part       INTEGER NOT NULL DEFAULT 0,
    in_doubt   INTEGER NOT NULL DEFAULT 0,
    told       INTEGER NOT NULL DEFAULT 1,
    note       TEXT    NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    until      INTEGER,
    settled_at INTEGER
) STRICT;

-- Few rows are open at once, so this index stays small; it also keeps an effect from being open twice.
CREATE UNIQUE INDEX outbox_open ON outbox (grp, effect) WHERE open = 1;

-- The state of a group after all its entries up to and including seq.
CREATE TABLE snapshot (
    grp     TEXT    PRIMARY KEY,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What readers need to know of a group without compiling anything.
CREATE TABLE groups (
    grp      TEXT PRIMARY KEY,
    playbook TEXT NOT NULL,
    title    TEXT NOT NULL,
    zone     TEXT NOT NULL,
    locale   TEXT NOT NULL,
    file     TEXT NOT NULL,
    digest   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every playbook version that was ever in force, with all texts that it was compiled from.
CREATE TABLE sources (
    digest TEXT PRIMARY KEY,
    path   TEXT    NOT NULL,
    files  TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Inputs that could not be digested, with the reason.
CREATE TABLE parked (
    id     INTEGER PRIMARY KEY,
    grp    TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    input  TEXT    NOT NULL,
    reason TEXT    NOT NULL
) STRICT;

-- checkpoint: every group's entries up to and including this number are in its snapshot.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('checkpoint', 0);
