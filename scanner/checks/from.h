#ifndef WARDEN_CHECKS_FROM_H
#define WARDEN_CHECKS_FROM_H

/* Hosts and domains of addresses, of From above all. Hosts are as
   warden_url_host_ascii() makes them. */

#include "../facts/facts.h"

#include <stdbool.h>

/* Of a mailbox's address; "" if it has none. Owned by the caller. */
char *warden_address_host(const char *address);
/* What somebody registered, or host itself if nobody did (an address, a single
   label). Points into host. */
const char *warden_host_domain(const char *host);
/* The domain of the first address in From; "" if there is none. Owned by the
   caller. */
char *warden_from_domain(const struct warden_facts *facts);
/* Is one of From's addresses in this domain? */
bool warden_from_is_in(const struct warden_facts *facts, const char *domain);

#endif
