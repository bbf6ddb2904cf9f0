#ifndef WARDEN_PARSE_TNEF_H
#define WARDEN_PARSE_TNEF_H

/* Transport Neutral Encapsulation Format: Outlook's winmail.dat (MS-OXTNEF).
   Only what is a file or a body in it is read. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_TNEF_FILES_MAX 500u

struct warden_tnef_file {
	gsize start, end;	/* of its bytes in the data */
	/* Names as they stand, of any charset, up to three; NULL if fewer. */
	char *names[3];
	const char *type;	/* "text/html" for bodies …, "" for files */
	const char *charset;	/* of a body, "" if not said */
	bool compressed;	/* a body of compressed RTF (MS-OXRTFCP) */
	bool is_tnef;		/* an attached message, a TNEF stream again */
};

/* Appends to files (struct warden_tnef_file, cleared by it). Returns 1, 0 if
   the end is damaged (what came before is there), -1 if it is no TNEF. */
int warden_tnef_read(const guint8 *data, gsize size, GArray *files);
/* An empty list that clears its entries. */
GArray *warden_tnef_files_new(void);

#endif
