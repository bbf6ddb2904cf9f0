/* Notices. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "hex-binary.h"
#include "istream.h"
#include "mail-namespace.h"
#include "str.h"
#include "str-sanitize.h"

#include "warden-client.h"
#include "warden-judge.h"
#include "warden-notice.h"
#include "warden-quarantine.h"

/* As many keys as a request holds, in hex and with a blank; of more it says
   how many they are. */
#define KEYS_MAX 100
/* An administrator's command is in no hurry. */
#define DIGEST_DEADLINE_MSECS (60 * 1000)

static struct warden_str notice_str(const char *value)
{
	return value == NULL ? warden_str(NULL, 0) :
		warden_str(value, I_MIN(strlen(value), WARDEN_STRING_MAX));
}

static bool is_wanted(const struct warden_user *wuser)
{
	return strcmp(wuser->set->warden_notice, "none") != 0;
}

/* --- asking --------------------------------------------------------------- */

static void
request_init(struct mail_user *user, struct warden_request *request_r)
{
	struct warden_user *wuser = warden_user_get(user);

	i_zero(request_r);
	request_r->op = WARDEN_OP_NOTICE;
	request_r->service = notice_str(user->service);
	request_r->user = notice_str(user->username);
	request_r->session = notice_str(user->session_id);
	request_r->mailbox = notice_str(wuser->quarantine_vname);
	request_r->language = notice_str(wuser->set->warden_notice_language);
}

static void
client_input_init(struct mail_user *user, struct warden_client_input *input_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	i_zero(input_r);
	input_r->event = user->event;
	input_r->socket_path = wuser->socket_path;
}

/* query NULL: a digest. */
static int
ask(struct mail_user *user, const char *query, unsigned int msecs,
    buffer_t *frame, struct warden_reply *reply_r, const char **error_r)
{
	struct warden_client_input input;
	struct warden_request request;

	client_input_init(user, &input);
	request_init(user, &request);
	request.query = notice_str(query);
	if (warden_client_ask(&input, &request, NULL,
			      warden_client_now() + msecs, frame, reply_r,
			      error_r) < 0)
		return -1;
	if (reply_r->status == WARDEN_STATUS_OK)
		return 0;
	*error_r = t_strdup_printf("the scanner answered: %s",
		reply_r->reason.size == 0 ? "(no reason)" :
		t_strndup(reply_r->reason.data, reply_r->reason.size));
	return -1;
}

/* The next notice shall speak of it. */
static void take_back(struct mail_user *user, uint64_t cursor)
{
	struct warden_client_input input;
	struct warden_request request;

	client_input_init(user, &input);
	request_init(user, &request);
	request.aborted = TRUE;
	request.cursor = cursor;
	warden_client_tell(&input, &request);
}

/* --- saving --------------------------------------------------------------- */

static struct mailbox *
notice_mailbox(struct mail_user *user, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	const char *vname = "INBOX";
	struct mail_namespace *ns;

	if (strcmp(wuser->set->warden_notice, "quarantine") == 0) {
		if (warden_quarantine_ensure(user, error_r) < 0)
			return NULL;
		vname = wuser->quarantine_vname;
	}
	ns = mail_namespace_find(user->namespaces, vname);
	if (ns == NULL) {
		*error_r = t_strdup_printf("no namespace for %s", vname);
		return NULL;
	}
	return warden_mailbox_alloc_own(user, ns->list, vname,
					MAILBOX_FLAG_IGNORE_ACLS);
}

/* Not to be judged: it is ours. */
static void
write_record(struct mailbox_transaction_context *t, struct mail *mail)
{
	struct warden_mailbox mbox;
	struct warden_record record = {
		.verdict = WARDEN_VERDICT_RELEASED,
		.action = WARDEN_ACTION_ALLOW,
		.flags = WARDEN_RECORD_NOTICE,
	};

	i_zero(&mbox);
	warden_mailbox_register(t->box, &mbox);
	warden_record_update(t, mail->seq, mbox.ext_id, &record);
}

