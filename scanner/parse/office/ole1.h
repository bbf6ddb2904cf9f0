#ifndef WARDEN_PARSE_OLE1_H
#define WARDEN_PARSE_OLE1_H

/* Objects as OLE 1.0 writes them ([MS-OLEDS] 2.2): in RTF, in "\1Ole10Native"
   streams. Pure and bounded; what is not there is NULL or zero. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_OLE1_TEXT_MAX 1024u

struct warden_ole1 {
	bool linked;		/* FormatID 1: its content is elsewhere */
	char *class_name;	/* "Package", "Equation.3", "Word.Document.8" */
	char *topic;		/* a linked object's file or URL */
	/* NativeData; may be shorter than it says it is */
	gsize start, size;
};

/* ObjectHeader and its object (2.2.4, 2.2.5, 2.2.6). The version is not looked
   at, since no program does. FALSE if it is no such object. Free with
   warden_ole1_clear(). */
bool warden_ole1_read(const guint8 *data, gsize size,
		      struct warden_ole1 *ole1_r);
void warden_ole1_clear(struct warden_ole1 *ole1);

/* A file as Windows' object packager keeps it: native data of the class
   "Package". */
struct warden_ole1_package {
	char *label, *path;	/* bytes of some code page; never NULL */
	gsize start, size;	/* the file */
	bool linked;		/* path is all there is */
};

/* FALSE if it is no package. Free with warden_ole1_package_clear(). */
bool warden_ole1_package_read(const guint8 *data, gsize size,
			      struct warden_ole1_package *package_r);
void warden_ole1_package_clear(struct warden_ole1_package *package);

/* The next moniker of a URL, file or script in an object's bytes ([MS-OSHARED]
   2.3.7), at or after *at, which is moved behind it: where a link leads that
   has no other mark. UTF-8, owned by the caller; NULL if there is none. */
char *warden_ole1_next_moniker(const guint8 *data, gsize size, gsize *at);

/* A class that documents carry to be attacked through it: ProgID or
   "{CLSID}". */
bool warden_ole1_class_is_risky(const char *class_name);

#endif
