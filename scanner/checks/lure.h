#ifndef WARDEN_CHECKS_LURE_H
#define WARDEN_CHECKS_LURE_H

/* Lies by what they are made of: what a mail speaks of (concepts.h) together
   with where it leads and who it is from. Honest mail speaks of accounts, prizes
   and parcels, too, but leads home to its sender. */

#include "checks-private.h"
#include "phrases.h"

/* concepts: of the subject and the visible text; folded: that text. */
void warden_lure_check(const struct warden_check_input *input,
		       const struct warden_concept_hits *concepts,
		       const char *folded, struct warden_findings *findings);

#endif
