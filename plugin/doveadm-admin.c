/* What the mailbox-acting commands of `doveadm warden` share. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "mail-namespace.h"
#include "mailbox-list-iter.h"
#include "str-sanitize.h"
#include "doveadm-print.h"

#include "doveadm-admin.h"
#include "warden-client.h"

#include "warden-doveadm-compat.h"

#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

/* A hunt through a large database, on a busy machine. */
#define ASK_DEADLINE_MSECS (60 * 1000)
#define PROGRESS_MSECS 1000
/* Several administrators, an import of lists and a slow disk: for so long a
   database that is busy is asked again. */
#define BUSY_MSECS (20 * 1000)
/* A mailbox that somebody else rewrites is tried again so often. */
#define OPEN_TRIES 3
/* Longer ones would not fit into the format. */
#define STRING_MAX (WARDEN_STRING_MAX - 1)

const char *doveadm_warden_mail_plugin_version = DOVECOT_ABI_VERSION;

/* --- who ------------------------------------------------------------------ */

/* Who sits at the keyboard, though root runs the command. */
static const char *get_actor(struct warden_admin *admin)
{
	const struct passwd *pw;
	char name[256];

	if (*admin->actor != '\0')
		return admin->actor;
	if (getlogin_r(name, sizeof(name)) != 0 || *name == '\0') {
		pw = getpwuid(getuid());
		i_snprintf(name, sizeof(name), "%s", pw != NULL ? pw->pw_name :
			   t_strdup_printf("uid %s", dec2str(getuid())));
	}
	i_strocpy(admin->actor, name, sizeof(admin->actor));
	return admin->actor;
}

static struct warden_str as_str(const char *value)
{
	return value == NULL ? warden_str(NULL, 0) :
		warden_str(value, I_MIN(strlen(value), STRING_MAX));
}

/* --- wardend -------------------------------------------------------------- */

static int
get_socket(struct warden_admin *admin, const char **path_r,
	   const char **error_r)
{
	if (admin->wuser != NULL) {
		*path_r = admin->wuser->socket_path;
		return 0;
	}
	if (warden_doveadm_get_socket(admin->ctx.cctx, path_r, error_r) < 0)
		return -1;
	if (**path_r != '/') {
		*path_r = t_strconcat(doveadm_settings->base_dir, "/",
				      *path_r, NULL);
	}
	return 0;
}

bool warden_admin_wait(struct warden_admin *admin, unsigned int tries)
{
	unsigned int msecs = 50U << I_MIN(tries, 4);

	if (!warden_admin_is_stopped(admin))
		(void)poll(NULL, 0, msecs);
	return !warden_admin_is_stopped(admin);
}

/* A TEMPFAIL says that nothing was done, so that asking again does nothing
   twice. */
static int
ask_patiently(struct warden_admin *admin,
	      const struct warden_client_input *input,
	      struct warden_request *request, buffer_t *frame,
	      struct warden_reply *reply_r, const char **error_r)
{
	uint64_t begun = warden_client_now();
	unsigned int tries = 0;
	int ret;

	do {
		ret = warden_client_ask(input, request, NULL,
					warden_client_now() +
					ASK_DEADLINE_MSECS, frame, reply_r,
					error_r);
	} while (ret >= 0 && reply_r->status == WARDEN_STATUS_TEMPFAIL &&
		 warden_client_now() - begun < BUSY_MSECS &&
		 warden_admin_wait(admin, tries++));
	return ret;
}

int warden_admin_ask(struct warden_admin *admin,
		     struct warden_request *request, buffer_t *frame,
		     struct warden_reply *reply_r, const char **error_r)
{
	struct warden_client_input input = { .event = NULL };
	struct event *event;
	int ret;

	if (get_socket(admin, &input.socket_path, error_r) < 0)
		return -1;
	request->service = warden_str("doveadm", 7);
	request->actor = as_str(get_actor(admin));
	request->admin = TRUE;
	event = event_create(admin->user == NULL ? NULL : admin->user->event);
	input.event = event;
	ret = ask_patiently(admin, &input, request, frame, reply_r, error_r);
	event_unref(&event);
	if (ret < 0)
		return -1;
	if (reply_r->status == WARDEN_STATUS_OK)
		return 0;
	*error_r = reply_r->reason.size == 0 ?
		t_strdup_printf("status %u", reply_r->status) :
		str_sanitize(t_strndup(reply_r->reason.data,
				       reply_r->reason.size), 512);
	return -1;
}

