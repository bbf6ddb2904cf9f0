/* Mail that is copied or moved: by clients, by delivery and Sieve (whose save
   is a copy from the mail that came in), by dsync, out of Quarantine and into
   it. */

#include "lib.h"
#include "array.h"

#include "warden-deliver.h"
#include "warden-save.h"

#define PULLED_TEXT \
	"This message was put into Quarantine by an administrator, who alone " \
	"can let it go."

/* The storage has not seen this mail, but it waits for the end of it. */
static int copy_cancel(struct mail_save_context *ctx)
{
	mailbox_save_cancel(&ctx);
	return -1;
}

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
	q_r->owner = warden_box_owner(box);
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
	if (target->wt != NULL && target->wt->placeholders > 0 &&
	    warden_placeholders_write(target, ctx) < 0)
		return copy_cancel(ctx);
	return target->mbox->module_ctx.super.copy(ctx, mail);
}

static void
saved_mail_set_key(struct warden_saved_mail *saved,
		   const struct warden_record *record)
{
	saved->have_key = warden_record_has_key(record);
	memcpy(saved->key, record->key, sizeof(saved->key));
}

/* What a user says of a mail by moving it from there to here. Scripts,
   deliveries and administrators say nothing, and neither does whoever clears
   Junk away. */
static const char *
copy_lesson(const struct save_target *target, const struct mail *mail,
	    const struct copy_source *source)
{
	enum warden_mailbox_role from, to;

	if (source->mbox == NULL || target->wuser->admin ||
	    target->wuser->delivery)
		return NULL;
	from = source->mbox->quarantine ? WARDEN_ROLE_QUARANTINE :
		warden_mailbox_get_role(mail->box);
	to = target->mbox->quarantine ? WARDEN_ROLE_QUARANTINE :
		warden_mailbox_get_role(target->t->box);
	/* what the user wrote, or threw away before */
	if (from == to || from == WARDEN_ROLE_TRASH ||
	    from == WARDEN_ROLE_DRAFTS || from == WARDEN_ROLE_SENT)
		return NULL;
	switch (to) {
	case WARDEN_ROLE_JUNK:
		return from == WARDEN_ROLE_QUARANTINE ? NULL : "spam";
	case WARDEN_ROLE_QUARANTINE:
		return "phish";
	case WARDEN_ROLE_NONE:
		return from == WARDEN_ROLE_JUNK ||
			from == WARDEN_ROLE_QUARANTINE ? "ham" : NULL;
	case WARDEN_ROLE_TRASH:
	case WARDEN_ROLE_DRAFTS:
	case WARDEN_ROLE_SENT:
		break;
	}
	return NULL;
}

/* dsync's own local copies, and copies within or between mailboxes that are
   left alone: what is known goes along. */
static int
copy_carry(const struct save_target *target, struct mail_save_context *ctx,
	   struct mail *mail, const struct copy_source *source,
	   bool otherwise_pending)
{
	struct warden_saved_mail *saved;

	if (super_copy(target, ctx, mail) < 0)
		return -1;
	saved = warden_saved_mail_add(target);
	if (source->have_record) {
		warden_target_write_record(target, ctx->dest_mail,
					   &source->record);
	} else if (otherwise_pending) {
		warden_target_write_pending(target, ctx->dest_mail);
		saved->tell = WARDEN_TELL_PENDING;
	}
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
		saved->learn = copy_lesson(target, mail, source);
		saved->origin = p_strdup(target->wt->pool, mail->box->vname);
		return 0;
	}
	if (super_copy(target, ctx, mail) < 0)
		return -1;
	warden_answer_to_record(&delivery->answer, &record);
	warden_target_write_record(target, ctx->dest_mail, &record);
	saved = warden_saved_mail_add(target);
	warden_saved_mail_set_answer(saved, &delivery->answer);
	delivery->placed = TRUE;
	return 0;
}

/* A released mail is no junk any more. */
static void strip_keywords(const struct save_target *target,
			   struct mail_save_context *ctx)
{
	const char *const *names =
		warden_keyword_names(target->t->box, ctx->data.keywords);
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
	      struct warden_record *record_r, uint64_t *delivery_id_r)
{
	struct warden_question q;
	struct warden_answer answer;
	const char *error;
	int ret;

	copy_question_init(target, ctx, mail, source, &q);
	*record_r = source->record;
	/* The service knows, too, unless the pull was killed before it said so. */
	if ((record_r->flags & WARDEN_RECORD_PULLED) != 0 &&
	    !target->wuser->admin) {
		return warden_target_fail(target, MAIL_ERROR_PERM,
					  PULLED_TEXT);
	}
	if (q.key_size == 0) {
		if (warden_judge(&q, target->wt->pool, &answer, &error) < 0)
			return warden_target_unscanned(target, error);
		warden_answer_to_record(&answer, record_r);
		*delivery_id_r = answer.delivery_id;
		if (answer.action != WARDEN_ACTION_QUARANTINE &&
		    answer.action != WARDEN_ACTION_DEFER)
			return 0;
		if (answer.key_size == 0) {
			return warden_target_fail(target, MAIL_ERROR_PERM,
					   answer.reason);
		}
		q.key = record_r->key;
		q.key_size = sizeof(record_r->key);
	}
	q.operation = WARDEN_OPERATION_RELEASE;
	ret = warden_judge_release(&q, delivery_id_r, &error);
	if (ret <= 0) {
		return warden_target_fail(target, ret == 0 ? MAIL_ERROR_PERM :
				   MAIL_ERROR_UNAVAILABLE, error);
	}
	record_r->verdict = WARDEN_VERDICT_RELEASED;
	record_r->action = WARDEN_ACTION_ALLOW;
	record_r->flags &= (uint16_t)~(WARDEN_RECORD_DIVERTED |
				       WARDEN_RECORD_PULLED |
				       WARDEN_RECORD_RESTORING);
	return 0;
}


