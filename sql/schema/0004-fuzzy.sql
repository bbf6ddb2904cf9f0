-- The TLSH digest of a file (35 bytes, without its "T1"): files that have much
-- in common have digests that are near each other. NULL: too small or too
-- uniform for one, of a kind that has none, or judged before there were any.
ALTER TABLE parts ADD COLUMN fuzzy BLOB
	CHECK (fuzzy IS NULL OR length(fuzzy) = 35);

-- The same view with the digest, as text, at its end.
DROP VIEW attachment_sightings;
CREATE VIEW attachment_sightings AS
SELECT lower(hex(p.sha256)) AS sha256, p.name, p.path, p.declared_type,
	p.detected_type, p.size, u.name AS user,
	CASE WHEN d.mailbox <> '' THEN d.mailbox ELSE d.wanted_mailbox END
		AS mailbox,
	datetime(d.time / 1000000, 'unixepoch') AS time_utc,
	v.name AS verdict, a.name AS action, s.name AS state,
	m.subject, m.from_address, lower(hex(m.key)) AS message_key,
	d.id AS delivery_id, p.sha256 AS sha256_blob, d.time AS time_us,
	CASE WHEN p.fuzzy IS NULL THEN '' ELSE 'T1' || hex(p.fuzzy) END
		AS tlsh
FROM parts p JOIN messages m ON m.id = p.message_id
	JOIN deliveries d ON d.message_id = m.id
	JOIN users u ON u.id = d.user_id
	JOIN verdicts v ON v.id = d.verdict
	JOIN actions a ON a.id = d.action
	JOIN states s ON s.id = d.state;
