/* The exchange with wardend.

   States of one attempt: connecting (EAGAIN: the service's backlog is full,
   which is the queue, so we stand in line until the deadline), sending frame
   and body, receiving one frame. A connection that breaks before a reply is
   tried once more: that is how a service looks that was just restarted or
   killed while it worked for us. A service that answers anything but a valid
   frame is not asked again: it would say the same.

   BUGS: deadlines are only as good as the kernel's scheduling; a body that is
   read from a slow disk is read outside poll(). */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "lib-event.h"
#include "net.h"

#include "warden-client.h"
#include "warden-spool.h"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_RETRY_MIN_MSECS 2
#define CONNECT_RETRY_MAX_MSECS 50

enum attempt_result {
	ATTEMPT_OK,
	/* nothing came back: worth another try */
	ATTEMPT_BROKEN,
	ATTEMPT_FAILED,
};

struct attempt {
	const char *path;
	uint64_t deadline;
	int fd;
	buffer_t *frame;
	const char *error;
};

struct kept_frame {
	char *path;
	size_t size;
	uint8_t *data;
};

static struct {
	unsigned int failures;
	uint64_t open_until;
} breaker;

static ARRAY(struct kept_frame) kept = ARRAY_INIT;
static bool client_admin;

uint64_t warden_client_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime(CLOCK_MONOTONIC) failed: %m");
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static unsigned int time_left(uint64_t deadline)
{
	uint64_t now = warden_client_now();

	return now >= deadline ? 0 : I_MIN(deadline - now, INT_MAX);
}

static enum attempt_result
attempt_fail(struct attempt *attempt, enum attempt_result result,
	     const char *fmt, ...) ATTR_FORMAT(3, 4);
static enum attempt_result
attempt_fail(struct attempt *attempt, enum attempt_result result,
	     const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	attempt->error = t_strdup_vprintf(fmt, args);
	va_end(args);
	return result;
}

static enum attempt_result attempt_timeout(struct attempt *attempt,
					   const char *what)
{
	return attempt_fail(attempt, ATTEMPT_FAILED,
			    "timed out while %s %s", what, attempt->path);
}

void warden_client_set_admin(bool admin)
{
	client_admin = admin;
}

static int client_connect(const char *path)
{
	uid_t uid = geteuid();
	bool as_root = client_admin && uid != 0 && getuid() == 0 &&
		seteuid(0) == 0;
	int fd = net_connect_unix(path);
	int connect_errno = errno;

	if (as_root && seteuid(uid) < 0)
		i_fatal("seteuid(%s) failed: %m", dec2str(uid));
	errno = connect_errno;
	return fd;
}

static enum attempt_result attempt_connect(struct attempt *attempt)
{
	unsigned int left, wait = CONNECT_RETRY_MIN_MSECS;

	for (;;) {
		attempt->fd = client_connect(attempt->path);
		if (attempt->fd != -1)
			return ATTEMPT_OK;
		if (errno != EAGAIN && errno != EINTR) {
			return attempt_fail(attempt, ATTEMPT_FAILED,
				"connect(%s) failed: %m", attempt->path);
		}
		left = time_left(attempt->deadline);
		if (left == 0)
			return attempt_timeout(attempt, "waiting in line for");
		(void)poll(NULL, 0, I_MIN(wait, left));
		wait = I_MIN(wait * 2, CONNECT_RETRY_MAX_MSECS);
	}
}

/* Wait until fd is ready for events. Returns its revents, 0 on timeout. */
static short wait_for(struct attempt *attempt, short events)
{
	struct pollfd pfd = { .fd = attempt->fd, .events = events };
	int ret;

	for (;;) {
		unsigned int left = time_left(attempt->deadline);

		if (left == 0)
			return 0;
		ret = poll(&pfd, 1, left);
		if (ret > 0)
			return pfd.revents;
		if (ret < 0 && errno != EINTR)
			i_fatal("poll() failed: %m");
	}
}

/* Returns OK also when the server has stopped listening: it may have said
   why, which is found when we read. */
