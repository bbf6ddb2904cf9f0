#include "warden-config.h"

#include "store-queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

struct warden_store_queue {
	int fd;
	char *path;
};

int warden_store_queue_open(const char *path, int mode,
			    struct warden_store_queue **queue_r,
			    char **error_r)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0) {
		*error_r = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return -1;
	}
	*queue_r = g_new0(struct warden_store_queue, 1);
	(*queue_r)->fd = fd;
	(*queue_r)->path = g_strdup(path);
	return 1;
}

void warden_store_queue_close(struct warden_store_queue **queue)
{
	if (*queue == NULL)
		return;
	close((*queue)->fd);
	g_free((*queue)->path);
	g_clear_pointer(queue, g_free);
}

int warden_store_queue_fd(const struct warden_store_queue *queue)
{
	return queue->fd;
}

static int set_lock(struct warden_store_queue *queue, int command, int type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(queue->fd, command, &lock);
}

static void wake_up(int signal_number)
{
	(void)signal_number;
}

/* fcntl() knows no timeout, so a timer's signal ends the wait. It repeats: the
   first may arrive before we sleep. Disposition and timer are put back. */
static int wait_turn(struct warden_store_queue *queue, guint msecs)
{
	gint64 deadline = g_get_monotonic_time() + msecs * (gint64)1000;
	struct sigaction wake = { .sa_handler = wake_up }, old_action;
	struct itimerval timer = {
		.it_value = { msecs / 1000, msecs % 1000 * 1000 },
		.it_interval = { 0, 20 * 1000 },
	}, old_timer;
	int ret, code;

	sigemptyset(&wake.sa_mask);
	sigaction(SIGALRM, &wake, &old_action);
	setitimer(ITIMER_REAL, &timer, &old_timer);
	do {
		ret = set_lock(queue, F_OFD_SETLKW, F_WRLCK);
		code = errno;
	} while (ret < 0 && code == EINTR &&
		 g_get_monotonic_time() < deadline);
	setitimer(ITIMER_REAL, &old_timer, NULL);
	sigaction(SIGALRM, &old_action, NULL);
	errno = code;
	return ret;
}

int warden_store_queue_enter(struct warden_store_queue *queue, guint msecs,
			     char **error_r)
{
	int ret = set_lock(queue, F_OFD_SETLK, F_WRLCK);

	if (ret == 0)
		return 1;
	if ((errno == EAGAIN || errno == EACCES) && msecs > 0)
		ret = wait_turn(queue, msecs);
	if (ret == 0)
		return 1;
	if (errno == EINTR || errno == EAGAIN || errno == EACCES)
		return 0;
	*error_r = g_strdup_printf("%s: cannot lock: %s", queue->path,
				   g_strerror(errno));
	return -1;
}

void warden_store_queue_leave(struct warden_store_queue *queue)
{
	(void)set_lock(queue, F_OFD_SETLK, F_UNLCK);
}
