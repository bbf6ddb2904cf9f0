#include "warden-config.h"

#include "unobfuscate.h"

#include <string.h>

/* How far one looks for what follows a string. */
#define GLUE_MAX 64u
/* Strings in pieces of at most so many characters are no matter of style. */
#define SHORT_PIECE 6u
#define NUMBERS_MAX 4096u
#define REPLACES_MAX 8u
#define FORMATS_MAX 1000u
#define ARGUMENT_SIZE_MAX 4096u
#define REPLACE_SIZE_MAX 40u

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '$';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static bool starts(const char *p, const char *end, const char *word)
{
	gsize size = strlen(word);

	return (gsize)(end - p) >= size &&
		g_ascii_strncasecmp(p, word, size) == 0;
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && g_ascii_isspace(*p))
		p++;
	return p;
}

/* --- characters by number ------------------------------------------------------- */

/* 97, 0x61, &H61. NULL if there is none. */
static const char *take_digits(const char *p, const char *end, glong *value_r)
{
	guint base = 10, digits = 0;

	*value_r = 0;
	p = skip_space(p, end);
	if (starts(p, end, "0x") || starts(p, end, "&h")) {
		base = 16;
		p += 2;
	}
	for (; p < end && digits < 9; p++, digits++) {
		int digit = g_ascii_xdigit_value(*p);

		if (digit < 0 || (guint)digit >= base)
			break;
		*value_r = *value_r * base + digit;
	}
	if (digits == 0)
		return NULL;
	if (base == 16 && p < end && *p == '&')
		p++;
	return p;
}

/* Also 100-3, 90+7. */
static const char *take_number(const char *p, const char *end, glong *value_r)
{
	const char *next, *operator;
	glong value;
	guint terms;

	next = take_digits(p, end, value_r);
	for (terms = 0; next != NULL && terms < 4; terms++) {
		p = next;
		operator = skip_space(p, end);
		if (operator == end || (*operator != '+' && *operator != '-'))
			break;
		/* what follows may be another string as well */
		next = take_digits(operator + 1, end, &value);
		if (next != NULL)
			*value_r += *operator == '+' ? value : -value;
	}
	return terms == 0 && next == NULL ? NULL : skip_space(p, end);
}

/* Functions that make characters of numbers. */
static const char *const char_functions[] = {
	"fromcharcode(", "chrw(", "chrb(", "chr$(", "chr(", "[char](",
	"[char]",
};

/* Returns what is behind it, NULL if p is at no such function. */
static const char *take_characters(const char *p, const char *end,
				   GString *out, guint *tricks)
{
	gsize i, length = out->len;
	guint count = 0;
	bool bracket;

	for (i = 0; i < G_N_ELEMENTS(char_functions); i++) {
		if (starts(p, end, char_functions[i]))
			break;
	}
	if (i == G_N_ELEMENTS(char_functions))
		return NULL;
	p += strlen(char_functions[i]);
	bracket = p[-1] == '(';
	g_string_append_c(out, '"');
	do {
		glong value;

		p = take_number(p, end, &value);
		if (p == NULL || value < 0 || value > 0xffff)
			break;
		if (value >= 0x20 && value < 0x7f)
			g_string_append_c(out, value == '"' ? '\'' : value);
		else
			g_string_append_c(out, ' ');
		(*tricks)++;
	} while (bracket && p < end && *p == ',' && p++ &&
		 count++ < NUMBERS_MAX);
	if (p == NULL || (bracket && (p == end || *p != ')'))) {
		g_string_truncate(out, length);
		return NULL;
	}
	g_string_append_c(out, '"');
	return p + bracket;
}

/* --- escapes -------------------------------------------------------------------------- */

/* \x41, \u0041, and %41 if asked for; printable ones only. */
static const char *take_escape(const char *p, const char *end, bool percent,
			       char *c_r)
{
	guint digits, i, value = 0;
	const char *start;

	if (*p == '\\' && end - p > 1 && (p[1] == 'x' || p[1] == 'u')) {
		digits = p[1] == 'x' ? 2 : 4;
		start = p + 2;
	} else if (*p == '%' && percent) {
		digits = 2;
		start = p + 1;
	} else {
		return NULL;
	}
	if ((gsize)(end - start) < digits)
		return NULL;
	for (i = 0; i < digits; i++) {
		int digit = g_ascii_xdigit_value(start[i]);

		if (digit < 0)
			return NULL;
		value = value << 4 | digit;
	}
	if (value < 0x20 || value >= 0x7f)
		return NULL;
	*c_r = value;
	return start + digits;
}

