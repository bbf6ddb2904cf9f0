/* Questions to wardend, and what follows when it does not answer. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "str-sanitize.h"

#include "warden-judge.h"
#include "warden-client.h"
#include "warden-spool.h"
#include "warden-sync.h"

#define UNSCANNED_TEXT \
	"The message could not be checked for dangerous content. " \
	"Please try again later."
#define RELEASE_UNSURE_TEXT \
	"Whether this message may leave Quarantine cannot be decided " \
	"right now. Please try again later."
#define RELEASE_REFUSED_TEXT \
	"This message may not leave Quarantine. " \
	"Please ask your administrator."
/* Of a key, the part that fits into the index. */
#define KEYWORD_MAX 100

/* By whether the mail stands already, and whether policy accepts. */
static const char *const unscanned_fates[2][2] = {
	{ "not accepted for now", "saved as pending" },
	{ "hidden for now", "shown all the same" },
};

static struct event_category event_category_warden = {
	.name = "warden",
};

static const struct {
	enum warden_verdict verdict;
	const char *keyword;
} verdict_keywords[] = {
	{ WARDEN_VERDICT_SPAM, "$Junk" },
	{ WARDEN_VERDICT_PHISHING, "$Phishing" },
	{ WARDEN_VERDICT_MALWARE, "$WardenMalware" },
	{ WARDEN_VERDICT_SUSPICIOUS, "$WardenSuspicious" },
	{ WARDEN_VERDICT_POLICY, "$WardenPolicy" },
	{ WARDEN_VERDICT_UNSCANNABLE, "$WardenUnscannable" },
};

const char *warden_verdict_keyword(enum warden_verdict verdict)
{
	for (unsigned int i = 0; i < N_ELEMENTS(verdict_keywords); i++) {
		if (verdict_keywords[i].verdict == verdict)
			return verdict_keywords[i].keyword;
	}
	return NULL;
}

bool warden_keyword_is_ours(const char *keyword)
{
	for (unsigned int i = 0; i < N_ELEMENTS(verdict_keywords); i++) {
		if (strcasecmp(verdict_keywords[i].keyword, keyword) == 0)
			return TRUE;
	}
	return strncasecmp(keyword, "$Warden", 7) == 0;
}

/* Names from outside may be longer than the format allows. */
static struct warden_str request_str(const char *value)
{
	if (value == NULL)
		return warden_str(NULL, 0);
	return warden_str(value, I_MIN(strlen(value), WARDEN_STRING_MAX));
}

static const char *reply_strdup(pool_t pool, struct warden_str str)
{
	/* The decoder refused control characters; invalid UTF-8 is ours. */
	return str.data == NULL ? "" :
		p_strdup(pool, str_sanitize_utf8(
			t_strndup(str.data, str.size), 400));
}

static void
request_init(const struct warden_question *q, struct warden_request *request_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(q->user);
	const char *owner = q->owner != NULL ? q->owner : q->user->username;

	i_zero(request_r);
	request_r->operation = q->operation;
	request_r->role = q->role;
	request_r->service = request_str(q->user->service);
	request_r->user = request_str(owner);
	if (strcmp(owner, q->user->username) != 0)
		request_r->actor = request_str(q->user->username);
	if (wuser->actor != NULL)
		request_r->actor = request_str(wuser->actor);
	request_r->recipient = request_str(q->recipient);
	request_r->sender = request_str(q->sender);
	request_r->session = request_str(q->session != NULL ? q->session :
					 q->user->session_id);
	request_r->mailbox = request_str(q->mailbox);
	request_r->origin = request_str(q->origin);
	if (*wuser->set->warden_actions != '\0')
		request_r->actions = request_str(wuser->set->warden_actions);
	request_r->admin = wuser->admin;
	if (q->key_size > 0) {
		i_assert(q->key_size <= sizeof(request_r->key));
		memcpy(request_r->key, q->key, q->key_size);
		request_r->key_size = q->key_size;
	}
}

static void
request_set_guid(uint8_t *dest, bool *have_r, const guid_128_t guid)
{
	memcpy(dest, guid, WARDEN_GUID_SIZE);
	*have_r = TRUE;
}

