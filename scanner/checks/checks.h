#ifndef WARDEN_CHECKS_H
#define WARDEN_CHECKS_H

/* Facts to findings. A table of pure functions, one file per family. Scores
   and reasons are not here: they come from config/scores.conf, by symbol. */

#include "../facts/facts.h"
#include "history.h"
#include "site.h"

#include <stdbool.h>

enum warden_known_kind {
	WARDEN_KNOWN_SHA256 = 0,	/* 64 lower-case hex digits */
	WARDEN_KNOWN_URL,		/* by warden_url_normalise(), url.h */
	/* Lower case, A-labels. An indicator covers every host below it: the
	   look-up walks up; an allow on the way beats a deny. */
	WARDEN_KNOWN_HOST,
	/* An address in lower case; indicators may be "@domain", too. */
	WARDEN_KNOWN_SENDER,
};

struct warden_known_hit {
	bool allow;		/* on an allow-list (beats a deny-list) */
	char feed[64];		/* which list says so */
	char value[256];	/* the indicator that matched */
	char threat[64];	/* the feed's word for it, "" if none */
};

/* Look-ups that checks may make: site knowledge arrives as an argument. */
struct warden_known {
	/* Returns 1 found, 0 not, -1 cannot say. */
	int (*lookup)(void *context, enum warden_known_kind kind,
		      const char *value, struct warden_known_hit *hit_r);
	void *context;
};

/* What the site, the user's domain or the user say of a sender, host or file. */
struct warden_own_hit {
	bool allow;
	bool mine;		/* the user's own word */
	char scope[300];	/* whose list */
	char value[256];
};
/* Returns 1 found, 0 not, -1 cannot say. */
struct warden_own {
	int (*lookup)(void *context, enum warden_known_kind kind,
		      const char *value, struct warden_own_hit *hit_r);
	void *context;
};

/* Who the mail is for and from; any string may be "" but none is NULL. */
struct warden_envelope {
	const char *user;
	const char *recipient;
	const char *sender;
	const char *service;
};

struct warden_check_input {
	const struct warden_facts *facts;
	const struct warden_envelope *envelope;
	const struct warden_known *known;	/* NULL = no lists */
	const struct warden_own *own;		/* NULL = none */
	const struct warden_history *history;	/* NULL = nothing remembered */
	const GArray *tokens;	/* of warden_tokens(), tokens.h; NULL = none */
	const struct warden_site *site;		/* NULL = nothing known */
	bool outgoing;	/* saved as sent, or as a draft of what will be */
};

struct warden_finding {
	const char *symbol;	/* from the check table: static */
	/* static: "attachment av program link sender content web office mime
	   image pdf list rule classifier history own dlp" */
	const char *family;
	const char *technique;	/* ATT&CK id, static; "" if none fits */
	/* Set by policy from config, 0 until then; by the check itself if the
	   symbol says so. */
	double score;
	char *detail;		/* plain words, sanitised */
	char *part;		/* path, "" = the message */
};

struct warden_findings;	/* grows up to WARDEN_FINDINGS_MAX */

/* One symbol that checks can raise. */
struct warden_symbol {
	const char *name;
	const char *family;
	const char *technique;
};

/* Of the family "rule": its findings bring their scores, the rule's own, and
   config's is not asked. */
bool warden_symbol_has_own_score(const struct warden_symbol *symbol);

/* Of the families "history" and "own": it holds for one user's copy, and is
   stored with that, not with the message that others have as well. */
bool warden_finding_is_personal(const struct warden_finding *finding);
/* It may hold for one copy only, because of whom the envelope names or where it
   was saved: everybody's is what is found without these. */
bool warden_finding_is_addressed(const struct warden_finding *finding);

/* One family of checks and the symbols that it may raise. */
struct warden_check {
	const char *name;
	const struct warden_symbol *symbols;
	unsigned int symbols_count;
	void (*run)(const struct warden_check_input *input,
		    struct warden_findings *findings);
};

/* All symbols, sorted by name; for config validation and documentation. */
const struct warden_symbol *warden_symbols(unsigned int *count_r);
const struct warden_symbol *warden_symbol_lookup(const char *name);

void warden_finding_free(struct warden_finding *finding);

/* For who measures: called after each family, by its table name. Checks know no
   clock; whoever calls them does. */
struct warden_checks_watch {
	void (*after)(void *context, const char *check);
	void *context;
};

/* Run every check in table order; watch may be NULL. The result is deterministic: sorted by
   symbol table order, then document order. Owned by the caller: an array of
   struct warden_finding * that frees its elements. */
GPtrArray *warden_checks_run(const struct warden_check_input *input);
GPtrArray *warden_checks_run_watched(const struct warden_check_input *input,
				     const struct warden_checks_watch *watch);

/* Judge again without the body: of stored (findings of an earlier run) all is
   kept but what a Bayes model, one's own lists and, if lists is set, feeds said,
   and these are asked anew for input's facts. What the past says of a copy is
   kept with it: it is what was known when it came. As warden_checks_run() would
   find it, if input has all that they are asked for: parts, URLs, addresses,
   tokens. Owned by the caller, as above. */
GPtrArray *warden_checks_again(const struct warden_check_input *input,
			       const GPtrArray *stored, bool lists);
struct warden_finding *
warden_finding_copy(const struct warden_finding *finding);

/* For checks: raise a symbol. Unknown symbols abort (programmer mistake);
   duplicates (same symbol, part, detail) and surplus are dropped. */
void warden_findings_add(struct warden_findings *findings, const char *symbol,
			 const char *part, const char *detail_format, ...)
	G_GNUC_PRINTF(4, 5);
/* The same for a symbol of the family "rule". */
void warden_findings_add_scored(struct warden_findings *findings,
				const char *symbol, double score,
				const char *part, const char *detail_format,
				...)
	G_GNUC_PRINTF(5, 6);

#endif
