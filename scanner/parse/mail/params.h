#ifndef WARDEN_PARSE_PARAMS_H
#define WARDEN_PARSE_PARAMS_H

/* "value; name=value; name="quoted value"": structured header values
   (RFC 2045 5.1, RFC 2231), leniently, keeping duplicates and order. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_PARAMS_MAX 64u

struct warden_param {
	char *name;	/* lower case, as written: "filename*0*" */
	char *value;	/* quotes and escapes undone */
	char *raw;	/* if odd: as it was written; else NULL */
	bool odd;	/* comments, quotes amid, no closing quote, … */
};

struct warden_params {
	char *value;	/* what stands before the first parameter */
	GArray *params;	/* struct warden_param */
};

/* text: an unfolded header value. Free with warden_params_clear(). */
void warden_params_parse(const char *text, struct warden_params *params_r);
void warden_params_clear(struct warden_params *params);

/* First (or last) parameter of exactly that name, or NULL. */
const struct warden_param *
warden_params_find(const struct warden_params *params, const char *name,
		   bool last);

/* A copy without (nested) comments, RFC 5322 3.2.2. */
char *warden_params_strip_comments(const char *text);

#endif
