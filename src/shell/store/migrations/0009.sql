-- Up to where an ear has heard its platform, in the platform's words, and when it heard last.
CREATE TABLE cursor (
    channel TEXT    NOT NULL PRIMARY KEY,
    value   TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
