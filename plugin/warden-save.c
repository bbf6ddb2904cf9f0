/* Mail that is saved or copied, and the transactions that it is in.

   A transaction is all or nothing, in this order:
   1. the storage finishes every save as if we were not there;
   2. a bad mail's copy goes into a second transaction, on Quarantine;
   3. commit: Quarantine first. Then, if all mails were bad, the original is
      rolled back and an empty success is reported (OK without APPENDUID);
      else it is committed and the bad mails, whose records say so from the
      first moment on, are expunged through another mailbox instance.
   Killed between the two commits, a mail is in Quarantine and its client has
   had no answer: at worst it comes again.
   Any failure: both are rolled back. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "mail-namespace.h"
#include "seq-range-array.h"
#include "str.h"

#include "warden-deliver.h"
#include "warden-judge.h"
#include "warden-plugin.h"
#include "warden-quarantine.h"
#include "warden-spool.h"

/* Alerts for one transaction; the rest is counted. */
#define ALERTS_MAX 3

#define QUARANTINE_FAILED_TEXT \
	"The message is dangerous and could not be put into Quarantine"

struct save_target {
	struct mailbox_transaction_context *t;
	struct warden_transaction *wt;
	struct warden_mailbox *mbox;
	struct mail_user *user;
	struct warden_user *wuser;
};

/* FALSE: not ours, only pass on. */
static bool
save_target_init(struct mailbox_transaction_context *t,
		 struct save_target *target_r)
{
	target_r->t = t;
	target_r->wt = WARDEN_CONTEXT(t);
	target_r->mbox = WARDEN_CONTEXT_REQUIRE(t->box);
	target_r->user = t->box->storage->user;
	target_r->wuser = WARDEN_USER_CONTEXT_REQUIRE(target_r->user);
	return target_r->wt != NULL;
}

