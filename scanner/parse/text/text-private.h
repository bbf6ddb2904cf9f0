#ifndef WARDEN_PARSE_TEXT_PRIVATE_H
#define WARDEN_PARSE_TEXT_PRIVATE_H

/* What looks at text parts: text.c at all of them, web.c at pages and scripts,
   calendar.c at calendars and contact cards. */

#include "../queue.h"

/* A text part on its way through the looks. */
struct warden_text {
	struct warden_queue *queue;
	struct warden_part *part;
	const struct warden_item *item;
	const guint8 *data;	/* as decoded */
	gsize data_size;
	const char *utf8;	/* without NUL */
	gsize size;
	/* in a second charset: only what is new counts */
	bool again;
};

/* A link outside of any page. */
void warden_text_url(struct warden_text *text, const char *url, gsize size,
		     const char *source);
/* Every address in the text. */
void warden_text_plain(struct warden_text *text, const char *source);
/* A file that stands in it, as a member. NULL if it was not worth a part, or
   too deep. */
struct warden_part *
warden_text_embed(struct warden_text *text, GBytes *bytes, const char *name,
		  const char *type, bool only_active);

/* Calendars and contact cards: links, files, pages. */
void warden_calendar_look(struct warden_text *text, const char *source);
/* HTML and SVG: links, scripts, what is encoded in them. */
void warden_web_look(struct warden_text *text);
/* JavaScript that is a part of its own. */
void warden_web_look_script(struct warden_text *text);

#endif
