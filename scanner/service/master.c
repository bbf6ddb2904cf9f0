#include "warden-config.h"

#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MASTER_STATUS_FD 5
#define MASTER_DEAD_FD 6
#define MASTER_LISTEN_FD_FIRST 7
/* Where a client is passed that the master has accepted. */
#define MASTER_ACCEPTED_FD 8
#define MASTER_FD_LAST (MASTER_ACCEPTED_FD + 1 + WARDEN_LISTENERS_MAX)
#define NOT_REPORTED G_MAXUINT

/* The master reads these from a pipe that all processes share. */
struct master_status {
	pid_t pid;
	unsigned int generation;
	unsigned int available_count;
};

bool warden_master_is_parent(void)
{
	return getenv("DOVECOT_CHILD_PROCESS") != NULL &&
	       getenv("GENERATION") != NULL;
}

static guint get_number(const char *name, guint fallback)
{
	const char *value = getenv(name);
	guint64 number;

	if (value == NULL ||
	    !g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT, &number, NULL))
		return fallback;
	return number;
}

static bool is_listener(int fd)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 &&
	       value != 0;
}

/* The master passes them without close-on-exec. */
static void adopt(int fd)
{
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int warden_master_init(struct warden_master *master_r, char **error_r)
{
	*master_r = (struct warden_master){
		.accepted_fd = -1,
		.dead_fd = MASTER_DEAD_FD,
		.client_limit = get_number("CLIENT_LIMIT", 1),
		.service_count = get_number("SERVICE_COUNT", 0),
		.generation = get_number("GENERATION", 0),
		.status_fd = MASTER_STATUS_FD,
		.reported = NOT_REPORTED,
	};
	if (fcntl(MASTER_STATUS_FD, F_GETFD) < 0 ||
	    fcntl(MASTER_DEAD_FD, F_GETFD) < 0) {
		*error_r = g_strdup("Dovecot's master passed no status pipe");
		return -1;
	}
	adopt(MASTER_STATUS_FD);
	adopt(MASTER_DEAD_FD);
	/* Where listeners begin differs from release to release; what a
	   listener is does not. */
	for (int fd = MASTER_LISTEN_FD_FIRST; fd <= MASTER_FD_LAST; fd++) {
		if (!is_listener(fd) ||
		    master_r->n_listeners == WARDEN_LISTENERS_MAX)
			continue;
		adopt(fd);
		master_r->listeners[master_r->n_listeners++] = fd;
	}
	if (master_r->n_listeners == 0) {
		*error_r = g_strdup(
			"Dovecot's master passed no listener: "
			"service warden { unix_listener … } is missing");
		return -1;
	}
	if (getenv("DOVECOT_ACCEPTED_CLIENT_LISTENER_FD") != NULL &&
	    fcntl(MASTER_ACCEPTED_FD, F_GETFD) >= 0 &&
	    !is_listener(MASTER_ACCEPTED_FD)) {
		adopt(MASTER_ACCEPTED_FD);
		master_r->accepted_fd = MASTER_ACCEPTED_FD;
	}
	return 1;
}

void warden_master_report(struct warden_master *master, bool available)
{
	struct master_status status;
	guint count = available ? MAX(master->client_limit, 1) : 0;

	if (master->status_fd == -1 || master->reported == count)
		return;
	memset(&status, 0, sizeof(status));
	status.pid = getpid();
	status.generation = master->generation;
	status.available_count = count;
	/* EPIPE: the master is gone, and the dead pipe will say so. */
	if (write(master->status_fd, &status, sizeof(status)) ==
	    (gssize)sizeof(status))
		master->reported = count;
}
