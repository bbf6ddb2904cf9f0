/* Transactions: what becomes of the mails in them at the end. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "seq-range-array.h"

#include "warden-fetch.h"
#include "warden-notice.h"
#include "warden-save.h"
#include "warden-spool.h"

/* Alerts for one transaction; the rest is counted. */
#define ALERTS_MAX 3

void warden_transaction_end_save(struct warden_transaction *wt)
{
	i_stream_unref(&wt->replay);
	i_stream_unref(&wt->input);
	warden_spool_unref(&wt->spool);
}

struct mailbox_transaction_context *
warden_transaction_begin(struct mailbox *box,
			 enum mailbox_transaction_flags flags,
			 const char *reason)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct mailbox_transaction_context *t;
	struct warden_transaction *wt;
	pool_t pool;

	warden_fetch_begin(mbox);
	if ((flags & MAILBOX_TRANSACTION_FLAG_EXTERNAL) == 0)
		return mbox->module_ctx.super.transaction_begin(box, flags,
								reason);
	/* Saved mails' places are reported; and without it maildir drops
	   index records when its uidlist is contended. */
	flags |= MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS;
	t = mbox->module_ctx.super.transaction_begin(box, flags, reason);

	pool = pool_alloconly_create("warden transaction", 512);
	wt = p_new(pool, struct warden_transaction, 1);
	wt->pool = pool;
	p_array_init(&wt->mails, pool, 2);
	MODULE_CONTEXT_SET(t, warden_storage_module, wt);
	warden_mailbox_register(box, mbox);
	return t;
}

static void warden_transaction_free(struct warden_transaction *wt)
{
	struct warden_saved_mail *mail;

	array_foreach_modifiable(&wt->mails, mail)
		warden_placeholder_free(&mail->placeholder);
	warden_transaction_end_save(wt);
	if (wt->quarantine != NULL)
		warden_quarantine_rollback(&wt->quarantine);
	pool_unref(&wt->pool);
}

/* Tell the service where everything is. NULL: nowhere. */
static void
tell_all(struct mail_user *user, struct mailbox *box,
	 struct warden_transaction *wt,
	 const struct mail_transaction_commit_changes *changes,
	 const struct warden_quarantine_result *result)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	struct warden_placement target, quarantine, *place;
	const struct warden_saved_mail *mail;
	struct mailbox_metadata metadata;
	unsigned int i, count;

	mail = array_get(&wt->mails, &count);
	for (i = 0; i < count && mail[i].tell == WARDEN_TELL_NOTHING; i++) ;
	if (i == count)
		return;

	i_zero(&target);
	target.user = user;
	target.owner = warden_box_owner(box);
	target.mailbox = box->vname;
	quarantine = target;
	if (changes != NULL) {
		target.uid_validity = changes->uid_validity;
		if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID,
					 &metadata) == 0) {
			guid_128_copy(target.mailbox_guid, metadata.guid);
			target.have_mailbox_guid = TRUE;
		}
	}
	if (result != NULL) {
		quarantine.owner = NULL;
		quarantine.mailbox = wuser->quarantine_vname;
		quarantine.uid_validity = result->uid_validity;
		guid_128_copy(quarantine.mailbox_guid, result->mailbox_guid);
		quarantine.have_mailbox_guid = result->have_mailbox_guid;
	}
	for (i = 0; i < count; i++) {
		place = mail[i].diverted ? &quarantine : &target;
		place->origin = mail[i].origin;
		if (mail[i].diverted) {
			place->uid = result == NULL ? 0 :
				warden_uids_nth(&result->uids, mail[i].quarantine_idx);
		} else {
			place->uid = changes == NULL ? 0 :
				warden_uids_nth(&changes->saved_uids, i);
		}
		warden_judge_tell(&mail[i], place);
	}
}

/* Once the move is done. Nobody waits for it. */
static void learn_all(struct mailbox *box, const struct warden_transaction *wt)
{
	const struct warden_saved_mail *mail;

	array_foreach(&wt->mails, mail) {
		if (mail->learn != NULL && mail->have_key && !mail->diverted)
			warden_judge_tell_lesson(box->storage->user, mail);
	}
}

static void
alert(struct mailbox *box, struct warden_transaction *wt)
{
	struct mail_storage *storage = box->storage;
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(storage->user);
	const struct warden_saved_mail *mail;
	unsigned int alerts = 0, more = 0;

	if (!wuser->set->warden_notify_alert ||
	    storage->callbacks.notify_no == NULL)
		return;
	array_foreach(&wt->mails, mail) {
		if (mail->reason == NULL)
			continue;
		if (alerts++ >= ALERTS_MAX) {
			more++;
			continue;
		}
		storage->callbacks.notify_no(box, t_strdup_printf(
			"[ALERT] A message was moved to %s: %s",
			wuser->quarantine_vname, mail->reason),
			storage->callback_context);
	}
	if (more > 0) {
		storage->callbacks.notify_no(box, t_strdup_printf(
			"[ALERT] %u more messages were moved to %s",
			more, wuser->quarantine_vname),
			storage->callback_context);
	}
}

