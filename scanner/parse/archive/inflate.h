#ifndef WARDEN_PARSE_INFLATE_H
#define WARDEN_PARSE_INFLATE_H

/* Data compressed by zlib (RFC 1950), from memory. */

#include <glib.h>

/* At most max bytes, appended to out. Returns 1, 0 if the data are damaged or
   longer (out has what came before). */
int warden_inflate(const guint8 *data, gsize size, gsize max,
		   GByteArray *out);

#endif
