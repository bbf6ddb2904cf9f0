#include "warden-config.h"

#include "store-sqlite-private.h"
#include "schema.h"

#include <string.h>

/* So many new pages in the log are copied back when nobody waits; a log of so
   many is made to begin anew while the other writers stand in the queue. */
#define CHECKPOINT_PAGES 1000
#define CHECKPOINT_PAGES_FULL 16000
#define QUEUE_MSECS 100
/* Rows that one transaction takes away: about 20 ms of the writers' time. */
#define DELIVERIES_CHUNK 500
#define MESSAGES_CHUNK 50

/* --- the log ----------------------------------------------------------------- */

static void checkpoint(struct warden_store *store, int mode)
{
	int pages = 0, copied = 0;

	sqlite3_busy_timeout(store->db, 0);
	(void)sqlite3_wal_checkpoint_v2(store->db, NULL, mode, &pages,
					&copied);
	/* Copied by us or another: asking again would be in vain. If a reader
	   is in the way, the next commits will bring us here. */
	store->wal_pages = MAX(pages, 0);
	store->wal_copied = MAX(pages, 0);
}

void warden_store_idle(struct warden_store *store)
{
	g_autofree char *error = NULL;

	if (store->mode != WARDEN_STORE_WRITE ||
	    store->wal_pages - store->wal_copied < CHECKPOINT_PAGES)
		return;
	checkpoint(store, SQLITE_CHECKPOINT_PASSIVE);
	if (store->wal_pages < CHECKPOINT_PAGES_FULL)
		return;
	/* Under steady load the log is never copied to its end, and so never
	   begins anew. Behind this lock nobody adds to it, and little is left
	   to copy. Readers are not waited for. */
	if (warden_store_queue_enter(store->queue, QUEUE_MSECS, &error) <= 0)
		return;
	checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
	warden_store_queue_leave(store->queue);
}

/* --- check -------------------------------------------------------------------- */

static int each_problem(struct warden_store *store, const char *sql,
			void (*each)(const char *problem, void *context),
			void *context, char **error_r)
{
	struct statement st;
	int ret, problems = 0;

	statement_init(&st, store, sql);
	while ((ret = statement_step(&st)) > 0) {
		if (strcmp(column_text(&st, 0), "ok") == 0)
			continue;
		problems++;
		each(column_text(&st, 0), context);
	}
	statement_reset(&st);
	if (ret < 0)
		return store_fail(store, "check", error_r);
	return problems == 0 ? 1 : 0;
}

int warden_store_check(struct warden_store *store,
		       void (*each)(const char *problem, void *context),
		       void *context, char **error_r)
{
	static const char *const checks[] = {
		"PRAGMA integrity_check",
		"SELECT 'a row of ' || \"table\" || ' points to no row of ' "
		"|| parent FROM pragma_foreign_key_check",
		"SELECT 'feed ' || name || ' should have ' || indicators || "
		"' indicators, and has ' || coalesce(n, 0) FROM feeds "
		"LEFT JOIN (SELECT feed_id, count(*) AS n FROM indicators "
		"GROUP BY feed_id) ON feed_id = id "
		"WHERE active = 1 AND indicators <> coalesce(n, 0)",
		"SELECT 'journal mode is ' || journal_mode "
		"FROM pragma_journal_mode WHERE journal_mode <> 'wal'",
	};
	bool sound = TRUE;

	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		int ret = each_problem(store, checks[i], each, context,
				       error_r);

		if (ret < 0)
			return -1;
		sound = sound && ret > 0;
	}
	if (store_schema_version(store) != warden_schema_count) {
		each("the schema is not this program's", context);
		sound = FALSE;
	}
	return sound ? 1 : 0;
}

/* --- prune ------------------------------------------------------------------- */

/* What goes: ids are looked for without holding up a writer, and deleted under
   the same condition, since a mail may have been used again in between. */
struct victims {
	const char *find;	/* ?1 after this id, ?2 before, ?3 all */
	const char *remove;	/* ?1 id, ?2 before, ?3 all */
	guint chunk;
};

