-- Judging stored mail again, and finding it.

INSERT INTO operations VALUES (8, 'pull'), (9, 'restore'), (10, 'rescan');

-- Which delivery stands there? Only those that do: the rest are never asked
-- for by place.
CREATE INDEX deliveries_place ON deliveries (mailbox_guid, uid_validity, uid)
	WHERE state = 1;

-- This user's copies of this message were pulled: only an administrator lets
-- them go. One that is released or restored has no row here any more.
CREATE TABLE pulls (
	key BLOB NOT NULL,	-- 16 bytes: the first half of the message key
	user TEXT NOT NULL,
	time INTEGER NOT NULL,
	actor TEXT NOT NULL,
	comment TEXT NOT NULL,
	PRIMARY KEY (key, user)
) WITHOUT ROWID;

-- The importer's own words about where a feed comes from, a JSON object.
ALTER TABLE feeds ADD COLUMN details TEXT NOT NULL DEFAULT '';
