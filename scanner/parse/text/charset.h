#ifndef WARDEN_PARSE_CHARSET_H
#define WARDEN_PARSE_CHARSET_H

/* Text of any charset to UTF-8. The converters are opened before the reader
   loses its right to open files (glibc loads one module for each). */

#include <glib.h>
#include <stdbool.h>

struct warden_charsets;

struct warden_charsets *warden_charsets_new(void);
void warden_charsets_free(struct warden_charsets *charsets);

/* Convert; charset may be NULL or "" for "not said". Without a known charset
   text that is UTF-8 is taken as such, else as windows-1252. Bytes that do
   not fit become U+FFFD. Stops at max bytes of output. The result is valid
   UTF-8, may hold control characters, even NUL; owned by the caller. Sets
   *unknown_r (if not NULL) if the charset is not known. */
GString *warden_charset_decode(struct warden_charsets *charsets,
			       const char *charset, const guint8 *text,
			       gsize size, gsize max, bool *unknown_r);

/* Bytes below 0x80 stand for ASCII in this charset, whatever stands before
   them: pure ASCII text needs no conversion. */
bool warden_charset_keeps_ascii(const char *charset);

/* The charset that a byte order mark or the pattern of NULs tells, or NULL. */
const char *warden_charset_sniff(const guint8 *text, gsize size);

#endif
