-- The verdict database. Times are microseconds since 1970 (UTC) unless the
-- column says _secs. No message body is stored. Numbers of verdicts, actions,
-- operations and states are those of scanner/protocol/protocol.h; the tables
-- of names below make them readable in views.

CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('rules_epoch', 0), ('rules_fingerprint', 0),
	('list_generation', 0);

CREATE TABLE verdicts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO verdicts VALUES (0, 'unknown'), (1, 'clean'), (2, 'suspicious'),
	(3, 'spam'), (4, 'phishing'), (5, 'malware'), (6, 'policy'),
	(7, 'unscannable'), (8, 'pending'), (9, 'released');
CREATE TABLE actions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO actions VALUES (0, 'none'), (1, 'allow'), (2, 'flag'),
	(3, 'quarantine'), (4, 'defer');
CREATE TABLE operations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO operations VALUES (0, 'unknown'), (1, 'deliver'), (2, 'save'),
	(3, 'copy'), (4, 'move'), (5, 'fetch'), (6, 'sync'), (7, 'release');
-- intended: judged, the save is not known to have ended; stored: it stands
-- where the row says; aborted: nothing was saved; gone: no longer there.
CREATE TABLE states (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO states VALUES (0, 'intended'), (1, 'stored'), (2, 'aborted'),
	(3, 'gone');

-- One row a message, whatever the number of copies.
CREATE TABLE messages (
	id INTEGER PRIMARY KEY,
	key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
	size INTEGER NOT NULL,
	subject TEXT NOT NULL,
	from_name TEXT NOT NULL,
	from_address TEXT NOT NULL,
	reply_to TEXT NOT NULL,
	message_id TEXT NOT NULL,
	date_secs INTEGER NOT NULL,
	first_seen INTEGER NOT NULL,
	judged INTEGER NOT NULL,
	verdict INTEGER NOT NULL REFERENCES verdicts(id),
	score REAL NOT NULL,
	rules_epoch INTEGER NOT NULL,
	list_generation INTEGER NOT NULL,
	reason TEXT NOT NULL,
	symbols TEXT NOT NULL
);
CREATE INDEX messages_message_id ON messages (message_id)
	WHERE message_id <> '';
CREATE INDEX messages_from ON messages (from_address)
	WHERE from_address <> '';

CREATE TABLE parts (
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	path TEXT NOT NULL,
	name TEXT NOT NULL,
	declared_type TEXT NOT NULL,
	detected_type TEXT NOT NULL,
	kind INTEGER NOT NULL,
	flags INTEGER NOT NULL,
	size INTEGER NOT NULL,
	sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
	PRIMARY KEY (message_id, n)
) WITHOUT ROWID;
CREATE INDEX parts_sha256 ON parts (sha256);

-- reversed: "example.org" is "org.example.", so that a domain and all below it
-- are one range.
CREATE TABLE hosts (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	reversed TEXT NOT NULL UNIQUE
);

CREATE TABLE urls (
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	host_id INTEGER NOT NULL REFERENCES hosts(id),
	-- first 8 bytes of SHA-256 of the URL in the form of indicator lists
	url_hash INTEGER NOT NULL,
	url TEXT NOT NULL,
	text TEXT NOT NULL,
	source TEXT NOT NULL,
	part TEXT NOT NULL,
	PRIMARY KEY (message_id, n)
) WITHOUT ROWID;
-- One index for both questions: who links to this host, and to this URL.
CREATE INDEX urls_host ON urls (host_id, url_hash);

CREATE TABLE findings (
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	symbol TEXT NOT NULL,
	family TEXT NOT NULL,
	technique TEXT NOT NULL,
	score REAL NOT NULL,
	detail TEXT NOT NULL,
	part TEXT NOT NULL,
	PRIMARY KEY (message_id, n)
) WITHOUT ROWID;

CREATE TABLE unscanned (
	message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	part TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (message_id, n)
) WITHOUT ROWID;

CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- One row a copy: who got it, how, what was done, and where it stands.
CREATE TABLE deliveries (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	-- NULL: saved without being judged (pending), key not known
	message_id INTEGER REFERENCES messages(id) ON DELETE CASCADE,
	time INTEGER NOT NULL,
	user_id INTEGER NOT NULL REFERENCES users(id),
	recipient TEXT NOT NULL,
	sender TEXT NOT NULL,
	service TEXT NOT NULL,
	session TEXT NOT NULL,
	actor TEXT NOT NULL,
	operation INTEGER NOT NULL REFERENCES operations(id),
	wanted_mailbox TEXT NOT NULL,
	origin TEXT NOT NULL,
	verdict INTEGER NOT NULL REFERENCES verdicts(id),
	action INTEGER NOT NULL REFERENCES actions(id),
	keyword TEXT NOT NULL,
	state INTEGER NOT NULL DEFAULT 0 REFERENCES states(id),
	mailbox TEXT NOT NULL DEFAULT '',
	mailbox_guid BLOB,
	uid_validity INTEGER NOT NULL DEFAULT 0,
	uid INTEGER NOT NULL DEFAULT 0,
	guid TEXT NOT NULL DEFAULT ''
);
CREATE INDEX deliveries_user ON deliveries (user_id, time);
CREATE INDEX deliveries_message ON deliveries (message_id);
CREATE INDEX deliveries_time ON deliveries (time);
CREATE INDEX deliveries_sender ON deliveries (sender COLLATE NOCASE)
	WHERE sender <> '';
-- Most mail is clean and allowed: the rest is what people ask for.
CREATE INDEX deliveries_verdict ON deliveries (verdict, time)
	WHERE verdict > 1;
CREATE INDEX deliveries_action ON deliveries (action, time) WHERE action > 1;

-- Sticky: this user (or, with user '', everybody) may have this message.
CREATE TABLE releases (
	key BLOB NOT NULL,	-- 16 bytes: the first half of the message key
	user TEXT NOT NULL,
	time INTEGER NOT NULL,
	actor TEXT NOT NULL,
	comment TEXT NOT NULL,
	PRIMARY KEY (key, user)
) WITHOUT ROWID;

CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	time INTEGER NOT NULL,
	actor TEXT NOT NULL,
	what TEXT NOT NULL,
	object TEXT NOT NULL,
	comment TEXT NOT NULL
);

