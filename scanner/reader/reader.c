#include "warden-config.h"

#include "reader-private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What leaks or lingers in a parser ends with its process. A fork from the
   warm parent costs about as much as two messages. */
#define READER_MESSAGES_PER_CHILD 1000

struct warden_reader {
	struct warden_reader_settings settings;
	struct warden_parser *parser;
	pid_t pid;		/* 0: no child */
	int fd;
	guint served;		/* by this child */
	struct warden_reader_counts counts;
	char *last_failure;
};

int warden_reader_init(const struct warden_reader_settings *settings,
		       struct warden_reader **reader_r, char **error_r)
{
	struct warden_parser *parser;

	if (warden_parser_init(&parser, error_r) < 0)
		return -1;
	if (settings->sensitive)
		warden_parser_set_sensitive(parser, settings->patterns);
	if (warden_parser_set_signers(parser, settings->smime_roots,
				      settings->openpgp_keys, error_r) < 0) {
		warden_parser_deinit(&parser);
		return -1;
	}
	struct warden_reader *reader = g_new0(struct warden_reader, 1);
	reader->settings = *settings;
	reader->parser = parser;
	reader->fd = -1;
	*reader_r = reader;
	return 1;
}

/* --- the child's life --------------------------------------------------- */

/* Returns the wait status. A child killed with SIGKILL ends at once. */
static int child_kill(struct warden_reader *reader)
{
	int status = 0;

	if (reader->pid == 0)
		return 0;
	close(reader->fd);
	reader->fd = -1;
	(void)kill(reader->pid, SIGKILL);
	while (waitpid(reader->pid, &status, 0) < 0 && errno == EINTR)
		;
	reader->pid = 0;
	return status;
}

