#ifndef WARDEN_PARSE_WORDS_H
#define WARDEN_PARSE_WORDS_H

/* Encoded words (RFC 2047) and extended parameter values (RFC 2231). */

#include "../text/charset.h"

/* Decode the encoded words in a header text, leniently: anywhere, of any
   length, in quotes or not; adjacent ones are joined before their charset is
   decoded. Bytes outside them are taken as UTF-8 or windows-1252. Valid
   UTF-8 of at most max bytes, NULs removed, owned by the caller. *found_r
   (may be NULL): there was one. */
char *warden_words_decode(struct warden_charsets *charsets, const char *text,
			  gsize max, bool *found_r);

/* "charset'language'a%20b". Without the quotes the charset is "not said". */
char *warden_words_decode_extended(struct warden_charsets *charsets,
				   const char *value, gsize max);
/* Only the percent signs; the result may be of any charset. */
char *warden_words_unpercent(const char *value);

#endif
