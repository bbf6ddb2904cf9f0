#ifndef WARDEN_PARSE_PGP_H
#define WARDEN_PARSE_PGP_H

/* Packets of OpenPGP (RFC 9580 4.2), as far as files come out of them: what is
   encrypted, what is compressed, what is a file as it stands. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_PGP_BEGIN "-----BEGIN PGP MESSAGE-----"

enum warden_pgp_tag {
	WARDEN_PGP_PUBLIC_KEY_ENCRYPTED = 1,
	WARDEN_PGP_SIGNATURE = 2,
	WARDEN_PGP_PASSWORD_ENCRYPTED = 3,
	WARDEN_PGP_ONE_PASS = 4,	/* a signature to come */
	WARDEN_PGP_COMPRESSED = 8,
	WARDEN_PGP_ENCRYPTED = 9,
	WARDEN_PGP_LITERAL = 11,
	WARDEN_PGP_ENCRYPTED_PROTECTED = 18,
	WARDEN_PGP_ENCRYPTED_AEAD = 20,
};

/* The first byte of a compressed packet's body. */
enum warden_pgp_compression {
	WARDEN_PGP_UNCOMPRESSED = 0,
	WARDEN_PGP_ZIP,
	WARDEN_PGP_ZLIB,
	WARDEN_PGP_BZIP2,
};

struct warden_pgp_packet {
	guint tag;
	GBytes *body;		/* pieces joined; the caller's */
};

/* The packet at *at, which is moved behind it. FALSE at the end or at what is
   none. A body that is cut short is given as far as it goes. */
bool warden_pgp_next(GBytes *bytes, gsize *at,
		     struct warden_pgp_packet *packet_r);
/* Where in a literal packet's body the file begins; its name (g_free), "" if
   none. FALSE if the body is too short. */
bool warden_pgp_literal(GBytes *body, gsize *start_r, char **name_r);
/* Text in which a message is written as base64 (RFC 9580 6.2)? */
bool warden_pgp_is_armored(const guint8 *data, gsize size);
/* The packets written as base64 behind a line of dashes, up to the next (RFC
   9580 6.2): behind the empty line that ends their own header, to the check
   sum. NULL if there are none. */
GBytes *warden_pgp_dearmor(const guint8 *data, gsize size);
/* Does it begin like a message: one of the packets above? */
bool warden_pgp_is_message(const guint8 *data, gsize size);

#endif
