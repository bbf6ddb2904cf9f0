#include "warden-config.h"

#include "vba-words.h"

#include <string.h>

void warden_vba_reader_init(struct warden_vba_reader *reader,
			    const char *source, gsize size)
{
	memset(reader, 0, sizeof(*reader));
	reader->source = source;
	reader->size = size;
	reader->text = g_string_new(NULL);
	reader->words = g_array_new(FALSE, TRUE,
				    sizeof(struct warden_vba_word));
}

void warden_vba_reader_clear(struct warden_vba_reader *reader)
{
	g_string_free(reader->text, TRUE);
	g_array_unref(reader->words);
}

static int peek(const struct warden_vba_reader *reader, gsize ahead)
{
	return reader->size - reader->at > ahead ?
		(guint8)reader->source[reader->at + ahead] : -1;
}

static bool is_line_end(int c)
{
	return c == '\n' || c == '\r' || c == -1;
}

/* Letters of any alphabet may be in names. */
static bool begins_name(int c)
{
	return c >= 0x80 || c == '_' || (c >= 0 && g_ascii_isalpha(c));
}

static void add_word(struct warden_vba_reader *reader,
		     enum warden_vba_word_kind kind, gsize start,
		     double number)
{
	struct warden_vba_word word = {
		.kind = kind, .start = start,
		.size = reader->text->len - start, .number = number,
	};

	if (reader->words->len < WARDEN_VBA_WORDS_MAX)
		g_array_append_val(reader->words, word);
}

static void read_name(struct warden_vba_reader *reader)
{
	gsize start = reader->text->len;
	int c;

	while (begins_name(c = peek(reader, 0)) ||
	       (c >= 0 && g_ascii_isdigit(c))) {
		g_string_append_c(reader->text, g_ascii_tolower(c));
		reader->at++;
	}
	/* the type of Chr$, count% …; an '&' that joins has space before */
	if (c > 0 && strchr("$%!#@&", c) != NULL &&
	    !begins_name(peek(reader, 1)))
		reader->at += c != '&' || peek(reader, 1) == ' ' ||
			peek(reader, 1) == ')';
	add_word(reader, WARDEN_VBA_NAME, start, 0);
}

static void read_text(struct warden_vba_reader *reader)
{
	gsize start = reader->text->len;
	int c;

	for (reader->at++; !is_line_end(c = peek(reader, 0)); reader->at++) {
		if (c == '"') {
			if (peek(reader, 1) != '"')
				break;
			reader->at++;
		}
		g_string_append_c(reader->text, c);
	}
	reader->at += c == '"';
	add_word(reader, WARDEN_VBA_TEXT, start, 0);
}

/* &H41, &O101 */
static bool read_based(struct warden_vba_reader *reader)
{
	int letter = g_ascii_tolower(MAX(peek(reader, 1), 0)), c;
	guint base = letter == 'h' ? 16 : letter == 'o' ? 8 : 0;
	double number = 0;

	if (base == 0 || peek(reader, 2) < 0 ||
	    !g_ascii_isxdigit(peek(reader, 2)))
		return FALSE;
	reader->at += 2;
	while ((c = peek(reader, 0)) >= 0 && g_ascii_isxdigit(c)) {
		number = number * base + g_ascii_xdigit_value(c);
		reader->at++;
	}
	reader->at += c == '&';
	add_word(reader, WARDEN_VBA_NUMBER, reader->text->len, number);
	return TRUE;
}

static void read_number(struct warden_vba_reader *reader)
{
	double number = 0, place = 0;
	int c;

	while ((c = peek(reader, 0)) >= 0 &&
	       (g_ascii_isdigit(c) || (c == '.' && place == 0))) {
		if (c == '.') {
			place = 1;
		} else {
			place /= 10;
			number = place > 0 ? number + place * (c - '0') :
				number * 10 + (c - '0');
		}
		reader->at++;
	}
	/* its type; an '&' with something behind it joins */
	if (c > 0 && (strchr("%!#@^", c) != NULL ||
		      (c == '&' && peek(reader, 1) != '"' &&
		       peek(reader, 1) != ' ' &&
		       !begins_name(peek(reader, 1)))))
		reader->at++;
	add_word(reader, WARDEN_VBA_NUMBER, reader->text->len, number);
}

static void read_sign(struct warden_vba_reader *reader)
{
	bool names = peek(reader, 0) == ':' && peek(reader, 1) == '=';

	g_string_append_c(reader->text, peek(reader, 0));
	reader->at += names ? 2 : 1;
	add_word(reader, WARDEN_VBA_SIGN, reader->text->len - 1, names);
}

/* " _" at a line's end: the next one belongs to it. */
static bool skip_continuation(struct warden_vba_reader *reader)
{
	gsize ahead = 1;
	int c;

	if (peek(reader, 0) != '_')
		return FALSE;
	while ((c = peek(reader, ahead)) == ' ' || c == '\t')
		ahead++;
	if (!is_line_end(c) || c == -1)
		return FALSE;
	reader->at += ahead + 1;
	if (c == '\r' && peek(reader, 0) == '\n')
		reader->at++;
	return TRUE;
}

static bool is_remark(const struct warden_vba_reader *reader)
{
	const char *text = reader->source + reader->at;

	return peek(reader, 0) == '\'' ||
	       (reader->words->len == 0 && reader->size - reader->at >= 4 &&
		g_ascii_strncasecmp(text, "rem ", 4) == 0);
}

static void read_word(struct warden_vba_reader *reader)
{
	int c = peek(reader, 0);

	if (c == ' ' || c == '\t' || c == '\0')
		reader->at++;
	else if (c == '"')
		read_text(reader);
	else if (g_ascii_isdigit(c))
		read_number(reader);
	else if (c == '&' && read_based(reader))
		return;
	else if (skip_continuation(reader))
		return;
	else if (begins_name(c))
		read_name(reader);
	else
		read_sign(reader);
}

bool warden_vba_reader_next(struct warden_vba_reader *reader)
{
	g_string_truncate(reader->text, 0);
	g_array_set_size(reader->words, 0);
	if (reader->at >= reader->size)
		return FALSE;
	while (!is_line_end(peek(reader, 0))) {
		if (is_remark(reader)) {
			/* a comment is continued in the same way */
			while (!is_line_end(peek(reader, 0))) {
				if (!skip_continuation(reader))
					reader->at++;
			}
			break;
		}
		read_word(reader);
	}
	reader->at++;
	return TRUE;
}
