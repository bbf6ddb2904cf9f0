#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/protocol/epoch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Readers map the file: a new one takes its place, never the old one's bytes.
   Who writes it holds a lock beside the database while it reads there, so that
   what is renamed last was read last. */

G_STATIC_ASSERT(WARDEN_EPOCH_KEY_SIZE == STORE_HALF_KEY_SIZE);

#define FILE_MODE 0644
#define FOLDER_MODE 0755

/* --- what the database says --------------------------------------------------- */

struct state {
	guint32 rules, lists, complete_since;
};

static int read_state(struct warden_store *store, struct state *state_r,
		      char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT "
		"(SELECT value FROM meta WHERE key = 'rules_epoch'), "
		"(SELECT value FROM meta WHERE key = 'list_generation'), "
		"(SELECT value FROM meta WHERE key = 'complete_since')");
	ret = statement_step(&st);
	if (ret > 0) {
		state_r->rules = (guint32)column_int(&st, 0);
		state_r->lists = (guint32)column_int(&st, 1);
		state_r->complete_since = (guint32)column_int(&st, 2);
	}
	statement_reset(&st);
	return ret > 0 ? 1 : store_fail(store, "reading the epoch", error_r);
}

int warden_store_epoch_now(struct warden_store *store,
			   struct warden_epoch *epoch_r, char **error_r)
{
	struct state state;

	if (read_state(store, &state, error_r) < 0)
		return -1;
	epoch_r->rules = state.rules;
	epoch_r->lists = state.lists;
	return 1;
}

/* A number that changes when another connection has committed. */
static gint64 data_version(struct warden_store *store)
{
	struct statement st;
	gint64 version = -1;

	statement_init(&st, store, "PRAGMA data_version");
	if (statement_step(&st) > 0)
		version = column_int(&st, 0);
	statement_reset(&st);
	return version;
}

/* --- what the file says ---------------------------------------------------------- */

static bool read_header(const char *path, struct warden_epoch_header *header_r,
			struct stat *st_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool sound;

	if (fd < 0)
		return FALSE;
	sound = fstat(fd, st_r) == 0 && S_ISREG(st_r->st_mode) &&
		read(fd, header_r, sizeof(*header_r)) == sizeof(*header_r) &&
		memcmp(header_r->magic, WARDEN_EPOCH_MAGIC,
		       sizeof(header_r->magic)) == 0 &&
		(guint64)st_r->st_size == sizeof(*header_r) +
			header_r->count * sizeof(struct warden_epoch_entry);
	close(fd);
	return sound;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Nothing was committed, and the file is the one that was right. */
static bool is_unchanged(struct warden_store *store)
{
	struct stat st;

	return store->published_version != 0 &&
	       data_version(store) == store->published_version &&
	       lstat(store->epoch_file, &st) == 0 &&
	       same_file(&st, &store->published);
}

/* 1 the file is right, 0 not, -1. Version first: what is committed meanwhile
   is seen the next time. */
static int is_right(struct warden_store *store, char **error_r)
{
	gint64 version = data_version(store);
	struct warden_epoch_header header;
	struct state state;
	struct stat st;

	if (read_state(store, &state, error_r) < 0)
		return -1;
	if (!read_header(store->epoch_file, &header, &st) ||
	    header.rules_epoch != state.rules ||
	    header.list_generation != state.lists ||
	    header.complete_since != state.complete_since)
		return 0;
	store->published_version = version;
	store->published = st;
	return 1;
}

/* --- writing -------------------------------------------------------------------- */

/* A header and the entries, in the order of their keys. A generation that is
   not in force yet must not hide one that is. */
static bool write_entries(struct warden_store *store, FILE *file,
			  const struct state *state, guint64 *count_r)
{
	struct statement st;
	bool sound = TRUE;
	int ret = 0;

	*count_r = 0;
	statement_init(&st, store, "SELECT key, min(generation, ?1) "
		       "FROM affected WHERE generation > ?2 ORDER BY key");
	bind_int(&st, state->lists);
	bind_int(&st, state->complete_since);
	while (sound && (ret = statement_step(&st)) > 0) {
		struct warden_epoch_entry entry = {
			.generation = (guint32)column_int(&st, 1),
		};

		memcpy(entry.key, sqlite3_column_blob(st.stmt, 0),
		       sizeof(entry.key));
		sound = fwrite(&entry, sizeof(entry), 1, file) == 1;
		(*count_r)++;
	}
	statement_reset(&st);
	return sound && ret == 0;
}

static bool write_header(FILE *file, const struct state *state, guint64 count)
{
	struct warden_epoch_header header = {
		.rules_epoch = state->rules, .list_generation = state->lists,
		.complete_since = state->complete_since, .count = count,
	};

	memcpy(header.magic, WARDEN_EPOCH_MAGIC, sizeof(header.magic));
	return fwrite(&header, sizeof(header), 1, file) == 1;
}

/* In one snapshot. */
static int write_contents(struct warden_store *store, FILE *file,
			  char **error_r)
{
	struct state state;
	guint64 count = 0;
	bool sound = FALSE;
	int ret;

	if (sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, "reading the epoch", error_r);
	ret = read_state(store, &state, error_r);
	if (ret > 0)
		sound = write_header(file, &state, 0) &&
			write_entries(store, file, &state, &count);
	sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
	if (ret < 0)
		return -1;
	/* It cannot tell of so many: whatever is older asks once. */
	if (sound && count > WARDEN_EPOCH_ENTRIES_MAX) {
		count = 0;
		state.complete_since = state.lists;
		sound = fflush(file) == 0 &&
			ftruncate(fileno(file), sizeof(
				struct warden_epoch_header)) == 0;
	}
	sound = sound && fseek(file, 0, SEEK_SET) == 0 &&
		write_header(file, &state, count) && fflush(file) == 0 &&
		fchmod(fileno(file), FILE_MODE) == 0 &&
		fsync(fileno(file)) == 0;
	if (!sound)
		*error_r = g_strdup_printf("%s: write: %s", store->epoch_file,
					   g_strerror(errno));
	return sound ? 1 : -1;
}

/* The folder, made if it is missing, for whoever owns the one above. */
static int open_folder(const char *path, char **error_r)
{
	g_autofree char *above = g_path_get_dirname(path);
	bool made = mkdir(path, FOLDER_MODE) == 0;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		*error_r = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return -1;
	}
	/* Whatever the umask was. */
	if (made && (fchmod(fd, FOLDER_MODE) < 0 ||
		     (geteuid() == 0 && stat(above, &st) == 0 &&
		      fchown(fd, st.st_uid, st.st_gid) < 0)))
		g_debug("%s: %s", path, g_strerror(errno));
	return fd;
}

