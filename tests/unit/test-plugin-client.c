/* The client against servers of every kind, each a forked child. */

#include "lib.h"
#include "buffer.h"
#include "lib-event.h"

#include "plugin/warden-client.h"
#include "plugin/warden-spool.h"

#include "test-plugin.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

static char path[64];

enum behaviour {
	ANSWER,		/* properly */
	CLOSE,		/* without an answer */
	CLOSE_ONCE,	/* then properly */
	HALF,		/* of an answer */
	GARBAGE,
	HUGE,		/* a length beyond all bounds */
	OTHER,		/* an answer to another question */
	EARLY,		/* without reading the body */
	SILENT,
	DRIP,		/* a byte at a time */
};

/* Longer than a valid answer takes on a busy machine. */
#define DEADLINE_MSECS 2000

static int listen_on(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	i_strocpy(un.sun_path, name, sizeof(un.sun_path));
	(void)unlink(name);
	if (fd < 0 || bind(fd, (void *)&un, sizeof(un)) < 0 ||
	    listen(fd, 16) < 0)
		abort();
	return fd;
}

static void read_all(int fd, size_t size)
{
	unsigned char buf[65536];

	while (size > 0) {
		ssize_t ret = read(fd, buf, I_MIN(size, sizeof(buf)));

		if (ret <= 0)
			_exit(1);
		size -= ret;
	}
}

static void send_all(int fd, const void *data, size_t size)
{
	if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		_exit(1);
}

static void serve(int fd, enum behaviour how)
{
	static unsigned int times;
	uint8_t head[WARDEN_FRAME_HEADER_SIZE], frame[70000];
	struct warden_request request;
	struct warden_reply reply;
	const char *error;
	size_t payload, size;

	if (read(fd, head, sizeof(head)) != sizeof(head) ||
	    warden_frame_peek(head, sizeof(head), &payload, &error) != 1)
		_exit(2);
	memcpy(frame, head, sizeof(head));
	if (payload > 0 &&
	    read(fd, frame + sizeof(head), payload) != (ssize_t)payload)
		_exit(3);
	if (warden_request_decode(frame, sizeof(head) + payload, &request,
				  &error) < 0)
		_exit(4);
	if (how != EARLY)
		read_all(fd, request.body_size);
	if (how == CLOSE || (how == CLOSE_ONCE && times++ == 0))
		return;

	i_zero(&reply);
	reply.verdict = WARDEN_VERDICT_MALWARE;
	reply.action = WARDEN_ACTION_QUARANTINE;
	reply.delivery_id = request.body_size;
	reply.keyword = warden_str("$WardenMalware", 14);
	size = warden_reply_encode(how == OTHER ? WARDEN_OP_STATUS :
				   request.op, &reply, frame, sizeof(frame));
	switch (how) {
	case HALF:
		send_all(fd, frame, size / 2);
		break;
	case GARBAGE:
		memset(frame, 'x', 100);
		send_all(fd, frame, 100);
		break;
	case HUGE:
		memset(frame + 8, 0xff, 4);
		send_all(fd, frame, size);
		break;
	case SILENT:
		(void)poll(NULL, 0, 10 * DEADLINE_MSECS);
		break;
	case DRIP:
		for (size_t i = 0; i < size; i++) {
			send_all(fd, frame + i, 1);
			(void)poll(NULL, 0, 1);
		}
		break;
	default:
		send_all(fd, frame, size);
		break;
	}
}

static pid_t server_start(enum behaviour how)
{
	int listener = listen_on(path);
	pid_t pid = fork();

	if (pid != 0) {
		close(listener);
		return pid;
	}
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(0);
		serve(fd, how);
		close(fd);
	}
}

static void server_stop(pid_t pid)
{
	int status;

	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
}

struct row {
	enum behaviour how;
	size_t body_size;
	const char *error;	/* part of it; NULL = a valid answer */
	unsigned int min_msecs;
};

static const struct row rows[] = {
	{ ANSWER, 0, NULL, 0 },
	{ ANSWER, 1000, NULL, 0 },
	/* larger than any socket buffer, and than the spool's memory */
	{ ANSWER, 5000000, NULL, 0 },
	{ CLOSE, 1000, "closed the connection without", 0 },
	{ CLOSE_ONCE, 1000, NULL, 0 },
	{ HALF, 1000, "within its answer", 0 },
	{ GARBAGE, 1000, "no answer of ours", 0 },
	{ HUGE, 1000, "no answer of ours", 0 },
	{ OTHER, 1000, "another question", 0 },
	{ EARLY, 0, NULL, 0 },
	{ EARLY, 5000000, NULL, 0 },
	{ SILENT, 1000, "timed out while waiting", DEADLINE_MSECS - 10 },
	{ DRIP, 1000, NULL, 0 },
};

