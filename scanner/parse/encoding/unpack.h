#ifndef WARDEN_PARSE_UNPACK_H
#define WARDEN_PARSE_UNPACK_H

/* Files hidden in text: base64 (also backwards, also of its URL alphabet),
   hexadecimal digits, percent signs, backslash escapes, lists of numbers, one
   in the other, and shifted or XORed by a constant or one of the words that
   stand beside them. What comes out is offered to the caller, who decides
   whether it is a file; known beginnings of files decide only which keys are
   worth a try. Bounded: each layer is no longer than its input, of which
   UNPACK_LAYERS are tried. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_UNPACK_LAYERS 4u

/* how: "base64", "hex" …; returns TRUE if it was a file, and nothing else need
   be tried on it. Takes no ownership. size 0 of bytes is never offered. */
typedef bool warden_unpack_found_t(void *context, GBytes *bytes,
				   const char *how);
/* Asked before each layer is made; FALSE ends it. */
typedef bool warden_unpack_spend_t(void *context, gsize size);

struct warden_unpack {
	warden_unpack_found_t *found;
	warden_unpack_spend_t *spend;
	void *context;
	const GPtrArray *keys;	/* char*: words that may be a key; or NULL */
};

/* TRUE if a file was found. */
bool warden_unpack_text(const struct warden_unpack *unpack, const char *text,
			gsize size);
/* numbers: of gint32. */
bool warden_unpack_numbers(const struct warden_unpack *unpack,
			   const GArray *numbers);

#endif
