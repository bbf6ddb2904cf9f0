-- Which users know of what is in their Quarantine.

-- When a notice told the user of this copy (microseconds); NULL = not yet.
-- What was put there before there were notices is old news.
ALTER TABLE deliveries ADD COLUMN told INTEGER;
UPDATE deliveries SET told = 0 WHERE action = 3 AND action > 1;

-- What is still to be told, and what was told lately.
CREATE INDEX deliveries_untold ON deliveries (user_id)
	WHERE action = 3 AND told IS NULL;
CREATE INDEX deliveries_told ON deliveries (user_id, told)
	WHERE told IS NOT NULL;