static int
copy_release(const struct save_target *target, struct mail_save_context *ctx,
	     struct mail *mail, const struct copy_source *source)
{
	struct warden_saved_mail *saved;
	struct warden_record record;
	uint64_t delivery_id = 0;

	if (release_check(target, ctx, mail, source, &record,
			  &delivery_id) < 0)
		return copy_cancel(ctx);
	strip_keywords(target, ctx);
	if (super_copy(target, ctx, mail) < 0)
		return -1;
	warden_target_write_record(target, ctx->dest_mail, &record);
	saved = warden_saved_mail_add(target);
	saved->tell = WARDEN_TELL_PLACE;
	saved->delivery_id = delivery_id;
	saved_mail_set_key(saved, &record);
	saved->learn = copy_lesson(target, mail, source);
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

	if (field == NULL ||
	    field->value_type != EVENT_FIELD_VALUE_TYPE_STRLIST)
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
	warden_target_write_record(target, ctx->dest_mail, &record);
	saved = warden_saved_mail_add(target);
	saved->diverted = TRUE;
	target->wt->diverted_count++;
	return 0;
}

static bool
record_is_released(const struct save_target *target, struct mail *mail,
		   const struct copy_source *source)
{
	const char *from = warden_box_owner(mail->box);
	const char *to = warden_box_owner(target->t->box);

	/* sticky for this user, and for nobody else */
	return source->have_record &&
		source->record.verdict == WARDEN_VERDICT_RELEASED &&
		from != NULL && strcmp(from, target->user->username) == 0 &&
		to != NULL && strcmp(to, target->user->username) == 0;
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
	if (record_is_released(target, mail, source)) {
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
	return ret < 0 ? warden_target_unscanned(target, error) : 0;
}

static int
copy_judged(const struct save_target *target, struct mail_save_context *ctx,
	    struct mail *mail, const struct copy_source *source)
{
	struct warden_answer answer;
	struct warden_saved_mail *saved;
	struct warden_record record;
	struct warden_quarantine_add add;

	if (judge_copy(target, ctx, mail, source, &answer) < 0)
		return copy_cancel(ctx);
	if (answer.action == WARDEN_ACTION_DEFER) {
		(void)warden_target_defer(target, &answer);
		return copy_cancel(ctx);
	}
	i_zero(&add);
	add.mail = mail;
	add.flags = ctx->data.flags | ctx->data.pvt_flags;
	add.received_date = ctx->data.received_date;
	add.from_envelope = t_strdup(ctx->data.from_envelope);
	add.keywords = warden_keyword_names(target->t->box,
					    ctx->data.keywords);
	add.keyword = answer.keyword;
	if (answer.action == WARDEN_ACTION_FLAG && answer.keyword != NULL)
		warden_save_add_keyword(target->t->box, ctx, answer.keyword);

	if (super_copy(target, ctx, mail) < 0)
		return -1;
	warden_answer_to_record(&answer, &record);
	if (answer.action == WARDEN_ACTION_QUARANTINE)
		record.flags |= WARDEN_RECORD_DIVERTED;
	warden_target_write_record(target, ctx->dest_mail, &record);
	saved = warden_saved_mail_add(target);
	warden_saved_mail_set_answer(saved, &answer);
	saved->learn = copy_lesson(target, mail, source);
	/* LMTP copies later recipients' mail from the first one's mailbox */
	if (source->mbox != NULL && warden_delivery_get(target->user) == NULL)
		saved->origin = p_strdup(target->wt->pool, mail->box->vname);
	if (answer.action != WARDEN_ACTION_QUARANTINE)
		return 0;
	return warden_target_divert(target, &add, &answer, saved);
}

int warden_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct save_target target;
	struct copy_source source;

	if (!warden_target_init(ctx->transaction, &target))
		return super_copy(&target, ctx, mail);

	copy_source_init(&target, mail, &source);
	/* Our own words are no mail to be judged, released or reported. */
	if (source.have_record &&
	    (source.record.flags & WARDEN_RECORD_NOTICE) != 0)
		return copy_carry(&target, ctx, mail, &source, FALSE);
	if (warden_target_is_sync(&target))
		return copy_carry(&target, ctx, mail, &source, TRUE);
	if (target.mbox->quarantine)
		return copy_into_quarantine(&target, ctx, mail, &source);
	if (source.in_quarantine) {
		if (target.wuser->quarantine_busy) {
			/* imapsieve, on the mail that we are putting away */
			(void)warden_target_fail(&target, MAIL_ERROR_PERM,
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

