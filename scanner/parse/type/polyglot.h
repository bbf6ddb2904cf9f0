#ifndef WARDEN_PARSE_POLYGLOT_H
#define WARDEN_PARSE_POLYGLOT_H

/* Files that are two types at once: each program that opens one sees its own.
   A picture ends where its format says; what stands behind is no part of it,
   and what some programs look for anywhere in a file (the directory of a zip
   file, a page's script) has no business in a picture. Pure. */

#include "filetype.h"

/* What a file is besides its own type. */
enum warden_second {
	WARDEN_SECOND_NONE = 0,
	WARDEN_SECOND_PROGRAM,
	WARDEN_SECOND_SCRIPT,
	WARDEN_SECOND_ARCHIVE,
	WARDEN_SECOND_DISK_IMAGE,
	WARDEN_SECOND_DOCUMENT,
};

struct warden_polyglot {
	enum warden_second second;
	/* What can be taken out as a file of its own; 0, 0 if nothing, or if
	   an opener finds it by itself (zip files). */
	gsize start, end;
	/* It is base64 text of that. */
	bool encoded;
};

/* type: what the file was found to be. FALSE: one type only. */
bool warden_polyglot_find(const guint8 *data, gsize size,
			  const struct warden_filetype *type,
			  struct warden_polyglot *polyglot_r);
/* "archive" … */
const char *warden_polyglot_word(enum warden_second second);

/* A tar archive or CD image by its mark, whatever stands before that. */
bool warden_polyglot_has_archive(const guint8 *data, gsize size);

/* Where a picture or PDF ends by its own format; size if it does not say. */
gsize warden_polyglot_end(const guint8 *data, gsize size, const char *type);

#endif
