#include "warden-config.h"

#include "../encoding/decode.h"
#include "../text/text-private.h"
#include "web-script.h"

#include <string.h>

/* Calendars (RFC 5545) and contact cards (RFC 6350, vCard 2.1): links, files
   inside, pages that a client shows instead of the description. */

/* "NAME;PARAMETER=a:value", unfolded. */
struct line {
	const char *name, *parameters, *value;
	gsize name_size, parameters_size, size;
};

/* --- lines ----------------------------------------------------------------------- */

/* A fold is a line end and one space (RFC 5545 3.1). */
static GString *unfold(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	gsize i;

	for (i = 0; i < size; i++) {
		gsize lf = i + (text[i] == '\r');

		if (lf + 1 < size && text[lf] == '\n' &&
		    (text[lf + 1] == ' ' || text[lf + 1] == '\t'))
			i = lf + 1;
		else
			g_string_append_c(out, text[i]);
	}
	return out;
}

/* Where the name and its parameters end: at a colon outside of quotes. */
static const char *find_colon(const char *p, const char *end)
{
	bool quoted = FALSE;

	for (; p < end; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == ':' && !quoted)
			return p;
	}
	return NULL;
}

static const char *line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', end - p);

	if (lf == NULL)
		return end;
	return lf > p && lf[-1] == '\r' ? lf - 1 : lf;
}

static bool has_parameter(const struct line *line, const char *word)
{
	const char *p = line->parameters;
	gsize length = strlen(word), i;

	for (i = 0; i + length <= line->parameters_size; i++) {
		if (g_ascii_strncasecmp(p + i, word, length) == 0)
			return TRUE;
	}
	return FALSE;
}

/* vCard 2.1 does not fold: base64 goes on until a line is empty or a property,
   quoted-printable as long as lines end in "=". */
static const char *extend(const struct line *line, const char *p,
			  const char *end)
{
	bool quoted = has_parameter(line, "QUOTED-PRINTABLE");
	bool base64 = has_parameter(line, "BASE64") ||
		has_parameter(line, "ENCODING=B");

	while (p < end && (quoted || base64)) {
		const char *next = p + (*p == '\r') + 1, *stop;

		if (next >= end || (quoted && (p == line->value ||
					       p[-1] != '=')))
			break;
		stop = line_end(next, end);
		if (base64 && (stop == next ||
			       find_colon(next, stop) != NULL))
			break;
		p = stop;
	}
	return p;
}

/* Returns FALSE at the end. */
static bool next_line(const char **p, const char *end, struct line *line)
{
	while (*p < end) {
		const char *start = *p, *stop = line_end(start, end);
		const char *colon = find_colon(start, stop);
		const char *semicolon = colon == NULL ? NULL :
			memchr(start, ';', colon - start);

		*p = stop < end ? stop + (*stop == '\r') + 1 : end;
		if (colon == NULL)
			continue;
		line->name = start;
		line->name_size = (semicolon == NULL ? colon : semicolon) -
			start;
		line->parameters = start + line->name_size;
		line->parameters_size = colon - line->parameters;
		line->value = colon + 1;
		stop = extend(line, stop, end);
		line->size = stop - line->value;
		*p = stop < end ? MIN(stop + (*stop == '\r') + 1, end) : end;
		return TRUE;
	}
	return FALSE;
}

/* "item1.URL" is a URL, too. */
static bool is_named(const struct line *line, const char *name)
{
	const char *start = line->name;
	gsize size = line->name_size;
	const char *dot = memchr(start, '.', size);

	if (dot != NULL) {
		size -= dot + 1 - start;
		start = dot + 1;
	}
	return strlen(name) == size &&
	       g_ascii_strncasecmp(start, name, size) == 0;
}

/* --- values ------------------------------------------------------------------------ */

/* "\n", "\,", "\;" (RFC 5545 3.3.11). */
static GString *plain_text(const struct line *line)
{
	GString *out = g_string_sized_new(line->size);
	gsize i;

	for (i = 0; i < line->size; i++) {
		char c = line->value[i];

		if (c == '\\' && i + 1 < line->size) {
			c = line->value[++i];
			if (c == 'n' || c == 'N')
				c = '\n';
		}
		g_string_append_c(out, c);
	}
	return out;
}

static GBytes *decode_value(const struct line *line, bool quoted)
{
	GArray *readings = warden_readings_new();
	struct warden_trait_set traits = { { 0 } };
	GBytes *bytes;

	if (quoted)
		warden_decode_qp((const guint8 *)line->value, line->size,
				 readings, &traits);
	else
		warden_decode_base64((const guint8 *)line->value, line->size,
				     readings, &traits);
	bytes = g_bytes_ref(g_array_index(readings, struct warden_reading, 0)
			    .bytes);
	g_array_unref(readings);
	return bytes;
}

