#include "warden-config.h"

#include "clamd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BREAKER_FAILURES 2
#define BREAKER_USECS (5 * G_USEC_PER_SEC)
/* clamd takes a chunk of any size up to its limit; one that fits a socket's
   buffer saves it from waiting for the rest. */
#define CHUNK_SIZE (64u * 1024)
#define ANSWER_MAX 1024u
#define NAME_MAX_SIZE 256u

static const char command[] = "zINSTREAM";	/* with its NUL */

struct warden_clamd {
	struct warden_clamd_settings settings;
	int fd;			/* -1: no exchange is under way */
	gint64 deadline;	/* monotonic µs */
	char *why;		/* there will be no answer; NULL */
	guint failures;		/* in a row */
	gint64 closed_until;
};

/* --- addresses -------------------------------------------------------------- */

union address {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool parse_port(const char *text, in_port_t *port_r)
{
	guint64 port;

	if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
		return FALSE;
	*port_r = htons((guint16)port);
	return TRUE;
}

/* Nothing is resolved: the name of this machine has one meaning here. */
static bool parse_loopback(const char *text, union address *address_r,
			   socklen_t *size_r)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon == NULL ? NULL :
		g_strndup(text, colon - text);

	memset(address_r, 0, sizeof(*address_r));
	if (host == NULL)
		return FALSE;
	if (strcmp(host, "[::1]") == 0) {
		address_r->v6.sin6_family = AF_INET6;
		address_r->v6.sin6_addr = in6addr_loopback;
		*size_r = sizeof(address_r->v6);
		return parse_port(colon + 1, &address_r->v6.sin6_port);
	}
	address_r->v4.sin_family = AF_INET;
	*size_r = sizeof(address_r->v4);
	if (strcmp(host, "localhost") == 0)
		address_r->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (inet_pton(AF_INET, host, &address_r->v4.sin_addr) != 1)
		return FALSE;
	return ntohl(address_r->v4.sin_addr.s_addr) >> 24 == 127 &&
		parse_port(colon + 1, &address_r->v4.sin_port);
}

bool warden_clamd_is_loopback(const char *text)
{
	union address address;
	socklen_t size;

	return parse_loopback(text, &address, &size);
}

static bool parse_address(const char *text, union address *address_r,
			  socklen_t *size_r)
{
	if (text[0] != '/')
		return parse_loopback(text, address_r, size_r);
	memset(address_r, 0, sizeof(*address_r));
	address_r->local.sun_family = AF_UNIX;
	*size_r = sizeof(address_r->local);
	return g_strlcpy(address_r->local.sun_path, text,
			 sizeof(address_r->local.sun_path)) <
		sizeof(address_r->local.sun_path);
}

/* --- life --------------------------------------------------------------------- */

struct warden_clamd *
warden_clamd_new(const struct warden_clamd_settings *settings)
{
	struct warden_clamd *clamd = g_new0(struct warden_clamd, 1);

	clamd->settings = *settings;
	clamd->fd = -1;
	return clamd;
}

static void hang_up(struct warden_clamd *clamd)
{
	if (clamd->fd >= 0)
		close(clamd->fd);
	clamd->fd = -1;
}

void warden_clamd_free(struct warden_clamd **clamd)
{
	if (*clamd == NULL)
		return;
	hang_up(*clamd);
	g_free((*clamd)->why);
	g_clear_pointer(clamd, g_free);
}

static void give_up(struct warden_clamd *clamd, const char *why)
{
	hang_up(clamd);
	g_free(clamd->why);
	clamd->why = g_strdup(why);
}

/* The daemon's fault, not the message's. */
static void failed(struct warden_clamd *clamd, const char *why)
{
	give_up(clamd, why);
	if (++clamd->failures >= BREAKER_FAILURES)
		clamd->closed_until = g_get_monotonic_time() + BREAKER_USECS;
}

/* --- sending ------------------------------------------------------------------- */

/* Returns FALSE when time is up. */
static bool wait_for(const struct warden_clamd *clamd, short events)
{
	struct pollfd pollfd = { .fd = clamd->fd, .events = events };
	gint64 left;

	while ((left = clamd->deadline - g_get_monotonic_time()) > 0) {
		if (poll(&pollfd, 1, (int)((left + 999) / 1000)) > 0)
			return TRUE;
	}
	return FALSE;
}