/* The lock is held: no other writer's temporary file is there but one that was
   left behind. */
static int replace_file(struct warden_store *store, int folder,
			const char *name, char **error_r)
{
	g_autofree char *temporary = g_strconcat(name, ".new", NULL);
	FILE *file = NULL;
	int fd, ret = -1;

	unlinkat(folder, temporary, 0);
	fd = openat(folder, temporary, O_RDWR | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (file == NULL) {
		*error_r = g_strdup_printf("%s.new: %s", store->epoch_file,
					   g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	ret = write_contents(store, file, error_r);
	fclose(file);
	if (ret > 0 && renameat(folder, temporary, folder, name) < 0) {
		*error_r = g_strdup_printf("%s: rename: %s", store->epoch_file,
					   g_strerror(errno));
		ret = -1;
	}
	if (ret < 0)
		unlinkat(folder, temporary, 0);
	return ret;
}

static int write_file(struct warden_store *store, char **error_r)
{
	g_autofree char *folder_path = g_path_get_dirname(store->epoch_file);
	g_autofree char *name = g_path_get_basename(store->epoch_file);
	int folder = open_folder(folder_path, error_r), ret;

	if (folder < 0)
		return -1;
	ret = replace_file(store, folder, name, error_r);
	/* So that it is still there after a power failure: an older file would
	   call fresh what is not. */
	if (ret > 0)
		(void)fsync(folder);
	close(folder);
	return ret;
}

int warden_store_publish(struct warden_store *store, guint wait_msecs,
			 char **error_r)
{
	struct warden_store_queue *lock;
	int ret;

	if (store->epoch_file == NULL || store->mode != WARDEN_STORE_WRITE ||
	    is_unchanged(store))
		return 0;
	ret = is_right(store, error_r);
	if (ret != 0)
		return ret > 0 ? 0 : -1;
	g_autofree char *path = g_strconcat(store->path, "-epoch", NULL);
	if (warden_store_queue_open(path, 0660, &lock, error_r) < 0)
		return -1;
	store_adopt_files(store);
	ret = warden_store_queue_enter(lock, wait_msecs, error_r);
	if (ret > 0) {
		/* Another may have written it while we waited. */
		ret = is_right(store, error_r);
		if (ret == 0)
			ret = write_file(store, error_r);
		else if (ret > 0)
			ret = 0;
		warden_store_queue_leave(lock);
	}
	warden_store_queue_close(&lock);
	return ret;
}
