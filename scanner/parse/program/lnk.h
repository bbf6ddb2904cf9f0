#ifndef WARDEN_PARSE_LNK_H
#define WARDEN_PARSE_LNK_H

/* Shell links, ".lnk" (MS-SHLLINK). A link names what it starts in up to six
   places, and Windows falls back from one to the next: all are kept. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_LNK_TARGETS_MAX 12u
/* Strings have 16 bit lengths; beyond this nothing is kept. */
#define WARDEN_LNK_STRING_MAX (64u * 1024)

struct warden_lnk {
	/* char*: the target from the item list, the link information (local,
	   network), the environment block, the property store and the
	   relative path; no duplicates, none empty. */
	GPtrArray *targets;
	/* UTF-8, "" if none */
	char *name;		/* the description, shown as a tip */
	char *arguments;
	char *folder;		/* the working directory */
	char *icon;
	char *machine;		/* NetBIOS name of where it was made */
	gint32 icon_index;
	guint32 show;		/* SW_…; 7 minimised, 2.1 */
	guint16 hotkey;
	gsize end;		/* what follows the last block is no link's */
	bool damaged;
};

/* TRUE if data begin like a link. Free with warden_lnk_clear(). */
bool warden_lnk_parse(const guint8 *data, gsize size,
		      struct warden_lnk *lnk_r);
void warden_lnk_clear(struct warden_lnk *lnk);

#endif
