#ifndef WARDEN_PARSE_MAIL_H
#define WARDEN_PARSE_MAIL_H

/* A message (the whole one, or one inside it) being turned into parts: the
   views' entities, decoded, and what only the carver finds. */

#include "../queue.h"
#include "view.h"

/* A body of the strict view, and what it turned out to be. */
struct warden_known_range {
	gsize start, end;
	enum warden_content_kind kind;
	bool eicar;
};

struct warden_mail {
	struct warden_queue *queue;
	const struct warden_container *container;
	const guint8 *data;
	gsize size;
	GArray *known;		/* struct warden_known_range */
	GHashTable *taken;	/* ranges and encodings taken already */
	guint64 carve_left;	/* bytes */
	guint starts_left;
};

/* Where a reading of hidden bytes came from. */
struct warden_found {
	gsize start, end;	/* raw range */
	const char *path;	/* within the message: "1.2" */
	guint32 flags;		/* WARDEN_PART_ALTERNATE, _CARVED */
	const struct warden_names *names;	/* may be NULL */
	const char *declared_type, *encoding, *charset;
	bool certain;		/* a part even if it is inert */
};

/* Add bytes that the strict view does not have, unless they are there
   already; judge whether they were hidden. */
void warden_mail_add_found(struct warden_mail *mail,
			   const struct warden_found *found, GBytes *bytes);

/* Look for files without regard to structure, in flagged mail. */
void warden_carve(struct warden_mail *mail);

/* Pieces of a message (message/partial) that are all here, and links to bodies
   that are elsewhere (message/external-body). */
void warden_mail_take_elsewhere(struct warden_mail *mail,
				const struct warden_view *view);

/* Facts from the message's own header. */
void warden_header_facts_read(struct warden_queue *queue,
			      struct warden_facts *facts, const guint8 *data,
			      gsize size);

#endif
