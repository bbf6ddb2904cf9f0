#include "warden-config.h"

#include "handle-private.h"

#include "log.h"

#include <math.h>
#include <string.h>

/* A message whose parsing overran its time is left alone for so long: the
   machine may have been the cause. One that crashed the reader is left alone
   until the rules change. */
#define OVERRUN_MEMORY_USECS (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
/* What recording may take of a client's patience, at most. */
#define RECORD_SHARE 3

/* What is answered, whether from a scan or from the database. */
struct outcome {
	enum warden_verdict verdict;
	enum warden_action action;
	const char *keyword;
	double score;
};

/* --- released mail ------------------------------------------------------ */

/* A release lets the mail pass whatever it is, except that a user's own does
   not cover what has turned out to be worse than users may release. */
static void apply_release(struct warden_exchange *exchange,
			  const guint8 *key, gsize key_size,
			  struct outcome *outcome)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	if (store == NULL || outcome->action == WARDEN_ACTION_ALLOW)
		return;
	int ret = warden_store_is_released(store, key, key_size,
					   exchange->user, &error);
	if (ret < 0)
		warden_records_failed(records, "looking for a release", error);
	if (ret <= 0 || (ret == 1 && !warden_policy_may_release(
				warden_policy_for(
					exchange->service->config->policy,
					exchange->user),
					outcome->verdict, false)))
		return;
	outcome->verdict = WARDEN_VERDICT_RELEASED;
	outcome->action = WARDEN_ACTION_ALLOW;
	outcome->keyword = "";
	exchange->answer->reply.flags |= WARDEN_REPLY_RELEASED;
}

static void set_outcome(struct warden_exchange *exchange,
			const struct outcome *outcome)
{
	struct warden_reply *reply = &exchange->answer->reply;

	reply->verdict = outcome->verdict;
	reply->action = outcome->action;
	reply->score_milli = (gint32)lround(
		CLAMP(outcome->score, -1e6, 1e6) * 1000.0);
	warden_answer_set_keyword(exchange->answer, outcome->keyword);
}

static struct warden_delivery
outcome_delivery(const struct warden_exchange *exchange,
		 const struct outcome *outcome)
{
	struct warden_delivery delivery = warden_exchange_delivery(exchange);

	delivery.verdict = outcome->verdict;
	delivery.action = outcome->action;
	delivery.keyword = outcome->keyword;
	delivery.sent = exchange->request->role == WARDEN_ROLE_SENT;
	return delivery;
}

/* --- what a scan is told ------------------------------------------------- */

/* Points into itself and the exchange. */
struct warden_scan_context {
	struct warden_envelope envelope;
	struct warden_known known;
	struct warden_store_own own_lists;
	struct warden_own own;
	struct warden_store_history past;
	struct warden_history history;
	struct warden_scan_input input;
};

/* key: of the message, 32 bytes. */
static void scan_context_init(struct warden_exchange *exchange,
			      const guint8 *key,
			      struct warden_scan_context *context_r)
{
	const struct warden_config *config = exchange->service->config;
	struct warden_store *store =
		warden_records_store(exchange->service->records);

	*context_r = (struct warden_scan_context){
		.envelope = {
			.user = exchange->user,
			.recipient = exchange->recipient,
			.sender = exchange->sender,
			.service = exchange->service_name,
		},
		.known = { .lookup = warden_store_known, .context = store },
	};
	context_r->history = (struct warden_history){
		.contact = warden_store_contact, .thread = warden_store_thread,
		.namesake = warden_store_namesake,
		.language = warden_store_language,
		.learned = config->learn ? warden_store_learned : NULL,
		.context = &context_r->past,
	};
	context_r->own = (struct warden_own){
		.lookup = warden_store_own, .context = &context_r->own_lists,
	};
	if (store != NULL) {
		warden_store_history_init(&context_r->past, store, key,
					  exchange->user, exchange->time);
		warden_store_own_init(&context_r->own_lists, store,
				      exchange->user);
	}
	/* A copy that stands is judged as the mail that once came. */
	if (exchange->recipient[0] == '\0')
		context_r->envelope.recipient = context_r->past.recipient;
	if (exchange->sender[0] == '\0')
		context_r->envelope.sender = context_r->past.sender;
	context_r->past.learn_minimum = config->learn_minimum;
	context_r->past.learn_half_life = config->learn_half_life_days *
		G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;
	context_r->input = (struct warden_scan_input){
		.envelope = &context_r->envelope,
		.known = store != NULL ? &context_r->known : NULL,
		.own = store != NULL ? &context_r->own : NULL,
		.history = store != NULL ? &context_r->history : NULL,
		.overrides = exchange->actions,
		.role = exchange->request->role,
	};
}

