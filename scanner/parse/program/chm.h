#ifndef WARDEN_PARSE_CHM_H
#define WARDEN_PARSE_CHM_H

/* Compiled HTML help, ".chm" (ITSF; not specified by its maker, described by
   M. Russotto): a directory of names, and a section of files that LZX has
   compressed in intervals, each of which can be read for itself. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_CHM_FILES_MAX 2000u

struct warden_chm_file {
	char *name;		/* "/index.html", UTF-8 */
	/* In the compressed section, or in the file itself. */
	bool compressed;
	guint64 start, size;
};

struct warden_chm {
	GArray *files;		/* struct warden_chm_file */
	/* The compressed section: frames of 32 kB each, as offsets in the file;
	   one more than frames, the last is the end. */
	GArray *frames;		/* gsize */
	guint interval;		/* frames that are compressed together */
	guint window_bits;	/* 15 to 21 */
	guint64 size;		/* of the section, decompressed */
	bool damaged;
};

/* TRUE if data begin like one. Free with warden_chm_clear(). Whatever is in
   *chm_r lies within data. */
bool warden_chm_parse(const guint8 *data, gsize size,
		      struct warden_chm *chm_r);
void warden_chm_clear(struct warden_chm *chm);

#endif
