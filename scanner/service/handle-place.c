#include "warden-config.h"

#include "handle-private.h"

#include <string.h>

/* A sequence-set of WARDEN_STRING_MAX bytes has no more. */
#define RANGES_MAX (WARDEN_STRING_MAX / 2)

/* --- where a delivery ended -------------------------------------------------- */

void warden_handle_place(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	struct warden_place place = {
		.delivery_id = request->delivery_id,
		.aborted = request->aborted,
		.mailbox = exchange->mailbox,
		.mailbox_guid = request->have_mailbox_guid ?
			request->mailbox_guid : NULL,
		.uid_validity = request->uid_validity,
		.uid = request->uid,
		.guid = exchange->guid,
	};
	bool known;

	if (request->delivery_id == 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "PLACE without a delivery");
		return;
	}
	/* A place is not journaled: it would be out of date when replayed. */
	if (warden_records_place(exchange->service->records, &place,
				 &known) != WARDEN_RECORDED)
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
				     "the place cannot be recorded now");
	else if (!known)
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "no such delivery");
}

/* --- expunged, renamed -------------------------------------------------------- */

static bool parse_uid(const char **text, guint32 *uid_r)
{
	guint64 uid = 0;
	const char *p = *text;

	while (g_ascii_isdigit(*p) && uid <= G_MAXUINT32)
		uid = uid * 10 + (guint64)(*p++ - '0');
	if (p == *text || uid == 0 || uid > G_MAXUINT32)
		return false;
	*text = p;
	*uid_r = (guint32)uid;
	return true;
}

/* RFC 3501 9: sequence-set, of numbers only ("*" is the mailbox's to know).
   "5:1" is 1 to 5. */
static bool parse_uids(const char *text, GArray *ranges)
{
	struct warden_uid_range range;

	for (;;) {
		if (!parse_uid(&text, &range.first))
			return false;
		range.last = range.first;
		if (*text == ':' &&
		    (text++, !parse_uid(&text, &range.last)))
			return false;
		if (range.last < range.first) {
			guint32 last = range.first;

			range.first = range.last;
			range.last = last;
		}
		g_array_append_val(ranges, range);
		if (*text == '\0')
			return true;
		if (*text++ != ',' || ranges->len == RANGES_MAX)
			return false;
	}
}

static bool has_mailbox(struct warden_exchange *exchange, const char *what)
{
	if (exchange->request->have_mailbox_guid)
		return true;
	warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
			     "%s without a mailbox", what);
	return false;
}

/* Not journaled, as places are not: these lines are what is left of it. */
static void refuse_news(struct warden_exchange *exchange, const char *what)
{
	warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
			     "%s cannot be recorded now: the database will "
			     "believe that mail stands in \"%s\" as before",
			     what, exchange->mailbox);
}

void warden_handle_gone(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	g_autoptr(GArray) uids =
		g_array_new(FALSE, FALSE, sizeof(struct warden_uid_range));

	if (!has_mailbox(exchange, "GONE"))
		return;
	if (request->query.data != NULL &&
	    !parse_uids(exchange->query, uids)) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "GONE: \"%s\" is no set of UIDs",
				     exchange->query);
		return;
	}
	if (uids->len > 0 && request->uid_validity == 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "GONE: UIDs without UIDVALIDITY");
		return;
	}
	if (!warden_records_gone(exchange->service->records,
				 request->mailbox_guid, request->uid_validity,
				 (const struct warden_uid_range *)uids->data,
				 uids->len))
		refuse_news(exchange, "expunged mail");
}

void warden_handle_renamed(struct warden_exchange *exchange)
{
	if (!has_mailbox(exchange, "RENAMED"))
		return;
	if (exchange->mailbox[0] == '\0' || exchange->user[0] == '\0') {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "RENAMED without a name or a user");
		return;
	}
	if (!warden_records_renamed(exchange->service->records,
				    exchange->request->mailbox_guid,
				    exchange->user, exchange->mailbox))
		refuse_news(exchange, "a mailbox's new name");
}

/* --- moved by us ------------------------------------------------------------- */

static bool is_our_move(enum warden_operation operation)
{
	return operation == WARDEN_OPERATION_FETCH ||
	       operation == WARDEN_OPERATION_PULL ||
	       operation == WARDEN_OPERATION_RESTORE ||
	       operation == WARDEN_OPERATION_RESCAN;
}

/* Whose deeds these are, for the trail: an administrator's client says it. */
static bool may_move(struct warden_exchange *exchange)
{
	enum warden_operation operation = exchange->request->operation;

	if (!is_our_move(operation)) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "MOVED: %s is not what we move mail for",
				     warden_operation_name(operation));
		return false;
	}
	if (exchange->user[0] == '\0') {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "MOVED without a user");
		return false;
	}
	return (operation != WARDEN_OPERATION_PULL &&
		operation != WARDEN_OPERATION_RESTORE) ||
	       warden_exchange_is_admin(exchange);
}

void warden_handle_moved(struct warden_exchange *exchange)
{
	const struct warden_request *request = exchange->request;
	struct warden_delivery delivery = warden_exchange_delivery(exchange);
	struct warden_moved moved = {
		.key = request->key, .key_size = request->key_size,
		.delivery = &delivery,
		.origin_guid = request->have_origin_guid ?
			request->origin_guid : NULL,
		.origin_uid_validity = request->origin_uid_validity,
		.origin_uid = request->origin_uid,
		.place = {
			.mailbox = exchange->mailbox,
			.mailbox_guid = request->have_mailbox_guid ?
				request->mailbox_guid : NULL,
			.uid_validity = request->uid_validity,
			.uid = request->uid,
			.guid = exchange->guid,
		},
		.comment = exchange->comment,
	};
	guint64 delivery_id = 0;

	if (!may_move(exchange))
		return;
	/* Where it would stand if we had not moved it. */
	if (delivery.operation != WARDEN_OPERATION_RESTORE)
		delivery.mailbox = exchange->origin;
	enum warden_recorded recorded = warden_records_moved(
		exchange->service->records, &moved, &delivery_id);
	warden_exchange_recorded(exchange, recorded, delivery_id);
}
