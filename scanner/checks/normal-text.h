#ifndef WARDEN_CHECKS_NORMAL_TEXT_H
#define WARDEN_CHECKS_NORMAL_TEXT_H

/* Text as it is compared: small letters without accents, compatibility forms
   as what they stand for, invisible characters gone, foreign letters inside
   Latin words as the Latin ones that they look like, letters that were spelt
   apart put together. What had to be undone is counted: it is evidence. */

#include <glib.h>

struct warden_normal_text {
	char *text;		/* owned */
	guint mixed;		/* words of Latin and look-alike letters */
	guint styled;		/* mathematical, enclosed and wide letters */
	guint overlaid;		/* letters struck through */
	guint apart;		/* words with a sign between all letters */
	char *example;		/* the first mixed word; NULL if none */
};

/* text: UTF-8. Linear. */
void warden_normal_text_init(struct warden_normal_text *normal,
			     const char *text);
void warden_normal_text_clear(struct warden_normal_text *normal);
/* Only the folding of letters; for phrases. Owned by the caller. */
char *warden_normal_text_fold(const char *text);

#endif
