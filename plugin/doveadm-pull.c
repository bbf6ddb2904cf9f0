/* doveadm warden pull: out of every mailbox, into its owner's Quarantine.

   The database says whose, and which messages; the mailboxes say where. A mail
   is known by the key in its index record. Where that is missing (the index was
   lost) and the database has a copy, the bytes decide: first at the place that
   the database names, then, if a copy is still not met, anywhere in the user's
   mailboxes that has no record.

   Nothing is remembered between runs: what is in Quarantine is not in its
   mailbox any more, so a killed run is simply run again. */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "seq-range-array.h"
#include "str.h"
#include "doveadm-print.h"

#include "doveadm-hunt.h"
#include "warden-judge.h"
#include "warden-move.h"
#include "warden-sync.h"

#include "warden-doveadm-compat.h"

/* Sessions hold it while they move what a FETCH found. */
#define LOCK_SECS 60
/* A mailbox in which something went wrong is looked at again so often: somebody
   else may have moved or expunged mail just then, or held a lock. */
#define TRIES_MAX 4

struct pull_cmd_context {
	struct warden_admin admin;
	const char *const *hunts;
	/* Copies that the database knows, and nobody else. */
	unsigned int missing;
};

/* One mail that shall go. */
struct pull_mail {
	uint32_t uid;
	/* by its bytes: it has no record */
	bool by_bytes;
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	const char *guid;
};

/* One user. */
struct pull_context {
	struct warden_admin *admin;
	pool_t pool;
	struct warden_hunt_result *hunted;
	/* Read all mail without record, not only where a copy should be. */
	bool read_all;
	/* Mails without record that were not read. */
	unsigned int unread;
	/* of the mailbox at hand, by uid */
	ARRAY(struct pull_mail) mails;
	/* What went wrong in it; NULL = nothing. And how many mails are left
	   there because of it. */
	const char *error;
	enum mail_error error_code;
	unsigned int left;
};

/* --- failures, which may be of the moment ----------------------------------- */

static void failed(struct pull_context *ctx, enum mail_error code,
		   const char *error)
{
	/* the first is the cause of the others */
	if (ctx->error == NULL) {
		ctx->error = error;
		ctx->error_code = code;
	}
}

static void mailbox_failed(struct pull_context *ctx, struct mailbox *box,
			   const char *what)
{
	enum mail_error code;
	const char *error = mailbox_get_last_internal_error(box, &code);

	failed(ctx, code, p_strdup_printf(ctx->pool, "%s %s: %s", what,
					  box->vname, error));
}

/* --- finding -------------------------------------------------------------- */

static struct pull_mail *add_mail(struct pull_context *ctx, struct mail *mail)
{
	struct pull_mail *pmail = array_append_space(&ctx->mails);
	const char *guid;

	pmail->uid = mail->uid;
	pmail->guid = mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ? "" :
		p_strdup(ctx->pool, guid);
	return pmail;
}

static void look_at_bytes(struct pull_context *ctx, struct mail *mail)
{
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	struct pull_mail *pmail;

	if (warden_hunt_key_of(mail, key) < 0) {
		if (mail->expunged)
			return;
		mailbox_failed(ctx, mail->box, t_strdup_printf(
			"Can't read UID %u in", mail->uid));
		ctx->left++;
	} else if (warden_hunt_has_key(ctx->hunted, key)) {
		pmail = add_mail(ctx, mail);
		pmail->by_bytes = TRUE;
		memcpy(pmail->key, key, sizeof(key));
	}
}

static void
look_at_mail(struct pull_context *ctx, struct mail *mail, uint32_t seq,
	     const struct warden_record *record, struct warden_hunt_copy *copy)
{
	if (warden_record_has_key(record)) {
		if (!warden_hunt_has_key(ctx->hunted, record->key))
			return;
		mail_set_seq(mail, seq);
		(void)add_mail(ctx, mail);
	} else if (copy != NULL || ctx->read_all) {
		mail_set_seq(mail, seq);
		look_at_bytes(ctx, mail);
	} else {
		ctx->unread++;
		return;
	}
	if (copy != NULL)
		copy->met = TRUE;
}

