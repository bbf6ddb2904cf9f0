#ifndef WARDEN_PARSE_SIGNATURE_H
#define WARDEN_PARSE_SIGNATURE_H

/* Is a signature what it claims to be? S/MIME (RFC 8551, RFC 5652) by OpenSSL,
   OpenPGP (RFC 9580) by RNP. Bytes in, facts->signatures out: one for each
   signer, of the statuses that facts.h lists. No network: neither revocation
   lists nor OCSP nor certificates that are not in the mail or among the roots.

   Which time counts, as there is no clock here and a mail must be judged the
   same way in ten years:
   - the time that the signer's own program put into the signature (signing-time
     in RFC 5652 11.3, the creation time of an OpenPGP signature). The signature
     covers it, so that nobody else can have changed it;
   - else the message's Date, which anybody can write, but for mail that is
     seen when it arrives it is right;
   - else none: the signature counts as expired, as nothing says that it was
     made while the certificate was good.
   Certificates and keys have to be good at that time. A thief of an expired
   key can write an old time; only revocation would tell, and that is what
   taking a key or root out of the configured files is for. */

#include "signers.h"

#include "../../facts/facts.h"

struct warden_signed {
	const struct warden_signers *signers;
	gint64 date;		/* of the message, 0 = none */
	const char *part;
	struct warden_facts *facts;	/* where to add what is found */
};

/* A SignedData in DER over content, which is canonical (CRLF); NULL: over what
   is inside it. */
void warden_signature_smime(const struct warden_signed *what,
			    GBytes *signature, GBytes *content);

/* A detached signature, armored or not, over canonical content. */
void warden_signature_openpgp(const struct warden_signed *what,
			      GBytes *signature, GBytes *content);
/* A cleartext signed message (RFC 9580 7), from its first line of dashes to its
   last; or packets that bring their content with them: signature, literal. */
void warden_signature_openpgp_whole(const struct warden_signed *what,
				    const guint8 *data, gsize size);

/* For those who verify: a struct warden_signature among the facts. */
void warden_signature_add(const struct warden_signed *what, const char *kind,
			  const char *status, const char *signer,
			  const char *detail);

/* Whatever a key says of its owner: is it an address that can be held against
   From? No spaces, which separate them. */
bool warden_signature_is_address(const char *text, gsize size);

/* Canonical line endings, CRLF (RFC 1847 2.1): the same bytes if they have
   them. */
GBytes *warden_signature_canonical(GBytes *bytes);

struct warden_mail;
struct warden_view;

/* Find what is signed in a message, strict view, and add what is to be said of
   it; ambiguous: other readings of the message differ. Signatures of mail
   inside the message are not asked: they say nothing about this sender. */
void warden_signature_look(struct warden_mail *mail,
			   const struct warden_view *view, bool ambiguous);

#endif
