/* The FETCH gate. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"

#include "warden-client.h"
#include "warden-epoch.h"
#include "warden-fetch.h"
#include "warden-judge.h"
#include "warden-move.h"
#include "warden-save.h"

/* Another session that holds the lock moves the same mails. */
#define MOVE_LOCK_SECS 10

struct gate {
	struct mail *mail;
	struct warden_mailbox *mbox;
	struct mail_user *user;
	struct warden_user *wuser;
	struct warden_record record;
};

static void gate_init(struct gate *gate, struct mail *mail)
{
	gate->mail = mail;
	gate->mbox = WARDEN_CONTEXT_REQUIRE(mail->box);
	gate->user = mail->box->storage->user;
	gate->wuser = WARDEN_USER_CONTEXT_REQUIRE(gate->user);
	warden_mailbox_register(mail->box, gate->mbox);
	(void)warden_record_lookup(mail->transaction, mail->seq,
				   gate->mbox->ext_id, &gate->record);
}

static void gate_hide(struct gate *gate)
{
	struct warden_hidden_mail *hidden;

	if (!array_is_created(&gate->mbox->hidden))
		i_array_init(&gate->mbox->hidden, 8);
	hidden = array_append_space(&gate->mbox->hidden);
	hidden->uid = gate->mail->uid;
	hidden->record = gate->record;
}

/* --- asking --------------------------------------------------------------- */

static void
question_init(const struct gate *gate, struct warden_question *q_r)
{
	struct mailbox *box = gate->mail->box;

	i_zero(q_r);
	q_r->user = gate->user;
	q_r->owner = warden_box_owner(box);
	q_r->operation = WARDEN_OPERATION_FETCH;
	q_r->role = warden_mailbox_get_role(box);
	q_r->mailbox = box->vname;
	q_r->mail = gate->mail;
	if (warden_record_has_key(&gate->record)) {
		q_r->key = gate->record.key;
		q_r->key_size = sizeof(gate->record.key);
	}
}

/* Ask within what this command may still wait. */
static int
gate_ask(struct gate *gate, pool_t pool, struct warden_answer *answer_r,
	 const char **error_r)
{
	unsigned int patience = gate->wuser->set->warden_deadline;
	struct warden_question q;
	uint64_t started, took;
	int ret;

	if (gate->mbox->fetch_waited_msecs >= patience) {
		if (!gate->mbox->fetch_gave_up) {
			e_warning(gate->mail->box->event, "warden: this "
				  "command has waited %u ms for the scanner: "
				  "it waits no more",
				  gate->mbox->fetch_waited_msecs);
		}
		gate->mbox->fetch_gave_up = TRUE;
		return gate->wuser->fail_policy == WARDEN_FAIL_ACCEPT ? 0 : -1;
	}
	started = warden_client_now();
	question_init(gate, &q);
	q.deadline = started + patience - gate->mbox->fetch_waited_msecs;
	ret = warden_judge(&q, pool, answer_r, error_r);
	took = warden_client_now() - started;
	if (ret <= 0 || took > WARDEN_FETCH_FREE_MSECS)
		gate->mbox->fetch_waited_msecs += took;
	return ret;
}

static void gate_write_record(struct gate *gate)
{
	warden_record_update(gate->mail->transaction, gate->mail->seq,
			     gate->mbox->ext_id, &gate->record);
}

/* Nobody says what it is. What was bad stays so; a mail that was good under
   older lists is served like one that was never judged, if policy says so. */
static bool gate_unanswered(struct gate *gate, bool accept)
{
	if (gate->record.action == WARDEN_ACTION_QUARANTINE) {
		gate_hide(gate);
		return FALSE;
	}
	if (!accept)
		return FALSE;
	if (gate->record.verdict == WARDEN_VERDICT_UNKNOWN) {
		gate->record.verdict = WARDEN_VERDICT_PENDING;
		gate->record.action = WARDEN_ACTION_ALLOW;
		gate_write_record(gate);
	}
	return TRUE;
}

static bool gate_apply(struct gate *gate, const struct warden_answer *answer)
{
	warden_answer_to_record(answer, &gate->record);
	gate_write_record(gate);
	switch (answer->action) {
	case WARDEN_ACTION_QUARANTINE:
		gate_hide(gate);
		return FALSE;
	case WARDEN_ACTION_DEFER:
		/* meant for mail that is not here yet: the nearest is not now */
		return FALSE;
	case WARDEN_ACTION_FLAG:
		/* EXAMINE changes nothing that a client sees */
		if (!mailbox_is_readonly(gate->mail->box))
			warden_mail_add_keyword(gate->mail, answer->keyword);
		break;
	case WARDEN_ACTION_NONE:
	case WARDEN_ACTION_ALLOW:
		break;
	}
	return TRUE;
}

/* May this mail's body be read? */
static bool gate_check(struct mail *mail)
{
	struct warden_answer answer;
	struct gate gate;
	const char *error;
	pool_t pool;
	bool open;
	int ret;

	gate_init(&gate, mail);
	if (gate.record.verdict == WARDEN_VERDICT_RELEASED)
		return TRUE;
	if (warden_epoch_is_current(gate.user, &gate.record)) {
		if (gate.record.action != WARDEN_ACTION_QUARANTINE)
			return TRUE;
		gate_hide(&gate);
		return FALSE;
	}
	pool = pool_alloconly_create("warden gate", 1024);
	ret = gate_ask(&gate, pool, &answer, &error);
	open = ret > 0 ? gate_apply(&gate, &answer) :
		gate_unanswered(&gate, ret == 0);
	pool_unref(&pool);
	return open;
}

