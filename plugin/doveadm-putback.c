/* From Quarantine back into a mailbox. */

#include "lib.h"
#include "array.h"
#include "file-lock.h"
#include "hex-binary.h"
#include "istream.h"
#include "mail-namespace.h"
#include "seq-range-array.h"
#include "doveadm-print.h"

#include "doveadm-hunt.h"
#include "doveadm-putback.h"
#include "warden-judge.h"
#include "warden-quarantine.h"
#include "warden-save.h"

#define LOCK_NAME "warden.lock"
#define LOCK_SECS 60

struct putback_context {
	const struct warden_putback *putback;
	struct warden_admin *admin;
	struct mailbox *box;
	struct warden_mailbox mbox;
	guid_128_t box_guid;
	uint32_t uid_validity;
	/* The mailbox that the last mail went into: mostly the next's, too. */
	struct mailbox *target;
	struct warden_mailbox target_mbox;
	/* Marked by a run before this one. */
	ARRAY_TYPE(seq_range) interrupted;
};

/* One mail. */
struct putback_mail {
	struct mail *mail;
	struct warden_record record;
	struct warden_origin origin;
	const char *guid;
};

static void
mail_failed(struct putback_context *ctx, struct mail *mail, const char *fmt,
	    ...) ATTR_FORMAT(3, 4);
static void
mail_failed(struct putback_context *ctx, struct mail *mail, const char *fmt,
	    ...)
{
	va_list args;

	va_start(args, fmt);
	warden_admin_failed(ctx->admin, MAIL_ERROR_TEMP,
			    "Message UID %u stays in %s: %s", mail->uid,
			    ctx->box->vname, t_strdup_vprintf(fmt, args));
	va_end(args);
	warden_admin_mails_failed(ctx->admin, 1);
}

/* --- where it goes -------------------------------------------------------- */

static struct mailbox *
find_by_guid(struct putback_context *ctx, const guid_128_t guid)
{
	struct warden_user *wuser = ctx->admin->wuser;
	struct mail_namespace *ns = ctx->admin->user->namespaces;
	struct mailbox *box;

	if (ctx->target != NULL) {
		struct mailbox_metadata metadata;

		if (mailbox_get_metadata(ctx->target, MAILBOX_METADATA_GUID,
					 &metadata) == 0 &&
		    guid_128_equals(metadata.guid, guid))
			return ctx->target;
	}
	for (; ns != NULL; ns = ns->next) {
		if (ns->alias_for != NULL)
			continue;
		wuser->own_alloc++;
		box = mailbox_alloc_guid(ns->list, guid,
					 MAILBOX_FLAG_IGNORE_ACLS);
		wuser->own_alloc--;
		if (mailbox_open(box) == 0)
			return box;
		mailbox_free(&box);
	}
	return NULL;
}

static struct mailbox *
alloc_by_name(struct putback_context *ctx, const char *name)
{
	struct mail_namespace *ns;

	if (ctx->target != NULL && strcmp(ctx->target->vname, name) == 0)
		return ctx->target;
	ns = mail_namespace_find(ctx->admin->user->namespaces, name);
	return warden_mailbox_alloc_own(ctx->admin->user, ns->list, name,
					MAILBOX_FLAG_IGNORE_ACLS);
}

/* A mailbox that the user does not see would hide the mail once more. */
static int create(struct mailbox *box)
{
	enum mail_error code;

	if (mailbox_create(box, NULL, FALSE) < 0) {
		(void)mailbox_get_last_error(box, &code);
		if (code != MAIL_ERROR_EXISTS)
			return -1;
	}
	(void)mailbox_set_subscribed(box, TRUE);
	return mailbox_open(box);
}

static struct mailbox *
open_by_name(struct putback_context *ctx, const char *name, bool may_create)
{
	struct mailbox *box = alloc_by_name(ctx, name);
	enum mail_error code;

	if (box == ctx->target || mailbox_open(box) == 0)
		return box;
	(void)mailbox_get_last_error(box, &code);
	/* what is only looked at is not made for it */
	if (code == MAIL_ERROR_NOTFOUND && may_create &&
	    (ctx->admin->dry_run || create(box) == 0))
		return box;
	return box;
}

