#ifndef WARDEN_PARSE_ZIP_H
#define WARDEN_PARSE_ZIP_H

/* What a zip file's directory lists, against what stands before its members
   (APPNOTE 4.3.7, 4.3.12, 4.3.16). libarchive reads one directory and believes
   it; here are the members that it does not list, or names differently.
   Packers write at the front and readers look from the end, which leaves room
   for both. */

#include <glib.h>
#include <stdbool.h>

struct warden_zip_entry {
	gsize local;		/* where the header before the member stands */
	const guint8 *name;	/* in the directory; in the file's bytes */
	gsize name_size;
	const guint8 *local_name;
	gsize local_name_size;
	gsize end;		/* of the member, by the directory */
	bool encrypted;
};

struct warden_zip {
	GArray *entries;	/* struct warden_zip_entry */
	GArray *unlisted;	/* gsize: headers that it does not list */
	bool encrypted;		/* some member is */
	bool names_differ;	/* in directory and before the member */
	guint files;		/* entries that are no folders */
};

/* Read data of a file that may be a zip file. Free with warden_zip_clear(). */
void warden_zip_read(const guint8 *data, gsize size, struct warden_zip *zip_r);
void warden_zip_clear(struct warden_zip *zip);

#endif
