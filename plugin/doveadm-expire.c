/* doveadm warden expire: what has been in Quarantine for longer than
   warden_retention goes for good.

   The line in the audit trail comes first: without it nothing is expunged. The
   mailbox is opened with the mail plugin's hooks, which tell the database what
   is gone, and see to it that lazy_expunge keeps no copy. */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "str.h"
#include "doveadm-print.h"

#include "doveadm-admin.h"

#include "warden-doveadm-compat.h"

/* Mails in one transaction, and keys in one line of the audit trail. */
#define BATCH_MAX 100

struct expire_cmd_context {
	struct warden_admin admin;
	/* -A over users without a retention is said once */
	bool told_unset;
};

struct expire_mail {
	uint32_t uid;
	const char *guid;
	time_t saved;
};

/* One batch of one user. */
struct expire_context {
	struct warden_admin *admin;
	struct mailbox *box;
	uint32_t ext_id;
	time_t before;
	pool_t pool;
	ARRAY(struct expire_mail) mails;
	/* of the mails, for the audit trail */
	string_t *keys;
};

/* --- finding -------------------------------------------------------------- */

/* When it came into Quarantine; some storages do not say. */
static int get_age(struct mail *mail, time_t *time_r)
{
	if (mail_get_save_date(mail, time_r) >= 0 && *time_r != (time_t)-1)
		return 0;
	return mail_get_received_date(mail, time_r);
}

static void
add_mail(struct expire_context *ctx, struct mail *mail, time_t saved)
{
	struct expire_mail *email = array_append_space(&ctx->mails);
	struct warden_record record;
	const char *guid;

	email->uid = mail->uid;
	email->saved = saved;
	email->guid = mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ? "" :
		p_strdup(ctx->pool, guid);
	if (str_len(ctx->keys) > 0)
		str_append_c(ctx->keys, ' ');
	if (warden_record_lookup(mail->transaction, mail->seq, ctx->ext_id,
				 &record) && warden_record_has_key(&record)) {
		str_append(ctx->keys, binary_to_hex(record.key,
						    sizeof(record.key)));
	} else {
		str_append_c(ctx->keys, '-');
	}
}

/* From seq on, until the batch is full. Returns where to go on, 0 = end. */
static uint32_t find_batch(struct expire_context *ctx, uint32_t seq)
{
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct mail *mail;
	time_t saved;

	array_clear(&ctx->mails);
	p_clear(ctx->pool);
	str_truncate(ctx->keys, 0);
	mailbox_get_open_status(ctx->box, STATUS_MESSAGES, &status);
	t = mailbox_transaction_begin(ctx->box, 0, "warden expire");
	mail = mail_alloc(t, MAIL_FETCH_SAVE_DATE, NULL);
	for (; seq <= status.messages &&
	       array_count(&ctx->mails) < BATCH_MAX; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		if (get_age(mail, &saved) == 0) {
			if (saved < ctx->before)
				add_mail(ctx, mail, saved);
		} else if (!mail->expunged) {
			warden_admin_mailbox_failed(ctx->admin, ctx->box,
				t_strdup_printf("Can't say how old UID %u is "
						"in", mail->uid));
			warden_admin_mails_failed(ctx->admin, 1);
		}
	} T_END;
	mail_free(&mail);
	/* dates that were read belong into the cache */
	if (mailbox_transaction_commit(&t) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
					    "Can't read");
	}
	return seq <= status.messages ? seq : 0;
}

/* --- expunging ------------------------------------------------------------ */

