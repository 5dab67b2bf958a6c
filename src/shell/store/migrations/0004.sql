-- Since when the message's channel has been failing it; none as long as no attempt failed.
ALTER TABLE outbox ADD COLUMN failed_at INTEGER;

-- What a robot sent lately, and how long its platform wants it to wait: a limit holds over a restart.
CREATE TABLE robots (
    robot        TEXT PRIMARY KEY,
    paused_until INTEGER,
    sent         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
