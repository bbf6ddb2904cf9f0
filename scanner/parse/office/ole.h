#ifndef WARDEN_PARSE_OLE_H
#define WARDEN_PARSE_OLE_H

/* Compound files (MS-CFB): a file system in a file, which old Office
   documents, Outlook messages, installers and VBA projects are.

   Read from memory by ourselves: libgsf's reader recurses once for every
   directory entry, sorts siblings by insertion, and refuses files that Office
   opens. Nothing here recurses, and what a broken table hides is guessed. */

#include <glib.h>
#include <stdbool.h>

/* Honest files have hundreds at most. */
#define WARDEN_OLE_ENTRIES_MAX 10000u

#define WARDEN_OLE_CLASS_SIZE 16

struct warden_ole_entry {
	char *name;		/* UTF-8; may begin with a control character */
	guint parent;		/* index of its storage; the root's own is 0 */
	bool storage;		/* else a stream */
	guint32 start;		/* sector */
	guint64 size;		/* of a stream; at most the file's */
	guint8 class_id[WARDEN_OLE_CLASS_SIZE];
};

struct warden_ole {
	const guint8 *data;	/* the caller's, outlives this */
	gsize size;
	guint shift;		/* of a sector's size */
	GArray *fat, *minifat;	/* guint32 */
	GBytes *ministream;
	GArray *entries;	/* struct warden_ole_entry; 0 is the root */
	/* A table or the directory could not be read as it should be. */
	bool damaged;
	/* There are more than WARDEN_OLE_ENTRIES_MAX. */
	bool truncated;
};

/* Returns NULL if there is no header or no root. Owned by the caller. The
   tables take at most as many bytes as the file has. */
struct warden_ole *warden_ole_open(const guint8 *data, gsize size);
void warden_ole_free(struct warden_ole *ole);
typedef struct warden_ole warden_ole;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(warden_ole, warden_ole_free)

const struct warden_ole_entry *
warden_ole_entry(const struct warden_ole *ole, guint index);
/* The child of that name, without regard to case (as MS-CFB 2.6.4 has it);
   0 if there is none. */
guint warden_ole_find(const struct warden_ole *ole, guint storage,
		      const char *name);
/* "Macros/VBA/dir"; the root's is "". Owned by the caller. */
char *warden_ole_path(const struct warden_ole *ole, guint index);

/* The first max bytes of a stream, owned by the caller. *whole_r: as many as
   it is declared to have, or max, and every sector was where it should be. */
GBytes *warden_ole_read(const struct warden_ole *ole, guint index, gsize max,
			bool *whole_r);

/* Names in installers (MSI) hold two characters of a small alphabet in one;
   returns the readable name, owned by the caller. */
char *warden_ole_decode_msi_name(const char *name);

#endif