/* --- from the database -------------------------------------------------- */

static void result_outcome(const struct warden_scan_result *result,
			   struct outcome *outcome_r)
{
	*outcome_r = (struct outcome){
		.verdict = result->judgement.verdict,
		.action = result->judgement.action,
		.keyword = result->judgement.keyword,
		.score = result->judgement.score,
	};
}

/* Message and copy as the database has them; copy NULL = not this user's. */
struct stored {
	const struct warden_stored_message *message;
	struct warden_stored_copy *copy;
};

/* A FETCH looks at a copy that is recorded already, so that only a new verdict
   is news; a RESCAN may find one that is not. */
static bool is_news(const struct warden_exchange *exchange,
		    const struct stored *stored, const struct outcome *outcome)
{
	if (exchange->request->aborted)
		return false;
	return exchange->request->operation != WARDEN_OPERATION_FETCH ||
	       stored->message->concerned || stored->copy == NULL ||
	       stored->copy->recorded != outcome->verdict ||
	       stored->copy->action != outcome->action;
}

/* The rest of an answer without a body. */
static void answer_cached(struct warden_exchange *exchange,
			  const struct stored *stored,
			  const struct warden_scan_result *result,
			  struct outcome *outcome,
			  const struct warden_epoch *epoch)
{
	const struct warden_stored_message *message = stored->message;
	struct warden_answer *answer = exchange->answer;
	guint64 delivery_id = 0;

	apply_release(exchange, message->key, WARDEN_SHA256_SIZE, outcome);
	set_outcome(exchange, outcome);
	answer->reply.flags |= WARDEN_REPLY_CACHED;
	answer->reply.rules_epoch = epoch->rules;
	answer->reply.list_generation = epoch->lists;
	memcpy(answer->reply.key, message->key, WARDEN_KEY_SIZE);
	answer->reply.have_key = true;
	exchange->service->counts.cached++;
	if (!is_news(exchange, stored, outcome))
		return;
	struct warden_delivery delivery = outcome_delivery(exchange, outcome);
	delivery.result = result;
	delivery.rules = message->epoch.rules;
	enum warden_recorded recorded = warden_records_delivery(
		exchange->service->records, exchange->deadline, message->key,
		&delivery, &delivery_id);
	warden_exchange_recorded(exchange, recorded, delivery_id);
}

static void answer_again(struct warden_exchange *exchange,
			 const struct stored *stored,
			 const struct warden_scan_result *result)
{
	const struct warden_stored_message *message = stored->message;
	/* As of before the look-ups. */
	struct warden_epoch epoch = {
		message->epoch.rules, message->now.lists
	};
	struct outcome outcome;

	result_outcome(result, &outcome);
	if (message->concerned && !exchange->request->aborted)
		warden_records_lists(exchange->service->records,
				     exchange->deadline, message->id, result,
				     &epoch);
	warden_answer_set_reason(exchange->answer, result->reason);
	warden_answer_set_symbols(exchange->answer, result->findings);
	answer_cached(exchange, stored, result, &outcome, &epoch);
}

/* What is stored of message and copy, as input for another judgement. False if
   it cannot be had. */
static bool load_stored(struct warden_exchange *exchange,
			const struct stored *stored,
			struct warden_scan_stored *stored_r)
{
	const struct warden_stored_message *message = stored->message;
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	if (store == NULL)
		return false;
	*stored_r = (struct warden_scan_stored){
		.shared = message->findings,
		.findings = stored->copy != NULL ? stored->copy->findings :
			message->findings,
		.lists = message->concerned,
	};
	int ret = warden_store_load_facts(store, message->id,
					  &stored_r->facts, &error);
	if (ret > 0 && warden_store_tokens(store, message->key,
					   WARDEN_SHA256_SIZE,
					   &stored_r->tokens, &error) < 0) {
		warden_facts_free(stored_r->facts);
		ret = -1;
	}
	if (ret < 0)
		warden_records_failed(records, "loading a message", error);
	return ret > 0;
}

/* What was found whoever gets it is stored, and what was found for this user's
   copy. False if the body is needed after all. */
