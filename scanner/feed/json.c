#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* A pull parser for JSON (RFC 8259), strict, without recursion. json-glib
   builds a tree: a STIX bundle of 500 MB would take ten times that. This keeps
   one value and a stack of names, whatever the file's size, and so can also
   say where in the file a value stands. */

#define KEY_MAX 63u	/* of a member; longer ones are none that we want */

struct level {
	bool object;
	guint64 index;		/* array: of the element, from 0 */
	guint64 count;		/* values or members so far */
	char key[KEY_MAX + 1];	/* object: of the member */
};

struct feed_json {
	struct feed_input *input;
	const char *name;
	struct level levels[WARDEN_FEED_NESTING_MAX];
	guint depth;		/* open containers */
	bool done;		/* the one value has ended */
	bool closed_object;	/* what was last closed */
	enum feed_json_event event;
	GString *text;
	bool is_string, cut;
	int held;		/* a byte read too far, or -1 */
};

struct feed_json *feed_json_new(struct feed_input *input, const char *name)
{
	struct feed_json *json = g_new0(struct feed_json, 1);

	json->input = input;
	json->name = name;
	json->text = g_string_new(NULL);
	json->held = -1;
	return json;
}

void feed_json_free(struct feed_json *json)
{
	if (json == NULL)
		return;
	g_string_free(json->text, TRUE);
	g_free(json);
}

/* --- where we are ------------------------------------------------------------- */

static char *make_path(const struct feed_json *json)
{
	GString *path = g_string_new("$");

	for (guint i = 0; i < json->depth; i++) {
		const struct level *level = &json->levels[i];

		if (level->object) {
			g_autofree char *safe = warden_facts_sanitise(
				level->key, strlen(level->key), KEY_MAX,
				FALSE);

			if (*safe != '\0')
				g_string_append_printf(path, ".%s", safe);
		} else {
			g_string_append_printf(path, "[%" G_GUINT64_FORMAT "]",
					       level->index);
		}
	}
	return g_string_free(path, FALSE);
}

int feed_json_refuse(const struct feed_json *json, const char *what,
		     char **error_r)
{
	g_autofree char *path = make_path(json);

	*error_r = g_strdup_printf("%s:%" G_GUINT64_FORMAT ": %s: %s",
				   json->name,
				   feed_input_line_number(json->input), path,
				   what);
	return -1;
}

guint feed_json_depth(const struct feed_json *json)
{
	return json->depth - (json->event == FEED_JSON_OPEN ? 1 : 0);
}

bool feed_json_is_object(const struct feed_json *json)
{
	return json->event == FEED_JSON_OPEN ?
		json->levels[json->depth - 1].object : json->closed_object;
}

const char *feed_json_key(const struct feed_json *json)
{
	for (guint depth = feed_json_depth(json); depth > 0; depth--) {
		if (json->levels[depth - 1].object)
			return json->levels[depth - 1].key;
	}
	return "";
}

/* --- bytes -------------------------------------------------------------------- */

/* -1 at the end, -2 with *error_r. */
static int get(struct feed_json *json, char **error_r)
{
	int c = json->held;

	if (c >= 0) {
		json->held = -1;
		return c;
	}
	return feed_input_byte(json->input, error_r);
}

static int get_token(struct feed_json *json, char **error_r)
{
	int c;

	do {
		c = get(json, error_r);
	} while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	return c;
}

static void keep(struct feed_json *json, char c)
{
	if (json->text->len < WARDEN_FEED_LINE_MAX)
		g_string_append_c(json->text, c);
	else
		json->cut = TRUE;
}

static void keep_unichar(struct feed_json *json, gunichar c)
{
	char utf8[6];
	int size = g_unichar_to_utf8(c, utf8);

	for (int i = 0; i < size; i++)
		keep(json, utf8[i]);
}

/* --- values ------------------------------------------------------------------- */

/* Four digits behind \u. */
static int read_unit(struct feed_json *json, gunichar *unit_r, char **error_r)
{
	*unit_r = 0;
	for (int i = 0; i < 4; i++) {
		int c = get(json, error_r);

		if (c == -2)
			return -1;
		if (c < 0 || !g_ascii_isxdigit(c))
			return feed_json_refuse(json, "four hexadecimal digits"
						" are missing behind \\u",
						error_r);
		*unit_r = *unit_r << 4 | (gunichar)g_ascii_xdigit_value(c);
	}
	return 1;
}