int warden_admin_audit(struct warden_admin *admin, const char *user,
		       const char *what, const char *object,
		       const char *comment)
{
	struct warden_request request = {
		.op = WARDEN_OP_AUDIT,
		.user = as_str(user),
		.what = as_str(what),
		.query = as_str(object),
		.comment = as_str(comment),
	};
	buffer_t *frame = t_buffer_create(1024);
	struct warden_reply reply;
	const char *error;

	if (warden_admin_ask(admin, &request, frame, &reply, &error) == 0)
		return 0;
	warden_admin_failed(admin, MAIL_ERROR_UNAVAILABLE,
		"The scanner cannot write the audit trail: %s", error);
	return -1;
}

/* --- failures ------------------------------------------------------------- */

void warden_admin_mails_failed(struct warden_admin *admin, unsigned int count)
{
	if (count == 0)
		return;
	admin->mails_failed += count;
	admin->user_failed = TRUE;
	doveadm_mail_failed_error(&admin->ctx, MAIL_ERROR_TEMP);
}

void warden_admin_failed(struct warden_admin *admin, enum mail_error code,
			 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	i_error("warden %s: %s", admin->name, t_strdup_vprintf(fmt, args));
	va_end(args);
	admin->user_failed = TRUE;
	doveadm_mail_failed_error(&admin->ctx, code);
}

void warden_admin_mailbox_failed(struct warden_admin *admin,
				 struct mailbox *box, const char *what)
{
	enum mail_error code;
	const char *error = mailbox_get_last_internal_error(box, &code);

	warden_admin_failed(admin, code, "%s %s: %s", what, box->vname, error);
}

void warden_admin_stop(struct warden_admin *admin, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	warden_admin_failed(admin, MAIL_ERROR_UNAVAILABLE, "%s",
			    t_strdup_vprintf(fmt, args));
	va_end(args);
	admin->stopped = TRUE;
}

bool warden_admin_is_stopped(struct warden_admin *admin)
{
	return admin->stopped || doveadm_is_killed();
}

/* --- output --------------------------------------------------------------- */

static const char *summary(struct warden_admin *admin)
{
	const char *details = admin->vfuncs->details == NULL ? "" :
		admin->vfuncs->details(admin);
	const char *users = admin->users_total == 0 ?
		t_strdup_printf("%u", admin->users_done) :
		t_strdup_printf("%u of %u", admin->users_done,
				admin->users_total);

	return t_strdup_printf(
		"%s user%s done (%u failed), %u mail%s %s%s, %u failed%s",
		users, admin->users_done == 1 ? "" : "s", admin->users_failed,
		admin->mails_done, admin->mails_done == 1 ? "" : "s",
		admin->dry_run ? "would be " : "", admin->done_word,
		admin->mails_failed, details);
}

static bool is_command_line(struct warden_admin *admin)
{
	return admin->ctx.cctx != NULL &&
		admin->ctx.cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI;
}

/* With -S or doveadm_worker_count it is doveadm-server that acts, and a process
   of its own that counts. */
static bool is_done_here(struct warden_admin *admin)
{
	return !is_command_line(admin) ||
		admin->ctx.set->doveadm_worker_count == 0;
}

/* doveadm-server's standard error is Dovecot's log. */
static void print_summary(struct warden_admin *admin)
{
	if (!is_command_line(admin))
		return;
	fprintf(stderr, "warden %s: %s\n", admin->name,
		is_done_here(admin) ? summary(admin) :
		"done by doveadm-server; the audit trail has its counts");
}

void warden_admin_progress(struct warden_admin *admin)
{
	uint64_t now = warden_client_now();

	if (now - admin->progress_shown < PROGRESS_MSECS)
		return;
	admin->progress_shown = now;
	print_summary(admin);
}

/* --- life of a command ---------------------------------------------------- */

