#ifndef WARDEN_PARSE_CMS_H
#define WARDEN_PARSE_CMS_H

/* How much there is in a SignedData (RFC 5652 5.1), before OpenSSL makes
   objects of it: a certificate of 600 bytes costs 0.2 ms, and a mail can hold
   a hundred thousand. Read as BER (X.690 8.1), lengths without end included. */

#include <glib.h>
#include <stdbool.h>

struct warden_cms_counts {
	gsize digests, certificates, lists, signers;
};

/* Each counted up to most + 1. Something else than SignedData has none of
   them. FALSE if it cannot be walked, which OpenSSL cannot either. */
bool warden_cms_count(const guint8 *data, gsize size, gsize most,
		      struct warden_cms_counts *counts_r);

#endif