static void
client_input_init(struct mail_user *user, struct warden_client_input *input_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	i_zero(input_r);
	input_r->event = user->event;
	input_r->socket_path = wuser->socket_path;
}

static const char *get_keyword(const struct warden_question *q,
			       const struct warden_reply *reply)
{
	const char *keyword, *p;

	if (reply->action != WARDEN_ACTION_FLAG &&
	    reply->action != WARDEN_ACTION_QUARANTINE)
		return NULL;
	if (reply->keyword.size == 0)
		return warden_verdict_keyword(reply->verdict);
	keyword = t_strndup(reply->keyword.data, reply->keyword.size);
	/* An IMAP atom (RFC 3501 9); what more a mailbox wants it says
	   itself when the keyword is created. */
	for (p = keyword; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
		    strchr("(){%*\"\\]", *p) != NULL)
			break;
	}
	if (*p == '\0' && p - keyword <= KEYWORD_MAX)
		return keyword;
	e_error(q->user->event, "warden: the scanner named an invalid "
		"keyword '%s'", str_sanitize(keyword, 80));
	return warden_verdict_keyword(reply->verdict);
}

/* Is this a judgement? */
static bool
reply_check(const struct warden_reply *reply, const char **error_r)
{
	switch (reply->status) {
	case WARDEN_STATUS_OK:
		break;
	case WARDEN_STATUS_BAD_REQUEST:
	case WARDEN_STATUS_TEMPFAIL:
		*error_r = t_strdup_printf("the scanner answered: %s",
			reply->reason.size == 0 ? "(no reason)" :
			t_strndup(reply->reason.data, reply->reason.size));
		return FALSE;
	default:
		*error_r = t_strdup_printf(
			"the scanner answered status %u, which is no "
			"judgement", reply->status);
		return FALSE;
	}
	if (reply->verdict == WARDEN_VERDICT_UNKNOWN ||
	    reply->verdict == WARDEN_VERDICT_PENDING ||
	    reply->action == WARDEN_ACTION_NONE) {
		*error_r = "the scanner answered without a judgement";
		return FALSE;
	}
	return TRUE;
}

static void
answer_fill(const struct warden_question *q, pool_t pool,
	    const struct warden_reply *reply, struct warden_answer *answer_r)
{
	i_zero(answer_r);
	answer_r->verdict = reply->verdict;
	answer_r->action = reply->action;
	answer_r->flags = reply->flags;
	answer_r->rules_epoch = reply->rules_epoch;
	answer_r->list_generation = reply->list_generation;
	answer_r->delivery_id = reply->delivery_id;
	if (reply->have_key) {
		memcpy(answer_r->key, reply->key, sizeof(answer_r->key));
		answer_r->key_size = sizeof(answer_r->key);
	} else if (q->key_size > 0) {
		memcpy(answer_r->key, q->key, q->key_size);
		answer_r->key_size = q->key_size;
	}
	answer_r->keyword = p_strdup(pool, get_keyword(q, reply));
	answer_r->reason = reply_strdup(pool, reply->reason);
	if (*answer_r->reason == '\0') {
		answer_r->reason = p_strdup_printf(pool,
			"The message was judged as %s",
			warden_verdict_name(answer_r->verdict));
	}
}

static void answer_fill_empty(struct warden_answer *answer_r)
{
	i_zero(answer_r);
	answer_r->verdict = WARDEN_VERDICT_CLEAN;
	answer_r->action = WARDEN_ACTION_ALLOW;
	answer_r->reason = "The message is empty";
}

static int
get_body(const struct warden_question *q, struct warden_spool **body_r,
	 const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(q->user);
	string_t *prefix = t_str_new(128);

	if (q->body != NULL) {
		*body_r = q->body;
		warden_spool_ref(q->body);
		if (warden_spool_get_error(q->body) == NULL)
			return 0;
		*error_r = warden_spool_get_error(q->body);
		return -1;
	}
	mail_user_set_get_temp_prefix(prefix, q->user->set);
	str_append(prefix, "warden.");
	*body_r = warden_spool_init(str_c(prefix), wuser->set->warden_max_size);
	return warden_spool_add_mail(*body_r, q->mail, error_r);
}

