/* Mail that is saved: APPEND and its kin, doveadm save, what Sieve changed. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"

#include "warden-deliver.h"
#include "warden-save.h"
#include "warden-spool.h"

static bool want_scan(const struct save_target *target)
{
	return !target->mbox->quarantine && !target->mbox->excluded &&
		!warden_target_is_sync(target);
}

int warden_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct save_target target;
	struct warden_transaction *wt;
	string_t *prefix;

	if (!warden_target_init(ctx->transaction, &target) ||
	    ctx->copying_via_save || !want_scan(&target))
		return target.mbox->module_ctx.super.save_begin(ctx, input);

	wt = target.wt;
	warden_transaction_end_save(wt);
	prefix = t_str_new(128);
	mail_user_set_get_temp_prefix(prefix, target.user->set);
	str_append(prefix, "warden.");
	wt->spool = warden_spool_init(str_c(prefix),
				      target.wuser->set->warden_max_size);
	wt->input = input;
	i_stream_ref(input);
	return 0;
}

/* The spool takes no more: the storage writes along from here on. */
static int
begin_replay(const struct save_target *target, struct mail_save_context *ctx)
{
	struct warden_transaction *wt = target->wt;

	if (warden_placeholders_write(target, ctx) < 0)
		return -1;
	wt->replay = warden_spool_replay(wt->spool, wt->input);
	return target->mbox->module_ctx.super.save_begin(ctx, wt->replay);
}

int warden_save_continue(struct mail_save_context *ctx)
{
	struct save_target target;
	struct warden_transaction *wt;
	const unsigned char *data;
	size_t size, taken;
	ssize_t ret;

	if (!warden_target_init(ctx->transaction, &target) ||
	    ctx->copying_via_save || target.wt->spool == NULL)
		return target.mbox->module_ctx.super.save_continue(ctx);

	wt = target.wt;
	while (wt->replay == NULL) {
		data = i_stream_get_data(wt->input, &size);
		taken = warden_spool_append(wt->spool, data, size);
		i_stream_skip(wt->input, taken);
		if (taken < size) {
			if (begin_replay(&target, ctx) < 0)
				return -1;
			break;
		}
		ret = i_stream_read(wt->input);
		if (ret == 0 || ret == -1)
			return 0;
	}
	return target.mbox->module_ctx.super.save_continue(ctx);
}

void warden_save_cancel(struct mail_save_context *ctx)
{
	struct save_target target;
	bool ours = warden_target_init(ctx->transaction, &target);

	/* Also when the storage's save never began: it must forget ctx. */
	target.mbox->module_ctx.super.save_cancel(ctx);
	if (ours && !ctx->copying_via_save)
		warden_transaction_end_save(target.wt);
}

/* Whether its save began or not, the storage must forget ctx. Why is told. */
static int
save_abort(const struct save_target *target, struct mail_save_context *ctx)
{
	struct mail_storage *storage = target->t->box->storage;

	target->wt->failed = TRUE;
	mail_storage_last_error_push(storage);
	target->mbox->module_ctx.super.save_cancel(ctx);
	mail_storage_last_error_pop(storage);
	return -1;
}

int warden_save_spool(const struct save_target *target,
		      struct mail_save_context *ctx,
		      struct warden_spool *spool)
{
	struct mailbox_vfuncs *super = &target->mbox->module_ctx.super;
	struct istream *input = warden_spool_open(spool);
	int ret = super->save_begin(ctx, input);

	while (ret == 0) {
		ret = super->save_continue(ctx);
		if (ret == 0 && i_stream_read(input) == -1)
			break;
	}
	i_stream_unref(&input);
	return ret < 0 ? save_abort(target, ctx) : super->save_finish(ctx);
}

/* Returns 0, or -1 if reading failed: then there is no mail. */
static int check_input(const struct save_target *target)
{
	struct istream *input = target->wt->replay != NULL ?
		target->wt->replay : target->wt->input;

	if (input->stream_errno != 0) {
		mailbox_set_critical(target->t->box, "read(%s) failed: %s",
				     i_stream_get_name(input),
				     i_stream_get_error(input));
		return -1;
	}
	if (!input->eof) {
		warden_spool_set_error(target->wt->spool,
				       "the message was not read to its end");
	}
	return 0;
}

static int
judge_save(const struct save_target *target, struct mail_save_context *ctx,
	   struct warden_answer *answer_r)
{
	struct mailbox *box = target->t->box;
	struct warden_delivery *delivery = warden_delivery_get(target->user);
	struct warden_question q = {
		.user = target->user,
		.owner = warden_box_owner(box),
		.operation = WARDEN_OPERATION_SAVE,
		.role = warden_mailbox_get_role(box),
		.mailbox = box->vname,
		.sender = ctx->data.from_envelope,
		.body = target->wt->spool,
	};
	const char *error;

	if (delivery != NULL) {
		q.recipient = delivery->recipient;
		q.session = delivery->session;
	}
	if (warden_judge(&q, target->wt->pool, answer_r, &error) < 0)
		return warden_target_unscanned(target, error);
	if (answer_r->action == WARDEN_ACTION_DEFER)
		return warden_target_defer(target, answer_r);
	return 0;
}

/* The mail began to be written before it was judged: maildir puts what
   keywords the index says at the end into the file's name. */
static void
dest_mail_add_keyword(struct mailbox_transaction_context *t,
		      struct mail *dest_mail, const char *keyword)
{
	struct mail_keywords *keywords =
		warden_keywords_add(t->box, NULL, keyword);