static struct warden_spool *make_body(size_t size)
{
	struct warden_spool *spool =
		warden_spool_init("/tmp/warden-test-client.", 1 << 30);
	unsigned char *data = i_malloc(size);

	memset(data, 'b', size);
	if (warden_spool_append(spool, data, size) != size)
		abort();
	i_free(data);
	return spool;
}

static void test_row(const struct warden_client_input *input, unsigned int i)
{
	struct warden_request request = { .op = WARDEN_OP_SCAN };
	struct warden_spool *body = rows[i].body_size == 0 ? NULL :
		make_body(rows[i].body_size);
	buffer_t *frame = buffer_create_dynamic(default_pool, 128);
	pid_t pid = server_start(rows[i].how);
	uint64_t started = warden_client_now(), took;
	struct warden_reply reply;
	const char *error = NULL;
	int ret;

	warden_client_reset();
	ret = warden_client_ask(input, &request, body, started + DEADLINE_MSECS,
				frame,
				&reply, &error);
	took = warden_client_now() - started;
	server_stop(pid);
	test_check_row((ret > 0) == (rows[i].error == NULL), i);
	test_check_row(ret < 0 || reply.verdict == WARDEN_VERDICT_MALWARE, i);
	test_check_row(ret < 0 || reply.delivery_id == rows[i].body_size, i);
	test_check_row(ret > 0 || (error != NULL && (rows[i].error == NULL ||
			strstr(error, rows[i].error) != NULL)), i);
	/* half of what the silent one takes: not its time, but ours ended it */
	test_check_row(took >= rows[i].min_msecs &&
		       took <= 5 * DEADLINE_MSECS, i);
	warden_spool_unref(&body);
	buffer_free(&frame);
}

/* Nobody accepts: the backlog fills, later ones stand in line. */
static void test_backlog(const struct warden_client_input *input)
{
	struct warden_request request = { .op = WARDEN_OP_STATUS };
	buffer_t *frame = t_buffer_create(128);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct warden_reply reply;
	const char *error = NULL;
	uint64_t started;
	int listener = listen_on(path), fds[64];
	unsigned int i, count = 0;

	i_strocpy(un.sun_path, path, sizeof(un.sun_path));
	for (i = 0; i < N_ELEMENTS(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(fds[i], (void *)&un, sizeof(un)) < 0)
			break;
		count++;
	}
	test_check(count < N_ELEMENTS(fds));
	warden_client_reset();
	started = warden_client_now();
	test_check(warden_client_ask(input, &request, NULL, started + 300,
				     frame, &reply, &error) < 0);
	test_check(strstr(error, "waiting in line") != NULL);
	test_check(warden_client_now() - started >= 290);
	/* telling never waits: it is kept */
	started = warden_client_now();
	for (i = 0; i < 2 * WARDEN_CLIENT_QUEUE_MAX; i++)
		warden_client_tell(input, &request);
	test_check(warden_client_now() - started < 400);
	started = warden_client_now();
	warden_client_flush_last();
	test_check(warden_client_now() - started <
		   WARDEN_CLIENT_LAST_WAIT_MSECS + 100);
	for (i = 0; i <= count && i < N_ELEMENTS(fds); i++)
		close(fds[i]);
	close(listener);
}

static void test_breaker(const struct warden_client_input *input)
{
	struct warden_request request = { .op = WARDEN_OP_STATUS };
	buffer_t *frame = t_buffer_create(128);
	struct warden_reply reply;
	const char *error;

	(void)unlink(path);
	warden_client_reset();
	for (unsigned int i = 0; i < WARDEN_CLIENT_BREAKER_FAILURES; i++) {
		test_check(!warden_client_is_broken());
		test_check(warden_client_ask(input, &request, NULL,
				warden_client_now() + 100, frame, &reply,
				&error) < 0);
		test_check(strstr(error, "connect(") != NULL);
	}
	test_check(warden_client_is_broken());
	test_check(warden_client_ask(input, &request, NULL,
				     warden_client_now() + 100, frame,
				     &reply, &error) < 0);
	test_check(strstr(error, "in a row") != NULL);
	warden_client_reset();
	test_check(!warden_client_is_broken());
}

int main(void)
{
	struct warden_client_input input;

	lib_init();
	i_zero(&input);
	input.event = event_create(NULL);
	input.socket_path = path;
	i_snprintf(path, sizeof(path), "/tmp/warden-test-client-%ld.sock",
		   (long)getpid());
	/* the breaker says what it does; not here */
	if (freopen("/dev/null", "w", stdout) == NULL)
		return 1;
	for (unsigned int i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		test_row(&input, i);
	} T_END;
	T_BEGIN {
		test_backlog(&input);
	} T_END;
	T_BEGIN {
		test_breaker(&input);
	} T_END;
	(void)unlink(path);
	event_unref(&input.event);
	lib_deinit();
	return test_result("plugin client");
}
