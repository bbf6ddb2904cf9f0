#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* ClamAV's signature files, as far as they name files and links: see its
   documentation, "Signatures". Fields are separated by colons; there are no
   comments, but people add "#" lines. */

#define FIELDS_MAX 8

static int split(char *line, char **fields)
{
	int n = 0;

	while (n < FIELDS_MAX) {
		fields[n++] = line;
		line = strchr(line, ':');
		if (line == NULL)
			return n;
		*line++ = '\0';
	}
	return n;
}

/* --- .hdb .hsb, .fp .sfp: hash:size:name[:level[:level]] ------------------------ */

static bool is_size(const char *text)
{
	return strcmp(text, "*") == 0 ||
		(*text != '\0' && strlen(text) <= 20 &&
		 strspn(text, "0123456789") == strlen(text));
}

static int hash_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line), *fields[FIELDS_MAX];
	int count;

	if (text == NULL)
		return 1;
	count = split(text, fields);
	if (count < 3 || count > 5)
		return feed_refuse(feed, fields[0], "no hash:size:name",
				   error_r);
	if (!is_size(fields[1]))
		return feed_refuse(feed, fields[1], "no size of a file and no "
				   "'*'", error_r);
	if (feed_is_hex(fields[0], 32) || feed_is_hex(fields[0], 40)) {
		feed_skip(feed, WARDEN_FEED_WEAK_HASH);
		return 1;
	}
	return feed_take(feed, WARDEN_KNOWN_SHA256, fields[0], fields[2],
			 error_r);
}

static bool is_hashes(const char *head, gsize size)
{
	g_autofree char *line = feed_head_line(head, size);
	char *fields[FIELDS_MAX];

	return line != NULL && split(line, fields) >= 3 &&
		(feed_is_hex(fields[0], 32) || feed_is_hex(fields[0], 40) ||
		 feed_is_hex(fields[0], 64)) && is_size(fields[1]);
}

/* --- .pdb and .wdb ----------------------------------------------------------- */

/* R:regex:regex and H:host name what phishers pretend to be: the opposite of a
   list of bad hosts. */
static int pdb_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line);

	if (text == NULL)
		return 1;
	if ((text[0] != 'R' && text[0] != 'H') || strchr(text, ':') == NULL)
		return feed_refuse(feed, text, "no R: or H: line of a .pdb "
				   "file", error_r);
	feed_skip(feed, WARDEN_FEED_PROTECTED);
	return 1;
}

/* M:real:displayed[:level] says that real may stand behind displayed, so that
   real is a good host; X: and Y: are pairs of regular expressions. */
static int wdb_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line), *fields[FIELDS_MAX];
	int count;

	if (text == NULL)
		return 1;
	if ((text[0] == 'X' || text[0] == 'Y') && text[1] == ':') {
		feed_skip(feed, WARDEN_FEED_PATTERN);
		return 1;
	}
	count = split(text, fields);
	if (strcmp(fields[0], "M") != 0 || count < 3 || count > 4)
		return feed_refuse(feed, fields[0], "no X:, Y: or M: line of a "
				   ".wdb file", error_r);
	return feed_take(feed, WARDEN_KNOWN_HOST, fields[1], "", error_r);
}

const struct feed_reader feed_reader_clamav_hash = {
	.format = {
		.name = "clamav-hash",
		.summary = "ClamAV hashes of bad files",
		.endings = " .hdb .hsb .hdu .hsu ",
	},
	.looks_like = is_hashes,
	.line = hash_line,
};
const struct feed_reader feed_reader_clamav_allow = {
	.format = {
		.name = "clamav-allow",
		.summary = "ClamAV hashes of good files",
		.allow = TRUE,
		.endings = " .fp .sfp ",
	},
	.line = hash_line,
};
const struct feed_reader feed_reader_clamav_pdb = {
	.format = {
		.name = "clamav-pdb",
		.summary = "ClamAV names to protect: checked, all skipped",
		.endings = " .pdb ",
	},
	.line = pdb_line,
};
const struct feed_reader feed_reader_clamav_wdb = {
	.format = {
		.name = "clamav-wdb",
		.summary = "ClamAV good link pairs (M: lines)",
		.allow = TRUE,
		.endings = " .wdb ",
	},
	.line = wdb_line,
};
/* Rules, not values: they need a scanner of their own. */
const struct feed_reader feed_reader_yara = {
	.format = {
		.name = "yara",
		.summary = "refused: YARA rules are not indicators",
		.endings = " .yar .yara ",
	},
	.refused = "YARA rules are not indicators; Warden does not run them "
		"yet",
};