-- active: 0 being imported or being removed, 1 in force. An import fills a
-- new feed in small transactions, so that no scan waits for it, and then
-- trades places with the old one in a single step.
CREATE TABLE feeds (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	active INTEGER NOT NULL DEFAULT 0,
	source TEXT NOT NULL,
	allow INTEGER NOT NULL,
	imported INTEGER NOT NULL,
	indicators INTEGER NOT NULL
);
CREATE UNIQUE INDEX feeds_active ON feeds (name) WHERE active = 1;
-- kind: 0 sha256, 1 URL, 2 host, 3 sender (scanner/checks/checks.h).
-- feed_id has no index of its own and no foreign key: it would cost more than
-- the rare walk over all lists that takes one away.
CREATE TABLE indicators (
	kind INTEGER NOT NULL,
	value TEXT NOT NULL,
	feed_id INTEGER NOT NULL,
	threat TEXT NOT NULL,
	PRIMARY KEY (kind, value, feed_id)
) WITHOUT ROWID;

-- --- views that scripts may rely on (sql/README.md) -------------------------

-- Every copy with its verdict.
CREATE VIEW recent_verdicts AS
SELECT d.id AS delivery_id,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	u.name AS user, d.recipient, d.sender, d.service,
	o.name AS operation,
	v.name AS verdict, a.name AS action, m.score, m.symbols, m.reason,
	s.name AS state,
	CASE WHEN d.mailbox <> '' THEN d.mailbox ELSE d.wanted_mailbox END
		AS mailbox,
	d.wanted_mailbox, d.uid_validity, d.uid, d.guid,
	m.subject, m.from_name, m.from_address, m.message_id,
	lower(hex(m.key)) AS message_key, m.size, d.time AS time_us
FROM deliveries d JOIN users u ON u.id = d.user_id
	JOIN verdicts v ON v.id = d.verdict
	JOIN actions a ON a.id = d.action
	JOIN operations o ON o.id = d.operation
	JOIN states s ON s.id = d.state
	LEFT JOIN messages m ON m.id = d.message_id;

-- What stands (or is about to stand) in users' Quarantine. "action > 1" lets
-- SQLite see that the partial index will do.
CREATE VIEW quarantined AS
SELECT d.id AS delivery_id,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	u.name AS user, d.recipient, d.sender, d.service,
	o.name AS operation,
	v.name AS verdict, 'quarantine' AS action, m.score, m.symbols,
	m.reason, s.name AS state,
	CASE WHEN d.mailbox <> '' THEN d.mailbox ELSE d.wanted_mailbox END
		AS mailbox,
	d.wanted_mailbox, d.uid_validity, d.uid, d.guid,
	m.subject, m.from_name, m.from_address, m.message_id,
	lower(hex(m.key)) AS message_key, m.size, d.time AS time_us
FROM deliveries d JOIN users u ON u.id = d.user_id
	JOIN verdicts v ON v.id = d.verdict
	JOIN operations o ON o.id = d.operation
	JOIN states s ON s.id = d.state
	LEFT JOIN messages m ON m.id = d.message_id
WHERE d.action = 3 AND d.action > 1 AND d.state IN (0, 1);

-- Every copy of every file. sha256_blob is the indexed one.
CREATE VIEW attachment_sightings AS
SELECT lower(hex(p.sha256)) AS sha256, p.name, p.path, p.declared_type,
	p.detected_type, p.size, u.name AS user,
	CASE WHEN d.mailbox <> '' THEN d.mailbox ELSE d.wanted_mailbox END
		AS mailbox,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	v.name AS verdict, a.name AS action, s.name AS state,
	m.subject, m.from_address, lower(hex(m.key)) AS message_key,
	d.id AS delivery_id, p.sha256 AS sha256_blob, d.time AS time_us
FROM parts p JOIN messages m ON m.id = p.message_id
	JOIN deliveries d ON d.message_id = m.id
	JOIN users u ON u.id = d.user_id
	JOIN verdicts v ON v.id = d.verdict
	JOIN actions a ON a.id = d.action
	JOIN states s ON s.id = d.state;

-- Every copy of every link.
CREATE VIEW url_sightings AS
SELECT h.name AS host, l.url, l.text, l.source, u.name AS user,
	CASE WHEN d.mailbox <> '' THEN d.mailbox ELSE d.wanted_mailbox END
		AS mailbox,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	v.name AS verdict, a.name AS action, s.name AS state,
	m.subject, m.from_address, lower(hex(m.key)) AS message_key,
	d.id AS delivery_id, h.reversed AS host_reversed, d.time AS time_us
FROM urls l JOIN hosts h ON h.id = l.host_id
	JOIN messages m ON m.id = l.message_id
	JOIN deliveries d ON d.message_id = m.id
	JOIN users u ON u.id = d.user_id
	JOIN verdicts v ON v.id = d.verdict
	JOIN actions a ON a.id = d.action
	JOIN states s ON s.id = d.state;
