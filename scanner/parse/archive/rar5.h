#ifndef WARDEN_PARSE_RAR5_H
#define WARDEN_PARSE_RAR5_H

/* The headers of a RAR 5 archive, for what libarchive does not tell: which
   members are encrypted. */

#include <glib.h>
#include <stdbool.h>

struct warden_rar5_iter {
	const guint8 *data;
	gsize size, at;
	bool names_encrypted;	/* set once no more can be read for that */
};

struct warden_rar5_member {
	char *name;		/* UTF-8 as it claims; owned by the caller */
	guint64 size;		/* unpacked */
	bool encrypted, folder;
};

/* FALSE if it is no RAR 5 archive. */
bool warden_rar5_iter_init(struct warden_rar5_iter *iter, const guint8 *data,
			   gsize size);
/* FALSE at the end, or where it is damaged. */
bool warden_rar5_iter_next(struct warden_rar5_iter *iter,
			   struct warden_rar5_member *member_r);

#endif
