#include "warden-config.h"

#include "../encoding/decode.h"
#include "html.h"
#include "../text/text-private.h"
#include "../text/urls.h"
#include "web-script.h"
#include "../mail/words.h"

#include <string.h>

/* HTML and SVG: links; what runs; pages and files inside. */

/* Much script and few words: what is shown is made by the script. */
#define WORDLESS_CODE_MIN 2000u
#define WORDLESS_SHOWN_MAX 400u

/* --- data: addresses --------------------------------------------------------------- */

/* "data:type;base64,text" (RFC 2397). */
void warden_web_data_url(struct warden_text *text, const char *url)
{
	const char *comma = strchr(url, ',');
	g_autofree char *head = NULL, *plain = NULL;
	struct warden_trait_set traits = { { 0 } };
	GArray *readings;
	guint i;

	if (comma == NULL || comma - url > 200 ||
	    !warden_queue_spend(text->queue, text->part->path,
				strlen(comma)))
		return;
	head = g_ascii_strdown(url + 5, comma - url - 5);
	plain = warden_words_unpercent(comma + 1);
	readings = warden_readings_new();
	if (strstr(head, "base64") != NULL)
		warden_decode_base64((const guint8 *)plain, strlen(plain),
				     readings, &traits);
	else
		warden_readings_add(readings, g_bytes_new(plain,
				    strlen(plain)), TRUE);
	head[strcspn(head, ";")] = '\0';
	for (i = 0; i < readings->len; i++) {
		(void)warden_text_embed(text, g_array_index(
			readings, struct warden_reading, i).bytes, "", head,
			TRUE);
	}
	g_array_unref(readings);
}

/* --- links ----------------------------------------------------------------------------- */

static const char *source_of(const struct warden_part *part,
			     const struct warden_html_link *link)
{
	if (link->kind == WARDEN_HTML_TEXT)
		return "text";
	if (link->kind == WARDEN_HTML_RESOURCE)
		return "resource";
	return part->kind == WARDEN_KIND_SVG ? "svg" : "html";
}

static void take_link(struct warden_text *text, const struct warden_html *html,
		      const struct warden_html_link *link)
{
	const char *path = text->part->path;

	if (link->kind == WARDEN_HTML_FORM)
		warden_queue_trait(text->queue, WARDEN_TRAIT_HTML_FORM, path,
				   link->url);
	if (link->kind == WARDEN_HTML_REFRESH)
		warden_queue_trait(text->queue, WARDEN_TRAIT_WEB_REFRESHES,
				   path, link->url);
	if (link->kind == WARDEN_HTML_TEXT)
		warden_text_url(text, link->url, strlen(link->url), "text");
	else
		warden_queue_url(text->queue, path, link->url,
				 strlen(link->url), html->base, link->text,
				 source_of(text->part, link));
}

/* --- pieces ----------------------------------------------------------------------------- */

static const struct {
	enum warden_trait_index trait;
	bool is_script;		/* to be read as one */
	bool shows_text;	/* the detail is the text, not its place */
} piece_kinds[] = {
	[WARDEN_HTML_SCRIPT] = { WARDEN_TRAIT_WEB_SCRIPT, TRUE, FALSE },
	[WARDEN_HTML_HANDLER] =
		{ WARDEN_TRAIT_WEB_SCRIPT_HANDLER, TRUE, FALSE },
	[WARDEN_HTML_SCRIPT_URL] =
		{ WARDEN_TRAIT_WEB_SCRIPT_URL, TRUE, FALSE },
	[WARDEN_HTML_SCRIPT_SOURCE] =
		{ WARDEN_TRAIT_WEB_SCRIPT_SOURCE, FALSE, TRUE },
	[WARDEN_HTML_SCRIPT_STYLE] =
		{ WARDEN_TRAIT_WEB_SCRIPT_STYLE, FALSE, FALSE },
	[WARDEN_HTML_PLUGIN] = { WARDEN_TRAIT_WEB_PLUGIN, FALSE, TRUE },
	[WARDEN_HTML_DOWNLOAD] = { WARDEN_TRAIT_WEB_DOWNLOAD, FALSE, TRUE },
};

static void take_page(struct warden_text *text,
		      const struct warden_html_piece *piece)
{
	g_autoptr(GBytes) bytes = g_bytes_new(piece->text, piece->size);

	if (warden_queue_spend(text->queue, text->part->path, piece->size))
		(void)warden_text_embed(text, bytes, "", "text/html", FALSE);
}

static void take_piece(struct warden_text *text,
		       struct warden_web_scripts *scripts,
		       const struct warden_html_piece *piece)
{
	const char *path = text->part->path;

	if (piece->kind == WARDEN_HTML_PAGE) {
		take_page(text, piece);
	} else if (piece->kind == WARDEN_HTML_WORDS) {
		warden_web_words(scripts, piece->text, piece->size);
	} else if (piece->kind == WARDEN_HTML_DATA_BLOCK) {
		warden_web_data(scripts, piece->text, piece->size);
	} else {
		warden_queue_trait(text->queue, piece_kinds[piece->kind].trait,
				   path, piece_kinds[piece->kind].shows_text ?
				   piece->text : piece->where);
		if (piece_kinds[piece->kind].is_script)
			warden_web_script(scripts, piece->text, piece->size);
	}
}

static void take_counts(struct warden_text *text,
			const struct warden_html *html)
{
	if (html->code >= WORDLESS_CODE_MIN &&
	    html->shown <= WORDLESS_SHOWN_MAX) {
		g_autofree char *detail = g_strdup_printf(
			"%" G_GSIZE_FORMAT " bytes of script, %" G_GSIZE_FORMAT
			" of text", html->code, html->shown);

		warden_queue_trait(text->queue, WARDEN_TRAIT_WEB_WORDLESS,
				   text->part->path, detail);
	}
	if (html->inputs > 0)
		warden_queue_trait(text->queue, WARDEN_TRAIT_WEB_INPUT,
				   text->part->path, "");
	/* most mails are short, and nothing else */
	if (html->shown <= WORDLESS_SHOWN_MAX &&
	    (html->pieces->len > 0 || html->inputs > 0 ||
	     warden_trait_set_has(&html->traits, WARDEN_TRAIT_HTML_REFRESH)))
		warden_queue_trait(text->queue, WARDEN_TRAIT_WEB_SHORT,
				   text->part->path, "");
}

void warden_web_look(struct warden_text *text)
{
	const char *path = text->part->path;
	struct warden_web_scripts *scripts;
	struct warden_html html;
	guint i;

	warden_html_parse(text->utf8, text->size, &html);
	if (html.truncated)
		warden_queue_limit(text->queue, WARDEN_TRAIT_LIMIT_FACTS,
				   path, "count");
	for (i = 0; i < html.links->len; i++)
		take_link(text, &html, g_ptr_array_index(html.links, i));
	for (i = 0; i < html.data->len; i++)
		warden_web_data_url(text, g_ptr_array_index(html.data, i));
	if (html.pieces->len > 0) {
		scripts = warden_web_scripts_new(text);
		for (i = 0; i < html.pieces->len; i++) {
			take_piece(text, scripts,
				   g_ptr_array_index(html.pieces, i));
		}
		warden_web_scripts_finish(scripts);
	}
	take_counts(text, &html);
	warden_queue_traits(text->queue, &html.traits, path);
	warden_html_clear(&html);
}

void warden_web_look_script(struct warden_text *text)
{
	struct warden_web_scripts *scripts = warden_web_scripts_new(text);

	warden_web_script(scripts, text->utf8, text->size);
	warden_web_scripts_finish(scripts);
}
