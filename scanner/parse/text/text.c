#include "warden-config.h"

#include "../encoding/decode.h"
#include "drawn.h"
#include "passwords.h"
#include "text-private.h"
#include "urls.h"
#include "visible.h"
#include "../document/xml-entities.h"

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

#define READINGS_MAX 4u

/* The charsets that some client may read the text in, the commonest first:
   what a byte order mark tells, what the header says, what the page itself
   says; and as it stands, where the header names a charset that browsers have
   given up (UTF-7) or never knew. Those of which one is as good as another for
   addresses, which are ASCII, are one. "" is ASCII with whatever else. */
struct readings {
	const char *charsets[READINGS_MAX];
	guint count;
	char *meta;
};

static void add_reading(struct readings *readings, const char *charset)
{
	guint i;

	if (warden_charset_keeps_ascii(charset) && readings->count > 0)
		charset = "";
	for (i = 0; i < readings->count; i++) {
		const char *other = readings->charsets[i];

		if (g_ascii_strcasecmp(other, charset) == 0 ||
		    (*charset == '\0' && warden_charset_keeps_ascii(other)))
			return;
	}
	if (readings->count < READINGS_MAX)
		readings->charsets[readings->count++] = charset;
}

/* UTF-7 for "<": old browsers guessed it from that. */
static bool may_be_utf7(const struct warden_text *text)
{
	return memmem(text->data, text->data_size, "+ADw", 4) != NULL;
}

static bool is_word(const char *charset, const char *word)
{
	return g_ascii_strncasecmp(charset, word, strlen(word)) == 0;
}

static void find_readings(const struct warden_text *text,
			  struct readings *readings)
{
	const char *charset = text->item->charset;
	const char *sniffed = warden_charset_sniff(text->data,
						   text->data_size);

	memset(readings, 0, sizeof(*readings));
	if (sniffed != NULL)
		add_reading(readings, sniffed);
	if (*charset != '\0')
		add_reading(readings, charset);
	if (text->part->kind == WARDEN_KIND_HTML)
		readings->meta = meta_charset(text->data, text->data_size);
	if (readings->meta != NULL)
		add_reading(readings, readings->meta);
	/* big endian, says RFC 2781; little, say many */
	if (is_word(charset, "utf-16") && strlen(charset) == 6) {
		add_reading(readings, "UTF-16BE");
		add_reading(readings, "UTF-16LE");
	}
	if (readings->count == 0 || is_word(charset, "utf-7") ||
	    is_word(charset, "iso-2022") || is_word(charset, "hz") ||
	    (readings->meta != NULL &&
	     !warden_charset_keeps_ascii(readings->meta)))
		add_reading(readings, "");
	if (may_be_utf7(text))
		add_reading(readings, "UTF-7");
}

