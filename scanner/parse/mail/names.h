#ifndef WARDEN_PARSE_NAMES_H
#define WARDEN_PARSE_NAMES_H

/* Every name under which some client may show or save a part. */

#include "../text/charset.h"
#include "params.h"
#include "../trait-set.h"

struct warden_names {
	char *name;		/* the one that most clients show; "" */
	GPtrArray *others;	/* char*, without it, no duplicates */
};

void warden_names_init(struct warden_names *names);
void warden_names_clear(struct warden_names *names);

/* Collect from a parameter list: key ("filename" or "name"), key*, key*N.
   The best of the first list that has any becomes the name, so call for
   Content-Disposition first. */
void warden_names_collect(struct warden_charsets *charsets,
			  const struct warden_params *params, const char *key,
			  struct warden_names *names,
			  struct warden_trait_set *traits);
/* Only key*N: pieces that stand in several fields. */
void warden_names_collect_pieces(struct warden_charsets *charsets,
				 const struct warden_params *params,
				 const char *key, struct warden_names *names,
				 struct warden_trait_set *traits);
/* Add one, UTF-8; becomes the name if there is none. */
void warden_names_add(struct warden_names *names, const char *name);

#endif
