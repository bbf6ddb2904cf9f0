#include "warden-config.h"

#include "connection.h"

#include "../facts/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)
/* Of one client before the next has its turn. */
#define READ_SHARE (16 * READ_SIZE)

/* The owner of the socket's path is who may use it by right: Dovecot's
   unix_listener { user = … }. */
static bool is_socket_owner(int listener, uid_t uid)
{
	struct sockaddr_un address;
	socklen_t size = sizeof(address);
	struct stat st;

	memset(&address, 0, sizeof(address));
	if (listener < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
	    address.sun_family != AF_UNIX || address.sun_path[0] == '\0' ||
	    memchr(address.sun_path, '\0', sizeof(address.sun_path)) == NULL)
		return false;
	return stat(address.sun_path, &st) == 0 && st.st_uid == uid;
}

struct warden_connection *
warden_connection_new(int fd, int listener, gint64 now)
{
	struct warden_connection *connection =
		g_new0(struct warden_connection, 1);
	struct ucred peer;
	socklen_t size = sizeof(peer);

	connection->fd = fd;
	connection->accepted = now;
	connection->body_fd = -1;
	connection->frame = g_malloc(WARDEN_FRAME_HEADER_SIZE);
	connection->frame_size = WARDEN_FRAME_HEADER_SIZE;
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		connection->state = WARDEN_CONNECTION_GONE;
		return connection;
	}
	connection->peer_uid = peer.uid;
	connection->trusted = peer.uid == 0 || peer.uid == geteuid() ||
			      is_socket_owner(listener, peer.uid);
	return connection;
}

void warden_connection_free(struct warden_connection *connection)
{
	close(connection->fd);
	if (connection->body_fd >= 0)
		close(connection->body_fd);
	g_free(connection->frame);
	g_free(connection);
}

static void refuse(struct warden_connection *connection,
		   enum warden_status status, const char *text)
{
	connection->state = WARDEN_CONNECTION_REFUSED;
	connection->refusal = status;
	connection->refusal_text = text;
}

static void start_body(struct warden_connection *connection)
{
	connection->body_fd = memfd_create("warden-body", MFD_CLOEXEC |
							  MFD_ALLOW_SEALING);
	if (connection->body_fd < 0)
		refuse(connection, WARDEN_STATUS_TEMPFAIL,
		       "no memory for the message");
	else
		connection->state = WARDEN_CONNECTION_BODY;
}

static void end_payload(struct warden_connection *connection)
{
	const char *error;

	if (warden_request_decode(connection->frame, connection->frame_size,
				  &connection->request, &error) < 0)
		refuse(connection, WARDEN_STATUS_BAD_REQUEST, error);
	else if (connection->request.body_size == 0)
		connection->state = WARDEN_CONNECTION_READY;
	else if (connection->request.op != WARDEN_OP_SCAN)
		refuse(connection, WARDEN_STATUS_BAD_REQUEST,
		       "only SCAN has a body");
	else
		start_body(connection);
}

static void end_header(struct warden_connection *connection)
{
	const char *error;
	gsize payload;

	if (warden_frame_peek(connection->frame, connection->frame_used,
			      &payload, &error) < 0) {
		refuse(connection, WARDEN_STATUS_BAD_REQUEST, error);
		return;
	}
	if (connection->frame_used < WARDEN_FRAME_HEADER_SIZE)
		return;
	connection->frame_size = WARDEN_FRAME_HEADER_SIZE + payload;
	connection->frame = g_realloc(connection->frame,
				      connection->frame_size);
	connection->state = WARDEN_CONNECTION_PAYLOAD;
	if (payload == 0)
		end_payload(connection);
}

/* From here on nobody can change what was sent, the reader maps it. */
static void end_body(struct warden_connection *connection)
{
	if (fcntl(connection->body_fd, F_ADD_SEALS,
		  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
		  F_SEAL_WRITE) < 0)
		refuse(connection, WARDEN_STATUS_TEMPFAIL,
		       "the message cannot be sealed");
	else
		connection->state = WARDEN_CONNECTION_READY;
}

