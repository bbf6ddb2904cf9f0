-- Lists of one's own: whom the site, a domain or a user lets in or keeps out.
-- '' is a feed, for everybody; else "site", "domain:example.org",
-- "user:anna@example.org".
ALTER TABLE feeds ADD COLUMN scope TEXT NOT NULL DEFAULT '';
