#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* A STIX 2.0 or 2.1 bundle: {"type": "bundle", "objects": [{"type":
   "indicator", "pattern": …, "valid_until": …, "revoked": …}, …]}, or a TAXII
   2.1 envelope, which has "objects" as well. Only indicators are looked at. */

enum member { TYPE, PATTERN, PATTERN_TYPE, REVOKED, FROM, UNTIL, NAME };
static const char *const members[] = {
	[TYPE] = "type", [PATTERN] = "pattern",
	[PATTERN_TYPE] = "pattern_type", [REVOKED] = "revoked",
	[FROM] = "valid_from", [UNTIL] = "valid_until", [NAME] = "name", NULL
};

static const struct {
	const char *path;
	enum warden_known_kind kind;
} paths[] = {
	{ "file:hashes.SHA-256", WARDEN_KNOWN_SHA256 },
	{ "file:hashes.SHA256", WARDEN_KNOWN_SHA256 },
	{ "url:value", WARDEN_KNOWN_URL },
	{ "domain-name:value", WARDEN_KNOWN_HOST },
	{ "email-addr:value", WARDEN_KNOWN_SENDER },
	{ "email-message:from_ref.value", WARDEN_KNOWN_SENDER },
	{ "email-message:sender_ref.value", WARDEN_KNOWN_SENDER },
};

struct found {
	struct warden_feed *feed;
	const char *threat;
	char **error_r;
};

static int take_value(void *context, const char *path, const char *value)
{
	struct found *found = context;

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		if (g_ascii_strcasecmp(paths[i].path, path) == 0)
			return feed_take(found->feed, paths[i].kind, value,
					 found->threat, found->error_r);
	}
	feed_skip(found->feed, g_str_has_prefix(path, "file:hashes.") &&
		  (feed_is_hex(value, 32) || feed_is_hex(value, 40)) ?
		  WARDEN_FEED_WEAK_HASH : WARDEN_FEED_OTHER_KIND);
	return 1;
}

static int take_pattern(struct warden_feed *feed, const char *pattern,
			char **error_r)
{
	const char *name = feed_record_get(&feed->record, NAME), *why;
	struct found found = {
		.feed = feed, .threat = name == NULL ? "" : name,
		.error_r = error_r,
	};
	guint others;
	int ret;

	if (strlen(pattern) >= WARDEN_FEED_LINE_MAX) {
		feed_skip(feed, WARDEN_FEED_TOO_LONG);
		return 1;
	}
	ret = feed_stix_pattern(pattern, take_value, &found, &others, &why);
	feed->counts->skipped[WARDEN_FEED_PATTERN] +=
		ret == 0 ? 1 : others;
	if (ret < 0 && *error_r == NULL)
		return feed_refuse(feed, NULL, why, error_r);
	return ret < 0 ? -1 : 1;
}

/* 1, or -1 if it is no RFC 3339 time. */
static int parse_time(struct warden_feed *feed, const char *text,
		      gint64 *secs_r, char **error_r)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);

	if (date == NULL)
		return feed_refuse(feed, text, "no time such as "
				   "2026-01-31T12:00:00Z", error_r);
	*secs_r = g_date_time_to_unix(date);
	return 1;
}

/* 1 it counts now, 0 not (and was counted as skipped), -1. */
static int is_valid(struct warden_feed *feed, char **error_r)
{
	const struct feed_record *record = &feed->record;
	const char *revoked = feed_record_get(record, REVOKED);
	const char *from = feed_record_get(record, FROM);
	const char *until = feed_record_get(record, UNTIL);
	gint64 now = feed->settings->now_secs, secs = 0;

	if (revoked != NULL && strcmp(revoked, "true") == 0) {
		feed_skip(feed, WARDEN_FEED_REVOKED);
		return 0;
	}
	if (from != NULL) {
		if (parse_time(feed, from, &secs, error_r) < 0)
			return -1;
		if (secs > now) {
			feed_skip(feed, WARDEN_FEED_EARLY);
			return 0;
		}
	}
	if (until != NULL) {
		if (parse_time(feed, until, &secs, error_r) < 0)
			return -1;
		if (secs <= now) {
			feed_skip(feed, WARDEN_FEED_EXPIRED);
			return 0;
		}
	}
	return 1;
}

static int take_object(struct warden_feed *feed, char **error_r)
{
	const struct feed_record *record = &feed->record;
	const char *type = feed_record_get(record, TYPE);
	const char *language = feed_record_get(record, PATTERN_TYPE);
	const char *pattern = feed_record_get(record, PATTERN);
	int ret;

	if (type == NULL)
		return feed_refuse(feed, NULL, "an object without a type",
				   error_r);
	if (strcmp(type, "indicator") != 0)
		return 1;
	if (pattern == NULL)
		return feed_refuse(feed, NULL, "an indicator without a "
				   "pattern", error_r);
	/* yara, snort, sigma … */
	if (language != NULL && strcmp(language, "stix") != 0) {
		feed_skip(feed, WARDEN_FEED_PATTERN);
		return 1;
	}
	ret = is_valid(feed, error_r);
	return ret > 0 ? take_pattern(feed, pattern, error_r) :
		ret < 0 ? -1 : 1;
}

static bool is_object(const struct feed_json *json)
{
	return feed_json_depth(json) == 2 &&
		strcmp(feed_json_key(json), "objects") == 0;
}

static int step(struct warden_feed *feed, char **error_r)
{
	int ret = feed_record_next(&feed->record, feed->json, is_object,
				   error_r);

	return ret <= 0 ? ret : take_object(feed, error_r);
}

static bool looks_like(const char *head, gsize size)
{
	return feed_head_sign(head, size) == '{' &&
		(feed_head_has(head, size, "\"bundle\"") ||
		 feed_head_has(head, size, "\"bundle--") ||
		 feed_head_has(head, size, "\"indicator--"));
}

const struct feed_reader feed_reader_stix = {
	.format = {
		.name = "stix",
		.summary = "STIX 2 bundle: indicators of one value or an OR "
			"list",
	},
	.looks_like = looks_like,
	.step = step,
	.members = members,
	.lenient = TRUE,
};
