#include "warden-config.h"

#include "notice.h"

#include "../checks/url.h"
#include "../facts/facts.h"

#include <string.h>

/* What is read of a stranger's text; the rest would not be shown anyway. */
#define INPUT_MAX 1024
/* Thai and Vietnamese stack up to three marks on a letter. */
#define MARKS_MAX 4

/* Alphabets whose letters pass for Latin ones. In a word with Latin letters
   they are a trick, or at least worth a look. */
static bool is_lookalike(gunichar c)
{
	switch (g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_CYRILLIC:
	case G_UNICODE_SCRIPT_GREEK:
	case G_UNICODE_SCRIPT_ARMENIAN:
	case G_UNICODE_SCRIPT_CHEROKEE:
	case G_UNICODE_SCRIPT_COPTIC:
	case G_UNICODE_SCRIPT_LISU:
	case G_UNICODE_SCRIPT_CANADIAN_ABORIGINAL:
		return true;
	default:
		return false;
	}
}

/* Letters and the like without ink, which are no format characters. */
static bool is_blank(gunichar c)
{
	static const gunichar blanks[] = {
		0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0,
	};

	for (gsize i = 0; i < G_N_ELEMENTS(blanks); i++) {
		if (blanks[i] == c)
			return true;
	}
	return (c >= 0x180b && c <= 0x180f);
}

static bool is_invisible(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return is_blank(c);
	}
}

/* How an emoji is drawn; nobody misses them. */
static bool is_variation(gunichar c)
{
	return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

/* What separates labels for IDNA (UTS 46), or looks like it. */
static bool is_dot(gunichar c)
{
	return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61 ||
	       c == 0x2024 || c == 0xfe52;
}

/* May stand in a host name. */
static bool is_host_char(gunichar c)
{
	return g_unichar_isalnum(c) || c == '-' || c == '_' || is_dot(c) ||
	       (g_unichar_ismark(c) && !is_invisible(c));
}

/* The text while it is gone through. */
struct walk {
	const gunichar *in;
	glong size;
	GString *out;
	bool own;	/* the user's own words: links need not be dead */
	guint marks;	/* in a row */
};

static gunichar at(const struct walk *walk, glong i)
{
	return i < 0 || i >= walk->size ? ' ' : walk->in[i];
}

static void append_char(struct walk *walk, gunichar c)
{
	walk->marks = g_unichar_ismark(c) ? walk->marks + 1 : 0;
	if (walk->marks > MARKS_MAX)
		return;
	if (is_invisible(c))
		g_string_append_printf(walk->out, "<U+%04X>", c);
	else
		g_string_append_unichar(walk->out, c);
}

static void append_bracketed(struct walk *walk, gunichar c)
{
	g_string_append_c(walk->out, '[');
	g_string_append_unichar(walk->out, c);
	g_string_append_c(walk->out, ']');
}

/* "24.11.2026", "3.50": digits and at most two dots are no address. */
static bool is_number(const struct walk *walk, glong start, glong end)
{
	guint dots = 0;

	for (glong i = start; i < end; i++) {
		if (walk->in[i] == '.')
			dots++;
		else if (!g_ascii_isdigit(walk->in[i]) || walk->in[i] > 0x7f)
			return false;
	}
	return dots <= 2;
}

/* A dot between two things that a client might take for a host name. An
   ideographic full stop ends sentences: there one side must be Latin. */
static bool is_live_dot(const struct walk *walk, glong i)
{
	gunichar before = at(walk, i - 1), after = at(walk, i + 1);

	if (walk->own || g_unichar_isspace(before) || is_dot(after) ||
	    !is_host_char(after))
		return false;
	return walk->in[i] != 0x3002 || before < 0x80 || after < 0x80;
}

static bool is_mixed_word(const struct walk *walk, glong start, glong end)
{
	bool latin = false, lookalike = false;

	for (glong i = start; i < end; i++) {
		latin |= g_unichar_get_script(walk->in[i]) ==
			G_UNICODE_SCRIPT_LATIN;
		lookalike |= is_lookalike(walk->in[i]);
	}
	return latin && lookalike;
}

static glong word_end(const struct walk *walk, glong start, glong end)
{
	glong i = start;

	while (i < end && !is_dot(walk->in[i]) && walk->in[i] != '-' &&
	       walk->in[i] != '_')
		i++;
	return i;
}

static void append_word(struct walk *walk, glong start, glong end)
{
	bool mixed = is_mixed_word(walk, start, end);

	for (glong i = start; i < end; i++) {
		append_char(walk, walk->in[i]);
		if (mixed && is_lookalike(walk->in[i]))
			g_string_append_printf(walk->out, "<U+%04X>",
					       walk->in[i]);
	}
}

static void append_dead_host(GString *out, const char *host)
{
	for (const char *p = host; *p != '\0'; p++) {
		if (*p == '.')
			g_string_append(out, "[.]");
		else
			g_string_append_c(out, *p);
	}
}

/* What the network would make of a host name with other than ASCII. */
static void append_a_label(struct walk *walk, glong start, glong end)
{
	g_autofree char *name = NULL, *ascii = NULL;
	bool other = false, dotted = false;

	while (end > start && is_dot(walk->in[end - 1]))
		end--;
	for (glong i = start; i < end; i++) {
		other |= walk->in[i] > 0x7f && !is_dot(walk->in[i]);
		dotted |= is_dot(walk->in[i]);
	}
	if (!other || !dotted)
		return;
	name = g_ucs4_to_utf8(walk->in + start, end - start, NULL, NULL, NULL);
	if (name == NULL)
		return;
	ascii = warden_url_host_ascii(name);
	if (strstr(ascii, "xn--") == NULL || !warden_url_has_known_tld(ascii))
		return;
	g_string_append(walk->out, " (");
	append_dead_host(walk->out, ascii);
	g_string_append_c(walk->out, ')');
}

/* The scheme of a link, or NULL: the run is one and ':' follows. */
static const char *
dead_scheme(const struct walk *walk, glong start, glong end)
{
	static const struct { const char *name, *dead; } schemes[] = {
		{ "http", "hxxp" }, { "https", "hxxps" }, { "ftp", "fxp" },
	};
	char word[8];

	if (walk->own || at(walk, end) != ':' ||
	    end - start >= (glong)sizeof(word))
		return NULL;
	for (glong i = start; i < end; i++)
		word[i - start] = walk->in[i] < 0x80 ?
			g_ascii_tolower(walk->in[i]) : '?';
	word[end - start] = '\0';
	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (strcmp(word, schemes[i].name) == 0)
			return schemes[i].dead;
	}
	return NULL;
}

