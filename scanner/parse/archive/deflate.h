#ifndef WARDEN_PARSE_DEFLATE_H
#define WARDEN_PARSE_DEFLATE_H

/* Streams of RFC 1950 and RFC 1951 outside archives. */

#include "../queue.h"

enum warden_deflate_format {
	WARDEN_DEFLATE_RAW = 0,		/* RFC 1951 */
	WARDEN_DEFLATE_ZLIB,		/* RFC 1950 */
};

/* As much as can be read: damage or the end of the budget leaves what came
   before. Spends what it makes, in the name of path; at most
   WARDEN_ARCHIVE_MEMBER_MAX bytes. *whole_r: the stream's end was reached. */
GBytes *warden_deflate_read(struct warden_queue *queue, const char *path,
			    const guint8 *data, gsize size,
			    enum warden_deflate_format format,
			    bool *whole_r);

#endif
