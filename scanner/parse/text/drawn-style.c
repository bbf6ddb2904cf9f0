#include "warden-config.h"

#include "drawn-style.h"

#include <string.h>

#define STYLES_MAX 400
#define NAME_MAX_SIZE 40
#define SPAN_MAX 400
#define PIXELS_MAX 4096

struct warden_styles {
	GHashTable *boxes;	/* ".name" or "name" → struct warden_box */
};

struct warden_styles *warden_styles_new(void)
{
	struct warden_styles *styles = g_new0(struct warden_styles, 1);

	styles->boxes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      g_free);
	return styles;
}

void warden_styles_free(struct warden_styles *styles)
{
	g_hash_table_unref(styles->boxes);
	g_free(styles);
}

/* --- values ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	gint light;
} names[] = {
	{ "black", 0 }, { "white", 255 }, { "navy", 14 }, { "blue", 28 },
	{ "darkblue", 15 }, { "maroon", 39 }, { "darkred", 42 },
	{ "green", 75 }, { "darkgreen", 59 }, { "purple", 53 },
	{ "red", 77 }, { "gray", 128 }, { "grey", 128 }, { "silver", 192 },
	{ "lightgray", 211 }, { "lightgrey", 211 }, { "whitesmoke", 245 },
	{ "snow", 250 }, { "ivory", 253 }, { "yellow", 227 },
	{ "orange", 173 }, { "teal", 89 }, { "indigo", 37 },
};

static gint brightness(guint red, guint green, guint blue)
{
	return (77 * MIN(red, 255) + 151 * MIN(green, 255) +
		28 * MIN(blue, 255)) >> 8;
}

static gint hex_colour(const char *text, gsize size)
{
	guint digits[6], count = 0;

	while (count < 6 && count < size && g_ascii_isxdigit(text[count])) {
		digits[count] = g_ascii_xdigit_value(text[count]);
		count++;
	}
	if (count == 6)
		return brightness(digits[0] * 16 + digits[1],
				  digits[2] * 16 + digits[3],
				  digits[4] * 16 + digits[5]);
	if (count >= 3)
		return brightness(digits[0] * 17, digits[1] * 17,
				  digits[2] * 17);
	return -1;
}

/* "rgb(1, 2, 3)", "rgba(1 2 3 / 1)" */
static gint rgb_colour(const char *text, gsize size)
{
	guint values[3] = { 0, 0, 0 }, count = 0;
	gsize at = 0;

	while (at < size && count < 3 && text[at] != ')') {
		if (!g_ascii_isdigit(text[at])) {
			at++;
			continue;
		}
		for (; at < size && g_ascii_isdigit(text[at]); at++)
			values[count] = MIN(values[count] * 10 +
					    (text[at] - '0'), 1000);
		count++;
	}
	return count < 3 ? -1 : brightness(values[0], values[1], values[2]);
}

/* The first colour in a value ("#000", "url(x) black"); -1: none. */
static gint find_colour(const char *text, gsize size)
{
	gsize i, at;

	for (at = 0; at < size; at++) {
		if (text[at] == '#')
			return hex_colour(text + at + 1, size - at - 1);
		if (size - at > 4 &&
		    g_ascii_strncasecmp(text + at, "rgb", 3) == 0)
			return rgb_colour(text + at + 3, size - at - 3);
		if (!g_ascii_isalpha(text[at]) ||
		    (at > 0 && g_ascii_isalpha(text[at - 1])))
			continue;
		for (i = 0; i < G_N_ELEMENTS(names); i++) {
			gsize length = strlen(names[i].name);

			if (size - at >= length &&
			    g_ascii_strncasecmp(text + at, names[i].name,
						length) == 0 &&
			    (size - at == length ||
			     !g_ascii_isalpha(text[at + length])))
				return names[i].light;
		}
	}
	return -1;
}

/* Pixels; of other units only their proportions matter. */
static gint find_length(const char *text, gsize size)
{
	bool minus = FALSE;
	gint value = 0;
	gsize at = 0;

	while (at < size && g_ascii_isspace(text[at]))
		at++;
	if (at < size && text[at] == '-') {
		minus = TRUE;
		at++;
	}
	for (; at < size && g_ascii_isdigit(text[at]); at++)
		value = MIN(value * 10 + (text[at] - '0'), PIXELS_MAX);
	return minus ? -value : value;
}

/* --- declarations --------------------------------------------------------------------- */

static bool is_word(const char *text, gsize size, const char *word)
{
	return size == strlen(word) &&
	       g_ascii_strncasecmp(text, word, size) == 0;
}

static void take_declaration(const char *name, gsize name_size,
			     const char *value, gsize size,
			     struct warden_box *box)
{
	if (is_word(name, name_size, "background") ||
	    is_word(name, name_size, "background-color")) {
		gint light = find_colour(value, size);

		if (light >= 0)
			box->light = light;
	} else if (is_word(name, name_size, "width")) {
		box->width = find_length(value, size);
	} else if (is_word(name, name_size, "height")) {
		box->height = find_length(value, size);
	} else if (is_word(name, name_size, "left")) {
		box->left = find_length(value, size);
		box->placed = TRUE;
	} else if (is_word(name, name_size, "top")) {
		box->top = find_length(value, size);
		box->placed = TRUE;
	}
}

