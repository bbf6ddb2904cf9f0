#ifndef WARDEN_PARSE_QUEUE_PRIVATE_H
#define WARDEN_PARSE_QUEUE_PRIVATE_H

/* What queue.c and apart.c know of a queue. */

#include "budget.h"
#include "inspect.h"
#include "text/passwords.h"
#include "queue.h"
#include "text/visible.h"

struct warden_queue {
	struct warden_parser *parser;
	struct warden_facts *facts;
	struct warden_budget left;
	gsize held;		/* by waiting containers */
	GQueue waiting;		/* struct warden_container */
	GHashTable *hashes;	/* SHA-256 → its first struct warden_part */
	GHashTable *paths;	/* taken path → next number, GUINT */
	GHashTable *urls;	/* part, text, URL: once each */
	GHashTable *trait_keys;	/* code and part: once each */
	GHashTable *parents;	/* part → part it came out of */
	struct warden_passwords *passwords;
	struct warden_visible *visible;
	guint named;		/* parts whose names are in passwords */
	struct warden_inspection inspection;
	GHashTable *pictures;	/* GBytes: that are no parts */
	/* NULL, or those of the message around a file that is apart. */
	const GPtrArray *outer_passwords;
	GPtrArray *joined_passwords;
	/* Somebody asked for passwords of this message. */
	bool passwords_asked;
	gsize sensitive_left;	/* of WARDEN_SENSITIVE_MAX */
};

GHashTable *warden_queue_hashes_new(void);
GHashTable *warden_queue_trait_keys_new(void);
/* One of a kind for each part is enough. */
bool warden_queue_is_new_trait(struct warden_queue *queue, const char *code,
			       const char *path);

/* Open what waits until nothing is left. */
void warden_queue_drain(struct warden_queue *queue);

/* Is the part one that may come again, in other people's mail? */
bool warden_apart_wants(const struct warden_part *part, guint depth);
/* Inspect and open it, with all that comes out of it, or take what is known
   from the same file in an earlier message. */
void warden_apart_open(struct warden_queue *queue,
		       const struct warden_container *container);

#endif
