#ifndef WARDEN_PARSE_RTF_COMPRESSED_H
#define WARDEN_PARSE_RTF_COMPRESSED_H

/* Compressed RTF (MS-OXRTFCP): the body of Outlook's messages, in .msg files
   and in TNEF. */

#include "../queue.h"

/* At most max bytes, appended to out. One byte of data gives at most 17.
   Returns 1, 0 if it ends early or is longer (out has what came before), -1
   if it is no compressed RTF. */
int warden_rtf_decompress(const guint8 *data, gsize size, gsize max,
			  GByteArray *out);

/* As much of it as can be read, for a member of path; what is damaged or cut
   off leaves an unscanned entry. Spends what it makes. NULL: no room for it. */
GBytes *warden_rtf_compressed_read(struct warden_queue *queue,
				   const char *path, const guint8 *data,
				   gsize size);

#endif
