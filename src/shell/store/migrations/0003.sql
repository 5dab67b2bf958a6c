-- Which rules of behaviour decided (src/shell/editions.rs). Decisions from before this form are of edition 0.
ALTER TABLE journal ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;

-- Older decisions, compressed: one row holds a run of rows of the journal, whole, and takes their place.
CREATE TABLE archive (
    first     INTEGER PRIMARY KEY,
    last      INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    decisions INTEGER NOT NULL,
    form      INTEGER NOT NULL,
    pages     BLOB    NOT NULL
) STRICT;

-- edition: the rules that people were last told of. doubt_after, doubt_until: what is due between them may have been
-- sent by an engine whose state was lost (a copy was put back).
INSERT INTO meta (name, value) VALUES ('edition', 0);

-- "plbk": whose file this is.
PRAGMA application_id = 1886151275;