static bool judge_stored(struct warden_exchange *exchange,
			 const struct stored *stored)
{
	const struct warden_stored_message *message = stored->message;
	struct warden_scan_context context;
	struct warden_scan_result *result;
	struct warden_scan_stored input;
	g_autofree char *error = NULL;
	bool answered = false;

	if (!load_stored(exchange, stored, &input))
		return false;
	scan_context_init(exchange, message->key, &context);
	if (warden_scan_stored(exchange->service->config, &input,
			       &context.input, &result, &error) < 0)
		return false;
	/* Links are judged otherwise when an allow-list knows their hosts. */
	if (!message->concerned ||
	    (result->allowed == message->allowed && !result->lists_failed)) {
		answer_again(exchange, stored, result);
		answered = true;
	}
	warden_scan_result_free(result);
	return answered;
}

/* Whoever has no copy yet that these rules have judged (a mail from a mailbox
   that is shared, one that came while nobody looked) has a past of his own: his
   is judged from the body. others: what was found for everybody will do. */
static bool answer_without_body(struct warden_exchange *exchange,
				const struct warden_stored_message *message,
				bool others)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	struct stored stored = { .message = message };
	char *error = NULL;
	bool answered;

	if (store == NULL)
		return false;
	if (warden_store_lookup_copy(store, message, exchange->user,
				     message->epoch.rules, &stored.copy,
				     &error) < 0) {
		warden_records_failed(records, "looking for a copy", error);
		return false;
	}
	answered = (stored.copy != NULL || others) &&
		judge_stored(exchange, &stored);
	warden_stored_copy_free(stored.copy);
	return answered;
}

/* The stored message if these rules have judged it, else NULL. */
static struct warden_stored_message *
lookup_judged(struct warden_exchange *exchange, const guint8 *key,
	      gsize key_size)
{
	struct warden_records *records = exchange->service->records;
	struct warden_stored_message *message = NULL;
	struct warden_store *store;
	struct warden_epoch epoch;
	char *error = NULL;

	warden_records_epoch(records, &epoch);
	store = warden_records_store(records);
	if (store == NULL)
		return NULL;
	int ret = warden_store_lookup_message(store, key, key_size, &message,
					      &error);
	if (ret < 0)
		warden_records_failed(records, "looking for a message", error);
	if (ret <= 0)
		return NULL;
	if (message->epoch.rules != epoch.rules ||
	    message->verdict == WARDEN_VERDICT_UNKNOWN ||
	    message->verdict == WARDEN_VERDICT_PENDING)
		g_clear_pointer(&message, warden_stored_message_free);
	return message;
}

static void scan_by_key(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;

	if (request->key_size == 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "SCAN without body and without key");
		return;
	}
	/* To whom the user wrote stands in the body alone. */
	if (request->role == WARDEN_ROLE_SENT &&
	    request->operation != WARDEN_OPERATION_FETCH &&
	    request->operation != WARDEN_OPERATION_RESCAN) {
		exchange->answer->reply.status = WARDEN_STATUS_NEED_BODY;
		return;
	}
	struct warden_stored_message *message =
		lookup_judged(exchange, request->key, request->key_size);
	if (message == NULL || !answer_without_body(exchange, message, false))
		exchange->answer->reply.status = WARDEN_STATUS_NEED_BODY;
	if (message != NULL)
		warden_stored_message_free(message);
}

/* --- from the body ------------------------------------------------------ */

static bool has_reason(const struct warden_stored_message *message,
		       const char *reason)
{
	for (guint i = 0; i < message->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			message->unscanned->pdata[i];
		if (unscanned->part[0] == '\0' &&
		    strcmp(unscanned->reason, reason) == 0)
			return true;
	}
	return false;
}

/* Did this very message bring the reader down before? Only then is a stored
   answer good enough for a body: two messages of one key may differ in their
   line endings, and a parser may see more in one than in the other. */
static bool is_known_killer(const struct warden_stored_message *message)
{
	if (message->verdict != WARDEN_VERDICT_UNSCANNABLE)
		return false;
	return has_reason(message, "crash") ||
	       (has_reason(message, "time") &&
		g_get_real_time() - message->first_seen <
			OVERRUN_MEMORY_USECS);
}

static bool answer_killer(struct warden_exchange *exchange, const guint8 *key)
{
	struct warden_stored_message *message =
		lookup_judged(exchange, key, WARDEN_SHA256_SIZE);
	bool known = message != NULL && is_known_killer(message) &&
		answer_without_body(exchange, message, true);

	if (message != NULL)
		warden_stored_message_free(message);
	return known;
}

/* What the reader may take, leaving a share for the commit. 0 = its own
   limit. */
static guint reader_msecs(const struct warden_exchange *exchange)
{
	guint left = warden_exchange_msecs_left(exchange);

	if (left == 0)
		return 0;
	guint reserve = MIN(left / RECORD_SHARE,
			    exchange->service->config->commit_msecs);
	return MAX(left - reserve, 1);
}

