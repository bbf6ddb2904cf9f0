#ifndef WARDEN_NOTICE_PRIVATE_H
#define WARDEN_NOTICE_PRIVATE_H

/* A text after reading: for notice-text.c (which fills it) and notice.c. */

#include "notice.h"

/* What stands in braces. */
enum notice_value {
	/* of the notice */
	NOTICE_USER, NOTICE_QUARANTINE, NOTICE_COUNT, NOTICE_MORE,
	/* of an item */
	NOTICE_NUMBER, NOTICE_FROM, NOTICE_SUBJECT, NOTICE_DATE,
	NOTICE_MAILBOX, NOTICE_FILE, NOTICE_REASON, NOTICE_DETAIL,
	NOTICE_RELEASE,
	/* only for blocks: all items in turn */
	NOTICE_EACH,
};
#define NOTICE_FIRST_OF_ITEM NOTICE_NUMBER

struct notice_node {
	enum { NODE_TEXT, NODE_VALUE, NODE_BLOCK } type;
	char *text;		/* NODE_TEXT */
	enum notice_value value;
	guint end;		/* NODE_BLOCK: the node behind it */
};

enum notice_word {
	WORD_DATE, WORD_NOTHING, WORD_SUSPICIOUS, WORD_SPAM, WORD_PHISHING,
	WORD_MALWARE, WORD_POLICY, WORD_UNSCANNABLE, WORD_OTHER,
	WORD_RELEASE_USER, WORD_RELEASE_ADMIN,
};
#define WORDS_COUNT (WORD_RELEASE_ADMIN + 1)

struct warden_notice_text {
	enum warden_notice_kind kind;
	/* SINGLE, DIGEST */
	GArray *subject, *body;		/* struct notice_node */
	/* WORDS */
	char *words[WORDS_COUNT];
	GHashTable *reasons;		/* symbol → reason */
};

/* A text as it was at build time; builtin-notices.c is generated from
   config/notices/. */
struct warden_builtin_notice {
	const char *file;		/* "single.de.txt" */
	const char *text;
};
extern const struct warden_builtin_notice warden_builtin_notices[];
extern const guint warden_builtin_notices_count;

#endif
