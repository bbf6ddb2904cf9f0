#ifndef WARDEN_DELIVER_H
#define WARDEN_DELIVER_H

/* LMTP and LDA: a mail is judged before Sieve sees it, once for each
   recipient, and put into Quarantine instead of the script being run. */

#include "warden-judge.h"

/* The delivery that goes on in this process. */
struct warden_delivery {
	struct mail_user *user;
	/* The mail that Sieve and the default save will copy from. */
	struct mail *src_mail;
	const char *recipient, *sender, *session;
	/* FALSE: the target is left alone, the copy hook decides. */
	bool judged;
	struct warden_answer answer;
	/* Our own save into Quarantine goes on. */
	bool quarantining;
	/* The answer's delivery_id has been given a place. */
	bool placed;
	pool_t pool;
};

/* Install the hook, unless it is there or this is not a delivery process. */
void warden_deliver_init(void);
void warden_deliver_deinit(void);
/* The delivery to this user, or NULL. */
struct warden_delivery *warden_delivery_get(struct mail_user *user);
/* The user goes away. */
void warden_delivery_forget(struct mail_user *user);

#endif