static void find_mails(struct pull_context *ctx, struct mailbox *box)
{
	struct mailbox_transaction_context *t;
	uint32_t ext_id = warden_record_register(box);
	struct mailbox_status status;
	struct warden_record record;
	struct mail *mail;
	guid_128_t guid;
	uint32_t seq, uid;

	array_clear(&ctx->mails);
	if (!warden_sync_get_guid(box, guid)) {
		mailbox_failed(ctx, box, "Can't open");
		return;
	}
	mailbox_get_open_status(box, STATUS_UIDVALIDITY | STATUS_MESSAGES,
				&status);
	t = mailbox_transaction_begin(box, 0, "warden pull");
	mail = mail_alloc(t, 0, NULL);
	for (seq = 1; seq <= status.messages; seq++) T_BEGIN {
		(void)warden_record_lookup(t, seq, ext_id, &record);
		mail_index_lookup_uid(t->view, seq, &uid);
		look_at_mail(ctx, mail, seq, &record,
			     warden_hunt_find(ctx->hunted, guid,
					      status.uidvalidity, uid));
	} T_END;
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
}

/* --- moving --------------------------------------------------------------- */

static int uid_cmp(const uint32_t *uid, const struct pull_mail *pmail)
{
	return *uid < pmail->uid ? -1 : *uid > pmail->uid ? 1 : 0;
}

static bool
pull_wanted(struct mail *mail, struct warden_record *record, void *context)
{
	struct pull_context *ctx = context;
	const struct pull_mail *pmail =
		array_bsearch(&ctx->mails, &mail->uid, uid_cmp);

	if (pmail == NULL)
		return FALSE;
	if (!warden_record_has_key(record)) {
		if (!pmail->by_bytes)
			return FALSE;
		record->verdict = WARDEN_VERDICT_PENDING;
		memcpy(record->key, pmail->key, sizeof(record->key));
	} else if (!warden_hunt_has_key(ctx->hunted, record->key)) {
		return FALSE;
	}
	/* that somebody let it go once does not count any more */
	if (record->verdict == WARDEN_VERDICT_RELEASED)
		record->verdict = WARDEN_VERDICT_CLEAN;
	record->action = WARDEN_ACTION_QUARANTINE;
	record->flags |= WARDEN_RECORD_PULLED;
	return TRUE;
}

static void print(struct mailbox *box, const struct pull_mail *pmail)
{
	doveadm_print(box->vname);
	doveadm_print_num(pmail->uid);
	doveadm_print(pmail->guid);
}

/* Say what went: those that do not stand here any more. After a failure that
   may be some of them only. */
static void count_moved(struct pull_context *ctx, struct mailbox *box)
{
	const struct pull_mail *pmail;
	uint32_t seq;

	if (mailbox_sync(box, 0) < 0) {
		mailbox_failed(ctx, box, "Can't open");
		ctx->left += array_count(&ctx->mails);
		return;
	}
	array_foreach(&ctx->mails, pmail) {
		if (mail_index_lookup_seq(box->view, pmail->uid, &seq)) {
			ctx->left++;
			continue;
		}
		print(box, pmail);
		ctx->admin->mails_done++;
	}
}

