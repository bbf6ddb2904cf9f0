/* Quarantine. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "istream-crlf.h"
#include "mail-namespace.h"
#include "seq-range-array.h"

#include "warden-judge.h"
#include "warden-quarantine.h"
#include "warden-sync.h"

/* A Quarantine with more mails than this is not searched for duplicates to
   its end: the newest are what a repeated copy would meet. */
#define DEDUP_MAILS_MAX 100000

struct warden_quarantine {
	struct mail_user *user;
	struct mailbox *box;
	struct mailbox_transaction_context *trans;
	struct warden_mailbox mbox;
	unsigned int count;
	/* of the mail that the last save found there already */
	uint32_t there_uid;
};

static struct mail_namespace *
quarantine_namespace(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	return wuser->quarantine_vname == NULL ? NULL :
		mail_namespace_find(user->namespaces, wuser->quarantine_vname);
}

static int
quarantine_create(struct mailbox *box, const char **error_r)
{
	enum mail_error error;

	if (mailbox_create(box, NULL, FALSE) < 0) {
		*error_r = mailbox_get_last_internal_error(box, &error);
		if (error != MAIL_ERROR_EXISTS)
			return -1;
	}
	if (mailbox_set_subscribed(box, TRUE) < 0) {
		/* a lesser fault than a mail that cannot be put away */
		e_warning(box->event, "warden: subscribing failed: %s",
			  mailbox_get_last_internal_error(box, NULL));
	}
	return 0;
}

/* Open Quarantine as our own instance. */
static int
quarantine_open(struct mail_user *user, struct mailbox **box_r,
		enum mail_error *error_code_r, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	struct mail_namespace *ns;
	struct mailbox *box;

	(void)warden_user_get(user);
	ns = quarantine_namespace(user);
	if (ns == NULL) {
		*error_code_r = MAIL_ERROR_TEMP;
		*error_r = "no namespace for Quarantine";
		return -1;
	}
	box = warden_mailbox_alloc_own(user, ns->list,
				       wuser->quarantine_vname,
				       MAILBOX_FLAG_IGNORE_ACLS);
	*box_r = box;
	if (mailbox_open(box) == 0)
		return 0;
	*error_r = mailbox_get_last_internal_error(box, error_code_r);
	if (*error_code_r == MAIL_ERROR_NOTFOUND &&
	    quarantine_create(box, error_r) == 0) {
		if (mailbox_open(box) == 0)
			return 0;
		*error_r = mailbox_get_last_internal_error(box, error_code_r);
	}
	*error_r = t_strdup_printf("cannot open or create %s: %s",
				   wuser->quarantine_vname, *error_r);
	mailbox_free(box_r);
	return -1;
}

int warden_quarantine_ensure(struct mail_user *user, const char **error_r)
{
	enum mail_error error_code;
	struct mailbox *box;

	if (quarantine_open(user, &box, &error_code, error_r) < 0)
		return -1;
	mailbox_free(&box);
	return 0;
}

int warden_quarantine_begin(struct mail_user *user,
			    struct warden_quarantine **quarantine_r,
			    enum mail_error *error_code_r,
			    const char **error_r)
{
	struct warden_quarantine *quarantine;
	struct mailbox *box;

	if (quarantine_open(user, &box, error_code_r, error_r) < 0)
		return -1;
	if (mailbox_sync(box, 0) < 0) {
		*error_r = mailbox_get_last_internal_error(box, error_code_r);
		mailbox_free(&box);
		return -1;
	}
	quarantine = i_new(struct warden_quarantine, 1);
	quarantine->user = user;
	quarantine->box = box;
	warden_mailbox_register(box, &quarantine->mbox);
	quarantine->trans = mailbox_transaction_begin(box,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "warden quarantine");
	*quarantine_r = quarantine;
	return 0;
}

static void quarantine_free(struct warden_quarantine **_quarantine)
{
	struct warden_quarantine *quarantine = *_quarantine;

	*_quarantine = NULL;
	mailbox_free(&quarantine->box);
	i_free(quarantine);
}

/* Line endings differ between storages and between feed and store. */
static int streams_equal(struct istream *a, struct istream *b)
{
	struct istream *lf_a = i_stream_create_lf(a);
	struct istream *lf_b = i_stream_create_lf(b);
	const unsigned char *data_a, *data_b;
	size_t size_a, size_b, size;
	int ret = 1;

	for (;;) {
		ssize_t more_a = i_stream_read_more(lf_a, &data_a, &size_a);
		ssize_t more_b = i_stream_read_more(lf_b, &data_b, &size_b);

		if (more_a <= 0 || more_b <= 0) {
			if (lf_a->stream_errno != 0 || lf_b->stream_errno != 0)
				ret = -1;
			else if (more_a > 0 || more_b > 0)
				ret = 0;
			break;
		}
		size = I_MIN(size_a, size_b);
		if (memcmp(data_a, data_b, size) != 0) {
			ret = 0;
			break;
		}
		i_stream_skip(lf_a, size);
		i_stream_skip(lf_b, size);
	}
	i_stream_unref(&lf_a);
	i_stream_unref(&lf_b);
	return ret;
}