static const struct victims old_deliveries = {
	"SELECT id FROM deliveries WHERE id > ?1 AND time < ?2 AND "
	"(?3 OR state IN (2, 3)) ORDER BY id LIMIT ?4",
	"DELETE FROM deliveries WHERE id = ?1 AND time < ?2 AND "
	"(?3 OR state IN (2, 3))",
	DELIVERIES_CHUNK
};
static const struct victims old_messages = {
	"SELECT id FROM messages m WHERE id > ?1 AND first_seen < ?2 AND "
	"?3 = ?3 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE "
	"d.message_id = m.id) ORDER BY id LIMIT ?4",
	"DELETE FROM messages WHERE id = ?1 AND first_seen < ?2 AND ?3 = ?3 "
	"AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = ?1)",
	MESSAGES_CHUNK
};
static const struct victims unused_hosts = {
	"SELECT id FROM hosts h WHERE id > ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM urls WHERE host_id = h.id) "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM hosts WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM urls WHERE host_id = ?1)",
	DELIVERIES_CHUNK
};

static int find_victims(struct warden_store *store,
			const struct victims *victims, gint64 after,
			gint64 before, bool all, GArray *ids, char **error_r)
{
	struct statement st;
	int ret;

	g_array_set_size(ids, 0);
	statement_init(&st, store, victims->find);
	bind_int(&st, after);
	bind_int(&st, before);
	bind_int(&st, all);
	bind_int(&st, victims->chunk);
	while ((ret = statement_step(&st)) > 0) {
		gint64 id = column_int(&st, 0);

		g_array_append_val(ids, id);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "prune", error_r) : 1;
}

static int remove_victims(struct warden_store *store,
			  const struct victims *victims, const GArray *ids,
			  gint64 before, bool all, guint64 *count,
			  char **error_r)
{
	guint64 removed = 0;
	bool sound = TRUE;

	if (store_begin(store, error_r) < 0)
		return -1;
	for (guint i = 0; i < ids->len && sound; i++) {
		struct statement st;

		statement_init(&st, store, victims->remove);
		bind_int(&st, g_array_index(ids, gint64, i));
		bind_int(&st, before);
		bind_int(&st, all);
		sound = statement_run(&st) > 0;
		removed += (guint64)sqlite3_changes(store->db);
	}
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*count += removed;
	return 1;
}

static int prune_some(struct warden_store *store,
		      const struct victims *victims, gint64 before, bool all,
		      guint64 *count, char **error_r)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 after = 0;

	*count = 0;
	for (;;) {
		if (find_victims(store, victims, after, before, all, ids,
				 error_r) < 0)
			return -1;
		if (ids->len == 0)
			return 1;
		after = g_array_index(ids, gint64, ids->len - 1);
		if (remove_victims(store, victims, ids, before, all, count,
				   error_r) < 0)
			return -1;
		warden_store_idle(store);
	}
}

static int count_prunable(struct warden_store *store, gint64 before, bool all,
			  guint64 *deliveries_r, guint64 *messages_r,
			  char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT (SELECT count(*) FROM deliveries d "
		"WHERE d.time < ?1 AND (?2 OR d.state IN (2, 3))), "
		"(SELECT count(*) FROM messages m WHERE m.first_seen < ?1 AND "
		"NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = "
		"m.id AND NOT (d.time < ?1 AND (?2 OR d.state IN (2, 3)))))");
	bind_int(&st, before);
	bind_int(&st, all);
	ret = statement_step(&st);
	if (ret > 0) {
		*deliveries_r = (guint64)column_int(&st, 0);
		*messages_r = (guint64)column_int(&st, 1);
	}
	statement_reset(&st);
	return ret > 0 ? 1 : store_fail(store, "counting", error_r);
}

int warden_store_prune(struct warden_store *store, gint64 before, bool all,
		       bool dry_run, guint64 *deliveries_r,
		       guint64 *messages_r, char **error_r)
{
	guint64 hosts;

	if (dry_run)
		return count_prunable(store, before, all, deliveries_r,
				      messages_r, error_r);
	if (prune_some(store, &old_deliveries, before, all, deliveries_r,
		       error_r) < 0 ||
	    prune_some(store, &old_messages, before, all, messages_r,
		       error_r) < 0)
		return -1;
	return prune_some(store, &unused_hosts, before, all, &hosts, error_r);
}
