-- What holds for one recipient: findings, score and reason of a copy, and whom
-- a user knows.

-- Who has this message, and which copies are this user's?
DROP INDEX deliveries_message;
CREATE INDEX deliveries_message ON deliveries (message_id, user_id);

-- Of the rules that judged this copy; 0: not known, or not judged.
ALTER TABLE deliveries ADD COLUMN rules_epoch INTEGER NOT NULL DEFAULT 0;
-- NULL: as the message's.
ALTER TABLE deliveries ADD COLUMN score REAL;
ALTER TABLE deliveries ADD COLUMN symbols TEXT;
ALTER TABLE deliveries ADD COLUMN reason TEXT;

-- Where a copy's findings differ from its message's. score NULL: the message has
-- it, this copy has not; else the copy has it, and with that score.
CREATE TABLE delivery_findings (
	delivery_id INTEGER NOT NULL
		REFERENCES deliveries(id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	symbol TEXT NOT NULL,
	family TEXT NOT NULL,
	technique TEXT NOT NULL,
	score REAL,
	detail TEXT NOT NULL,
	part TEXT NOT NULL,
	PRIMARY KEY (delivery_id, n)
) WITHOUT ROWID;

-- Under which names people write to a user: 63 bits of the SHA-256 of the
-- folded name. often: since when this is a habit, NULL = not yet.
CREATE TABLE contacts (
	id INTEGER PRIMARY KEY,
	user_id INTEGER NOT NULL REFERENCES users(id),
	name INTEGER NOT NULL,
	address_id INTEGER NOT NULL REFERENCES addresses(id),
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	mails INTEGER NOT NULL,
	often INTEGER,
	UNIQUE (user_id, name, address_id)
);
-- To whom a user wrote.
CREATE TABLE written (
	id INTEGER PRIMARY KEY,
	user_id INTEGER NOT NULL REFERENCES users(id),
	address_id INTEGER NOT NULL REFERENCES addresses(id),
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	UNIQUE (user_id, address_id)
);
-- Addresses that nobody has any more are looked for by db prune.
CREATE INDEX contacts_address ON contacts (address_id);
CREATE INDEX written_address ON written (address_id);

-- The same views, with the copy's own.
DROP VIEW recent_verdicts;
CREATE VIEW recent_verdicts AS
SELECT d.id AS delivery_id,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	u.name AS user, d.recipient, d.sender, d.service,
	o.name AS operation,
	v.name AS verdict, a.name AS action,
	coalesce(d.score, m.score) AS score,
	coalesce(d.symbols, m.symbols) AS symbols,
	coalesce(d.reason, m.reason) AS reason,
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

DROP VIEW quarantined;
CREATE VIEW quarantined AS
SELECT d.id AS delivery_id,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	u.name AS user, d.recipient, d.sender, d.service,
	o.name AS operation,
	v.name AS verdict, 'quarantine' AS action,
	coalesce(d.score, m.score) AS score,
	coalesce(d.symbols, m.symbols) AS symbols,
	coalesce(d.reason, m.reason) AS reason,
	s.name AS state,
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

-- What was found of each copy.
CREATE VIEW copy_findings AS
SELECT d.id AS delivery_id, f.symbol, f.family, f.technique, f.score,
	f.detail, f.part
FROM deliveries d JOIN findings f ON f.message_id = d.message_id
WHERE NOT EXISTS (SELECT 1 FROM delivery_findings o
	WHERE o.delivery_id = d.id AND o.symbol = f.symbol AND
	o.part = f.part AND o.detail = f.detail)
UNION ALL
SELECT delivery_id, symbol, family, technique, score, detail, part
FROM delivery_findings WHERE score IS NOT NULL;