/* A run of what host names are made of. */
static void append_run(struct walk *walk, glong start, glong end)
{
	const char *scheme = dead_scheme(walk, start, end);
	bool number = is_number(walk, start, end);

	if (scheme != NULL) {
		g_string_append(walk->out, scheme);
		return;
	}
	for (glong i = start; i < end; ) {
		glong next = word_end(walk, i, end);

		append_word(walk, i, next);
		if (next < end) {
			if (!number && is_dot(walk->in[next]) &&
			    is_live_dot(walk, next))
				append_bracketed(walk, walk->in[next]);
			else
				append_char(walk, walk->in[next]);
			next++;
		}
		i = next;
	}
	append_a_label(walk, start, end);
}

/* "15:30": a scheme begins with a letter (RFC 3986 3.1). */
static bool is_time(const struct walk *walk, glong colon)
{
	glong i = colon - 1;

	while (g_ascii_isdigit(at(walk, i)) && at(walk, i) < 0x80)
		i--;
	return i < colon - 1 && !is_host_char(at(walk, i)) &&
	       g_unichar_isdigit(at(walk, colon + 1));
}

/* "mailto:x", "javascript:x", "ben@example": a colon behind a letter, and an at
   sign (before it a name may come), each with something right behind it. Two backslashes begin a name
   in Windows' network. */
static bool is_live(const struct walk *walk, glong i)
{
	gunichar c = walk->in[i], before = at(walk, i - 1);
	gunichar after = at(walk, i + 1);

	if (walk->own)
		return false;
	switch (c) {
	case ':':
		if (after == '/' && at(walk, i + 2) == '/')
			return true;
		return !g_unichar_isspace(after) && g_unichar_isalnum(before) &&
		       !is_time(walk, i);
	case '@':
		return !g_unichar_isspace(after);
	case '\\':
		return after == '\\';
	default:
		return false;
	}
}

static void append_other(struct walk *walk, glong i)
{
	gunichar c = walk->in[i];

	if (g_unichar_isspace(c) ||
	    g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR) {
		gsize size = walk->out->len;

		walk->marks = 0;
		if (size > 0 && walk->out->str[size - 1] != ' ')
			g_string_append_c(walk->out, ' ');
	} else if (is_live(walk, i)) {
		append_bracketed(walk, c);
	} else {
		append_char(walk, c);
	}
}

/* Before anything looks at neighbours: what is left out later would bring
   together again what was judged apart. */
static glong drop_variations(gunichar *text, glong size)
{
	glong kept = 0;

	for (glong i = 0; i < size; i++) {
		if (!is_variation(text[i]))
			text[kept++] = text[i];
	}
	return kept;
}

/* At most max bytes; "…" in place of what is left out. */
static char *cut(GString *text, gsize max)
{
	static const char more[] = "…";

	while (text->len > 0 && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	if (text->len > max) {
		const char *end = g_utf8_find_prev_char(
			text->str, text->str + max - strlen(more) + 1);

		g_string_truncate(text, end == NULL ? 0 : end - text->str);
		g_string_append(text, more);
	}
	return g_string_free(text, FALSE);
}

static char *make_safe(const char *text, gsize max, bool own)
{
	g_autofree char *clean = warden_facts_sanitise(
		text, strlen(text), INPUT_MAX, FALSE);
	struct walk walk = { .own = own, .out = g_string_new(NULL) };
	g_autofree gunichar *in = g_utf8_to_ucs4_fast(clean, -1, &walk.size);

	walk.in = in;
	walk.size = drop_variations(in, walk.size);
	for (glong i = 0; i < walk.size; ) {
		glong end = i;

		while (end < walk.size && is_host_char(in[end]))
			end++;
		if (end == i)
			append_other(&walk, end++);
		else
			append_run(&walk, i, end);
		i = end;
	}
	return cut(walk.out, max);
}

char *warden_notice_safe(const char *text, gsize max)
{
	return make_safe(text, max, false);
}

char *warden_notice_safe_own(const char *text, gsize max)
{
	return make_safe(text, max, true);
}