static bool question_is_of_stored(const struct warden_question *q)
{
	return q->operation == WARDEN_OPERATION_FETCH ||
		q->operation == WARDEN_OPERATION_RESCAN;
}

/* A copy that stands already is on record: which one it is. */
static void request_set_stands(const struct warden_question *q,
			       struct warden_request *request)
{
	struct mailbox_status status;
	guid_128_t guid;

	if (!question_is_of_stored(q) || q->mail == NULL ||
	    !warden_sync_get_guid(q->mail->box, guid))
		return;
	mailbox_get_open_status(q->mail->box, STATUS_UIDVALIDITY, &status);
	request_set_guid(request->mailbox_guid, &request->have_mailbox_guid,
			 guid);
	request->uid_validity = status.uidvalidity;
	request->uid = q->mail->uid;
}

/* Ask by key first when there is one, then with the body. One deadline. */
static int
ask_scan(const struct warden_question *q, pool_t pool,
	 struct warden_answer *answer_r, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(q->user);
	uint64_t deadline = q->deadline != 0 ? q->deadline :
		warden_client_now() + wuser->set->warden_deadline;
	struct warden_client_input input;
	struct warden_request request;
	struct warden_reply reply;
	struct warden_spool *body = NULL;
	buffer_t *frame = t_buffer_create(1024);
	int ret;

	client_input_init(q->user, &input);
	request_init(q, &request);
	request.op = WARDEN_OP_SCAN;
	request.aborted = q->dry_run;
	request_set_stands(q, &request);
	if (q->key_size > 0) {
		ret = warden_client_ask(&input, &request, NULL, deadline,
					frame, &reply, error_r);
		if (ret < 0)
			return -1;
		if (reply.status != WARDEN_STATUS_NEED_BODY) {
			if (!reply_check(&reply, error_r))
				return -1;
			answer_fill(q, pool, &reply, answer_r);
			return 0;
		}
		/* the body decides, not what we thought it was */
		request.key_size = 0;
	}
	ret = get_body(q, &body, error_r);
	if (ret == 0 && warden_spool_get_full_size(body) == 0) {
		/* no bytes, no question */
		answer_fill_empty(answer_r);
		warden_spool_unref(&body);
		return 0;
	}
	if (ret == 0) {
		ret = warden_client_ask(&input, &request, body, deadline,
					frame, &reply, error_r);
	}
	warden_spool_unref(&body);
	if (ret < 0 || !reply_check(&reply, error_r))
		return -1;
	answer_fill(q, pool, &reply, answer_r);
	return 0;
}

static void
send_event(const struct warden_question *q, const struct warden_answer *answer,
	   const char *error, uint64_t started)
{
	struct event *event = event_create(q->user->event);

	event_add_category(event, &event_category_warden);
	event_set_name(event, "warden_scan_finished");
	event_add_str(event, "verdict", warden_verdict_name(answer->verdict));
	event_add_str(event, "action", warden_action_name(answer->action));
	event_add_str(event, "trigger",
		      warden_operation_name(q->operation));
	event_add_str(event, "mailbox", q->mailbox);
	event_add_int(event, "scan_msecs", warden_client_now() - started);
	if ((answer->flags & WARDEN_REPLY_CACHED) != 0)
		event_add_str(event, "cached", "yes");
	if (error != NULL)
		event_add_str(event, "error", error);
	e_debug(event, "warden: %s into %s: %s, %s%s%s",
		warden_operation_name(q->operation), q->mailbox,
		warden_verdict_name(answer->verdict),
		warden_action_name(answer->action),
		error == NULL ? "" : ": ", error == NULL ? "" : error);
	event_unref(&event);
}

