#ifndef WARDEN_SENDER_PRIVATE_H
#define WARDEN_SENDER_PRIVATE_H

/* What the files of the family "sender" share: who the mail is from and for,
   taken apart once. */

#include "auth-results.h"
#include "checks-private.h"
#include "house.h"

enum warden_sender_proof {
	WARDEN_SENDER_UNASKED = 0,	/* nobody whom we believe says so */
	WARDEN_SENDER_UNPROVED,		/* looked for, none */
	WARDEN_SENDER_FAILED,		/* the domain disowns the mail */
	WARDEN_SENDER_PROVED,		/* aligned with From */
};

struct warden_sender {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	/* The first of From; all "" if there is none. In lower case, domains
	   registrable and as A-labels. */
	const char *name;
	char *address, *host;
	const char *domain;
	/* The envelope's, or the only one in To and Cc. */
	char *recipient, *recipient_host;
	const char *recipient_domain;
	enum warden_sender_proof proof;
};

void warden_sender_check_auth(struct warden_sender *sender);
void warden_sender_check_signatures(const struct warden_sender *sender);
/* After the former: proof is known. */
void warden_sender_check_names(const struct warden_sender *sender);
void warden_sender_check_past(const struct warden_sender *sender);

#endif
