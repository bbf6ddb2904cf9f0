#ifndef WARDEN_PARSE_OFFICE_H
#define WARDEN_PARSE_OFFICE_H

/* For the openers of Office documents only (office-*.c): one compound file,
   and what looks into its storages and streams. */

#include "ole.h"
#include "queue.h"

struct warden_office {
	struct warden_queue *queue;
	const struct warden_container *container;
	struct warden_ole *ole;
	const char *path;	/* the part's */
};

/* A stream's bytes, spent before they are made. NULL: no room. What is
   missing is an unscanned entry. */
GBytes *warden_office_read(struct warden_office *office, guint index);

/* Add bytes found in the entry as a member. name: the file's own, "" if it
   has none: the entry's path is used. declared_type, charset: "" if none. */
struct member {
	guint entry;
	const char *name, *declared_type, *charset;
	bool only_active;
};
struct warden_part *warden_office_add(struct warden_office *office,
				      const struct member *member,
				      GBytes *bytes);

/* A storage with a VBA project. */
bool warden_office_is_vba(const struct warden_office *office, guint storage);
void warden_office_look_vba(struct warden_office *office, guint storage);

#endif
