/* What saving and copying share: errors, keywords, records, the copy into
   Quarantine, and the bad mails that are not written yet. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "mail-namespace.h"
#include "seq-range-array.h"

#include "warden-save.h"
#include "warden-spool.h"

bool warden_target_init(struct mailbox_transaction_context *t,
			struct save_target *target_r)
{
	target_r->t = t;
	target_r->wt = WARDEN_CONTEXT(t);
	target_r->mbox = WARDEN_CONTEXT_REQUIRE(t->box);
	target_r->user = t->box->storage->user;
	target_r->wuser = WARDEN_USER_CONTEXT_REQUIRE(target_r->user);
	return target_r->wt != NULL;
}

bool warden_target_is_sync(const struct save_target *target)
{
	return (target->t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0;
}

const char *warden_box_owner(struct mailbox *box)
{
	const struct mail_user *owner = mailbox_get_namespace(box)->owner;

	return owner == NULL ? NULL : owner->username;
}

/* --- errors --------------------------------------------------------------- */

int warden_target_fail(const struct save_target *target, enum mail_error error,
		       const char *text)
{
	target->wt->failed = TRUE;
	mail_storage_set_error(target->t->box->storage, error, text);
	return -1;
}

enum mail_error warden_defer_error(const struct warden_user *wuser)
{
	/* MAIL_ERROR_TEMP is what makes LMTP, LDA and Sieve try again later;
	   IMAP would call it a server bug. */
	return wuser->delivery ? MAIL_ERROR_TEMP : MAIL_ERROR_UNAVAILABLE;
}

enum mail_error
warden_quarantine_error(const struct warden_user *wuser, enum mail_error error)
{
	/* Over quota is something that the client can do something about. */
	return error == MAIL_ERROR_NOQUOTA ? error : warden_defer_error(wuser);
}

int warden_target_unscanned(const struct save_target *target,
			    const char *error)
{
	return warden_target_fail(target, warden_defer_error(target->wuser),
				  error);
}

int warden_target_defer(const struct save_target *target,
			const struct warden_answer *answer)
{
	warden_saved_mail_set_answer(warden_saved_mail_add(target), answer);
	return warden_target_unscanned(target, answer->reason);
}

/* --- keywords ------------------------------------------------------------- */

const char *const *
warden_keyword_names(struct mailbox *box, const struct mail_keywords *keywords)
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

const char *const *
warden_keyword_names_add(const char *const *names, const char *keyword)
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
	names = warden_keyword_names_add(names, keyword);
	/* one that the mailbox does not like is left out */
	return *names == NULL ? NULL :
		mailbox_keywords_create_valid(box, names);
}

void warden_mail_add_keyword(struct mail *mail, const char *keyword)
{
	const char *names[] = { keyword, NULL };
	struct mail_keywords *keywords;

	if (keyword == NULL ||
	    str_array_icase_find(mail_get_keywords(mail), keyword))
		return;
	keywords = mailbox_keywords_create_valid(mail->box, names);
	mail_update_keywords(mail, MODIFY_ADD, keywords);
	mailbox_keywords_unref(&keywords);
}

void warden_save_add_keyword(struct mailbox *box,
			     struct mail_save_context *ctx,
			     const char *keyword)
{
	const char *const *names =
		warden_keyword_names(box, ctx->data.keywords);
	struct mail_keywords *keywords =
		warden_keywords_add(box, names, keyword);

	if (ctx->data.keywords != NULL)
		mailbox_keywords_unref(&ctx->data.keywords);
	ctx->data.keywords = keywords;
}

/* --- uids ----------------------------------------------------------------- */

uint32_t warden_uids_nth(const ARRAY_TYPE(seq_range) *uids, unsigned int n)
{
	struct seq_range_iter iter;
	uint32_t uid;

	if (!array_is_created(uids) || n == UINT_MAX)
		return 0;
	seq_range_array_iter_init(&iter, uids);
	return seq_range_array_iter_nth(&iter, n, &uid) ? uid : 0;
}

/* --- records -------------------------------------------------------------- */

struct warden_saved_mail *
warden_saved_mail_add(const struct save_target *target)
{
	struct warden_saved_mail *saved =
		array_append_space(&target->wt->mails);

	saved->quarantine_idx = UINT_MAX;
	return saved;
}

