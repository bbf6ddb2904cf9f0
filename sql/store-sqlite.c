#include "warden-config.h"

#include "store-sqlite-private.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT_MSECS_DEFAULT 2000
/* Seen by the kernel's page cache; this is for the upper levels of indexes. */
#define CACHE_KIB "8000"
/* What the log is cut down to when it starts anew. */
#define WAL_BYTES_KEPT "16777216"

/* --- files -------------------------------------------------------------- */

/* Files of ours that root made belong to the directory's owner and group, or
   else an administrator's command would lock the service out. That owner may have put
   something else there in the meantime: nothing is given away but a plain
   file of root's with no other name. */
static void adopt_file(const char *path, const struct stat *dir)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	    st.st_nlink == 1 &&
	    (st.st_uid != dir->st_uid || st.st_gid != dir->st_gid) &&
	    fchownat(fd, "", dir->st_uid, dir->st_gid, AT_EMPTY_PATH) < 0)
		g_debug("%s: %s", path, g_strerror(errno));
	close(fd);
}

void store_adopt_files(struct warden_store *store)
{
	static const char *const suffixes[] = {
		"", "-wal", "-shm", "-queue", "-import", "-epoch",
	};
	g_autofree char *dir_path = g_path_get_dirname(store->path);
	struct stat dir;

	if (geteuid() != 0 || stat(dir_path, &dir) < 0 ||
	    (dir.st_uid == 0 && dir.st_gid == 0))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(store->path, suffixes[i],
						    NULL);

		adopt_file(path, &dir);
	}
}

/* SQLite gives -wal and -shm the owner and mode of the database: so that has
   to be right before anybody opens it. */
static int make_file(struct warden_store *store, char **error_r)
{
	int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
		      O_CLOEXEC, 0660);

	if (fd < 0 && errno != EEXIST) {
		*error_r = g_strdup_printf("%s: %s", store->path,
					   g_strerror(errno));
		return -1;
	}
	if (fd >= 0) {
		close(fd);
		store_adopt_files(store);
	}
	return 1;
}

static int execute(struct warden_store *store, const char *sql,
		   char **error_r)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 1;
	return store_fail(store, sql, error_r);
}

/* --- schema --------------------------------------------------------------- */

gint64 store_schema_version(struct warden_store *store)
{
	struct statement st;
	gint64 version = -1;

	statement_init(&st, store, "PRAGMA user_version");
	if (statement_step(&st) > 0)
		version = column_int(&st, 0);
	statement_reset(&st);
	return version;
}

static int check_version(struct warden_store *store, gint64 version,
			 char **error_r)
{
	if (version < 0)
		return store_fail(store, "reading the schema version",
				  error_r);
	if (version == 0 && store->mode == WARDEN_STORE_READ) {
		*error_r = g_strdup_printf("%s: is not a verdict database yet",
					   store->path);
		return -1;
	}
	if (version < (gint64)warden_schema_count &&
	    store->mode == WARDEN_STORE_READ) {
		*error_r = g_strdup_printf(
			"%s: schema version %" G_GINT64_FORMAT " is older than "
			"this program's %u: the service brings it up to date "
			"when it starts", store->path, version,
			warden_schema_count);
		return -1;
	}
	if (version <= (gint64)warden_schema_count)
		return 1;
	*error_r = g_strdup_printf(
		"%s: schema version %" G_GINT64_FORMAT " is newer than this "
		"program's %u", store->path, version, warden_schema_count);
	return -1;
}

/* Several processes may start at once: the version is read again inside. */
static int migrate(struct warden_store *store, char **error_r)
{
	gint64 version;
	bool sound = TRUE;

	if (store_begin(store, error_r) < 0)
		return -1;
	version = store_schema_version(store);
	for (; sound && version >= 0 && version < warden_schema_count;
	     version++) {
		g_autofree char *mark = g_strdup_printf(
			"PRAGMA user_version = %d", (int)version + 1);

		sound = sqlite3_exec(store->db, warden_schema[version], NULL,
				     NULL, NULL) == SQLITE_OK &&
			sqlite3_exec(store->db, mark, NULL, NULL,
				     NULL) == SQLITE_OK;
	}
	return store_end(store, sound && version >= 0, error_r);
}

static void finalize(void *statement)
{
	sqlite3_finalize(statement);
}

/* --- open and close ------------------------------------------------------- */

static int note_log(void *context, sqlite3 *db, const char *name, int pages)
{
	struct warden_store *store = context;

	/* It began anew, from the first page. */
	if (pages < store->wal_pages)
		store->wal_copied = 0;
	store->wal_pages = pages;
	return SQLITE_OK;
}

