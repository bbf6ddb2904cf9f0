#ifndef WARDEN_POLICY_PRIVATE_H
#define WARDEN_POLICY_PRIVATE_H

/* For policy-load.c (which fills it) and policy.c (which applies it). */

#include "policy.h"

#define WARDEN_SCORE_MAX 100.0
#define WARDEN_REASON_TEXT_MAX 300

struct symbol_policy {
	double score;
	enum warden_verdict verdict;	/* the class */
	bool damped;		/* counts less of a proven contact */
	char *reason;
};

struct warden_policy {
	/* By the index of warden_symbols(). */
	struct symbol_policy *symbols;
	unsigned int symbols_count;
	/* By verdict; unused ones are 0. */
	double thresholds[WARDEN_VERDICT_LAST + 1];
	enum warden_action actions[WARDEN_VERDICT_LAST + 1];
	bool user_release[WARDEN_VERDICT_LAST + 1];
	double contact_factor;	/* of damped scores */
	guint64 fingerprint;
	/* "user:anna@example.org", "domain:example.org" → struct
	   warden_policy; NULL in those. */
	GHashTable *others;
};

/* The verdicts that findings argue for, worst first. */
#define WARDEN_CLASSES_COUNT 6
extern const enum warden_verdict
	warden_policy_classes[WARDEN_CLASSES_COUNT];

/* NULL if the symbol is not in the check table (stored by an older or newer
   version). */
const struct symbol_policy *
warden_policy_symbol(const struct warden_policy *policy, const char *symbol);

/* "phishing=flag spam=allow" into actions (by verdict). 1 or -1. */
int warden_policy_parse_actions(const char *text, enum warden_action *actions,
				char **error_r);

#endif
