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

-- Words in subjects: their trigrams, of messages up to meta's subjects_upto.
-- Written when nobody waits, some hundred messages at a time: one a message
-- would cost as much as the rest of its row.
CREATE VIRTUAL TABLE subjects USING fts5 (
	subject, content = '', tokenize = 'trigram', detail = 'none'
);
INSERT INTO meta VALUES ('subjects_upto', 0);

-- What is known of older mail's senders.
INSERT INTO addresses (rotated)
	SELECT DISTINCT substr(a, instr(a, '@') + 1) || '@' ||
		substr(a, 1, instr(a, '@') - 1)
	FROM (SELECT from_address AS a FROM messages UNION
		SELECT lower(sender) FROM deliveries)
	WHERE a LIKE '%@%' AND a NOT LIKE '%@%@%';
INSERT INTO senders (message_id, n, address_id)
	SELECT message_id, row_number() OVER (PARTITION BY message_id
		ORDER BY n) - 1, address_id
	FROM (SELECT m.id AS message_id, min(n) AS n, address_id FROM (
		SELECT id, 0 AS n, from_address AS a FROM messages UNION ALL
		SELECT message_id, 1, lower(sender) FROM deliveries) AS m
		JOIN (SELECT id AS address_id, substr(rotated,
			instr(rotated, '@') + 1) || '@' || substr(rotated, 1,
			instr(rotated, '@') - 1) AS name FROM addresses)
		ON name = a
	WHERE m.id IS NOT NULL GROUP BY m.id, address_id);

-- A message that is pruned (its words go before it: a trigger may not touch
-- virtual tables). Its number may be given to another one, whose subject is then
-- not indexed yet.
CREATE TRIGGER messages_deleted AFTER DELETE ON messages BEGIN
	UPDATE meta SET value = min(value,
		coalesce((SELECT max(id) FROM messages), 0))
		WHERE key = 'subjects_upto';
	DELETE FROM affected WHERE key = substr(old.key, 1, 16);
	DELETE FROM pulls WHERE key = substr(old.key, 1, 16);
END;
