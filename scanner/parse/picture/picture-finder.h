#ifndef WARDEN_PARSE_PICTURE_FINDER_H
#define WARDEN_PARSE_PICTURE_FINDER_H

/* Whether there may be a QR code in a picture: its three corners are squares
   that any line through their middle crosses in the proportions 1:1:3:1:1
   (ISO/IEC 18004 6.3.3), whatever the angle. One pass that costs a fraction of
   reading a code, so that photographs and logos are not read for codes. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_FINDERS_MAX 64
/* A code has three corners; one may be hidden from this quick look. */
#define WARDEN_FINDERS_ENOUGH 2

struct warden_finder {
	guint x, y;		/* its middle */
	guint module;		/* size of a module in pixels, times 16 */
	bool inverted;		/* light on dark ground */
};

/* Returns how many squares there are; at most WARDEN_FINDERS_MAX are told. */
guint warden_picture_find(const guint8 *plane, guint width, guint height,
			  struct warden_finder *finders_r);

#endif
