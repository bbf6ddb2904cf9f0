#include "warden-config.h"

#include "serve.h"

#include "connection.h"
#include "handle.h"
#include "log.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a request that has begun to arrive keeps others out. The plugin
   sends frame and body in one go: even 10 MB are here by then. */
#define YOUNG_USECS (20 * 1000)
/* The same for a client that has only just connected: it is about to send, and
   must not find itself behind somebody else's scan. */
#define NEW_USECS (3 * 1000)
/* A full house makes room by sending away who has said nothing for so long. */
#define SILENT_USECS (50 * 1000)
/* Housekeeping waits until it has been quiet for a while (a client that sends
   one mail after the other must not find us at a checkpoint each time), but not
   for ever. */
#define QUIET_USECS (10 * 1000)
#define HOUSEKEEPING_REQUESTS_MAX 100
/* How often the epoch file, the database and the rules are looked after: lists
   are in force for everybody two seconds after an import. */
#define WATCH_USECS G_USEC_PER_SEC
/* Dovecot's master kills what has not gone five seconds after its own end. */
#define STOP_USECS (4 * G_USEC_PER_SEC)
#define EXTRA_POLLS 1	/* the dead pipe */

struct serve {
	struct warden_service *service;
	struct warden_master *master;
	struct warden_connection *connections[WARDEN_CLIENTS_MAX];
	guint n_connections;
	guint unhoused;		/* requests since the last housekeeping */
	gint64 house_at;	/* when it is due, 0 = not */
	gint64 watch_at;	/* likewise, always due again */
	gint64 stop_at;		/* stopping: the last moment; 0 = not */
	gint64 accept_again;	/* after EMFILE */
};

static void stop(struct serve *serve)
{
	if (serve->stop_at == 0)
		serve->stop_at = g_get_monotonic_time() + STOP_USECS;
}

/* --- clients ------------------------------------------------------------ */

static void connection_add(struct serve *serve, int fd, int listener,
			   gint64 now)
{
	struct warden_connection *connection =
		warden_connection_new(fd, listener, now);

	serve->connections[serve->n_connections++] = connection;
	/* Its request is mostly there already. */
	warden_connection_read(connection, now, WARDEN_MESSAGE_MAX);
}

static void connection_drop(struct serve *serve, guint index)
{
	warden_connection_free(serve->connections[index]);
	serve->n_connections--;
	/* Order is age: keep it. */
	for (guint i = index; i < serve->n_connections; i++)
		serve->connections[i] = serve->connections[i + 1];
}

static void refuse(struct serve *serve, struct warden_connection *connection)
{
	struct warden_reply reply = {
		.status = connection->refusal,
		.reason = warden_str(connection->refusal_text,
				     strlen(connection->refusal_text)),
	};

	serve->service->counts.refused++;
	warden_log_warning("request of uid %u refused: %s",
			   (guint)connection->peer_uid,
			   connection->refusal_text);
	(void)warden_connection_reply(connection, &reply);
}

static gint64 arriving_until(const struct warden_connection *connection)
{
	if (connection->state > WARDEN_CONNECTION_BODY)
		return 0;
	return connection->started != 0 ? connection->started + YOUNG_USECS :
		connection->accepted + NEW_USECS;
}

static bool any_arriving(const struct serve *serve, gint64 now)
{
	for (guint i = 0; i < serve->n_connections; i++) {
		if (now < arriving_until(serve->connections[i]))
			return true;
	}
	return false;
}

static bool any_ready(const struct serve *serve)
{
	for (guint i = 0; i < serve->n_connections; i++) {
		if (serve->connections[i]->state == WARDEN_CONNECTION_READY)
			return true;
	}
	return false;
}

static guint64 spool_left(const struct serve *serve)
{
	guint64 used = 0;

	for (guint i = 0; i < serve->n_connections; i++)
		used += serve->connections[i]->body_stored;
	return used < WARDEN_SPOOL_TOTAL_MAX ?
		WARDEN_SPOOL_TOTAL_MAX - used : 0;
}