static void audit_begin(struct warden_admin *admin)
{
	if (admin->audit_begun || admin->dry_run || admin->object == NULL ||
	    !is_done_here(admin))
		return;
	admin->audit_begun = TRUE;
	if (warden_admin_audit(admin, NULL,
			t_strconcat(admin->name, "-begin", NULL),
			admin->object, admin->comment) < 0) {
		/* nothing is done that nobody could know of */
		admin->stopped = TRUE;
	}
}

static void audit_end(struct warden_admin *admin)
{
	if (!admin->audit_begun || admin->stopped)
		return;
	(void)warden_admin_audit(admin, NULL,
		t_strconcat(admin->name, "-end", NULL), admin->object,
		t_strdup_printf("%s%s%s", summary(admin),
				admin->comment == NULL ? "" : ": ",
				admin->comment == NULL ? "" :
				admin->comment));
}

/* Root stays root's real uid while the mailboxes are a user's, so that the
   next user can be had and the service sees who asks. */
static void admin_preinit(struct doveadm_mail_cmd_context *ctx)
{
	if (geteuid() == 0) {
		ctx->service_flags |=
			MAIL_STORAGE_SERVICE_FLAG_TEMP_PRIV_DROP;
	}
}

static int
admin_next_user(struct doveadm_mail_cmd_context *ctx, const char **username_r)
{
	struct warden_admin *admin =
		container_of(ctx, struct warden_admin, ctx);

	if (admin->stopped)
		return 0;
	if (ctx->users_list_input == NULL) {
		return mail_storage_service_all_next(ctx->storage_service,
						     username_r);
	}
	*username_r = i_stream_read_next_line(ctx->users_list_input);
	if (ctx->users_list_input->stream_errno != 0) {
		i_error("read(%s) failed: %s",
			i_stream_get_name(ctx->users_list_input),
			i_stream_get_error(ctx->users_list_input));
		return -1;
	}
	return *username_r != NULL ? 1 : 0;
}

static void admin_run_user(struct warden_admin *admin)
{
	audit_begin(admin);
	if (admin->stopped)
		return;
	admin->wuser = warden_user_find(admin->user);
	if (admin->wuser == NULL) {
		warden_admin_failed(admin, MAIL_ERROR_NOTPOSSIBLE,
			"The mail plugin warden is not loaded for this user "
			"(mail_plugins)");
		return;
	}
	admin->wuser->release_comment = admin->comment;
	admin->wuser->actor = get_actor(admin);
	admin->vfuncs->run_user(admin);
}

static int
admin_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct warden_admin *admin =
		container_of(ctx, struct warden_admin, ctx);

	admin->user = user;
	admin->user_failed = FALSE;
	admin_run_user(admin);
	admin->users_done++;
	if (admin->user_failed)
		admin->users_failed++;
	admin->user = NULL;
	admin->wuser = NULL;
	warden_admin_progress(admin);
	return admin->user_failed ? -1 : 0;
}

static void admin_deinit(struct doveadm_mail_cmd_context *ctx)
{
	struct warden_admin *admin =
		container_of(ctx, struct warden_admin, ctx);

	audit_end(admin);
	/* a command that was only asked for its usage has done nothing */
	if (admin->users_done > 0 || admin->audit_begun ||
	    (admin->begun && !is_done_here(admin)))
		print_summary(admin);
}

void warden_admin_init(struct warden_admin *admin, const char *name,
		       const char *done_word,
		       const struct warden_admin_vfuncs *vfuncs)
{
	admin->name = name;
	admin->done_word = done_word;
	admin->vfuncs = vfuncs;
	admin->ctx.v.preinit = admin_preinit;
	admin->ctx.v.get_next_user = admin_next_user;
	admin->ctx.v.run = admin_run;
	admin->ctx.v.deinit = admin_deinit;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
}

