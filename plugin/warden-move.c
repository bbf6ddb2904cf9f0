/* Out of a mailbox, into Quarantine. */

#include "lib.h"
#include "array.h"
#include "file-lock.h"
#include "mail-namespace.h"
#include "seq-range-array.h"

#include "warden-judge.h"
#include "warden-move.h"
#include "warden-notice.h"
#include "warden-quarantine.h"
#include "warden-save.h"

#define LOCK_NAME "warden.lock"
/* Mails in one transaction: a bound for what a kill can leave in both
   mailboxes, and for how long Quarantine stays locked. */
#define BATCH_MAX 100

/* One mail on its way. */
struct moved_mail {
	uint32_t uid;
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	bool have_key;
	const char *guid;
	/* in the Quarantine transaction; UINT_MAX: it was there already, as */
	unsigned int quarantine_idx;
	uint32_t there_uid;
};

struct move_context {
	const struct warden_move *move;
	pool_t pool;
	/* our own instance of the source */
	struct mailbox *box;
	struct warden_mailbox mbox;
	guid_128_t guid;
	uint32_t uid_validity;
	ARRAY(struct moved_mail) mails;
	struct warden_move_result *result;
	const char *error;
};

static int move_fail(struct move_context *ctx, const char *what)
{
	ctx->error = t_strdup_printf("%s: %s", what,
		mailbox_get_last_internal_error(ctx->box, NULL));
	return -1;
}

static bool
is_wanted(const struct warden_move *move, struct mail *mail,
	  struct warden_record *record)
{
	if (move->wanted != NULL)
		return move->wanted(mail, record, move->context);
	return record->action == WARDEN_ACTION_QUARANTINE;
}

static void
add_init(struct move_context *ctx, struct mail *mail,
	 const struct warden_record *record, struct warden_quarantine_add *add_r)
{
	const char *from = NULL;

	i_zero(add_r);
	add_r->mail = mail;
	add_r->flags = mail_get_flags(mail);
	add_r->keywords = mail_get_keywords(mail);
	add_r->keyword = warden_verdict_keyword(record->verdict);
	if (add_r->keyword == NULL)
		add_r->keyword = "$WardenPulled";
	add_r->received_date = (time_t)-1;
	if (mail_get_special(mail, MAIL_FETCH_FROM_ENVELOPE, &from) == 0 &&
	    from != NULL && *from != '\0')
		add_r->from_envelope = t_strdup(from);
	add_r->record = *record;
	add_r->record.action = WARDEN_ACTION_QUARANTINE;
	guid_128_copy(add_r->origin.mailbox, ctx->guid);
	add_r->origin.uid_validity = ctx->uid_validity;
	add_r->origin.uid = mail->uid;
}

/* Returns 1 if it is on its way, 0 if not wanted (any more), -1. */
static int
move_mail(struct move_context *ctx, struct warden_quarantine *quarantine,
	  struct mail *mail)
{
	struct warden_quarantine_add add;
	struct warden_record record;
	struct moved_mail *moved;
	enum mail_error error_code;
	const char *guid, *error;
	unsigned int idx;
	int ret;

	(void)warden_record_lookup(mail->transaction, mail->seq,
				   ctx->mbox.ext_id, &record);
	if (!is_wanted(ctx->move, mail, &record))
		return 0;
	add_init(ctx, mail, &record, &add);
	ret = warden_quarantine_save(quarantine, &add, &idx, &error_code,
				     &error);
	if (ret < 0) {
		if (mail->expunged)
			return 0;
		ctx->error = t_strdup_printf("saving to Quarantine: %s",
					     error);
		return -1;
	}
	moved = array_append_space(&ctx->mails);
	moved->uid = mail->uid;
	moved->have_key = warden_record_has_key(&record);
	moved->quarantine_idx = idx;
	moved->there_uid = ret > 0 ? 0 :
		warden_quarantine_get_there_uid(quarantine);
	memcpy(moved->key, record.key, sizeof(moved->key));
	if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) == 0)
		moved->guid = p_strdup(ctx->pool, guid);
	return 1;
}

static int
save_batch(struct move_context *ctx, struct warden_quarantine *quarantine,
	   const uint32_t *uids, unsigned int count)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	int ret = 0;

	t = mailbox_transaction_begin(ctx->box, 0, "warden move");
	mail = mail_alloc(t, MAIL_FETCH_STREAM_BODY, NULL);
	for (unsigned int i = 0; i < count && ret >= 0; i++) T_BEGIN {
		ret = mail_set_uid(mail, uids[i]) ?
			move_mail(ctx, quarantine, mail) : 0;
		if (ret == 0)
			ctx->result->skipped++;
	} T_END;
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret < 0 ? -1 : 0;
}