static bool contains(const char *text, gsize size, const char *word)
{
	return memmem(text, size, word, strlen(word)) != NULL;
}

static GString *resolve(const char *text, gsize size, guint *tricks)
{
	GString *out = g_string_sized_new(size + 1);
	const char *p = text, *end = text + size;
	bool percent = contains(text, size, "unescape(") ||
		contains(text, size, "decodeURI");

	while (p < end) {
		const char *next = NULL;
		char c;

		if ((*p == '\\' || *p == '%') &&
		    (next = take_escape(p, end, percent, &c)) != NULL) {
			g_string_append_c(out, c);
			*tricks += *p == '\\' && g_ascii_isalnum(c);
		} else if ((p == text || !is_word(p[-1])) &&
			   strchr("cCfF[", *p) != NULL && *p != '\0') {
			next = take_characters(p, end, out, tricks);
		}
		if (next != NULL)
			p = next;
		else
			g_string_append_c(out, *p++);
	}
	return out;
}

/* --- strings in pieces ------------------------------------------------------------------ */

/* What joins two strings: an operator between, with brackets and line ends.
   Returns the second one's quote, NULL if p is no glue. */
static const char *take_glue(const char *p, const char *end, bool commas)
{
	const char *limit = p + MIN((gsize)(end - p), GLUE_MAX);

	p = skip_space(p, limit);
	while (p < limit && *p == ')')
		p = skip_space(p + 1, limit);
	if (p == limit || !(*p == '+' || *p == '&' || (commas && *p == ',')))
		return NULL;
	p = skip_space(p + 1, limit);
	/* VBScript's mark that the line goes on */
	if (p < limit && *p == '_')
		p = skip_space(p + 1, limit);
	while (p < limit && *p == '(')
		p = skip_space(p + 1, limit);
	return p < limit && is_quote(*p) ? p : NULL;
}

/* \" ends a string in most languages, and does not in JScript: by what
   follows. */
static bool is_escaped(const char *quote, const char *end)
{
	return quote[-1] == '\\' && quote + 1 < end &&
		strchr(" \t\r\n)+&;,]", quote[1]) == NULL;
}

static GString *join(const char *text, gsize size, bool commas, guint *tricks)
{
	GString *out = g_string_sized_new(size + 1);
	const char *p = text, *end = text + size, *next;
	gsize piece = 0;
	char quote = '\0';

	for (; p < end; p++) {
		if (quote == '\0') {
			if (is_quote(*p) && !(*p == '`' && p + 1 < end &&
					      g_ascii_isalpha(p[1]))) {
				quote = *p;
				piece = out->len;
			}
		} else if (*p == '\n' && quote != '`') {
			quote = '\0';
		} else if (*p == quote && !is_escaped(p, end)) {
			if (p + 1 < end && p[1] == quote && quote == '"' &&
			    out->len > piece + 1) {
				/* a quote in VBScript */
				p++;
			} else if ((next = take_glue(p + 1, end, commas)) !=
				   NULL) {
				*tricks += out->len - piece <= SHORT_PIECE;
				piece = out->len;
				p = next;
				quote = *next;
				continue;
			} else {
				quote = '\0';
			}
		}
		g_string_append_c(out, *p);
	}
	return out;
}

/* --- marks that the command shell and PowerShell drop ------------------------------- */

static bool is_mark(char c)
{
	return c == '"' || c == '^' || c == '`';
}

static GString *drop_marks(const char *text, gsize size, guint *tricks)
{
	GString *out = g_string_sized_new(size + 1);
	gsize i, next = 0;

	for (i = 0; i < size; i++) {
		bool inside;

		if (!is_mark(text[i])) {
			g_string_append_c(out, text[i]);
			continue;
		}
		/* the first that is no mark, once for a run of them */
		next = MAX(next, i);
		while (next < size && is_mark(text[next]))
			next++;
		inside = out->len > 0 && next < size &&
			g_ascii_isalnum(out->str[out->len - 1]) &&
			g_ascii_isalnum(text[next]);
		*tricks += inside;
		/* quotes around whole words mean something */
		if (text[i] == '"' && !inside)
			g_string_append_c(out, text[i]);
	}
	return out;
}

