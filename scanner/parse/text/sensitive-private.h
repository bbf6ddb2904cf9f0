#ifndef WARDEN_PARSE_SENSITIVE_PRIVATE_H
#define WARDEN_PARSE_SENSITIVE_PRIVATE_H

#include "sensitive.h"

/* Longest: an IBAN of 34 characters. */
#define SENSITIVE_COMPACT_MAX 34
#define SENSITIVE_SHAPE_MAX 32

/* Groups of letters and digits, joined by single separators. */
struct sensitive_candidate {
	/* Without separators, in upper case. */
	char compact[SENSITIVE_COMPACT_MAX + 1];
	guint size;
	/* Lengths of the groups and what stands between them: "3-2-4". */
	char shape[SENSITIVE_SHAPE_MAX];
	bool digits;		/* nothing else */
	bool joined;		/* a number stands before it or behind it */
};

/* What a candidate may be. */
struct sensitive_rule {
	const char *kind, *detail;
	const char *shapes;	/* such as it has, blank-separated; "_" is " " */
	/* FALSE: it is none. detail_r: may be set to something static. */
	bool (*fits)(const struct sensitive_candidate *candidate,
		     const char **detail_r);
	/* One of these must stand nearby, in lower case; NULL: it speaks for
	   itself. */
	const char *const *words;
};

#define WARDEN_SENSITIVE_RULES_MAX 32
extern const struct sensitive_rule warden_sensitive_rules[];
extern const guint warden_sensitive_rules_count;

/* A secret by its form. Returns its length, or 0. at: a word begins here. */
gsize warden_sensitive_token(const char *at, const char *end,
			     const char **make_r);
/* A private key whose first line begins here. Returns behind it, or NULL. */
const char *warden_sensitive_key(const char *at, const char *end,
				 const char **make_r);

#endif
