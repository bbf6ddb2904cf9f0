#ifndef WARDEN_PARSE_HTML_H
#define WARDEN_PARSE_HTML_H

/* Links of an HTML or SVG document with the text that is shown for them, its
   scripts, and the places in it where data may be hidden.

   A tokenizer after WHATWG HTML 13.2.5 (tags, attributes, character
   references, raw text, comments), without a tree: linear in time, nothing
   recursive. A tree builder was measured first: gumbo 0.10 takes 11 seconds
   for 64 kB of "<b>", and 5 ms for an ordinary newsletter. */

#include "../trait-set.h"

enum warden_html_link_kind {
	WARDEN_HTML_LINK = 0,	/* a click: a, area, VML */
	WARDEN_HTML_FORM,	/* where a form is sent */
	WARDEN_HTML_REFRESH,	/* where the page goes by itself */
	WARDEN_HTML_RESOURCE,	/* images, frames, scripts, style sheets */
	WARDEN_HTML_TEXT,	/* a URL in the text, outside any link */
};

struct warden_html_link {
	enum warden_html_link_kind kind;
	char *url;		/* as written, character references undone */
	char *text;		/* what is shown, white space collapsed */
};

enum warden_html_piece_kind {
	WARDEN_HTML_SCRIPT = 0,	/* in a script element */
	WARDEN_HTML_DATA_BLOCK,	/* the same, but declared as something else
				   (WHATWG 4.12.1): JSON, templates */
	WARDEN_HTML_HANDLER,	/* onload="…" */
	WARDEN_HTML_SCRIPT_URL,	/* javascript:…, without the scheme */
	WARDEN_HTML_SCRIPT_SOURCE, /* the address that a script comes from */
	WARDEN_HTML_SCRIPT_STYLE, /* a style that runs: expression(…) */
	WARDEN_HTML_PLUGIN,	/* what an object or embed is made from */
	WARDEN_HTML_PAGE,	/* a page in an attribute: srcdoc */
	WARDEN_HTML_DOWNLOAD,	/* the name a link is to be saved under */
	/* a comment, attribute or text with a word so long that it may be
	   something encoded */
	WARDEN_HTML_WORDS,
};

/* What is neither link nor text. */
struct warden_html_piece {
	enum warden_html_piece_kind kind;
	char *text;		/* character references undone */
	gsize size;
	char *where;		/* "onload of svg" */
};

struct warden_html {
	GPtrArray *links;	/* struct warden_html_link, at most URLS_MAX */
	char *base;		/* of <base href>, NULL if none */
	GPtrArray *data;	/* char*: data: URLs, at most 100 */
	GPtrArray *pieces;	/* struct warden_html_piece, at most 2000 */
	struct warden_trait_set traits;
	gsize shown;		/* bytes of text outside of tags and scripts */
	gsize code;		/* bytes of scripts */
	guint inputs;		/* fields that a user may fill in */
	bool truncated;		/* more links or pieces than that */
};

/* text: UTF-8. Free with warden_html_clear(). */
void warden_html_parse(const char *text, gsize size,
		       struct warden_html *html_r);
void warden_html_clear(struct warden_html *html);

/* Append text with its character references undone ("&amp;", "&#x41;", also
   without semicolon where browsers take them). attribute: the stricter rule
   for attribute values (WHATWG 13.2.5.73). */
void warden_html_unescape(const char *text, gsize size, bool attribute,
			  GString *out);

#endif