/* The stream belongs to add. */
static int
add_get_stream(const struct warden_quarantine_add *add,
	       struct istream **input_r)
{
	if (add->input != NULL)
		*input_r = add->input;
	else if (mail_get_stream_because(add->mail, NULL, NULL,
					 "warden quarantine", input_r) < 0)
		return -1;
	i_stream_seek(*input_r, 0);
	return 0;
}

static bool
mail_has_same_bytes(struct warden_quarantine *quarantine, uint32_t seq,
		    const struct warden_quarantine_add *add)
{
	struct mailbox_transaction_context *t;
	struct istream *input, *other_input;
	struct mail *mail;
	bool same = FALSE;

	t = mailbox_transaction_begin(quarantine->box, 0, "warden compare");
	mail = mail_alloc(t, MAIL_FETCH_STREAM_BODY, NULL);
	mail_set_seq(mail, seq);
	if (mail_get_stream_because(mail, NULL, NULL, "warden compare",
				    &input) == 0 &&
	    add_get_stream(add, &other_input) == 0) {
		i_stream_seek(input, 0);
		same = streams_equal(input, other_input) > 0;
		i_stream_seek(other_input, 0);
	}
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return same;
}

static bool
is_from_same_place(struct warden_quarantine *quarantine, uint32_t seq,
		   const struct warden_origin *origin)
{
	struct warden_origin there;

	return warden_record_lookup_origin(quarantine->trans, seq,
			quarantine->mbox.origin_ext_id, &there) &&
		guid_128_equals(there.mailbox, origin->mailbox) &&
		there.uid_validity == origin->uid_validity &&
		there.uid == origin->uid;
}

/* A mail that stood somewhere else is another mail, though the bytes are the
   same: each goes back to its own place. Unless it is the one that a save left
   behind, whose copy never stood anywhere. */
static bool
is_same_mail(struct warden_quarantine *quarantine, uint32_t seq,
	     const struct warden_quarantine_add *add)
{
	if (add->origin.uid != 0 &&
	    (add->record.flags & WARDEN_RECORD_DIVERTED) == 0)
		return is_from_same_place(quarantine, seq, &add->origin);
	return mail_has_same_bytes(quarantine, seq, add);
}

static bool
mail_has_same_guid(struct warden_quarantine *quarantine, uint32_t seq,
		   struct mail *other)
{
	struct mailbox_transaction_context *t;
	const char *guid, *other_guid;
	struct mail *mail;
	bool same;

	t = mailbox_transaction_begin(quarantine->box, 0, "warden compare");
	mail = mail_alloc(t, 0, NULL);
	mail_set_seq(mail, seq);
	same = mail_get_special(mail, MAIL_FETCH_GUID, &guid) == 0 &&
		mail_get_special(other, MAIL_FETCH_GUID, &other_guid) == 0 &&
		*guid != '\0' && strcmp(guid, other_guid) == 0;
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return same;
}

/* Maildir has its files in place before the index learns of them: a move that
   is killed there leaves a mail without record. */
static bool
is_cut_short(struct warden_quarantine *quarantine, uint32_t seq,
	     const struct warden_record *there,
	     const struct warden_quarantine_add *add)
{
	return add->origin.uid != 0 &&
		(there == NULL || !warden_record_has_key(there)) &&
		mail_has_same_guid(quarantine, seq, add->mail) &&
		mail_has_same_bytes(quarantine, seq, add);
}

static void
write_records(struct warden_quarantine *quarantine, uint32_t seq,
	      const struct warden_quarantine_add *add);

/* Is this mail in Quarantine already? Whenever in doubt: no. */
static bool
quarantine_has(struct warden_quarantine *quarantine,
	       const struct warden_quarantine_add *add)
{
	const struct warden_record *record = &add->record;
	struct mail_index_view *view = quarantine->box->view;
	uint32_t seq, last, lowest;
	const void *data;

	if (!warden_record_has_key(record))
		return FALSE;
	/* Only what is committed; within one transaction a second save of the
	   same mail is a second mail that the user sent. */
	last = mail_index_view_get_messages_count(view);
	lowest = last > DEDUP_MAILS_MAX ? last - DEDUP_MAILS_MAX : 0;
	for (seq = last; seq > lowest; seq--) {
		const struct warden_record *there;

		mail_index_lookup_ext(view, seq, quarantine->mbox.ext_id,
				      &data, NULL);
		there = data;
		if (!mail_index_is_expunged(view, seq) &&
		    is_cut_short(quarantine, seq, there, add)) {
			write_records(quarantine, seq, add);
			mail_index_lookup_uid(view, seq,
					      &quarantine->there_uid);
			return TRUE;
		}
		if (there == NULL ||
		    memcmp(there->key, record->key, sizeof(there->key)) != 0 ||
		    mail_index_is_expunged(view, seq))
			continue;
		if (is_same_mail(quarantine, seq, add)) {
			mail_index_lookup_uid(view, seq,
					      &quarantine->there_uid);
			return TRUE;
		}
	}
	return FALSE;
}

