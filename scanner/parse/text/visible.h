#ifndef WARDEN_PARSE_VISIBLE_H
#define WARDEN_PARSE_VISIBLE_H

/* What a person reads of a message, apart from what only machines read: of
   each body its text as a client shows it, and the text that is there and is
   not shown. Fed with bodies while the message is parsed; at the end those that
   clients show become the facts' text. */

#include "../../facts/facts.h"

struct warden_visible;

struct warden_visible *warden_visible_new(void);
void warden_visible_free(struct warden_visible *visible);

/* A body of the message itself, UTF-8 without NUL, at the path that IMAP gives
   it. More than WARDEN_VISIBLE_BODIES_MAX are left out. */
void warden_visible_add_plain(struct warden_visible *visible, const char *path,
			      const char *charset, const char *text,
			      gsize size);
void warden_visible_add_html(struct warden_visible *visible, const char *path,
			     const char *charset, const char *text,
			     gsize size);
/* Of the bodies below path ("": all) clients show one: HTML if there is any. */
void warden_visible_alternative(struct warden_visible *visible,
				const char *path);

/* Fill facts->text. Returns TRUE if alternatives have little to do with each
   other: who filters sees one thing, who reads another. */
bool warden_visible_finish(const struct warden_visible *visible,
			   struct warden_facts *facts);

/* What is hidden on purpose inside words of alphabets that need none of it:
   zero-width and direction characters; soft hyphens only where no syllable can
   end. */
guint warden_visible_count_invisible(const char *text);

#endif
