#ifndef WARDEN_CHECKS_HISTORY_H
#define WARDEN_CHECKS_HISTORY_H

/* What the database remembers of earlier mail. It arrives as an argument, like
   lists; NULL means that nobody remembers anything (a scan without database),
   which is not the same as "never seen". All look-ups return 1 known, 0 not,
   -1 cannot say, and are made with addresses in lower case. */

#include <glib.h>
#include <stdbool.h>

struct warden_contact {
	gint64 first_secs, last_secs;	/* of mails before this one */
	guint32 mails;			/* clean or released; 1000: so many or
					   more, of which no more is said if it
					   is a whole domain */
	guint32 bad;			/* judged malware, phishing or spam */
	guint32 last_hour;		/* mails of all kinds */
	bool written;			/* the user wrote there before */
};

/* Somebody who writes to the user often. */
struct warden_namesake {
	char address[256];		/* in lower case */
	guint32 others;			/* further addresses of that name */
};

struct warden_learned {
	gint32 log_odds;	/* × 1000, natural; > 0 = bad */
	guint32 phish;		/* how much of that is phishing, of 1000 */
};

/* A member that is NULL is a question that nobody can answer. */
struct warden_history {
	/* Mail from that address ("@domain": from anybody there) to the user;
	   user "": to anybody of the site. */
	int (*contact)(void *context, const char *sender, const char *user,
		       struct warden_contact *contact_r);
	/* Who writes to the user often under this name, folded as
	   warden_house_fold_name() does. */
	int (*namesake)(void *context, const char *name, const char *user,
			struct warden_namesake *namesake_r);
	/* Is there a mail with this Message-ID in the user's mailboxes? */
	int (*thread)(void *context, const char *message_id, const char *user);
	/* How many clean mails of the user are in this language (of
	   language.h), of how many; all_r 0: too few to speak of a habit. */
	int (*language)(void *context, const char *language, const char *user,
			guint32 *mails_r, guint32 *all_r);
	/* What a mail with these tokens (tokens.h) is, by the user's and the
	   site's own Bayes model; 0: not enough was learned. */
	int (*learned)(void *context, const char *user,
		       const guint64 *tokens, guint count,
		       struct warden_learned *learned_r);
	void *context;
};

#endif