static int open_database(struct warden_store *store, char **error_r)
{
	int flags = store->mode == WARDEN_STORE_WRITE ?
		SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;

	if (store->mode == WARDEN_STORE_WRITE && make_file(store, error_r) < 0)
		return -1;
	if (sqlite3_open_v2(store->path, &store->db,
			    flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return store_fail(store, "open", error_r);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, (int)store->commit_msecs);
	/* Nobody's SQL but ours, and no function that reads files. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (store_add_functions(store, error_r) < 0)
		return -1;
	return execute(store, "PRAGMA foreign_keys = ON;"
		       "PRAGMA cache_size = -" CACHE_KIB, error_r);
}

static int enter_queue(struct warden_store *store, char **error_r)
{
	g_autofree char *path = g_strconcat(store->path, "-queue", NULL);
	int ret;

	if (warden_store_queue_open(path, 0660, &store->queue, error_r) < 0)
		return -1;
	ret = warden_store_queue_enter(store->queue, store->commit_msecs,
				       error_r);
	if (ret == 0)
		*error_r = g_strdup_printf("%s: other writers hold it",
					   store->path);
	return ret > 0 ? 1 : -1;
}

static int open_for_writing(struct warden_store *store, char **error_r)
{
	gint64 version;
	int ret;

	if (enter_queue(store, error_r) < 0)
		return -1;
	/* Becoming a WAL database takes SQLite's exclusive lock. */
	ret = execute(store, "PRAGMA journal_mode = WAL;"
		      "PRAGMA synchronous = NORMAL;"
		      "PRAGMA wal_autocheckpoint = 0;"
		      "PRAGMA journal_size_limit = " WAL_BYTES_KEPT, error_r);
	warden_store_queue_leave(store->queue);
	if (ret < 0)
		return -1;
	/* This takes the place of SQLite's own, which checkpoints. */
	sqlite3_wal_hook(store->db, note_log, store);
	version = store_schema_version(store);
	if (check_version(store, version, error_r) < 0)
		return -1;
	return version < warden_schema_count ? migrate(store, error_r) : 1;
}

int warden_store_open(const char *path,
		      const struct warden_store_settings *settings,
		      struct warden_store **store_r, char **error_r)
{
	struct warden_store *store = g_new0(struct warden_store, 1);
	mode_t old_mask;
	int ret;

	store->path = g_strdup(path);
	store->epoch_file = g_strdup(settings->epoch_file);
	store->mode = settings->mode;
	store->commit_msecs = settings->commit_msecs == 0 ?
		COMMIT_MSECS_DEFAULT : settings->commit_msecs;
	store->statements = g_hash_table_new_full(g_direct_hash,
						  g_direct_equal, NULL,
						  finalize);
	/* Subjects and addresses: for the service and its group only. */
	old_mask = umask(0007);
	ret = open_database(store, error_r);
	if (ret > 0 && store->mode == WARDEN_STORE_WRITE)
		ret = open_for_writing(store, error_r);
	else if (ret > 0)
		ret = check_version(store, store_schema_version(store),
				    error_r);
	umask(old_mask);
	store_adopt_files(store);
	if (ret < 0)
		warden_store_close(&store);
	else
		*store_r = store;
	return ret;
}

void warden_store_close(struct warden_store **_store)
{
	struct warden_store *store = *_store;

	if (store == NULL)
		return;
	*_store = NULL;
	g_hash_table_unref(store->statements);
	sqlite3_close(store->db);
	warden_store_queue_close(&store->queue);
	g_free(store->failure);
	g_free(store->path);
	g_free(store->epoch_file);
	g_free(store);
}

void warden_store_fds(struct warden_store *store,
		      void (*each)(int fd, void *context), void *context)
{
	/* SQLite does not tell its own; the reader closes everything that it
	   was not given (close_range), these are for callers that fork
	   otherwise. */
	if (store->queue != NULL)
		each(warden_store_queue_fd(store->queue), context);
}

/* --- epochs --------------------------------------------------------------- */

gint64 store_meta(struct warden_store *store, const char *key)
{
	struct statement st;
	gint64 value = -1;

	statement_init(&st, store, "SELECT value FROM meta WHERE key = ?");
	bind_text(&st, key);
	if (statement_step(&st) > 0)
		value = column_int(&st, 0);
	statement_reset(&st);
	return value;
}

static int read_epoch(struct warden_store *store, guint64 *fingerprint_r,
		      struct warden_epoch *epoch_r, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT "
		"(SELECT value FROM meta WHERE key = 'rules_epoch'), "
		"(SELECT value FROM meta WHERE key = 'rules_fingerprint'), "
		"(SELECT value FROM meta WHERE key = 'list_generation')");
	ret = statement_step(&st);
	if (ret > 0) {
		epoch_r->rules = (guint32)column_int(&st, 0);
		*fingerprint_r = (guint64)column_int(&st, 1);
		epoch_r->lists = (guint32)column_int(&st, 2);
	}
	statement_reset(&st);
	return ret > 0 ? 1 : store_fail(store, "reading the epoch", error_r);
}

static int advance_rules(struct warden_store *store, guint64 fingerprint,
			 char **error_r)
{
	struct statement st;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	/* Another process may have been here while we waited our turn. */
	sound = TRUE;
	if ((guint64)store_meta(store, "rules_fingerprint") != fingerprint) {
		statement_init(&st, store, "UPDATE meta SET value = value + 1 "
			       "WHERE key = 'rules_epoch'");
		sound = statement_run(&st) > 0;
		statement_init(&st, store, "UPDATE meta SET value = ? "
			       "WHERE key = 'rules_fingerprint'");
		bind_int(&st, (gint64)fingerprint);
		sound = statement_run(&st) > 0 && sound;
	}
	return store_end(store, sound, error_r);
}

int warden_store_epoch_of(struct warden_store *store, guint64 fingerprint,
			  struct warden_epoch *epoch_r, char **error_r)
{
	guint64 stored;

	if (read_epoch(store, &stored, epoch_r, error_r) < 0)
		return -1;
	return stored == fingerprint ? 1 : 0;
}

int warden_store_epoch(struct warden_store *store, guint64 fingerprint,
		       struct warden_epoch *epoch_r, char **error_r)
{
	guint64 stored;

	if (read_epoch(store, &stored, epoch_r, error_r) < 0)
		return -1;
	if (stored == fingerprint || store->mode != WARDEN_STORE_WRITE)
		return 1;
	if (advance_rules(store, fingerprint, error_r) < 0)
		return -1;
	/* Our own commits are not seen there. */
	store->published_version = 0;
	return read_epoch(store, &stored, epoch_r, error_r);
}
