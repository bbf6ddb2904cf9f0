#ifndef WARDEN_PARSE_RTF_COMPRESSED_H
#define WARDEN_PARSE_RTF_COMPRESSED_H

/* Compressed RTF (MS-OXRTFCP): the body of Outlook's messages, in .msg files
   and in TNEF. */

#include <glib.h>

/* At most max bytes, appended to out. One byte of data gives at most 17.
   Returns 1, 0 if it ends early or is longer (out has what came before), -1
   if it is no compressed RTF. */
int warden_rtf_decompress(const guint8 *data, gsize size, gsize max,
			  GByteArray *out);

#endif
