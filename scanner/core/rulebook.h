#ifndef WARDEN_RULEBOOK_H
#define WARDEN_RULEBOOK_H

/* The rules in force (rules/rules.h) and the folder that they come from, kept
   in step: looked at about once a second, compiled again when a file has
   changed. What goes wrong leaves the old rules in force. */

#include "conf.h"
#include "../reader/reader.h"

struct warden_rulebook;

enum warden_rulebook_news {
	WARDEN_RULEBOOK_LOADED,		/* so many rules of so many files */
	WARDEN_RULEBOOK_REFUSED,	/* a file, or the folder */
};
/* One line, once each time a file has changed. */
typedef void warden_rulebook_say_t(enum warden_rulebook_news news,
				   const char *line);

/* Load for the first time. keep: write last good versions. reader and config
   are borrowed. A folder that cannot be read is said, and there are no rules
   until it can. Free it before the reader. */
struct warden_rulebook *
warden_rulebook_new(const struct warden_config *config,
		    struct warden_reader *reader, bool keep,
		    warden_rulebook_say_t *say);
void warden_rulebook_free(struct warden_rulebook **rulebook);

/* Look at the folder, unless that was less than a second ago. TRUE if other
   rules are in force now. */
bool warden_rulebook_refresh(struct warden_rulebook *rulebook);

/* A number that changes whenever a verdict may: with scores, thresholds, checks
   and rules, and when clamd is connected. */
guint64 warden_rulebook_fingerprint(const struct warden_rulebook *rulebook);

#endif