static enum attempt_result
attempt_send(struct attempt *attempt, const uint8_t *data, size_t size,
	     bool *stopped_r)
{
	ssize_t ret;

	*stopped_r = FALSE;
	while (size > 0) {
		ret = send(attempt->fd, data, size,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
		if (ret > 0) {
			data += ret;
			size -= ret;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			*stopped_r = TRUE;
			return ATTEMPT_OK;
		} else if (errno == EAGAIN) {
			if (wait_for(attempt, POLLOUT) == 0)
				return attempt_timeout(attempt, "sending to");
		} else if (errno != EINTR) {
			return attempt_fail(attempt, ATTEMPT_FAILED,
				"send(%s) failed: %m", attempt->path);
		}
	}
	return ATTEMPT_OK;
}

static enum attempt_result
attempt_send_body(struct attempt *attempt, struct warden_spool *body,
		  bool *stopped_r)
{
	uoff_t offset = 0, size = warden_spool_get_size(body);
	const unsigned char *data;
	enum attempt_result result;
	size_t chunk;

	*stopped_r = FALSE;
	while (offset < size && !*stopped_r) {
		if (warden_spool_read(body, offset, &data, &chunk) < 0) {
			return attempt_fail(attempt, ATTEMPT_FAILED, "%s",
					    warden_spool_get_error(body));
		}
		result = attempt_send(attempt, data, chunk, stopped_r);
		if (result != ATTEMPT_OK)
			return result;
		offset += chunk;
	}
	return ATTEMPT_OK;
}

/* Read one frame, and not a byte more than its header announces. */
static enum attempt_result attempt_receive(struct attempt *attempt)
{
	size_t want = WARDEN_FRAME_HEADER_SIZE, payload;
	const char *error;
	uint8_t *space;
	ssize_t ret;

	buffer_set_used_size(attempt->frame, 0);
	while (attempt->frame->used < want) {
		size_t have = attempt->frame->used;

		if (wait_for(attempt, POLLIN) == 0)
			return attempt_timeout(attempt, "waiting for");
		space = buffer_append_space_unsafe(attempt->frame,
						   want - have);
		ret = recv(attempt->fd, space, want - have, MSG_DONTWAIT);
		buffer_set_used_size(attempt->frame,
				     have + (ret > 0 ? ret : 0));
		if (ret == 0 || (ret < 0 && errno == ECONNRESET)) {
			return attempt_fail(attempt, ATTEMPT_BROKEN,
				"%s closed the connection %s",
				attempt->path, have == 0 ?
				"without an answer" : "within its answer");
		}
		if (ret < 0) {
			if (errno == EAGAIN || errno == EINTR)
				continue;
			return attempt_fail(attempt, ATTEMPT_FAILED,
				"recv(%s) failed: %m", attempt->path);
		}
		if (want == WARDEN_FRAME_HEADER_SIZE &&
		    attempt->frame->used == want) {
			if (warden_frame_peek(attempt->frame->data, want,
					      &payload, &error) <= 0) {
				return attempt_fail(attempt, ATTEMPT_FAILED,
					"%s sent no answer of ours: %s",
					attempt->path, error);
			}
			want += payload;
		}
	}
	return ATTEMPT_OK;
}

static enum attempt_result
attempt_run(struct attempt *attempt, struct warden_request *request,
	    struct warden_spool *body, struct warden_reply *reply_r)
{
	size_t max = WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX;
	enum attempt_result result;
	enum warden_op op;
	const char *error;
	bool stopped;
	uint8_t *frame;
	size_t size;

	result = attempt_connect(attempt);
	if (result != ATTEMPT_OK)
		return result;

	request->deadline_msecs = time_left(attempt->deadline);
	frame = t_malloc_no0(max);
	size = warden_request_encode(request, frame, max);
	if (size == 0) {
		return attempt_fail(attempt, ATTEMPT_FAILED,
				    "the request cannot be encoded");
	}
	result = attempt_send(attempt, frame, size, &stopped);
	if (result == ATTEMPT_OK && !stopped && body != NULL)
		result = attempt_send_body(attempt, body, &stopped);
	if (result == ATTEMPT_OK)
		result = attempt_receive(attempt);
	if (result != ATTEMPT_OK)
		return result;
	if (warden_reply_decode(attempt->frame->data, attempt->frame->used,
				&op, reply_r, &error) < 0) {
		return attempt_fail(attempt, ATTEMPT_FAILED,
			"%s sent an invalid answer: %s", attempt->path, error);
	}
	if (op != request->op &&
	    reply_r->status != WARDEN_STATUS_BAD_REQUEST) {
		return attempt_fail(attempt, ATTEMPT_FAILED,
			"%s answered another question", attempt->path);
	}
	return ATTEMPT_OK;
}

static void breaker_count(const struct warden_client_input *input,
			  enum attempt_result result, const char *error)
{
	if (result == ATTEMPT_OK) {
		breaker.failures = 0;
		return;
	}
	if (++breaker.failures < WARDEN_CLIENT_BREAKER_FAILURES)
		return;
	breaker.open_until = warden_client_now() + WARDEN_CLIENT_BREAKER_MSECS;
	e_error(input->event, "warden: %u failures in a row, the scanner is "
		"not asked for %u seconds: %s", breaker.failures,
		WARDEN_CLIENT_BREAKER_MSECS / 1000, error);
}

bool warden_client_is_broken(void)
{
	return breaker.failures >= WARDEN_CLIENT_BREAKER_FAILURES &&
		warden_client_now() < breaker.open_until;
}

void warden_client_reset(void)
{
	i_zero(&breaker);
}

int warden_client_ask(const struct warden_client_input *input,
		      struct warden_request *request,
		      struct warden_spool *body, uint64_t deadline,
		      buffer_t *frame, struct warden_reply *reply_r,
		      const char **error_r)
{
	struct attempt attempt = {
		.path = input->socket_path,
		.deadline = deadline,
		.frame = frame,
	};
	enum attempt_result result;
	unsigned int tries = 0;

	i_zero(reply_r);
	if (warden_client_is_broken()) {
		*error_r = t_strdup_printf(
			"%s did not answer %u times in a row and is left "
			"alone for a moment", input->socket_path,
			breaker.failures);
		return -1;
	}
	request->body_size = request->full_size = 0;
	if (body != NULL) {
		uoff_t full_size = warden_spool_get_full_size(body);

		request->body_size = warden_spool_get_size(body);
		if (full_size != request->body_size)
			request->full_size = full_size;
	}
	do {
		attempt.fd = -1;
		result = attempt_run(&attempt, request, body, reply_r);
		i_close_fd(&attempt.fd);
	} while (result == ATTEMPT_BROKEN && ++tries < 2 &&
		 time_left(deadline) > 0);

	breaker_count(input, result, attempt.error);
	if (result != ATTEMPT_OK) {
		*error_r = attempt.error;
		return -1;
	}
	warden_client_flush();
	return 1;
}

/* Returns FALSE if it may work later. */
static bool tell_now(const char *path, const uint8_t *data, size_t size)
{
	int fd = client_connect(path);

	if (fd == -1)
		return errno != EAGAIN && errno != EINTR;
	/* A frame is smaller than any socket buffer: all or nothing. */
	(void)send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(fd);
	return TRUE;
}

static void keep_frame(const char *path, const uint8_t *data, size_t size)
{
	struct kept_frame *frame;

	if (!array_is_created(&kept))
		i_array_init(&kept, 8);
	if (array_count(&kept) >= WARDEN_CLIENT_QUEUE_MAX)
		return; /* the database will not know these places */
	frame = array_append_space(&kept);
	frame->path = i_strdup(path);
	frame->size = size;
	frame->data = i_malloc(size);
	memcpy(frame->data, data, size);
}

void warden_client_tell(const struct warden_client_input *input,
			const struct warden_request *request)
{
	size_t max = WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX;

	if (warden_client_is_broken())
		return;
	T_BEGIN {
		uint8_t *frame = t_malloc_no0(max);
		size_t size = warden_request_encode(request, frame, max);

		/* what was kept is older and goes first */
		warden_client_flush();
		if (size > 0 &&
		    ((array_is_created(&kept) && array_count(&kept) > 0) ||
		     !tell_now(input->socket_path, frame, size)))
			keep_frame(input->socket_path, frame, size);
	} T_END;
}

static void kept_delete(unsigned int count)
{
	struct kept_frame *frames = array_front_modifiable(&kept);

	for (unsigned int i = 0; i < count; i++) {
		i_free(frames[i].path);
		i_free(frames[i].data);
	}
	array_delete(&kept, 0, count);
	if (array_count(&kept) == 0)
		array_free(&kept);
}

void warden_client_flush(void)
{
	const struct kept_frame *frames;
	unsigned int count, sent = 0;

	if (!array_is_created(&kept))
		return;
	frames = array_get(&kept, &count);
	while (sent < count && tell_now(frames[sent].path, frames[sent].data,
					frames[sent].size))
		sent++;
	kept_delete(sent);
}

void warden_client_flush_last(void)
{
	uint64_t deadline = warden_client_now() + WARDEN_CLIENT_LAST_WAIT_MSECS;

	for (;;) {
		warden_client_flush();
		if (!array_is_created(&kept))
			return;
		if (time_left(deadline) == 0)
			break;
		(void)poll(NULL, 0, CONNECT_RETRY_MIN_MSECS);
	}
	kept_delete(array_count(&kept));
}
