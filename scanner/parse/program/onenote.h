#ifndef WARDEN_PARSE_ONENOTE_H
#define WARDEN_PARSE_ONENOTE_H

/* Files in a notebook section, ".one". Not by its tree of revisions: each file
   is one FileDataStoreObject (MS-ONESTORE 2.6.13), known by its identifier
   wherever it stands, also one that no revision mentions any more. */

#include <glib.h>
#include <stdbool.h>

struct warden_onenote_file {
	gsize start, end;
	bool cut;	/* it is said to be longer than what is there */
};

/* The next one at or after *at, which is moved behind it. */
bool warden_onenote_next(const guint8 *data, gsize size, gsize *at,
			 struct warden_onenote_file *file_r);

/* File names that stand in the section (char*, at most 100): strings with a
   size before and NUL behind (MS-ONE 2.3.6, EmbeddedFileName) that look like
   one. Their order need not be that of the files. */
GPtrArray *warden_onenote_names(const guint8 *data, gsize size);

#endif