/* "name: value; name: value" */
static void take_style(const char *css, gsize size, struct warden_box *box)
{
	const char *end = css + size;

	while (css < end) {
		const char *semicolon = memchr(css, ';', end - css);
		const char *stop = semicolon == NULL ? end : semicolon;
		const char *colon = memchr(css, ':', stop - css);

		if (colon != NULL) {
			const char *name = css, *last = colon;

			while (name < last && g_ascii_isspace(*name))
				name++;
			while (last > name && g_ascii_isspace(last[-1]))
				last--;
			take_declaration(name, last - name, colon + 1,
					 stop - colon - 1, box);
		}
		css = stop + 1;
	}
}

static void box_init(struct warden_box *box)
{
	memset(box, 0, sizeof(*box));
	box->light = -1;
}

static void add_selector(struct warden_styles *styles, const char *text,
			 gsize size, const struct warden_box *box)
{
	char *name;

	while (size > 0 && g_ascii_isspace(*text)) {
		text++;
		size--;
	}
	while (size > 0 && g_ascii_isspace(text[size - 1]))
		size--;
	/* of "td.a" and "#x .a" what matters is the class */
	for (gsize i = size; i > 0; i--) {
		if (text[i - 1] == '.' || g_ascii_isspace(text[i - 1])) {
			gsize skip = text[i - 1] == '.' ? i - 1 : i;

			text += skip;
			size -= skip;
			break;
		}
	}
	if (size == 0 || size >= NAME_MAX_SIZE ||
	    g_hash_table_size(styles->boxes) >= STYLES_MAX)
		return;
	name = g_ascii_strdown(text, size);
	g_hash_table_insert(styles->boxes, name,
			    g_memdup2(box, sizeof(*box)));
}

void warden_styles_add(struct warden_styles *styles, const char *css,
		       gsize size)
{
	const char *end = css + size;

	while (css < end) {
		const char *open = memchr(css, '{', end - css), *close, *p;
		struct warden_box box;

		if (open == NULL)
			return;
		close = memchr(open, '}', end - open);
		if (close == NULL)
			return;
		box_init(&box);
		take_style(open + 1, close - open - 1, &box);
		for (p = css; p < open; ) {
			const char *comma = memchr(p, ',', open - p);
			const char *stop = comma == NULL ? open : comma;

			add_selector(styles, p, stop - p, &box);
			p = stop + 1;
		}
		css = close + 1;
	}
}

/* --- attributes -------------------------------------------------------------------------- */

static void merge(struct warden_box *box, const struct warden_box *other)
{
	if (other == NULL)
		return;
	if (other->light >= 0)
		box->light = other->light;
	if (other->width != 0)
		box->width = other->width;
	if (other->height != 0)
		box->height = other->height;
}

static void take_classes(struct warden_styles *styles, const char *value,
			 gsize size, struct warden_box *box)
{
	char name[NAME_MAX_SIZE + 1];
	gsize at = 0;

	while (at < size) {
		gsize used = 0;

		name[used++] = '.';
		while (at < size && !g_ascii_isspace(value[at])) {
			if (used < NAME_MAX_SIZE)
				name[used++] = g_ascii_tolower(value[at]);
			at++;
		}
		name[used] = '\0';
		merge(box, g_hash_table_lookup(styles->boxes, name));
		at++;
	}
}

struct attribute {
	const char *name, *value;
	gsize name_size, size;
};

static bool next_attribute(const char **text, const char *end,
			   struct attribute *attribute_r)
{
	const char *p = *text;
	char quote = ' ';

	while (p < end && (g_ascii_isspace(*p) || *p == '/'))
		p++;
	if (p >= end)
		return FALSE;
	attribute_r->name = p;
	while (p < end && *p != '=' && !g_ascii_isspace(*p))
		p++;
	attribute_r->name_size = p - attribute_r->name;
	attribute_r->value = p;
	attribute_r->size = 0;
	while (p < end && g_ascii_isspace(*p))
		p++;
	if (p < end && *p == '=') {
		p++;
		while (p < end && g_ascii_isspace(*p))
			p++;
		if (p < end && (*p == '"' || *p == '\''))
			quote = *p++;
		attribute_r->value = p;
		while (p < end && *p != quote &&
		       (quote != ' ' || !g_ascii_isspace(*p)))
			p++;
		attribute_r->size = p - attribute_r->value;
		if (p < end && quote != ' ')
			p++;
	}
	/* always further, whatever stands there */
	*text = MAX(p, *text + 1);
	return TRUE;
}

static void take_attribute(struct warden_styles *styles,
			   const struct attribute *attribute,
			   struct warden_box *box, guint *span)
{
	const char *name = attribute->name, *value = attribute->value;
	gsize name_size = attribute->name_size, size = attribute->size;

	if (is_word(name, name_size, "bgcolor")) {
		gint light = find_colour(value, size);

		box->light = light >= 0 ? light : hex_colour(value, size);
	} else if (is_word(name, name_size, "width")) {
		box->width = find_length(value, size);
	} else if (is_word(name, name_size, "height")) {
		box->height = find_length(value, size);
	} else if (is_word(name, name_size, "colspan")) {
		*span = CLAMP(find_length(value, size), 1, SPAN_MAX);
	} else if (is_word(name, name_size, "class")) {
		take_classes(styles, value, size, box);
	} else if (is_word(name, name_size, "style")) {
		take_style(value, size, box);
	}
}

void warden_styles_find(struct warden_styles *styles, const char *tag,
			const char *attributes, gsize size,
			struct warden_box *box_r, guint *span_r)
{
	const char *end = attributes + size;
	struct attribute attribute;

	box_init(box_r);
	*span_r = 1;
	merge(box_r, g_hash_table_lookup(styles->boxes, tag));
	while (next_attribute(&attributes, end, &attribute))
		take_attribute(styles, &attribute, box_r, span_r);
}
