#ifndef WARDEN_PARSE_SENSITIVE_H
#define WARDEN_PARSE_SENSITIVE_H

/* Things in a text that should perhaps not leave the house: numbers of cards,
   accounts and persons, keys, tokens, and what an administrator's patterns
   describe. Only that something was found comes out of here, how often, and of
   which make: never the thing or a piece of it.

   A number counts if its check digits fit, if it is written as people write
   such numbers, and, where both would often be so by chance, if the text around
   it speaks of such numbers. It must not be a piece of something longer. */

#include "../../facts/facts.h"
#include "../../facts/sensitive-patterns.h"

/* Adds to facts->sensitive. text: UTF-8, or what claims to be; markup: what is
   between '<' and '>' is left away. patterns may be NULL. */
void warden_sensitive_look(struct warden_facts *facts,
			   const struct warden_sensitive_patterns *patterns,
			   const char *part, const char *text, gsize size,
			   bool markup);

#endif