static bool is_high(gunichar unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_surrogate(gunichar unit)
{
	return unit >= 0xd800 && unit < 0xe000;
}

/* \uD83D\uDE00 is one character; half of one, or NUL, is none. */
static int read_unicode(struct feed_json *json, char **error_r)
{
	gunichar unit, low;
	int c;

	if (read_unit(json, &unit, error_r) < 0)
		return -1;
	if (!is_high(unit)) {
		keep_unichar(json, unit == 0 || is_surrogate(unit) ? 0xfffd :
			     unit);
		return 1;
	}
	c = get(json, error_r);
	if (c == '\\') {
		c = get(json, error_r);
		if (c != 'u')
			return c == -2 ? -1 : feed_json_refuse(json,
				"half a surrogate pair", error_r);
		if (read_unit(json, &low, error_r) < 0)
			return -1;
		keep_unichar(json, !is_surrogate(low) || is_high(low) ?
			     0xfffd : 0x10000 + ((unit & 0x3ff) << 10) +
			     (low & 0x3ff));
		return 1;
	}
	json->held = c;
	keep_unichar(json, 0xfffd);
	return c == -2 ? -1 : 1;
}

static int read_escape(struct feed_json *json, char **error_r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = get(json, error_r);
	const char *found;

	if (c == 'u')
		return read_unicode(json, error_r);
	found = c > 0 ? strchr(from, c) : NULL;
	if (found == NULL)
		return c == -2 ? -1 : feed_json_refuse(json,
			"an unknown escape in a string", error_r);
	keep(json, to[found - from]);
	return 1;
}

static int end_string(struct feed_json *json, char **error_r)
{
	const char *end;

	json->is_string = TRUE;
	if (g_utf8_validate(json->text->str, (gssize)json->text->len, &end))
		return 1;
	/* cut in the middle of a character */
	if (json->cut && json->text->len -
	    (gsize)(end - json->text->str) < 6) {
		g_string_truncate(json->text, (gsize)(end - json->text->str));
		return 1;
	}
	return feed_json_refuse(json, "a string is not UTF-8", error_r);
}

/* Behind the opening quote. */
static int read_string(struct feed_json *json, char **error_r)
{
	g_string_truncate(json->text, 0);
	json->cut = FALSE;
	for (;;) {
		int c = get(json, error_r);

		if (c == '"')
			return end_string(json, error_r);
		if (c == '\\') {
			if (read_escape(json, error_r) < 0)
				return -1;
		} else if (c >= ' ') {
			keep(json, (char)c);
		} else {
			return c == -2 ? -1 : feed_json_refuse(json, c == -1 ?
				"ends within a string" :
				"a control character in a string", error_r);
		}
	}
}

static bool is_number(const char *text)
{
	gsize digits;

	text += *text == '-';
	digits = strspn(text, "0123456789");
	if (digits == 0 || (text[0] == '0' && digits > 1))
		return FALSE;
	text += digits;
	if (*text == '.') {
		digits = strspn(++text, "0123456789");
		if (digits == 0)
			return FALSE;
		text += digits;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		digits = strspn(text, "0123456789");
		if (digits == 0)
			return FALSE;
		text += digits;
	}
	return *text == '\0';
}

/* A number, true, false or null. */
static int read_word(struct feed_json *json, int c, char **error_r)
{
	const char *text;

	g_string_truncate(json->text, 0);
	json->cut = json->is_string = FALSE;
	while (c > 0 && (g_ascii_isalnum(c) || strchr("+-.", c) != NULL)) {
		if (json->text->len == KEY_MAX)
			return feed_json_refuse(json, "too long a number",
						error_r);
		g_string_append_c(json->text, (char)c);
		c = get(json, error_r);
	}
	if (c == -2)
		return -1;
	json->held = c;
	text = json->text->str;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "null") == 0 || is_number(text))
		return 1;
	return feed_json_refuse(json, c == -1 && *text == '\0' ?
				"ends where a value is wanted" :
				"no JSON value", error_r);
}

/* --- structure ---------------------------------------------------------------- */

static struct level *top(struct feed_json *json)
{
	return json->depth == 0 ? NULL : &json->levels[json->depth - 1];
}

static int open_container(struct feed_json *json, bool object, char **error_r)
{
	if (json->depth == WARDEN_FEED_NESTING_MAX)
		return feed_json_refuse(json, "nested too deep (more than 64)",
					error_r);
	json->levels[json->depth++] = (struct level){ .object = object };
	json->event = FEED_JSON_OPEN;
	return 1;
}

static int close_container(struct feed_json *json, int c, char **error_r)
{
	struct level *level = top(json);

	if (level->object != (c == '}'))
		return feed_json_refuse(json, level->object ?
					"']' where '}' is wanted" :
					"'}' where ']' is wanted", error_r);
	json->closed_object = level->object;
	json->depth--;
	json->done = json->depth == 0;
	json->event = FEED_JSON_CLOSE;
	return 1;
}