static struct mailbox *
find_target(struct putback_context *ctx, const struct putback_mail *pmail)
{
	const struct warden_putback *putback = ctx->putback;
	struct mailbox *box = NULL;
	const char *name = NULL;

	if (putback->mailbox != NULL)
		return open_by_name(ctx, putback->mailbox, FALSE);
	if (!guid_128_is_empty(pmail->origin.mailbox) &&
	    !guid_128_equals(pmail->origin.mailbox, ctx->box_guid))
		box = find_by_guid(ctx, pmail->origin.mailbox);
	if (box != NULL)
		return box;
	if (putback->former_name != NULL)
		name = putback->former_name(pmail->mail, putback->context);
	if (name != NULL && strcmp(name, ctx->box->vname) != 0) {
		box = open_by_name(ctx, name, TRUE);
		if (box->opened || ctx->admin->dry_run)
			return box;
		if (box != ctx->target)
			mailbox_free(&box);
	}
	return open_by_name(ctx, "INBOX", FALSE);
}

static int
open_target(struct putback_context *ctx, const struct putback_mail *pmail)
{
	struct mailbox *box = find_target(ctx, pmail);

	if (box != ctx->target) {
		if (ctx->target != NULL)
			mailbox_free(&ctx->target);
		ctx->target = box;
		i_zero(&ctx->target_mbox);
	}
	if (box->opened)
		warden_mailbox_register(box, &ctx->target_mbox);
	else if (!ctx->admin->dry_run) {
		mail_failed(ctx, pmail->mail, "can't open mailbox %s: %s",
			    box->vname,
			    mailbox_get_last_internal_error(box, NULL));
		return -1;
	}
	return 0;
}

/* --- may it go? ----------------------------------------------------------- */

static void
question_init(struct putback_context *ctx, const struct putback_mail *pmail,
	      struct warden_question *q_r)
{
	i_zero(q_r);
	q_r->user = ctx->admin->user;
	q_r->operation = WARDEN_OPERATION_RELEASE;
	q_r->role = warden_mailbox_get_role(ctx->target);
	q_r->mailbox = ctx->target->vname;
	q_r->origin = ctx->box->vname;
	q_r->mail = pmail->mail;
	if (warden_record_has_key(&pmail->record)) {
		q_r->key = pmail->record.key;
		q_r->key_size = sizeof(pmail->record.key);
	}
}

/* A mail without key was put there by its user, or the index was lost: what it
   is must be known before it can be let go. */
static int
learn_key(struct putback_context *ctx, struct putback_mail *pmail)
{
	struct warden_question q;
	struct warden_answer answer;
	const uint8_t *key = NULL;
	const char *error = NULL;

	if (ctx->putback->lost_key != NULL) {
		key = ctx->putback->lost_key(pmail->mail,
					     ctx->putback->context);
	}
	if (key != NULL) {
		memcpy(pmail->record.key, key, sizeof(pmail->record.key));
		return 0;
	}
	question_init(ctx, pmail, &q);
	if (warden_judge(&q, pool_datastack_create(), &answer, &error) <= 0) {
		mail_failed(ctx, pmail->mail,
			    "what it is cannot be decided right now");
		return -1;
	}
	warden_answer_to_record(&answer, &pmail->record);
	return 0;
}

static int
ask_release(struct putback_context *ctx, struct putback_mail *pmail)
{
	struct warden_question q;
	uint64_t delivery_id;	/* MOVED finds it by itself */
	const char *error;

	if (!warden_record_has_key(&pmail->record) &&
	    learn_key(ctx, pmail) < 0)
		return -1;
	if (warden_record_has_key(&pmail->record)) {
		question_init(ctx, pmail, &q);
		if (warden_judge_release(&q, &delivery_id, &error) <= 0) {
			mail_failed(ctx, pmail->mail, "%s", error);
			return -1;
		}
	}
	pmail->record.verdict = WARDEN_VERDICT_RELEASED;
	pmail->record.action = WARDEN_ACTION_ALLOW;
	pmail->record.flags &= (uint16_t)~(WARDEN_RECORD_DIVERTED |
					   WARDEN_RECORD_PULLED |
					   WARDEN_RECORD_RESTORING);
	return 0;
}

/* --- saving --------------------------------------------------------------- */

