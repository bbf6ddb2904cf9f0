#ifndef WARDEN_PARSE_VISIBLE_STYLE_H
#define WARDEN_PARSE_VISIBLE_STYLE_H

/* As much of CSS as tells whether text is seen: simple selectors (tag, .class,
   #id) and the properties that hide. Whatever is not understood hides
   nothing. */

#include "../web/html-private.h"

#define WARDEN_COLOUR_NONE (-1)		/* not said */
#define WARDEN_COLOUR_UNKNOWN (-2)	/* a picture, a gradient, a variable */
#define WARDEN_COLOUR_CLEAR (-3)	/* transparent */

struct warden_look {
	gint colour, ground;	/* 0xrrggbb, or one of the above */
	gint size;		/* of letters, tenths of a pixel; -1: not said */
	bool gone;		/* nothing inside is seen, whatever it says */
	gint unseen;		/* visibility: -1 not said, 0 no, 1 hidden */
	/* for what takes two properties to hide */
	bool no_room, clips, placed, outside;
};

struct warden_sheet;

struct warden_sheet *warden_sheet_new(void);
void warden_sheet_free(struct warden_sheet *sheet);
void warden_sheet_add(struct warden_sheet *sheet, const char *css, gsize size);

/* What style sheets and the tag's own attributes say of it. */
void warden_sheet_look(const struct warden_sheet *sheet,
		       const struct html_tag *tag, struct warden_look *look_r);
/* Colours that nobody can tell apart. */
bool warden_look_colours_match(gint one, gint other);

#endif
