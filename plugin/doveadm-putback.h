#ifndef DOVEADM_PUTBACK_H
#define DOVEADM_PUTBACK_H

/* Mail goes from Quarantine back to where it was: with its bytes, flags,
   keywords, INTERNALDATE and GUID, and recorded as released, so that the next
   FETCH does not take it away again.

   One mail, one transaction: a mail that cannot be saved does not hold up the
   others, and none leaves Quarantine before it stands in its mailbox. Killed in
   between, it stands in both; the mark in its record (RESTORING) makes the next
   run look before it saves it once more. Quarantine is locked meanwhile.

   Flags and keywords are those that the mail has now (a client may have set
   \Seen in Quarantine: that is the user's doing and stays), without the keyword
   that came with the verdict unless the mail had it before, and with \Deleted
   if and only if it had that before. */

#include "doveadm-admin.h"

struct warden_putback {
	struct warden_admin *admin;
	/* Quarantine, our own instance. */
	struct mailbox *box;
	/* Into this mailbox; NULL: where each was, else INBOX. */
	const char *mailbox;
	/* What the mailbox that a mail was in was called, or NULL when nobody
	   knows; asked only if there is none with its GUID any more. May be
	   NULL. */
	const char *(*former_name)(struct mail *mail, void *context);
	/* The release is for everybody. */
	bool global;
	/* Key of a mail that has no record (any more), WARDEN_RECORD_KEY_SIZE
	   bytes, or NULL. May be NULL. */
	const uint8_t *(*lost_key)(struct mail *mail, void *context);
	void *context;
};

/* Put back the mails with these UIDs; each is printed. Failures are counted
   and reported one by one. */
void warden_putback(const struct warden_putback *putback,
		    const ARRAY_TYPE(seq_range) *uids);
/* The columns of what is printed. */
void warden_putback_print_headers(void);

#endif
