/* doveadm warden rescan: judge what is in the mailboxes already.

   Mail whose record holds by today's rules and lists is passed over, so that a
   run that was killed goes on where it was: the records of what was judged are
   written some hundred at a time. The rest is asked about by its key, or sent.
   What policy wants in Quarantine is moved there, batch by batch. */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-search-build.h"
#include "seq-range-array.h"
#include "doveadm-mailbox-list-iter.h"
#include "doveadm-print.h"

#include "doveadm-admin.h"
#include "warden-client.h"
#include "warden-epoch.h"
#include "warden-judge.h"
#include "warden-move.h"
#include "warden-save.h"
#include "warden-sync.h"

#include "warden-doveadm-compat.h"

#include <poll.h>
#include <sysexits.h>

/* Judged mails whose records are written in one transaction. */
#define BATCH_MAX 200
#define LOCK_SECS 60
#define RATE_MAX 1000000

struct rescan_cmd_context {
	struct warden_admin admin;
	/* -f: also what has a good record, by its body */
	bool force;
	/* -r: mails a second; 0 = as fast as it goes */
	unsigned int rate;
	uint64_t rate_started;
	unsigned int rate_judged;
	/* Of the last answer: a record with the same is as good, also where
	   there is no epoch file that says so. */
	uint32_t rules_epoch, list_generation;

	/* The mailbox at hand. */
	const char *vname;
	unsigned int box_seen, box_total;
	unsigned int seen, current, moved, flagged;
};

/* One judged mail. */
struct rescan_mail {
	uint32_t uid;
	const char *guid;
	struct warden_record record;
};

/* One batch. */
struct rescan_batch {
	struct rescan_cmd_context *cmd;
	struct mailbox *box;
	uint32_t ext_id;
	pool_t pool;
	ARRAY(struct rescan_mail) mails;
	ARRAY_TYPE(seq_range) bad;
};

/* --- judging -------------------------------------------------------------- */

/* Not faster than asked for. */
static void keep_rate(struct rescan_cmd_context *cmd)
{
	uint64_t due, now = warden_client_now();

	if (cmd->rate == 0)
		return;
	if (cmd->rate_judged == 0)
		cmd->rate_started = now;
	due = cmd->rate_started +
		(uint64_t)cmd->rate_judged * 1000 / cmd->rate;
	cmd->rate_judged++;
	while (now < due && !warden_admin_is_stopped(&cmd->admin)) {
		(void)poll(NULL, 0, I_MIN(due - now, 100));
		now = warden_client_now();
	}
}

static bool
needs_judging(struct rescan_batch *batch, const struct warden_record *record)
{
	/* sticky: who let it go meant it */
	if (record->verdict == WARDEN_VERDICT_RELEASED)
		return FALSE;
	if (batch->cmd->force || !warden_record_has_key(record))
		return TRUE;
	if (record->rules_epoch == batch->cmd->rules_epoch &&
	    record->list_generation == batch->cmd->list_generation)
		return FALSE;
	return !warden_epoch_is_current(batch->cmd->admin.user, record);
}

static void judge_failed(struct rescan_batch *batch, struct mail *mail)
{
	struct warden_admin *admin = &batch->cmd->admin;

	if (mail->expunged)
		return;
	warden_admin_mails_failed(admin, 1);
	if (warden_client_is_broken()) {
		warden_admin_stop(admin, "The scanner does not answer: "
			"stopped at UID %u of %s; what was judged before is "
			"kept", mail->uid, batch->box->vname);
	}
}

static void
add_judged(struct rescan_batch *batch, struct mail *mail,
	   const struct warden_answer *answer)
{
	struct rescan_mail *rmail = array_append_space(&batch->mails);
	const char *guid;

	rmail->uid = mail->uid;
	rmail->guid = mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ? "" :
		p_strdup(batch->pool, guid);
	warden_answer_to_record(answer, &rmail->record);

	if (answer->key_size > 0)
		batch->cmd->rules_epoch = answer->rules_epoch;
	batch->cmd->list_generation = answer->list_generation;
	batch->cmd->admin.mails_done++;
	if (answer->action == WARDEN_ACTION_QUARANTINE)
		seq_range_array_add(&batch->bad, mail->uid);
	else if (answer->action == WARDEN_ACTION_FLAG)
		batch->cmd->flagged++;
	if (batch->cmd->admin.dry_run)
		return;
	warden_record_update(mail->transaction, mail->seq, batch->ext_id,
			     &rmail->record);
	if (answer->action == WARDEN_ACTION_FLAG)
		warden_mail_add_keyword(mail, answer->keyword);
}