static bool transaction_is_sync(const struct save_target *target)
{
	return (target->t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0;
}

static const char *box_owner(struct mailbox *box)
{
	const struct mail_user *owner = mailbox_get_namespace(box)->owner;

	return owner == NULL ? NULL : owner->username;
}

static void transaction_end_save(struct warden_transaction *wt)
{
	i_stream_unref(&wt->tee);
	warden_spool_unref(&wt->spool);
}

/* Everything will be rolled back; text is for the client. */
static int
target_fail(const struct save_target *target, enum mail_error error,
	    const char *text)
{
	target->wt->failed = TRUE;
	mail_storage_set_error(target->t->box->storage, error, text);
	return -1;
}

/* MAIL_ERROR_TEMP is what makes LMTP, LDA and Sieve try again later; IMAP
   would call it a server bug. */
static enum mail_error defer_error(const struct warden_user *wuser)
{
	return wuser->delivery ? MAIL_ERROR_TEMP : MAIL_ERROR_UNAVAILABLE;
}

/* Over quota is something that the client can do something about. */
static enum mail_error
quarantine_error(const struct warden_user *wuser, enum mail_error error)
{
	return error == MAIL_ERROR_NOQUOTA ? error : defer_error(wuser);
}

static const char *const *
keyword_names(struct mailbox *box, const struct mail_keywords *keywords)
{
	const ARRAY_TYPE(keywords) *all = mail_index_get_keywords(box->index);
	ARRAY_TYPE(const_string) names;
	unsigned int i;

	t_array_init(&names, 8);
	for (i = 0; keywords != NULL && i < keywords->count; i++) {
		const char *name =
			t_strdup(array_idx_elem(all, keywords->idx[i]));
		array_push_back(&names, &name);
	}
	array_append_zero(&names);
	return array_front(&names);
}

static const char *const *
names_add(const char *const *names, const char *keyword)
{
	ARRAY_TYPE(const_string) all;

	t_array_init(&all, 8);
	for (; names != NULL && *names != NULL; names++)
		array_push_back(&all, names);
	if (keyword != NULL)
		array_push_back(&all, &keyword);
	array_append_zero(&all);
	return array_front(&all);
}

struct mail_keywords *
warden_keywords_add(struct mailbox *box, const char *const *names,
		    const char *keyword)
{
	names = names_add(names, keyword);
	/* one that the mailbox does not like is left out */
	return *names == NULL ? NULL :
		mailbox_keywords_create_valid(box, names);
}

static struct warden_saved_mail *
add_saved_mail(const struct save_target *target)
{
	struct warden_saved_mail *saved =
		array_append_space(&target->wt->mails);

	saved->quarantine_idx = UINT_MAX;
	return saved;
}

static void
saved_mail_set_key(struct warden_saved_mail *saved,
		   const struct warden_record *record)
{
	saved->have_key = warden_record_has_key(record);
	memcpy(saved->key, record->key, sizeof(saved->key));
}

static void
saved_mail_from_answer(struct warden_saved_mail *saved,
		       const struct warden_answer *answer)
{
	saved->tell = answer->verdict == WARDEN_VERDICT_PENDING ?
		WARDEN_TELL_PENDING : WARDEN_TELL_PLACE;
	saved->delivery_id = answer->delivery_id;
	saved->have_key = answer->key_size >= sizeof(saved->key);
	memcpy(saved->key, answer->key, sizeof(saved->key));
}

/* The scanner says "not now". Nothing is saved, and it shall know. */
static int
target_defer(const struct save_target *target,
	     const struct warden_answer *answer)
{
	saved_mail_from_answer(add_saved_mail(target), answer);
	return target_fail(target, defer_error(target->wuser), answer->reason);
}

static void
write_record(const struct save_target *target, struct mail *dest_mail,
	     const struct warden_record *record)
{
	warden_record_update(target->t, dest_mail->seq, target->mbox->ext_id,
			     record);
}

static void
write_pending(const struct save_target *target, struct mail *dest_mail)
{
	struct warden_record record = {
		.verdict = WARDEN_VERDICT_PENDING,
		.action = WARDEN_ACTION_ALLOW,
	};
	write_record(target, dest_mail, &record);
}

/* --- a bad mail's copy ---------------------------------------------------- */

static int
divert(const struct save_target *target, struct warden_quarantine_add *add,
       const struct warden_answer *answer, struct warden_saved_mail *saved)
{
	struct warden_transaction *wt = target->wt;
	struct mailbox *box = target->t->box;
	struct mailbox_metadata metadata;
	enum mail_error error_code;
	const char *error;
	int ret = 0;

	if (wt->quarantine == NULL) {
		ret = warden_quarantine_begin(target->user, &wt->quarantine,
					      &error_code, &error);
	}
	if (ret == 0) {
		warden_answer_to_record(answer, &add->record);
		if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID,
					 &metadata) == 0)
			guid_128_copy(add->origin, metadata.guid);
		ret = warden_quarantine_save(wt->quarantine, add,
					     &saved->quarantine_idx,
					     &error_code, &error);
	}
	if (ret < 0) {
		e_error(box->event, "warden: saving into Quarantine failed: "
			"%s", error);
		return target_fail(target,
				   quarantine_error(target->wuser, error_code),
				   QUARANTINE_FAILED_TEXT);
	}
	saved->diverted = TRUE;
	saved->reason = p_strdup(wt->pool, answer->reason);
	wt->diverted_count++;
	return 0;
}

/* --- save ----------------------------------------------------------------- */

static bool want_scan(const struct save_target *target)
{
	return !target->mbox->quarantine && !target->mbox->excluded &&
		!transaction_is_sync(target);
}

static int
warden_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct save_target target;
	struct warden_transaction *wt;
	string_t *prefix;

	if (!save_target_init(ctx->transaction, &target) ||
	    ctx->copying_via_save || !want_scan(&target))
		return target.mbox->module_ctx.super.save_begin(ctx, input);

	wt = target.wt;
	transaction_end_save(wt);
	prefix = t_str_new(128);
	mail_user_set_get_temp_prefix(prefix, target.user->set);
	str_append(prefix, "warden.");
	wt->spool = warden_spool_init(str_c(prefix),
				      target.wuser->set->warden_max_size);
	wt->tee = warden_spool_tee(wt->spool, input);
	return target.mbox->module_ctx.super.save_begin(ctx, wt->tee);
}

