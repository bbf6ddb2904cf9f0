#include "warden-config.h"

#include "boundary.h"
#include "content.h"

#include "../../facts/limits.h"

#include <string.h>

struct reader {
	struct warden_charsets *charsets;
	const struct warden_header *header;
	enum warden_content_reading reading;
	struct warden_content *content;
	/* those of all fields that are pieces: a client may join them */
	struct warden_params pieces;
};

/* --- Content-Type --------------------------------------------------------------- */

static bool is_token_byte(guint8 c)
{
	return g_ascii_isalnum(c) || (c != '\0' &&
		strchr("!#$&'*+-.^_`{|}~", c) != NULL);
}

static bool is_type(const char *type)
{
	const char *slash = strchr(type, '/'), *p;

	if (slash == NULL || slash == type || slash[1] == '\0')
		return FALSE;
	for (p = type; *p != '\0'; p++) {
		if (p != slash && !is_token_byte(*p))
			return FALSE;
	}
	return TRUE;
}

/* What stands before the parameters, as "type/subtype" if that can be. */
static char *read_type(const char *value, struct warden_trait_set *traits)
{
	g_autofree char *plain = warden_params_strip_comments(value);
	GString *type = g_string_new(NULL);
	const char *p = plain;

	/* "Content-Type: Content-Type: text/html" */
	if (g_ascii_strncasecmp(p, "content-type:", 13) == 0)
		p += 13;
	for (; *p != '\0' && *p != ',' && *p != ';'; p++) {
		if (is_token_byte(*p) || *p == '/')
			g_string_append_c(type, g_ascii_tolower(*p));
	}
	if (!is_type(type->str) ||
	    g_ascii_strcasecmp(type->str, g_strstrip(plain)) != 0)
		warden_trait_set_add(traits, WARDEN_TRAIT_ODD_TYPE);
	if (!is_type(type->str)) {
		/* "multipart" alone is still better read as one */
		bool multipart = strstr(type->str, "multipart") != NULL;

		g_string_assign(type, multipart ? "multipart/mixed" : "");
	}
	return g_string_free(type, FALSE);
}

static const char *
param_value(const struct warden_params *params, const char *name, bool last)
{
	const struct warden_param *param =
		warden_params_find(params, name, last);

	return param == NULL ? "" : param->value;
}

/* Moves them out of a field's own. */
static void keep_pieces(struct reader *reader, struct warden_params *params)
{
	guint i;

	for (i = 0; i < params->params->len; i++) {
		struct warden_param *param = &g_array_index(
			params->params, struct warden_param, i);

		if (strstr(param->name, "name*") == NULL ||
		    reader->pieces.params->len >= WARDEN_PARAMS_MAX)
			continue;
		g_array_append_val(reader->pieces.params, *param);
		memset(param, 0, sizeof(*param));
	}
}

static void take_type(struct reader *reader, const char *value, bool wanted)
{
	struct warden_content *content = reader->content;
	bool last = reader->reading == WARDEN_READING_LAST;
	struct warden_params params;

	warden_params_parse(value, &params);
	if (wanted) {
		g_free(content->type);
		content->type = read_type(params.value, &content->traits);
		g_free(content->charset);
		content->charset = g_strdup(param_value(&params, "charset",
							last));
		content->delsp = g_ascii_strcasecmp(
			param_value(&params, "delsp", last), "yes") == 0;
		if (warden_content_is_multipart(content))
			warden_boundary_collect(reader->charsets, value,
						&params, last,
						content->boundaries,
						&content->traits);
	} else if (strstr(value, "oundary") != NULL ||
		   strstr(value, "OUNDARY") != NULL) {
		/* the other reading's boundaries, behind our own */
		warden_boundary_collect(reader->charsets, value, &params,
					last, content->boundaries,
					&content->traits);
	}
	warden_names_collect(reader->charsets, &params, "name",
			     &content->names, &content->traits);
	keep_pieces(reader, &params);
	warden_params_clear(&params);
}

/* --- Content-Transfer-Encoding ---------------------------------------------------- */