static void move_mails(struct pull_context *ctx, struct mailbox *box)
{
	struct warden_move move = {
		.user = ctx->admin->user,
		.operation = WARDEN_OPERATION_PULL,
		.comment = ctx->admin->comment,
		.wanted = pull_wanted,
		.context = ctx,
		.lock_secs = LOCK_SECS,
	};
	const struct pull_mail *pmail;
	struct warden_move_result result;
	ARRAY_TYPE(seq_range) uids;
	const char *error;

	if (ctx->admin->dry_run) {
		array_foreach(&ctx->mails, pmail)
			print(box, pmail);
		ctx->admin->mails_done += array_count(&ctx->mails);
		return;
	}
	t_array_init(&uids, 32);
	array_foreach(&ctx->mails, pmail)
		seq_range_array_add(&uids, pmail->uid);
	if (warden_move_to_quarantine(&move, box, &uids, &result, &error) < 0)
		failed(ctx, MAIL_ERROR_TEMP, p_strdup(ctx->pool, error));
	count_moved(ctx, box);
}

/* Returns FALSE if something went wrong. */
static bool pull_once(struct pull_context *ctx, struct mailbox *box)
{
	ctx->error = NULL;
	ctx->left = 0;
	find_mails(ctx, box);
	if (array_count(&ctx->mails) > 0)
		move_mails(ctx, box);
	return ctx->error == NULL && ctx->left == 0;
}

/* What is there by then is all that there is to do: mail that others have moved
   meanwhile is not. */
static void pull_mailbox(struct warden_admin *admin, struct mailbox *box,
			 void *context)
{
	struct pull_context *ctx = context;
	unsigned int unread = ctx->unread, tries = 0;

	while (!pull_once(ctx, box)) {
		if (++tries == TRIES_MAX || admin->dry_run ||
		    !warden_admin_wait(admin, tries)) {
			if (ctx->error != NULL)
				warden_admin_failed(admin, ctx->error_code,
						    "%s", ctx->error);
			warden_admin_mails_failed(admin, ctx->left);
			break;
		}
		ctx->unread = unread;
		/* if it cannot be, the next try says so */
		(void)mailbox_sync(box, 0);
	}
	warden_admin_progress(admin);
}

/* --- a user --------------------------------------------------------------- */

/* A run that was killed may not have told where this mail went. */
static void
tell_again(struct pull_context *ctx, struct mailbox *box, uint32_t uid_validity,
	   const struct warden_record *record, const struct warden_origin *from,
	   const struct warden_hunt_copy *copy, struct mail *mail)
{
	struct warden_journey journey = {
		.user = ctx->admin->user,
		.operation = WARDEN_OPERATION_PULL,
		.comment = ctx->admin->comment,
		.key = record->key,
		.origin = copy->origin,
		.origin_uid_validity = from->uid_validity,
		.origin_uid = from->uid,
		.mailbox = box->vname,
		.uid_validity = uid_validity,
		.uid = mail->uid,
	};
	const char *guid;

	guid_128_copy(journey.origin_guid, from->mailbox);
	journey.have_guids = warden_sync_get_guid(box, journey.mailbox_guid);
	if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) == 0)
		journey.guid = guid;
	warden_judge_tell_moved(&journey);
}

static void
look_in_quarantine(struct pull_context *ctx, struct mailbox *box,
		   const guid_128_t guid)
{
	struct warden_mailbox mbox = { .ext_registered = FALSE };
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct warden_hunt_copy *copy;
	struct warden_record record;
	struct warden_origin from;
	struct mail *mail;
	uint32_t seq;

	warden_mailbox_register(box, &mbox);
	mailbox_get_open_status(box, STATUS_UIDVALIDITY | STATUS_MESSAGES,
				&status);
	t = mailbox_transaction_begin(box, 0, "warden pull");
	mail = mail_alloc(t, 0, NULL);
	for (seq = 1; seq <= status.messages; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		copy = warden_hunt_find(ctx->hunted, guid, status.uidvalidity,
					mail->uid);
		if (copy == NULL &&
		    warden_record_lookup(t, seq, mbox.ext_id, &record) &&
		    (record.flags & WARDEN_RECORD_PULLED) != 0 &&
		    warden_record_lookup_origin(t, seq, mbox.origin_ext_id,
						&from)) {
			copy = warden_hunt_find(ctx->hunted, from.mailbox,
						from.uid_validity, from.uid);
			if (copy != NULL && !ctx->admin->dry_run) {
				tell_again(ctx, box, status.uidvalidity,
					   &record, &from, copy, mail);
			}
		}
		if (copy != NULL)
			copy->met = TRUE;
	} T_END;
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
}

