#include "warden-config.h"

#include "normal-text.h"

#include <stdbool.h>
#include <string.h>

/* GLib's decomposition is NFKD: it brings wide, mathematical and enclosed
   letters down to plain ones. Its marks are dropped, in Japanese and Korean,
   too: phrases go the same way, so nothing is lost in comparing. */

#define APART_MIN 5u

/* --- letters -------------------------------------------------------------------- */

static const struct {
	gunichar c;
	const char *plain;
} undecomposed[] = {
	{ 0xdf, "ss" }, { 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" },
	{ 0xfe, "th" }, { 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" },
	{ 0x142, "l" }, { 0x153, "oe" }, { 0x2018, "'" }, { 0x2019, "'" },
	{ 0x2c8, "'" }, { 0x2010, "-" }, { 0x2011, "-" }, { 0x2013, "-" },
	{ 0x2212, "-" },
};

static bool is_invisible(gunichar c)
{
	return c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x34f ||
		(c >= 0x202a && c <= 0x202e) || c == 0xfeff || c == 0x180e ||
		(c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) ||
		(c >= 0xe0000 && c <= 0xe01ef);
}

static bool is_styled(gunichar c)
{
	return (c >= 0x1d400 && c <= 0x1d7cb) || (c >= 0x24b6 && c <= 0x24e9) ||
		(c >= 0x1f130 && c <= 0x1f189) || (c >= 0xff21 && c <= 0xff3a) ||
		(c >= 0xff41 && c <= 0xff5a);
}

static bool is_overlay(gunichar c)
{
	return (c >= 0x334 && c <= 0x338) || (c >= 0x20d2 && c <= 0x20ea);
}

static void append_plain(GString *out, gunichar c)
{
	c = g_unichar_tolower(c);
	if (c < 0x80) {
		g_string_append_c(out, (char)c);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(undecomposed); i++) {
		if (undecomposed[i].c == c) {
			g_string_append(out, undecomposed[i].plain);
			return;
		}
	}
	g_string_append_unichar(out, c);
}

static void append_folded(GString *out, gunichar c,
			  struct warden_normal_text *normal)
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize count;

	if (is_invisible(c))
		return;
	normal->styled += is_styled(c);
	/* syllables stay whole: their parts are no words */
	if (c >= 0xac00 && c <= 0xd7a3) {
		g_string_append_unichar(out, c);
		return;
	}
	count = g_unichar_fully_decompose(c, TRUE, parts, G_N_ELEMENTS(parts));
	for (gsize i = 0; i < MIN(count, G_N_ELEMENTS(parts)); i++) {
		normal->overlaid += is_overlay(parts[i]);
		if (!g_unichar_ismark(parts[i]))
			append_plain(out, parts[i]);
	}
}

static GString *fold(const char *text, struct warden_normal_text *normal)
{
	GString *out = g_string_sized_new(strlen(text));

	for (const char *p = text; *p != '\0'; ) {
		if ((guchar)*p < 0x80) {
			g_string_append_c(out, g_ascii_tolower(*p++));
			continue;
		}
		append_folded(out, g_utf8_get_char(p), normal);
		p = g_utf8_next_char(p);
	}
	return out;
}

/* --- words of two alphabets ------------------------------------------------------- */

static const struct {
	gunichar c;
	char latin;
} alike[] = {
	{ 0x3b1, 'a' }, { 0x3b5, 'e' }, { 0x3b9, 'i' }, { 0x3ba, 'k' },
	{ 0x3bd, 'v' }, { 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3c4, 't' },
	{ 0x3c5, 'u' }, { 0x3c7, 'x' }, { 0x3b7, 'n' }, { 0x430, 'a' },
	{ 0x432, 'b' }, { 0x435, 'e' }, { 0x43a, 'k' }, { 0x43c, 'm' },
	{ 0x43d, 'h' }, { 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' },
	{ 0x442, 't' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' },
	{ 0x456, 'i' }, { 0x458, 'j' }, { 0x4bb, 'h' }, { 0x501, 'd' },
	{ 0x51b, 'q' }, { 0x51d, 'w' }, { 0x561, 'w' }, { 0x570, 'h' },
	{ 0x578, 'n' }, { 0x57d, 'u' }, { 0x585, 'o' }, { 0x261, 'g' },
	{ 0x251, 'a' }, { 0x26a, 'i' }, { 0x280, 'r' }, { 0x4cf, 'l' },
};

static char latin_of(gunichar c)
{
	for (gsize i = 0; i < G_N_ELEMENTS(alike); i++) {
		if (alike[i].c == c)
			return alike[i].latin;
	}
	return '\0';
}

/* Latin letters, and others that all look like some: a word that mixes alphabets
   otherwise ("μTorrent", "IT-отдел") is what it is. */
static bool is_mixed(const char *word, gsize size)
{
	guint latin = 0, others = 0;

	for (const char *p = word; p < word + size; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c < 0x250) {
			latin += g_unichar_isalpha(c);
		} else if (latin_of(c) == '\0') {
			return FALSE;
		} else {
			others++;
		}
	}
	return latin >= 2 && others > 0 && latin + others >= 4;
}

static void append_word(GString *out, const char *word, gsize size,
			struct warden_normal_text *normal)
{
	if (!is_mixed(word, size)) {
		g_string_append_len(out, word, size);
		return;
	}
	normal->mixed++;
	if (normal->example == NULL)
		normal->example = g_strndup(word, size);
	for (const char *p = word; p < word + size; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c < 0x250)
			g_string_append_unichar(out, c);
		else
			g_string_append_c(out, latin_of(c));
	}
}

/* Only texts that have such letters at all get here. */
static GString *unmix(const GString *text, struct warden_normal_text *normal)
{
	GString *out = g_string_sized_new(text->len);
	const char *p = text->str;

	while (*p != '\0') {
		const char *start = p;

		while (*p != '\0' && g_unichar_isalnum(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
		if (p > start)
			append_word(out, start, p - start, normal);
		if (*p != '\0') {
			const char *next = g_utf8_next_char(p);

			g_string_append_len(out, p, next - p);
			p = next;
		}
	}
	return out;
}

/* --- letters spelt apart ------------------------------------------------------------ */

static bool parts_letters(char c)
{
	return c != '\0' && strchr(" .-_*|/,", c) != NULL;
}

/* At a letter that begins a word: the end of "v.e.r.i.f.y", or NULL. */
static const char *apart_end(const char *p)
{
	char sign = p[1];
	guint letters = 1;

	if (!parts_letters(sign))
		return NULL;
	while (p[1] == sign && g_ascii_isalpha(p[2]) &&
	       !g_ascii_isalnum(p[3]) && !((guchar)p[3] & 0x80)) {
		p += 2;
		letters++;
	}
	return letters >= APART_MIN ? p + 1 : NULL;
}

static void join(GString *text, struct warden_normal_text *normal)
{
	char *out = text->str, before = ' ';
	const char *p = text->str;

	while (*p != '\0') {
		const char *end = NULL;

		if (g_ascii_isalpha(*p) && !g_ascii_isalnum(before) &&
		    !((guchar)before & 0x80))
			end = apart_end(p);
		before = *p;
		if (end == NULL) {
			*out++ = *p++;
			continue;
		}
		normal->apart++;
		for (; p < end; p += 2)
			*out++ = *p;
		p = end;
		before = 'a';
	}
	g_string_truncate(text, out - text->str);
}

/* --- all of it ------------------------------------------------------------------------ */

char *warden_normal_text_fold(const char *text)
{
	struct warden_normal_text ignored = { 0 };

	return g_string_free(fold(text, &ignored), FALSE);
}

void warden_normal_text_init(struct warden_normal_text *normal,
			     const char *text)
{
	GString *folded;

	memset(normal, 0, sizeof(*normal));
	folded = fold(text, normal);
	if (!g_str_is_ascii(folded->str)) {
		GString *unmixed = unmix(folded, normal);

		g_string_free(folded, TRUE);
		folded = unmixed;
	}
	join(folded, normal);
	normal->text = g_string_free(folded, FALSE);
}

void warden_normal_text_clear(struct warden_normal_text *normal)
{
	g_clear_pointer(&normal->text, g_free);
	g_clear_pointer(&normal->example, g_free);
}
