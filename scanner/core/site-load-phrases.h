#ifndef WARDEN_SITE_LOAD_PHRASES_H
#define WARDEN_SITE_LOAD_PHRASES_H

/* The tables of phrases as they are compiled in, and an administrator's: each
   *.conf in folder replaces the built-in one of its name or is added; an empty
   one takes it away. folder NULL: only the built-in ones. Returns 1, or -1 with
   *error_r, which names file, line and value. */

#include "../checks/phrases.h"

int warden_site_load_phrases(const char *folder,
			     struct warden_phrases **phrases_r,
			     char **error_r);

#endif
