#ifndef WARDEN_PARSE_SCRIPT_ENCODED_H
#define WARDEN_PARSE_SCRIPT_ENCODED_H

/* Scripts of Microsoft's Script Encoder (.jse, .vbe): between "#@~^", eight
   characters and the same again with "^#~@" stands text in which each
   character is one of three substitutes, by its place. Not specified; known
   since 2000. */

#include <glib.h>
#include <stdbool.h>

/* The text with every encoded stretch decoded; NULL if there is none. One
   without end is decoded to the text's end. Owned by the caller. */
GString *warden_script_decode(const char *text, gsize size);

#endif