void warden_admin_begin(struct warden_admin *admin, const char *object)
{
	struct doveadm_cmd_context *cctx = admin->ctx.cctx;

	(void)doveadm_cmd_param_bool(cctx, "dry-run", &admin->dry_run);
	(void)doveadm_cmd_param_str(cctx, "comment", &admin->comment);
	admin->object = object;
	admin->begun = TRUE;
	admin->progress_shown = warden_client_now();
	/* doveadm itself does this when there are several users */
	if (admin->ctx.iterate_single_user && is_command_line(admin) &&
	    is_done_here(admin)) {
		doveadm_print_header("username", "Username",
				     DOVEADM_PRINT_HEADER_FLAG_STICKY |
				     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
		doveadm_print_sticky("username", cctx->username);
		admin->users_total = 1;
	}
	if (is_command_line(admin))
		audit_begin(admin);
}

/* --- mailboxes ------------------------------------------------------------ */

struct mailbox *
warden_admin_open(struct warden_admin *admin, struct mailbox_list *list,
		  const char *vname)
{
	enum mail_error code;
	struct mailbox *box;

	for (unsigned int tries = 0;; tries++) {
		box = warden_mailbox_alloc_own(admin->user, list, vname,
					       MAILBOX_FLAG_IGNORE_ACLS);
		if (mailbox_open(box) == 0 && mailbox_sync(box, 0) == 0)
			return box;
		(void)mailbox_get_last_internal_error(box, &code);
		if (code != MAIL_ERROR_TEMP || tries + 1 == OPEN_TRIES ||
		    !warden_admin_wait(admin, tries))
			break;
		mailbox_free(&box);
	}
	/* renamed or deleted since it was listed: its mail is elsewhere */
	if (code != MAIL_ERROR_NOTFOUND)
		warden_admin_mailbox_failed(admin, box, "Can't open mailbox");
	mailbox_free(&box);
	return NULL;
}

struct mailbox *warden_admin_open_quarantine(struct warden_admin *admin)
{
	const char *vname = admin->wuser->quarantine_vname;
	struct mail_namespace *ns = vname == NULL ? NULL :
		mail_namespace_find(admin->user->namespaces, vname);

	return ns == NULL ? NULL : warden_admin_open(admin, ns->list, vname);
}

static void
walk_one(struct warden_admin *admin, const struct mailbox_info *info,
	 warden_admin_mailbox_t *callback, void *context)
{
	struct mailbox *box;

	if ((info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) != 0 ||
	    (admin->wuser->quarantine_vname != NULL &&
	     strcmp(info->vname, admin->wuser->quarantine_vname) == 0))
		return;
	box = warden_admin_open(admin, info->ns->list, info->vname);
	if (box == NULL)
		return;
	if (warden_mailbox_is_supported(box))
		callback(admin, box, context);
	mailbox_free(&box);
}

void warden_admin_walk(struct warden_admin *admin,
		       warden_admin_mailbox_t *callback, void *context)
{
	const enum mailbox_list_iter_flags flags =
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_NO_AUTO_BOXES |
		MAILBOX_LIST_ITER_STAR_WITHIN_NS;
	const char *const patterns[] = { "*", NULL };
	struct mailbox_list_iterate_context *iter;
	struct mail_namespace *namespaces = admin->user->namespaces;
	const struct mailbox_info *info;
	enum mail_error code;

	iter = mailbox_list_iter_init_namespaces(namespaces, patterns,
						 MAIL_NAMESPACE_TYPE_PRIVATE,
						 flags);
	while (!warden_admin_is_stopped(admin) &&
	       (info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		walk_one(admin, info, callback, context);
	} T_END;
	if (mailbox_list_iter_deinit(&iter) < 0) {
		const char *error = mailbox_list_get_last_internal_error(
			namespaces->list, &code);
		warden_admin_failed(admin, code, "Listing mailboxes: %s",
				    error);
	}
}

/* --- the module ----------------------------------------------------------- */

static struct doveadm_cmd_ver2 *const commands[] = {
	&warden_cmd_digest,
	&warden_cmd_expire,
	&warden_cmd_pull,
	&warden_cmd_release,
	&warden_cmd_rescan,
	&warden_cmd_restore,
};

void doveadm_warden_mail_plugin_init(struct module *module ATTR_UNUSED)
{
	for (unsigned int i = 0; i < N_ELEMENTS(commands); i++)
		doveadm_cmd_register_ver2(commands[i]);
}

void doveadm_warden_mail_plugin_deinit(void)
{
}
