#ifndef WARDEN_CHECKS_DLP_H
#define WARDEN_CHECKS_DLP_H

/* What must not leave the house unseen, by [dlp] in warden.conf
   (core/site-load-dlp.h): built once, then immutable. */

#include "../facts/facts.h"
#include "../facts/fuzzy-digest.h"
#include "../facts/sensitive-patterns.h"

/* A document that is to stay here. */
struct warden_dlp_document {
	guint8 sha256[WARDEN_SHA256_SIZE];
	guint8 fuzzy[WARDEN_FUZZY_SIZE];
	bool has_sha256, has_fuzzy;
	char *name;		/* for people, "" if none */
};

struct warden_dlp {
	bool enabled;
	bool incoming;		/* look at mail from outside, too */
	/* So many numbers in one text are a finding. */
	guint cards, ibans, ids;
	struct warden_sensitive_patterns *patterns;	/* NULL = none */
	GPtrArray *documents;	/* struct warden_dlp_document */
};

struct warden_dlp *warden_dlp_new(void);
void warden_dlp_free(struct warden_dlp *dlp);
/* "DIGEST NAME", a SHA-256 or a TLSH digest in hexadecimal digits. FALSE:
   it is neither. */
bool warden_dlp_add_document(struct warden_dlp *dlp, const char *line);

#endif