bool warden_save_by_reference(struct mailbox *dest, struct mail *mail)
{
	return mail != NULL && !mail->saving &&
		mail->box->storage == dest->storage &&
		strcmp(dest->storage->name, "mdbox") == 0;
}

int warden_save_stream(struct mail_save_context **save_ctx,
		       struct istream *input)
{
	struct mail_save_context *ctx = *save_ctx;
	ssize_t ret;

	if (mailbox_save_begin(save_ctx, input) < 0)
		return -1;
	do {
		if (mailbox_save_continue(ctx) < 0) {
			mailbox_save_cancel(save_ctx);
			return -1;
		}
		ret = i_stream_read(input);
		i_assert(ret != 0);
	} while (ret != -1);
	if (input->stream_errno != 0) {
		mailbox_set_critical(ctx->transaction->box,
			"warden: read(%s) failed: %s",
			i_stream_get_name(input), i_stream_get_error(input));
		mailbox_save_cancel(save_ctx);
		return -1;
	}
	ret = mailbox_save_finish(save_ctx);
	i_stream_seek(input, 0);
	return ret;
}

static const uint8_t *guid_128_random(void)
{
	guid_128_t *guid = t_new(guid_128_t, 1);

	guid_128_generate(*guid);
	return *guid;
}

static int
quarantine_save_bytes(struct warden_quarantine *quarantine,
		      const struct warden_quarantine_add *add,
		      struct mail_save_context **ctx_r)
{
	struct mail_save_context *ctx;
	struct mail_keywords *keywords;
	struct istream *input = NULL;
	const char *guid = NULL;
	bool reference = warden_save_by_reference(quarantine->box, add->mail);

