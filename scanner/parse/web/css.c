#include "warden-config.h"

#include "css.h"

#include <string.h>

/* --- escapes and comments ----------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* "\0075", "\75 ", "\u": what stands behind the backslash. */
static const char *unescape(const char *p, const char *end, GString *out)
{
	gunichar c = 0;
	guint digits = 0;

	if (*p == '\n' || *p == '\r' || *p == '\f')
		return p + 1;
	while (p < end && digits < 6 && g_ascii_isxdigit(*p)) {
		c = c << 4 | g_ascii_xdigit_value(*p++);
		digits++;
	}
	if (digits == 0) {
		g_string_append_c(out, *p);
		return p + 1;
	}
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	g_string_append_unichar(out, c);
	return p < end && is_space(*p) ? p + 1 : p;
}

/* U+FF01 to U+FF5E, EF BC 81 to EF BD 9E: some readers take them for ASCII. */
static char narrow(const char *p, const char *end)
{
	guint c;

	if (end - p < 3 || (guchar)p[0] != 0xef ||
	    ((guchar)p[1] != 0xbc && (guchar)p[1] != 0xbd))
		return '\0';
	c = ((guchar)p[1] & 0x3f) << 6 | ((guchar)p[2] & 0x3f);
	c = 0xf000 | c;
	return c > 0xff00 && c < 0xff5f ? (char)(c - 0xff00 + 0x20) : '\0';
}

static GString *plain(const char *p, const char *end)
{
	GString *out = g_string_sized_new(end - p);

	while (p < end) {
		char c = narrow(p, end);

		if (c != '\0') {
			g_string_append_c(out, c);
			p += 3;
		} else if (*p == '\\' && p + 1 < end) {
			p = unescape(p + 1, end, out);
		} else if (*p == '/' && p + 1 < end && p[1] == '*') {
			const char *close = g_strstr_len(p + 2, end - p - 2,
							 "*/");

			p = close == NULL ? end : close + 2;
		} else {
			g_string_append_c(out, *p++);
		}
	}
	return out;
}

static bool needs_work(const char *text, gsize size)
{
	return memchr(text, '\\', size) != NULL ||
	       memchr(text, '\xef', size) != NULL ||
	       memmem(text, size, "/*", 2) != NULL;
}

/* --- addresses ------------------------------------------------------------------- */

struct scan {
	const char *text, *end;
	warden_css_found_t *found;
	void *context;
	bool runs;
};

static bool ends_with(const struct scan *scan, const char *p,
		      const char *word)
{
	gsize length = strlen(word);

	return (gsize)(p - scan->text) >= length &&
	       g_ascii_strncasecmp(p - length, word, length) == 0;
}

static void take(struct scan *scan, const char *start, const char *end)
{
	while (start < end && is_space(*start))
		start++;
	while (end > start && is_space(end[-1]))
		end--;
	if (end - start >= 11 &&
	    (g_ascii_strncasecmp(start, "javascript:", 11) == 0 ||
	     g_ascii_strncasecmp(start, "vbscript:", 9) == 0))
		scan->runs = TRUE;
	else if (end > start)
		scan->found(scan->context, start, end - start);
}

/* Behind "url(", or at what follows "@import". Returns its end. */
static const char *take_value(struct scan *scan, const char *p,
			      const char *stop)
{
	const char *close;

	while (p < scan->end && is_space(*p))
		p++;
	if (p == scan->end)
		return p;
	if (*p == '"' || *p == '\'') {
		close = memchr(p + 1, *p, scan->end - p - 1);
		p++;
	} else {
		close = p;
		while (close < scan->end && strchr(stop, *close) == NULL)
			close++;
	}
	if (close == NULL)
		close = scan->end;
	take(scan, p, close);
	return close;
}

#define PROPERTY_MAX 40

/* "behavior: url(", "-moz-binding:url(" */
static bool is_binding(const struct scan *scan, const char *p)
{
	const char *start = p;

	while (start > scan->text && p - start < PROPERTY_MAX &&
	       strchr(";{}", start[-1]) == NULL)
		start--;
	return g_strstr_len(start, p - start, "behavior") != NULL ||
	       g_strstr_len(start, p - start, "-moz-binding") != NULL;
}

static const char *take_function(struct scan *scan, const char *paren)
{
	if (ends_with(scan, paren, "url")) {
		scan->runs |= is_binding(scan, paren);
		return take_value(scan, paren + 1, ")");
	}
	scan->runs |= ends_with(scan, paren, "expression");
	return paren + 1;
}

static const char *take_rule(struct scan *scan, const char *at)
{
	const char *p = at + 7;

	if (scan->end - at < 8 ||
	    g_ascii_strncasecmp(at, "@import", 7) != 0)
		return at + 1;
	while (p < scan->end && is_space(*p))
		p++;
	if (scan->end - p >= 4 && g_ascii_strncasecmp(p, "url(", 4) == 0)
		return p;
	return take_value(scan, p, ";}");
}

bool warden_css_scan(const char *text, gsize size, warden_css_found_t *found,
		     void *context)
{
	g_autoptr(GString) copy = NULL;
	struct scan scan = { text, text + size, found, context, FALSE };
	const char *p;

	if (needs_work(text, size)) {
		copy = plain(text, text + size);
		scan.text = copy->str;
		scan.end = copy->str + copy->len;
	}
	p = scan.text;
	while (p < scan.end) {
		if (*p == '(')
			p = take_function(&scan, p);
		else if (*p == '@')
			p = take_rule(&scan, p);
		else
			p++;
	}
	return scan.runs;
}