static GString *text_of(const struct line *line)
{
	g_autoptr(GBytes) bytes = NULL;
	gsize size;
	const char *data;

	if (!has_parameter(line, "QUOTED-PRINTABLE"))
		return plain_text(line);
	bytes = decode_value(line, TRUE);
	data = g_bytes_get_data(bytes, &size);
	return g_string_new_len(data, size);
}

/* Owned by the caller; "" if it is not there. */
static char *parameter(const struct line *line, const char *name)
{
	const char *p = line->parameters, *end = p + line->parameters_size;
	gsize length = strlen(name);

	for (; p + length + 1 < end; p++) {
		const char *value, *stop;

		if (*p != ';' || p[1 + length] != '=' ||
		    g_ascii_strncasecmp(p + 1, name, length) != 0)
			continue;
		value = p + length + 2;
		if (value < end && *value == '"') {
			stop = memchr(value + 1, '"', end - value - 1);
			value++;
		} else {
			stop = memchr(value, ';', end - value);
		}
		return g_strndup(value, (stop == NULL ? end : stop) - value);
	}
	return g_strdup("");
}

/* --- what stands in them -------------------------------------------------------------- */

static void take_file(struct warden_text *text, const struct line *line)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *name = NULL, *type = NULL;

	if (!warden_queue_spend(text->queue, text->part->path, line->size) ||
	    !warden_queue_spend_member(text->queue, text->part->path))
		return;
	bytes = decode_value(line, FALSE);
	if (g_bytes_get_size(bytes) == 0)
		return;
	name = parameter(line, "FILENAME");
	if (*name == '\0') {
		g_free(name);
		name = parameter(line, "X-FILENAME");
	}
	type = parameter(line, "FMTTYPE");
	(void)warden_text_embed(text, bytes, name, type, FALSE);
}

/* A page for clients that show one: Outlook's and its servers' way. */
static void take_page(struct warden_text *text, const struct line *line)
{
	GString *page = text_of(line);
	g_autoptr(GBytes) bytes = g_string_free_to_bytes(page);

	if (warden_queue_spend(text->queue, text->part->path, line->size) &&
	    warden_queue_spend_member(text->queue, text->part->path))
		(void)warden_text_embed(text, bytes, "", "text/html", FALSE);
}

static void take_text(struct warden_text *text, const struct line *line,
		      const char *source)
{
	g_autoptr(GString) plain = text_of(line);
	struct warden_text inner = *text;

	inner.utf8 = plain->str;
	inner.size = plain->len;
	warden_text_plain(&inner, source);
}

static bool is_address(const struct line *line)
{
	return is_named(line, "URL") || is_named(line, "ATTACH") ||
	       is_named(line, "SOURCE") || is_named(line, "CONFERENCE") ||
	       is_named(line, "PHOTO") || is_named(line, "LOGO") ||
	       is_named(line, "KEY") || is_named(line, "SOUND") ||
	       is_named(line, "IMAGE");
}

static void take_address(struct warden_text *text, const struct line *line,
			 const char *source)
{
	g_autofree char *url = g_strndup(line->value, line->size);

	if (g_ascii_strncasecmp(url, "data:", 5) == 0)
		warden_web_data_url(text, url);
	else if (strchr(url, ':') != NULL ||
		 g_ascii_strncasecmp(url, "www.", 4) == 0)
		warden_text_url(text, url, strlen(url), source);
	else
		take_text(text, line, source);
}

static void take_line(struct warden_text *text, const struct line *line,
		      const char *source)
{
	if (has_parameter(line, "ENCODING=B"))
		take_file(text, line);
	else if (is_address(line))
		take_address(text, line, source);
	else if (is_named(line, "X-ALT-DESC") ||
		 has_parameter(line, "FMTTYPE=text/html") ||
		 is_named(line, "STYLED-DESCRIPTION"))
		take_page(text, line);
	else
		take_text(text, line, source);
	/* RFC 2445 4.8.6.1; RFC 5545 dropped it */
	if (is_named(line, "ACTION") && line->size >= 9 &&
	    g_ascii_strncasecmp(line->value, "PROCEDURE", 9) == 0)
		warden_queue_trait(text->queue,
				   WARDEN_TRAIT_CALENDAR_PROCEDURE,
				   text->part->path, "");
}

void warden_calendar_look(struct warden_text *text, const char *source)
{
	g_autoptr(GString) unfolded = unfold(text->utf8, text->size);
	const char *p = unfolded->str, *end = p + unfolded->len;
	struct line line;

	while (next_line(&p, end, &line))
		take_line(text, &line, source);
}
