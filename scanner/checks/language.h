#ifndef WARDEN_CHECKS_LANGUAGE_H
#define WARDEN_CHECKS_LANGUAGE_H

/* In which language a text is: by its script where that decides, else by its
   commonest small words. */

#include <glib.h>

/* ISO 639-1 code (static), or NULL: too short, or none that we know. text:
   UTF-8, as it is seen; no more than the first 20000 characters count. */
const char *warden_language_of(const char *text);
/* "German"; NULL if there is no such code. */
const char *warden_language_name(const char *code);

#endif
