#ifndef WARDEN_HANDLE_PRIVATE_H
#define WARDEN_HANDLE_PRIVATE_H

#include "handle.h"

/* A request with its strings as C strings: valid UTF-8, printable, never NULL.
   One request's life. */
struct warden_exchange {
	struct warden_service *service;
	const struct warden_connection *connection;
	const struct warden_request *request;
	struct warden_answer *answer;
	char *service_name, *user, *recipient, *sender, *session;
	char *mailbox, *origin, *actor, *actions, *guid, *comment;
	char *query, *what;
	/* SCAN of a copy that stands already: where; mailbox_guid NULL = it
	   does not, or did not say */
	struct warden_place stands;
	gint64 deadline;	/* of the client, monotonic µs; 0 = none */
	gint64 time;		/* of the delivery, if it is one */
};

/* One function per operation; each fills exchange->answer. */
void warden_handle_scan(struct warden_exchange *exchange);
void warden_handle_release(struct warden_exchange *exchange);
void warden_handle_report(struct warden_exchange *exchange);
void warden_handle_place(struct warden_exchange *exchange);
void warden_handle_gone(struct warden_exchange *exchange);
void warden_handle_renamed(struct warden_exchange *exchange);
void warden_handle_moved(struct warden_exchange *exchange);
void warden_handle_hunt(struct warden_exchange *exchange);
void warden_handle_audit(struct warden_exchange *exchange);
void warden_handle_learn(struct warden_exchange *exchange);
void warden_handle_notice(struct warden_exchange *exchange);

/* --- answers --------------------------------------------------------------- */

/* Not OK, with the reason. */
void warden_answer_refuse(struct warden_exchange *exchange,
			  enum warden_status status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* Copies, made safe to print. */
void warden_answer_set_reason(struct warden_answer *answer, const char *text);
void warden_answer_set_keyword(struct warden_answer *answer,
			       const char *keyword);
/* findings: struct warden_finding *, strongest first. Each symbol once. */
void warden_answer_set_symbols(struct warden_answer *answer,
			       const GPtrArray *findings);
void warden_answer_set_text(struct warden_answer *answer, char *text);

/* The delivery that this request is, without verdict and action. Strings are
   the exchange's. */
struct warden_delivery
warden_exchange_delivery(const struct warden_exchange *exchange);

/* Is the client an administrator's? If not, the answer becomes REFUSED. */
bool warden_exchange_is_admin(struct warden_exchange *exchange);

/* Apply what warden_records_*() said. Returns FALSE if the answer became
   TEMPFAIL. */
bool warden_exchange_recorded(struct warden_exchange *exchange,
			      enum warden_recorded recorded,
			      guint64 delivery_id);

/* Milliseconds that are left, at least 1; 0 if the client set no deadline. */
guint warden_exchange_msecs_left(const struct warden_exchange *exchange);

#endif
