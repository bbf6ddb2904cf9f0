#ifndef WARDEN_CHECKS_SITE_H
#define WARDEN_CHECKS_SITE_H

/* What an administrator, and the tables that we ship, know: an immutable value
   that is loaded with the configuration (core/site-load*.c) and handed to every
   check. Each member belongs to the module named beside it. */

struct warden_link_lists;	/* link-lists.h: brands, shorteners, free hosts */
struct warden_phrases;		/* phrases.h: weighted phrases by language */
struct warden_model;		/* model.h: the linear classifier */
struct warden_dlp;			/* dlp.h: what must not leave the house */
struct warden_house;		/* house.h: own domains, people, trusted hosts */

/* Any member may be NULL: that knowledge is missing, its checks do nothing. */
struct warden_site {
	const struct warden_link_lists *links;
	const struct warden_phrases *phrases;
	const struct warden_model *model;
	const struct warden_house *house;
	const struct warden_dlp *dlp;
};

#endif