static int expunge_batch(struct move_context *ctx)
{
	struct mailbox_transaction_context *t;
	const struct moved_mail *moved;
	struct mail *mail;

	t = mailbox_transaction_begin(ctx->box, 0, "warden move");
	mail = mail_alloc(t, 0, NULL);
	array_foreach(&ctx->mails, moved) {
		if (mail_set_uid(mail, moved->uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0 ||
	    mailbox_sync(ctx->box, 0) < 0)
		return move_fail(ctx, "removing what is in Quarantine");
	return 0;
}

static void
tell_batch(struct move_context *ctx,
	   const struct warden_quarantine_result *result)
{
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(ctx->move->user);
	struct warden_journey journey = {
		.user = ctx->move->user,
		.operation = ctx->move->operation,
		.comment = ctx->move->comment,
		.origin = ctx->box->vname,
		.mailbox = wuser->quarantine_vname,
		.have_guids = result->have_mailbox_guid,
		.uid_validity = result->uid_validity,
		.origin_uid_validity = ctx->uid_validity,
	};
	const struct moved_mail *moved;

	guid_128_copy(journey.origin_guid, ctx->guid);
	guid_128_copy(journey.mailbox_guid, result->mailbox_guid);
	array_foreach(&ctx->mails, moved) {
		journey.key = moved->have_key ? moved->key : NULL;
		journey.guid = moved->guid;
		journey.origin_uid = moved->uid;
		journey.uid = moved->there_uid != 0 ? moved->there_uid :
			warden_uids_nth(&result->uids, moved->quarantine_idx);
		warden_judge_tell_moved(&journey);
		if (moved->have_key && moved->quarantine_idx != UINT_MAX)
			warden_notice_add(ctx->move->user, moved->key);
	}
}

static int
move_batch(struct move_context *ctx, const uint32_t *uids, unsigned int count)
{
	struct warden_quarantine *quarantine;
	struct warden_quarantine_result result;
	enum mail_error error_code;

	array_clear(&ctx->mails);
	if (warden_quarantine_begin(ctx->move->user, &quarantine, &error_code,
				    &ctx->error) < 0)
		return -1;
	if (save_batch(ctx, quarantine, uids, count) < 0 ||
	    array_count(&ctx->mails) == 0) {
		int ret = ctx->error == NULL ? 0 : -1;

		warden_quarantine_rollback(&quarantine);
		return ret;
	}
	if (warden_quarantine_commit(&quarantine, ctx->pool, &result,
				     &error_code, &ctx->error) < 0)
		return -1;
	ctx->result->moved += array_count(&ctx->mails);
	if (expunge_batch(ctx) < 0)
		return -1;
	tell_batch(ctx, &result);
	return 0;
}

static int
move_all(struct move_context *ctx, const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox_metadata metadata;
	struct mailbox_status status;
	struct seq_range_iter iter;
	uint32_t batch[BATCH_MAX];
	unsigned int count = 0, n = 0;
	uint32_t uid;

	/* Under the lock: what others have moved is gone by now. */
	if (mailbox_sync(ctx->box, 0) < 0)
		return move_fail(ctx, "opening the mailbox");
	if (mailbox_get_metadata(ctx->box, MAILBOX_METADATA_GUID,
				 &metadata) == 0)
		guid_128_copy(ctx->guid, metadata.guid);
	mailbox_get_open_status(ctx->box, STATUS_UIDVALIDITY, &status);
	ctx->uid_validity = status.uidvalidity;
	warden_mailbox_register(ctx->box, &ctx->mbox);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		batch[count++] = uid;
		if (count == BATCH_MAX) {
			if (move_batch(ctx, batch, count) < 0)
				return -1;
			count = 0;
		}
	}
	return count == 0 ? 0 : move_batch(ctx, batch, count);
}

static int
move_locked(struct move_context *ctx, const ARRAY_TYPE(seq_range) *uids)
{
	struct file_lock *lock;
	const char *error;
	int ret;

	if (mailbox_open(ctx->box) < 0)
		return move_fail(ctx, "opening the mailbox");
	ret = mailbox_lock_file_create(ctx->box, LOCK_NAME,
				       ctx->move->lock_secs, &lock, &error);
	if (ret <= 0) {
		ctx->error = t_strdup_printf("locking the mailbox: %s", error);
		return -1;
	}
	ret = move_all(ctx, uids);
	file_lock_free(&lock);
	return ret;
}

int warden_move_to_quarantine(const struct warden_move *move,
			      struct mailbox *orig,
			      const ARRAY_TYPE(seq_range) *uids,
			      struct warden_move_result *result_r,
			      const char **error_r)
{
	struct move_context ctx = { .move = move, .result = result_r };
	int ret;

	i_zero(result_r);
	if (mailbox_get_namespace(orig)->type != MAIL_NAMESPACE_TYPE_PRIVATE) {
		result_r->skipped = seq_range_count(uids);
		return 0;
	}
	ctx.pool = pool_alloconly_create("warden move", 1024);
	p_array_init(&ctx.mails, ctx.pool, 8);
	ctx.box = warden_mailbox_alloc_own(move->user, orig->list, orig->vname,
					   MAILBOX_FLAG_IGNORE_ACLS);
	ret = move_locked(&ctx, uids);
	if (ret < 0) {
		*error_r = t_strdup_printf("moving mail from %s: %s",
					   orig->vname, ctx.error);
	}
	mailbox_free(&ctx.box);
	pool_unref(&ctx.pool);
	warden_notice_send(move->user);
	return ret;
}
