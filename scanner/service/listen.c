#include "warden-config.h"

#include "listen.h"

#include "log.h"
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BACKLOG 511
/* A worker that does not live so long is not started again at once. */
#define WORKER_AGE_MIN_USECS G_USEC_PER_SEC
/* Workers finish their message: the reader's limit and a commit. */
#define WORKER_STOP_USECS (30 * G_USEC_PER_SEC)

/* --- the socket --------------------------------------------------------- */

static int fail(char **error_r, const char *path, const char *what)
{
	*error_r = g_strdup_printf("%s: %s: %s", path, what,
				   g_strerror(errno));
	return -1;
}

/* Remove what a wardend that was killed left behind. */
static int remove_stale(const struct sockaddr_un *address, char **error_r)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 1 : fail(error_r, path, "lstat()");
	if (!S_ISSOCK(st.st_mode)) {
		*error_r = g_strdup_printf("%s: exists and is no socket",
					   path);
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	if (fd < 0)
		return fail(error_r, path, "socket()");
	int ret = connect(fd, (const struct sockaddr *)address,
			  sizeof(*address));
	int error = errno;
	close(fd);
	/* EAGAIN: its backlog is full, so somebody lives there. */
	if (ret == 0 || error != ECONNREFUSED) {
		*error_r = g_strdup_printf(
			"%s: somebody listens there already", path);
		return -1;
	}
	if (unlink(path) < 0 && errno != ENOENT)
		return fail(error_r, path, "unlink()");
	return 1;
}

int warden_listen_open(const char *path, guint mode, int *fd_r,
		       char **error_r)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		*error_r = g_strdup_printf("%s: longer than %zu bytes", path,
					   sizeof(address.sun_path) - 1);
		return -1;
	}
	if (remove_stale(&address, error_r) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	if (fd < 0)
		return fail(error_r, path, "socket()");
	/* Never open wider than asked for, not even for a moment. */
	mode_t old = umask(0777 & ~mode);
	int ret = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(old);
	if (ret < 0 || listen(fd, BACKLOG) < 0) {
		fail(error_r, path, ret < 0 ? "bind()" : "listen()");
		close(fd);
		return -1;
	}
	*fd_r = fd;
	return 1;
}

/* --- workers ------------------------------------------------------------ */

struct worker {
	pid_t pid;	/* 0: not running */
	gint64 started;
};

struct workers {
	struct worker *list;
	guint count;
};

/* Returns TRUE in the worker. */
static bool start_worker(struct worker *worker)
{
	pid_t parent = getpid();

	worker->started = g_get_monotonic_time();
	worker->pid = fork();
	if (worker->pid < 0) {
		warden_log_error("fork() failed: %s", g_strerror(errno));
		worker->pid = 0;
		return false;
	}
	if (worker->pid > 0)
		return false;
	/* A parent that was killed takes its workers along, politely. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0 ||
	    getppid() != parent)
		_exit(1);
	return true;
}

/* Returns TRUE in a worker. */
static bool start_missing(struct workers *workers)
{
	gint64 now = g_get_monotonic_time();

	for (guint i = 0; i < workers->count; i++) {
		struct worker *worker = &workers->list[i];
		if (worker->pid != 0 ||
		    (worker->started != 0 &&
		     now - worker->started < WORKER_AGE_MIN_USECS))
			continue;
		if (start_worker(worker))
			return true;
	}
	return false;
}

static void describe(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		warden_log_error("worker %d was killed by signal %d (%s)",
				 (int)pid, WTERMSIG(status),
				 g_strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		warden_log_error("worker %d exited with status %d", (int)pid,
				 WEXITSTATUS(status));
}

static guint reap(struct workers *workers)
{
	guint running = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (guint i = 0; i < workers->count; i++) {
			if (workers->list[i].pid != pid)
				continue;
			workers->list[i].pid = 0;
			describe(pid, status);
		}
	}
	for (guint i = 0; i < workers->count; i++)
		running += workers->list[i].pid != 0;
	return running;
}

static void signal_workers(const struct workers *workers, int number)
{
	for (guint i = 0; i < workers->count; i++) {
		if (workers->list[i].pid != 0)
			(void)kill(workers->list[i].pid, number);
	}
}

static void stop_workers(struct workers *workers)
{
	gint64 deadline = g_get_monotonic_time() + WORKER_STOP_USECS;

	signal_workers(workers, SIGTERM);
	while (reap(workers) > 0) {
		if (g_get_monotonic_time() >= deadline)
			signal_workers(workers, SIGKILL);
		warden_signals_wait(100);
	}
}

bool warden_listen_prefork(guint count)
{
	g_autofree struct worker *list = g_new0(struct worker, count);
	struct workers workers = { .list = list, .count = count };

	while (!warden_signals_stopping()) {
		if (start_missing(&workers))
			return true;
		reap(&workers);
		warden_signals_wait(1000);
	}
	stop_workers(&workers);
	return false;
}
