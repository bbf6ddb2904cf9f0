#ifndef WARDEN_PARSE_DRAWN_H
#define WARDEN_PARSE_DRAWN_H

/* QR codes that are drawn without a picture: with block characters, Braille
   or letters, and with the cells and boxes of web pages. What was drawn is
   first a bitmap of whatever unit its parts have; a code's modules are found
   in it by the distances of all edges. */

#include "../queue.h"

/* Drawings are taken no further: the largest code has 177 modules on a side,
   each at most as many units as a character has. */
#define WARDEN_DRAWN_WIDTH_MAX 1024u
#define WARDEN_DRAWN_HEIGHT_MAX 4096u

struct warden_drawn {
	guint width, height;
	guint8 *cells;		/* width × height: 1 dark, 0 light */
};

/* FALSE: too large. All light; free with warden_drawn_clear(). */
bool warden_drawn_init(struct warden_drawn *drawn, guint width, guint height);
void warden_drawn_clear(struct warden_drawn *drawn);
/* Parts outside are cut off. */
void warden_drawn_fill(struct warden_drawn *drawn, gint64 x, gint64 y,
		       gint64 width, gint64 height, bool dark);
/* Read it; add what is found to the queue. */
void warden_drawn_look(const struct warden_drawn *drawn,
		       struct warden_queue *queue, const char *path);

/* Plain text, UTF-8. */
void warden_drawn_text_look(struct warden_queue *queue, const char *path,
			    const char *text, gsize size);
/* A web page, UTF-8. */
void warden_drawn_html_look(struct warden_queue *queue, const char *path,
			    const char *text, gsize size);

#endif
