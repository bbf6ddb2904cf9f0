#ifndef WARDEN_FEATURES_PRIVATE_H
#define WARDEN_FEATURES_PRIVATE_H

/* What features.c tells features-concepts.c of a mail's structure. */

#include "features.h"
#include "phrases.h"

/* What the same words mean more with. Name, sign of a mail, for people. */
#define WARDEN_SETTINGS(X) \
	X(ELSEWHERE, "elsewhere", "its links lead elsewhere") \
	X(RISKY, "risky", "a link leads to a doubtful place") \
	X(FREEMAIL, "freemail", "it is sent from a free mailbox") \
	X(STRANGER, "stranger", "the sender's name has nothing to do with the" \
	  " address") \
	X(ODD, "odd", "the sender's address is as machines make them") \
	X(REPLIES, "replies", "answers go to a free mailbox") \
	X(LINKLESS, "linkless", "it has no links")

enum warden_setting {
#define WARDEN_SETTING_ENUM(name, word, what) WARDEN_SETTING_##name,
	WARDEN_SETTINGS(WARDEN_SETTING_ENUM)
#undef WARDEN_SETTING_ENUM
	WARDEN_SETTINGS_COUNT
};

/* Adds to features (struct warden_feature) what the mail speaks of. settings:
   bits 1 << enum warden_setting. */
void warden_features_add_concepts(GArray *features,
				  const struct warden_facts *facts,
				  const struct warden_phrases *phrases,
				  guint32 settings);

/* The one copy of a name from a finite set, kept until the program ends. Not
   g_intern_string(): its table leaves a copy of itself behind whenever it
   grows, and there are thousands of names. */
const char *warden_features_keep(const char *name);

/* Whether text has the address of a mailbox that is not on domain, within its
   first bytes. */
gboolean warden_features_has_address(const char *text, gsize bytes,
				     const char *domain);

#endif