/* --- PowerShell's -f ------------------------------------------------------------------- */

/* ("{1}{0}" -f 'b','a'): the strings, at most ten. Returns what is behind. */
static const char *take_arguments(const char *p, const char *end,
				  GPtrArray *arguments)
{
	while (arguments->len < 30) {
		const char *close;

		p = skip_space(p, end);
		if (p == end || (*p != '\'' && *p != '"'))
			return p;
		close = memchr(p + 1, *p, MIN((gsize)(end - p - 1),
					      ARGUMENT_SIZE_MAX));
		if (close == NULL)
			return p;
		g_ptr_array_add(arguments, g_strndup(p + 1, close - p - 1));
		p = skip_space(close + 1, end);
		if (p == end || *p != ',')
			return p;
		p++;
	}
	return p;
}

static void append_format(GString *out, const char *format, gsize size,
			  const GPtrArray *arguments)
{
	gsize i, start = out->len;

	for (i = 0; i < size; i++) {
		guint number = 0;
		gsize at = i + 1;

		while (format[i] == '{' && at < size && at < i + 4 &&
		       g_ascii_isdigit(format[at]))
			number = number * 10 + (format[at++] - '0');
		if (at > i + 1 && at < size && format[at] == '}' &&
		    number < arguments->len &&
		    out->len - start < 4 * size + 1024) {
			g_string_append(out, arguments->pdata[number]);
			i = at;
		} else {
			g_string_append_c(out, format[i]);
		}
	}
}

static GString *apply_format(const char *text, gsize size, guint *tricks)
{
	GString *out = g_string_sized_new(size + 1);
	const char *p = text, *end = text + size, *found;
	guint count = 0;

	while (count++ < FORMATS_MAX &&
	       (found = memmem(p, end - p, "{0}", 3)) != NULL) {
		const char *open = found, *close = found, *next;
		g_autoptr(GPtrArray) arguments =
			g_ptr_array_new_with_free_func(g_free);

		while (open > p && *open != '"' && *open != '\'' &&
		       found - open < 2000)
			open--;
		while (close < end && *close != *open && close - found < 2000)
			close++;
		next = close == end ? end : skip_space(close + 1, end);
		if (starts(next, end, "-f"))
			next = take_arguments(next + 2, end, arguments);
		if (arguments->len == 0) {
			g_string_append_len(out, p, found + 3 - p);
			p = found + 3;
			continue;
		}
		g_string_append_len(out, p, open + 1 - p);
		append_format(out, open + 1, close - open - 1, arguments);
		g_string_append_c(out, *open);
		*tricks += arguments->len;
		p = next;
	}
	g_string_append_len(out, p, end - p);
	return out;
}

/* --- backwards and replaced ------------------------------------------------------------- */

/* Each string the other way round; its bytes, as such strings are ASCII. */
static GString *reverse_strings(const char *text, gsize size)
{
	GString *out = g_string_new_len(text, size);
	gsize i, start = 0, a, b;
	char quote = '\0';

	for (i = 0; i < size; i++) {
		if (quote == '\0' && is_quote(text[i])) {
			quote = text[i];
			start = i + 1;
		} else if (quote != '\0' && (text[i] == quote ||
					     text[i] == '\n')) {
			for (a = start, b = i; a + 1 < b; a++) {
				char c = out->str[a];

				out->str[a] = out->str[--b];
				out->str[b] = c;
			}
			quote = '\0';
		}
	}
	return out;
}

