#ifndef WARDEN_QUARANTINE_H
#define WARDEN_QUARANTINE_H

/* The user's Quarantine mailbox: opened or created on first use, and the
   transaction that holds the copies of bad mail until the transaction that
   they came with is committed. */

#include "warden-plugin.h"

struct warden_quarantine;

/* Create and subscribe Quarantine unless it is there. Returns 0 or -1
   (*error_r, logged by the caller). */
int warden_quarantine_ensure(struct mail_user *user, const char **error_r);

/* Begin a transaction on it. Returns 0 or -1. */
int warden_quarantine_begin(struct mail_user *user,
			    struct warden_quarantine **quarantine_r,
			    enum mail_error *error_code_r,
			    const char **error_r);

struct warden_quarantine_add {
	/* The bytes: a seekable stream, or a mail (just saved, or the source
	   of a COPY or MOVE). */
	struct istream *input;
	struct mail *mail;
	enum mail_flags flags;
	/* What the mail has (NULL-terminated, or NULL), and the one that goes
	   with its verdict (or NULL). */
	const char *const *keywords;
	const char *keyword;
	time_t received_date;		/* (time_t)-1 = ask the mail, or now */
	const char *from_envelope;
	struct warden_record record;
	/* The mailbox that it was meant for, if known, and the mail's place in
	   it if it stands there; the rest is filled in here. */
	struct warden_origin origin;
};
/* Save a mail into it. Returns 1 and the index of the mail in the
   transaction; 0 if the same mail is there already (idx_r = UINT_MAX); -1 on
   failure, after which the transaction must be rolled back. */
int warden_quarantine_save(struct warden_quarantine *quarantine,
			   const struct warden_quarantine_add *add,
			   unsigned int *idx_r, enum mail_error *error_code_r,
			   const char **error_r);

/* After a save that returned 0: the UID of the mail that is there. */
uint32_t
warden_quarantine_get_there_uid(const struct warden_quarantine *quarantine);

/* Shall this mail be copied (mailbox_copy()) rather than saved from its bytes?
   In mdbox a copy is one more reference to what is stored. The same bytes saved
   under the same GUID would be a second mail by that name, of which a rebuild
   without index files keeps neither once the first is expunged. */
bool warden_save_by_reference(struct mailbox *dest, struct mail *mail);
/* Save a stream from its beginning; the save is finished, or cancelled and -1
   returned. */
int warden_save_stream(struct mail_save_context **save_ctx,
		       struct istream *input);

/* Where the saved mails are, once they are. */
struct warden_quarantine_result {
	guid_128_t mailbox_guid;
	bool have_mailbox_guid;
	uint32_t uid_validity;
	ARRAY_TYPE(seq_range) uids;	/* in pool of the caller */
};
/* Both free the transaction and the mailbox. Returns 0 or -1. */
int warden_quarantine_commit(struct warden_quarantine **quarantine,
			     pool_t pool,
			     struct warden_quarantine_result *result_r,
			     enum mail_error *error_code_r,
			     const char **error_r);
void warden_quarantine_rollback(struct warden_quarantine **quarantine);

/* Refuse to rename or delete Quarantine (or a parent: rename), but to
   administrators; and tell the database of other mailboxes' ends. */
void warden_quarantine_hook_mailbox(struct mailbox_vfuncs *v);

#endif