static int child_fork(struct warden_reader *reader, char **error_r)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		*error_r = g_strdup_printf("socketpair() failed: %s",
					   g_strerror(errno));
		return -1;
	}
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0) {
		/* First of all: nobody survives the parent. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		    getppid() != parent)
			_exit(READER_EXIT_SETUP);
		warden_reader_child(reader->parser, fds[1],
				    reader->settings.memory_limit);
	}
	int error = errno;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		*error_r = g_strdup_printf("fork() failed: %s",
					   g_strerror(error));
		return -1;
	}
	reader->pid = pid;
	reader->fd = fds[0];
	reader->served = 0;
	reader->counts.forks++;
	return 1;
}

/* A child that waits for a request has sent nothing and is not gone. One that
   did was killed by somebody, or is not what it was: not this message's fault.
   */
static bool child_is_sound(struct warden_reader *reader)
{
	struct pollfd pollfd = { .fd = reader->fd, .events = POLLIN };

	return reader->pid != 0 &&
	       reader->served < READER_MESSAGES_PER_CHILD &&
	       poll(&pollfd, 1, 0) == 0;
}

void warden_reader_set_rules(struct warden_reader *reader,
			     struct warden_rules *rules)
{
	child_kill(reader);
	warden_parser_set_rules(reader->parser, rules);
}

void warden_reader_deinit(struct warden_reader **reader)
{
	if (*reader == NULL)
		return;
	child_kill(*reader);
	warden_parser_deinit(&(*reader)->parser);
	g_free((*reader)->last_failure);
	g_clear_pointer(reader, g_free);
}

/* --- one message -------------------------------------------------------- */

static int send_request(int socket_fd, const struct reader_request *request,
			int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	struct iovec iov = {
		.iov_base = (void *)request, .iov_len = sizeof(*request),
	};
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t ret;

	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do {
		ret = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	return ret == (ssize_t)sizeof(*request) ? 1 : -1;
}

/* Returns 1 when all size bytes are there, 0 when time is up, -1 when the
   child is gone. */
static int receive(int fd, void *data, gsize size, gint64 deadline)
{
	guint8 *next = data;

	while (size > 0) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };
		gint64 left = deadline - g_get_monotonic_time();
		if (left <= 0)
			return 0;
		int ret = poll(&pollfd, 1, (left + 999) / 1000);
		if (ret <= 0)
			continue;
		ssize_t got = recv(fd, next, size, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return -1;
		next += got;
		size -= got;
	}
	return 1;
}

/* Returns as receive(); -2 if the child sent nonsense (*detail_r). */
static int receive_facts(struct warden_reader *reader, gint64 deadline,
			 struct warden_facts **facts_r, char **detail_r)
{
	struct reader_answer answer;
	int ret;

	ret = receive(reader->fd, &answer, sizeof(answer), deadline);
	if (ret <= 0)
		return ret;
	if (answer.serial != reader->served) {
		*detail_r = g_strdup("the reader answered for another message");
		return -2;
	}
	if (answer.length == 0 || answer.length > WARDEN_FACTS_SIZE_MAX) {
		*detail_r = g_strdup_printf(
			"the reader announced %" G_GUINT64_FORMAT
			" bytes of facts", answer.length);
		return -2;
	}
	reader->counts.serving = TRUE;
	reader->counts.sandbox = answer.sandbox;
	g_autofree guint8 *data = g_malloc(answer.length);
	ret = receive(reader->fd, data, answer.length, deadline);
	if (ret <= 0)
		return ret;
	g_autoptr(GBytes) bytes =
		g_bytes_new_take(g_steal_pointer(&data), answer.length);
	g_autofree char *error = NULL;
	if (warden_facts_deserialise(bytes, facts_r, &error) < 0) {
		*detail_r = g_strdup_printf("the reader sent invalid facts: %s",
					    error);
		return -2;
	}
	return 1;
}

static char *describe_end(int status)
{
	static const struct {
		int code;	/* enum reader_exit */
		const char *words;
	} ends[] = {
		{ READER_EXIT_SETUP, "the reader could not be confined" },
		{ READER_EXIT_PROTOCOL, "the reader got no message" },
		{ READER_EXIT_MESSAGE, "the reader could not load it" },
		{ READER_EXIT_FACTS, "the reader found too much" },
	};

	if (WIFSIGNALED(status))
		return g_strdup_printf(
			"the reader was killed by signal %d (%s)",
			WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		if (WEXITSTATUS(status) == ends[i].code)
			return g_strdup(ends[i].words);
	}
	return g_strdup_printf("the reader exited with status %d",
			       WEXITSTATUS(status));
}

/* Its socket is closed: how did it end? Killing what may only have closed the
   socket would hide the signal that ended the others. */
static int child_reap(struct warden_reader *reader)
{
	gint64 deadline = g_get_monotonic_time() + 100 * 1000;
	int status;

	while (g_get_monotonic_time() < deadline) {
		if (waitpid(reader->pid, &status, WNOHANG) == reader->pid) {
			close(reader->fd);
			reader->fd = -1;
			reader->pid = 0;
			return status;
		}
		g_usleep(500);
	}
	return child_kill(reader);
}

static enum warden_reader_status
child_ended(struct warden_reader *reader, char **detail_r)
{
	int status = child_reap(reader);

	*detail_r = describe_end(status);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return WARDEN_READER_TIMEOUT;
	return WARDEN_READER_CRASHED;
}

static enum warden_reader_status
parse_attempt(struct warden_reader *reader, int fd,
	      const struct reader_request *request, guint timeout_msecs,
	      struct warden_facts **facts_r, char **detail_r)
{
	gint64 deadline = g_get_monotonic_time() +
			  (gint64)timeout_msecs * 1000;

	if (send_request(reader->fd, request, fd) < 0)
		return child_ended(reader, detail_r);
	int ret = receive_facts(reader, deadline, facts_r, detail_r);
	switch (ret) {
	case 1:
		return WARDEN_READER_OK;
	case 0:
		child_kill(reader);
		*detail_r = g_strdup_printf("the reader took longer than %u ms",
					    timeout_msecs);
		return WARDEN_READER_TIMEOUT;
	case -1:
		return child_ended(reader, detail_r);
	}
	child_kill(reader);
	return WARDEN_READER_CRASHED;
}

int warden_reader_parse(struct warden_reader *reader, int fd, guint64 size,
			guint64 full_size, guint deadline_msecs,
			enum warden_reader_status *status_r,
			struct warden_facts **facts_r, char **detail_r,
			char **error_r)
{
	guint timeout_msecs = reader->settings.timeout_msecs;

	*facts_r = NULL;
	*detail_r = NULL;
	if (deadline_msecs != 0)
		timeout_msecs = MIN(timeout_msecs, deadline_msecs);
	if (!child_is_sound(reader)) {
		child_kill(reader);
		if (child_fork(reader, error_r) < 0)
			return -1;
	}
	reader->served++;
	struct reader_request request = {
		.serial = reader->served,
		.size = size, .full_size = full_size,
		.cpu_secs = timeout_msecs / 1000 + 1,
	};
	reader->counts.messages++;
	*status_r = parse_attempt(reader, fd, &request, timeout_msecs, facts_r,
				  detail_r);
	if (*status_r == WARDEN_READER_CRASHED)
		reader->counts.crashes++;
	else if (*status_r == WARDEN_READER_TIMEOUT)
		reader->counts.timeouts++;
	if (*status_r != WARDEN_READER_OK) {
		g_free(reader->last_failure);
		reader->last_failure = g_strdup(*detail_r);
	}
	return 1;
}

void warden_reader_get_counts(const struct warden_reader *reader,
			      struct warden_reader_counts *counts_r)
{
	*counts_r = reader->counts;
	counts_r->last_failure = reader->last_failure;
}
