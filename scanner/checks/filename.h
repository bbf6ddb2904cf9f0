#ifndef WARDEN_FILENAME_H
#define WARDEN_FILENAME_H

/* What a file name promises to the person who sees it, and what their system
   would do with it. Pure. */

#include <glib.h>
#include <stdbool.h>

enum warden_name_class {
	WARDEN_NAME_NONE = 0,	/* no extension */
	WARDEN_NAME_UNKNOWN,
	WARDEN_NAME_PROGRAM,	/* runs when opened */
	WARDEN_NAME_SCRIPT,	/* runs when opened, on some desktop */
	WARDEN_NAME_SOURCE,	/* a script that opening does not run */
	WARDEN_NAME_SHORTCUT,
	WARDEN_NAME_DISK_IMAGE,
	WARDEN_NAME_ARCHIVE,
	WARDEN_NAME_DOCUMENT,
	WARDEN_NAME_IMAGE,
	WARDEN_NAME_MEDIA,
	WARDEN_NAME_WEB,	/* opens in a browser, may hold script */
	WARDEN_NAME_TEXT,
	WARDEN_NAME_MAIL,
};

struct warden_filename {
	char *base;		/* without folders and trailing dots, spaces */
	char *extension;	/* lower case, "" if none */
	enum warden_name_class extension_class;
	/* The extension before it, when that is one that people know
	   ("pdf" in "bill.pdf.exe"); "" else. */
	char *decoy;
	enum warden_name_class decoy_class;
	bool override;		/* U+202E or U+202D: shown in another order */
	bool embedding;		/* other marks that turn the direction */
};

void warden_filename_parse(const char *name, struct warden_filename *name_r);
void warden_filename_clear(struct warden_filename *name);

/* extension: lower case, without the dot. */
enum warden_name_class warden_filename_class(const char *extension);
/* Opening it runs code. */
bool warden_filename_runs(enum warden_name_class name_class);
/* People take it for something to look at, not for a program. */
bool warden_filename_is_harmless_looking(enum warden_name_class name_class);

#endif
