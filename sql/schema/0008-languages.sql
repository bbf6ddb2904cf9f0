-- In which languages (ISO 639-1) a user gets clean mail; '': all that is in a
-- language that we know. habit, of '' alone: since when they are so many that a
-- language that is missing says something, NULL = not yet.
CREATE TABLE languages (
	user_id INTEGER NOT NULL REFERENCES users(id),
	language TEXT NOT NULL,
	first INTEGER NOT NULL,
	mails INTEGER NOT NULL,
	habit INTEGER,
	PRIMARY KEY (user_id, language)
) WITHOUT ROWID;