static struct mail_keywords *
get_keywords(struct putback_context *ctx, const struct putback_mail *pmail)
{
	const char *const *names = mail_get_keywords(pmail->mail);
	bool known = !guid_128_is_empty(pmail->origin.mailbox);
	ARRAY_TYPE(const_string) kept;

	t_array_init(&kept, 8);
	for (; *names != NULL; names++) {
		bool ours = known ? pmail->origin.keyword ==
			warden_record_keyword_id(*names) :
			warden_keyword_is_ours(*names);
		if (!ours)
			array_push_back(&kept, names);
	}
	array_append_zero(&kept);
	return warden_keywords_add(ctx->target, array_front(&kept), NULL);
}

static int
save_init(struct putback_context *ctx, const struct putback_mail *pmail,
	  struct mailbox_transaction_context *t,
	  struct mail_save_context **save_ctx_r)
{
	struct mail *mail = pmail->mail;
	struct mail_keywords *keywords;
	enum mail_flags flags = mail_get_flags(mail);
	const char *from = NULL;
	time_t received;

	if (mail_get_received_date(mail, &received) < 0)
		return -1;
	(void)mail_get_special(mail, MAIL_FETCH_FROM_ENVELOPE, &from);
	*save_ctx_r = mailbox_save_alloc(t);
	keywords = get_keywords(ctx, pmail);
	mailbox_save_set_flags(*save_ctx_r,
			       (flags & ENUM_NEGATE(MAIL_RECENT |
						    MAIL_DELETED)) |
			       (enum mail_flags)pmail->origin.flags, keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	mailbox_save_set_received_date(*save_ctx_r, received, 0);
	if (from != NULL && *from != '\0')
		mailbox_save_set_from_envelope(*save_ctx_r, from);
	if (*pmail->guid != '\0')
		mailbox_save_set_guid(*save_ctx_r, pmail->guid);
	return 0;
}

static int
save_bytes(struct putback_context *ctx, const struct putback_mail *pmail,
	   struct mailbox_transaction_context *t)
{
	struct mail_save_context *save_ctx;
	struct istream *input = NULL;
	struct mail *dest_mail;
	bool reference = warden_save_by_reference(ctx->target, pmail->mail);
	int ret;

	if ((!reference &&
	     mail_get_stream_because(pmail->mail, NULL, NULL, "warden restore",
				     &input) < 0) ||
	    save_init(ctx, pmail, t, &save_ctx) < 0) {
		mail_failed(ctx, pmail->mail, "reading it failed: %s",
			    mailbox_get_last_internal_error(ctx->box, NULL));
		return -1;
	}
	dest_mail = save_ctx->dest_mail;
	if (reference)
		ret = mailbox_copy(&save_ctx, pmail->mail);
	else {
		i_stream_seek(input, 0);
		ret = warden_save_stream(&save_ctx, input);
	}
	if (ret < 0) {
		mail_failed(ctx, pmail->mail, "saving it to %s failed: %s",
			    ctx->target->vname,
			    mailbox_get_last_internal_error(ctx->target, NULL));
		return -1;
	}
	warden_record_update(t, dest_mail->seq, ctx->target_mbox.ext_id,
			     &pmail->record);
	return 0;
}

/* Returns the new UID, or 0 after a failure. */
static uint32_t
save_mail(struct putback_context *ctx, const struct putback_mail *pmail)
{
	struct mailbox_transaction_context *t;
	struct mail_transaction_commit_changes changes;
	uint32_t uid;

	t = mailbox_transaction_begin(ctx->target,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "warden restore");
	if (save_bytes(ctx, pmail, t) < 0) {
		mailbox_transaction_rollback(&t);
		return 0;
	}
	if (mailbox_transaction_commit_get_changes(&t, &changes) < 0) {
		mail_failed(ctx, pmail->mail, "saving it to %s failed: %s",
			    ctx->target->vname,
			    mailbox_get_last_internal_error(ctx->target, NULL));
		return 0;
	}
	uid = warden_uids_nth(&changes.saved_uids, 0);
	pool_unref(&changes.pool);
	return uid;
}

/* Released and with this key; or without record: maildir has its files in place
   before the index learns of them, and a kill may fall between. */
static bool
may_be_restored(struct putback_context *ctx, const struct putback_mail *pmail,
		struct mailbox_transaction_context *t, uint32_t seq)
{
	struct warden_record record;

