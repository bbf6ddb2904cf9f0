#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* Later steps of the same transaction would overwrite the reason. */
static void keep_failure(struct warden_store *store)
{
	if (store->failure == NULL && store->db != NULL)
		store->failure = g_strdup(sqlite3_errmsg(store->db));
}

char *store_error(struct warden_store *store, const char *what)
{
	char *error;

	keep_failure(store);
	error = g_strdup_printf("%s: %s: %s", store->path, what,
				store->failure == NULL ? "not open" :
				store->failure);
	g_clear_pointer(&store->failure, g_free);
	return error;
}

int store_fail(struct warden_store *store, const char *what, char **error_r)
{
	*error_r = store_error(store, what);
	return -1;
}

gint64 store_now(void)
{
	return g_get_real_time();
}

void statement_init(struct statement *st, struct warden_store *store,
		    const char *text)
{
	memset(st, 0, sizeof(*st));
	st->store = store;
	st->next = 1;
	st->stmt = g_hash_table_lookup(store->statements, text);
	if (st->stmt == NULL &&
	    sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT,
			       &st->stmt, NULL) == SQLITE_OK)
		g_hash_table_insert(store->statements, (char *)text,
				    st->stmt);
	st->sound = st->stmt != NULL;
	if (!st->sound)
		keep_failure(store);
}

static void bound(struct statement *st, int code)
{
	st->next++;
	if (code == SQLITE_OK)
		return;
	keep_failure(st->store);
	st->sound = FALSE;
}

void bind_int(struct statement *st, gint64 value)
{
	if (st->sound)
		bound(st, sqlite3_bind_int64(st->stmt, st->next, value));
}

void bind_real(struct statement *st, double value)
{
	if (st->sound)
		bound(st, sqlite3_bind_double(st->stmt, st->next, value));
}

/* Every caller's strings outlive the step: TRANSIENT would copy them. */
void bind_text(struct statement *st, const char *value)
{
	if (st->sound)
		bound(st, sqlite3_bind_text(st->stmt, st->next,
					    value == NULL ? "" : value, -1,
					    SQLITE_STATIC));
}

void bind_blob(struct statement *st, const void *data, gsize size)
{
	if (st->sound)
		bound(st, sqlite3_bind_blob64(st->stmt, st->next, data, size,
					      SQLITE_STATIC));
}

void bind_null(struct statement *st)
{
	if (st->sound)
		bound(st, sqlite3_bind_null(st->stmt, st->next));
}

int statement_step(struct statement *st)
{
	if (!st->sound)
		return -1;
	switch (sqlite3_step(st->stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		keep_failure(st->store);
		st->sound = FALSE;
		return -1;
	}
}

void statement_reset(struct statement *st)
{
	if (st->stmt == NULL)
		return;
	sqlite3_reset(st->stmt);
	sqlite3_clear_bindings(st->stmt);
}

int statement_run(struct statement *st)
{
	int ret;

	while ((ret = statement_step(st)) > 0)
		;
	statement_reset(st);
	return ret < 0 ? -1 : 1;
}

const char *column_text(struct statement *st, int column)
{
	const char *text =
		(const char *)sqlite3_column_text(st->stmt, column);

	return text == NULL ? "" : text;
}

gint64 column_int(struct statement *st, int column)
{
	return sqlite3_column_int64(st->stmt, column);
}

static int plain(struct warden_store *store, const char *text)
{
	struct statement st;

	statement_init(&st, store, text);
	return statement_run(&st);
}

int store_begin(struct warden_store *store, char **error_r)
{
	gint64 left;
	int ret;

	if (store->mode != WARDEN_STORE_WRITE) {
		*error_r = g_strdup_printf("%s: opened for reading only",
					   store->path);
		return -1;
	}
	g_clear_pointer(&store->failure, g_free);
	store->budget_ends = g_get_monotonic_time() +
		store->commit_msecs * (gint64)1000;
	ret = warden_store_queue_enter(store->queue, store->commit_msecs,
				       error_r);
	if (ret == 0) {
		*error_r = g_strdup_printf("%s: not our turn to write within "
					   "%u ms", store->path,
					   store->commit_msecs);
	}
	if (ret <= 0)
		return -1;
	/* Against writers that know no queue (an administrator's shell). */
	left = (store->budget_ends - g_get_monotonic_time()) / 1000;
	sqlite3_busy_timeout(store->db, (int)MAX(left, 1));
	if (plain(store, "BEGIN IMMEDIATE") > 0)
		return 1;
	*error_r = store_error(store, "begin");
	warden_store_queue_leave(store->queue);
	return -1;
}

int store_end(struct warden_store *store, bool sound, char **error_r)
{
	int ret = -1;

	if (sound && plain(store, "COMMIT") > 0)
		ret = 1;
	else
		*error_r = store_error(store, sound ? "commit" : "write");
	if (ret < 0 && !sqlite3_get_autocommit(store->db))
		plain(store, "ROLLBACK");
	warden_store_queue_leave(store->queue);
	return ret;
}
