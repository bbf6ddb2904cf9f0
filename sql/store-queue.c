#include "warden-config.h"

#include "store-queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BYTE_DOOR 0
#define BYTE_TURN 1
/* The timer's signal repeats: the first may arrive before we sleep. */
#define WAKE_AGAIN_NSECS (20 * 1000 * 1000)

struct warden_store_queue {
	int fd;
	char *path;
};

/* With that mode, whatever the umask: the group's writers queue here, too. */
static int open_or_make(const char *path, int mode)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags | O_CREAT | O_EXCL, mode);

	if (fd < 0 && errno == EEXIST)
		return open(path, flags);
	if (fd >= 0)
		(void)fchmod(fd, (mode_t)mode);
	return fd;
}

int warden_store_queue_open(const char *path, int mode,
			    struct warden_store_queue **queue_r,
			    char **error_r)
{
	int fd = open_or_make(path, mode);

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

/* --- one lock ------------------------------------------------------------- */

static int set_lock(int fd, int command, int type, gint64 byte)
{
	struct flock lock = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = byte,
		.l_len = 1,
	};

	return fcntl(fd, command, &lock);
}

static void wake_up(int signal_number)
{
	(void)signal_number;
}

/* For this thread: another one's interrupted call would not help. */
static int start_timer(guint msecs, timer_t *timer_r)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM,
		._sigev_un._tid = gettid(),
	};
	const struct itimerspec when = {
		.it_value = { msecs / 1000, msecs % 1000 * 1000000L },
		.it_interval = { 0, WAKE_AGAIN_NSECS },
	};

	if (timer_create(CLOCK_MONOTONIC, &event, timer_r) < 0)
		return -1;
	if (timer_settime(*timer_r, 0, &when, NULL) == 0)
		return 0;
	timer_delete(*timer_r);
	return -1;
}

/* fcntl() knows no timeout, so a timer's signal ends the wait. Disposition and
   mask of the signal are put back. */
static int wait_for_lock(int fd, gint64 byte, guint msecs)
{
	gint64 deadline = g_get_monotonic_time() + msecs * (gint64)1000;
	struct sigaction wake = { .sa_handler = wake_up }, old_action;
	sigset_t alarm_set, old_mask;
	timer_t timer;
	int ret, code;

	sigemptyset(&wake.sa_mask);
	sigaction(SIGALRM, &wake, &old_action);
	sigemptyset(&alarm_set);
	sigaddset(&alarm_set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &alarm_set, &old_mask);
	ret = start_timer(msecs, &timer);
	code = errno;
	if (ret == 0) {
		do {
			ret = set_lock(fd, F_OFD_SETLKW, F_WRLCK, byte);
			code = errno;
		} while (ret < 0 && code == EINTR &&
			 g_get_monotonic_time() < deadline);
		timer_delete(timer);
	}
	pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
	sigaction(SIGALRM, &old_action, NULL);
	errno = code;
	return ret;
}

static bool is_busy(int code)
{
	return code == EINTR || code == EAGAIN || code == EACCES;
}

int warden_store_lock(int fd, gint64 byte, guint msecs)
{
	int ret = set_lock(fd, F_OFD_SETLK, F_WRLCK, byte);

	if (ret < 0 && is_busy(errno) && msecs > 0)
		ret = wait_for_lock(fd, byte, msecs);
	if (ret == 0)
		return 1;
	return is_busy(errno) ? 0 : -1;
}

void warden_store_unlock(int fd, gint64 byte)
{
	(void)set_lock(fd, F_OFD_SETLK, F_UNLCK, byte);
}

/* --- the queue ------------------------------------------------------------- */

int warden_store_queue_enter(struct warden_store_queue *queue, guint msecs,
			     char **error_r)
{
	gint64 deadline = g_get_monotonic_time() + msecs * (gint64)1000;
	int ret = warden_store_lock(queue->fd, BYTE_DOOR, msecs);

	if (ret > 0) {
		gint64 left = msecs == 0 ? 0 :
			(deadline - g_get_monotonic_time()) / 1000;
		int code;

		ret = warden_store_lock(queue->fd, BYTE_TURN,
					(guint)MAX(left, 0));
		code = errno;
		warden_store_unlock(queue->fd, BYTE_DOOR);
		errno = code;
	}
	if (ret < 0) {
		*error_r = g_strdup_printf("%s: cannot lock: %s", queue->path,
					   g_strerror(errno));
	}
	return ret;
}

void warden_store_queue_leave(struct warden_store_queue *queue)
{
	warden_store_unlock(queue->fd, BYTE_TURN);
}