	(void)warden_record_lookup(t, seq, ctx->target_mbox.ext_id, &record);
	if (!warden_record_has_key(&record))
		return TRUE;
	return record.verdict == WARDEN_VERDICT_RELEASED &&
		memcmp(record.key, pmail->record.key, sizeof(record.key)) == 0;
}

static bool
is_restored(const struct putback_mail *pmail, struct mail *mail)
{
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	const char *guid;

	return mail_get_special(mail, MAIL_FETCH_GUID, &guid) == 0 &&
		strcmp(guid, pmail->guid) == 0 &&
		(!warden_record_has_key(&pmail->record) ||
		 (warden_hunt_key_of(mail, key) == 0 &&
		  memcmp(key, pmail->record.key, sizeof(key)) == 0));
}

/* Did an interrupted run save this very mail? Returns its UID or 0. */
static uint32_t
find_restored(struct putback_context *ctx, const struct putback_mail *pmail)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t seq, uid = 0;

	if (*pmail->guid == '\0' || mailbox_sync(ctx->target, 0) < 0)
		return 0;
	t = mailbox_transaction_begin(ctx->target, 0, "warden restore");
	mail = mail_alloc(t, 0, NULL);
	for (seq = mail_index_view_get_messages_count(t->view);
	     seq > 0 && uid == 0; seq--) T_BEGIN {
		mail_set_seq(mail, seq);
		if (may_be_restored(ctx, pmail, t, seq) &&
		    is_restored(pmail, mail)) {
			uid = mail->uid;
			warden_record_update(t, seq, ctx->target_mbox.ext_id,
					     &pmail->record);
		}
	} T_END;
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0)
		return 0;
	return uid;
}

/* --- one mail ------------------------------------------------------------- */

static void
tell(struct putback_context *ctx, const struct putback_mail *pmail,
     uint32_t uid)
{
	struct mailbox_metadata metadata;
	struct mailbox_status status;
	struct warden_journey journey = {
		.user = ctx->admin->user,
		.operation = WARDEN_OPERATION_RESTORE,
		.comment = ctx->admin->comment,
		.origin = ctx->box->vname,
		.origin_uid_validity = ctx->uid_validity,
		.origin_uid = pmail->mail->uid,
		.mailbox = ctx->target->vname,
		.uid = uid,
		.guid = pmail->guid,
	};

	if (warden_record_has_key(&pmail->record))
		journey.key = pmail->record.key;
	if (mailbox_get_metadata(ctx->target, MAILBOX_METADATA_GUID,
				 &metadata) == 0) {
		guid_128_copy(journey.origin_guid, ctx->box_guid);
		guid_128_copy(journey.mailbox_guid, metadata.guid);
		journey.have_guids = TRUE;
	}
	mailbox_get_open_status(ctx->target, STATUS_UIDVALIDITY, &status);
	journey.uid_validity = status.uidvalidity;
	warden_judge_tell_moved(&journey);
}

static void print(struct putback_context *ctx, const struct putback_mail *pmail)
{
	doveadm_print(ctx->box->vname);
	doveadm_print_num(pmail->mail->uid);
	doveadm_print(pmail->guid);
	doveadm_print(ctx->target->vname);
}

void warden_putback_print_headers(void)
{
	doveadm_print_header_simple("origin");
	doveadm_print_header_simple("uid");
	doveadm_print_header_simple("guid");
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
}

/* Returns 0 when it is where it belongs, -1 after a failure. */
static int restore_mail(struct putback_context *ctx, struct putback_mail *pmail)
{
	uint32_t uid = 0;

	if (open_target(ctx, pmail) < 0)
		return -1;
	if (ctx->admin->dry_run) {
		print(ctx, pmail);
		return 0;
	}
	if (ask_release(ctx, pmail) < 0)
		return -1;
	if (seq_range_exists(&ctx->interrupted, pmail->mail->uid))
		uid = find_restored(ctx, pmail);
	if (uid == 0)
		uid = save_mail(ctx, pmail);
	if (uid == 0)
		return -1;
	print(ctx, pmail);
	/* Before the copy here is expunged: killed between, the database says
	   where the mail stands, and the next run clears this one by its
	   key. */
	tell(ctx, pmail, uid);
	return 0;
}

