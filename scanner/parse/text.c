#include "warden-config.h"

#include "decode.h"
#include "drawn.h"
#include "passwords.h"
#include "text-private.h"
#include "urls.h"

#include <string.h>

/* --- charset --------------------------------------------------------------------------- */

static bool is_plain_ascii(const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i + 8 <= size; i += 8) {
		guint64 word;

		memcpy(&word, data + i, sizeof(word));
		/* any byte with its high bit, or any zero byte */
		if (((word | (word - G_GUINT64_CONSTANT(0x0101010101010101))) &
		     G_GUINT64_CONSTANT(0x8080808080808080)) != 0)
			break;
	}
	for (; i < size; i++) {
		if (data[i] == 0 || data[i] >= 0x80)
			return FALSE;
	}
	return TRUE;
}

/* <meta charset="…">, or in http-equiv's content. */
static char *meta_charset(const guint8 *data, gsize size)
{
	g_autofree char *start =
		g_ascii_strdown((const char *)data, MIN(size, 2048));
	const char *p = strstr(start, "charset");
	gsize length;

	if (p == NULL)
		return NULL;
	p += strlen("charset");
	p += strspn(p, " \t\r\n=\"'");
	length = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-_:.");
	return length == 0 ? NULL : g_strndup(p, length);
}

static void remove_nuls(GString *text)
{
	gsize i, used = 0;

	if (memchr(text->str, '\0', text->len) == NULL)
		return;
	for (i = 0; i < text->len; i++) {
		if (text->str[i] != '\0')
			text->str[used++] = text->str[i];
	}
	g_string_truncate(text, used);
}

/* Returns what must be freed later, or NULL: the data are used as they are. */
static GString *decode(struct warden_text *text, gsize max)
{
	const char *charset = text->item->charset;
	const char *sniffed = warden_charset_sniff(text->data,
						   text->data_size);
	g_autofree char *meta = NULL;
	gsize size = MIN(text->data_size, max);
	GString *decoded;
	bool unknown;

	if (text->data_size > max)
		warden_queue_limit(text->queue, WARDEN_TRAIT_LIMIT_TEXT,
				   text->part->path, "size");
	if (sniffed == NULL && warden_charset_keeps_ascii(charset) &&
	    is_plain_ascii(text->data, size)) {
		text->utf8 = (const char *)text->data;
		text->size = size;
		return NULL;
	}
	if (sniffed != NULL)
		charset = sniffed;
	else if (*charset == '\0' && text->part->kind == WARDEN_KIND_HTML)
		charset = meta = meta_charset(text->data, size);
	decoded = warden_charset_decode(
		warden_queue_parser(text->queue)->charsets, charset,
		text->data, size, 3 * max, &unknown);
	if (unknown)
		warden_queue_trait(text->queue, WARDEN_TRAIT_UNKNOWN_CHARSET,
				   text->part->path, charset);
	remove_nuls(decoded);
	text->utf8 = decoded->str;
	text->size = decoded->len;
	return decoded;
}

/* --- links -------------------------------------------------------------------------------- */

void warden_text_url(struct warden_text *text, const char *url, gsize size,
		     const char *source)
{
	g_autofree char *full = NULL;

	/* "www.example.com" leads to http */
	if (g_ascii_strncasecmp(url, "www.", MIN(size, 4)) == 0) {
		full = g_strdup_printf("http://%.*s", (int)MIN(
			size, WARDEN_FACT_URL_MAX), url);
		url = full;
		size = strlen(full);
	}
	warden_queue_url(text->queue, text->part->path, url, size, NULL, "",
			 source);
}

void warden_text_plain(struct warden_text *text, const char *source)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text->utf8, text->size);
	while (warden_url_iter_next(&iter, &start, &end))
		warden_text_url(text, text->utf8 + start, end - start, source);
}

/* Content lines are folded by a line end and one space (RFC 5545 3.1). */
static void look_calendar(struct warden_text *text)
{
	GString *unfolded = g_string_sized_new(text->size);
	const char *utf8 = text->utf8;
	gsize size = text->size, i;

	for (i = 0; i < size; i++) {
		gsize lf = i + (utf8[i] == '\r');

		if (lf + 1 < size && utf8[lf] == '\n' &&
		    (utf8[lf + 1] == ' ' || utf8[lf + 1] == '\t'))
			i = lf + 1;
		else
			g_string_append_c(unfolded, utf8[i]);
	}
	text->utf8 = unfolded->str;
	text->size = unfolded->len;
	warden_text_plain(text, "calendar");
	g_string_free(unfolded, TRUE);
}

/* --- what stands inside ------------------------------------------------------------------------ */