static int
save_mail(struct mailbox_transaction_context *t, struct istream *input)
{
	static const char *const names[] = { WARDEN_NOTICE_KEYWORD, NULL };
	struct mail_save_context *ctx = mailbox_save_alloc(t);
	struct mail_keywords *keywords =
		warden_keywords_add(t->box, names, NULL);
	struct mail *dest_mail;

	mailbox_save_set_flags(ctx, 0, keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	dest_mail = mailbox_save_get_dest_mail(ctx);
	if (warden_save_stream(&ctx, input) < 0)
		return -1;
	write_record(t, dest_mail);
	return 0;
}

static int save_into(struct mailbox *box, const struct warden_str *text)
{
	struct mailbox_transaction_context *t;
	struct istream *input;
	int ret;

	if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0)
		return -1;
	input = i_stream_create_from_data(text->data, text->size);
	i_stream_set_name(input, "notice");
	t = mailbox_transaction_begin(box,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "warden notice");
	ret = save_mail(t, input);
	i_stream_unref(&input);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else
		ret = mailbox_transaction_commit(&t);
	return ret;
}

/* Returns 0 and the mailbox's name, or -1 and *error_r. */
static int
save(struct mail_user *user, const struct warden_str *text,
     const char **mailbox_r, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	struct mailbox *box = notice_mailbox(user, error_r);
	int ret;

	if (box == NULL)
		return -1;
	/* imapsieve shall not copy it out of Quarantine. */
	wuser->quarantine_busy = TRUE;
	ret = save_into(box, text);
	wuser->quarantine_busy = FALSE;
	*mailbox_r = t_strdup(box->vname);
	if (ret < 0) {
		*error_r = t_strdup_printf("saving it into %s: %s", box->vname,
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	return ret;
}

/* Returns 1, 0 if there is nothing to tell, -1. */
static int
tell(struct mail_user *user, const char *query, unsigned int msecs,
     const char **mailbox_r, const char **error_r)
{
	buffer_t *frame = t_buffer_create(8192);
	struct warden_reply reply;

	if (ask(user, query, msecs, frame, &reply, error_r) < 0)
		return -1;
	if (reply.text.size == 0)
		return 0;
	if (save(user, &reply.text, mailbox_r, error_r) == 0)
		return 1;
	take_back(user, reply.cursor);
	return -1;
}

/* --- single notices ------------------------------------------------------- */

void warden_notice_add(struct mail_user *user, const uint8_t *key)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	if (!is_wanted(wuser) || wuser->set->warden_notice_digest)
		return;
	if (wuser->notice_keys == NULL)
		wuser->notice_keys = str_new(user->pool, 256);
	if (wuser->notice_count++ >= KEYS_MAX)
		return;
	str_append_c(wuser->notice_keys, ' ');
	binary_to_hex_append(wuser->notice_keys, key, WARDEN_RECORD_KEY_SIZE);
}

static void send_now(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	const char *query, *mailbox, *error;
	unsigned int msecs = I_MIN(WARDEN_NOTICE_DEADLINE_MSECS,
				   wuser->set->warden_deadline);

	query = wuser->notice_count <= KEYS_MAX ?
		str_c(wuser->notice_keys) :
		t_strdup_printf("%s +%u", str_c(wuser->notice_keys),
				wuser->notice_count - KEYS_MAX);
	if (tell(user, t_strdup(query), msecs, &mailbox, &error) < 0) {
		e_warning(user->event, "warden: no notice about %u mails in "
			  "%s: %s", wuser->notice_count,
			  wuser->quarantine_vname, str_sanitize(error, 512));
	}
	str_truncate(wuser->notice_keys, 0);
	wuser->notice_count = 0;
}

void warden_notice_end(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	/* What failed a moment ago is left alone; it has been logged. */
	if (wuser->notice_count > 0 && !warden_client_is_broken()) T_BEGIN {
		send_now(user);
	} T_END;
}

void warden_notice_send(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	if (!wuser->admin)
		warden_notice_end(user);
}

/* --- digest --------------------------------------------------------------- */

int warden_notice_digest(struct mail_user *user, const char **mailbox_r,
			 const char **error_r)
{
	struct warden_user *wuser = warden_user_get(user);

	if (!is_wanted(wuser))
		return 0;
	return tell(user, NULL, DIGEST_DEADLINE_MSECS, mailbox_r, error_r);
}
