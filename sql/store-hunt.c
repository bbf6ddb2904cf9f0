#include "warden-config.h"

#include "store.h"

#include <string.h>

enum value_type {
	VALUE_TEXT, VALUE_URL, VALUE_SHA256, VALUE_TLSH, VALUE_KEY,
};

/* Strangers are that far from each other: everything. */
#define DISTANCE_MAX 300

static const struct {
	const char *name;
	enum value_type type;
	gsize offset;	/* of the text in struct warden_query */
} kinds[] = {
#define FIELD(name) G_STRUCT_OFFSET(struct warden_query, name)
	{ "sha256", VALUE_SHA256, 0 },
	{ "tlsh", VALUE_TLSH, 0 },
	{ "url", VALUE_URL, FIELD(url) },
	{ "host", VALUE_TEXT, FIELD(host) },
	{ "domain", VALUE_TEXT, FIELD(domain) },
	{ "sender", VALUE_TEXT, FIELD(sender) },
	{ "subject", VALUE_TEXT, FIELD(subject) },
	{ "message-id", VALUE_TEXT, FIELD(message_id) },
	{ "key", VALUE_KEY, 0 },
#undef FIELD
};

#define KINDS "sha256 tlsh url host domain sender subject message-id key"

/* "hxxp://a[.]example", as people write what nobody should click. */
static char *undo_defang(const char *url)
{
	g_autoptr(GString) text = g_string_new(url);

	g_string_replace(text, "[.]", ".", 0);
	if (g_ascii_strncasecmp(text->str, "hxxp", 4) == 0)
		memcpy(text->str + 1, "tt", 2);
	return g_strdup(text->str);
}

static bool parse_hex(const char *text, guint8 *bytes, gsize *size_r)
{
	gsize length = strlen(text);

	if (length % 2 != 0 || length > 2 * WARDEN_SHA256_SIZE)
		return FALSE;
	for (gsize i = 0; i < length; i++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (digit < 0)
			return FALSE;
		bytes[i / 2] = (guint8)(bytes[i / 2] << 4 | digit);
	}
	*size_r = length / 2;
	return TRUE;
}

static bool parse_digest(struct warden_hunt *hunt, const char *value,
			 bool half_will_do)
{
	gsize size = 0;

	return parse_hex(value, hunt->digest, &size) &&
	       (size == WARDEN_SHA256_SIZE ||
		(half_will_do && size == WARDEN_SHA256_SIZE / 2)) &&
	       (hunt->query.key_size = size) > 0;
}

/* "T1…", or "T1…~30". */
static bool parse_fuzzy(struct warden_hunt *hunt, const char *value)
{
	const char *tilde = strchr(value, '~');
	g_autofree char *digest = tilde == NULL ? g_strdup(value) :
		g_strndup(value, (gsize)(tilde - value));
	guint64 distance = WARDEN_FUZZY_NEAR;

	if (tilde != NULL &&
	    !g_ascii_string_to_unsigned(tilde + 1, 10, 0, DISTANCE_MAX,
					&distance, NULL))
		return FALSE;
	hunt->query.fuzzy = hunt->fuzzy;
	hunt->query.fuzzy_distance = (guint)distance;
	return warden_fuzzy_parse(digest, hunt->fuzzy);
}

static bool set_value(struct warden_hunt *hunt, gsize kind, const char *value)
{
	switch (kinds[kind].type) {
	case VALUE_SHA256:
		hunt->query.sha256 = hunt->digest;
		return parse_digest(hunt, value, FALSE);
	case VALUE_TLSH:
		return parse_fuzzy(hunt, value);
	case VALUE_KEY:
		hunt->query.key = hunt->digest;
		return parse_digest(hunt, value, TRUE);
	case VALUE_URL:
		hunt->value = undo_defang(value);
		break;
	case VALUE_TEXT:
		hunt->value = g_strdup(value);
		break;
	}
	*(const char **)G_STRUCT_MEMBER_P(&hunt->query, kinds[kind].offset) =
		hunt->value;
	return TRUE;
}

static const char *wanted(enum value_type type)
{
	switch (type) {
	case VALUE_SHA256:
		return "64 hexadecimal digits";
	case VALUE_TLSH:
		return "T1 and 70 hexadecimal digits, perhaps with ~ and a "
			"distance of at most " G_STRINGIFY(DISTANCE_MAX);
	case VALUE_KEY:
		return "64 hexadecimal digits, or the first 32";
	default:
		return "something";
	}
}

int warden_hunt_parse(const char *text, struct warden_hunt **hunt_r,
		      char **error_r)
{
	const char *colon = strchr(text, ':');
	struct warden_hunt *hunt;
	gsize kind = 0;

	if (colon == NULL) {
		*error_r = g_strdup_printf("\"%s\" is no KIND:VALUE", text);
		return -1;
	}
	g_autofree char *name = g_strndup(text, (gsize)(colon - text));
	while (kind < G_N_ELEMENTS(kinds) &&
	       strcmp(kinds[kind].name, name) != 0)
		kind++;
	if (kind == G_N_ELEMENTS(kinds)) {
		*error_r = g_strdup_printf("\"%s\" is none of " KINDS, name);
		return -1;
	}
	hunt = g_new0(struct warden_hunt, 1);
	if (colon[1] == '\0' || !set_value(hunt, kind, colon + 1)) {
		*error_r = g_strdup_printf("%s:%s: %s wanted", name, colon + 1,
					   wanted(kinds[kind].type));
		warden_hunt_free(hunt);
		return -1;
	}
	*hunt_r = hunt;
	return 1;
}

void warden_hunt_free(struct warden_hunt *hunt)
{
	if (hunt == NULL)
		return;
	g_free(hunt->value);
	g_free(hunt);
}
