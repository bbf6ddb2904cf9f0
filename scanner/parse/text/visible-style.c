#include "warden-config.h"

#include "visible-style.h"

#include <string.h>

#define RULES_MAX 2000u
#define CLASSES_MAX 16u

struct warden_sheet {
	GHashTable *looks;	/* "tag", ".class", "#id" → struct warden_look */
	/* Selectors that we do not follow give grounds: a colour alone tells
	   nothing any more. */
	bool grounds_elsewhere;
};

struct warden_sheet *warden_sheet_new(void)
{
	struct warden_sheet *sheet = g_new0(struct warden_sheet, 1);

	sheet->looks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     g_free);
	return sheet;
}

void warden_sheet_free(struct warden_sheet *sheet)
{
	g_hash_table_unref(sheet->looks);
	g_free(sheet);
}

static void look_init(struct warden_look *look)
{
	memset(look, 0, sizeof(*look));
	look->colour = look->ground = WARDEN_COLOUR_NONE;
	look->size = look->unseen = -1;
}

/* --- values ------------------------------------------------------------------- */

/* A value on its own: lower case, no white space around it. */
#define VALUE_MAX 120u

static void take_value(char *out, const char *text, gsize size)
{
	gsize i;

	while (size > 0 && html_is_space(*text)) {
		text++;
		size--;
	}
	while (size > 0 && html_is_space(text[size - 1]))
		size--;
	size = MIN(size, VALUE_MAX - 1);
	for (i = 0; i < size; i++)
		out[i] = g_ascii_tolower(text[i]);
	out[size] = '\0';
}

/* Tenths of a pixel, G_MININT if it is no length. */
static gint read_length(const char *value)
{
	bool minus = *value == '-';
	gint64 tenths = 0, scale = 10;
	const char *p = value + (minus || *value == '+');

	if (!g_ascii_isdigit(*p) && *p != '.')
		return G_MININT;
	for (; g_ascii_isdigit(*p); p++)
		tenths = MIN(tenths * 10 + (*p - '0') * 10, 1000000);
	if (*p == '.') {
		for (p++; g_ascii_isdigit(*p); p++) {
			scale /= 10;
			tenths += scale * (*p - '0');
		}
	}
	if (g_str_has_prefix(p, "em") || g_str_has_prefix(p, "rem"))
		tenths *= 16;
	else if (g_str_has_prefix(p, "pt"))
		tenths = tenths * 4 / 3;
	else if (*p == '%')
		tenths = tenths * 16 / 100;
	return minus ? -(gint)tenths : (gint)tenths;
}

static bool is_zero(const char *value)
{
	gint length = read_length(value);

	return length != G_MININT && length >= 0 && length <= 10;
}

static bool is_far_out(const char *value)
{
	gint length = read_length(value);

	return length != G_MININT && length <= -5000;
}

static const struct {
	const char *name;
	gint colour;
} names[] = {
	{ "white", 0xffffff }, { "black", 0x000000 }, { "red", 0xff0000 },
	{ "blue", 0x0000ff }, { "green", 0x008000 }, { "gray", 0x808080 },
	{ "grey", 0x808080 }, { "silver", 0xc0c0c0 }, { "navy", 0x000080 },
	{ "yellow", 0xffff00 }, { "orange", 0xffa500 },
	{ "maroon", 0x800000 }, { "purple", 0x800080 },
	{ "teal", 0x008080 }, { "lime", 0x00ff00 }, { "aqua", 0x00ffff },
	{ "whitesmoke", 0xf5f5f5 }, { "snow", 0xfffafa },
	{ "ivory", 0xfffff0 }, { "ghostwhite", 0xf8f8ff },
	{ "lightgray", 0xd3d3d3 }, { "lightgrey", 0xd3d3d3 },
	{ "transparent", WARDEN_COLOUR_CLEAR },
};

static gint hex_colour(const char *p)
{
	gint value = 0;
	guint digits = 0;

	while (digits < 8 && g_ascii_isxdigit(p[digits]))
		digits++;
	if (digits != 3 && digits != 6)
		return WARDEN_COLOUR_UNKNOWN;
	for (guint i = 0; i < digits; i++) {
		value = value << 4 | g_ascii_xdigit_value(p[i]);
		if (digits == 3)
			value = value << 4 | g_ascii_xdigit_value(p[i]);
	}
	return value;
}