/* --- hooks ---------------------------------------------------------------- */

static bool gate_concerns(struct mail *mail)
{
	const struct mail_private *pmail = (const struct mail_private *)mail;

	return !mail->saving &&
		(pmail->wanted_fields & MAIL_FETCH_STREAM_BODY) != 0;
}

/* URLFETCH and CATENATE name one mail by its URL, and do not say that they
   will read its body. */
static bool mail_is_of_url(const struct mail_private *mail,
			   const struct warden_user *wuser)
{
	return wuser->gate_always || (!mail->search_mail &&
		(mail->wanted_fields & MAIL_FETCH_MESSAGE_PARTS) != 0);
}

static void gate_pass(struct mail *mail, struct warden_mail *wmail)
{
	/* the scanner's copy is read through here, too */
	wmail->gate = WARDEN_GATE_OPEN;
	if (!gate_check(mail))
		wmail->gate = WARDEN_GATE_HIDDEN;
}

/* A URL's mail is not found, rather than not readable: that is an error on
   which 2.3's URLFETCH dies. */
static bool url_mail_set_uid(struct mail *_mail, uint32_t uid)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct warden_mail *wmail = WARDEN_MAIL_CONTEXT_REQUIRE(mail);

	if (!wmail->module_ctx.super.set_uid(_mail, uid))
		return FALSE;
	if (wmail->gate == WARDEN_GATE_UNKNOWN && !_mail->saving)
		gate_pass(_mail, wmail);
	return wmail->gate != WARDEN_GATE_HIDDEN;
}

static int
warden_mail_get_stream(struct mail *_mail, bool get_body,
		       struct message_size *hdr_size,
		       struct message_size *body_size,
		       struct istream **stream_r)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct warden_mail *wmail = WARDEN_MAIL_CONTEXT_REQUIRE(mail);

	if (get_body && wmail->gate == WARDEN_GATE_UNKNOWN &&
	    gate_concerns(_mail))
		gate_pass(_mail, wmail);
	if (get_body && wmail->gate == WARDEN_GATE_HIDDEN) {
		mail_set_expunged(_mail);
		return -1;
	}
	return wmail->module_ctx.super.get_stream(_mail, get_body, hdr_size,
						  body_size, stream_r);
}

static void warden_mail_close(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct warden_mail *wmail = WARDEN_MAIL_CONTEXT_REQUIRE(mail);

	wmail->gate = WARDEN_GATE_UNKNOWN;
	wmail->module_ctx.super.close(_mail);
}

void warden_fetch_hook_mail(struct mail *_mail, struct warden_mailbox *mbox)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct warden_mail *wmail;

	if (mbox->quarantine || mbox->excluded)
		return;
	wmail = p_new(mail->pool, struct warden_mail, 1);
	wmail->module_ctx.super = *v;
	mail->vlast = &wmail->module_ctx.super;
	v->get_stream = warden_mail_get_stream;
	v->close = warden_mail_close;
	if (mail_is_of_url(mail, WARDEN_USER_CONTEXT_REQUIRE(
						_mail->box->storage->user)))
		v->set_uid = url_mail_set_uid;
	MODULE_CONTEXT_SET(mail, warden_mail_module, wmail);
}

void warden_fetch_begin(struct warden_mailbox *mbox)
{
	mbox->fetch_waited_msecs = 0;
	mbox->fetch_gave_up = FALSE;
}

/* --- moving --------------------------------------------------------------- */

/* What the FETCH found holds, unless somebody released it meanwhile. */
static bool
move_wanted(struct mail *mail, struct warden_record *record, void *context)
{
	const ARRAY(struct warden_hidden_mail) *all = context;
	const struct warden_hidden_mail *hidden;

	if (record->verdict == WARDEN_VERDICT_RELEASED)
		return FALSE;
	array_foreach(all, hidden) {
		if (hidden->uid == mail->uid) {
			*record = hidden->record;
			return TRUE;
		}
	}
	return FALSE;
}

void warden_fetch_move_hidden(struct mailbox *box)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	struct warden_move move = {
		.user = box->storage->user,
		.operation = WARDEN_OPERATION_FETCH,
		.wanted = move_wanted,
		.context = &mbox->hidden,
		.lock_secs = MOVE_LOCK_SECS,
	};
	const struct warden_hidden_mail *hidden;
	struct warden_move_result result;
	ARRAY_TYPE(seq_range) uids;
	const char *error;

	if (!array_is_created(&mbox->hidden))
		return;
	t_array_init(&uids, 8);
	array_foreach(&mbox->hidden, hidden)
		seq_range_array_add(&uids, hidden->uid);
	/* If it fails they stay, hidden by their records, and are met again. */
	if (warden_move_to_quarantine(&move, box, &uids, &result, &error) < 0)
		e_error(box->event, "warden: %s", error);
	array_free(&mbox->hidden);
}