static int expunge_batch(struct expire_context *ctx)
{
	struct mailbox_transaction_context *t;
	const struct expire_mail *email;
	struct mail *mail;

	t = mailbox_transaction_begin(ctx->box, 0, "warden expire");
	mail = mail_alloc(t, 0, NULL);
	array_foreach(&ctx->mails, email) {
		if (mail_set_uid(mail, email->uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) == 0)
		return 0;
	warden_admin_mailbox_failed(ctx->admin, ctx->box, "Can't expunge from");
	return -1;
}

static int audit_batch(struct expire_context *ctx)
{
	struct warden_admin *admin = ctx->admin;

	return warden_admin_audit(admin, admin->user->username, "expire",
		str_c(ctx->keys), t_strdup_printf(
			"%u mails of %s in %s from before %s",
			array_count(&ctx->mails), admin->user->username,
			ctx->box->vname,
			unixdate2str(ctx->before)));
}

static void print_batch(struct expire_context *ctx)
{
	const struct expire_mail *email;

	array_foreach(&ctx->mails, email) {
		doveadm_print(ctx->box->vname);
		doveadm_print_num(email->uid);
		doveadm_print(email->guid);
		doveadm_print(unixdate2str(email->saved));
	}
}

static void expire_mails(struct expire_context *ctx)
{
	unsigned int count;
	uint32_t seq = 1;

	while (seq != 0 && !warden_admin_is_stopped(ctx->admin)) {
		seq = find_batch(ctx, seq);
		count = array_count(&ctx->mails);
		if (count == 0)
			continue;
		/* sequences hold until the sync after the last batch */
		if (!ctx->admin->dry_run &&
		    (audit_batch(ctx) < 0 || expunge_batch(ctx) < 0)) {
			warden_admin_mails_failed(ctx->admin, count);
			break;
		}
		print_batch(ctx);
		ctx->admin->mails_done += count;
	}
	if (mailbox_sync(ctx->box, 0) < 0) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box,
					    "Can't expunge from");
	}
}

/* --- a user --------------------------------------------------------------- */

static void expire_quarantine(struct warden_admin *admin, struct mailbox *box)
{
	struct expire_context ctx = {
		.admin = admin,
		.box = box,
		.before = ioloop_time - admin->wuser->set->warden_retention,
		.keys = str_new(default_pool, 1024),
		.pool = pool_alloconly_create("warden expire", 1024),
	};
	enum mail_error code;

	i_array_init(&ctx.mails, BATCH_MAX);
	if (mailbox_open(box) == 0 && mailbox_sync(box, 0) == 0) {
		ctx.ext_id = warden_record_register(box);
		expire_mails(&ctx);
	} else {
		(void)mailbox_get_last_internal_error(box, &code);
		if (code != MAIL_ERROR_NOTFOUND) {
			warden_admin_mailbox_failed(admin, box,
						    "Can't open mailbox");
		}
	}
	array_free(&ctx.mails);
	pool_unref(&ctx.pool);
	str_free(&ctx.keys);
}

static void expire_run_user(struct warden_admin *admin)
{
	struct expire_cmd_context *cmd =
		container_of(admin, struct expire_cmd_context, admin);
	const char *vname = admin->wuser->quarantine_vname;
	struct mail_namespace *ns = vname == NULL ? NULL :
		mail_namespace_find(admin->user->namespaces, vname);
	struct mailbox *box;

	if (admin->wuser->set->warden_retention == 0) {
		if (!cmd->told_unset) {
			i_warning("warden expire: warden_retention is not "
				  "set: nothing is expunged");
		}
		cmd->told_unset = TRUE;
		return;
	}
	if (ns == NULL)
		return;
	box = mailbox_alloc(ns->list, vname, MAILBOX_FLAG_IGNORE_ACLS);
	expire_quarantine(admin, box);
	mailbox_free(&box);
}

/* --- the command ---------------------------------------------------------- */

WARDEN_DOVEADM_INIT(cmd_expire_init)
{
	struct expire_cmd_context *cmd =
		container_of(_ctx, struct expire_cmd_context, admin.ctx);

	/* a line for each user instead of one for the run */
	warden_admin_begin(&cmd->admin, NULL);
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("uid");
	doveadm_print_header_simple("guid");
	doveadm_print_header_simple("saved");
}

static const struct warden_admin_vfuncs expire_vfuncs = {
	.run_user = expire_run_user,
};

static struct doveadm_mail_cmd_context *cmd_expire_alloc(void)
{
	struct expire_cmd_context *cmd;

	cmd = (struct expire_cmd_context *)
		doveadm_mail_cmd_alloc_size(sizeof(*cmd));
	warden_admin_init(&cmd->admin, "expire", "expunged", &expire_vfuncs);
	cmd->admin.ctx.v.init = cmd_expire_init;
	warden_doveadm_set_options(&cmd->admin.ctx, "n");
	return &cmd->admin.ctx;
}

struct doveadm_cmd_ver2 warden_cmd_expire = {
	.name = "warden expire",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX "[-F <file>] [-n]",
	.mail_cmd = cmd_expire_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAMS_END
};