/* "rgb(1, 2, 3)", "rgba(1 2 3 / 0)" */
static gint rgb_colour(const char *p)
{
	gint parts[4] = { 0, 0, 0, 10 };
	guint count = 0;

	while (*p != '\0' && *p != ')' && count < 4) {
		if (!g_ascii_isdigit(*p) && *p != '.') {
			p++;
			continue;
		}
		parts[count] = read_length(p) / (count < 3 ? 10 : 1);
		count++;
		while (g_ascii_isdigit(*p) || *p == '.')
			p++;
	}
	if (count < 3)
		return WARDEN_COLOUR_UNKNOWN;
	if (parts[3] == 0)
		return WARDEN_COLOUR_CLEAR;
	return MIN(parts[0], 255) << 16 | MIN(parts[1], 255) << 8 |
		MIN(parts[2], 255);
}

static gint read_colour(const char *value)
{
	if (*value == '#')
		return hex_colour(value + 1);
	if (g_str_has_prefix(value, "rgb"))
		return rgb_colour(value);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize length = strlen(names[i].name);

		if (strncmp(value, names[i].name, length) == 0 &&
		    !g_ascii_isalpha(value[length]))
			return names[i].colour;
	}
	if (g_str_has_prefix(value, "inherit") ||
	    g_str_has_prefix(value, "none"))
		return WARDEN_COLOUR_NONE;
	return WARDEN_COLOUR_UNKNOWN;
}

/* "#fff", "url(x) no-repeat", "none repeat scroll 0 0 #ffffff" */
static gint read_ground(const char *value)
{
	const char *hash = strchr(value, '#');
	gint colour;

	if (strstr(value, "url(") != NULL || strstr(value, "gradient") != NULL)
		return WARDEN_COLOUR_UNKNOWN;
	colour = hash != NULL ? hex_colour(hash + 1) : read_colour(value);
	return colour == WARDEN_COLOUR_CLEAR ? WARDEN_COLOUR_NONE : colour;
}

bool warden_look_colours_match(gint one, gint other)
{
	gint distance = 0;

	if (one < 0 || other < 0)
		return FALSE;
	for (guint shift = 0; shift < 24; shift += 8)
		distance += ABS((one >> shift & 0xff) - (other >> shift & 0xff));
	return distance <= 24;
}

/* --- properties ----------------------------------------------------------------- */

static void set_display(struct warden_look *look, const char *value)
{
	look->gone |= g_str_has_prefix(value, "none");
}

static void set_visibility(struct warden_look *look, const char *value)
{
	look->unseen = g_str_has_prefix(value, "hidden") ||
		g_str_has_prefix(value, "collapse");
}

static void set_opacity(struct warden_look *look, const char *value)
{
	gint tenths = read_length(value);

	/* 0.05 and the like come as 0 tenths */
	look->gone |= tenths == 0;
}

static void set_size(struct warden_look *look, const char *value)
{
	gint length = read_length(value);

	if (length != G_MININT)
		look->size = length;
	else if (strcmp(value, "inherit") != 0)
		look->size = 160;
}

/* "0/0 a", "bold 12px/1.5 Arial" */
static void set_font(struct warden_look *look, const char *value)
{
	if (g_ascii_isdigit(*value) && read_length(value) <= 20)
		look->size = read_length(value);
	else if (strpbrk(value, "123456789") != NULL)
		look->size = 160;
}

static void set_colour(struct warden_look *look, const char *value)
{
	look->colour = read_colour(value);
}

static void set_ground(struct warden_look *look, const char *value)
{
	look->ground = read_ground(value);
}

static void set_picture(struct warden_look *look, const char *value)
{
	if (!g_str_has_prefix(value, "none"))
		look->ground = WARDEN_COLOUR_UNKNOWN;
}

static void set_room(struct warden_look *look, const char *value)
{
	look->no_room |= is_zero(value);
}

static void set_overflow(struct warden_look *look, const char *value)
{
	look->clips |= g_str_has_prefix(value, "hidden") ||
		g_str_has_prefix(value, "clip");
}

static void set_position(struct warden_look *look, const char *value)
{
	look->placed |= g_str_has_prefix(value, "absolute") ||
		g_str_has_prefix(value, "fixed") ||
		g_str_has_prefix(value, "relative");
}

static void set_place(struct warden_look *look, const char *value)
{
	look->outside |= is_far_out(value);
}

static void set_indent(struct warden_look *look, const char *value)
{
	look->gone |= is_far_out(value);
}

static void set_clip(struct warden_look *look, const char *value)
{
	look->gone |= g_str_has_prefix(value, "rect(0") ||
		g_str_has_prefix(value, "rect(1px") ||
		g_str_has_prefix(value, "inset(100%") ||
		g_str_has_prefix(value, "inset(50%");
}

