#ifndef WARDEN_PARSE_CSS_H
#define WARDEN_PARSE_CSS_H

/* Addresses in style sheets and style attributes (CSS Syntax 3, 4.3): url(…)
   and @import, behind escapes, comments and full-width letters, as lenient
   readers take them. */

#include <glib.h>
#include <stdbool.h>

/* url: without quotes and escapes, white space around it removed; valid during
   the call only. */
typedef void warden_css_found_t(void *context, const char *url, gsize size);

/* Linear in size. Returns TRUE if the style runs something in some client:
   expression(…), behavior, -moz-binding, javascript:. */
bool warden_css_scan(const char *text, gsize size, warden_css_found_t *found,
		     void *context);

#endif