	if (keywords == NULL)
		return;
	mail_index_update_keywords(t->itrans, dest_mail->seq, MODIFY_ADD,
				   keywords);
	mailbox_keywords_unref(&keywords);
}

/* A mail that stays, perhaps flagged; or a bad one that others surround. */
static int
save_finish_written(const struct save_target *target,
		    struct mail_save_context *ctx,
		    const struct warden_answer *answer)
{
	struct mailbox_vfuncs *super = &target->mbox->module_ctx.super;
	bool begun = target->wt->replay != NULL;
	struct warden_record record;
	int ret;

	if (warden_placeholders_write(target, ctx) < 0)
		return save_abort(target, ctx);
	if (answer->action == WARDEN_ACTION_FLAG && answer->keyword != NULL) {
		if (begun) {
			dest_mail_add_keyword(target->t, ctx->dest_mail,
					      answer->keyword);
		} else {
			warden_save_add_keyword(target->t->box, ctx,
						answer->keyword);
		}
	}
	ret = begun ? super->save_finish(ctx) :
		warden_save_spool(target, ctx, target->wt->spool);
	if (ret < 0)
		return -1;
	warden_answer_to_record(answer, &record);
	if (answer->action == WARDEN_ACTION_QUARANTINE)
		record.flags |= WARDEN_RECORD_DIVERTED;
	warden_target_write_record(target, ctx->dest_mail, &record);
	return 0;
}

/* Note a bad mail instead of writing it. ctx is finished with then. */
static struct warden_placeholder *
save_finish_noted(const struct save_target *target,
		  struct mail_save_context *ctx,
		  const struct warden_answer *answer)
{
	struct warden_placeholder *placeholder =
		i_new(struct warden_placeholder, 1);

	placeholder->spool = target->wt->spool;
	warden_spool_ref(placeholder->spool);
	placeholder->data = ctx->data;
	warden_answer_to_record(answer, &placeholder->record);
	placeholder->record.flags |= WARDEN_RECORD_DIVERTED;
	i_zero(&ctx->data);
	target->mbox->module_ctx.super.save_cancel(ctx);
	target->wt->placeholders++;
	return placeholder;
}

/* Can the target do without this bad mail for now? Not if the storage has
   begun to write it; not if one that stays came before it; and LMTP opens what
   it saved by its UID, so there must be one. */
static bool can_note(const struct save_target *target)
{
	const struct warden_transaction *wt = target->wt;

	return wt->replay == NULL && !target->wuser->delivery &&
		wt->placeholders == wt->diverted_count &&
		wt->diverted_count == array_count(&wt->mails) &&
		wt->placeholders < WARDEN_PLACEHOLDERS_MAX;
}

static int
save_finish_bad(const struct save_target *target,
		struct mail_save_context *ctx,
		const struct warden_answer *answer)
{
	struct warden_placeholder *placeholder = NULL;
	struct warden_saved_mail *saved;
	struct warden_quarantine_add add;
	struct istream *input = NULL;
	int ret;

	i_zero(&add);
	/* the storage forgets these when it finishes */
	add.flags = ctx->data.flags | ctx->data.pvt_flags;
	add.received_date = ctx->data.received_date;
	add.from_envelope = t_strdup(ctx->data.from_envelope);
	add.keywords = warden_keyword_names(target->t->box,
					    ctx->data.keywords);
	add.keyword = answer->keyword;
	if (target->wt->replay == NULL)
		add.input = input = warden_spool_open(target->wt->spool);
	else
		add.mail = ctx->dest_mail;

	if (can_note(target))
		placeholder = save_finish_noted(target, ctx, answer);
	else if (save_finish_written(target, ctx, answer) < 0) {
		i_stream_unref(&input);
		return -1;
	}
	saved = warden_saved_mail_add(target);
	warden_saved_mail_set_answer(saved, answer);
	saved->placeholder = placeholder;
	ret = warden_target_divert(target, &add, answer, saved);
	i_stream_unref(&input);
	return ret;
}

static int
save_finish_judged(const struct save_target *target,
		   struct mail_save_context *ctx)
{
	struct warden_answer answer;
	struct warden_saved_mail *saved;

	if (check_input(target) < 0 || judge_save(target, ctx, &answer) < 0)
		return save_abort(target, ctx);
	if (answer.action == WARDEN_ACTION_QUARANTINE)
		return save_finish_bad(target, ctx, &answer);
	if (save_finish_written(target, ctx, &answer) < 0)
		return -1;
	saved = warden_saved_mail_add(target);
	warden_saved_mail_set_answer(saved, &answer);
	return 0;
}

int warden_save_finish(struct mail_save_context *ctx)
{
	struct save_target target;
	struct warden_saved_mail *saved;
	int ret;

	if (!warden_target_init(ctx->transaction, &target) ||
	    ctx->copying_via_save)
		return target.mbox->module_ctx.super.save_finish(ctx);

	if (target.wt->spool != NULL) {
		ret = save_finish_judged(&target, ctx);
		warden_transaction_end_save(target.wt);
		return ret;
	}
	if (target.mbox->module_ctx.super.save_finish(ctx) < 0)
		return -1;
	saved = warden_saved_mail_add(&target);
	if (warden_target_is_sync(&target) && !target.mbox->quarantine) {
		warden_target_write_pending(&target, ctx->dest_mail);
		saved->tell = WARDEN_TELL_PENDING;
	}
	return 0;
}
