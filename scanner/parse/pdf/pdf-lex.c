#include "warden-config.h"

#include "pdf-lex.h"

#include <string.h>

#define NUMBER_MAX (G_GINT64_CONSTANT(1) << 53)

bool warden_pdf_is_space(guint8 c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' ||
	       c == '\0';
}

static bool is_delimiter(guint8 c)
{
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' ||
	       c == ']' || c == '{' || c == '}' || c == '/' || c == '%';
}

static bool is_regular(guint8 c)
{
	return !warden_pdf_is_space(c) && !is_delimiter(c);
}

/* --- tokens -------------------------------------------------------------- */

static gsize skip_blank(const struct warden_pdf_lexer *lexer, gsize at)
{
	const guint8 *data = lexer->data;

	while (at < lexer->size) {
		if (warden_pdf_is_space(data[at])) {
			at++;
		} else if (data[at] == '%') {
			while (at < lexer->size && data[at] != '\n' &&
			       data[at] != '\r')
				at++;
		} else {
			break;
		}
	}
	return at;
}

/* Parentheses are balanced (7.3.4.2). One without end is only a character,
   so that what stands behind it is seen. */
static gsize literal_end(const struct warden_pdf_lexer *lexer, gsize start,
			 gsize *seen_r)
{
	const guint8 *data = lexer->data;
	guint depth = 0;
	gsize at;

	for (at = start; at < lexer->size; at++) {
		if (data[at] == '\\') {
			at++;
		} else if (data[at] == '(') {
			depth++;
		} else if (data[at] == ')' && --depth == 0) {
			*seen_r = at + 1;
			return at + 1;
		}
	}
	*seen_r = lexer->size;
	return start + 1;
}

static gsize hexadecimal_end(const struct warden_pdf_lexer *lexer,
			     gsize start)
{
	const guint8 *data = lexer->data;
	gsize at = start + 1;

	while (at < lexer->size && (g_ascii_isxdigit(data[at]) ||
				    warden_pdf_is_space(data[at])))
		at++;
	return at < lexer->size && data[at] == '>' ? at + 1 : at;
}

static gsize regular_end(const struct warden_pdf_lexer *lexer, gsize at)
{
	while (at < lexer->size && is_regular(lexer->data[at]))
		at++;
	return at;
}

static bool is_number(const guint8 *text, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		if (!g_ascii_isdigit(text[i]) && text[i] != '.' &&
		    text[i] != '-' && text[i] != '+')
			return FALSE;
	}
	return TRUE;
}

static bool is_twice(const struct warden_pdf_lexer *lexer, gsize at)
{
	return at + 1 < lexer->size && lexer->data[at + 1] == lexer->data[at];
}

/* Returns how far it had to look. */
static gsize lex_at(const struct warden_pdf_lexer *lexer,
		    struct warden_pdf_token *token)
{
	const guint8 *data = lexer->data;
	gsize start = token->start, seen = 0;

	token->end = start + 1;
	token->kind = WARDEN_PDF_WORD;
	switch (data[start]) {
	case '(':
		token->end = literal_end(lexer, start, &seen);
		if (token->end > start + 1)
			token->kind = WARDEN_PDF_STRING;
		return seen;
	case '<':
		token->kind = is_twice(lexer, start) ? WARDEN_PDF_DICT_OPEN :
			WARDEN_PDF_STRING;
		token->end = token->kind == WARDEN_PDF_STRING ?
			hexadecimal_end(lexer, start) : start + 2;
		break;
	case '>':
		if (is_twice(lexer, start)) {
			token->kind = WARDEN_PDF_DICT_CLOSE;
			token->end = start + 2;
		}
		break;
	case '[':
		token->kind = WARDEN_PDF_ARRAY_OPEN;
		break;
	case ']':
		token->kind = WARDEN_PDF_ARRAY_CLOSE;
		break;
	case '/':
		token->kind = WARDEN_PDF_NAME;
		token->end = regular_end(lexer, start + 1);
		break;
	case ')': case '{': case '}':
		break;
	default:
		token->end = regular_end(lexer, start);
		if (is_number(data + start, token->end - start))
			token->kind = WARDEN_PDF_NUMBER;
	}
	return token->end;
}

void warden_pdf_lex(struct warden_pdf_lexer *lexer,
		    struct warden_pdf_token *token_r)
{
	gsize start = lexer->at, seen;

	token_r->kind = WARDEN_PDF_END;
	token_r->start = token_r->end = skip_blank(lexer, start);
	seen = token_r->start;
	if (token_r->start < lexer->size)
		seen = lex_at(lexer, token_r);
	if (seen - start > *lexer->work_left) {
		*lexer->work_left = 0;
		token_r->kind = WARDEN_PDF_END;
		token_r->end = token_r->start;
		return;
	}
	*lexer->work_left -= seen - start;
	lexer->at = token_r->end;
}

