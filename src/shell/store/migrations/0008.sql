-- Who is signed in to the console: a row a browser, named by the digest of what its cookie holds.
CREATE TABLE session (
    hash   TEXT    NOT NULL PRIMARY KEY,
    person TEXT,
    role   TEXT    NOT NULL,
    made   INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    label  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
