#ifndef WARDEN_ODDS_H
#define WARDEN_ODDS_H

/* The arithmetic of a Bayes filter: how often tokens stood in good and bad mail
   to how likely a mail is bad. Robinson's estimate of each token, shrunk
   towards "says nothing" the less it was seen, combined by Fisher's method
   (G. Robinson, "A Statistical Approach to the Spam Problem", 2003). Pure. */

#include "history.h"

#include <stdbool.h>

/* How often: mails of each class, or of them those with a token. Decayed, so
   that they are no whole numbers. */
struct warden_counts {
	double ham, spam, phish;
};

/* What two models know of one token; the user's own weighs over the site's,
   the more the oftener it was seen. all NULL: that model says nothing. */
struct warden_token_counts {
	struct warden_counts site, user;
};

struct warden_odds_input {
	const struct warden_counts *site_all, *user_all;
	const struct warden_token_counts *tokens;
	guint tokens_count;
};

/* FALSE: too little is known of these tokens. */
bool warden_odds(const struct warden_odds_input *input,
		 struct warden_learned *learned_r);

#endif
