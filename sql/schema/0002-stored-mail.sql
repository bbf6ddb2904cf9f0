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

-- Generations begin where no lost database has come: records in mail indexes
-- that it made are then stale, not fresh.
UPDATE meta SET value = max(strftime('%s', 'now'), 1)
	WHERE key = 'list_generation';
-- complete_since: "affected" tells of all changes since this generation.
-- importing: a feed is being compared with what is stored (0 or 1).
INSERT INTO meta SELECT 'complete_since', value FROM meta
	WHERE key = 'list_generation';
INSERT INTO meta VALUES ('importing', 0);
-- What was stored before lacks senders: it is read again.
UPDATE meta SET value = 0 WHERE key = 'rules_fingerprint';

-- Messages whose verdict a change of lists may change: the first half of the
-- key, and the last such generation. One above the current is of a feed that
-- is about to be put in force.
CREATE TABLE affected (
	key BLOB PRIMARY KEY CHECK (length(key) = 16),
	generation INTEGER NOT NULL
) WITHOUT ROWID;

-- Every address that is looked up in lists: From, Reply-To, Sender,
-- Return-Path and all envelope senders. rotated: "ben@example.org" is
-- "example.org@ben", so that an address and all of a domain are one range.
CREATE TABLE addresses (
	id INTEGER PRIMARY KEY,
	rotated TEXT NOT NULL UNIQUE
);
CREATE TABLE senders (
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	address_id INTEGER NOT NULL REFERENCES addresses(id),
	PRIMARY KEY (message_id, n)
) WITHOUT ROWID;
CREATE INDEX senders_address ON senders (address_id);

-- Links whose form in lists has another host than the one they lead to
-- ("http://0x7f000001/"): found by their hash alone.
CREATE TABLE odd_urls (
	url_hash INTEGER NOT NULL,
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	PRIMARY KEY (url_hash, message_id)
) WITHOUT ROWID;
CREATE INDEX odd_urls_message ON odd_urls (message_id);

-- struct warden_scan_result: which hosts were on an allow-list. -1 unknown.
ALTER TABLE messages ADD COLUMN allowed INTEGER NOT NULL DEFAULT -1;
