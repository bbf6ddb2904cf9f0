#ifndef WARDEN_PARSE_HTML_H
#define WARDEN_PARSE_HTML_H

/* Links of an HTML or SVG document, with the text that is shown for them.

   A tokenizer after WHATWG HTML 13.2.5 (tags, attributes, character
   references, raw text, comments), without a tree: linear in time, nothing
   recursive. A tree builder was measured first: gumbo 0.10 takes 11 seconds
   for 64 kB of "<b>", and 5 ms for an ordinary newsletter. */

#include "trait-set.h"

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

struct warden_html {
	GPtrArray *links;	/* struct warden_html_link, at most URLS_MAX */
	char *base;		/* of <base href>, NULL if none */
	GPtrArray *data;	/* char*: data: URLs, at most 100 */
	struct warden_trait_set traits;
	bool truncated;		/* more links than that */
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
