#ifndef WARDEN_PARSE_URLS_H
#define WARDEN_PARSE_URLS_H

/* URLs: cleaned as a browser would, and their hosts in one form. */

#include "../trait-set.h"

struct warden_link {
	char *url;	/* white space around and controls inside removed */
	char *host;	/* see warden_url_host(); "" if none */
	struct warden_trait_set traits;
};

/* text: a URL as written (entities already undone), absolute, or relative to
   base (may be NULL). FALSE if nothing that leads anywhere is left ("#top",
   "cid:1", "javascript:…" and data: included: those need other eyes). Free
   with warden_link_clear(). */
bool warden_link_parse(const char *text, gsize size, const char *base,
		       struct warden_link *link_r);
void warden_link_clear(struct warden_link *link);

/* The host as one form: lower case, percent signs undone, full-width and
   other letters mapped (IDNA2008 / UTS 46) to an A-label, trailing dot
   removed; an IPv4 address in any form that a browser takes as four decimal
   numbers, an IPv6 address without brackets. "" if it is none. Owned by the
   caller. */
char *warden_url_host(const char *host, gsize size,
		      struct warden_trait_set *traits);

/* URLs in plain text: http, https, ftp, hxxp with "://", or "www.". Trailing
   punctuation does not belong to them. */
struct warden_url_iter {
	const char *text;
	gsize size, at;
	/* the next one with a scheme, looked for once */
	bool known, found;
	gsize start, end;
};

void warden_url_iter_init(struct warden_url_iter *iter, const char *text,
			  gsize size);
/* Offsets into the text; FALSE if there is none left. */
bool warden_url_iter_next(struct warden_url_iter *iter, gsize *start_r,
			  gsize *end_r);

#endif