static bool is_reversing(const char *lower)
{
	static const char *const words[] = {
		"strreverse", ".reverse()", "[array]::reverse", "[-1..",
		"righttoleft", "['reverse']", "[\"reverse\"]",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strstr(lower, words[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* The constant that a string at *p holds; *p is moved behind it. NULL if
   there is none, or one too long to be a mark. */
static char *take_constant(const char **p, const char *end)
{
	const char *start = *p, *close;

	while (start < end && (g_ascii_isspace(*start) || *start == ',' ||
			       *start == '('))
		start++;
	if (start == end || (*start != '"' && *start != '\''))
		return NULL;
	close = memchr(start + 1, *start, MIN((gsize)(end - start - 1),
					      REPLACE_SIZE_MAX));
	if (close == NULL)
		return NULL;
	*p = close + 1;
	return g_strndup(start + 1, close - start - 1);
}

static GString *replace_all(GString *text, const char *from, const char *to,
			    gsize max)
{
	GString *out = g_string_sized_new(text->len + 1);
	const char *p = text->str, *found;

	while (out->len < max && (found = strstr(p, from)) != NULL) {
		g_string_append_len(out, p, found - p);
		g_string_append(out, to);
		p = found + strlen(from);
	}
	g_string_append(out, p);
	g_string_free(text, TRUE);
	return out;
}

/* VBScript's first argument is the text itself. */
static const char *skip_argument(const char *p, const char *end)
{
	char quote = '\0';

	for (; p < end && (quote != '\0' || *p != ','); p++) {
		if (quote == '\0' && is_quote(*p))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
	}
	return p;
}

/* x.replace("a", "b"), Replace(x, "a", "b"), x -replace 'a','b': in the whole
   text, as which string is meant is not known. NULL if there is none. */
static GString *apply_replaces(const char *text, gsize size, const char *lower)
{
	GString *out = NULL;
	const char *p = lower;
	guint count = 0;

	while (count < REPLACES_MAX && (p = strstr(p, "replace")) != NULL) {
		const char *at = text + (p - lower), *end = text + size;
		const char *limit = at + MIN((gsize)(end - at), 400);
		bool function = at == text ||
			(at[-1] != '.' && at[-1] != '-');
		g_autofree char *from = NULL, *to = NULL;

		p += strlen("replace");
		at += strlen("replace");
		if (function)
			at = skip_argument(at, limit);
		from = take_constant(&at, limit);
		to = from == NULL ? NULL : take_constant(&at, end);
		if (to == NULL || *from == '\0' || strcmp(from, to) == 0)
			continue;
		if (out == NULL)
			out = g_string_new_len(text, size);
		out = replace_all(out, from, to, 2 * size + 1024);
		count++;
	}
	return out;
}

/* --- the whole -------------------------------------------------------------------------- */

static void text_free(void *text)
{
	g_string_free(text, TRUE);
}

/* Takes text over; one that is there already is dropped. */
static void add_reading(GPtrArray *readings, GString *text)
{
	guint i;

	for (i = 0; i < readings->len; i++) {
		if (g_string_equal(readings->pdata[i], text))
			break;
	}
	if (i < readings->len || readings->len >= WARDEN_UNOBFUSCATED_MAX)
		g_string_free(text, TRUE);
	else
		g_ptr_array_add(readings, text);
}

/* Names that obfuscators give, and nobody else. */
static guint count_odd_names(const char *lower)
{
	const char *p = lower;
	guint count = 0;

	while ((p = strstr(p, "_0x")) != NULL) {
		count++;
		p += 3;
	}
	return count;
}

static GString *first_reading(const char *text, gsize size, guint *tricks)
{
	GString *resolved = resolve(text, size, tricks), *formatted, *joined;

	formatted = apply_format(resolved->str, resolved->len, tricks);
	joined = join(formatted->str, formatted->len, FALSE, tricks);
	g_string_free(resolved, TRUE);
	g_string_free(formatted, TRUE);
	return joined;
}

GPtrArray *warden_unobfuscate(const char *text, gsize size, guint *tricks_r)
{
	GPtrArray *readings = g_ptr_array_new_with_free_func(text_free);
	guint tricks = 0, ignored = 0;
	GString *first = first_reading(text, size, &tricks);
	GString *constants, *other, *marked;
	g_autofree char *lower = g_ascii_strdown(first->str, first->len);

	add_reading(readings, first);
	constants = warden_unobfuscate_constants(first->str, first->len);
	other = join(constants->str, constants->len, FALSE, &ignored);
	g_string_free(constants, TRUE);
	add_reading(readings, other);

	marked = drop_marks(first->str, first->len, &tricks);
	other = warden_unobfuscate_batch(marked->str, marked->len);
	g_string_free(marked, TRUE);
	add_reading(readings, other);

	if (strstr(lower, "join") != NULL)
		add_reading(readings, join(first->str, first->len, TRUE,
					   &ignored));
	if (is_reversing(lower))
		add_reading(readings, reverse_strings(first->str,
						      first->len));
	other = strstr(lower, "replace") == NULL ? NULL :
		apply_replaces(first->str, first->len, lower);
	if (other != NULL)
		add_reading(readings, other);
	*tricks_r = tricks + count_odd_names(lower);
	return readings;
}
