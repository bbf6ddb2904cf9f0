#ifndef DOVEADM_ADMIN_H
#define DOVEADM_ADMIN_H

/* lib99_doveadm_warden_mail_plugin.so: the commands of `doveadm warden` that
   act on mailboxes. They use the mail plugin's functions, so this module loads
   only beside it (mail_plugins); Dovecot tries again after the mail plugins.

   What the commands share: who acts for whom, questions to wardend, the audit
   trail, output, progress. An administrator's command goes on to the next mail,
   mailbox and user after a failure, says so, and ends with an exit status that
   is not 0. */

#include "doveadm-mail.h"

#include "warden-plugin.h"

struct warden_request;
struct warden_reply;

struct warden_admin;

struct warden_admin_vfuncs {
	/* Act on admin->user. What fails in it is reported by the functions
	   below. */
	void (*run_user)(struct warden_admin *admin);
	/* What the summary of a run says beside the usual; may be NULL. */
	const char *(*details)(struct warden_admin *admin);
};

/* First member of each command's context. Lives as long as the command. */
struct warden_admin {
	struct doveadm_mail_cmd_context ctx;
	const struct warden_admin_vfuncs *vfuncs;
	/* "pull" …: for messages and the audit trail */
	const char *name;
	/* past participle of what is done to a mail: "moved" */
	const char *done_word;
	/* -n: say what would be done */
	bool dry_run;
	/* Who acts; empty = not asked yet. */
	char actor[256];
	/* -c, or NULL */
	const char *comment;
	/* For the audit trail: what the command is about. */
	const char *object;

	/* The user whose mailboxes are acted on, while they are. */
	struct mail_user *user;
	struct warden_user *wuser;
	bool user_failed;

	/* 0 = nobody knows */
	unsigned int users_total;
	unsigned int users_done, users_failed;
	unsigned int mails_done, mails_failed;
	uint64_t progress_shown;
	bool begun, audit_begun;
	/* The rest of the run would fail as well. */
	bool stopped;
};

/* --- life of a command ---------------------------------------------------- */

/* From the alloc function. */
void warden_admin_init(struct warden_admin *admin, const char *name,
		       const char *done_word,
		       const struct warden_admin_vfuncs *vfuncs);
/* From the command's init function: the options -n and -c, the column for the
   user, the first line in the audit trail. */
void warden_admin_begin(struct warden_admin *admin, const char *object);

/* --- failures ------------------------------------------------------------- */

/* One mail could not be dealt with. */
void warden_admin_mails_failed(struct warden_admin *admin, unsigned int count);
/* Something else: it is logged, and the user counts as failed. */
void warden_admin_failed(struct warden_admin *admin, enum mail_error code,
			 const char *fmt, ...) ATTR_FORMAT(3, 4);
void warden_admin_mailbox_failed(struct warden_admin *admin,
				 struct mailbox *box, const char *what);
/* Not worth going on: no further users. */
void warden_admin_stop(struct warden_admin *admin, const char *fmt, ...)
	ATTR_FORMAT(2, 3);
/* Stopped, by us or by a signal. */
bool warden_admin_is_stopped(struct warden_admin *admin);
/* Before another try: the longer, the more there were. Returns FALSE if there
   should be none. */
bool warden_admin_wait(struct warden_admin *admin, unsigned int tries);

/* --- wardend -------------------------------------------------------------- */

/* Ask as an administrator. user in the request is the caller's to fill in.
   frame is where the reply's strings live. While the database is busy, it is
   asked again for some seconds. Returns 0 with a reply whose status is OK, or -1
   and *error_r. */
int warden_admin_ask(struct warden_admin *admin,
		     struct warden_request *request, buffer_t *frame,
		     struct warden_reply *reply_r, const char **error_r);
/* A line in the audit trail. user may be NULL. Returns 0 or -1 (logged). */
int warden_admin_audit(struct warden_admin *admin, const char *user,
		       const char *what, const char *object,
		       const char *comment);

/* --- output --------------------------------------------------------------- */

/* How far it is, to standard error, now and then. */
void warden_admin_progress(struct warden_admin *admin);

/* --- mailboxes ------------------------------------------------------------ */

/* An instance of our own (the mail plugin's hooks leave it alone), opened and
   synced. Returns NULL after a failure, which is logged. */
struct mailbox *
warden_admin_open(struct warden_admin *admin, struct mailbox_list *list,
		  const char *vname);
/* Quarantine, or NULL: there is none yet (not a failure), or it cannot be
   opened (logged). */
struct mailbox *warden_admin_open_quarantine(struct warden_admin *admin);

typedef void warden_admin_mailbox_t(struct warden_admin *admin,
				    struct mailbox *box, void *context);
/* Call back with each mailbox of the user's own, opened and synced: private
   namespaces, subscribed or not, but not Quarantine nor what belongs to a
   storage that the plugin leaves alone. One that cannot be opened is a failure
   of its own. */
void warden_admin_walk(struct warden_admin *admin,
		       warden_admin_mailbox_t *callback, void *context);

/* --- commands ------------------------------------------------------------- */

extern struct doveadm_cmd_ver2 warden_cmd_digest;
extern struct doveadm_cmd_ver2 warden_cmd_expire;
extern struct doveadm_cmd_ver2 warden_cmd_pull;
extern struct doveadm_cmd_ver2 warden_cmd_release;
extern struct doveadm_cmd_ver2 warden_cmd_rescan;
extern struct doveadm_cmd_ver2 warden_cmd_restore;

extern const char *doveadm_warden_mail_plugin_version;
void doveadm_warden_mail_plugin_init(struct module *module);
void doveadm_warden_mail_plugin_deinit(void);

#endif
