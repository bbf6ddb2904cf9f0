#include "warden-config.h"

#include "reader-private.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* GMime recurses: 8 MB are enough for the header fields that limits.h lets
   through, sanitizers' frames are several times larger. Only touched pages
   cost anything. */
#define READER_STACK_SIZE (64u * 1024 * 1024)
#define READER_FILES_MAX 16

/* A sanitizer's shadow takes terabytes of address space, and its report is
   what a test wants to see. */
#if defined(__SANITIZE_ADDRESS__)
#  define READER_SANITIZED true
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define READER_SANITIZED true
#  endif
#endif
#ifndef READER_SANITIZED
#  define READER_SANITIZED false
#endif

/* Lower a soft limit, and the hard one with it if asked. A limit that is
   already lower stays. */
static void limit(int resource, rlim_t value, bool hard)
{
	struct rlimit rlimit;

	if (getrlimit(resource, &rlimit) < 0)
		_exit(READER_EXIT_SETUP);
	if (rlimit.rlim_max != RLIM_INFINITY && rlimit.rlim_max < value)
		value = rlimit.rlim_max;
	rlimit.rlim_cur = value;
	if (hard)
		rlimit.rlim_max = value;
	if (setrlimit(resource, &rlimit) < 0)
		_exit(READER_EXIT_SETUP);
}

static void close_files(int socket_fd)
{
	int null_fd = open("/dev/null", O_RDWR);

	if (null_fd < 0)
		_exit(READER_EXIT_SETUP);
	/* The socket may be anywhere, even at 0. */
	int moved = fcntl(socket_fd, F_DUPFD, READER_SOCKET_FD + 1);
	if (moved < 0 || dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 ||
	    (!READER_SANITIZED && dup2(null_fd, 2) < 0) ||
	    dup2(moved, READER_SOCKET_FD) < 0)
		_exit(READER_EXIT_SETUP);
	closefrom(READER_SOCKET_FD + 1);
}

/* Returns enum warden_sandbox. */
static guint confine(guint64 memory_limit)
{
	/* The parent's life is the child's: it is told to go by a closed
	   socket, and must not lose a message because somebody signalled the
	   whole process group. */
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2,
	};
	sigset_t none;

	for (gsize i = 0; i < G_N_ELEMENTS(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	/* The parent ignores this one; here a write to a file is an error. */
	(void)signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		_exit(READER_EXIT_SETUP);
	(void)prctl(PR_SET_NAME, "warden-reader", 0, 0, 0);

	limit(RLIMIT_CORE, 0, true);
	/* A sanitizer's report may go to a file. */
	if (!READER_SANITIZED)
		limit(RLIMIT_FSIZE, 0, true);
	limit(RLIMIT_NPROC, 0, true);
	limit(RLIMIT_NOFILE, READER_FILES_MAX, true);
	limit(RLIMIT_STACK, READER_STACK_SIZE, false);
	if (memory_limit != 0 && !READER_SANITIZED)
		limit(RLIMIT_AS, memory_limit, true);
	/* A sanitizer opens files for its report. */
	return READER_SANITIZED ? 0 : warden_reader_sandbox();
}

/* CPU time is counted over the child's life, the limit is per message. */
static void limit_cpu(guint64 secs)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		_exit(READER_EXIT_SETUP);
	limit(RLIMIT_CPU, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		1 + secs, false);
}

/* Returns the message's descriptor. */
static int receive_request(struct reader_request *request_r)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {
		.iov_base = request_r, .iov_len = sizeof(*request_r),
	};
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t ret;
	int fd;

	do {
		ret = recvmsg(READER_SOCKET_FD, &message,
			      MSG_CMSG_CLOEXEC | MSG_WAITALL);
	} while (ret < 0 && errno == EINTR);
	if (ret == 0)
		_exit(READER_EXIT_DONE);

	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (ret != (ssize_t)sizeof(*request_r) || header == NULL ||
	    header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		_exit(READER_EXIT_PROTOCOL);
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static void send_all(const void *data, gsize size)
{
	const guint8 *next = data;

	while (size > 0) {
		ssize_t ret = send(READER_SOCKET_FD, next, size, MSG_NOSIGNAL);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			_exit(READER_EXIT_DONE);
		next += ret;
		size -= ret;
	}
}

static void parse_one(struct warden_parser *parser, int fd,
		      const struct reader_request *request, guint sandbox)
{
	struct reader_message message;
	guint64 full_size = request->full_size;

	if (warden_reader_message_open(fd, request->size, &message) < 0)
		_exit(READER_EXIT_MESSAGE);
	close(fd);
	/* Cut here, or a file that shrank: the rest is not scanned. */
	if (message.size < request->size)
		full_size = MAX(full_size, request->size);

	g_autoptr(warden_facts) facts = warden_parse_message(
		parser, message.data, message.size, full_size);
	warden_reader_message_close(&message);
	g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
	struct reader_answer answer = {
		.serial = request->serial, .length = g_bytes_get_size(bytes),
		.sandbox = sandbox,
	};
	if (answer.length > WARDEN_FACTS_SIZE_MAX)
		_exit(READER_EXIT_FACTS);
	send_all(&answer, sizeof(answer));
	send_all(g_bytes_get_data(bytes, NULL), answer.length);
}

void warden_reader_child(struct warden_parser *parser, int socket_fd,
			 guint64 memory_limit)
{
	guint sandbox;

	close_files(socket_fd);
	sandbox = confine(memory_limit);
	for (;;) {
		struct reader_request request;
		int fd = receive_request(&request);

		limit_cpu(request.cpu_secs);
		parse_one(parser, fd, &request, sandbox);
	}
}
