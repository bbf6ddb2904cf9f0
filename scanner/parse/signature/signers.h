#ifndef WARDEN_PARSE_SIGNERS_H
#define WARDEN_PARSE_SIGNERS_H

/* Whose signatures an administrator believes: certificates of authorities (or
   of persons) for S/MIME, keys of persons for OpenPGP. Loaded once, before the
   reader forks and can open nothing any more; only read from then on. */

#include <glib.h>
#include <openssl/x509.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

struct warden_signers {
	X509_STORE *roots;	/* NULL = none: every signer is unknown */
	guint roots_count;
	rnp_ffi_t keys;		/* empty if there are none */
	guint keys_count;
};

/* roots: a file of certificates (PEM), or a folder whose *.pem, *.crt and *.cer
   files are that; NULL = none. keys: a file of public keys, binary or armored;
   NULL = none. Returns 1, or -1 with *error_r, which names file and place. */
int warden_signers_load(const char *roots, const char *keys,
			struct warden_signers **signers_r, char **error_r);
void warden_signers_free(struct warden_signers *signers);

#endif