/* Returns what must be freed later, or NULL: the data are used as they are. */
static GString *decode_as(struct warden_text *text, const char *charset,
			  gsize max)
{
	gsize size = MIN(text->data_size, max);
	GString *decoded;
	bool unknown;

	if (warden_charset_keeps_ascii(charset) &&
	    is_plain_ascii(text->data, size)) {
		text->utf8 = (const char *)text->data;
		text->size = size;
		return NULL;
	}
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

	if (text->again && warden_queue_has(text->queue, bytes))
		return NULL;
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

static void add_resource(struct warden_text *text,
			 const struct warden_embedded *file)
{
	g_autofree char *name = g_strconcat(file->name, ".rsrc", NULL);

	if (file->resource != NULL &&
	    warden_queue_spend(text->queue, text->part->path,
			       g_bytes_get_size(file->resource)))
		(void)warden_text_embed(text, file->resource, name, "", FALSE);
}

static void look_for_files(struct warden_text *text, warden_decode_next_t *next,
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

/* What says that it is BinHex, and cannot be read as such, is named. */
static void look_for_binhex(struct warden_text *text)
{
	struct warden_embedded file;
	gsize at = 0;

	if (warden_decode_marked_binhex(text->data, text->data_size, &at,
					&file)) {
		warden_embedded_clear(&file);
		look_for_files(text, warden_decode_marked_binhex,
			       WARDEN_TRAIT_BINHEX);
		return;
	}
	warden_queue_trait(text->queue, WARDEN_TRAIT_BINHEX, text->part->path,
			   "");
	warden_queue_unscanned(text->queue, text->part->path, "damaged");
}

static void look_in_text(struct warden_text *text)
{
	const guint8 *data = text->data;
	gsize size = text->data_size;

	if (memmem(data, size, "begin", 5) != NULL)
		look_for_files(text, warden_decode_marked_uu,
			       WARDEN_TRAIT_UUENCODE);
	if (memmem(data, size, "=ybegin ", 8) != NULL)
		look_for_files(text, warden_decode_yenc, WARDEN_TRAIT_YENC);
	if (memmem(data, size, "(This file must be converted with BinHex",
		   40) != NULL)
		look_for_binhex(text);
}

/* --- by kind ------------------------------------------------------------------------------------ */

static bool is_card(const struct warden_part *part)
{
	return strcmp(part->detected_type, "text/vcard") == 0;
}

/* Lines that end in a space go on in the next one, without it: an address may
   stand on both. */
static void look_flowed(struct warden_text *text)
{
	g_autoptr(GString) flowed = g_string_sized_new(text->size);
	struct warden_text inner = *text;
	const char *p = text->utf8, *end = p + text->size;

	for (; p < end; p++) {
		const char *lf = *p != ' ' ? NULL : p + 1 < end &&
			p[1] == '\r' ? p + 2 : p + 1;

		if (lf != NULL && lf < end && *lf == '\n')
			p = lf;
		else
			g_string_append_c(flowed, *p);
	}
	inner.utf8 = flowed->str;
	inner.size = flowed->len;
	warden_text_plain(&inner, "text");
}

static void look_text(struct warden_text *text)
{
	struct warden_queue *queue = text->queue;

	if (text->item->delsp)
		look_flowed(text);
	if (!text->again)
		look_in_text(text);
	if (is_card(text->part))
		warden_calendar_look(text, "contact");
	else
		warden_text_plain(text, "text");
	warden_passwords_read_text(warden_queue_password_source(queue),
				   text->utf8, text->size);
	warden_drawn_text_look(queue, text->part->path, text->utf8,
			       text->size);
}

static void look_page(struct warden_text *text)
{
	warden_passwords_read_html(warden_queue_password_source(text->queue),
				   text->utf8, text->size);
	if (!text->again)
		look_in_text(text);
	warden_web_look(text);
	warden_drawn_html_look(text->queue, text->part->path, text->utf8,
			       text->size);
}

/* Browsers show XML that has pages in it, or makes some, as pages. */
static void look_xml(struct warden_text *text)
{
	static const char page[] = "www.w3.org/1999/xhtml";
	static const char sheet[] = "www.w3.org/1999/XSL/Transform";

	if (memmem(text->utf8, text->size, page, strlen(page)) != NULL ||
	    memmem(text->utf8, text->size, sheet, strlen(sheet)) != NULL)
		warden_web_look(text);
}

static void look_calendar(struct warden_text *text)
{
	warden_calendar_look(text, "calendar");
}

static void look_program(struct warden_text *text)
{
	bool script = text->part->kind == WARDEN_KIND_SCRIPT;

	if (strcmp(text->part->detected_type, "text/javascript") == 0)
		warden_web_look_script(text);
	warden_text_plain(text, script ? "script" : "shortcut");
}

static const struct {
	enum warden_content_kind kind;
	gsize max;
	void (*look)(struct warden_text *text);
} looks[] = {
	{ WARDEN_KIND_TEXT, WARDEN_TEXT_MAX, look_text },
	{ WARDEN_KIND_HTML, WARDEN_HTML_MAX, look_page },
	{ WARDEN_KIND_SVG, WARDEN_HTML_MAX, look_page },
	{ WARDEN_KIND_XML, WARDEN_HTML_MAX, look_xml },
	{ WARDEN_KIND_CALENDAR, WARDEN_TEXT_MAX, look_calendar },
	{ WARDEN_KIND_SCRIPT, WARDEN_TEXT_MAX, look_program },
	{ WARDEN_KIND_SHORTCUT, WARDEN_TEXT_MAX, look_program },
};

/* A body of the message itself, in the reading that most clients take. */
static void collect_body(const struct warden_text *text)
{
	struct warden_visible *visible = warden_queue_visible(text->queue);
	const struct warden_part *part = text->part;

	if (text->again || text->item->depth > 0 ||
	    text->item->parent != NULL ||
	    (part->flags & (WARDEN_PART_ATTACHMENT | WARDEN_PART_MEMBER |
			    WARDEN_PART_ALTERNATE)) != 0)
		return;
	if (strcmp(part->declared_type, "text/html") == 0)
		warden_visible_add_html(visible, part->path,
					text->item->charset, text->utf8,
					text->size);
	else if (part->kind == WARDEN_KIND_TEXT ||
		 strcmp(part->declared_type, "text/plain") == 0)
		warden_visible_add_plain(visible, part->path,
					 text->item->charset, text->utf8,
					 text->size);
}

static void look_for_sensitive(const struct warden_text *text)
{
	enum warden_content_kind kind = text->part->kind;
	bool markup = kind == WARDEN_KIND_HTML || kind == WARDEN_KIND_SVG ||
		kind == WARDEN_KIND_XML;

	warden_queue_sensitive(text->queue, text->part->path, text->utf8,
			       text->size, markup);
}

static void look_in_readings(struct warden_text *text, gsize max,
			     void (*look)(struct warden_text *text))
{
	const char *path = text->part->path;
	struct readings readings;
	guint i;

	if (text->data_size > max)
		warden_queue_limit(text->queue, WARDEN_TRAIT_LIMIT_TEXT, path,
				   "size");
	find_readings(text, &readings);
	for (i = 0; i < readings.count; i++) {
		GString *decoded;

		text->again = i > 0;
		if (i > 0 && !warden_queue_spend(text->queue, path, MIN(
				text->data_size, max)))
			break;
		decoded = decode_as(text, readings.charsets[i], max);
		look(text);
		if (i == 0)
			look_for_sensitive(text);
		collect_body(text);
		if (decoded != NULL)
			g_string_free(decoded, TRUE);
	}
	g_free(readings.meta);
}

/* A long declaration of entities hides what it is of; a body that speaks of
   such is none. */
static bool may_be_xml(const struct warden_part *part)
{
	return part->kind == WARDEN_KIND_SVG ||
	       part->kind == WARDEN_KIND_XML ||
	       (part->kind == WARDEN_KIND_TEXT && part->name[0] != '\0');
}

void warden_text_look(struct warden_queue *queue, struct warden_part *part,
		      const struct warden_item *item, GBytes *bytes)
{
	struct warden_text text = {
		.queue = queue, .part = part, .item = item,
	};
	gsize i;

	text.data = g_bytes_get_data(bytes, &text.data_size);
	if (may_be_xml(part) &&
	    warden_xml_entities_explode((const char *)text.data,
					text.data_size))
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_RATIO, part->path,
				   "expansion");
	for (i = 0; i < G_N_ELEMENTS(looks); i++) {
		if (looks[i].kind == part->kind)
			look_in_readings(&text, looks[i].max, looks[i].look);
	}
	/* yEnc is eight bits wide */
	if (part->kind == WARDEN_KIND_UNKNOWN)
		look_in_text(&text);
}
