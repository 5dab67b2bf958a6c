-- Members as of their group's snapshot, a row each: who somebody is, and what they do.
CREATE TABLE members (
    grp      TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    seen     INTEGER,
    messages INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (grp, id)
) STRICT, WITHOUT ROWID;

-- They stood in the snapshot itself before.
INSERT INTO members (grp, id, who, seen, messages)
SELECT s.grp,
       json_extract(m.value, '$.id'),
       json_remove(m.value, '$.seen', '$.messages'),
       json_extract(m.value, '$.seen'),
       coalesce(json_extract(m.value, '$.messages'), 0)
FROM snapshot AS s, json_each(s.state, '$.members') AS m;

UPDATE snapshot SET state = json_remove(state, '$.members');