static void warden_save_cancel(struct mail_save_context *ctx)
{
	struct save_target target;

	if (save_target_init(ctx->transaction, &target) &&
	    !ctx->copying_via_save)
		transaction_end_save(target.wt);
	target.mbox->module_ctx.super.save_cancel(ctx);
}

/* What the scanner is asked about a mail that a client saves. */
static int
judge_save(const struct save_target *target, struct mail_save_context *ctx,
	   struct warden_answer *answer_r)
{
	struct mailbox *box = target->t->box;
	struct warden_delivery *delivery = warden_delivery_get(target->user);
	struct warden_question q = {
		.user = target->user,
		.owner = box_owner(box),
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
		return target_fail(target, defer_error(target->wuser), error);
	if (answer_r->action == WARDEN_ACTION_DEFER)
		return target_defer(target, answer_r);
	return 0;
}

/* Before the storage finishes: maildir puts keywords into the file's name
   then. */
static void
flag_mail(const struct save_target *target, struct mail *dest_mail,
	  const struct warden_answer *answer)
{
	struct mail_keywords *keywords =
		warden_keywords_add(target->t->box, NULL, answer->keyword);

	if (keywords == NULL)
		return;
	mail_index_update_keywords(target->t->itrans, dest_mail->seq,
				   MODIFY_ADD, keywords);
	mailbox_keywords_unref(&keywords);
}

static int
save_finish_judged(const struct save_target *target,
		   struct mail_save_context *ctx)
{
	struct warden_answer answer;
	struct warden_saved_mail *saved;
	struct warden_record record;
	struct warden_quarantine_add add;
	bool refused;

	/* the storage forgets these when it finishes */
	i_zero(&add);
	add.flags = ctx->data.flags | ctx->data.pvt_flags;
	add.received_date = ctx->data.received_date;
	add.from_envelope = t_strdup(ctx->data.from_envelope);
	add.keywords = keyword_names(target->t->box, ctx->data.keywords);
	add.as_copy = TRUE;

	if (!target->wt->tee->eof || target->wt->tee->stream_errno != 0) {
		warden_spool_set_error(target->wt->spool,
				       "the message was not read to its end");
	}
	refused = judge_save(target, ctx, &answer) < 0;
	if (!refused && answer.action == WARDEN_ACTION_FLAG)
		flag_mail(target, ctx->dest_mail, &answer);

	if (target->mbox->module_ctx.super.save_finish(ctx) < 0 || refused)
		return -1;

	warden_answer_to_record(&answer, &record);
	if (answer.action == WARDEN_ACTION_QUARANTINE)
		record.flags |= WARDEN_RECORD_DIVERTED;
	write_record(target, ctx->dest_mail, &record);

	saved = add_saved_mail(target);
	saved_mail_from_answer(saved, &answer);
	if (answer.action != WARDEN_ACTION_QUARANTINE)
		return 0;
	add.mail = ctx->dest_mail;
	add.keywords = names_add(add.keywords, answer.keyword);
	return divert(target, &add, &answer, saved);
}

static int warden_save_finish(struct mail_save_context *ctx)
{
	struct save_target target;
	int ret;

	if (!save_target_init(ctx->transaction, &target) ||
	    ctx->copying_via_save)
		return target.mbox->module_ctx.super.save_finish(ctx);

	if (target.wt->spool != NULL) {
		ret = save_finish_judged(&target, ctx);
		transaction_end_save(target.wt);
		return ret;
	}
	if (target.mbox->module_ctx.super.save_finish(ctx) < 0)
		return -1;
	(void)add_saved_mail(&target);
	if (transaction_is_sync(&target) && !target.mbox->quarantine)
		write_pending(&target, ctx->dest_mail);
	return 0;
}

/* --- copy ----------------------------------------------------------------- */

struct copy_source {
	/* the source mailbox, if our hooks are on it */
	struct warden_mailbox *mbox;
	struct warden_record record;
	bool have_record;
	/* in this user's Quarantine, and not the delivery that put it there */
	bool in_quarantine;
};

static void
copy_source_init(const struct save_target *target, struct mail *mail,
		 struct copy_source *source_r)
{
	i_zero(source_r);
	source_r->mbox = WARDEN_CONTEXT(mail->box);
	if (source_r->mbox == NULL || !mail->box->opened)
		return;
	warden_mailbox_register(mail->box, source_r->mbox);
	source_r->have_record =
		warden_record_lookup(mail->transaction, mail->seq,
				     source_r->mbox->ext_id,
				     &source_r->record);
	source_r->in_quarantine = source_r->mbox->quarantine &&
		warden_delivery_get(target->user) == NULL;
}

static enum warden_operation copy_operation(const struct mail_save_context *ctx)
{
	if (ctx->moving)
		return WARDEN_OPERATION_MOVE;
	return ctx->saving ? WARDEN_OPERATION_SAVE : WARDEN_OPERATION_COPY;
}

static void
copy_question_init(const struct save_target *target,
		   struct mail_save_context *ctx, struct mail *mail,
		   const struct copy_source *source,
		   struct warden_question *q_r)
{
	struct mailbox *box = target->t->box;
	struct warden_delivery *delivery = warden_delivery_get(target->user);

