/* doveadm warden status: is the scanner well?
   doveadm warden release: let mail go from a user's Quarantine. The release
   itself (policy, audit row, sticky record) is the mail plugin's: it happens
   in its copy hook, as when a user moves the mail, but as an administrator.

   One mail, one transaction: a mail that cannot be saved does not hold up the
   others, and none is expunged before its copy stands. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "guid.h"
#include "hex-binary.h"
#include "mail-namespace.h"
#include "mail-search-build.h"
#include "mail-storage-private.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"

#include "doveadm-warden.h"
#include "warden-client.h"
#include "warden-plugin.h"

#include "warden-doveadm-compat.h"

#include <dlfcn.h>
#include <sysexits.h>

#define STATUS_DEADLINE_MSECS 5000

struct release_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	/* target, NULL = where it was meant to go */
	const char *mailbox;
	const char *comment;
	bool global;
};

const char *doveadm_warden_plugin_version = DOVECOT_ABI_VERSION;

/* --- status --------------------------------------------------------------- */

static void print_status(const struct warden_str *text)
{
	const char *const *lines;

	doveadm_print_header("key", "key", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("value");
	lines = t_strsplit(t_strndup(text->data, text->size), "\n");
	for (; *lines != NULL; lines++) {
		const char *equals = strchr(*lines, '=');

		if (equals == NULL)
			continue;
		doveadm_print(t_strdup_until(*lines, equals));
		doveadm_print(equals + 1);
	}
}

static int
get_socket_path(struct doveadm_cmd_context *cctx, const char **path_r,
		const char **error_r)
{
	if (!doveadm_cmd_param_str(cctx, "socket", path_r) &&
	    warden_doveadm_get_socket(cctx, path_r, error_r) < 0)
		return -1;
	if (**path_r != '/') {
		*path_r = t_strconcat(doveadm_settings->base_dir, "/",
				      *path_r, NULL);
	}
	return 0;
}

static void
ask_status(const char *path, struct event *event)
{
	struct warden_request request = {
		.op = WARDEN_OP_STATUS,
		.service = warden_str("doveadm", 7),
	};
	struct warden_client_input input = {
		.event = event,
		.socket_path = path,
	};
	buffer_t *frame = t_buffer_create(1024);
	struct warden_reply reply;
	const char *error;

	warden_client_reset();
	if (warden_client_ask(&input, &request, NULL, warden_client_now() +
			      STATUS_DEADLINE_MSECS, frame, &reply,
			      &error) < 0) {
		i_error("The scanner does not answer: %s", error);
		doveadm_exit_code = EX_UNAVAILABLE;
	} else if (reply.status != WARDEN_STATUS_OK) {
		i_error("The scanner is not well: %s",
			t_strndup(reply.reason.data, reply.reason.size));
		doveadm_exit_code = EX_TEMPFAIL;
	} else {
		print_status(&reply.text);
	}
}

static void cmd_warden_status(struct doveadm_cmd_context *cctx)
{
	struct event *event;
	const char *path, *error;

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	if (get_socket_path(cctx, &path, &error) < 0) {
		i_error("%s", error);
		doveadm_exit_code = EX_CONFIG;
		return;
	}
	event = event_create(NULL);
	ask_status(path, event);
	event_unref(&event);
}

/* --- release -------------------------------------------------------------- */

static struct mailbox *
open_by_guid(struct mail_user *user, const guid_128_t guid)
{
	struct mail_namespace *ns;
	struct mailbox *box;

	for (ns = user->namespaces; ns != NULL; ns = ns->next) {
		if (ns->alias_for != NULL)
			continue;
		box = mailbox_alloc_guid(ns->list, guid, 0);
		if (mailbox_open(box) == 0)
			return box;
		mailbox_free(&box);
	}
	return NULL;
}

/* Where a mail shall go: as the administrator says; else where it was meant
   to go, if that is still there; else INBOX. */
static int
open_target(struct release_cmd_context *ctx, struct mail_user *user,
	    struct mail *mail, struct mailbox **box_r)
{
	const char *name = ctx->mailbox == NULL ? "INBOX" : ctx->mailbox;
	struct mail_namespace *ns;
	guid_128_t origin;

	*box_r = NULL;
	if (ctx->mailbox == NULL &&
	    warden_record_lookup_origin(mail->transaction, mail->seq,
			warden_record_register_origin(mail->box), origin))
		*box_r = open_by_guid(user, origin);
	if (*box_r != NULL && strcmp((*box_r)->vname, mail->box->vname) != 0)
		return 0;
	if (*box_r != NULL)
		mailbox_free(box_r);

	ns = mail_namespace_find(user->namespaces, name);
	*box_r = mailbox_alloc(ns->list, name, 0);
	if (mailbox_open(*box_r) == 0)
		return 0;
	e_error(user->event, "Can't open mailbox '%s': %s", name,
		mailbox_get_last_internal_error(*box_r, NULL));
	doveadm_mail_failed_mailbox(&ctx->ctx, *box_r);
	mailbox_free(box_r);
	return -1;
}

static int move_mail(struct mailbox *target, struct mail *mail)
{
	struct mailbox_transaction_context *t;
	struct mail_save_context *save_ctx;

	t = mailbox_transaction_begin(target,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "warden release");
	save_ctx = mailbox_save_alloc(t);
	mailbox_save_copy_flags(save_ctx, mail);
	if (mailbox_move(&save_ctx, mail) < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	return mailbox_transaction_commit(&t);
}

static int
release_uid(struct release_cmd_context *ctx, struct mail_user *user,
	    struct mailbox *box, uint32_t uid)
{
	struct mailbox_transaction_context *t;
	struct mailbox *target;
	struct mail *mail;
	const char *guid;
	int ret;

	t = mailbox_transaction_begin(box, 0, "warden release");
	mail = mail_alloc(t, 0, NULL);
	if (!mail_set_uid(mail, uid) ||
	    open_target(ctx, user, mail, &target) < 0) {
		mail_free(&mail);
		mailbox_transaction_rollback(&t);
		return -1;
	}
	guid = mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ? "" :
		t_strdup(guid);
	ret = move_mail(target, mail);
	if (ret < 0) {
		e_error(user->event, "Releasing message UID %u to '%s' "
			"failed: %s", uid, target->vname,
			mailbox_get_last_error(target, NULL));
		doveadm_mail_failed_mailbox(&ctx->ctx, target);
	}
	mail_free(&mail);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else {
		doveadm_print_num(uid);
		doveadm_print(guid);
		doveadm_print(target->vname);
		if (mailbox_transaction_commit(&t) < 0) {
			e_error(user->event, "Removing released message UID "
				"%u from Quarantine failed: %s", uid,
				mailbox_get_last_internal_error(box, NULL));
			doveadm_mail_failed_mailbox(&ctx->ctx, box);
			ret = -1;
		}
	}
	mailbox_free(&target);
	return ret;
}

static int
find_uids(struct release_cmd_context *ctx, struct mailbox *box,
	  ARRAY_TYPE(uint32_t) *uids)
{
	struct mailbox_transaction_context *t;
	struct mail_search_context *search;
	struct mail *mail;
	int ret;

	mail_search_args_init(ctx->ctx.search_args, box, FALSE, NULL);
	t = mailbox_transaction_begin(box, 0, "warden release");
	search = mailbox_search_init(t, ctx->ctx.search_args, NULL, 0, NULL);
	while (mailbox_search_next(search, &mail))
		array_push_back(uids, &mail->uid);
	ret = mailbox_search_deinit(&search);
	mail_search_args_deinit(ctx->ctx.search_args);
	mailbox_transaction_rollback(&t);
	return ret;
}

static int
release_from(struct release_cmd_context *ctx, struct mail_user *user,
	     struct mailbox *box)
{
	ARRAY_TYPE(uint32_t) uids;
	uint32_t uid;
	int ret = 0;

	t_array_init(&uids, 32);
	if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0 ||
	    find_uids(ctx, box, &uids) < 0) {
		e_error(user->event, "Can't search mailbox '%s': %s",
			box->vname,
			mailbox_get_last_internal_error(box, NULL));
		doveadm_mail_failed_mailbox(&ctx->ctx, box);
		return -1;
	}
	if (array_count(&uids) == 0)
		doveadm_mail_failed_error(&ctx->ctx, MAIL_ERROR_NOTFOUND);
	array_foreach_elem(&uids, uid) T_BEGIN {
		if (release_uid(ctx, user, box, uid) < 0)
			ret = -1;
	} T_END;
	if (mailbox_sync(box, 0) < 0)
		ret = -1;
	return ret;
}

/* The mail plugin comes later than we do, or not at all. */
static struct warden_user *find_warden_user(struct mail_user *user)
{
	struct warden_user *(*find)(struct mail_user *);

	*(void **)&find = dlsym(RTLD_DEFAULT, "warden_user_find");
	return find == NULL ? NULL : find(user);
}

static int
cmd_warden_release_run(struct doveadm_mail_cmd_context *_ctx,
		       struct mail_user *user)
{
	struct release_cmd_context *ctx =
		container_of(_ctx, struct release_cmd_context, ctx);
	struct warden_user *wuser;
	struct mail_namespace *ns;
	struct mailbox *box;
	int ret;

	wuser = find_warden_user(user);
	if (wuser == NULL) {
		e_error(user->event, "The mail plugin warden is not loaded "
			"for this user (mail_plugins)");
		doveadm_mail_failed_error(_ctx, MAIL_ERROR_NOTPOSSIBLE);
		return -1;
	}
	wuser->release_comment = ctx->comment;
	wuser->release_global = ctx->global;
	ns = mail_namespace_find(user->namespaces, wuser->quarantine_vname);
	box = mailbox_alloc(ns->list, wuser->quarantine_vname, 0);
	ret = release_from(ctx, user, box);
	mailbox_free(&box);
	return ret;
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

WARDEN_DOVEADM_INIT(cmd_warden_release_init)
{
	struct release_cmd_context *ctx =
		container_of(_ctx, struct release_cmd_context, ctx);
	struct doveadm_cmd_context *cctx = _ctx->cctx;
	const char *const *query, *const *guids;

	if (!doveadm_cmd_param_array(cctx, "query", &query) || *query == NULL)
		doveadm_mail_help_name("warden release");
	(void)doveadm_cmd_param_str(cctx, "mailbox", &ctx->mailbox);
	(void)doveadm_cmd_param_str(cctx, "comment", &ctx->comment);
	(void)doveadm_cmd_param_bool(cctx, "global", &ctx->global);
	guids = query_from_guids(query);
	_ctx->search_args = doveadm_mail_build_search_args(
		guids != NULL ? guids : query);

	doveadm_print_header_simple("uid");
	doveadm_print_header_simple("guid");
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
}

static struct doveadm_mail_cmd_context *cmd_warden_release_alloc(void)
{
	struct release_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct release_cmd_context);
	ctx->ctx.v.init = cmd_warden_release_init;
	ctx->ctx.v.run = cmd_warden_release_run;
	warden_doveadm_set_options(&ctx->ctx, "c:gm:");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}

static struct doveadm_cmd_ver2 warden_commands[] = {
	{
		.name = "warden status",
		.usage = "[-s <socket>]",
		.cmd = cmd_warden_status,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('s', "socket", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAMS_END
	},
	{
		.name = "warden release",
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
			"[-m <mailbox>] [-c <comment>] [-g] "
			"<search query>|<GUID> [...]",
		.mail_cmd = cmd_warden_release_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('m', "mailbox", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('c', "comment", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('g', "global", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('\0', "query", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	},
};

void doveadm_warden_plugin_init(struct module *module ATTR_UNUSED)
{
	for (unsigned int i = 0; i < N_ELEMENTS(warden_commands); i++)
		doveadm_cmd_register_ver2(&warden_commands[i]);
}

void doveadm_warden_plugin_deinit(void)
{
}
