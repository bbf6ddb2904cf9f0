#ifndef WARDEN_PARSE_BOUNDARY_H
#define WARDEN_PARSE_BOUNDARY_H

/* Everything that some client may take for the boundary of a multipart. */

#include "../text/charset.h"
#include "params.h"
#include "../trait-set.h"

#define WARDEN_BOUNDARY_CANDIDATES_MAX 16u

/* text: the whole unfolded Content-Type value, params: what it parses to.
   Appends to boundaries (char*, g_freed by it) what is not there yet, the
   reading of RFC 2046 first. last: of several, take the last one first. */
void warden_boundary_collect(struct warden_charsets *charsets,
			     const char *text,
			     const struct warden_params *params, bool last,
			     GPtrArray *boundaries,
			     struct warden_trait_set *traits);

#endif