static void expire(struct serve *serve, gint64 now)
{
	guint client_msecs = serve->service->config->client_msecs;

	for (guint i = serve->n_connections; i-- > 0;) {
		struct warden_connection *connection = serve->connections[i];

		if (connection->state <= WARDEN_CONNECTION_BODY &&
		    now >= warden_connection_deadline(connection,
						      client_msecs)) {
			connection->state = connection->started == 0 ?
				WARDEN_CONNECTION_GONE :
				WARDEN_CONNECTION_REFUSED;
			connection->refusal = WARDEN_STATUS_BAD_REQUEST;
			connection->refusal_text = "the request took too long";
		}
		if (connection->state == WARDEN_CONNECTION_REFUSED)
			refuse(serve, connection);
		if (connection->state == WARDEN_CONNECTION_REFUSED ||
		    connection->state == WARDEN_CONNECTION_GONE)
			connection_drop(serve, i);
	}
}

/* --- the loop ----------------------------------------------------------- */

/* The oldest client that has sent nothing, or NULL. */
static struct warden_connection *oldest_silent(const struct serve *serve,
					       guint *index_r)
{
	for (guint i = 0; i < serve->n_connections; i++) {
		if (serve->connections[i]->started == 0) {
			*index_r = i;
			return serve->connections[i];
		}
	}
	return NULL;
}

/* When there is room for another client; G_MAXINT64 if that is not known. */
static gint64 room_at(const struct serve *serve)
{
	const struct warden_connection *silent;
	guint index;

	if (serve->n_connections < WARDEN_CLIENTS_MAX)
		return 0;
	silent = oldest_silent(serve, &index);
	return silent != NULL ? silent->accepted + SILENT_USECS : G_MAXINT64;
}

static bool may_accept(const struct serve *serve, gint64 now)
{
	return serve->stop_at == 0 && !any_arriving(serve, now) &&
	       !any_ready(serve) && now >= serve->accept_again &&
	       now >= room_at(serve);
}

/* One at a time: other processes listen on the same sockets. */
static void accept_one(struct serve *serve, int listener, gint64 now)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		guint index;
		if (serve->n_connections == WARDEN_CLIENTS_MAX &&
		    oldest_silent(serve, &index) != NULL)
			connection_drop(serve, index);
		connection_add(serve, fd, listener, now);
		return;
	}
	switch (errno) {
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
		return;
	}
	/* Out of descriptors or memory: it would be ready again at once. */
	warden_log_error("accept() failed: %s", g_strerror(errno));
	serve->accept_again = now + G_USEC_PER_SEC;
}

static gint64 next_event(const struct serve *serve, gint64 now)
{
	gint64 next = serve->watch_at;

	for (guint i = 0; i < serve->n_connections; i++) {
		const struct warden_connection *connection =
			serve->connections[i];
		if (connection->state > WARDEN_CONNECTION_BODY)
			continue;
		next = MIN(next, warden_connection_deadline(
			connection, serve->service->config->client_msecs));
		if (now < arriving_until(connection))
			next = MIN(next, arriving_until(connection));
	}
	if (serve->stop_at != 0)
		next = MIN(next, serve->stop_at);
	if (serve->house_at > now)
		next = MIN(next, serve->house_at);
	if (room_at(serve) > now)
		next = MIN(next, room_at(serve));
	if (serve->accept_again > now)
		next = MIN(next, serve->accept_again);
	return next;
}

/* Fills polls: dead pipe, clients, listeners (when wanted). */
static guint fill_polls(const struct serve *serve, gint64 now,
			struct pollfd *polls)
{
	guint count = 0;

	polls[count++] = (struct pollfd){ .fd = serve->master->dead_fd };
	for (guint i = 0; i < serve->n_connections; i++) {
		const struct warden_connection *connection =
			serve->connections[i];
		/* A complete one has nothing more to say, a hang-up included:
		   poll() skips negative descriptors. */
		polls[count++] = (struct pollfd){
			.fd = connection->state <= WARDEN_CONNECTION_BODY ?
				connection->fd : -1,
			.events = POLLIN,
		};
	}
	if (!may_accept(serve, now))
		return count;
	for (guint i = 0; i < serve->master->n_listeners; i++)
		polls[count++] = (struct pollfd){
			.fd = serve->master->listeners[i], .events = POLLIN,
		};
	return count;
}

static void read_clients(struct serve *serve, const struct pollfd *polls,
			 gint64 now)
{
	for (guint i = 0; i < serve->n_connections; i++) {
		if (polls[i].revents != 0)
			warden_connection_read(serve->connections[i], now,
					       spool_left(serve));
	}
}