static const struct {
	const char *word;
	guint32 encoding;
} words[] = {
	{ "7bit", WARDEN_ENCODING_IDENTITY },
	{ "8bit", WARDEN_ENCODING_IDENTITY },
	{ "binary", WARDEN_ENCODING_IDENTITY },
	{ "base64", WARDEN_ENCODING_BASE64 },
	{ "quoted-printable", WARDEN_ENCODING_QP },
};

/* Words to be found in an encoding that is none of the five. */
static const struct {
	const char *piece;
	guint32 encoding;
} pieces[] = {
	{ "64", WARDEN_ENCODING_BASE64 },
	{ "quoted", WARDEN_ENCODING_QP },
	{ "printable", WARDEN_ENCODING_QP },
	{ "qp", WARDEN_ENCODING_QP },
	{ "uu", WARDEN_ENCODING_UU },
	{ "yenc", WARDEN_ENCODING_YENC },
	{ "binhex", WARDEN_ENCODING_BINHEX },
};

static guint32 odd_encodings(const char *value)
{
	g_autofree char *plain = warden_params_strip_comments(value);
	g_autofree char *lower = g_ascii_strdown(value, -1);
	GString *packed = g_string_new(NULL);
	guint32 encodings = WARDEN_ENCODING_IDENTITY;
	const char *p;
	gsize i;

	for (p = plain; *p != '\0'; p++) {
		if (g_ascii_isalnum(*p) || *p == '-')
			g_string_append_c(packed, g_ascii_tolower(*p));
	}
	for (i = 0; i < G_N_ELEMENTS(pieces); i++) {
		if (strstr(packed->str, pieces[i].piece) != NULL ||
		    strstr(lower, pieces[i].piece) != NULL)
			encodings |= pieces[i].encoding;
	}
	g_string_free(packed, TRUE);
	/* Nothing known: a client may still guess. */
	if (encodings == WARDEN_ENCODING_IDENTITY)
		encodings |= WARDEN_ENCODING_BASE64 | WARDEN_ENCODING_QP;
	return encodings;
}

static void take_encoding(struct reader *reader, const char *value,
			  bool wanted)
{
	struct warden_content *content = reader->content;
	guint32 encodings = 0;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(words[i].word, value) == 0)
			encodings = words[i].encoding;
	}
	if (encodings == 0) {
		warden_trait_set_add(&content->traits,
				     WARDEN_TRAIT_ODD_ENCODING);
		encodings = odd_encodings(value);
	}
	content->encodings |= encodings;
	if (!wanted)
		return;
	g_free(content->encoding);
	content->encoding = g_ascii_strdown(value, -1);
}

/* --- Content-Disposition ------------------------------------------------------------ */

static void take_disposition(struct reader *reader, const char *value,
			     bool wanted)
{
	struct warden_content *content = reader->content;
	struct warden_params params;

	warden_params_parse(value, &params);
	if (wanted) {
		g_autofree char *plain =
			warden_params_strip_comments(params.value);
		const char *p = g_strstrip(plain);

		content->is_inline = g_ascii_strcasecmp(p, "inline") == 0;
		content->attachment = *p != '\0' && !content->is_inline;
	}
	warden_names_collect(reader->charsets, &params, "filename",
			     &content->names, &content->traits);
	/* some write name= here, and some clients heed it */
	warden_names_collect(reader->charsets, &params, "name",
			     &content->names, &content->traits);
	keep_pieces(reader, &params);
	warden_params_clear(&params);
}

/* --- the block ------------------------------------------------------------------------ */

static const struct consumer {
	const char *field;
	void (*take)(struct reader *reader, const char *value, bool wanted);
	int duplicate;	/* enum warden_trait_index */
} consumers[] = {
	/* The disposition's file name is preferred by most clients, so it is
	   read first. */
	{ "content-disposition", take_disposition,
	  WARDEN_TRAIT_DUPLICATE_DISPOSITION },
	{ "content-type", take_type, WARDEN_TRAIT_DUPLICATE_TYPE },
	{ "content-transfer-encoding", take_encoding,
	  WARDEN_TRAIT_DUPLICATE_ENCODING },
};

#define SAME_FIELD_MAX 8

