#ifndef WARDEN_PARSE_PASSWORDS_H
#define WARDEN_PARSE_PASSWORDS_H

/* Words of a message that may open what is encrypted in it.

   Who sends an encrypted archive to strangers has to tell them its password,
   mostly in the same mail. Words beside "password" in many languages come
   first, then what is quoted or stands alone in its line, then names of files,
   then passwords that everybody uses. The list is short: each one that is
   tried costs time. */

#include <glib.h>
#include <stdbool.h>

struct warden_passwords;

struct warden_passwords *warden_passwords_new(void);
void warden_passwords_free(struct warden_passwords *passwords);

/* Candidates of valid UTF-8. Of very long texts the beginning, of very many the
   first: they are kept, and looked at when the list is asked for. */
void warden_passwords_read_text(struct warden_passwords *passwords,
				const char *text, gsize size);
/* The same for HTML: its tags are left out. */
void warden_passwords_read_html(struct warden_passwords *passwords,
				const char *html, gsize size);
/* A file's name: what stands before its ending is one. */
void warden_passwords_read_name(struct warden_passwords *passwords,
				const char *name);

/* char *, the likeliest first, each once, at most WARDEN_PASSWORDS_MAX; owned
   by passwords and good until the next call with them. */
const GPtrArray *warden_passwords_list(struct warden_passwords *passwords);

#endif
