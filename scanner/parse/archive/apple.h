#ifndef WARDEN_PARSE_APPLE_H
#define WARDEN_PARSE_APPLE_H

/* How Macintosh programs wrap a file with two forks: AppleSingle and
   AppleDouble (RFC 1740), MacBinary. Pure: ranges of the bytes given. */

#include <glib.h>
#include <stdbool.h>

struct warden_apple {
	/* of the file's own data, and of its resource fork; empty if none */
	gsize data, data_end, resource, resource_end;
	char *name;		/* "" if none; any bytes */
};

bool warden_apple_is_double(const guint8 *data, gsize size);
bool warden_apple_is_macbinary(const guint8 *data, gsize size);
/* FALSE if it is neither: then there is nothing to free. Else free with
   warden_apple_clear(). */
bool warden_apple_read(const guint8 *data, gsize size,
		       struct warden_apple *apple_r);
void warden_apple_clear(struct warden_apple *apple);

#endif