static void set_transform(struct warden_look *look, const char *value)
{
	look->gone |= strstr(value, "scale(0)") != NULL;
}

static const struct {
	const char *name;
	void (*set)(struct warden_look *look, const char *value);
} properties[] = {
	{ "display", set_display }, { "visibility", set_visibility },
	{ "opacity", set_opacity }, { "font-size", set_size },
	{ "font", set_font }, { "color", set_colour },
	{ "background", set_ground }, { "background-color", set_ground },
	{ "background-image", set_picture }, { "height", set_room },
	{ "max-height", set_room }, { "width", set_room },
	{ "max-width", set_room }, { "overflow", set_overflow },
	{ "position", set_position }, { "left", set_place },
	{ "top", set_place }, { "text-indent", set_indent },
	{ "margin-left", set_indent }, { "margin-top", set_indent },
	{ "clip", set_clip }, { "clip-path", set_clip },
	{ "transform", set_transform },
};

static void take_declaration(struct warden_look *look, const char *css,
			     gsize size)
{
	const char *colon = memchr(css, ':', size);
	char name[VALUE_MAX], value[VALUE_MAX];

	if (colon == NULL)
		return;
	take_value(name, css, colon - css);
	take_value(value, colon + 1, css + size - colon - 1);
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
		if (strcmp(properties[i].name, name) == 0)
			properties[i].set(look, value);
	}
}

static void take_declarations(struct warden_look *look, const char *css,
			      gsize size)
{
	const char *end = css + size;

	while (css < end) {
		const char *stop = memchr(css, ';', end - css);

		if (stop == NULL)
			stop = end;
		take_declaration(look, css, stop - css);
		css = stop + 1;
	}
}

static void merge(struct warden_look *look, const struct warden_look *more)
{
	if (more->colour != WARDEN_COLOUR_NONE)
		look->colour = more->colour;
	if (more->ground != WARDEN_COLOUR_NONE)
		look->ground = more->ground;
	if (more->size >= 0)
		look->size = more->size;
	if (more->unseen >= 0)
		look->unseen = more->unseen;
	look->gone |= more->gone;
	look->no_room |= more->no_room;
	look->clips |= more->clips;
	look->placed |= more->placed;
	look->outside |= more->outside;
}

/* --- style sheets ------------------------------------------------------------------ */

static bool is_simple(const char *selector)
{
	if (*selector == '.' || *selector == '#')
		selector++;
	if (*selector == '\0')
		return FALSE;
	for (; *selector != '\0'; selector++) {
		if (!g_ascii_isalnum(*selector) && *selector != '-' &&
		    *selector != '_')
			return FALSE;
	}
	return TRUE;
}

static void add_selector(struct warden_sheet *sheet, const char *text,
			 gsize size, const struct warden_look *look)
{
	char selector[VALUE_MAX];
	const char *key = selector;
	struct warden_look *known;

	take_value(selector, text, size);
	/* "td.class" is as good as ".class" */
	if (strchr(selector, '.') != NULL && is_simple(strchr(selector, '.')))
		key = strpbrk(selector, " >+~:[#") == NULL ?
			strchr(selector, '.') : selector;
	if (!is_simple(key)) {
		sheet->grounds_elsewhere |= look->ground != WARDEN_COLOUR_NONE;
		return;
	}
	known = g_hash_table_lookup(sheet->looks, key);
	if (known == NULL) {
		if (g_hash_table_size(sheet->looks) >= RULES_MAX)
			return;
		known = g_new(struct warden_look, 1);
		look_init(known);
		g_hash_table_insert(sheet->looks, g_strdup(key), known);
	}
	merge(known, look);
}

static void add_rule(struct warden_sheet *sheet, const char *selectors,
		     gsize size, const char *css, gsize css_size)
{
	struct warden_look look;
	const char *end = selectors + size;

	look_init(&look);
	take_declarations(&look, css, css_size);
	while (selectors < end) {
		const char *comma = memchr(selectors, ',', end - selectors);

		if (comma == NULL)
			comma = end;
		add_selector(sheet, selectors, comma - selectors, &look);
		selectors = comma + 1;
	}
}

static char *without_comments(const char *css, gsize size)
{
	GString *out = g_string_sized_new(size);
	const char *end = css + size;

	while (css < end) {
		const char *start = memmem(css, end - css, "/*", 2);
		const char *close;

		g_string_append_len(out, css, (start == NULL ? end : start) -
				    css);
		if (start == NULL)
			break;
		close = memmem(start + 2, end - start - 2, "*/", 2);
		css = close == NULL ? end : close + 2;
	}
	return g_string_free(out, FALSE);
}