static void pmail_init(struct putback_context *ctx, struct mail *mail,
		       struct putback_mail *pmail_r)
{
	const char *guid;

	i_zero(pmail_r);
	pmail_r->mail = mail;
	(void)warden_record_lookup(mail->transaction, mail->seq,
				   ctx->mbox.ext_id, &pmail_r->record);
	(void)warden_record_lookup_origin(mail->transaction, mail->seq,
					  ctx->mbox.origin_ext_id,
					  &pmail_r->origin);
	pmail_r->guid = mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ?
		"" : t_strdup(guid);
}

static void restore_uid(struct putback_context *ctx, uint32_t uid)
{
	struct mailbox_transaction_context *t;
	struct putback_mail pmail;
	struct mail *mail;

	t = mailbox_transaction_begin(ctx->box, 0, "warden restore");
	mail = mail_alloc(t, MAIL_FETCH_STREAM_BODY, NULL);
	if (mail_set_uid(mail, uid)) {
		pmail_init(ctx, mail, &pmail);
		if (restore_mail(ctx, &pmail) == 0) {
			ctx->admin->mails_done++;
			if (!ctx->admin->dry_run)
				mail_expunge(mail);
		}
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
			"Can't remove what was restored from");
	}
}

/* --- all ------------------------------------------------------------------ */

/* Say in all records what will be done, and which of them a run before this one
   said it of. */
static int mark(struct putback_context *ctx, const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox_transaction_context *t;
	struct warden_record record;
	struct seq_range_iter iter;
	unsigned int n = 0;
	struct mail *mail;
	uint32_t uid;

	t = mailbox_transaction_begin(ctx->box, 0, "warden restore");
	mail = mail_alloc(t, 0, NULL);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (!mail_set_uid(mail, uid) ||
		    !warden_record_lookup(t, mail->seq, ctx->mbox.ext_id,
					  &record))
			continue;
		if ((record.flags & WARDEN_RECORD_RESTORING) != 0)
			seq_range_array_add(&ctx->interrupted, uid);
		record.flags |= WARDEN_RECORD_RESTORING;
		warden_record_update(t, mail->seq, ctx->mbox.ext_id, &record);
	}
	mail_free(&mail);
	if (ctx->admin->dry_run) {
		mailbox_transaction_rollback(&t);
		return 0;
	}
	if (mailbox_transaction_commit(&t) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
					    "Can't write to");
		return -1;
	}
	return 0;
}

static void
restore_locked(struct putback_context *ctx, const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox_metadata metadata;
	struct mailbox_status status;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	if (mailbox_sync(ctx->box, 0) < 0 ||
	    mailbox_get_metadata(ctx->box, MAILBOX_METADATA_GUID,
				 &metadata) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
					    "Can't open mailbox");
		return;
	}
	guid_128_copy(ctx->box_guid, metadata.guid);
	mailbox_get_open_status(ctx->box, STATUS_UIDVALIDITY, &status);
	ctx->uid_validity = status.uidvalidity;
	warden_mailbox_register(ctx->box, &ctx->mbox);
	if (mark(ctx, uids) < 0)
		return;
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid) &&
	       !warden_admin_is_stopped(ctx->admin)) T_BEGIN {
		restore_uid(ctx, uid);
		warden_admin_progress(ctx->admin);
	} T_END;
	if (ctx->target != NULL)
		mailbox_free(&ctx->target);
	if (mailbox_sync(ctx->box, 0) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
			"Can't remove what was restored from");
	}
}

void warden_putback(const struct warden_putback *putback,
		    const ARRAY_TYPE(seq_range) *uids)
{
	struct putback_context ctx = {
		.putback = putback,
		.admin = putback->admin,
		.box = putback->box,
	};
	struct file_lock *lock;
	const char *error;

	if (mailbox_lock_file_create(ctx.box, LOCK_NAME, LOCK_SECS, &lock,
				     &error) <= 0) {
		warden_admin_failed(ctx.admin, MAIL_ERROR_TEMP,
				    "Can't lock %s: %s", ctx.box->vname,
				    error);
		return;
	}
	i_array_init(&ctx.interrupted, 8);
	ctx.admin->wuser->release_global = putback->global;
	restore_locked(&ctx, uids);
	array_free(&ctx.interrupted);
	file_lock_free(&lock);
}