static void judge_mail(struct rescan_batch *batch, struct mail *mail)
{
	struct warden_question q = {
		.user = batch->cmd->admin.user,
		.owner = warden_box_owner(batch->box),
		.operation = WARDEN_OPERATION_RESCAN,
		.role = warden_mailbox_get_role(batch->box),
		.mailbox = batch->box->vname,
		.mail = mail,
		.dry_run = batch->cmd->admin.dry_run,
	};
	struct warden_record record;
	struct warden_answer answer;
	const char *error;

	batch->cmd->seen++;
	batch->cmd->box_seen++;
	(void)warden_record_lookup(mail->transaction, mail->seq, batch->ext_id,
				   &record);
	if (!needs_judging(batch, &record)) {
		batch->cmd->current++;
		return;
	}
	if (warden_record_has_key(&record) && !batch->cmd->force) {
		q.key = record.key;
		q.key_size = sizeof(record.key);
	}
	keep_rate(batch->cmd);
	if (warden_judge(&q, batch->pool, &answer, &error) > 0)
		add_judged(batch, mail, &answer);
	else
		judge_failed(batch, mail);
}

/* --- a batch -------------------------------------------------------------- */

static void print(struct rescan_batch *batch)
{
	const struct rescan_mail *rmail;

	array_foreach(&batch->mails, rmail) {
		if (rmail->record.action != WARDEN_ACTION_QUARANTINE &&
		    rmail->record.action != WARDEN_ACTION_FLAG)
			continue;
		doveadm_print(batch->box->vname);
		doveadm_print_num(rmail->uid);
		doveadm_print(rmail->guid);
		doveadm_print(warden_verdict_name(rmail->record.verdict));
		doveadm_print(warden_action_name(rmail->record.action));
	}
}

static void move_bad(struct rescan_batch *batch)
{
	struct warden_admin *admin = &batch->cmd->admin;
	struct warden_move move = {
		.user = admin->user,
		.operation = WARDEN_OPERATION_RESCAN,
		.lock_secs = LOCK_SECS,
	};
	struct warden_move_result result;
	const char *error;

	if (array_count(&batch->bad) == 0)
		return;
	if (admin->dry_run) {
		batch->cmd->moved += seq_range_count(&batch->bad);
		return;
	}
	if (warden_move_to_quarantine(&move, batch->box, &batch->bad, &result,
				      &error) < 0) {
		warden_admin_failed(admin, MAIL_ERROR_TEMP, "%s", error);
		warden_admin_mails_failed(admin, seq_range_count(&batch->bad) -
					  result.moved - result.skipped);
	}
	batch->cmd->moved += result.moved;
}

static void batch_run(struct rescan_batch *batch, struct seq_range_iter *iter,
		      unsigned int *n)
{
	struct warden_admin *admin = &batch->cmd->admin;
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t uid;

	t = mailbox_transaction_begin(batch->box, 0, "warden rescan");
	mail = mail_alloc(t, MAIL_FETCH_STREAM_BODY, NULL);
	while (array_count(&batch->mails) < BATCH_MAX &&
	       !warden_admin_is_stopped(admin) &&
	       seq_range_array_iter_nth(iter, *n, &uid)) T_BEGIN {
		*n += 1;
		if (mail_set_uid(mail, uid))
			judge_mail(batch, mail);
		warden_admin_progress(admin);
	} T_END;
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0) {
		warden_admin_mailbox_failed(admin, batch->box,
					    "Can't write records to");
		return;
	}
	print(batch);
	move_bad(batch);
}

/* --- a mailbox ------------------------------------------------------------ */

static int
find_uids(struct warden_admin *admin, struct mailbox *box,
	  ARRAY_TYPE(seq_range) *uids)
{
	struct mail_search_args *args = admin->ctx.search_args;
	struct mailbox_transaction_context *t;
	struct mail_search_context *search;
	struct mail *mail;
	int ret;

	mail_search_args_init(args, box, FALSE, NULL);
	t = mailbox_transaction_begin(box, 0, "warden rescan");
	search = mailbox_search_init(t, args, NULL, 0, NULL);
	while (mailbox_search_next(search, &mail))
		seq_range_array_add(uids, mail->uid);
	ret = mailbox_search_deinit(&search);
	mail_search_args_deinit(args);
	mailbox_transaction_rollback(&t);
	return ret;
}

static void
rescan_uids(struct rescan_cmd_context *cmd, struct mailbox *box,
	    const ARRAY_TYPE(seq_range) *uids)
{
	struct rescan_batch batch = {
		.cmd = cmd,
		.box = box,
		.ext_id = warden_record_register(box),
	};
	struct seq_range_iter iter;
	unsigned int n = 0;

	cmd->vname = box->vname;
	cmd->box_seen = 0;
	cmd->box_total = seq_range_count(uids);
	i_array_init(&batch.mails, BATCH_MAX);
	i_array_init(&batch.bad, 32);
	seq_range_array_iter_init(&iter, uids);
	while (n < cmd->box_total && !warden_admin_is_stopped(&cmd->admin)) {
		batch.pool = pool_alloconly_create("warden rescan", 4096);
		array_clear(&batch.mails);
		array_clear(&batch.bad);
		batch_run(&batch, &iter, &n);
		pool_unref(&batch.pool);
	}
	array_free(&batch.mails);
	array_free(&batch.bad);
	cmd->vname = NULL;
}