struct warden_part *
warden_text_embed(struct warden_text *text, GBytes *bytes, const char *name,
		  const char *type, bool only_active)
{
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.declared_type = type, .encoding = "", .charset = "",
		.flags = WARDEN_PART_MEMBER, .parent = text->part,
		.depth = text->item->depth + 1, .names = &names,
		.only_active = only_active,
	};
	struct warden_part *part;

	if (item.depth > WARDEN_ARCHIVE_DEPTH_MAX) {
		warden_queue_limit(text->queue, WARDEN_TRAIT_LIMIT_DEPTH,
				   text->part->path, "depth");
		return NULL;
	}
	warden_names_init(&names);
	warden_names_add(&names, name);
	path = g_strdup_printf("%s/%s", text->part->path,
			       *names.name != '\0' ? names.name : "data");
	item.path = path;
	part = warden_queue_add(text->queue, &item, bytes);
	if (part != NULL)
		text->part->flags |= WARDEN_PART_CONTAINER;
	warden_names_clear(&names);
	return part;
}

typedef bool next_file_t(const guint8 *data, gsize size, gsize *at,
			 struct warden_embedded *file_r);

static bool next_uu(const guint8 *data, gsize size, gsize *at,
		    struct warden_embedded *file_r)
{
	return warden_decode_uu(data, size, FALSE, at, file_r);
}

static bool next_binhex(const guint8 *data, gsize size, gsize *at,
			struct warden_embedded *file_r)
{
	return warden_decode_binhex(data, size, FALSE, at, file_r);
}

static void add_resource(struct warden_text *text, const struct warden_embedded *file)
{
	g_autofree char *name = g_strconcat(file->name, ".rsrc", NULL);

	if (file->resource != NULL &&
	    warden_queue_spend(text->queue, text->part->path,
			       g_bytes_get_size(file->resource)))
		(void)warden_text_embed(text, file->resource, name, "", FALSE);
}

static void look_for_files(struct warden_text *text, next_file_t *next,
			   enum warden_trait_index trait)
{
	struct warden_embedded file;
	gsize at = 0;

	while (next(text->data, text->data_size, &at, &file)) {
		const char *path = text->part->path;
		bool more = warden_queue_spend(
			text->queue, path, g_bytes_get_size(file.bytes)) &&
			warden_queue_spend_member(text->queue, path);

		warden_queue_trait(text->queue, trait, path, file.name);
		if (more) {
			(void)warden_text_embed(text, file.bytes, file.name,
						"", FALSE);
			add_resource(text, &file);
		}
		warden_embedded_clear(&file);
		if (!more)
			break;
	}
}

static void look_in_text(struct warden_text *text)
{
	const guint8 *data = text->data;
	gsize size = text->data_size;

	if (memmem(data, size, "begin", 5) != NULL)
		look_for_files(text, next_uu, WARDEN_TRAIT_UUENCODE);
	if (memmem(data, size, "=ybegin ", 8) != NULL)
		look_for_files(text, warden_decode_yenc, WARDEN_TRAIT_YENC);
	if (memmem(data, size, "(This file must be converted with BinHex",
		   40) != NULL)
		look_for_files(text, next_binhex, WARDEN_TRAIT_BINHEX);
}

void warden_text_look(struct warden_queue *queue, struct warden_part *part,
		      const struct warden_item *item, GBytes *bytes)
{
	struct warden_text text = { .queue = queue, .part = part, .item = item };
	GString *decoded = NULL;

	text.data = g_bytes_get_data(bytes, &text.data_size);
	switch (part->kind) {
	case WARDEN_KIND_TEXT:
		decoded = decode(&text, WARDEN_TEXT_MAX);
		look_in_text(&text);
		warden_text_plain(&text, "text");
		warden_passwords_read_text(warden_queue_password_source(queue),
					   text.utf8, text.size);
		warden_drawn_text_look(queue, part->path, text.utf8,
				       text.size);
		break;
	case WARDEN_KIND_HTML:
	case WARDEN_KIND_SVG:
		decoded = decode(&text, WARDEN_HTML_MAX);
		warden_passwords_read_html(warden_queue_password_source(queue),
					   text.utf8, text.size);
		look_in_text(&text);
		warden_web_look(&text);
		break;
	case WARDEN_KIND_CALENDAR:
		decoded = decode(&text, WARDEN_TEXT_MAX);
		look_calendar(&text);
		break;
	case WARDEN_KIND_SCRIPT:
	case WARDEN_KIND_SHORTCUT:
		decoded = decode(&text, WARDEN_TEXT_MAX);
		if (strcmp(part->detected_type, "text/javascript") == 0)
			warden_web_look_script(&text);
		warden_text_plain(&text, part->kind == WARDEN_KIND_SCRIPT ?
				  "script" : "shortcut");
		break;
	case WARDEN_KIND_UNKNOWN:
		/* yEnc is eight bits wide */
		look_in_text(&text);
		break;
	default:
		break;
	}
	if (decoded != NULL)
		g_string_free(decoded, TRUE);
}
