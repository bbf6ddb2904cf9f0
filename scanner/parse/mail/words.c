#include "warden-config.h"

#include "words.h"
#include "../encoding/decode.h"

#include <string.h>

struct word {
	const char *charset;
	gsize charset_size;
	char encoding;		/* 'b' or 'q' */
	const char *text;
	gsize size;
	const char *end;
};

/* "=?charset*language?B?text?=" at p. Spaces in the text are tolerated, as
   most clients do. */
static bool parse_word(const char *p, struct word *word)
{
	const char *question, *close;

	if (p[0] != '=' || p[1] != '?')
		return FALSE;
	word->charset = p + 2;
	question = strchr(word->charset, '?');
	if (question == NULL || question == word->charset ||
	    question - word->charset > 60)
		return FALSE;
	word->charset_size = strcspn(word->charset, "?*");
	word->encoding = g_ascii_tolower(question[1]);
	if ((word->encoding != 'b' && word->encoding != 'q') ||
	    question[2] != '?')
		return FALSE;
	word->text = question + 3;
	close = strstr(word->text, "?=");
	/* "=?utf-8?Q?=41?=": the first "?=" may be the text's beginning */
	if (close == word->text && word->encoding == 'q') {
		const char *later = strstr(close + 2, "?=");

		if (later != NULL && g_ascii_isxdigit(close[2]))
			close = later;
	}
	if (close == NULL)
		return FALSE;
	word->size = close - word->text;
	word->end = close + 2;
	return TRUE;
}

static void decode_q(const struct word *word, GByteArray *out)
{
	gsize i;

	for (i = 0; i < word->size; i++) {
		guint8 c = word->text[i];

		if (c == '_') {
			c = ' ';
		} else if (c == '=' && i + 2 < word->size &&
			   g_ascii_isxdigit(word->text[i + 1]) &&
			   g_ascii_isxdigit(word->text[i + 2])) {
			c = g_ascii_xdigit_value(word->text[i + 1]) << 4 |
				g_ascii_xdigit_value(word->text[i + 2]);
			i += 2;
		}
		g_byte_array_append(out, &c, 1);
	}
}

static void decode_word(const struct word *word, GByteArray *out)
{
	struct warden_trait_set traits = { { 0 } };
	const struct warden_reading *reading;
	GArray *readings;
	gsize size;
	const guint8 *data;

	if (word->encoding == 'q') {
		decode_q(word, out);
		return;
	}
	readings = warden_readings_new();
	warden_decode_base64((const guint8 *)word->text, word->size, readings,
			     &traits);
	/* behind padding inside one word: the reading that goes on */
	reading = &g_array_index(readings, struct warden_reading,
				 readings->len - 1);
	data = g_bytes_get_data(reading->bytes, &size);
	if (size > 0)
		g_byte_array_append(out, data, size);
	g_array_unref(readings);
}

static void append_text(struct warden_charsets *charsets, const char *charset,
			const guint8 *data, gsize size, gsize max,
			GString *out)
{
	GString *text = warden_charset_decode(charsets, charset, data, size,
					      max, NULL);
	gsize i;

	for (i = 0; i < text->len; i++) {
		if (text->str[i] != '\0')
			g_string_append_c(out, text->str[i]);
	}
	g_string_free(text, TRUE);
}

static const char *skip_space(const char *p)
{
	while (g_ascii_isspace(*p))
		p++;
	return p;
}

/* The run of words of one charset that begins at p. */
static const char *
append_words(struct warden_charsets *charsets, const char *p, gsize max,
	     GString *out)
{
	struct word word;
	const char *end = p;
	GByteArray *bytes = g_byte_array_new();
	g_autofree char *charset = NULL;

	while (parse_word(p, &word)) {
		if (charset == NULL)
			charset = g_strndup(word.charset, word.charset_size);
		else if (strlen(charset) != word.charset_size ||
			 g_ascii_strncasecmp(charset, word.charset,
					     word.charset_size) != 0)
			break;
		decode_word(&word, bytes);
		end = word.end;
		p = skip_space(end);
	}
	append_text(charsets, charset, bytes->data, bytes->len, max, out);
	g_byte_array_unref(bytes);
	/* white space between two words is none */
	return parse_word(skip_space(end), &word) ? skip_space(end) : end;
}

char *warden_words_decode(struct warden_charsets *charsets, const char *text,
			  gsize max, bool *found_r)
{
	GString *out = g_string_new(NULL);
	/* no word ends behind this: keeps hostile text linear */
	const char *last = g_strrstr(text, "?=");
	struct word word;

	if (found_r != NULL)
		*found_r = FALSE;
	while (*text != '\0' && out->len < max) {
		const char *next = text;

		while ((next = strstr(next, "=?")) != NULL && next < last &&
		       !parse_word(next, &word))
			next += 2;
		if (next == NULL || next >= last)
			next = text + strlen(text);
		append_text(charsets, NULL, (const guint8 *)text, next - text,
			    max, out);
		if (*next == '\0')
			break;
		if (found_r != NULL)
			*found_r = TRUE;
		text = append_words(charsets, next, max, out);
	}
	if (out->len > max) {
		const char *end = g_utf8_find_prev_char(
			out->str, out->str + max + 1);

		g_string_truncate(out, end == NULL ? 0 : end - out->str);
	}
	return g_string_free(out, FALSE);
}

char *warden_words_unpercent(const char *value)
{
	GString *out = g_string_new(NULL);

	for (; *value != '\0'; value++) {
		if (value[0] == '%' && g_ascii_isxdigit(value[1]) &&
		    g_ascii_isxdigit(value[2])) {
			char c = g_ascii_xdigit_value(value[1]) << 4 |
				g_ascii_xdigit_value(value[2]);

			/* length-counted: UTF-16 file names have NULs */
			g_string_append_c(out, c);
			value += 2;
		} else {
			g_string_append_c(out, *value);
		}
	}
	return g_string_free(out, FALSE);
}

char *warden_words_decode_extended(struct warden_charsets *charsets,
				   const char *value, gsize max)
{
	const char *quote = strchr(value, '\'');
	const char *second = quote == NULL ? NULL : strchr(quote + 1, '\'');
	g_autofree char *charset = NULL;
	GString *bytes = g_string_new(NULL), *out = g_string_new(NULL);

	if (second != NULL && quote - value < 60) {
		charset = g_strndup(value, quote - value);
		value = second + 1;
	}
	for (; *value != '\0'; value++) {
		char c = *value;

		if (c == '%' && g_ascii_isxdigit(value[1]) &&
		    g_ascii_isxdigit(value[2])) {
			c = g_ascii_xdigit_value(value[1]) << 4 |
				g_ascii_xdigit_value(value[2]);
			value += 2;
		}
		g_string_append_c(bytes, c);
	}
	append_text(charsets, charset, (const guint8 *)bytes->str, bytes->len,
		    max, out);
	g_string_free(bytes, TRUE);
	return g_string_free(out, FALSE);
}