static void rescan_mailbox(struct rescan_cmd_context *cmd, struct mailbox *box)
{
	ARRAY_TYPE(seq_range) uids;

	i_array_init(&uids, 128);
	if (find_uids(&cmd->admin, box, &uids) < 0)
		warden_admin_mailbox_failed(&cmd->admin, box, "Can't search");
	else
		rescan_uids(cmd, box, &uids);
	array_free(&uids);
}

/* --- a user --------------------------------------------------------------- */

static bool
is_concerned(struct warden_admin *admin, const struct mailbox_info *info)
{
	const char *quarantine = admin->wuser->quarantine_vname;

	return info->ns->type == MAIL_NAMESPACE_TYPE_PRIVATE &&
		(info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) == 0 &&
		(quarantine == NULL || strcmp(info->vname, quarantine) != 0) &&
		!warden_settings_is_excluded(admin->wuser->set, info->vname);
}

static void rescan_run_user(struct warden_admin *admin)
{
	struct rescan_cmd_context *cmd =
		container_of(admin, struct rescan_cmd_context, admin);
	const enum mailbox_list_iter_flags flags =
		MAILBOX_LIST_ITER_NO_AUTO_BOXES |
		MAILBOX_LIST_ITER_STAR_WITHIN_NS;
	struct doveadm_mailbox_list_iter *iter;
	const struct mailbox_info *info;
	struct mailbox *box;

	iter = doveadm_mailbox_list_iter_init(&admin->ctx, admin->user,
					      admin->ctx.search_args, flags);
	while (!warden_admin_is_stopped(admin) &&
	       (info = doveadm_mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		box = !is_concerned(admin, info) ? NULL :
			warden_admin_open(admin, info->ns->list, info->vname);
		if (box != NULL) {
			if (warden_mailbox_is_supported(box))
				rescan_mailbox(cmd, box);
			mailbox_free(&box);
		}
	} T_END;
	if (doveadm_mailbox_list_iter_deinit(&iter) < 0)
		admin->user_failed = TRUE;
}

static const char *rescan_details(struct warden_admin *admin)
{
	struct rescan_cmd_context *cmd =
		container_of(admin, struct rescan_cmd_context, admin);
	const char *where = cmd->vname == NULL ? "" :
		t_strdup_printf("; %s: %u of %u", cmd->vname, cmd->box_seen,
				cmd->box_total);

	return t_strdup_printf("; %u seen, %u with a good record, %u moved to "
			       "Quarantine, %u flagged%s", cmd->seen,
			       cmd->current, cmd->moved, cmd->flagged, where);
}

/* --- the command ---------------------------------------------------------- */

WARDEN_DOVEADM_INIT(cmd_rescan_init)
{
	struct rescan_cmd_context *cmd =
		container_of(_ctx, struct rescan_cmd_context, admin.ctx);
	struct doveadm_cmd_context *cctx = _ctx->cctx;
	static const char *const all[] = { "ALL", NULL };
	const char *const *query = all;
	int64_t rate = 0;

	(void)doveadm_cmd_param_bool(cctx, "force", &cmd->force);
	if (doveadm_cmd_param_int64(cctx, "rate", &rate) &&
	    (rate < 1 || rate > RATE_MAX)) {
		i_fatal_status(EX_USAGE, "warden rescan: -r %lld is not "
			       "between 1 and %u mails a second",
			       (long long)rate, RATE_MAX);
	}
	cmd->rate = rate;
	if (!doveadm_cmd_param_array(cctx, "query", &query) || *query == NULL)
		query = all;
	_ctx->search_args = doveadm_mail_build_search_args(query);

	warden_admin_begin(&cmd->admin, p_strdup(_ctx->pool,
		t_strarray_join(query, " ")));
	doveadm_print_header("mailbox", "mailbox",
			     DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("uid");
	doveadm_print_header_simple("guid");
	doveadm_print_header_simple("verdict");
	doveadm_print_header_simple("action");
}

static const struct warden_admin_vfuncs rescan_vfuncs = {
	.run_user = rescan_run_user,
	.details = rescan_details,
};

static struct doveadm_mail_cmd_context *cmd_rescan_alloc(void)
{
	struct rescan_cmd_context *cmd;

	cmd = (struct rescan_cmd_context *)
		doveadm_mail_cmd_alloc_size(sizeof(*cmd));
	warden_admin_init(&cmd->admin, "rescan", "judged", &rescan_vfuncs);
	cmd->admin.ctx.v.init = cmd_rescan_init;
	warden_doveadm_set_options(&cmd->admin.ctx, "c:fnr:");
	return &cmd->admin.ctx;
}

struct doveadm_cmd_ver2 warden_cmd_rescan = {
	.name = "warden rescan",
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
		"[-F <file>] [-f] [-r <mails a second>] [-n] [-c <comment>] "
		"[<search query>]",
	.mail_cmd = cmd_rescan_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('c', "comment", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('f', "force", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('r', "rate", CMD_PARAM_INT64, 0)
DOVEADM_CMD_PARAM('\0', "query", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
