#ifndef WARDEN_AUTH_RESULTS_H
#define WARDEN_AUTH_RESULTS_H

/* One Authentication-Results value (RFC 8601 2.2), or one of an
   ARC-Authentication-Results field (RFC 8617 4.1.1), taken apart. Pure and
   bounded. Whether anything that it says may be believed is the caller's
   question: anybody can write such a field. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_AUTH_RESULTS_MAX 32u
/* Bytes of an identifier or domain, with the final NUL. */
#define WARDEN_AUTH_NAME_SIZE 256u

enum warden_auth_method {
	WARDEN_AUTH_OTHER = 0,
	WARDEN_AUTH_SPF, WARDEN_AUTH_DKIM, WARDEN_AUTH_DMARC, WARDEN_AUTH_ARC,
	WARDEN_AUTH_USER, WARDEN_AUTH_IPREV, WARDEN_AUTH_BIMI,
};

enum warden_auth_status {
	WARDEN_AUTH_STATUS_OTHER = 0,	/* permerror, policy, new words … */
	WARDEN_AUTH_STATUS_NONE, WARDEN_AUTH_STATUS_PASS,
	WARDEN_AUTH_STATUS_FAIL, WARDEN_AUTH_STATUS_SOFTFAIL,
	WARDEN_AUTH_STATUS_NEUTRAL, WARDEN_AUTH_STATUS_TEMPERROR,
};

struct warden_auth_result {
	enum warden_auth_method method;
	enum warden_auth_status status;
	/* Lower case, as written; "" if none. The domain that the method is
	   about: smtp.mailfrom (or smtp.helo), header.d (or header.i),
	   header.from, arc.chain's last. */
	char domain[WARDEN_AUTH_NAME_SIZE];
};

struct warden_auth_results {
	guint instance;			/* "i=2;", 0 = none */
	char id[WARDEN_AUTH_NAME_SIZE];	/* authserv-id, lower case */
	guint count;
	struct warden_auth_result results[WARDEN_AUTH_RESULTS_MAX];
	bool damaged;	/* not by the grammar from some place on */
};

/* Comments are skipped, whatever their depth. What follows a place that breaks
   the grammar, and what is one result too many, is left out. Returns FALSE if
   there is no authserv-id: then nothing is in *results_r. */
bool warden_auth_results_parse(const char *value,
			       struct warden_auth_results *results_r);

#endif
