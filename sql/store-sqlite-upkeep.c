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
/* Subjects that are indexed in one transaction, and how many such when nobody
   waits. */
#define SUBJECTS_CHUNK 500
#define SUBJECTS_ROUNDS 2

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

/* --- subjects ------------------------------------------------------------------ */

static bool index_subjects(struct warden_store *store)
{
	struct statement st;
	bool sound;

	statement_init(&st, store, "INSERT INTO subjects (rowid, subject) "
		"SELECT id, subject FROM messages WHERE id > (SELECT value "
		"FROM meta WHERE key = 'subjects_upto') ORDER BY id LIMIT ?");
	bind_int(&st, SUBJECTS_CHUNK);
	sound = statement_run(&st) > 0;
	statement_init(&st, store, "UPDATE meta SET value = coalesce((SELECT "
		"max(id) FROM (SELECT id FROM messages WHERE id > value "
		"ORDER BY id LIMIT ?)), value) WHERE key = 'subjects_upto'");
	bind_int(&st, SUBJECTS_CHUNK);
	return statement_run(&st) > 0 && sound;
}

/* What is not indexed yet is walked by a hunt: a few thousand do no harm. */
static void catch_up_subjects(struct warden_store *store)
{
	for (int i = 0; i < SUBJECTS_ROUNDS; i++) {
		g_autofree char *error = NULL;
		struct statement st;
		gint64 waiting = 0;

		statement_init(&st, store, "SELECT (SELECT max(id) FROM "
			"messages) - (SELECT value FROM meta WHERE key = "
			"'subjects_upto')");
		if (statement_step(&st) > 0)
			waiting = column_int(&st, 0);
		statement_reset(&st);
		if (waiting < SUBJECTS_CHUNK ||
		    store_begin(store, &error) < 0 ||
		    store_end(store, index_subjects(store), &error) < 0)
			return;
	}
}

static void drop_old_tokens(struct warden_store *store)
{
	g_autofree char *error = NULL;

	if (store_begin(store, &error) > 0)
		(void)store_end(store, store_prune_tokens(store), &error);
}

/* --- when nobody waits ------------------------------------------------------- */

void warden_store_idle(struct warden_store *store)
{
	g_autofree char *error = NULL;

	if (store->mode != WARDEN_STORE_WRITE ||
	    store->wal_pages - store->wal_copied < CHECKPOINT_PAGES)
		return;
	catch_up_subjects(store);
	drop_old_tokens(store);
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
	const char *first;	/* as remove, and before it; NULL = nothing */
};

static const struct victims old_deliveries = {
	"SELECT id FROM deliveries WHERE id > ?1 AND time < ?2 AND "
	"(?3 OR state IN (2, 3)) ORDER BY id LIMIT ?4",
	"DELETE FROM deliveries WHERE id = ?1 AND time < ?2 AND "
	"(?3 OR state IN (2, 3))",
	DELIVERIES_CHUNK, NULL
};
static const struct victims old_messages = {
	"SELECT id FROM messages m WHERE id > ?1 AND first_seen < ?2 AND "
	"?3 = ?3 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE "
	"d.message_id = m.id) ORDER BY id LIMIT ?4",
	"DELETE FROM messages WHERE id = ?1 AND first_seen < ?2 AND ?3 = ?3 "
	"AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = ?1)",
	MESSAGES_CHUNK,
	"INSERT INTO subjects (subjects, rowid, subject) SELECT 'delete', id, "
	"subject FROM messages WHERE id = ?1 AND first_seen < ?2 AND ?3 = ?3 "
	"AND id <= (SELECT value FROM meta WHERE key = 'subjects_upto') "
	"AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = ?1)"
};
static const struct victims unused_hosts = {
	"SELECT id FROM hosts h WHERE id > ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM urls WHERE host_id = h.id) "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM hosts WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM urls WHERE host_id = ?1)",
	DELIVERIES_CHUNK, NULL
};

static const struct victims unused_addresses = {
	"SELECT id FROM addresses a WHERE id > ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM senders WHERE address_id = a.id) AND "
	"NOT EXISTS (SELECT 1 FROM contacts WHERE address_id = a.id) AND "
	"NOT EXISTS (SELECT 1 FROM written WHERE address_id = a.id) "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM addresses WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3 AND "
	"NOT EXISTS (SELECT 1 FROM senders WHERE address_id = ?1) AND "
	"NOT EXISTS (SELECT 1 FROM contacts WHERE address_id = ?1) AND "
	"NOT EXISTS (SELECT 1 FROM written WHERE address_id = ?1)",
	DELIVERIES_CHUNK, NULL
};
static const struct victims old_contacts = {
	"SELECT id FROM contacts WHERE id > ?1 AND last < ?2 AND ?3 = ?3 "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM contacts WHERE id = ?1 AND last < ?2 AND ?3 = ?3",
	DELIVERIES_CHUNK, NULL
};
static const struct victims old_written = {
	"SELECT id FROM written WHERE id > ?1 AND last < ?2 AND ?3 = ?3 "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM written WHERE id = ?1 AND last < ?2 AND ?3 = ?3",
	DELIVERIES_CHUNK, NULL
};
static const struct victims old_audit = {
	"SELECT id FROM audit WHERE id > ?1 AND time < ?2 AND ?3 = ?3 "
	"ORDER BY id LIMIT ?4",
	"DELETE FROM audit WHERE id = ?1 AND time < ?2 AND ?3 = ?3",
	DELIVERIES_CHUNK, NULL
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

static bool run_victim(struct warden_store *store, const char *text, gint64 id,
		       gint64 before, bool all)
{
	struct statement st;

	statement_init(&st, store, text);
	bind_int(&st, id);
	bind_int(&st, before);
	bind_int(&st, all);
	return statement_run(&st) > 0;
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
		gint64 id = g_array_index(ids, gint64, i);

		if (victims->first != NULL)
			sound = run_victim(store, victims->first, id, before,
					   all);
		sound = sound && run_victim(store, victims->remove, id,
					    before, all);
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
	static const struct victims *const rest[] = {
		&old_contacts, &old_written, &unused_hosts, &unused_addresses,
		&old_audit,
	};
	guint64 ignored;

	if (dry_run)
		return count_prunable(store, before, all, deliveries_r,
				      messages_r, error_r);
	if (prune_some(store, &old_deliveries, before, all, deliveries_r,
		       error_r) < 0 ||
	    prune_some(store, &old_messages, before, all, messages_r,
		       error_r) < 0)
		return -1;
	for (gsize i = 0; i < G_N_ELEMENTS(rest); i++) {
		if (prune_some(store, rest[i], before, all, &ignored,
			       error_r) < 0)
			return -1;
	}
	return 1;
}
