#include "warden-config.h"

#include "handle-private.h"
#include "../reader/sandbox.h"

#include "log.h"

#include <string.h>
#include <unistd.h>

/* --- the exchange ------------------------------------------------------- */

/* Names may come from a mail system that knew no UTF-8. */
static char *text(const struct warden_str *str)
{
	return warden_facts_sanitise(str->data != NULL ? str->data : "",
				     str->size, WARDEN_STRING_MAX, FALSE);
}

static void exchange_init(struct warden_exchange *exchange,
			  struct warden_service *service,
			  const struct warden_connection *connection,
			  struct warden_answer *answer)
{
	const struct warden_request *request = &connection->request;

	*exchange = (struct warden_exchange){
		.service = service, .connection = connection,
		.request = request, .answer = answer,
		.service_name = text(&request->service),
		.user = text(&request->user),
		.recipient = text(&request->recipient),
		.sender = text(&request->sender),
		.session = text(&request->session),
		.mailbox = text(&request->mailbox),
		.origin = text(&request->origin),
		.actor = text(&request->actor),
		.actions = text(&request->actions),
		.guid = text(&request->guid),
		.comment = text(&request->comment),
		.query = text(&request->query),
		.what = text(&request->what),
		.time = g_get_real_time(),
	};
	if (request->op == WARDEN_OP_SCAN && request->have_mailbox_guid &&
	    request->uid != 0)
		exchange->stands = (struct warden_place){
			.mailbox = exchange->mailbox,
			.mailbox_guid = request->mailbox_guid,
			.uid_validity = request->uid_validity,
			.uid = request->uid, .guid = exchange->guid,
		};
	/* Time in the backlog is the client's to know; ours begins with its
	   first byte. */
	if (request->deadline_msecs != 0)
		exchange->deadline = connection->started +
			request->deadline_msecs * G_GINT64_CONSTANT(1000);
}

static void exchange_clear(struct warden_exchange *exchange)
{
	g_free(exchange->service_name);
	g_free(exchange->user);
	g_free(exchange->recipient);
	g_free(exchange->sender);
	g_free(exchange->session);
	g_free(exchange->mailbox);
	g_free(exchange->origin);
	g_free(exchange->actor);
	g_free(exchange->actions);
	g_free(exchange->guid);
	g_free(exchange->comment);
	g_free(exchange->query);
	g_free(exchange->what);
}

bool warden_exchange_is_admin(struct warden_exchange *exchange)
{
	if (exchange->connection->trusted)
		return true;
	warden_answer_refuse(exchange, WARDEN_STATUS_REFUSED,
			     "uid %u may not act as administrator",
			     (guint)exchange->connection->peer_uid);
	return false;
}

guint warden_exchange_msecs_left(const struct warden_exchange *exchange)
{
	if (exchange->deadline == 0)
		return 0;
	gint64 left = exchange->deadline - g_get_monotonic_time();
	return CLAMP(left / 1000, 1, G_MAXINT);
}

struct warden_delivery
warden_exchange_delivery(const struct warden_exchange *exchange)
{
	struct warden_delivery delivery = {
		.time = exchange->time,
		.user = exchange->user,
		.recipient = exchange->recipient,
		.sender = exchange->sender,
		.service = exchange->service_name,
		.session = exchange->session,
		.actor = exchange->actor,
		.mailbox = exchange->mailbox,
		.origin = exchange->origin,
		.operation = exchange->request->operation,
		.keyword = "",
		.stands = exchange->stands.mailbox_guid != NULL ?
			&exchange->stands : NULL,
	};
	return delivery;
}

bool warden_exchange_recorded(struct warden_exchange *exchange,
			      enum warden_recorded recorded,
			      guint64 delivery_id)
{
	switch (recorded) {
	case WARDEN_RECORDED:
		exchange->answer->reply.delivery_id = delivery_id;
		return true;
	case WARDEN_RECORDED_LATER:
		exchange->answer->reply.flags |= WARDEN_REPLY_UNRECORDED;
		exchange->service->counts.unrecorded++;
		return true;
	case WARDEN_RECORDED_NOT:
		break;
	}
	warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
			     "neither database nor journal can be written");
	return false;
}

/* --- operations --------------------------------------------------------- */

static void handle_pending(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	struct warden_delivery delivery = warden_exchange_delivery(exchange);
	guint64 delivery_id = 0;

	delivery.verdict = WARDEN_VERDICT_PENDING;
	delivery.action = WARDEN_ACTION_ALLOW;
	/* Half a key names no row that may not be there yet. */
	enum warden_recorded recorded = warden_records_delivery(
		exchange->service->records, exchange->deadline,
		request->key_size == WARDEN_KEY_SIZE ? request->key : NULL,
		&delivery, &delivery_id);
	exchange->answer->reply.verdict = WARDEN_VERDICT_PENDING;
	exchange->answer->reply.action = WARDEN_ACTION_ALLOW;
	warden_exchange_recorded(exchange, recorded, delivery_id);
}

