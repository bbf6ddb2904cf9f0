#include "warden-config.h"

#include "handle-private.h"

#include "log.h"

#include <string.h>

static char *key_hex(const struct warden_request *request)
{
	GString *hex = g_string_new("");

	for (gsize i = 0; i < request->key_size; i++)
		g_string_append_printf(hex, "%02x", request->key[i]);
	return g_string_free(hex, FALSE);
}

/* For the store, an actor other than the user is an administrator. */
static const char *who(const struct warden_exchange *exchange)
{
	if (!exchange->request->admin)
		return exchange->user;
	return exchange->actor[0] != '\0' &&
	       strcmp(exchange->actor, exchange->user) != 0 ?
		exchange->actor : "administrator";
}

/* The trail of what people did. A line that cannot be written is logged by
   records, and does not undo what was done. */
static void audit(struct warden_exchange *exchange, const char *what)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	g_autofree char *object = key_hex(exchange->request);
	char *error = NULL;

	const char *actor = exchange->actor[0] != '\0' ? exchange->actor :
		exchange->user;

	if (store != NULL &&
	    warden_store_audit(store, actor, what, object, exchange->comment,
			       &error) < 0)
		warden_records_failed(records, "writing the audit trail",
				      error);
}

/* What the mail was last judged to be; UNKNOWN if the database does not know
   it. Returns -1 if the database cannot say. */
static int lookup_verdict(struct warden_exchange *exchange,
			  struct warden_stored_message **message_r)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	*message_r = NULL;
	if (store == NULL)
		return -1;
	int ret = warden_store_lookup_message(store, exchange->request->key,
					      exchange->request->key_size,
					      message_r, &error);
	if (ret < 0)
		warden_records_failed(records, "looking for a message", error);
	return ret;
}

/* What it is for this user, at its worst: the copy may not have been judged
   since the message turned out to be bad. 1, 0 or -1 likewise. */
static int lookup_worst(struct warden_exchange *exchange,
			struct warden_stored_message **message_r,
			enum warden_verdict *verdict_r)
{
	struct warden_records *records = exchange->service->records;
	struct warden_stored_copy *copy = NULL;
	char *error = NULL;
	int ret = lookup_verdict(exchange, message_r);

	*verdict_r = WARDEN_VERDICT_UNKNOWN;
	if (ret <= 0)
		return ret;
	*verdict_r = (*message_r)->verdict;
	ret = warden_store_lookup_copy(warden_records_store(records),
				       *message_r, exchange->user, 0, &copy,
				       &error);
	if (ret < 0) {
		warden_records_failed(records, "looking for a copy", error);
		g_clear_pointer(message_r, warden_stored_message_free);
		return -1;
	}
	if (copy != NULL)
		*verdict_r = warden_store_worse(*verdict_r, copy->verdict);
	warden_stored_copy_free(copy);
	return 1;
}

/* May the client ask for this at all? */
static bool is_entitled(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;

	if (request->global && !request->admin) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "a global release needs an administrator");
		return false;
	}
	if (request->admin && !warden_exchange_is_admin(exchange))
		return false;
	if (exchange->user[0] == '\0' && !request->global) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "RELEASE without a user");
		return false;
	}
	return true;
}

static void release(struct warden_exchange *exchange, const guint8 *key,
		    gsize key_size)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	struct warden_reply *reply = &exchange->answer->reply;
	struct warden_delivery delivery = warden_exchange_delivery(exchange);
	guint64 delivery_id = 0;
	char *error = NULL;

	delivery.operation = WARDEN_OPERATION_RELEASE;
	delivery.verdict = WARDEN_VERDICT_RELEASED;
	delivery.action = WARDEN_ACTION_ALLOW;
	if (store == NULL ||
	    warden_store_release(store, key, key_size, exchange->user,
				 exchange->request->global, who(exchange),
				 exchange->comment, &delivery, &delivery_id,
				 &error) < 0) {
		if (error != NULL)
			warden_records_failed(records, "recording a release",
					      error);
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
				     "the release cannot be recorded now");
		return;
	}
	reply->verdict = WARDEN_VERDICT_RELEASED;
	reply->action = WARDEN_ACTION_ALLOW;
	reply->flags |= WARDEN_REPLY_RELEASED;
	reply->delivery_id = delivery_id;
	warden_log_info("%s released a message%s (user %s, session %s)",
			who(exchange),
			exchange->request->global ? " for everybody" : "",
			exchange->user, exchange->session);
}

/* An administrator's word binds the user. */
static int is_pulled(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	if (request->admin)
		return 0;
	if (store == NULL)
		return -1;
	int ret = warden_store_is_pulled(store, request->key,
					 request->key_size, exchange->user,
					 &error);
	if (ret < 0)
		warden_records_failed(records, "looking for a pull", error);
	return ret;
}

static void refuse_release(struct warden_exchange *exchange,
			   enum warden_verdict verdict, const char *reason)
{
	audit(exchange, "release-refused");
	exchange->answer->reply.verdict = verdict;
	warden_answer_refuse(exchange, WARDEN_STATUS_REFUSED, "%s", reason);
}

/* A release that is not on record would not stick: unlike mail that comes in,
   it is not let through while the database is away. */
void warden_handle_release(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	struct warden_stored_message *message;
	enum warden_verdict verdict = WARDEN_VERDICT_UNKNOWN;
	struct warden_epoch epoch;
	int pulled;

	if (!is_entitled(exchange))
		return;
	pulled = is_pulled(exchange);
	if (pulled < 0 || lookup_worst(exchange, &message, &verdict) < 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
				     "the verdict database is not available");
		return;
	}
	warden_records_epoch(exchange->service->records, &epoch);
	exchange->answer->reply.rules_epoch = epoch.rules;
	exchange->answer->reply.list_generation = epoch.lists;
	if (pulled > 0) {
		refuse_release(exchange, verdict,
			       "This message was put here by an administrator,"
			       " who alone can release it.");
	} else if (!warden_policy_may_release(
				warden_policy_for(
					exchange->service->config->policy,
					exchange->user), verdict,
				request->admin)) {
		g_autofree char *reason = g_strdup_printf(
			"A message judged %s can only be released by an "
			"administrator.", warden_verdict_name(verdict));

		refuse_release(exchange, verdict, reason);
	} else if (message != NULL) {
		release(exchange, message->key, WARDEN_SHA256_SIZE);
	} else {
		release(exchange, request->key, request->key_size);
	}
	if (message != NULL) {
		memcpy(exchange->answer->reply.key, message->key,
		       WARDEN_KEY_SIZE);
		exchange->answer->reply.have_key = true;
		warden_stored_message_free(message);
	}
}

void warden_handle_report(struct warden_exchange *exchange)
{
	struct warden_delivery delivery = warden_exchange_delivery(exchange);
	struct warden_stored_message *message = NULL;
	guint64 delivery_id = 0;

	if (lookup_worst(exchange, &message, &delivery.verdict) >= 0)
		audit(exchange, "report");
	delivery.action = WARDEN_ACTION_QUARANTINE;
	enum warden_recorded recorded = warden_records_delivery(
		exchange->service->records, exchange->deadline,
		message != NULL ? message->key : NULL, &delivery,
		&delivery_id);
	warden_exchange_recorded(exchange, recorded, delivery_id);
	if (message != NULL)
		warden_stored_message_free(message);
}