static void take_field(struct reader *reader, guint index,
		       const struct consumer *consumer, bool wanted)
{
	const struct warden_field *field = &g_array_index(
		reader->header->fields, struct warden_field, index);
	g_autofree char *value = warden_field_value(reader->header, field);
	const char *start = (const char *)reader->header->data + field->value;
	gsize size = MIN(field->value_end - field->value,
			 WARDEN_HEADER_FIELD_MAX);

	consumer->take(reader, value, wanted);
	/* some client's string ends at a NUL that others skip */
	if (size > 0 && memchr(start, '\0', size) != NULL) {
		g_autofree char *cut = g_strstrip(g_strndup(start, size));

		consumer->take(reader, cut, FALSE);
	}
}

static void consume(struct reader *reader, const struct consumer *consumer)
{
	const GArray *fields = reader->header->fields;
	guint found[SAME_FIELD_MAX], count = 0, i, wanted;

	for (i = 0; i < fields->len; i++) {
		const struct warden_field *field =
			&g_array_index(fields, struct warden_field, i);

		if (!warden_field_is(reader->header, field, consumer->field))
			continue;
		/* of very many, the last one is kept all the same */
		if (count == SAME_FIELD_MAX)
			count--;
		found[count++] = i;
	}
	if (count == 0)
		return;
	if (count > 1)
		warden_trait_set_add(&reader->content->traits,
				     consumer->duplicate);
	wanted = reader->reading == WARDEN_READING_FIRST ? 0 : count - 1;
	take_field(reader, found[wanted], consumer, TRUE);
	for (i = 0; i < count; i++) {
		if (i != wanted)
			take_field(reader, found[i], consumer, FALSE);
	}
}

static void take_pieces(struct reader *reader)
{
	struct warden_content *content = reader->content;

	warden_names_collect_pieces(reader->charsets, &reader->pieces,
				    "filename", &content->names,
				    &content->traits);
	warden_names_collect_pieces(reader->charsets, &reader->pieces,
				    "name", &content->names,
				    &content->traits);
	warden_params_clear(&reader->pieces);
}

void warden_content_read(struct warden_charsets *charsets,
			 const struct warden_header *header,
			 enum warden_content_reading reading,
			 struct warden_content *content_r)
{
	struct reader reader = { charsets, header, reading, content_r,
				 { NULL, NULL } };
	gsize i;

	memset(content_r, 0, sizeof(*content_r));
	content_r->type = g_strdup("");
	content_r->charset = g_strdup("");
	content_r->encoding = g_strdup("");
	content_r->boundaries = g_ptr_array_new_with_free_func(g_free);
	content_r->traits = header->traits;
	warden_names_init(&content_r->names);
	warden_params_parse("", &reader.pieces);
	for (i = 0; i < G_N_ELEMENTS(consumers); i++)
		consume(&reader, &consumers[i]);
	take_pieces(&reader);
	if (content_r->encodings == 0)
		content_r->encodings = WARDEN_ENCODING_IDENTITY;
	if (warden_content_is_multipart(content_r) &&
	    content_r->boundaries->len == 0)
		warden_trait_set_add(&content_r->traits,
				     WARDEN_TRAIT_MISSING_BOUNDARY);
	if (content_r->names.others->len > 0)
		warden_trait_set_add(&content_r->traits,
				     WARDEN_TRAIT_NAMES_DIFFER);
}

void warden_content_clear(struct warden_content *content)
{
	g_clear_pointer(&content->type, g_free);
	g_clear_pointer(&content->charset, g_free);
	g_clear_pointer(&content->encoding, g_free);
	g_clear_pointer(&content->boundaries, g_ptr_array_unref);
	warden_names_clear(&content->names);
}

bool warden_content_is_multipart(const struct warden_content *content)
{
	return g_str_has_prefix(content->type, "multipart/");
}

bool warden_type_is_message(const char *type)
{
	return strcmp(type, "message/rfc822") == 0 ||
	       strcmp(type, "message/global") == 0 ||
	       strcmp(type, "message/news") == 0;
}

bool warden_content_is_message(const struct warden_content *content)
{
	return warden_type_is_message(content->type);
}