	if (!reference && add_get_stream(add, &input) < 0) {
		mail_storage_copy_error(quarantine->box->storage,
					add->mail->box->storage);
		return -1;
	}
	*ctx_r = ctx = mailbox_save_alloc(quarantine->trans);
	keywords = warden_keywords_add(quarantine->box, add->keywords,
				       add->keyword);
	/* A client's next EXPUNGE must not take it away unseen. */
	mailbox_save_set_flags(ctx, add->flags &
			       ENUM_NEGATE(MAIL_RECENT | MAIL_DELETED),
			       keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	if (add->received_date != (time_t)-1)
		mailbox_save_set_received_date(ctx, add->received_date, 0);
	if (add->from_envelope != NULL)
		mailbox_save_set_from_envelope(ctx, add->from_envelope);
	if (reference)
		return mailbox_copy(&ctx, add->mail);
	/* A mail that comes from another mailbox stays the mail it was. One
	   that is just being saved has no GUID that anybody knows. */
	if (add->mail == NULL || add->mail->saving ||
	    mail_get_special(add->mail, MAIL_FETCH_GUID, &guid) < 0 ||
	    *guid == '\0')
		guid = guid_128_to_string(guid_128_random());
	mailbox_save_set_guid(ctx, guid);
	return warden_save_stream(&ctx, input);
}

static void origin_fill(struct warden_quarantine_add *add)
{
	add->origin.flags = add->flags & MAIL_DELETED;
	if (add->keyword != NULL &&
	    (add->keywords == NULL ||
	     !str_array_icase_find(add->keywords, add->keyword))) {
		add->origin.keyword =
			warden_record_keyword_id(add->keyword);
	}
}

uint32_t
warden_quarantine_get_there_uid(const struct warden_quarantine *quarantine)
{
	return quarantine->there_uid;
}

static void
write_records(struct warden_quarantine *quarantine, uint32_t seq,
	      const struct warden_quarantine_add *add)
{
	struct warden_quarantine_add full = *add;

	full.record.flags &= (uint16_t)~WARDEN_RECORD_DIVERTED;
	warden_record_update(quarantine->trans, seq, quarantine->mbox.ext_id,
			     &full.record);
	if (guid_128_is_empty(full.origin.mailbox))
		return;
	origin_fill(&full);
	warden_record_update_origin(quarantine->trans, seq,
				    quarantine->mbox.origin_ext_id,
				    &full.origin);
}

int warden_quarantine_save(struct warden_quarantine *quarantine,
			   const struct warden_quarantine_add *add,
			   unsigned int *idx_r, enum mail_error *error_code_r,
			   const char **error_r)
{
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(quarantine->user);
	struct warden_quarantine_add full = *add;
	struct mail_save_context *ctx;
	struct mail *dest_mail;
	int ret;

	*idx_r = UINT_MAX;
	if (quarantine_has(quarantine, add))
		return 0;
	if (full.received_date == (time_t)-1 &&
	    (add->mail == NULL ||
	     mail_get_received_date(add->mail, &full.received_date) < 0))
		full.received_date = ioloop_time;

	wuser->quarantine_busy = TRUE;
	ret = quarantine_save_bytes(quarantine, &full, &ctx);
	wuser->quarantine_busy = FALSE;
	if (ret < 0) {
		*error_r = mailbox_get_last_internal_error(quarantine->box,
							   error_code_r);
		return -1;
	}
	dest_mail = ctx->dest_mail;
	write_records(quarantine, dest_mail->seq, &full);
	*idx_r = quarantine->count++;
	return 1;
}

int warden_quarantine_commit(struct warden_quarantine **_quarantine,
			     pool_t pool,
			     struct warden_quarantine_result *result_r,
			     enum mail_error *error_code_r,
			     const char **error_r)
{
	struct warden_quarantine *quarantine = *_quarantine;
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(quarantine->user);
	struct mail_transaction_commit_changes changes;
	struct mailbox_metadata metadata;
	struct mailbox_status status;
	int ret;

	i_zero(result_r);
	p_array_init(&result_r->uids, pool, 4);
	wuser->quarantine_busy = TRUE;
	ret = mailbox_transaction_commit_get_changes(&quarantine->trans,
						     &changes);
	wuser->quarantine_busy = FALSE;
	if (ret < 0) {
		*error_r = mailbox_get_last_internal_error(quarantine->box,
							   error_code_r);
	} else {
		/* nothing saved: all was there already */
		mailbox_get_open_status(quarantine->box, STATUS_UIDVALIDITY,
					&status);
		result_r->uid_validity = changes.uid_validity != 0 ?
			changes.uid_validity : status.uidvalidity;
		array_append_array(&result_r->uids, &changes.saved_uids);
		pool_unref(&changes.pool);
		if (mailbox_get_metadata(quarantine->box, MAILBOX_METADATA_GUID,
					 &metadata) == 0) {
			guid_128_copy(result_r->mailbox_guid, metadata.guid);
			result_r->have_mailbox_guid = TRUE;
		}
	}
	quarantine_free(_quarantine);
	return ret;
}

void warden_quarantine_rollback(struct warden_quarantine **_quarantine)
{
	mailbox_transaction_rollback(&(*_quarantine)->trans);
	quarantine_free(_quarantine);
}

static int quarantine_refuse(struct mailbox *box, const char *what)
{
	mail_storage_set_error(box->storage, MAIL_ERROR_PERM, t_strdup_printf(
		"The mailbox %s holds dangerous mail and cannot be %s",
		box->vname, what));
	return -1;
}

static int warden_delete_box(struct mailbox *box)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);

	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(box->storage->user);
	guid_128_t guid;
	bool have_guid;

	/* An administrator may, dsync must. */
	if (mbox->quarantine && !wuser->admin)
		return quarantine_refuse(box, "deleted");
	have_guid = warden_sync_get_guid(box, guid);
	if (mbox->module_ctx.super.delete_box(box) < 0)
		return -1;
	if (have_guid)
		warden_judge_tell_gone(box, guid, 0, NULL);
	return 0;
}

static int warden_rename_box(struct mailbox *src, struct mailbox *dest)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(src);
	struct mail_user *user = src->storage->user;
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	struct mail_namespace *ns = mailbox_get_namespace(src);
	size_t len = strlen(src->vname);
	guid_128_t guid;
	bool have_guid;

	if (mbox->quarantine && !wuser->admin)
		return quarantine_refuse(src, "renamed");
	/* its children go with a mailbox */
	if (!wuser->admin && wuser->quarantine_vname != NULL &&
	    ns == quarantine_namespace(user) &&
	    strncmp(wuser->quarantine_vname, src->vname, len) == 0 &&
	    wuser->quarantine_vname[len] == mail_namespace_get_sep(ns))
		return quarantine_refuse(src, "renamed: Quarantine is in it");
	have_guid = warden_sync_get_guid(src, guid);
	if (mbox->module_ctx.super.rename_box(src, dest) < 0)
		return -1;
	warden_sync_renamed(dest, have_guid ? guid : NULL);
	return 0;
}

void warden_quarantine_hook_mailbox(struct mailbox_vfuncs *v)
{
	v->delete_box = warden_delete_box;
	v->rename_box = warden_rename_box;
}