/* The block of "@media (…) {": what it says holds on some screens only. */
static const char *skip_block(const char *p)
{
	guint depth = 1;

	while (*p != '\0' && depth > 0) {
		depth += *p == '{';
		depth -= *p == '}';
		p++;
	}
	return p;
}

void warden_sheet_add(struct warden_sheet *sheet, const char *css, gsize size)
{
	g_autofree char *plain = without_comments(css, size);
	const char *p = plain;

	while (*p != '\0') {
		const char *open = strchr(p, '{'), *close;

		while (html_is_space(*p) || *p == '}')
			p++;
		if (open == NULL || open < p)
			break;
		if (*p == '@') {
			const char *semicolon = memchr(p, ';', open - p);

			if (semicolon != NULL)
				p = semicolon + 1;
			else if (memchr(p, '(', open - p) == NULL &&
				 g_ascii_strncasecmp(p, "@media", 6) == 0 &&
				 memmem(p, open - p, "print", 5) == NULL)
				p = open + 1;
			else
				p = skip_block(open + 1);
			continue;
		}
		close = strchr(open, '}');
		if (close == NULL)
			close = open + strlen(open);
		add_rule(sheet, p, open - p, open + 1, close - open - 1);
		p = *close == '\0' ? close : close + 1;
	}
}

/* --- a tag --------------------------------------------------------------------------- */

static void merge_named(const struct warden_sheet *sheet, char sign,
			const char *name, gsize size,
			struct warden_look *look)
{
	char key[VALUE_MAX + 1];
	const struct warden_look *found;

	key[0] = sign;
	take_value(key + 1, name, size);
	found = g_hash_table_lookup(sheet->looks, sign == '\0' ? key + 1 : key);
	if (found != NULL)
		merge(look, found);
}

static void merge_classes(const struct warden_sheet *sheet,
			  const struct html_attribute *classes,
			  struct warden_look *look)
{
	const char *p = classes->value, *end = p + classes->size;

	for (guint i = 0; i < CLASSES_MAX && p < end; i++) {
		const char *start;

		while (p < end && html_is_space(*p))
			p++;
		start = p;
		while (p < end && !html_is_space(*p))
			p++;
		if (p > start)
			merge_named(sheet, '.', start, p - start, look);
	}
}

static void take_attribute(const struct html_attribute *attribute,
			   struct warden_look *look)
{
	gsize size = attribute->name_size;
	char value[VALUE_MAX];

	take_value(value, attribute->value, attribute->size);
	if (html_is_word(attribute->name, size, "bgcolor"))
		set_ground(look, value);
	else if (html_is_word(attribute->name, size, "background"))
		look->ground = WARDEN_COLOUR_UNKNOWN;
	else if (html_is_word(attribute->name, size, "color") ||
		 html_is_word(attribute->name, size, "text"))
		set_colour(look, value);
	else if (html_is_word(attribute->name, size, "hidden"))
		look->gone = TRUE;
}

static void take_style(const struct html_attribute *style,
		       struct warden_look *look)
{
	g_autoptr(GString) css = g_string_sized_new(style->size);

	warden_html_unescape(style->value, style->size, TRUE, css);
	take_declarations(look, css->str, css->len);
}

void warden_sheet_look(const struct warden_sheet *sheet,
		       const struct html_tag *tag, struct warden_look *look_r)
{
	const struct html_attribute *classes = html_attribute_of(tag, "class");
	const struct html_attribute *id = html_attribute_of(tag, "id");
	const struct html_attribute *style = html_attribute_of(tag, "style");

	look_init(look_r);
	for (guint i = 0; i < tag->count; i++)
		take_attribute(&tag->attributes[i], look_r);
	merge_named(sheet, '\0', tag->name, tag->size, look_r);
	if (classes != NULL)
		merge_classes(sheet, classes, look_r);
	if (id != NULL)
		merge_named(sheet, '#', id->value, id->size, look_r);
	if (style != NULL)
		take_style(style, look_r);
	look_r->gone |= (look_r->no_room && look_r->clips) ||
		(look_r->placed && look_r->outside);
	if (sheet->grounds_elsewhere && look_r->ground == WARDEN_COLOUR_NONE)
		look_r->ground = WARDEN_COLOUR_UNKNOWN;
}
