#ifndef WARDEN_PARSE_DRAWN_STYLE_H
#define WARDEN_PARSE_DRAWN_STYLE_H

/* As much of HTML's attributes and CSS as boxes are drawn with: how bright the
   ground is, how wide and high they are. */

#include <glib.h>
#include <stdbool.h>

struct warden_box {
	gint light;		/* of the ground, 0 to 255; -1: none */
	gint width, height;	/* pixels; 0: not said */
	gint left, top;		/* of boxes with a place of their own */
	bool placed;
};

/* Selectors of one element name or class, in <style>. */
struct warden_styles;

struct warden_styles *warden_styles_new(void);
void warden_styles_free(struct warden_styles *styles);
void warden_styles_add(struct warden_styles *styles, const char *css,
		       gsize size);

/* tag: lower case; attributes: what stands between name and '>'. Returns the
   box, and how many columns it has (colspan). */
void warden_styles_find(struct warden_styles *styles, const char *tag,
			const char *attributes, gsize size,
			struct warden_box *box_r, guint *span_r);

#endif
