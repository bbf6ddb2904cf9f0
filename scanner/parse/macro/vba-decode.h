#ifndef WARDEN_PARSE_VBA_DECODE_H
#define WARDEN_PARSE_VBA_DECODE_H

/* Texts of a macro that its own loops would decode: hexadecimal, lists of
   numbers, base64, every second letter, backwards, shifted or XORed by one
   number. What a loop does is not read; all of these are tried, and only what
   then names a command or an address is believed. */

#include <glib.h>

/* Bytes of texts that are tried in the costly ways. */
#define WARDEN_VBA_DECODE_MAX (64u * 1024)

/* strings: one a line. What was found is appended to out in the same way. */
void warden_vba_decode(const char *strings, gsize size, GString *out);

#endif