	i_zero(q_r);
	q_r->user = target->user;
	q_r->owner = box_owner(box);
	q_r->operation = copy_operation(ctx);
	q_r->role = warden_mailbox_get_role(box);
	q_r->mailbox = box->vname;
	q_r->sender = ctx->data.from_envelope;
	q_r->mail = mail;
	if (source->mbox != NULL && delivery == NULL)
		q_r->origin = mail->box->vname;
	if (source->have_record && warden_record_has_key(&source->record)) {
		q_r->key = source->record.key;
		q_r->key_size = sizeof(source->record.key);
	}
	if (delivery != NULL) {
		q_r->recipient = delivery->recipient;
		q_r->sender = delivery->sender;
		q_r->session = delivery->session;
	}
}

static int
super_copy(const struct save_target *target, struct mail_save_context *ctx,
	   struct mail *mail)
{
	return target->mbox->module_ctx.super.copy(ctx, mail);
}

/* dsync's own local copies, and copies within or between mailboxes that are
   left alone: what is known goes along. */
static int
copy_carry(const struct save_target *target, struct mail_save_context *ctx,
	   struct mail *mail, const struct copy_source *source,
	   bool otherwise_pending)
{
	if (super_copy(target, ctx, mail) < 0)
		return -1;
	(void)add_saved_mail(target);
	if (source->have_record)
		write_record(target, ctx->dest_mail, &source->record);
	else if (otherwise_pending)
		write_pending(target, ctx->dest_mail);
	return 0;
}

/* Into Quarantine: by our own delivery, or by the user, who reports it. */
static int
copy_into_quarantine(const struct save_target *target,
		     struct mail_save_context *ctx, struct mail *mail,
		     const struct copy_source *source)
{
	struct warden_delivery *delivery = warden_delivery_get(target->user);
	struct warden_saved_mail *saved;
	struct warden_record record;

	if (delivery == NULL || !delivery->judged ||
	    mail != delivery->src_mail) {
		if (copy_carry(target, ctx, mail, source, FALSE) < 0)
			return -1;
		if (delivery != NULL || source->in_quarantine)
			return 0;
		saved = array_back_modifiable(&target->wt->mails);
		if (source->have_record)
			saved_mail_set_key(saved, &source->record);
		saved->tell = WARDEN_TELL_REPORT;
		saved->origin = p_strdup(target->wt->pool, mail->box->vname);
		return 0;
	}
	if (super_copy(target, ctx, mail) < 0)
		return -1;
	warden_answer_to_record(&delivery->answer, &record);
	write_record(target, ctx->dest_mail, &record);
	saved = add_saved_mail(target);
	saved_mail_from_answer(saved, &delivery->answer);
	delivery->placed = TRUE;
	return 0;
}

/* A released mail is no junk any more. */
static void strip_keywords(const struct save_target *target,
			   struct mail_save_context *ctx)
{
	const char *const *names =
		keyword_names(target->t->box, ctx->data.keywords);
	ARRAY_TYPE(const_string) kept;

