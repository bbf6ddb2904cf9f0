#ifndef WARDEN_LINK_LISTS_H
#define WARDEN_LINK_LISTS_H

/* What is known of names and places: brands with the domains that are really
   theirs, and hosts where anybody can put up something. Read from
   config/brands.conf and config/link-hosts.conf (docs/lists.md), then
   immutable. */

#include "lookalike.h"

#include <glib.h>
#include <stdbool.h>

enum warden_place {
	WARDEN_PLACE_SHORTENER	= 1 << 0,
	WARDEN_PLACE_FREE_HOST	= 1 << 1,
	WARDEN_PLACE_FORM	= 1 << 2,
	WARDEN_PLACE_FILE_SHARE	= 1 << 3,
	WARDEN_PLACE_DYNAMIC_DNS = 1 << 4,
	WARDEN_PLACE_IPFS	= 1 << 5,
	WARDEN_PLACE_PROXY	= 1 << 6,
	WARDEN_PLACE_BULK_SENDER = 1 << 7,
	WARDEN_PLACE_SUFFIX	= 1 << 8,	/* of the host's last label */
	WARDEN_PLACE_CHAT	= 1 << 9,
	WARDEN_PLACE_FREE_MAIL	= 1 << 10,
};
/* Anybody can have a page or file there. */
#define WARDEN_PLACE_ANYBODY \
	(WARDEN_PLACE_FREE_HOST | WARDEN_PLACE_FORM | \
	 WARDEN_PLACE_FILE_SHARE | WARDEN_PLACE_DYNAMIC_DNS | \
	 WARDEN_PLACE_IPFS | WARDEN_PLACE_PROXY)

struct warden_brand {
	char *name;		/* the first of its names */
	bool is_word;		/* an ordinary word or somebody's name, too */
	GPtrArray *domains;	/* char*: as in the file */
};

struct warden_link_lists;

struct warden_link_lists *warden_link_lists_new(void);
void warden_link_lists_free(struct warden_link_lists *lists);

/* Add what text says to the lists, or take out what it says. name: of the file,
   for errors. Returns 1, or -1 with *error_r naming file, line and value. */
int warden_link_lists_add_brands(struct warden_link_lists *lists,
				 const char *text, const char *name,
				 char **error_r);
int warden_link_lists_add_hosts(struct warden_link_lists *lists,
				const char *text, const char *name,
				char **error_r);
/* After the last of them, before anything is asked. */
void warden_link_lists_finish(struct warden_link_lists *lists);

/* enum warden_place of host (lower case, A-labels); path may be "". */
guint32 warden_link_lists_place(const struct warden_link_lists *lists,
				const char *host, const char *path);

/* The brands' domains; owners are struct warden_brand. */
const struct warden_lookalike_set *
warden_link_lists_names(const struct warden_link_lists *lists);

/* host belongs to the brand, and not to one of its customers. */
bool warden_link_lists_is_of(const struct warden_link_lists *lists,
			     const struct warden_brand *brand,
			     const char *host);

/* A text as words: runs of letters and digits in lower case. */
GPtrArray *warden_link_words(const char *text);

/* Brands that a text names. */
struct warden_brand_mention {
	const struct warden_brand *brand;
	guint start, end;	/* words; of names without word ends both 0 */
	/* Written with letters that only look like the name's. */
	bool disguised;
};

/* In their order, at most max; an array of struct warden_brand_mention, owned
   by the caller. fold: see through disguises, which may find too much in long
   texts. words: of text. */
GArray *warden_link_lists_mentions(const struct warden_link_lists *lists,
				   const char *text, const GPtrArray *words,
				   bool fold, guint max);

#endif
