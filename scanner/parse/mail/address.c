#include "warden-config.h"

#include "address.h"
#include "words.h"

#include <string.h>

struct reader {
	struct warden_charsets *charsets;
	const char *p;
	GString *phrase;	/* words before an address, or the address */
	GString *comment;
	GString *angle;		/* what stands in <> */
	bool has_angle;
	GPtrArray *addresses;
};

static void read_quoted(struct reader *reader, GString *to)
{
	reader->p++;
	while (*reader->p != '\0' && *reader->p != '"') {
		if (*reader->p == '\\' && reader->p[1] != '\0')
			reader->p++;
		g_string_append_c(to, *reader->p++);
	}
	if (*reader->p != '\0')
		reader->p++;
}

static void read_comment(struct reader *reader)
{
	guint depth = 0;

	for (; *reader->p != '\0'; reader->p++) {
		char c = *reader->p;

		if (c == '\\' && reader->p[1] != '\0') {
			c = *++reader->p;
		} else if (c == '(' && depth++ == 0) {
			continue;
		} else if (c == ')' && --depth == 0) {
			reader->p++;
			return;
		}
		g_string_append_c(reader->comment, c);
	}
}

/* "<@route:user@example.org>" */
static void read_angle(struct reader *reader)
{
	const char *colon;

	reader->p++;
	g_string_truncate(reader->angle, 0);
	reader->has_angle = TRUE;
	while (*reader->p != '\0' && *reader->p != '>') {
		if (*reader->p == '"') {
			read_quoted(reader, reader->angle);
			continue;
		}
		if (!g_ascii_isspace(*reader->p))
			g_string_append_c(reader->angle, *reader->p);
		reader->p++;
	}
	if (*reader->p != '\0')
		reader->p++;
	colon = reader->angle->str[0] == '@' ?
		strchr(reader->angle->str, ':') : NULL;
	if (colon != NULL)
		g_string_erase(reader->angle, 0,
			       colon + 1 - reader->angle->str);
}

static void add_address(struct reader *reader, const char *name,
			const char *address)
{
	g_autofree char *decoded = warden_words_decode(
		reader->charsets, name, WARDEN_FACT_TEXT_MAX, NULL);

	g_ptr_array_add(reader->addresses, warden_address_new(
		g_strstrip(decoded), address));
}

static void end_address(struct reader *reader)
{
	g_autofree char *phrase = g_strstrip(g_strdup(reader->phrase->str));

	if (reader->addresses->len >= WARDEN_ADDRESSES_MAX)
		;
	else if (reader->has_angle)
		add_address(reader, *phrase != '\0' ? phrase :
			    reader->comment->str, reader->angle->str);
	else if (strchr(phrase, '@') != NULL)
		add_address(reader, reader->comment->str, phrase);
	else if (*phrase != '\0' || reader->comment->len > 0)
		add_address(reader, *phrase != '\0' ? phrase :
			    reader->comment->str, "");
	g_string_truncate(reader->phrase, 0);
	g_string_truncate(reader->comment, 0);
	g_string_truncate(reader->angle, 0);
	reader->has_angle = FALSE;
}

static void read_next(struct reader *reader)
{
	switch (*reader->p) {
	case '"':
		read_quoted(reader, reader->phrase);
		break;
	case '(':
		read_comment(reader);
		break;
	case '<':
		/* "a <b> <c>": two, to somebody */
		if (reader->has_angle)
			end_address(reader);
		read_angle(reader);
		break;
	case ':':
		/* the name of a group */
		if (!reader->has_angle &&
		    strchr(reader->phrase->str, '@') == NULL)
			g_string_truncate(reader->phrase, 0);
		reader->p++;
		break;
	case ',':
	case ';':
		end_address(reader);
		reader->p++;
		break;
	default:
		g_string_append_c(reader->phrase, *reader->p++);
	}
}

void warden_addresses_parse(struct warden_charsets *charsets,
			    const char *text, GPtrArray *addresses)
{
	struct reader reader = {
		.charsets = charsets, .p = text, .addresses = addresses,
		.phrase = g_string_new(NULL), .comment = g_string_new(NULL),
		.angle = g_string_new(NULL),
	};

	while (*reader.p != '\0' && addresses->len < WARDEN_ADDRESSES_MAX)
		read_next(&reader);
	end_address(&reader);
	g_string_free(reader.phrase, TRUE);
	g_string_free(reader.comment, TRUE);
	g_string_free(reader.angle, TRUE);
}