int warden_judge(const struct warden_question *q, pool_t pool,
		 struct warden_answer *answer_r, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(q->user);
	uint64_t started = warden_client_now();
	const char *error = NULL;
	bool accept = wuser->fail_policy == WARDEN_FAIL_ACCEPT;
	bool stands = question_is_of_stored(q);

	if (ask_scan(q, pool, answer_r, &error) == 0) {
		send_event(q, answer_r, NULL, started);
		return 1;
	}
	i_zero(answer_r);
	answer_r->verdict = WARDEN_VERDICT_PENDING;
	answer_r->action = accept ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DEFER;
	answer_r->reason = "";
	send_event(q, answer_r, error, started);
	e_warning(q->user->event, "warden: mail %s %s was not scanned and is "
		  "%s: %s", stands ? "in" : "for", q->mailbox,
		  unscanned_fates[stands][accept], str_sanitize(error, 512));
	if (accept)
		return 0;
	*error_r = UNSCANNED_TEXT;
	return -1;
}

int warden_judge_release(const struct warden_question *q,
			 uint64_t *delivery_id_r, const char **error_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(q->user);
	struct warden_client_input input;
	struct warden_request request;
	struct warden_reply reply;
	buffer_t *frame = t_buffer_create(1024);
	const char *error;

	client_input_init(q->user, &input);
	request_init(q, &request);
	request.op = WARDEN_OP_RELEASE;
	request.comment = request_str(wuser->release_comment);
	request.global = wuser->release_global;
	if (warden_client_ask(&input, &request, NULL, warden_client_now() +
			      wuser->set->warden_deadline, frame, &reply,
			      &error) > 0) {
		if (reply.status == WARDEN_STATUS_OK) {
			*delivery_id_r = reply.delivery_id;
			return 1;
		}
		if (reply.status == WARDEN_STATUS_REFUSED) {
			*error_r = reply.reason.size == 0 ?
				RELEASE_REFUSED_TEXT :
				reply_strdup(pool_datastack_create(),
					     reply.reason);
			return 0;
		}
		error = t_strndup(reply.reason.data, reply.reason.size);
	}
	e_warning(q->user->event, "warden: release out of %s was not decided: "
		  "%s", q->origin, str_sanitize(error, 512));
	*error_r = RELEASE_UNSURE_TEXT;
	return -1;
}

void warden_judge_tell(const struct warden_saved_mail *mail,
		       const struct warden_placement *place)
{
	struct warden_question q = {
		.user = place->user,
		.owner = place->owner,
		.operation = place->operation,
		.mailbox = place->mailbox,
		.origin = place->origin,
		.key = mail->key,
		.key_size = mail->have_key ? sizeof(mail->key) : 0,
	};
	struct warden_client_input input;
	struct warden_request request;

	if (mail->tell == WARDEN_TELL_NOTHING ||
	    (mail->tell == WARDEN_TELL_PLACE && mail->delivery_id == 0) ||
	    (mail->tell != WARDEN_TELL_PLACE && place->uid == 0))
		return;
	client_input_init(place->user, &input);
	request_init(&q, &request);
	switch (mail->tell) {
	case WARDEN_TELL_PLACE:
		request.op = WARDEN_OP_PLACE;
		request.delivery_id = mail->delivery_id;
		request.aborted = place->uid == 0;
		break;
	case WARDEN_TELL_PENDING:
		request.op = WARDEN_OP_PENDING;
		break;
	case WARDEN_TELL_REPORT:
		request.op = WARDEN_OP_REPORT;
		break;
	case WARDEN_TELL_NOTHING:
		i_unreached();
	}
	if (place->have_mailbox_guid) {
		memcpy(request.mailbox_guid, place->mailbox_guid,
		       sizeof(request.mailbox_guid));
		request.have_mailbox_guid = TRUE;
	}
	request.uid_validity = place->uid_validity;
	request.uid = place->uid;
	warden_client_tell(&input, &request);
}

void warden_judge_tell_lesson(struct mail_user *user,
			      const struct warden_saved_mail *mail)
{
	struct warden_question q = {
		.user = user,
		.key = mail->key,
		.key_size = sizeof(mail->key),
	};
	struct warden_client_input input;
	struct warden_request request;

	client_input_init(user, &input);
	request_init(&q, &request);
	request.op = WARDEN_OP_LEARN;
	request.what = request_str(mail->learn);
	warden_client_tell(&input, &request);
}

