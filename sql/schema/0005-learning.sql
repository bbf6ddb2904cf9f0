-- What users' moves into and out of Junk and Quarantine teach.

-- What a message is made of, as its Bayes model sees it: 64-bit hashes, little
-- endian, ascending (scanner/checks/tokens.h). Kept so that a move can teach
-- without its body, and be undone exactly; old ones go when nobody waits.
CREATE TABLE tokens (
	id INTEGER PRIMARY KEY,
	key BLOB NOT NULL UNIQUE CHECK (length(key) = 16),
	time INTEGER NOT NULL,
	tokens BLOB NOT NULL
);

-- Who taught what of which message. user_id 0: an administrator, for the site.
-- class: 1 ham, 2 spam, 3 phishing. weight: of a mail at that time, in the
-- unit of bayes_tokens, which is what must be taken away again.
CREATE TABLE learned (
	key BLOB NOT NULL CHECK (length(key) = 16),
	user_id INTEGER NOT NULL,
	class INTEGER NOT NULL,
	weight INTEGER NOT NULL,
	time INTEGER NOT NULL,
	PRIMARY KEY (key, user_id)
) WITHOUT ROWID;

-- Counts by token. user_id 0: of the whole site. What is learned later weighs
-- more, so that what is older decays without being touched: see sql/README.md.
CREATE TABLE bayes_tokens (
	token INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	ham INTEGER NOT NULL,
	spam INTEGER NOT NULL,
	phish INTEGER NOT NULL,
	PRIMARY KEY (token, user_id)
) WITHOUT ROWID;
-- The same of all mails, and how many they were.
CREATE TABLE bayes_users (
	user_id INTEGER PRIMARY KEY,
	ham INTEGER NOT NULL,
	spam INTEGER NOT NULL,
	phish INTEGER NOT NULL,
	ham_mails INTEGER NOT NULL,
	spam_mails INTEGER NOT NULL,
	phish_mails INTEGER NOT NULL
);
-- Microseconds since 1970 at which a mail weighs BAYES_UNIT; 0 = none learned.
INSERT INTO meta VALUES ('bayes_since', 0);
