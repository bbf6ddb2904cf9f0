#ifndef WARDEN_FEATURES_H
#define WARDEN_FEATURES_H

/* A mail as numbers for the linear classifier (model.h): what its links do, who
   sends, what it speaks of (concepts.h), how it is built, and what other checks
   have found. Pure. Nothing here sees dates, recipients, charset, language, the
   words of a mail, or header fields that only say through whose hands it went:
   those tell one collection of mail from another, not good from bad. */

#include "checks.h"

struct warden_phrases;

/* What a feature may say. The training program holds weights to it. */
enum warden_feature_sign {
	WARDEN_FEATURE_BAD,	/* weight >= 0 */
	WARDEN_FEATURE_GOOD,	/* weight <= 0 */
	WARDEN_FEATURE_EITHER,	/* no sign by itself: sets what others mean */
};

/* Which lie it belongs to, for the class of the finding. */
enum warden_feature_kind {
	WARDEN_FEATURE_ANY = 0,
	WARDEN_FEATURE_PHISHING,	/* pretends to be somebody, wants data */
	WARDEN_FEATURE_SPAM,		/* offers, prizes, loans */
};

struct warden_feature {
	/* Static or kept. "links.own"; "finding:SYMBOL" for findings. */
	const char *name;
	const char *words;	/* for people */
	enum warden_feature_sign sign;
	enum warden_feature_kind kind;
};

/* Those that a mail has: an array of struct warden_feature, each once, sorted
   by name. All features are yes or no. findings: struct warden_finding, of
   the other checks; words of their features live as long as they do. phrases
   may be NULL: what it speaks of is not known. Owned by the caller. */
GArray *warden_features(const struct warden_facts *facts,
			const GPtrArray *findings,
			const struct warden_phrases *phrases);

/* All but those of findings and concepts, in no order. */
const struct warden_feature *warden_features_all(guint *count_r);

const char *warden_feature_sign_name(enum warden_feature_sign sign);

#endif
