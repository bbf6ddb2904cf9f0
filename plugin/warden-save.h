#ifndef WARDEN_SAVE_H
#define WARDEN_SAVE_H

/* What saving, copying and the transactions around them share.

   A save is spooled first, judged when the last byte is there, and only then
   written by the storage, at once: whoever is killed while a client or the
   scanner is slow leaves nothing in the mailbox. (mdbox appends to a file with
   other mail; what is left half-written there costs a rebuild.)

   A transaction is all or nothing:
   1. A bad mail goes into a second transaction, on Quarantine. In its target
      it is only noted (a placeholder), unless a good mail stands before it in
      the same transaction or follows later: UIDs are given by order, so then
      it is written there, too, with a record that says what it is.
   2. Commit: Quarantine first. If all mails were bad, the original is rolled
      back, nothing was written, and an empty success is reported (OK without
      APPENDUID). Else it is committed and the bad mails are expunged through
      another mailbox instance.
   Killed between the two commits, a mail is in Quarantine and its client has
   had no answer: at worst it comes again. Any failure: both are rolled back. */

#include "warden-judge.h"
#include "warden-plugin.h"
#include "warden-quarantine.h"

struct save_target {
	struct mailbox_transaction_context *t;
	struct warden_transaction *wt;
	struct warden_mailbox *mbox;
	struct mail_user *user;
	struct warden_user *wuser;
};

/* A bad mail's place among the others, while it is not known whether there
   are any. */
struct warden_placeholder {
	struct warden_spool *spool;
	struct mail_save_data data;
	struct warden_record record;
};
/* Each holds a spool, so maybe a file. */
#define WARDEN_PLACEHOLDERS_MAX 16

/* FALSE: not ours, only pass on. */
bool warden_target_init(struct mailbox_transaction_context *t,
			struct save_target *target_r);
bool warden_target_is_sync(const struct save_target *target);
/* Everything will be rolled back; text is for the client. Returns -1. */
int warden_target_fail(const struct save_target *target, enum mail_error error,
		       const char *text);
/* Policy does not take what nobody judged; error is for the client. */
int warden_target_unscanned(const struct save_target *target,
			    const char *error);
/* The scanner says "not now". Nothing is saved, and it shall know. */
int warden_target_defer(const struct save_target *target,
			const struct warden_answer *answer);
/* The error for "try again later". */
enum mail_error warden_defer_error(const struct warden_user *wuser);
/* The error for a mail that Quarantine does not take. */
enum mail_error
warden_quarantine_error(const struct warden_user *wuser,
			enum mail_error error);
#define WARDEN_QUARANTINE_FAILED_TEXT \
	"The message is dangerous and could not be put into Quarantine"

/* UIDs of a committed transaction, by order of its mails; 0 when there is
   none (n = UINT_MAX). */
uint32_t warden_uids_nth(const ARRAY_TYPE(seq_range) *uids, unsigned int n);

struct warden_saved_mail *
warden_saved_mail_add(const struct save_target *target);
void warden_saved_mail_set_answer(struct warden_saved_mail *saved,
				  const struct warden_answer *answer);
void warden_target_write_record(const struct save_target *target,
				struct mail *dest_mail,
				const struct warden_record *record);
void warden_target_write_pending(const struct save_target *target,
				 struct mail *dest_mail);

/* Names of keywords of a mailbox, on the data stack, NULL-terminated. */
const char *const *
warden_keyword_names(struct mailbox *box,
		     const struct mail_keywords *keywords);
const char *const *
warden_keyword_names_add(const char *const *names, const char *keyword);
/* Set a keyword on a mail that stands (NULL, or has it: nothing). */
void warden_mail_add_keyword(struct mail *mail, const char *keyword);
/* Put one more keyword on the mail that will be saved. */
void warden_save_add_keyword(struct mailbox *box,
			     struct mail_save_context *ctx,
			     const char *keyword);

/* Put a bad mail's copy into Quarantine. Returns 0 or -1. */
int warden_target_divert(const struct save_target *target,
			 struct warden_quarantine_add *add,
			 const struct warden_answer *answer,
			 struct warden_saved_mail *saved);

/* Let the storage write what was spooled. Returns 0 or -1; then everything
   must be rolled back. */
int warden_save_spool(const struct save_target *target,
		      struct mail_save_context *ctx,
		      struct warden_spool *spool);

/* Before a mail is written that will stay: write the bad ones that came before
   it. ctx is of that mail, and is left as it was. Returns 0 or -1. */
int warden_placeholders_write(const struct save_target *target,
			      struct mail_save_context *ctx);
void warden_placeholder_free(struct warden_placeholder **placeholder);

/* Let go of the mail that is being saved. */
void warden_transaction_end_save(struct warden_transaction *wt);

/* vfuncs */
int warden_save_begin(struct mail_save_context *ctx, struct istream *input);
int warden_save_continue(struct mail_save_context *ctx);
int warden_save_finish(struct mail_save_context *ctx);
void warden_save_cancel(struct mail_save_context *ctx);
int warden_copy(struct mail_save_context *ctx, struct mail *mail);
struct mailbox_transaction_context *
warden_transaction_begin(struct mailbox *box,
			 enum mailbox_transaction_flags flags,
			 const char *reason);
int
warden_transaction_commit(struct mailbox_transaction_context *t,
			  struct mail_transaction_commit_changes *changes_r);
void warden_transaction_rollback(struct mailbox_transaction_context *t);

#endif
