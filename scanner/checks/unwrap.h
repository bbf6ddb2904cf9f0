#ifndef WARDEN_UNWRAP_H
#define WARDEN_UNWRAP_H

/* Links inside links: what security vendors, search engines and networks make
   of an address, undone without asking them. Pure and bounded. */

#include <glib.h>

enum warden_wrapper {
	WARDEN_WRAPPER_NONE = 0,
	/* a vendor's rewriter, which looks at the target when it is clicked:
	   Safe Links, URL Defense, Barracuda, Mimecast, Cisco, Trend, Sophos … */
	WARDEN_WRAPPER_SCREEN,
	/* sends everybody anywhere, under a name that all trust: Google, Bing,
	   YouTube, Facebook, LinkedIn, advertisers … */
	WARDEN_WRAPPER_OPEN,
	/* shows the target's page as its own: translators, AMP */
	WARDEN_WRAPPER_PROXY,
	/* some other site that carries a whole address in its own */
	WARDEN_WRAPPER_OTHER,
};

/* The address that url leads to in the end, all wrappers undone (at most five);
   NULL if it is not wrapped. *wrapper_r and *host_r (may be NULL) are of the
   outermost wrapper that is no screen, or of the screen if there is no other.
   Both strings are owned by the caller. */
char *warden_unwrap(const char *url, enum warden_wrapper *wrapper_r,
		    char **host_r);

#endif