/* Returns the result of poll(). */
static int wait_for_events(struct serve *serve, bool block)
{
	struct pollfd polls[EXTRA_POLLS + WARDEN_CLIENTS_MAX +
			    WARDEN_LISTENERS_MAX];
	gint64 now = g_get_monotonic_time();
	gint64 left = block ? MAX(next_event(serve, now) - now, 0) : 0;
	guint n_clients = serve->n_connections;
	guint count = fill_polls(serve, now, polls);
	int ret = warden_signals_poll(polls, count, left);

	if (warden_signals_stopping())
		stop(serve);
	if (ret <= 0)
		return ret;
	now = g_get_monotonic_time();
	if (polls[0].revents != 0)
		stop(serve);
	read_clients(serve, polls + EXTRA_POLLS, now);
	for (guint i = EXTRA_POLLS + n_clients; i < count; i++) {
		if (polls[i].revents != 0 && may_accept(serve, now))
			accept_one(serve, polls[i].fd, now);
	}
	return ret;
}

static void handle_one(struct serve *serve)
{
	guint index = 0;

	while (index < serve->n_connections &&
	       serve->connections[index]->state != WARDEN_CONNECTION_READY)
		index++;
	if (index == serve->n_connections)
		return;
	struct warden_connection *connection = serve->connections[index];
	struct warden_answer answer;

	warden_handle(serve->service, connection, &answer);
	/* Clients of PLACE and PENDING need not wait for it. */
	(void)warden_connection_reply(connection, &answer.reply);
	warden_answer_clear(&answer);
	connection_drop(serve, index);
	serve->unhoused++;
	serve->house_at = g_get_monotonic_time() + QUIET_USECS;
	if (serve->master->service_count > 0 &&
	    --serve->master->service_count == 0)
		stop(serve);
}

static void housekeeping(struct serve *serve)
{
	gint64 wait = warden_records_idle(serve->service->records);

	serve->unhoused = 0;
	serve->house_at = wait < 0 ? 0 : g_get_monotonic_time() + wait;
}

static void watch(struct serve *serve, gint64 now)
{
	if (serve->stop_at != 0 || now < serve->watch_at)
		return;
	if (warden_rulebook_refresh(serve->service->rulebook))
		warden_records_set_rules(
			serve->service->records,
			warden_rulebook_fingerprint(serve->service->rulebook));
	warden_records_watch(serve->service->records);
	serve->watch_at = g_get_monotonic_time() + WATCH_USECS;
}

/* When stopping, a request that has begun to arrive is still served, if it
   arrives soon. */
static void drop_unserved(struct serve *serve, gint64 now)
{
	for (guint i = serve->n_connections; i-- > 0;) {
		if (serve->connections[i]->started == 0 ||
		    now >= serve->stop_at)
			connection_drop(serve, i);
	}
}

void warden_serve(struct warden_service *service,
		  struct warden_master *master)
{
	struct serve serve = {
		.service = service, .master = master,
		/* A journal may have been left behind. */
		.house_at = g_get_monotonic_time(),
	};
	bool looked = true;
	gint64 now;

	if (master->accepted_fd >= 0)
		connection_add(&serve, master->accepted_fd,
			       master->listeners[0], g_get_monotonic_time());
	for (;;) {
		now = g_get_monotonic_time();
		watch(&serve, now);
		/* Not after a scan, but after looking what came meanwhile. */
		if (looked)
			expire(&serve, now);
		if (looked && serve.stop_at != 0)
			drop_unserved(&serve, now);
		if (serve.stop_at != 0 && serve.n_connections == 0)
			break;

		bool arriving = any_arriving(&serve, now);
		if (any_ready(&serve) && !arriving) {
			warden_master_report(master, false);
			handle_one(&serve);
			if (serve.unhoused >= HOUSEKEEPING_REQUESTS_MAX)
				housekeeping(&serve);
			looked = false;
			continue;
		}
		warden_master_report(master, !arriving && serve.stop_at == 0);
		bool due = serve.house_at != 0 && now >= serve.house_at &&
			   !arriving;
		if (wait_for_events(&serve, looked && !due) == 0 && due)
			housekeeping(&serve);
		looked = true;
	}
	if (serve.house_at != 0)
		housekeeping(&serve);
}