void warden_saved_mail_set_answer(struct warden_saved_mail *saved,
				  const struct warden_answer *answer)
{
	saved->tell = answer->verdict == WARDEN_VERDICT_PENDING ?
		WARDEN_TELL_PENDING : WARDEN_TELL_PLACE;
	saved->delivery_id = answer->delivery_id;
	saved->have_key = answer->key_size >= sizeof(saved->key);
	memcpy(saved->key, answer->key, sizeof(saved->key));
}

void warden_target_write_record(const struct save_target *target,
				struct mail *dest_mail,
				const struct warden_record *record)
{
	warden_record_update(target->t, dest_mail->seq, target->mbox->ext_id,
			     record);
}

void warden_target_write_pending(const struct save_target *target,
				 struct mail *dest_mail)
{
	struct warden_record record = {
		.verdict = WARDEN_VERDICT_PENDING,
		.action = WARDEN_ACTION_ALLOW,
	};
	warden_target_write_record(target, dest_mail, &record);
}

/* --- Quarantine ----------------------------------------------------------- */

int warden_target_divert(const struct save_target *target,
			 struct warden_quarantine_add *add,
			 const struct warden_answer *answer,
			 struct warden_saved_mail *saved)
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
			guid_128_copy(add->origin.mailbox, metadata.guid);
		ret = warden_quarantine_save(wt->quarantine, add,
					     &saved->quarantine_idx,
					     &error_code, &error);
	}
	if (ret < 0) {
		e_error(box->event, "warden: saving into Quarantine failed: "
			"%s", error);
		return warden_target_fail(target,
			warden_quarantine_error(target->wuser, error_code),
			WARDEN_QUARANTINE_FAILED_TEXT);
	}
	saved->diverted = TRUE;
	saved->reason = p_strdup(wt->pool, answer->reason);
	wt->diverted_count++;
	return 0;
}

/* --- placeholders --------------------------------------------------------- */

void warden_placeholder_free(struct warden_placeholder **_placeholder)
{
	struct warden_placeholder *placeholder = *_placeholder;

	*_placeholder = NULL;
	if (placeholder == NULL)
		return;
	warden_spool_unref(&placeholder->spool);
	if (placeholder->data.keywords != NULL)
		mailbox_keywords_unref(&placeholder->data.keywords);
	i_free(placeholder->data.from_envelope);
	i_free(placeholder->data.guid);
	i_free(placeholder->data.pop3_uidl);
	i_free(placeholder);
}

static int
placeholder_write(const struct save_target *target,
		  struct mail_save_context *ctx,
		  struct warden_placeholder *placeholder)
{
	/* what the storage frees when it has finished */
	ctx->data = placeholder->data;
	i_zero(&placeholder->data);
	if (warden_save_spool(target, ctx, placeholder->spool) < 0)
		return -1;
	warden_target_write_record(target, ctx->dest_mail,
				   &placeholder->record);
	return 0;
}

int warden_placeholders_write(const struct save_target *target,
			      struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = target->t;
	struct mail_save_context saved = *ctx;
	struct warden_saved_mail *mails;
	unsigned int save_count = t->save_count;
	unsigned int i, count;
	int ret = 0;

	if (target->wt->placeholders == 0)
		return 0;
	/* As if each was saved now; other plugins go by these. */
	ctx->copying_or_moving = ctx->moving = FALSE;
	ctx->saving = TRUE;
	ctx->copy_src_mail = NULL;
	mails = array_get_modifiable(&target->wt->mails, &count);
	for (i = 0; i < count && ret == 0; i++) {
		if (mails[i].placeholder == NULL)
			continue;
		if (!ctx->unfinished)
			(void)mailbox_save_alloc(t);
		t->save_count = i;
		ret = placeholder_write(target, ctx, mails[i].placeholder);
		warden_placeholder_free(&mails[i].placeholder);
	}
	target->wt->placeholders = 0;
	t->save_count = save_count;
	if (!ctx->unfinished)
		(void)mailbox_save_alloc(t);
	ctx->data = saved.data;
	ctx->copying_or_moving = saved.copying_or_moving;
	ctx->moving = saved.moving;
	ctx->saving = saved.saving;
	ctx->copy_src_mail = saved.copy_src_mail;
	return ret;
}
