#ifndef WARDEN_HOUSE_H
#define WARDEN_HOUSE_H

/* Who is at home here: the organisation's own domains, its people whom
   others like to pretend to be, and whose Authentication-Results are believed.
   From [sender] in warden.conf (core/site-load-house.h); built once, then
   immutable. */

#include "../facts/facts.h"
#include "auth-results.h"
#include "lookalike.h"

#include <stdbool.h>

struct warden_house;

struct warden_house *warden_house_new(void);
void warden_house_free(struct warden_house *house);

/* All in any case. Return FALSE for what is no domain with a suffix that
   exists, or no name: nothing is added. */
bool warden_house_add_domain(struct warden_house *house, const char *domain);
/* Of one person as many addresses as need be. A name alone (address "") may
   only write from own domains. */
bool warden_house_add_person(struct warden_house *house, const char *name,
			     const char *address);
bool warden_house_add_authserv_id(struct warden_house *house, const char *id);
bool warden_house_add_sealer(struct warden_house *house, const char *domain);

/* host (lower case, A-labels) is an own domain or below one. */
bool warden_house_is_own(const struct warden_house *house, const char *host);
const struct warden_lookalike_set *
warden_house_own_names(const struct warden_house *house);
/* A person of that name, however it is turned ("Doe, Jane") and disguised,
   who does not write from address (lower case). */
bool warden_house_is_impostor(const struct warden_house *house,
			      const char *name, const char *address);

/* A message's topmost Authentication-Results, if it is by one of our own:
   TRUE and *results_r. Others below may be anybody's. */
bool warden_house_results(const struct warden_house *house,
			  const struct warden_header_facts *header,
			  struct warden_auth_results *results_r);
/* ARC was verified, and who sealed last is trusted with it. */
bool warden_house_trusts_seal(const struct warden_house *house,
			      const struct warden_auth_results *results);

/* A display name for comparison: folded, its words sorted. "" if it has no
   letters. Owned by the caller. */
char *warden_house_fold_name(const char *name);

#endif