	t_array_init(&kept, 8);
	for (; *names != NULL; names++) {
		if (!warden_keyword_is_ours(*names))
			array_push_back(&kept, names);
	}
	array_append_zero(&kept);
	if (ctx->data.keywords != NULL)
		mailbox_keywords_unref(&ctx->data.keywords);
	ctx->data.keywords = warden_keywords_add(target->t->box,
						 array_front(&kept), NULL);
}

/* Out of Quarantine. A mail without key was put there by the user: it is
   judged first, as any mail. Returns 0 = it may go, with record_r; -1 = not. */
static int
release_check(const struct save_target *target, struct mail_save_context *ctx,
	      struct mail *mail, const struct copy_source *source,
	      struct warden_record *record_r)
{
	struct warden_question q;
	struct warden_answer answer;
	const char *error;
	int ret;

	copy_question_init(target, ctx, mail, source, &q);
	*record_r = source->record;
	if (q.key_size == 0) {
		if (warden_judge(&q, target->wt->pool, &answer, &error) < 0)
			return target_fail(target, defer_error(target->wuser), error);
		warden_answer_to_record(&answer, record_r);
		if (answer.action != WARDEN_ACTION_QUARANTINE &&
		    answer.action != WARDEN_ACTION_DEFER)
			return 0;
		if (answer.key_size == 0) {
			return target_fail(target, MAIL_ERROR_PERM,
					   answer.reason);
		}
		q.key = record_r->key;
		q.key_size = sizeof(record_r->key);
	}
	q.operation = WARDEN_OPERATION_RELEASE;
	ret = warden_judge_release(&q, &error);
	if (ret <= 0) {
		return target_fail(target, ret == 0 ? MAIL_ERROR_PERM :
				   MAIL_ERROR_UNAVAILABLE, error);
	}
	record_r->verdict = WARDEN_VERDICT_RELEASED;
	record_r->action = WARDEN_ACTION_ALLOW;
	record_r->flags &= (uint16_t)~WARDEN_RECORD_DIVERTED;
	return 0;
}

/* The storage has not seen this mail, but it waits for the end of it. */
static int copy_cancel(struct mail_save_context *ctx)
{
	mailbox_save_cancel(&ctx);
	return -1;
}

static int
copy_release(const struct save_target *target, struct mail_save_context *ctx,
	     struct mail *mail, const struct copy_source *source)
{
	struct warden_record record;

	if (release_check(target, ctx, mail, source, &record) < 0)
		return copy_cancel(ctx);
	strip_keywords(target, ctx);
	if (super_copy(target, ctx, mail) < 0)
		return -1;
	write_record(target, ctx->dest_mail, &record);
	(void)add_saved_mail(target);
	return 0;
}

/* lazy_expunge makes a copy of what is expunged. Of a mail in Quarantine it
   must not: the copy would be within reach again. The client asked for the
   mail to go away, and it does. */
static bool in_lazy_expunge(void)
{
	const struct event_field *field =
		event_find_field_recursive(event_get_global(), "reason_code");
	const char *reason;

	if (field == NULL || field->value_type != EVENT_FIELD_VALUE_TYPE_STRLIST)
		return FALSE;
	array_foreach_elem(&field->value.strlist, reason) {
		if (strcmp(reason, "lazy_expunge:expunge") == 0)
			return TRUE;
	}
	return FALSE;
}

static int
copy_drop(const struct save_target *target, struct mail_save_context *ctx,
	  struct mail *mail, const struct copy_source *source)
{
	struct warden_record record = source->record;
	struct warden_saved_mail *saved;