bool warden_pdf_token_is(const struct warden_pdf_lexer *lexer,
			 const struct warden_pdf_token *token,
			 const char *word)
{
	gsize size = strlen(word);

	return token->kind == WARDEN_PDF_WORD &&
	       token->end - token->start == size &&
	       memcmp(lexer->data + token->start, word, size) == 0;
}

/* --- values -------------------------------------------------------------- */

static int hexadecimal(const guint8 *text)
{
	int high = g_ascii_xdigit_value(text[0]);
	int low = g_ascii_xdigit_value(text[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool warden_pdf_lex_name(const struct warden_pdf_lexer *lexer,
			 const struct warden_pdf_token *token, char *name_r,
			 gsize size)
{
	const guint8 *data = lexer->data;
	gsize used = 0, at;
	bool escaped = FALSE;

	for (at = token->start + 1; at < token->end && used + 1 < size;
	     at++) {
		int byte = data[at] == '#' && at + 2 < token->end ?
			hexadecimal(data + at + 1) : -1;

		if (byte > 0) {
			escaped |= g_ascii_isalnum(byte);
			at += 2;
		}
		name_r[used++] = byte > 0 ? byte : data[at];
	}
	name_r[used] = '\0';
	return escaped;
}

/* Three octal digits at most; returns how many there are. */
static gsize octal(const guint8 *text, gsize size, guint8 *byte_r)
{
	guint value = 0;
	gsize i;

	for (i = 0; i < MIN(size, 3) && text[i] >= '0' && text[i] <= '7'; i++)
		value = value * 8 + text[i] - '0';
	*byte_r = value;
	return i;
}

/* Behind a backslash; returns the bytes it took. */
static gsize unescape(const guint8 *text, gsize size, GByteArray *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *known;
	guint8 byte;
	gsize digits;

	if (size == 0)
		return 0;
	/* a line end that is not one */
	if (text[0] == '\n')
		return 1;
	if (text[0] == '\r')
		return size > 1 && text[1] == '\n' ? 2 : 1;
	digits = octal(text, size, &byte);
	if (digits == 0) {
		known = text[0] == '\0' ? NULL : strchr(from, text[0]);
		byte = known == NULL ? text[0] : to[known - from];
		digits = 1;
	}
	g_byte_array_append(out, &byte, 1);
	return digits;
}

static void literal_bytes(const guint8 *text, gsize size, gsize max,
			  GByteArray *out)
{
	gsize at = 0;

	while (at < size && out->len < max) {
		if (text[at] == '\\') {
			at++;
			at += unescape(text + at, size - at, out);
		} else {
			g_byte_array_append(out, text + at, 1);
			at++;
		}
	}
}

static void hexadecimal_bytes(const guint8 *text, gsize size, gsize max,
			      GByteArray *out)
{
	guint8 digits[2] = { '0', '0' };
	guint count = 0;
	gsize at;

	for (at = 0; at < size && out->len < max; at++) {
		guint8 byte;

		if (!g_ascii_isxdigit(text[at]))
			continue;
		digits[count++] = text[at];
		if (count < 2)
			continue;
		byte = hexadecimal(digits);
		g_byte_array_append(out, &byte, 1);
		count = 0;
	}
	if (count == 1) {
		guint8 byte = g_ascii_xdigit_value(digits[0]) << 4;

		g_byte_array_append(out, &byte, 1);
	}
}

GByteArray *warden_pdf_lex_string(const struct warden_pdf_lexer *lexer,
				  const struct warden_pdf_token *token,
				  gsize max)
{
	GByteArray *out = g_byte_array_new();
	const guint8 *text = lexer->data + token->start;
	gsize size = token->end - token->start;

	if (token->kind != WARDEN_PDF_STRING || size < 2)
		return out;
	if (text[0] == '(')
		literal_bytes(text + 1, size - 2, max, out);
	else
		hexadecimal_bytes(text + 1, size - 1, max, out);
	return out;
}

gint64 warden_pdf_lex_number(const struct warden_pdf_lexer *lexer,
			     const struct warden_pdf_token *token)
{
	const guint8 *text = lexer->data + token->start;
	gsize size = token->end - token->start, i = 0;
	bool negative = FALSE;
	gint64 value = 0;

	if (token->kind != WARDEN_PDF_NUMBER)
		return 0;
	if (size > 0 && (text[0] == '-' || text[0] == '+')) {
		negative = text[0] == '-';
		i = 1;
	}
	for (; i < size && g_ascii_isdigit(text[i]); i++)
		value = MIN(value * 10 + text[i] - '0', NUMBER_MAX);
	return negative ? -value : value;
}
