#ifndef WARDEN_PARSE_ADDRESS_H
#define WARDEN_PARSE_ADDRESS_H

/* Address lists of header fields (RFC 5322 3.4, leniently). No recursion:
   groups within groups are read as one. */

#include "../text/charset.h"
#include "../../facts/facts.h"

#define WARDEN_ADDRESSES_MAX 100u

/* text: an unfolded value. Appends struct warden_address until the list has
   WARDEN_ADDRESSES_MAX. Text without any address becomes a name alone. */
void warden_addresses_parse(struct warden_charsets *charsets,
			    const char *text, GPtrArray *addresses);

#endif
