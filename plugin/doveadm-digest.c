/* doveadm warden digest: tell users what is in their Quarantine that they were
   not told of yet. For cron or a timer, once a day; nothing is said to whom
   there is nothing to say, or who wants no notices (warden_notice). */

#include "lib.h"
#include "doveadm-print.h"

#include "doveadm-admin.h"
#include "warden-notice.h"

#include "warden-doveadm-compat.h"

static void digest_run_user(struct warden_admin *admin)
{
	const char *mailbox, *error;
	int ret = warden_notice_digest(admin->user, &mailbox, &error);

	if (ret < 0) {
		warden_admin_failed(admin, MAIL_ERROR_TEMP,
				    "No digest for %s: %s",
				    admin->user->username, error);
	} else if (ret > 0) {
		admin->mails_done++;
		doveadm_print(mailbox);
	}
}

WARDEN_DOVEADM_INIT(cmd_digest_init)
{
	struct warden_admin *admin =
		container_of(_ctx, struct warden_admin, ctx);

	warden_admin_begin(admin, NULL);
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
}

static const struct warden_admin_vfuncs digest_vfuncs = {
	.run_user = digest_run_user,
};

static struct doveadm_mail_cmd_context *cmd_digest_alloc(void)
{
	struct warden_admin *admin;

	admin = (struct warden_admin *)
		doveadm_mail_cmd_alloc_size(sizeof(*admin));
	warden_admin_init(admin, "digest", "written", &digest_vfuncs);
	admin->ctx.v.init = cmd_digest_init;
	warden_doveadm_set_options(&admin->ctx, "");
	return &admin->ctx;
}

struct doveadm_cmd_ver2 warden_cmd_digest = {
	.name = "warden digest",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX,
	.mail_cmd = cmd_digest_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAMS_END
};
