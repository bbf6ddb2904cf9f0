#ifndef WARDEN_PARSE_HTML_PRIVATE_H
#define WARDEN_PARSE_HTML_PRIVATE_H

/* For html*.c and visible*.c only: html.c finds the tags, html-take.c takes links out of
   them, html-code.c what runs or may hide data. */

#include "html.h"

#define WARDEN_HTML_ATTRIBUTES_MAX 64u

struct html_attribute {
	const char *name;
	gsize name_size;
	const char *value;
	gsize size;
};

struct html_tag {
	const char *name;	/* without a namespace's prefix */
	gsize size;
	gsize prefix;		/* that prefix's size, with its colon */
	bool closes, empty;	/* "</a>", "<a/>" */
	guint count;
	struct html_attribute attributes[WARDEN_HTML_ATTRIBUTES_MAX];
};

/* Who reads a page as people do. Any may be NULL; texts are as written. */
struct html_visitor {
	void (*tag)(void *context, const struct html_tag *tag);
	void (*text)(void *context, const char *text, gsize size);
	/* of an element whose content is no markup */
	void (*raw)(void *context, const struct html_tag *tag,
		    const char *text, gsize size);
};

struct html_tokenizer {
	const char *p, *end;
	struct warden_html *html;
	struct html_tag tag;
	/* the link whose text is being read, NULL outside */
	struct warden_html_link *open;
	GString *text;
	guint foreign;		/* in so many svg and math elements */
	guint hidden;		/* in so many template elements */
	/* NULL: into html */
	const struct html_visitor *visitor;
	void *context;
};

static inline bool html_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Tokens in document order; nothing else is made of them. */
void html_walk(const char *text, gsize size,
	       const struct html_visitor *visitor, void *context);

bool html_is_word(const char *text, gsize size, const char *word);
/* The first of that name, or NULL. */
const struct html_attribute *
html_attribute_of(const struct html_tag *tag, const char *name);

/* --- html-take.c -------------------------------------------------------------- */

void html_link_free(void *link);
/* NULL if there are too many. */
struct warden_html_link *
html_add_link(struct html_tokenizer *tokenizer,
	      enum warden_html_link_kind kind, const char *url, gsize size);
void html_take_tag(struct html_tokenizer *tokenizer);
void html_take_text(struct html_tokenizer *tokenizer, const char *text,
		    gsize size);
/* Text that is shown as it stands. */
void html_append_shown(struct html_tokenizer *tokenizer, const char *text,
		       gsize size);
void html_close_link(struct html_tokenizer *tokenizer);

/* --- html-code.c -------------------------------------------------------------- */

void html_piece_free(void *piece);
/* Every attribute of the tag: handlers, scripts as addresses, styles, pages,
   data: addresses, long words. */
void html_take_code(struct html_tokenizer *tokenizer);
/* FALSE if it is none. character references are undone already. */
bool html_take_data_url(struct html_tokenizer *tokenizer, const char *url,
			gsize size);
/* What stands in a script or style element that has just begun. */
void html_take_raw(struct html_tokenizer *tokenizer, const char *text,
		   gsize size);
/* A comment, or text: worth a look if a long word stands in it. */
void html_take_words(struct html_tokenizer *tokenizer, const char *text,
		     gsize size);

#endif
