-- Which facts from outside are recorded: a row a report, by its sender and the id that the sender gave it.
CREATE TABLE inbox (
    source TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_at ON inbox (at);
