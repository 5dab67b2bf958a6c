-- What a platform said when it accepted a message, for messages that answer it. Few platforms say anything.
CREATE INDEX outbox_noted ON outbox (grp, effect) WHERE status = 'delivered' AND note <> '';
