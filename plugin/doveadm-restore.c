/* doveadm warden restore: what was pulled, or otherwise put into Quarantine,
   goes back to where it was, for everybody who has it. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"

#include "doveadm-hunt.h"
#include "doveadm-putback.h"
#include "warden-sync.h"

#include "warden-doveadm-compat.h"

struct restore_cmd_context {
	struct warden_admin admin;
	const char *const *hunts;
};

/* One user. */
struct restore_context {
	struct warden_admin *admin;
	struct warden_hunt_result *hunted;
	struct mailbox *box;
	guid_128_t guid;
	uint32_t uid_validity;
	/* Quarantine's index was lost: found by their bytes */
	ARRAY(struct restore_lost) lost;
	ARRAY_TYPE(seq_range) uids;
};
struct restore_lost {
	uint32_t uid;
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
};

/* --- finding -------------------------------------------------------------- */

static void look_at_bytes(struct restore_context *ctx, struct mail *mail)
{
	struct restore_lost lost = { .uid = mail->uid };

	if (warden_hunt_key_of(mail, lost.key) < 0) {
		if (mail->expunged)
			return;
		warden_admin_mailbox_failed(ctx->admin, mail->box,
			t_strdup_printf("Can't read UID %u in", mail->uid));
		warden_admin_mails_failed(ctx->admin, 1);
	} else if (warden_hunt_has_key(ctx->hunted, lost.key)) {
		array_push_back(&ctx->lost, &lost);
		seq_range_array_add(&ctx->uids, mail->uid);
	}
}

static void find_mails(struct restore_context *ctx)
{
	struct mailbox_transaction_context *t;
	uint32_t ext_id = warden_record_register(ctx->box);
	struct mailbox_status status;
	struct warden_record record;
	struct mail *mail;
	uint32_t seq;

	mailbox_get_open_status(ctx->box, STATUS_UIDVALIDITY | STATUS_MESSAGES,
				&status);
	ctx->uid_validity = status.uidvalidity;
	t = mailbox_transaction_begin(ctx->box, 0, "warden restore");
	mail = mail_alloc(t, 0, NULL);
	for (seq = 1; seq <= status.messages; seq++) T_BEGIN {
		(void)warden_record_lookup(t, seq, ext_id, &record);
		mail_set_seq(mail, seq);
		if (!warden_record_has_key(&record))
			look_at_bytes(ctx, mail);
		else if (warden_hunt_has_key(ctx->hunted, record.key))
			seq_range_array_add(&ctx->uids, mail->uid);
	} T_END;
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
}

/* --- what the database knows ---------------------------------------------- */

static int uid_cmp(const uint32_t *uid, const struct restore_lost *lost)
{
	return *uid < lost->uid ? -1 : *uid > lost->uid ? 1 : 0;
}

static const uint8_t *lost_key(struct mail *mail, void *context)
{
	struct restore_context *ctx = context;
	const struct restore_lost *lost =
		array_bsearch(&ctx->lost, &mail->uid, uid_cmp);

	return lost == NULL ? NULL : lost->key;
}

/* Of the copy that stands here; if places were lost with the index, of any
   with these bytes. */
static const char *former_name(struct mail *mail, void *context)
{
	struct restore_context *ctx = context;
	const struct warden_hunt_copy *copy =
		warden_hunt_find(ctx->hunted, ctx->guid, ctx->uid_validity,
				 mail->uid);
	const uint8_t *key = lost_key(mail, context);

	if (copy != NULL)
		return copy->origin;
	if (key == NULL)
		return NULL;
	array_foreach(&ctx->hunted->copies, copy) {
		if (copy->origin != NULL &&
		    memcmp(copy->key, key, sizeof(copy->key)) == 0)
			return copy->origin;
	}
	return NULL;
}

/* --- a user --------------------------------------------------------------- */

static void restore_from_quarantine(struct restore_context *ctx)
{
	struct warden_putback putback = {
		.admin = ctx->admin,
		.box = ctx->box,
		.former_name = former_name,
		.lost_key = lost_key,
		.context = ctx,
	};

	i_array_init(&ctx->lost, 8);
	i_array_init(&ctx->uids, 32);
	if (!warden_sync_get_guid(ctx->box, ctx->guid)) {
		warden_admin_mailbox_failed(ctx->admin, ctx->box, "Can't open");
	} else {
		find_mails(ctx);
		if (array_count(&ctx->uids) > 0)
			warden_putback(&putback, &ctx->uids);
	}
	array_free(&ctx->lost);
	array_free(&ctx->uids);
}

static void restore_run_user(struct warden_admin *admin)
{
	struct restore_cmd_context *cmd =
		container_of(admin, struct restore_cmd_context, admin);
	struct restore_context ctx = { .admin = admin };

	if (warden_hunt_copies(admin, cmd->hunts, WARDEN_OPERATION_RESTORE,
			       &ctx.hunted) < 0)
		return;
	if (array_count(&ctx.hunted->keys) > 0)
		ctx.box = warden_admin_open_quarantine(admin);
	if (ctx.box != NULL) {
		restore_from_quarantine(&ctx);
		mailbox_free(&ctx.box);
	}
	warden_hunt_free(&ctx.hunted);
}

/* --- the command ---------------------------------------------------------- */

WARDEN_DOVEADM_INIT(cmd_restore_init)
{
	struct restore_cmd_context *cmd =
		container_of(_ctx, struct restore_cmd_context, admin.ctx);

	cmd->hunts = warden_hunt_param(_ctx->cctx, "warden restore");
	cmd->admin.users_total = warden_hunt_holders_count();
	warden_admin_begin(&cmd->admin, p_strdup(_ctx->pool,
		t_strarray_join(cmd->hunts, " ")));
	warden_putback_print_headers();
}

static const struct warden_admin_vfuncs restore_vfuncs = {
	.run_user = restore_run_user,
};

static struct doveadm_mail_cmd_context *cmd_restore_alloc(void)
{
	struct restore_cmd_context *cmd;

	cmd = (struct restore_cmd_context *)
		doveadm_mail_cmd_alloc_size(sizeof(*cmd));
	warden_admin_init(&cmd->admin, "restore", "restored",
			  &restore_vfuncs);
	cmd->admin.ctx.v.init = cmd_restore_init;
	warden_doveadm_set_options(&cmd->admin.ctx, "c:n");
	return &cmd->admin.ctx;
}

struct doveadm_cmd_ver2 warden_cmd_restore = {
	.name = "warden restore",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
		"[-F <file>] [-n] [-c <comment>] <kind:value> [...]",
	.cmd = warden_hunt_cmd_restore,
	.mail_cmd = cmd_restore_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('c', "comment", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('\0', "hunt", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
