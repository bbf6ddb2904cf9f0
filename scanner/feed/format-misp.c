#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* A MISP event: {"Event": {…, "Attribute": [{type, value, to_ids, …}],
   "Object": [{…, "Attribute": […]}]}}, alone, in an array, or under
   "response". Attributes are typed by people: a URL that is none is skipped
   and said; the types that MISP itself checks are not expected to be wrong. */

enum member { TYPE, VALUE, TO_IDS, DELETED, CATEGORY };
static const char *const members[] = {
	[TYPE] = "type", [VALUE] = "value", [TO_IDS] = "to_ids",
	[DELETED] = "deleted", [CATEGORY] = "category", NULL
};

enum half { WHOLE, BEFORE, BEHIND };

static const struct {
	const char *type;
	enum warden_known_kind kind;
	enum half half;		/* of "a|b" */
} types[] = {
	{ "url", WARDEN_KNOWN_URL, WHOLE },
	{ "domain", WARDEN_KNOWN_HOST, WHOLE },
	{ "hostname", WARDEN_KNOWN_HOST, WHOLE },
	{ "domain|ip", WARDEN_KNOWN_HOST, BEFORE },
	{ "hostname|port", WARDEN_KNOWN_HOST, BEFORE },
	{ "sha256", WARDEN_KNOWN_SHA256, WHOLE },
	{ "filename|sha256", WARDEN_KNOWN_SHA256, BEHIND },
	{ "email-src", WARDEN_KNOWN_SENDER, WHOLE },
	{ "email-reply-to", WARDEN_KNOWN_SENDER, WHOLE },
};

static bool is_weak(const char *type)
{
	static const char *const weak[] = {
		"md5", "sha1", "filename|md5", "filename|sha1",
		"malware-sample", NULL
	};

	return g_strv_contains(weak, type);
}

static bool is_true(const char *text)
{
	return text != NULL && (strcmp(text, "true") == 0 ||
				strcmp(text, "1") == 0);
}

/* Points into value, which is changed. NULL: no such half. */
static const char *take_half(char *value, enum half half)
{
	char *bar = half == BEHIND ? strrchr(value, '|') : strchr(value, '|');

	if (half == WHOLE)
		return value;
	if (bar == NULL)
		return NULL;
	*bar = '\0';
	return half == BEFORE ? value : bar + 1;
}

static int take_value(struct warden_feed *feed, gsize type, const char *text,
		      const char *threat, char **error_r)
{
	g_autofree char *copy = g_strdup(text);
	const char *value = take_half(copy, types[type].half), *why;

	if (value == NULL)
		return feed_refuse(feed, text, "without a '|', which its type "
				   "wants", error_r);
	g_strstrip(copy);
	if (types[type].kind != WARDEN_KNOWN_URL)
		return feed_take(feed, types[type].kind, value, threat,
				 error_r);
	if (feed_add(feed, WARDEN_KNOWN_URL, value, threat, &why) < 0)
		feed_skip_loudly(feed, WARDEN_FEED_ODD_HOST, value,
				 "is no URL with a host");
	return 1;
}

static int take_attribute(struct warden_feed *feed, char **error_r)
{
	const struct feed_record *record = &feed->record;
	const char *type = feed_record_get(record, TYPE);
	const char *value = feed_record_get(record, VALUE);
	const char *to_ids = feed_record_get(record, TO_IDS);
	const char *category = feed_record_get(record, CATEGORY);

	if (type == NULL || value == NULL)
		return feed_refuse(feed, NULL, "an Attribute without type and "
				   "value", error_r);
	for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strcmp(types[i].type, type) != 0)
			continue;
		if (is_true(feed_record_get(record, DELETED)))
			feed_skip(feed, WARDEN_FEED_REVOKED);
		else if (to_ids != NULL && !is_true(to_ids))
			feed_skip(feed, WARDEN_FEED_NOT_FOR_DETECTION);
		else
			return take_value(feed, i, value, category == NULL ?
					  "" : category, error_r);
		return 1;
	}
	feed_skip(feed, is_weak(type) ? WARDEN_FEED_WEAK_HASH :
		  WARDEN_FEED_OTHER_KIND);
	return 1;
}

static bool is_attribute(const struct feed_json *json)
{
	return strcmp(feed_json_key(json), "Attribute") == 0;
}

static int step(struct warden_feed *feed, char **error_r)
{
	int ret = feed_record_next(&feed->record, feed->json, is_attribute,
				   error_r);

	return ret <= 0 ? ret : take_attribute(feed, error_r);
}

static bool looks_like(const char *head, gsize size)
{
	char sign = feed_head_sign(head, size);

	return (sign == '{' || sign == '[') &&
		feed_head_has(head, size, "\"Event\"");
}

const struct feed_reader feed_reader_misp = {
	.format = {
		.name = "misp",
		.summary = "MISP event JSON, or a folder with manifest.json",
	},
	.looks_like = looks_like,
	.step = step,
	.members = members,
	.lenient = TRUE,
};
