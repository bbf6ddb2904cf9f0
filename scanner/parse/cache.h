#ifndef WARDEN_PARSE_CACHE_H
#define WARDEN_PARSE_CACHE_H

/* What was found in large files, so that one which is sent to many people is
   taken apart once by this process. An entry is the serialised facts of all
   that a part holds, under a key that covers everything they depend on. Least
   recently used entries go first. It never leaves the process that parsed, and
   ends with it: rules and settings cannot change in between. */

#include "../facts/facts.h"
#include "budget.h"

struct warden_cache;

struct warden_cached {
	GBytes *facts;		/* warden_facts_serialise() */
	/* Path that all paths in facts begin with. */
	char *path;
	/* Of each part: 1 + index of the part it came out of, 0 = of the file. */
	guint *parents;
	guint32 flags;		/* what the file's own part got */
	char *fuzzy;
	struct warden_budget cost;	/* what it took of the message's */
};

struct warden_cache *warden_cache_new(void);
void warden_cache_free(struct warden_cache *cache);

/* NULL: not there. Valid until the next insert. */
const struct warden_cached *
warden_cache_lookup(struct warden_cache *cache,
		    const guint8 key[WARDEN_SHA256_SIZE]);
/* Takes what cached points to. */
void warden_cache_insert(struct warden_cache *cache,
			 const guint8 key[WARDEN_SHA256_SIZE],
			 struct warden_cached *cached);

/* Look-ups that found something. */
guint64 warden_cache_hits(const struct warden_cache *cache);

#endif