static void answer_result(struct warden_exchange *exchange,
			  const struct warden_scan_result *result,
			  struct warden_epoch *epoch)
{
	const struct warden_service *service = exchange->service;
	struct warden_answer *answer = exchange->answer;
	struct outcome outcome;
	guint64 delivery_id = 0;

	result_outcome(result, &outcome);
	apply_release(exchange, result->facts->key, WARDEN_SHA256_SIZE,
		      &outcome);
	set_outcome(exchange, &outcome);
	if (exchange->request->full_size > exchange->connection->body_stored ||
	    exchange->request->body_size > exchange->connection->body_stored)
		answer->reply.flags |= WARDEN_REPLY_TRUNCATED;
	memcpy(answer->reply.key, result->facts->key, WARDEN_KEY_SIZE);
	answer->reply.have_key = true;
	warden_answer_set_reason(answer, result->reason);
	warden_answer_set_symbols(answer, result->findings);

	if (exchange->request->aborted) {
		answer->reply.rules_epoch = epoch->rules;
		answer->reply.list_generation = epoch->lists;
		return;
	}
	struct warden_delivery delivery = outcome_delivery(exchange, &outcome);
	enum warden_recorded recorded = warden_records_scan(
		service->records, exchange->deadline, result, epoch, &delivery,
		&delivery_id);
	answer->reply.rules_epoch = epoch->rules;
	answer->reply.list_generation = epoch->lists;
	warden_exchange_recorded(exchange, recorded, delivery_id);
}

static int run_scan(struct warden_exchange *exchange, const guint8 *key,
		    struct warden_scan_result **result_r, char **error_r)
{
	struct warden_service *service = exchange->service;
	const struct warden_connection *connection = exchange->connection;
	struct warden_scan_context context;
	guint64 full_size = exchange->request->full_size;

	if (full_size == 0 &&
	    connection->body_stored < exchange->request->body_size)
		full_size = exchange->request->body_size;
	scan_context_init(exchange, key, &context);
	context.input.fd = connection->body_fd;
	context.input.size = connection->body_stored;
	context.input.full_size = full_size;
	context.input.deadline_msecs = reader_msecs(exchange);
	context.input.clamd = service->clamd;
	return warden_scan_fd(service->config, service->reader,
			      &context.input,
			      result_r, error_r);
}

/* A crash is news even when the second attempt went well. */
static void log_reader(const struct warden_exchange *exchange,
		       const struct warden_reader_counts *before)
{
	struct warden_reader_counts after;

	warden_reader_get_counts(exchange->service->reader, &after);
	if (after.crashes + after.timeouts ==
	    before->crashes + before->timeouts)
		return;
	warden_log_warning("%s (user %s, session %s, %" G_GUINT64_FORMAT
			   " bytes)", after.last_failure, exchange->user,
			   exchange->session,
			   exchange->connection->body_stored);
}

static void scan_body(struct warden_exchange *exchange)
{
	struct warden_service *service = exchange->service;
	struct warden_scan_result *result = NULL;
	struct warden_reader_counts counts;
	struct warden_epoch epoch;
	guint8 key[WARDEN_SHA256_SIZE];
	g_autofree char *error = NULL;

	if (warden_reader_key(exchange->connection->body_fd,
			      exchange->connection->body_stored, key,
			      &error) < 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL, "%s",
				     error);
		return;
	}
	if (answer_killer(exchange, key))
		return;
	/* Before the look-ups: a list that changes during the scan makes the
	   verdict stale, not the other way round. */
	warden_records_epoch(service->records, &epoch);
	service->counts.scans++;
	warden_reader_get_counts(service->reader, &counts);
	int ret = run_scan(exchange, key, &result, &error);
	log_reader(exchange, &counts);
	if (ret < 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL, "%s",
				     error);
		return;
	}
	/* The key decides whose row is written: a parser that was taken over
	   must not choose it. */
	if (memcmp(result->facts->key, key, sizeof(key)) != 0)
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
				     "the reader's facts have another key");
	else
		answer_result(exchange, result, &epoch);
	warden_scan_result_free(result);
}

void warden_handle_scan(struct warden_exchange *exchange)
{
	struct warden_judgement judgement;
	g_autofree char *error = NULL;

	/* A client's mistake is told apart from ours before any work. */
	if (warden_policy_action(exchange->service->config->policy,
				 WARDEN_VERDICT_CLEAN, exchange->actions,
				 exchange->request->role, &judgement,
				 &error) < 0)
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "%s", error);
	else if (exchange->connection->body_fd >= 0)
		scan_body(exchange);
	else
		scan_by_key(exchange);
}
