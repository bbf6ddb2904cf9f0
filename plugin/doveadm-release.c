/* doveadm warden release: let mail go from a user's Quarantine, by search
   query or GUID. */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "mail-search-build.h"
#include "seq-range-array.h"
#include "doveadm-print.h"

#include "doveadm-putback.h"

#include "warden-doveadm-compat.h"

struct release_cmd_context {
	struct warden_admin admin;
	/* target, NULL = where it was meant to go */
	const char *mailbox;
	bool global;
};

static int
find_uids(struct release_cmd_context *cmd, struct mailbox *box,
	  ARRAY_TYPE(seq_range) *uids)
{
	struct mail_search_args *args = cmd->admin.ctx.search_args;
	struct mailbox_transaction_context *t;
	struct mail_search_context *search;
	struct mail *mail;
	int ret;

	mail_search_args_init(args, box, FALSE, NULL);
	t = mailbox_transaction_begin(box, 0, "warden release");
	search = mailbox_search_init(t, args, NULL, 0, NULL);
	while (mailbox_search_next(search, &mail))
		seq_range_array_add(uids, mail->uid);
	ret = mailbox_search_deinit(&search);
	mail_search_args_deinit(args);
	mailbox_transaction_rollback(&t);
	return ret;
}

static void release_run_user(struct warden_admin *admin)
{
	struct release_cmd_context *cmd =
		container_of(admin, struct release_cmd_context, admin);
	struct warden_putback putback = {
		.admin = admin,
		.mailbox = cmd->mailbox,
		.global = cmd->global,
	};
	ARRAY_TYPE(seq_range) uids;

	t_array_init(&uids, 32);
	putback.box = warden_admin_open_quarantine(admin);
	if (putback.box != NULL && find_uids(cmd, putback.box, &uids) < 0) {
		warden_admin_mailbox_failed(admin, putback.box, "Can't search");
	} else if (array_count(&uids) > 0) {
		warden_putback(&putback, &uids);
	} else if (!admin->user_failed) {
		warden_admin_failed(admin, MAIL_ERROR_NOTFOUND,
				    "No such mail in %s",
				    admin->wuser->quarantine_vname);
	}
	if (putback.box != NULL)
		mailbox_free(&putback.box);
}

static bool is_guid(const char *arg)
{
	guid_128_t guid;

	return guid_128_from_string(arg, guid) == 0;
}

/* Nothing but GUIDs: these mails. Anything else is a search query. */
static const char *const *query_from_guids(const char *const *args)
{
	ARRAY_TYPE(const_string) query;
	const char *word;

	t_array_init(&query, 8);
	for (; *args != NULL; args++) {
		if (!is_guid(*args))
			return NULL;
		if (array_count(&query) > 0) {
			word = "OR";
			array_push_back(&query, &word);
		}
		word = "GUID";
		array_push_back(&query, &word);
		array_push_back(&query, args);
	}
	array_append_zero(&query);
	return array_front(&query);
}

WARDEN_DOVEADM_INIT(cmd_release_init)
{
	struct release_cmd_context *cmd =
		container_of(_ctx, struct release_cmd_context, admin.ctx);
	struct doveadm_cmd_context *cctx = _ctx->cctx;
	const char *const *query, *const *guids;

	if (!doveadm_cmd_param_array(cctx, "query", &query) || *query == NULL)
		doveadm_mail_help_name("warden release");
	(void)doveadm_cmd_param_str(cctx, "mailbox", &cmd->mailbox);
	(void)doveadm_cmd_param_bool(cctx, "global", &cmd->global);
	guids = query_from_guids(query);
	_ctx->search_args = doveadm_mail_build_search_args(
		guids != NULL ? guids : query);

	/* wardend writes each mail's release into the audit trail */
	warden_admin_begin(&cmd->admin, NULL);
	warden_putback_print_headers();
}

static const struct warden_admin_vfuncs release_vfuncs = {
	.run_user = release_run_user,
};

static struct doveadm_mail_cmd_context *cmd_release_alloc(void)
{
	struct release_cmd_context *cmd;

	cmd = (struct release_cmd_context *)
		doveadm_mail_cmd_alloc_size(sizeof(*cmd));
	warden_admin_init(&cmd->admin, "release", "released", &release_vfuncs);
	cmd->admin.ctx.v.init = cmd_release_init;
	warden_doveadm_set_options(&cmd->admin.ctx, "c:gm:n");
	return &cmd->admin.ctx;
}

struct doveadm_cmd_ver2 warden_cmd_release = {
	.name = "warden release",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
		"[-m <mailbox>] [-c <comment>] [-g] [-n] "
		"<search query>|<GUID> [...]",
	.mail_cmd = cmd_release_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('m', "mailbox", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('c', "comment", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('g', "global", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('\0', "query", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
