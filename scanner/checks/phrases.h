#ifndef WARDEN_CHECKS_PHRASES_H
#define WARDEN_CHECKS_PHRASES_H

/* What mails ask for, by the phrases they ask with, and what they speak of
   (concepts.h): tables of patterns, one for each language
   (config/phrases/LANG.conf, docs/phrases.md), matched against folded text
   (normal-text.h) in one pass. Immutable once loaded. */

#include "concepts.h"

#include <glib.h>
#include <stdbool.h>

/* Word in the files' group headers. */
#define WARDEN_INTENTS(X) \
	X(CREDENTIALS, "credentials")	/* confirm who you are, log in */ \
	X(THREAT, "threat")		/* or your account is lost */ \
	X(URGENCY, "urgency") \
	X(AUTHORITY, "authority")	/* "I am in a meeting" */ \
	X(PAYMENT_CHANGE, "payment-change") \
	X(INVOICE, "invoice")		/* look at what is attached */ \
	X(GIFT_CARD, "gift-card") \
	X(CALLBACK, "callback")		/* call us about that charge */ \
	X(EXTORTION, "extortion") \
	X(ADVANCE_FEE, "advance-fee")	/* millions for your help */ \
	X(PRIZE, "prize") \
	X(ROMANCE, "romance") \
	X(JOB, "job") \
	X(CRYPTO, "crypto") \
	X(LOAN, "loan") \
	X(DELIVERY_FEE, "delivery-fee") \
	X(REFUND, "refund") \
	X(QUOTA, "quota")		/* mailbox full, password expires */ \
	X(DOCUMENT, "document")		/* shared file, voice mail, fax */ \
	X(PRIVATE_REPLY, "private-reply") \
	X(OFFER, "offer")		/* pills, weight, miracle cures */

enum warden_intent {
#define WARDEN_INTENT_ENUM(name, word) WARDEN_INTENT_##name,
	WARDEN_INTENTS(WARDEN_INTENT_ENUM)
#undef WARDEN_INTENT_ENUM
	WARDEN_INTENTS_COUNT
};

struct warden_phrases;

struct warden_phrase_hits {
	double sums[WARDEN_INTENTS_COUNT];	/* each phrase once */
	guint counts[WARDEN_INTENTS_COUNT];	/* different phrases */
	/* where the heaviest of each stands in the text: bytes */
	gsize starts[WARDEN_INTENTS_COUNT], ends[WARDEN_INTENTS_COUNT];
	struct warden_concept_hits concepts;
};

struct warden_phrases *warden_phrases_new(void);
void warden_phrases_free(struct warden_phrases *phrases);

/* Add one file's text; file is its name or path, for errors; its language is in
   the name ("de.conf"). Returns 1, or -1 with
   *error_r ("FILE, line N: …"). */
int warden_phrases_add(struct warden_phrases *phrases, const char *file,
		       const char *text, char **error_r);

/* text: folded. language: of warden_language_of(); concepts of tables of other
   languages are left out, since single words mean something else elsewhere; NULL
   if it is not known. Phrases are looked for in all. */
void warden_phrases_match(const struct warden_phrases *phrases,
			  const char *text, const char *language,
			  struct warden_phrase_hits *hits_r);

/* NULL if there is none. */
const char *warden_intent_word(enum warden_intent intent);

#endif