/* Copies whose mail was met in no mailbox, and does not stand in Quarantine. */
static unsigned int count_missing(struct pull_context *ctx)
{
	const struct warden_hunt_copy *copy;
	struct mailbox *box = warden_admin_open_quarantine(ctx->admin);
	guid_128_t quarantine;
	unsigned int missing = 0;

	if (box != NULL && warden_sync_get_guid(box, quarantine))
		look_in_quarantine(ctx, box, quarantine);
	if (box != NULL)
		mailbox_free(&box);
	array_foreach(&ctx->hunted->copies, copy) {
		if (!copy->met)
			missing++;
	}
	return missing;
}

static void pull_run_user(struct warden_admin *admin)
{
	struct pull_cmd_context *cmd =
		container_of(admin, struct pull_cmd_context, admin);
	struct pull_context ctx = { .admin = admin };
	unsigned int missing;

	if (warden_hunt_copies(admin, cmd->hunts, WARDEN_OPERATION_PULL,
			       &ctx.hunted) < 0)
		return;
	if (array_count(&ctx.hunted->keys) > 0) {
		ctx.pool = pool_alloconly_create("warden pull", 1024);
		i_array_init(&ctx.mails, 32);
		warden_admin_walk(admin, pull_mailbox, &ctx);
		missing = count_missing(&ctx);
		if (ctx.unread > 0 && missing > 0) {
			ctx.read_all = TRUE;
			warden_admin_walk(admin, pull_mailbox, &ctx);
			missing = count_missing(&ctx);
		}
		cmd->missing += missing;
		array_free(&ctx.mails);
		pool_unref(&ctx.pool);
	}
	warden_hunt_free(&ctx.hunted);
}

/* --- the command ---------------------------------------------------------- */

WARDEN_DOVEADM_INIT(cmd_pull_init)
{
	struct pull_cmd_context *cmd =
		container_of(_ctx, struct pull_cmd_context, admin.ctx);

	cmd->hunts = warden_hunt_param(_ctx->cctx, "warden pull");
	cmd->admin.users_total = warden_hunt_holders_count();
	warden_admin_begin(&cmd->admin, p_strdup(_ctx->pool,
		t_strarray_join(cmd->hunts, " ")));
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("uid");
	doveadm_print_header_simple("guid");
}

static const char *pull_details(struct warden_admin *admin)
{
	struct pull_cmd_context *cmd =
		container_of(admin, struct pull_cmd_context, admin);

	return cmd->missing == 0 ? "" :
		t_strdup_printf("; of %u copies the database says where they "
				"stood, and there is none", cmd->missing);
}

static const struct warden_admin_vfuncs pull_vfuncs = {
	.run_user = pull_run_user,
	.details = pull_details,
};

static struct doveadm_mail_cmd_context *cmd_pull_alloc(void)
{
	struct pull_cmd_context *cmd;

	cmd = (struct pull_cmd_context *)
		doveadm_mail_cmd_alloc_size(sizeof(*cmd));
	warden_admin_init(&cmd->admin, "pull", "moved to Quarantine",
			  &pull_vfuncs);
	cmd->admin.ctx.v.init = cmd_pull_init;
	warden_doveadm_set_options(&cmd->admin.ctx, "c:n");
	return &cmd->admin.ctx;
}

struct doveadm_cmd_ver2 warden_cmd_pull = {
	.name = "warden pull",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
		"[-F <file>] [-n] [-c <comment>] <kind:value> [...]",
	.cmd = warden_hunt_cmd_pull,
	.mail_cmd = cmd_pull_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('c', "comment", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('\0', "hunt", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