/* --- what becomes of mail later ------------------------------------------- */

void warden_judge_tell_moved(const struct warden_journey *journey)
{
	struct warden_question q = {
		.user = journey->user,
		.operation = journey->operation,
		.mailbox = journey->mailbox,
		.origin = journey->origin,
		.key = journey->key,
		.key_size = journey->key == NULL ? 0 : WARDEN_RECORD_KEY_SIZE,
	};
	struct warden_client_input input;
	struct warden_request request;

	client_input_init(journey->user, &input);
	request_init(&q, &request);
	request.op = WARDEN_OP_MOVED;
	request.comment = request_str(journey->comment);
	if (journey->have_guids) {
		request_set_guid(request.mailbox_guid,
				 &request.have_mailbox_guid,
				 journey->mailbox_guid);
		request_set_guid(request.origin_guid,
				 &request.have_origin_guid,
				 journey->origin_guid);
	}
	request.origin_uid_validity = journey->origin_uid_validity;
	request.origin_uid = journey->origin_uid;
	request.uid_validity = journey->uid_validity;
	request.uid = journey->uid;
	request.guid = request_str(journey->guid);
	warden_client_tell(&input, &request);
}

static void
mailbox_request_init(struct mailbox *box, const guid_128_t guid,
		     struct warden_client_input *input_r,
		     struct warden_request *request_r)
{
	struct warden_question q = {
		.user = box->storage->user,
		.owner = warden_box_owner(box),
		.mailbox = box->vname,
	};

	client_input_init(q.user, input_r);
	request_init(&q, request_r);
	request_set_guid(request_r->mailbox_guid,
			 &request_r->have_mailbox_guid, guid);
}

void warden_judge_tell_gone(struct mailbox *box, const guid_128_t guid,
			    uint32_t uid_validity, const char *uids)
{
	struct warden_client_input input;
	struct warden_request request;

	mailbox_request_init(box, guid, &input, &request);
	request.op = WARDEN_OP_GONE;
	request.uid_validity = uid_validity;
	request.query = request_str(uids);
	warden_client_tell(&input, &request);
}

void warden_judge_tell_renamed(struct mailbox *box, const guid_128_t guid)
{
	struct warden_client_input input;
	struct warden_request request;

	mailbox_request_init(box, guid, &input, &request);
	request.op = WARDEN_OP_RENAMED;
	warden_client_tell(&input, &request);
}

void warden_answer_to_record(const struct warden_answer *answer,
			     struct warden_record *record_r)
{
	i_zero(record_r);
	record_r->rules_epoch = answer->rules_epoch;
	record_r->list_generation = answer->list_generation;
	record_r->verdict = answer->verdict;
	record_r->action = answer->action;
	if ((answer->flags & WARDEN_REPLY_UNRECORDED) != 0)
		record_r->flags |= WARDEN_RECORD_UNRECORDED;
	if ((answer->flags & WARDEN_REPLY_TRUNCATED) != 0)
		record_r->flags |= WARDEN_RECORD_TRUNCATED;
	if (answer->key_size >= sizeof(record_r->key)) {
		memcpy(record_r->key, answer->key, sizeof(record_r->key));
	}
}

void warden_answer_from_record(const struct warden_record *record,
			       struct warden_answer *answer_r)
{
	i_zero(answer_r);
	answer_r->verdict = record->verdict;
	answer_r->action = record->action;
	answer_r->rules_epoch = record->rules_epoch;
	answer_r->list_generation = record->list_generation;
	if ((record->flags & WARDEN_RECORD_UNRECORDED) != 0)
		answer_r->flags |= WARDEN_REPLY_UNRECORDED;
	if ((record->flags & WARDEN_RECORD_TRUNCATED) != 0)
		answer_r->flags |= WARDEN_REPLY_TRUNCATED;
	if (warden_record_has_key(record)) {
		memcpy(answer_r->key, record->key, sizeof(record->key));
		answer_r->key_size = sizeof(record->key);
	}
	answer_r->keyword = warden_verdict_keyword(answer_r->verdict);
	answer_r->reason = "An earlier check found this message dangerous";
}
