#ifndef WARDEN_NOTICE_H
#define WARDEN_NOTICE_H

/* The message that tells a user what was put into Quarantine, why, and how to
   get it back. Pure but for warden_notice_texts_load(): facts and texts in, one
   RFC 5322 message out.

   Nothing of the bad mail is live in it: text/plain only, and whatever comes
   from the mail goes through warden_notice_safe(). docs/notices.md describes
   the texts' files, which an administrator may replace one by one. */

#include "../protocol/protocol.h"

#include <glib.h>

/* What the reply of the service can carry. */
#define WARDEN_NOTICE_SIZE_MAX WARDEN_REPLY_TEXT_MAX
/* Messages that one notice lists; of more it says only how many. */
#define WARDEN_NOTICE_ITEMS_MAX 100
/* A file of texts. */
#define WARDEN_NOTICE_FILE_MAX (16 * 1024)

/* Text that a stranger wrote, to be shown to a person in a mail client:
   one line of at most max bytes of UTF-8, cut with "…".
   - no controls; spaces of all kinds become one space;
   - invisible and direction-changing characters as "<U+202E>";
   - a letter of another alphabet in a Latin word is named: "а<U+0430>";
   - links are dead: "hxxp[:]//example[.]org", "ben[@]example[.]org";
   - behind a host name that is not ASCII stands its A-label.
   Owned by the caller. */
char *warden_notice_safe(const char *text, gsize max);
/* The same for what the user wrote (a mailbox name): dots may stay. */
char *warden_notice_safe_own(const char *text, gsize max);

/* --- texts ---------------------------------------------------------------- */

enum warden_notice_kind {
	WARDEN_NOTICE_WORDS,	/* words.LANG.txt: what both others use */
	WARDEN_NOTICE_SINGLE,	/* single.LANG.txt: one message */
	WARDEN_NOTICE_DIGEST,	/* digest.LANG.txt: several */
};
#define WARDEN_NOTICE_KINDS 3

/* One file, read and checked. */
struct warden_notice_text;

/* Returns 1, or -1 with *error_r ("name:12: why"). */
int warden_notice_text_parse(enum warden_notice_kind kind, const char *text,
			     gsize size, const char *name,
			     struct warden_notice_text **text_r,
			     char **error_r);
void warden_notice_text_free(struct warden_notice_text *text);

struct warden_notice_texts {
	struct warden_notice_text *text[WARDEN_NOTICE_KINDS];
	/* of what is read, for Content-Language: "de" */
	char *language;
};

/* The texts for a language ("pt-BR", "zh_CN"): of it, else of the language
   without its region, else English. folder (may be NULL or not exist) comes
   before what is built in. A file there that is wrong or cannot be read is
   passed over: *complaints_r (NULL if none, one a line) says why. */
void warden_notice_texts_load(const char *folder, const char *language,
			      struct warden_notice_texts *texts_r,
			      char **complaints_r);
void warden_notice_texts_clear(struct warden_notice_texts *texts);
/* NULL-terminated; static. */
const char *const *warden_notice_languages(void);

/* --- the message ---------------------------------------------------------- */

/* A message in Quarantine. Strings as they came with it, never NULL. */
struct warden_notice_item {
	const char *from_name, *from_address, *subject;
	const char *mailbox;	/* where it was meant to go */
	const char *file;	/* the file that the finding is about, or "" */
	gint64 time_secs;	/* when it came */
	enum warden_verdict verdict;
	const char *symbol;	/* the finding that says why, or "" */
	const char *detail;	/* its reason in plain English, or "" */
	bool user_release;	/* may the user take it out? */
};

struct warden_notice {
	const char *user;	/* login name, perhaps with a domain */
	const char *from;	/* "Name <address>"; NULL = Warden, postmaster */
	const char *domain;	/* for addresses without one */
	const char *quarantine;	/* the mailbox, as the user names it */
	const char *id;		/* unique: left part of the Message-ID */
	gint64 now_secs;
	GTimeZone *zone;	/* for people; NULL = UTC */
	const struct warden_notice_item *items;
	guint count;		/* listed: WARDEN_NOTICE_ITEMS_MAX at most */
	guint total;		/* count and those that are not listed */
};

/* Subject and body (LF) as people read them; owned by the caller. One item of
   a total of one: the single text, else the digest. */
void warden_notice_render(const struct warden_notice_texts *texts,
			  const struct warden_notice *notice,
			  char **subject_r, char **body_r);
/* The message, with CRLF, at most WARDEN_NOTICE_SIZE_MAX bytes (of many items
   fewer are listed then). Owned by the caller. */
char *warden_notice_compose(const struct warden_notice_texts *texts,
			    const struct warden_notice *notice);

/* "Name <address>" or "address", ASCII address, as a From field may say.
   Returns false if it is not. */
bool warden_notice_from_is_sound(const char *from);

#endif
