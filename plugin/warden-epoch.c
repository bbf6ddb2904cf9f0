/* The epoch file of this process. One is mapped at a time: all users of a
   process name the same file but in strange configurations, and those pay
   with a new mapping when the user changes. */

#include "lib.h"
#include "mmap-util.h"

#include "scanner/protocol/epoch.h"
#include "warden-client.h"
#include "warden-epoch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	char *path;
	void *data;
	size_t size;
	dev_t dev;
	ino_t ino;
	uint64_t looked;	/* warden_client_now() */
	/* said once, until it is well again */
	bool complained;
} map;

static void map_close(void)
{
	if (map.data != NULL && munmap(map.data, map.size) < 0)
		i_error("munmap(%s) failed: %m", map.path);
	map.data = NULL;
}

static void map_complain(struct event *event, const char *error)
{
	map_close();
	if (!map.complained) {
		map.complained = TRUE;
		e_warning(event, "warden: %s: %s: the scanner is asked about "
			  "every mail that is fetched (warden_epoch_file)",
			  map.path, error);
	}
}

static void map_fd(struct event *event, int fd, const struct stat *st)
{
	const char *error;
	void *data;

	/* it is not empty, or mmap() would fail */
	if (st->st_size < 1 || (uintmax_t)st->st_size > SSIZE_T_MAX) {
		map_complain(event, "is empty");
		return;
	}
	data = mmap(NULL, st->st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED) {
		map_complain(event, t_strdup_printf("mmap() failed: %m"));
		return;
	}
	map_close();
	map.data = data;
	map.size = st->st_size;
	map.dev = st->st_dev;
	map.ino = st->st_ino;
	if (!warden_epoch_check(map.data, map.size, &error))
		map_complain(event, error);
	else
		map.complained = FALSE;
}

/* A new file takes the old one's place by rename: it is another inode. The
   old inode cannot come back for the new one as long as we have it mapped. */
static void map_refresh(struct event *event)
{
	struct stat st;
	int fd;

	if (stat(map.path, &st) < 0) {
		map_complain(event, t_strdup_printf("stat() failed: %m"));
		return;
	}
	if (map.data != NULL && st.st_dev == map.dev && st.st_ino == map.ino)
		return;
	fd = open(map.path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) < 0) {
		map_complain(event, t_strdup_printf("open() failed: %m"));
	} else {
		map_fd(event, fd, &st);
	}
	i_close_fd(&fd);
}

static void map_look(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	uint64_t now = warden_client_now();

	if (map.path == NULL ||
	    strcmp(map.path, wuser->set->warden_epoch_file) != 0) {
		map_close();
		i_free(map.path);
		map.path = i_strdup(wuser->set->warden_epoch_file);
		map.complained = FALSE;
	} else if (now - map.looked < WARDEN_EPOCH_RECHECK_MSECS) {
		return;
	}
	map.looked = now;
	map_refresh(user->event);
}

bool warden_epoch_is_current(struct mail_user *user,
			     const struct warden_record *record)
{
	if (record->verdict == WARDEN_VERDICT_UNKNOWN ||
	    record->verdict == WARDEN_VERDICT_PENDING ||
	    !warden_record_has_key(record))
		return FALSE;
	map_look(user);
	if (map.data == NULL)
		return FALSE;
	/* What is not in the database is not found by a change of lists. */
	if ((record->flags & WARDEN_RECORD_UNRECORDED) != 0 &&
	    !warden_epoch_is_last(map.data, record->list_generation))
		return FALSE;
	return warden_epoch_is_fresh(map.data, record->rules_epoch,
				     record->list_generation, record->key);
}

void warden_epoch_deinit(void)
{
	map_close();
	i_free(map.path);
}
