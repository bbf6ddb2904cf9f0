#ifndef WARDEN_LINK_PRIVATE_H
#define WARDEN_LINK_PRIVATE_H

/* What the checks of links' targets share: every address that a reader may
   follow, its wrappers undone, and who the mail is from and for. */

#include "checks-private.h"
#include "link-lists.h"
#include "unwrap.h"
#include "url.h"

struct warden_link_target {
	const struct warden_url *url;
	struct warden_url_parts parts;	/* of where it leads in the end */
	char *whole;			/* that address */
	enum warden_wrapper wrapper;
	char *wrapper_host;		/* NULL if there is none */
	bool is_attached;		/* in a page or document beside */
	guint32 place;			/* enum warden_place */
};

struct warden_link_scene {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	const struct warden_link_lists *lists;
	GPtrArray *targets;	/* struct warden_link_target: web links */
	GPtrArray *senders;	/* char*: hosts of From and Sender */
	GPtrArray *recipients;	/* char*: addresses, lower case */
};

/* The host is the sender's, or below the same registered domain. */
bool warden_link_is_sender(const struct warden_link_scene *scene,
			   const char *host);
/* Somebody's who is neither the sender nor known: not a brand's own page, nor
   a service's that counts clicks. */
bool warden_link_is_foreign(const struct warden_link_scene *scene,
			    const struct warden_link_target *target);
const char *warden_link_domain(const char *host);
/* A word that asks to do something ("verify", "anmelden"); lower case. */
bool warden_link_is_action(const char *word);

void warden_link_check_hosts(const struct warden_link_scene *scene);
void warden_link_check_shapes(const struct warden_link_scene *scene);
void warden_link_check_brands(const struct warden_link_scene *scene);

#endif
