#ifndef WARDEN_MOVE_H
#define WARDEN_MOVE_H

/* Mail that stands in a mailbox and must go into its user's Quarantine: found
   bad at FETCH, left behind by a crash between two commits, or pulled by an
   administrator.

   Always through a mailbox instance of our own, and under a lock on the source
   mailbox ("warden.lock"): several sessions find the same mail at the same
   time, and each would put its own copy into Quarantine. Quarantine is
   committed first, then the originals are expunged: killed in between, a mail
   stands in both, its record says so, and the next one to see it finishes. */

#include "warden-plugin.h"

struct warden_move {
	struct mail_user *user;		/* whose Quarantine */
	/* FETCH, PULL or RESCAN */
	enum warden_operation operation;
	/* PULL: why, for the audit trail; may be NULL */
	const char *comment;
	/* Asked for each mail under the lock, with its record as it stands
	   then; FALSE leaves it where it is. NULL: whose record's action is
	   quarantine. May change what the record in Quarantine will say. */
	bool (*wanted)(struct mail *mail, struct warden_record *record,
		       void *context);
	void *context;
	/* Wait for a lock so long, in seconds: others are moving. */
	unsigned int lock_secs;
};

struct warden_move_result {
	unsigned int moved;	/* put into Quarantine, or there already */
	unsigned int skipped;	/* gone, or not wanted */
};

/* Move the mails with these UIDs out of the mailbox that orig is an instance
   of (orig itself is only looked at, and needs a sync afterwards to see it).
   Namespaces that are not private: nothing is moved, all are skipped.
   Returns 0, or -1 and *error_r: then some may have been moved. */
int warden_move_to_quarantine(const struct warden_move *move,
			      struct mailbox *orig,
			      const ARRAY_TYPE(seq_range) *uids,
			      struct warden_move_result *result_r,
			      const char **error_r);

#endif
