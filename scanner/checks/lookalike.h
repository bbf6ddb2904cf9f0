#ifndef WARDEN_LOOKALIKE_H
#define WARDEN_LOOKALIKE_H

/* Host names that are made to be taken for others: a set of protected names
   (brands', the organisation's own, a recipient's) and the question how a host
   relates to them. Pure; an immutable set may be asked from any thread. Some
   ten microseconds a host for thousands of names. */

#include <glib.h>
#include <stdbool.h>

/* In rising strength. Only from WARDEN_LOOKALIKE_WORD on does it take intent
   to come up with such a name; what is below stands in honest names, too. */
enum warden_lookalike_kind {
	WARDEN_LOOKALIKE_NO = 0,
	/* paypal.example.net, paypal-fans.example: the name is mentioned */
	WARDEN_LOOKALIKE_MENTION,
	/* paypal.example for paypal.com */
	WARDEN_LOOKALIKE_SUFFIX,
	/* paypall.com: a letter more, less, other or exchanged (two of long
	   names) */
	WARDEN_LOOKALIKE_LETTER,
	/* pay-pal.example: hyphens added or left out */
	WARDEN_LOOKALIKE_HYPHEN,
	/* paypal-login.example, securepaypal.example: with a word that asks
	   for trust */
	WARDEN_LOOKALIKE_WORD,
	/* paypal.com.example.net, paypal-com.example.net */
	WARDEN_LOOKALIKE_INSIDE,
	/* paypa1.com, раураl.com, rnicrosoft.com: the same to the eye */
	WARDEN_LOOKALIKE_GLYPHS,
	/* It is one of the names, or a host below it. */
	WARDEN_LOOKALIKE_EXACT,
};

struct warden_lookalike {
	enum warden_lookalike_kind kind;
	const char *name;	/* the protected one; owned by the set */
	const void *owner;	/* as it was added */
};

struct warden_lookalike_set;

struct warden_lookalike_set *warden_lookalike_set_new(void);
void warden_lookalike_set_free(struct warden_lookalike_set *set);

/* domain: lower case, A-labels ("example.org", "shop.example.org"); "amazon.*"
   is the label under every country's suffix and the common ones, less those
   that anybody gets for nothing. is_word: the label is an ordinary word or
   name as well ("apple", "chase"): then only WARDEN_LOOKALIKE_WORD, _INSIDE,
   _GLYPHS and _EXACT are asked for. owner is the caller's. */
void warden_lookalike_set_add(struct warden_lookalike_set *set,
			      const char *domain, bool is_word,
			      const void *owner);

/* The strongest relation of host (lower case, A-labels) to any of the names.
   Returns FALSE if there is none. */
bool warden_lookalike_find(const struct warden_lookalike_set *set,
			   const char *host,
			   struct warden_lookalike *found_r);

/* The name's host is domain or below it; the cheap question. *owner_r may be
   NULL. */
bool warden_lookalike_is_exact(const struct warden_lookalike_set *set,
			       const char *host, const void **owner_r);

/* host is domain or below it; domain as for _set_add(). */
bool warden_lookalike_covers(const char *domain, const char *host);

/* What a label or a name looks like: confusable characters of other scripts
   (Unicode TS 39), digits for letters, "rn" for "m" and the like brought to
   one form, which is for comparison only. Owned by the caller. */
char *warden_lookalike_fold(const char *text);

/* Some label has letters of scripts that nobody mixes (Unicode TS 39,
   "highly restrictive"), or invisible characters. host: A-labels. */
bool warden_lookalike_is_mixed(const char *host);

#endif