	if (super_copy(target, ctx, mail) < 0)
		return -1;
	record.flags |= WARDEN_RECORD_DIVERTED;
	write_record(target, ctx->dest_mail, &record);
	saved = add_saved_mail(target);
	saved->diverted = TRUE;
	target->wt->diverted_count++;
	return 0;
}

static bool
record_is_released(const struct save_target *target,
		   const struct copy_source *source)
{
	const char *owner = box_owner(target->t->box);

	/* sticky for this user, and for nobody else */
	return source->have_record &&
		source->record.verdict == WARDEN_VERDICT_RELEASED &&
		(owner == NULL || strcmp(owner, target->user->username) == 0);
}

/* The delivery hook has judged this very mail: its answer belongs to the
   first place that it is saved to. Further ones (Sieve's fileinto :copy) are
   deliveries of their own; if the scanner does not say so now, the answer
   holds all the same. */
static void
judge_delivered(struct warden_delivery *delivery, struct warden_question *q,
		pool_t pool, struct warden_answer *answer_r)
{
	const char *error;

	if (delivery->placed && delivery->answer.key_size > 0) {
		q->key = delivery->answer.key;
		q->key_size = delivery->answer.key_size;
		if (warden_judge(q, pool, answer_r, &error) > 0)
			return;
	}
	*answer_r = delivery->answer;
	if (delivery->placed)
		answer_r->delivery_id = 0;
	delivery->placed = TRUE;
}

/* Returns 0 with the answer, -1 if the mail cannot be taken now. */
static int
judge_copy(const struct save_target *target, struct mail_save_context *ctx,
	   struct mail *mail, const struct copy_source *source,
	   struct warden_answer *answer_r)
{
	struct warden_delivery *delivery = warden_delivery_get(target->user);
	struct warden_question q;
	const char *error;
	int ret;

	copy_question_init(target, ctx, mail, source, &q);
	if (delivery != NULL && delivery->judged &&
	    mail == delivery->src_mail) {
		judge_delivered(delivery, &q, target->wt->pool, answer_r);
		return 0;
	}
	if (record_is_released(target, source)) {
		warden_answer_from_record(&source->record, answer_r);
		return 0;
	}
	ret = warden_judge(&q, target->wt->pool, answer_r, &error);
	if (ret <= 0 && source->have_record &&
	    source->record.verdict != WARDEN_VERDICT_PENDING &&
	    (ret == 0 || source->record.action == WARDEN_ACTION_QUARANTINE)) {
		/* not known now, but it was: a copy of a bad mail is bad */
		warden_answer_from_record(&source->record, answer_r);
		ret = 0;
	}
	return ret < 0 ? target_fail(target, defer_error(target->wuser), error) : 0;
}

static void
copy_set_keyword(const struct save_target *target,
		 struct mail_save_context *ctx, const char *keyword)
{
	const char *const *names =
		keyword_names(target->t->box, ctx->data.keywords);
	struct mail_keywords *keywords =
		warden_keywords_add(target->t->box, names, keyword);

	if (ctx->data.keywords != NULL)
		mailbox_keywords_unref(&ctx->data.keywords);
	ctx->data.keywords = keywords;
}

static int
copy_judged(const struct save_target *target, struct mail_save_context *ctx,
	    struct mail *mail, const struct copy_source *source)
{
	enum warden_operation operation = copy_operation(ctx);
	struct warden_answer answer;
	struct warden_saved_mail *saved;
	struct warden_record record;
	struct warden_quarantine_add add;

	if (judge_copy(target, ctx, mail, source, &answer) < 0)
		return copy_cancel(ctx);
	if (answer.action == WARDEN_ACTION_DEFER) {
		(void)target_defer(target, &answer);
		return copy_cancel(ctx);
	}
	i_zero(&add);
	add.mail = mail;
	add.flags = ctx->data.flags | ctx->data.pvt_flags;
	add.received_date = ctx->data.received_date;
	add.from_envelope = t_strdup(ctx->data.from_envelope);
	add.keywords = names_add(keyword_names(target->t->box,
					       ctx->data.keywords),
				 answer.keyword);
	add.as_copy = operation == WARDEN_OPERATION_SAVE;
	if (answer.action == WARDEN_ACTION_FLAG && answer.keyword != NULL)
		copy_set_keyword(target, ctx, answer.keyword);