/* What is new in Quarantine. */
static void notice(struct mail_user *user, struct warden_transaction *wt)
{
	const struct warden_saved_mail *mail;

	array_foreach(&wt->mails, mail) {
		if (mail->diverted && mail->quarantine_idx != UINT_MAX &&
		    mail->have_key)
			warden_notice_add(user, mail->key);
	}
	warden_notice_send(user);
}

/* The bad mails of a mixed transaction. If this fails they stay, with records
   that say what they are. */
static void
expunge_diverted(struct mailbox *orig, struct warden_transaction *wt,
		 const struct mail_transaction_commit_changes *changes)
{
	const struct warden_saved_mail *mails;
	struct mailbox_transaction_context *t;
	struct mailbox *box;
	struct mail *mail;
	unsigned int i, count;

	box = warden_mailbox_alloc_own(orig->storage->user, orig->list,
				       orig->vname, MAILBOX_FLAG_IGNORE_ACLS);
	if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0) {
		e_error(box->event, "warden: diverted mail could not be "
			"removed: %s",
			mailbox_get_last_internal_error(box, NULL));
		mailbox_free(&box);
		return;
	}
	t = mailbox_transaction_begin(box, 0, "warden diverted");
	mail = mail_alloc(t, 0, NULL);
	mails = array_get(&wt->mails, &count);
	for (i = 0; i < count; i++) {
		uint32_t uid = mails[i].diverted ?
			warden_uids_nth(&changes->saved_uids, i) : 0;

		if (uid != 0 && mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0 || mailbox_sync(box, 0) < 0) {
		e_error(box->event, "warden: diverted mail could not be "
			"removed: %s",
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
}

static void
changes_init_empty(struct mail_transaction_commit_changes *changes_r)
{
	i_zero(changes_r);
	changes_r->pool = pool_alloconly_create("warden changes", 256);
	p_array_init(&changes_r->saved_uids, changes_r->pool, 1);
}

static int
commit_diverted(struct mailbox_transaction_context *t,
		struct warden_transaction *wt,
		struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(box->storage->user);
	struct warden_quarantine_result result;
	enum mail_error error_code;
	const char *error;
	bool all = wt->diverted_count == array_count(&wt->mails);
	int ret = 0;

	i_zero(&result);
	if (wt->quarantine != NULL &&
	    warden_quarantine_commit(&wt->quarantine, wt->pool, &result,
				     &error_code, &error) < 0) {
		e_error(box->event, "warden: committing Quarantine failed: %s",
			error);
		mbox->module_ctx.super.transaction_rollback(t);
		error_code = warden_quarantine_error(wuser, error_code);
		mail_storage_set_error(box->storage, error_code,
				       WARDEN_QUARANTINE_FAILED_TEXT);
		tell_all(box->storage->user, box, wt, NULL, NULL);
		return -1;
	}
	/* LMTP opens the mail it saved by its UID: it must have had one. */
	if (all && !wuser->delivery) {
		mbox->module_ctx.super.transaction_rollback(t);
		changes_init_empty(changes_r);
	} else {
		ret = mbox->module_ctx.super.transaction_commit(t, changes_r);
		if (ret == 0)
			expunge_diverted(box, wt, changes_r);
	}
	tell_all(box->storage->user, box, wt, ret < 0 ? NULL : changes_r,
		 &result);
	if (ret == 0) {
		learn_all(box, wt);
		alert(box, wt);
		notice(box->storage->user, wt);
	}
	return ret;
}

int
warden_transaction_commit(struct mailbox_transaction_context *t,
			  struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct warden_transaction *wt = WARDEN_CONTEXT(t);
	int ret;

	if (wt == NULL)
		return mbox->module_ctx.super.transaction_commit(t, changes_r);

	if (wt->diverted_count > 0 &&
	    t->save_count != array_count(&wt->mails)) {
		/* We no longer know which mail is which, and rather lose
		   nothing. Cannot happen with what we know of Dovecot. */
		e_error(box->event, "warden: %u mails in a transaction, %u "
			"known", t->save_count, array_count(&wt->mails));
		wt->failed = TRUE;
	}
	if (wt->failed) {
		const char *error;
		enum mail_error error_code;

		/* rollback may overwrite what the client shall read */
		error = t_strdup(mail_storage_get_last_error(box->storage,
							     &error_code));
		mbox->module_ctx.super.transaction_rollback(t);
		mail_storage_set_error(box->storage, error_code ==
			MAIL_ERROR_NONE ? MAIL_ERROR_TEMP : error_code, error);
		tell_all(box->storage->user, box, wt, NULL, NULL);
		ret = -1;
	} else if (wt->diverted_count > 0) {
		ret = commit_diverted(t, wt, changes_r);
	} else {
		ret = mbox->module_ctx.super.transaction_commit(t, changes_r);
		tell_all(box->storage->user, box, wt,
			 ret < 0 ? NULL : changes_r, NULL);
		if (ret == 0)
			learn_all(box, wt);
	}
	warden_transaction_free(wt);
	return ret;
}

void
warden_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct mailbox *box = t->box;
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct warden_transaction *wt = WARDEN_CONTEXT(t);

	mbox->module_ctx.super.transaction_rollback(t);
	if (wt != NULL) {
		tell_all(box->storage->user, box, wt, NULL, NULL);
		warden_transaction_free(wt);
	}
}