static bool dial(struct warden_clamd *clamd)
{
	union address address;
	socklen_t size, length = sizeof(int);
	int error = 0;

	if (!parse_address(clamd->settings.socket, &address, &size)) {
		failed(clamd, "its socket's name cannot be used");
		return FALSE;
	}
	clamd->fd = socket(address.any.sa_family,
			   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (clamd->fd < 0) {
		failed(clamd, g_strerror(errno));
		return FALSE;
	}
	if (connect(clamd->fd, &address.any, size) == 0)
		return TRUE;
	/* A UNIX socket with a full backlog says EAGAIN: it is busy. */
	if (errno != EINPROGRESS) {
		failed(clamd, g_strerror(errno));
		return FALSE;
	}
	if (!wait_for(clamd, POLLOUT)) {
		failed(clamd, "it did not accept a connection in time");
		return FALSE;
	}
	if (getsockopt(clamd->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ||
	    error != 0) {
		failed(clamd, g_strerror(error));
		return FALSE;
	}
	return TRUE;
}

/* FALSE: no more can be sent. A daemon that has closed its side may have said
   why: that is left to the answer. */
static bool send_all(struct warden_clamd *clamd, const void *data, gsize size)
{
	const guint8 *next = data;

	while (size > 0) {
		ssize_t ret = send(clamd->fd, next, size, MSG_NOSIGNAL);

		if (ret > 0) {
			next += ret;
			size -= ret;
		} else if (errno == EAGAIN) {
			if (!wait_for(clamd, POLLOUT)) {
				failed(clamd, "it did not take the message in"
				       " time");
				return FALSE;
			}
		} else if (errno != EINTR) {
			return FALSE;
		}
	}
	return TRUE;
}

static bool send_chunk(struct warden_clamd *clamd, const guint8 *data,
		       gsize size)
{
	guint32 length = htonl((guint32)size);

	return send_all(clamd, &length, sizeof(length)) &&
		send_all(clamd, data, size);
}

static void send_message(struct warden_clamd *clamd, int fd, guint64 size)
{
	g_autofree guint8 *chunk = g_malloc(CHUNK_SIZE);
	guint64 sent = 0;

	if (!send_all(clamd, command, sizeof(command)))
		return;
	while (sent < size) {
		ssize_t ret = pread(fd, chunk, MIN(size - sent, CHUNK_SIZE),
				    (off_t)sent);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0) {
			give_up(clamd, "the message could not be read");
			return;
		}
		if (!send_chunk(clamd, chunk, ret))
			return;
		sent += ret;
	}
	(void)send_chunk(clamd, NULL, 0);
}

void warden_clamd_begin(struct warden_clamd *clamd, int fd, guint64 size,
			guint msecs)
{
	gint64 now = g_get_monotonic_time();
	guint limit = clamd->settings.msecs;

	hang_up(clamd);
	g_clear_pointer(&clamd->why, g_free);
	if (size > clamd->settings.stream_max) {
		give_up(clamd, "the message is larger than it takes");
		return;
	}
	if (now < clamd->closed_until) {
		give_up(clamd, "it failed a moment ago");
		return;
	}
	if (msecs != 0)
		limit = MIN(limit, msecs);
	clamd->deadline = now + (gint64)limit * 1000;
	if (dial(clamd))
		send_message(clamd, fd, size);
}

/* --- the answer ---------------------------------------------------------------- */

/* "Name(md5:size)", if clamd is told to say so. */
static gsize bare_length(const char *name, gsize length)
{
	const char *open = memrchr(name, '(', length);

	return open != NULL && open > name && name[length - 1] == ')' &&
		memchr(open, ':', name + length - open) != NULL ?
		(gsize)(open - name) : length;
}

static bool is_name(const char *name, gsize length, gsize max)
{
	if (length == 0 || length >= max)
		return FALSE;
	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isgraph(name[i]))
			return FALSE;
	}
	return TRUE;
}

int warden_clamd_parse(const char *answer, char *name_r, gsize name_size,
		       const char **why_r)
{
	static const char prefix[] = "stream: ", found[] = " FOUND";
	const char *name = answer + strlen(prefix);
	gsize length;

	if (g_str_has_suffix(answer, " ERROR")) {
		*why_r = answer;
		return -1;
	}
	*why_r = "its answer makes no sense";
	if (!g_str_has_prefix(answer, prefix))
		return -1;
	if (strcmp(name, "OK") == 0)
		return 0;
	if (!g_str_has_suffix(name, found))
		return -1;
	length = bare_length(name, strlen(name) - strlen(found));
	if (!is_name(name, length, name_size))
		return -1;
	memcpy(name_r, name, length);
	name_r[length] = '\0';
	return 1;
}

/* Up to its NUL. FALSE: there is none to be had. */
static bool receive(struct warden_clamd *clamd, char *answer_r, gsize size)
{
	gsize used = 0;

	while (used < size) {
		ssize_t ret;

		if (!wait_for(clamd, POLLIN)) {
			failed(clamd, "it did not answer in time");
			return FALSE;
		}
		ret = recv(clamd->fd, answer_r + used, size - used, 0);
		if (ret < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (ret <= 0) {
			failed(clamd, "it hung up without an answer");
			return FALSE;
		}
		if (memchr(answer_r + used, '\0', ret) != NULL)
			return TRUE;
		used += ret;
	}
	failed(clamd, "its answer is too long");
	return FALSE;
}

/* How bad is it? checks/antivirus.c knows the names; the verdict here is that
   of what is not among them. */
static void add_match(struct warden_facts *facts, const char *name)
{
	const struct warden_match match = {
		.engine = "clamd", .rule = (char *)name, .verdict = "malware",
		.part = "", .detail = "",
	};

	(void)warden_facts_add_match(facts, &match);
}

static void take_answer(struct warden_clamd *clamd, struct warden_facts *facts)
{
	char answer[ANSWER_MAX], name[NAME_MAX_SIZE];
	const char *why;

	if (!receive(clamd, answer, sizeof(answer)))
		return;
	switch (warden_clamd_parse(answer, name, sizeof(name), &why)) {
	case 1:
		add_match(facts, name);
		/* fall through */
	case 0:
		clamd->failures = 0;
		hang_up(clamd);
		return;
	}
	if (why == answer)
		give_up(clamd, why);
	else
		failed(clamd, why);
}

void warden_clamd_finish(struct warden_clamd *clamd,
			 struct warden_facts *facts)
{
	if (clamd->fd >= 0)
		take_answer(clamd, facts);
	if (clamd->why != NULL)
		(void)warden_facts_add_trait(
			facts, clamd->settings.required ? "clamd-required" :
			"clamd-unavailable", "", clamd->why);
}
