#ifndef WARDEN_FACTS_SENSITIVE_PATTERNS_H
#define WARDEN_FACTS_SENSITIVE_PATTERNS_H

/* An administrator's own patterns: Perl's regular expressions, one a line,

     project-name = \bProject (Falcon|Heron)\b

   with empty lines and lines that begin with # left out. Built once, then
   immutable; good for every process forked later. Read by
   core, used by parse. */

#include <glib.h>
#include <stdbool.h>

struct warden_sensitive_patterns;

/* text: the file's. Returns 1, or -1 with *error_r naming line and value. */
int warden_sensitive_patterns_new(
	const char *text, struct warden_sensitive_patterns **patterns_r,
	char **error_r);
void warden_sensitive_patterns_free(
	struct warden_sensitive_patterns *patterns);

/* What matches of valid UTF-8: call back once for each pattern that does, with
   how often. A pattern that would take too long for it is one that does not
   match. */
typedef void warden_sensitive_found_t(void *context, const char *name,
				      guint count);
void warden_sensitive_patterns_look(
	const struct warden_sensitive_patterns *patterns, const char *text,
	gsize size, warden_sensitive_found_t *found, void *context);

#endif