static int read_value(struct feed_json *json, int c, char **error_r)
{
	json->event = FEED_JSON_VALUE;
	if (c == '{' || c == '[')
		return open_container(json, c == '{', error_r);
	json->done = json->depth == 0;
	return c == '"' ? read_string(json, error_r) :
		read_word(json, c, error_r);
}

/* A member's name and colon, up to its value, whose first byte is returned. */
static int read_key(struct feed_json *json, int c, char **error_r)
{
	struct level *level = top(json);

	if (c != '"') {
		feed_json_refuse(json, c == -1 ? "ends within an object" :
				 "a member's name is wanted", error_r);
		return -2;
	}
	if (read_string(json, error_r) < 0)
		return -2;
	g_strlcpy(level->key, json->text->len > KEY_MAX ? "" :
		  json->text->str, sizeof(level->key));
	c = get_token(json, error_r);
	if (c == ':')
		return get_token(json, error_r);
	if (c != -2)
		feed_json_refuse(json, "':' is wanted behind a member's name",
				 error_r);
	return -2;
}

/* Within a container, up to the next value's first byte. 0: it was closed. */
static int read_separator(struct feed_json *json, int *c, char **error_r)
{
	struct level *level = top(json);

	if (*c == '}' || *c == ']')
		return close_container(json, *c, error_r) < 0 ? -1 : 0;
	if (level->count > 0) {
		if (*c != ',')
			return feed_json_refuse(json, *c == -1 ?
				level->object ? "ends within an object" :
				"ends within an array" :
				"',' is wanted between values", error_r);
		*c = get_token(json, error_r);
	}
	level->index = level->count++;
	if (level->object)
		*c = read_key(json, *c, error_r);
	return *c == -2 ? -1 : 1;
}

static int read_end(struct feed_json *json, char **error_r)
{
	int c = get_token(json, error_r);

	if (c == -1)
		return 0;
	return c == -2 ? -1 : feed_json_refuse(json, "text behind the end",
					       error_r);
}

int feed_json_next(struct feed_json *json, enum feed_json_event *event_r,
		   char **error_r)
{
	int c, ret = 1;

	if (json->done)
		return read_end(json, error_r);
	c = get_token(json, error_r);
	if (c == -2)
		return -1;
	if (json->depth > 0)
		ret = read_separator(json, &c, error_r);
	if (ret > 0)
		ret = read_value(json, c, error_r);
	*event_r = json->event;
	return ret < 0 ? -1 : 1;
}

/* --- records ------------------------------------------------------------------- */

void feed_record_init(struct feed_record *record, const char *const *names)
{
	memset(record, 0, sizeof(*record));
	record->names = names;
	while (names[record->count] != NULL)
		record->count++;
	record->values = g_new0(GString *, record->count);
	record->present = g_new0(bool, record->count);
	for (guint i = 0; i < record->count; i++)
		record->values[i] = g_string_new(NULL);
}

void feed_record_clear(struct feed_record *record)
{
	for (guint i = 0; i < record->count; i++)
		g_string_free(record->values[i], TRUE);
	g_free(record->values);
	g_free(record->present);
	memset(record, 0, sizeof(*record));
}

static void record_begin(struct feed_record *record,
			 const struct feed_json *json)
{
	record->inside = TRUE;
	record->depth = feed_json_depth(json);
	for (guint i = 0; i < record->count; i++)
		record->present[i] = FALSE;
}

static void record_value(struct feed_record *record,
			 const struct feed_json *json)
{
	const char *key = json->levels[json->depth - 1].key;
	bool is_null = !json->is_string && strcmp(json->text->str, "null") == 0;

	if (!json->levels[json->depth - 1].object)
		return;
	for (guint i = 0; i < record->count; i++) {
		if (strcmp(record->names[i], key) != 0)
			continue;
		record->present[i] = !is_null;
		g_string_assign(record->values[i], json->text->str);
	}
}

int feed_record_next(struct feed_record *record, struct feed_json *json,
		     bool (*is_wanted)(const struct feed_json *json),
		     char **error_r)
{
	enum feed_json_event event;
	int ret;

	while ((ret = feed_json_next(json, &event, error_r)) > 0) {
		guint depth = feed_json_depth(json);

		if (event == FEED_JSON_OPEN && !record->inside) {
			if (feed_json_is_object(json) && is_wanted(json))
				record_begin(record, json);
		} else if (event == FEED_JSON_VALUE && record->inside &&
			   depth == record->depth + 1) {
			record_value(record, json);
		} else if (event == FEED_JSON_CLOSE && record->inside &&
			   depth == record->depth) {
			record->inside = FALSE;
			return 1;
		}
	}
	return ret;
}

const char *feed_record_get(const struct feed_record *record, guint member)
{
	return record->present[member] ? record->values[member]->str : NULL;
}
