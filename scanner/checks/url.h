#ifndef WARDEN_URL_H
#define WARDEN_URL_H

/* Reading URLs and host names the way a browser does (WHATWG URL Standard
   4.4), for checks and for indicator lists. Pure functions over strings;
   libpsl's compiled-in list is the only outside knowledge. */

#include <glib.h>
#include <stdbool.h>

struct warden_url_parts {
	char *scheme;	/* lower case; "" if the text has none */
	char *userinfo;	/* before the last '@' of the authority; "" if none */
	char *host;	/* lower case, A-labels, no brackets or final dot */
	char *port;	/* "" if none */
	char *rest;	/* from the path on, "" if nothing */
};

/* Split url. A scheme-less "www.example.com/x" and "//example.com" are read
   as web addresses. Returns FALSE if url has no authority (mailto:, data:,
   relative references); then only scheme and rest are set. The result is to
   be cleared in both cases. */
bool warden_url_split(const char *url, struct warden_url_parts *parts_r);
void warden_url_parts_clear(struct warden_url_parts *parts);

/* The form that indicator lists are kept and asked in: scheme and host in
   lower case, no userinfo, default port or fragment, dot segments resolved,
   escapes of unreserved characters undone (RFC 3986 6.2.2). NULL if url is no
   web or ftp address. Owned by the caller. */
char *warden_url_normalise(const char *url);

/* Lower case, percent-decoded, A-labels, without a final dot. Never NULL;
   owned by the caller. What IDNA refuses stays as it is. */
char *warden_url_host_ascii(const char *host);

/* An IP address in any notation that browsers take: dotted, hex, octal,
   dword, IPv6. *local_r: not routed on the Internet. */
bool warden_url_host_is_address(const char *host, bool *local_r);

/* The domain that somebody registered ("a.b.example.co.uk" → "example.co.uk"),
   pointing into host, or NULL for addresses, public suffixes and single
   labels. host: lower case, A-labels. */
const char *warden_url_registrable(const char *host);
/* The last label is a top-level domain that exists. */
bool warden_url_has_known_tld(const char *host);
/* Anybody may register below it: "com", "co.uk", "github.io". host: lower
   case, A-labels. */
bool warden_url_is_public_suffix(const char *host);

#endif
