#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* Feeds that are published as CSV. A "#" begins a comment. What a column is
   is known by its place; a file whose lines have another number of columns is
   another file, or a newer one, and not guessed at. */

/* 1 with fields, 0 nothing on this line, -1. */
static int split(struct warden_feed *feed, char *line, char **fields,
		 int *count_r, char **error_r)
{
	const char *why;

	g_strstrip(line);
	if (*line == '\0' || *line == '#')
		return 0;
	*count_r = feed_csv_split(line, fields, &why);
	return *count_r < 0 ? feed_refuse(feed, NULL, why, error_r) : 1;
}

static int wrong_count(struct warden_feed *feed, int count, const char *wanted,
		       char **error_r)
{
	g_autofree char *why = g_strdup_printf("%d columns where %s are wanted",
					       count, wanted);

	return feed_refuse(feed, NULL, why, error_r);
}

/* --- URLhaus ------------------------------------------------------------------- */

/* id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter;
   older files have no last_online. What is offline today was online when
   yesterday's mail was sent, so url_status does not matter. */
static int urlhaus_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *fields[WARDEN_FEED_COLUMNS_MAX];
	int count, ret = split(feed, line, fields, &count, error_r);

	if (ret <= 0)
		return ret < 0 ? -1 : 1;
	if (count != 8 && count != 9)
		return wrong_count(feed, count, "9", error_r);
	if (strcmp(fields[0], "id") == 0)
		return 1;
	if (*fields[0] == '\0' ||
	    strspn(fields[0], "0123456789") != strlen(fields[0]))
		return feed_refuse(feed, fields[0], "no number of an entry",
				   error_r);
	return feed_take(feed, WARDEN_KNOWN_URL, fields[2],
			 fields[count - 4], error_r);
}

static bool is_urlhaus(const char *head, gsize size)
{
	return feed_head_has(head, size, "dateadded,url,url_status") ||
		feed_head_has(head, size,
			      "\"dateadded\",\"url\",\"url_status\"");
}

/* --- Malware Bazaar -------------------------------------------------------------- */

/* "first_seen_utc", "sha256_hash", "md5_hash", "sha1_hash", "reporter",
   "file_name", "file_type_guess", "mime_type", "signature", … */
static int bazaar_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *fields[WARDEN_FEED_COLUMNS_MAX];
	int count, ret = split(feed, line, fields, &count, error_r);

	if (ret <= 0)
		return ret < 0 ? -1 : 1;
	if (count < 9)
		return wrong_count(feed, count, "14", error_r);
	if (strcmp(fields[0], "first_seen_utc") == 0)
		return 1;
	return feed_take(feed, WARDEN_KNOWN_SHA256, fields[1],
			 strcmp(fields[8], "n/a") == 0 ? "" : fields[8],
			 error_r);
}

static bool is_bazaar(const char *head, gsize size)
{
	return feed_head_has(head, size, "first_seen_utc") &&
		feed_head_has(head, size, "sha256_hash");
}

/* --- PhishTank --------------------------------------------------------------------- */

static int phishtank_take(struct warden_feed *feed, const char *url,
			  const char *verified, const char *target,
			  char **error_r)
{
	g_autofree char *threat = target == NULL || *target == '\0' ||
		strcmp(target, "Other") == 0 ? g_strdup("phishing") :
		g_strdup_printf("phishing: %s", target);

	if (url == NULL)
		return feed_refuse(feed, NULL, "an entry without a url",
				   error_r);
	if (verified != NULL && strcmp(verified, "yes") != 0) {
		feed_skip(feed, WARDEN_FEED_UNVERIFIED);
		return 1;
	}
	return feed_take(feed, WARDEN_KNOWN_URL, url, threat, error_r);
}

/* phish_id,url,phish_detail_url,submission_time,verified,verification_time,
   online,target */
static int phishtank_line(struct warden_feed *feed, char *line,
			  char **error_r)
{
	char *fields[WARDEN_FEED_COLUMNS_MAX];
	int count, ret = split(feed, line, fields, &count, error_r);

	if (ret <= 0)
		return ret < 0 ? -1 : 1;
	if (count != 8)
		return wrong_count(feed, count, "8", error_r);
	if (strcmp(fields[0], "phish_id") == 0)
		return 1;
	return phishtank_take(feed, fields[1], fields[4], fields[7], error_r);
}

static bool is_phishtank_csv(const char *head, gsize size)
{
	return feed_head_has(head, size, "phish_id,url,phish_detail_url");
}

/* --- the same as JSON: an array of objects ---------------------------------- */

static const char *const phishtank_members[] = { "url", "verified", "target",
						 NULL };

static bool is_entry(const struct feed_json *json)
{
	return feed_json_depth(json) == 1;
}

static int phishtank_step(struct warden_feed *feed, char **error_r)
{
	int ret = feed_record_next(&feed->record, feed->json, is_entry,
				   error_r);

	return ret <= 0 ? ret : phishtank_take(feed,
		feed_record_get(&feed->record, 0),
		feed_record_get(&feed->record, 1),
		feed_record_get(&feed->record, 2), error_r);
}

static bool is_phishtank_json(const char *head, gsize size)
{
	return feed_head_sign(head, size) == '[' &&
		feed_head_has(head, size, "\"phish_id\"");
}

const struct feed_reader feed_reader_urlhaus = {
	.format = {
		.name = "urlhaus",
		.summary = "URLhaus CSV (csv_recent, csv_online, full dump)",
	},
	.looks_like = is_urlhaus,
	.line = urlhaus_line,
	.lenient = TRUE,
};
const struct feed_reader feed_reader_malwarebazaar = {
	.format = {
		.name = "malwarebazaar",
		.summary = "Malware Bazaar CSV (recent, full dump)",
	},
	.looks_like = is_bazaar,
	.line = bazaar_line,
};
const struct feed_reader feed_reader_phishtank_csv = {
	.format = {
		.name = "phishtank-csv",
		.summary = "PhishTank online-valid.csv",
	},
	.looks_like = is_phishtank_csv,
	.line = phishtank_line,
	.lenient = TRUE,
};
const struct feed_reader feed_reader_phishtank_json = {
	.format = {
		.name = "phishtank-json",
		.summary = "PhishTank online-valid.json",
	},
	.looks_like = is_phishtank_json,
	.step = phishtank_step,
	.members = phishtank_members,
	.lenient = TRUE,
};