static void handle_status(struct warden_exchange *exchange)
{
	const struct warden_service *service = exchange->service;
	const struct warden_service_counts *counts = &service->counts;
	struct warden_reader_counts reader;
	struct warden_epoch epoch;

	warden_reader_get_counts(service->reader, &reader);
	warden_records_epoch(service->records, &epoch);
	exchange->answer->reply.rules_epoch = epoch.rules;
	exchange->answer->reply.list_generation = epoch.lists;
	warden_answer_set_text(exchange->answer, g_strdup_printf(
		"version=%s\n" "protocol=%d\n" "pid=%d\n"
		"uptime_secs=%" G_GINT64_FORMAT "\n"
		"database=%s\n" "rules_epoch=%u\n" "list_generation=%u\n"
		"requests=%" G_GUINT64_FORMAT "\n"
		"refused=%" G_GUINT64_FORMAT "\n"
		"scans=%" G_GUINT64_FORMAT "\n"
		"cached=%" G_GUINT64_FORMAT "\n"
		"unrecorded=%" G_GUINT64_FORMAT "\n"
		"failed=%" G_GUINT64_FORMAT "\n"
		"reader_forks=%" G_GUINT64_FORMAT "\n"
		"reader_crashes=%" G_GUINT64_FORMAT "\n"
		"reader_timeouts=%" G_GUINT64_FORMAT "\n"
		"reader_sandbox=%s\n",
		PACKAGE_VERSION_STRING, WARDEN_PROTOCOL_VERSION, (int)getpid(),
		(g_get_monotonic_time() - service->started) / G_USEC_PER_SEC,
		warden_records_state(service->records), epoch.rules,
		epoch.lists, counts->requests, counts->refused, counts->scans,
		counts->cached, counts->unrecorded, counts->failed,
		reader.forks, reader.crashes, reader.timeouts,
		reader.serving ? warden_sandbox_name(reader.sandbox) : "?"));
}

/* --- dispatch ----------------------------------------------------------- */

static const struct operation {
	void (*handle)(struct warden_exchange *exchange);
	bool needs_key;
} operations[WARDEN_OP_LAST + 1] = {
	[WARDEN_OP_SCAN] = { warden_handle_scan, false },
	[WARDEN_OP_PLACE] = { warden_handle_place, false },
	[WARDEN_OP_PENDING] = { handle_pending, false },
	[WARDEN_OP_RELEASE] = { warden_handle_release, true },
	[WARDEN_OP_STATUS] = { handle_status, false },
	[WARDEN_OP_REPORT] = { warden_handle_report, true },
	[WARDEN_OP_GONE] = { warden_handle_gone, false },
	[WARDEN_OP_RENAMED] = { warden_handle_renamed, false },
	[WARDEN_OP_MOVED] = { warden_handle_moved, false },
	[WARDEN_OP_HUNT] = { warden_handle_hunt, false },
	[WARDEN_OP_AUDIT] = { warden_handle_audit, false },
	[WARDEN_OP_LEARN] = { warden_handle_learn, true },
	[WARDEN_OP_NOTICE] = { warden_handle_notice, false },
};

void warden_handle(struct warden_service *service,
		   const struct warden_connection *connection,
		   struct warden_answer *answer_r)
{
	const struct operation *operation =
		&operations[connection->request.op];
	struct warden_exchange exchange;

	*answer_r = (struct warden_answer){ .keyword = NULL };
	exchange_init(&exchange, service, connection, answer_r);
	service->counts.requests++;
	if (operation->needs_key && connection->request.key_size == 0)
		warden_answer_refuse(&exchange, WARDEN_STATUS_BAD_REQUEST,
				     "the message key is missing");
	else if (operation->handle == NULL)
		warden_answer_refuse(&exchange, WARDEN_STATUS_BAD_REQUEST,
				     "operation not known");
	else
		operation->handle(&exchange);
	if (answer_r->reply.status == WARDEN_STATUS_TEMPFAIL ||
	    answer_r->reply.status == WARDEN_STATUS_BAD_REQUEST)
		warden_log_warning("request of %s (user %s, session %s): %s",
				   exchange.service_name, exchange.user,
				   exchange.session, answer_r->reason);
	exchange_clear(&exchange);
}