static bool write_body(struct warden_connection *connection,
		       const guint8 *data, gsize size)
{
	while (size > 0) {
		ssize_t ret = write(connection->body_fd, data, size);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return false;
		data += ret;
		size -= ret;
		connection->body_stored += ret;
	}
	return true;
}

static void add_body(struct warden_connection *connection, const guint8 *data,
		     gsize size, guint64 spool_left)
{
	/* What is above the limit is read, so that the client is not cut
	   off, and forgotten. */
	gsize wanted = MIN(size, WARDEN_MESSAGE_MAX - connection->body_stored);

	if (wanted > spool_left)
		refuse(connection, WARDEN_STATUS_TEMPFAIL,
		       "too many large messages at once");
	else if (!write_body(connection, data, wanted))
		refuse(connection, WARDEN_STATUS_TEMPFAIL,
		       "no memory for the message");
	connection->body_received += size;
	if (connection->state == WARDEN_CONNECTION_BODY &&
	    connection->body_received == connection->request.body_size)
		end_body(connection);
}

/* Returns as recv(). */
static ssize_t receive(int fd, void *data, gsize size)
{
	ssize_t ret;

	do {
		ret = recv(fd, data, size, MSG_DONTWAIT);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static ssize_t read_frame(struct warden_connection *connection)
{
	ssize_t ret = receive(connection->fd,
			      connection->frame + connection->frame_used,
			      connection->frame_size - connection->frame_used);

	if (ret <= 0)
		return ret;
	connection->frame_used += ret;
	if (connection->state == WARDEN_CONNECTION_HEADER)
		end_header(connection);
	else if (connection->frame_used == connection->frame_size)
		end_payload(connection);
	return ret;
}

static ssize_t read_body(struct warden_connection *connection,
			 guint64 spool_left)
{
	static guint8 data[READ_SIZE];
	guint64 left = connection->request.body_size -
		       connection->body_received;
	ssize_t ret = receive(connection->fd, data, MIN(left, READ_SIZE));

	if (ret > 0)
		add_body(connection, data, ret, spool_left);
	return ret;
}

static void ended(struct warden_connection *connection, ssize_t ret)
{
	if (ret < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	/* A client that only looked whether somebody is here is not worth a
	   word. One that shut down its side in the middle may still read. */
	if (ret < 0 || connection->started == 0)
		connection->state = WARDEN_CONNECTION_GONE;
	else
		refuse(connection, WARDEN_STATUS_BAD_REQUEST,
		       "the request is cut off");
}

void warden_connection_read(struct warden_connection *connection, gint64 now,
			    guint64 spool_left)
{
	guint64 stored = connection->body_stored;
	gsize share = 0;

	while (connection->state <= WARDEN_CONNECTION_BODY &&
	       share < READ_SHARE) {
		ssize_t ret = connection->state == WARDEN_CONNECTION_BODY ?
			read_body(connection, spool_left -
				  (connection->body_stored - stored)) :
			read_frame(connection);
		if (ret <= 0) {
			ended(connection, ret);
			return;
		}
		if (connection->started == 0)
			connection->started = now;
		share += ret;
	}
}

gint64 warden_connection_deadline(const struct warden_connection *connection,
				  guint client_msecs)
{
	if (connection->started == 0)
		return connection->accepted +
		       MIN(client_msecs, WARDEN_CLIENT_FIRST_MSECS) *
		       G_GINT64_CONSTANT(1000);
	return connection->started + client_msecs * G_GINT64_CONSTANT(1000);
}

bool warden_connection_reply(struct warden_connection *connection,
			     const struct warden_reply *reply)
{
	static guint8 frame[WARDEN_FRAME_HEADER_SIZE +
			    WARDEN_FRAME_PAYLOAD_MAX];
	gsize size = warden_reply_encode(connection->request.op, reply, frame,
					 sizeof(frame));

	if (size == 0) {
		/* Something of it does not fit; the status always does. */
		struct warden_reply bare = *reply;
		bare.keyword = bare.reason = bare.symbols =
			bare.text = warden_str(NULL, 0);
		size = warden_reply_encode(connection->request.op, &bare,
					   frame, sizeof(frame));
	}
	return send(connection->fd, frame, size,
		    MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}
