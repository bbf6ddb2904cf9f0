#ifndef WARDEN_PARSE_MEMBER_H
#define WARDEN_PARSE_MEMBER_H

/* The common way of an opener to add a file: budget, path, name, flags. */

#include "queue.h"

struct warden_member {
	const char *name;	/* any bytes; "" if none */
	const char *fallback;	/* names the path if it has none */
	const char *type;	/* declared "type/subtype", "" if none */
	guint32 flags;		/* beside WARDEN_PART_MEMBER */
	bool only_active;
	guint64 full_size;	/* of the file if bytes are its beginning, or 0 */
};

/* Spend, and add bytes as a member of the container's part. Returns the part
   (the facts'), or NULL if there was no room or it was not worth one. FALSE in
   *more_r: the budget is used up. May be NULL. */
struct warden_part *
warden_member_add(struct warden_queue *queue,
		  const struct warden_container *container,
		  const struct warden_member *member, GBytes *bytes,
		  bool *more_r);

#endif