	if (super_copy(target, ctx, mail) < 0)
		return -1;
	warden_answer_to_record(&answer, &record);
	if (answer.action == WARDEN_ACTION_QUARANTINE)
		record.flags |= WARDEN_RECORD_DIVERTED;
	write_record(target, ctx->dest_mail, &record);
	saved = add_saved_mail(target);
	saved_mail_from_answer(saved, &answer);
	/* LMTP copies later recipients' mail from the first one's mailbox */
	if (source->mbox != NULL && warden_delivery_get(target->user) == NULL)
		saved->origin = p_strdup(target->wt->pool, mail->box->vname);
	if (answer.action != WARDEN_ACTION_QUARANTINE)
		return 0;
	return divert(target, &add, &answer, saved);
}

static int warden_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct save_target target;
	struct copy_source source;

	if (!save_target_init(ctx->transaction, &target))
		return super_copy(&target, ctx, mail);

	copy_source_init(&target, mail, &source);
	if (transaction_is_sync(&target))
		return copy_carry(&target, ctx, mail, &source, TRUE);
	if (target.mbox->quarantine)
		return copy_into_quarantine(&target, ctx, mail, &source);
	if (source.in_quarantine) {
		if (target.wuser->quarantine_busy) {
			/* imapsieve, on the mail that we are putting away */
			(void)target_fail(&target, MAIL_ERROR_PERM,
				"Mail in Quarantine is not copied by scripts");
			return copy_cancel(ctx);
		}
		if (in_lazy_expunge())
			return copy_drop(&target, ctx, mail, &source);
		return copy_release(&target, ctx, mail, &source);
	}
	if (target.mbox->excluded)
		return copy_carry(&target, ctx, mail, &source, FALSE);
	return copy_judged(&target, ctx, mail, &source);
}

/* --- transactions --------------------------------------------------------- */

static struct mailbox_transaction_context *
warden_transaction_begin(struct mailbox *box,
			 enum mailbox_transaction_flags flags,
			 const char *reason)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct mailbox_transaction_context *t;
	struct warden_transaction *wt;
	pool_t pool;

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
	transaction_end_save(wt);
	if (wt->quarantine != NULL)
		warden_quarantine_rollback(&wt->quarantine);
	pool_unref(&wt->pool);
}

/* The saved mails' UIDs, by order; 0 when there is none. */
static uint32_t
nth_uid(const ARRAY_TYPE(seq_range) *uids, unsigned int n)
{
	struct seq_range_iter iter;
	uint32_t uid;

	if (!array_is_created(uids) || n == UINT_MAX)
		return 0;
	seq_range_array_iter_init(&iter, uids);
	return seq_range_array_iter_nth(&iter, n, &uid) ? uid : 0;
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
	target.owner = box_owner(box);
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
				nth_uid(&result->uids, mail[i].quarantine_idx);
		} else {
			place->uid = changes == NULL ? 0 :
				nth_uid(&changes->saved_uids, i);
		}
		warden_judge_tell(&mail[i], place);
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
			nth_uid(&changes->saved_uids, i) : 0;

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
		mail_storage_set_error(box->storage,
				       quarantine_error(wuser, error_code),
				       QUARANTINE_FAILED_TEXT);
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
	if (ret == 0)
		alert(box, wt);
	return ret;
}

static int
warden_transaction_commit(struct mailbox_transaction_context *t,
			  struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct warden_transaction *wt = WARDEN_CONTEXT(t);
	int ret;

	if (wt == NULL)
		return mbox->module_ctx.super.transaction_commit(t, changes_r);

	if (wt->diverted_count > 0 && t->save_count != array_count(&wt->mails)) {
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
	}
	warden_transaction_free(wt);
	return ret;
}

static void
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

void warden_save_hook_mailbox(struct mailbox_vfuncs *v)
{
	v->save_begin = warden_save_begin;
	v->save_finish = warden_save_finish;
	v->save_cancel = warden_save_cancel;
	v->copy = warden_copy;
	v->transaction_begin = warden_transaction_begin;
	v->transaction_commit = warden_transaction_commit;
	v->transaction_rollback = warden_transaction_rollback;
}
