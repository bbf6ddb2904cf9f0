#include "warden-config.h"

#include "store-sqlite-affected.h"

#include <string.h>

#define HOST_LABELS_MAX 12
/* So many rows at a time while others wait their turn to write. */
#define CHUNK_ROWS 5000
#define IMPORT_WAIT_MSECS 60000
/* Another process that writes the epoch file. */
#define PUBLISH_WAIT_MSECS 5000

/* --- look-ups ------------------------------------------------------------- */

static void copy_column(struct statement *st, int column, char *to, gsize size)
{
	const char *text = column_text(st, column);
	const char *end = text + MIN(strlen(text), size - 1);

	/* Not through the middle of a character. */
	while (end > text && ((guchar)*end & 0xc0) == 0x80)
		end--;
	memcpy(to, text, end - text);
	to[end - text] = '\0';
}

/* Allow-lists sort first. */
static int lookup_value(struct warden_store *store,
			enum warden_known_kind kind, const char *value,
			struct warden_known_hit *hit)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT f.allow, f.name, i.value, i.threat "
		"FROM indicators i JOIN feeds f ON f.id = i.feed_id "
		"AND f.active = 1 AND f.scope = '' "
		"WHERE i.kind = ? AND i.value = ? "
		"ORDER BY f.allow DESC, f.name LIMIT 1");
	bind_int(&st, kind);
	bind_text(&st, value);
	ret = statement_step(&st);
	if (ret > 0) {
		hit->allow = column_int(&st, 0) != 0;
		copy_column(&st, 1, hit->feed, sizeof(hit->feed));
		copy_column(&st, 2, hit->value, sizeof(hit->value));
		copy_column(&st, 3, hit->threat, sizeof(hit->threat));
	}
	statement_reset(&st);
	return ret;
}

/* The host and every host above it; an allow on any of them beats a deny. */
static int lookup_host(struct warden_store *store, const char *host,
		       struct warden_known_hit *hit_r)
{
	int found = 0;

	for (int i = 0; i < HOST_LABELS_MAX && host != NULL && *host != '\0';
	     i++) {
		struct warden_known_hit hit = { 0 };
		int ret = lookup_value(store, WARDEN_KNOWN_HOST, host, &hit);

		if (ret < 0)
			return -1;
		if (ret > 0 && (found == 0 || hit.allow)) {
			*hit_r = hit;
			found = 1;
		}
		if (ret > 0 && hit.allow)
			return 1;
		host = strchr(host, '.');
		if (host != NULL)
			host++;
	}
	return found;
}

/* An address itself, or everybody at its domain ("@domain"). */
static int lookup_sender(struct warden_store *store, const char *address,
			 struct warden_known_hit *hit_r)
{
	const char *at = strrchr(address, '@');
	struct warden_known_hit domain = { 0 };
	int own = lookup_value(store, WARDEN_KNOWN_SENDER, address, hit_r);
	int ret;

	if (own < 0 || at == NULL || at == address || (own > 0 && hit_r->allow))
		return own;
	ret = lookup_value(store, WARDEN_KNOWN_SENDER, at, &domain);
	if (ret < 0)
		return -1;
	if (ret > 0 && (own == 0 || domain.allow)) {
		*hit_r = domain;
		return 1;
	}
	return own;
}

int warden_store_known(void *context, enum warden_known_kind kind,
		       const char *value, struct warden_known_hit *hit_r)
{
	struct warden_store *store = context;

	memset(hit_r, 0, sizeof(*hit_r));
	switch (kind) {
	case WARDEN_KNOWN_HOST:
		return lookup_host(store, value, hit_r);
	case WARDEN_KNOWN_SENDER:
		return lookup_sender(store, value, hit_r);
	case WARDEN_KNOWN_SHA256:
	case WARDEN_KNOWN_URL:
		return lookup_value(store, kind, value, hit_r);
	}
	return 0;
}

/* --- import ---------------------------------------------------------------- */

static bool run_int(struct warden_store *store, const char *sql, gint64 value)
{
	struct statement st;

	statement_init(&st, store, sql);
	bind_int(&st, value);
	return statement_run(&st) > 0;
}


/* What is written in the order of its key touches each page of the table once,
   not at every row: so a list is read into a temporary table (a file beyond
   some size, and locked by nobody) and sorted there. */
static int sort_staged(struct warden_store *store, char **error_r)
{
	if (sqlite3_exec(store->db, "CREATE TEMP TABLE sorted AS "
			 "SELECT kind, value, threat FROM staged "
			 "ORDER BY kind, value; DROP TABLE temp.staged", NULL,
			 NULL, NULL) != SQLITE_OK)
		return store_fail(store, "sorting a feed", error_r);
	return 1;
}

static int stage(struct warden_store *store,
		 const struct warden_feed_import *import, char **error_r)
{
	struct warden_indicator indicator;
	int ret;

	if (sqlite3_exec(store->db, "CREATE TEMP TABLE staged (kind INTEGER, "
			 "value TEXT, threat TEXT); SAVEPOINT staging", NULL,
			 NULL, NULL) != SQLITE_OK)
		return store_fail(store, "staging a feed", error_r);
	while ((ret = import->next(import->context, &indicator, error_r)) >
	       0) {
		struct statement st;

		statement_init(&st, store, "INSERT INTO temp.staged "
			       "VALUES (?,?,?)");
		bind_int(&st, indicator.kind);
		bind_text(&st, indicator.value);
		bind_text(&st, indicator.threat);
		if (statement_run(&st) < 0) {
			ret = store_fail(store, "staging a feed", error_r);
			break;
		}
	}
	sqlite3_exec(store->db, "RELEASE staging", NULL, NULL, NULL);
	return ret == 0 ? sort_staged(store, error_r) : -1;
}

static void unstage(struct warden_store *store)
{
	sqlite3_exec(store->db, "DROP TABLE IF EXISTS temp.staged;"
		     "DROP TABLE IF EXISTS temp.sorted", NULL, NULL, NULL);
}

static int make_feed(struct warden_store *store,
		     const struct warden_feed_import *import, gint64 *id_r,
		     char **error_r)
{
	struct statement st;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "INSERT INTO feeds (name, source, allow, "
		       "imported, details, scope, indicators) "
		       "VALUES (?,?,?,?,?,?,0)");
	bind_text(&st, import->name);
	bind_text(&st, import->source);
	bind_int(&st, import->allow);
	bind_int(&st, store_now());
	bind_text(&st, import->details == NULL ? "" :
		  import->details(import->context));
	bind_text(&st, import->scope);
	sound = statement_run(&st) > 0;
	*id_r = sqlite3_last_insert_rowid(store->db);
	return store_end(store, sound, error_r);
}

static gint64 count_sorted(struct warden_store *store)
{
	struct statement st;
	gint64 count = -1;

	statement_init(&st, store, "SELECT count(*) FROM temp.sorted");
	if (statement_step(&st) > 0)
		count = column_int(&st, 0);
	statement_reset(&st);
	return count;
}

static int fill_feed(struct warden_store *store, gint64 id, guint64 *count_r,
		     char **error_r)
{
	gint64 rows = count_sorted(store);
	struct statement st;
	bool sound;

	*count_r = 0;
	for (gint64 from = 0; from < rows; from += CHUNK_ROWS) {
		if (store_begin(store, error_r) < 0)
			return -1;
		/* Lists name the same thing twice. */
		statement_init(&st, store, "INSERT OR IGNORE INTO indicators "
			       "(kind, value, feed_id, threat) SELECT kind, "
			       "value, ?, threat FROM temp.sorted "
			       "WHERE rowid > ? AND rowid <= ?");
		bind_int(&st, id);
		bind_int(&st, from);
		bind_int(&st, from + CHUNK_ROWS);
		sound = statement_run(&st) > 0;
		*count_r += (guint64)sqlite3_changes(store->db);
		if (store_end(store, sound, error_r) < 0)
			return -1;
		warden_store_idle(store);
	}
	return rows < 0 ? store_fail(store, "counting a feed", error_r) : 1;
}

/* The feed that is in force now, its id 0 if there is none. */
static int find_active(struct warden_store *store, const char *name,
		       gint64 *id_r, bool *allow_r, char **error_r)
{
	struct statement st;
	int ret;

	*id_r = 0;
	*allow_r = FALSE;
	statement_init(&st, store, "SELECT id, allow FROM feeds "
		       "WHERE name = ? AND active = 1");
	bind_text(&st, name);
	ret = statement_step(&st);
	if (ret > 0) {
		*id_r = column_int(&st, 0);
		*allow_r = column_int(&st, 1) != 0;
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "looking for a feed", error_r) : 1;
}

/* new_feed 0: none takes the old one's place. */
static int switch_feeds(struct warden_store *store,
			const struct store_change *change, guint64 count,
			char **error_r)
{
	struct statement st;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	sound = run_int(store, "UPDATE feeds SET active = 0 WHERE id = ?",
			change->old_feed);
	statement_init(&st, store, "UPDATE feeds SET active = 1, "
		       "indicators = ? WHERE id = ?");
	bind_int(&st, (gint64)count);
	bind_int(&st, change->new_feed);
	sound = statement_run(&st) > 0 && sound;
	sound = sound && store_change_commit(store, change);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	store->published_version = 0;
	/* What it could not write, the service writes within a second. */
	g_autofree char *ignored = NULL;
	(void)warden_store_publish(store, PUBLISH_WAIT_MSECS, &ignored);
	return 1;
}

static bool set_importing(struct warden_store *store, bool importing)
{
	return run_int(store, "UPDATE meta SET value = ? "
		       "WHERE key = 'importing'", importing);
}

static int mark_importing(struct warden_store *store, char **error_r)
{
	if (store_begin(store, error_r) < 0)
		return -1;
	return store_end(store, set_importing(store, TRUE), error_r);
}

static int put_in_force(struct warden_store *store,
			struct store_change *change, guint64 count,
			char **error_r)
{
	g_autofree char *ignored = NULL;

	if (mark_importing(store, error_r) < 0 ||
	    store_change_prepare(store, change, error_r) < 0 ||
	    switch_feeds(store, change, count, error_r) < 0)
		return -1;
	/* They do no harm until the next change. */
	(void)store_change_sweep(store, &ignored);
	return 1;
}

/* --- what is no longer in force, or never came ------------------------------- */

/* A place in the table of indicators, in the order of its key. */
struct place {
	gint64 kind, feed_id;
	char *value;
};

static void place_set(struct place *place, struct statement *st)
{
	g_free(place->value);
	place->kind = column_int(st, 0);
	place->value = g_strdup(column_text(st, 1));
	place->feed_id = column_int(st, 2);
}

/* From place on, the first rows to remove: where they end, and how many. */
static int find_swept(struct warden_store *store, const struct place *from,
		      struct place *to, char **error_r)
{
	struct statement st;
	int ret, n = 0;

	statement_init(&st, store, "SELECT kind, value, feed_id "
		"FROM indicators WHERE (kind, value, feed_id) > (?,?,?) AND "
		"feed_id NOT IN (SELECT id FROM feeds WHERE active = 1) "
		"ORDER BY kind, value, feed_id LIMIT ?");
	bind_int(&st, from->kind);
	bind_text(&st, from->value);
	bind_int(&st, from->feed_id);
	bind_int(&st, CHUNK_ROWS);
	while ((ret = statement_step(&st)) > 0) {
		place_set(to, &st);
		n++;
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "sweeping feeds", error_r) : n;
}

static int sweep_range(struct warden_store *store, const struct place *from,
		       const struct place *to, char **error_r)
{
	struct statement st;

	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "DELETE FROM indicators WHERE "
		"(kind, value, feed_id) > (?,?,?) AND "
		"(kind, value, feed_id) <= (?,?,?) AND "
		"feed_id NOT IN (SELECT id FROM feeds WHERE active = 1)");
	bind_int(&st, from->kind);
	bind_text(&st, from->value);
	bind_int(&st, from->feed_id);
	bind_int(&st, to->kind);
	bind_text(&st, to->value);
	bind_int(&st, to->feed_id);
	return store_end(store, statement_run(&st) > 0, error_r);
}

/* The import lock must be held: what an import has not put into force yet
   would be swept as well. */
static int sweep_feeds(struct warden_store *store, char **error_r)
{
	struct place from = { -1, 0, g_strdup("") }, to = { 0, 0, NULL };
	int n = CHUNK_ROWS, ret = 1;

	while (ret > 0 && n == CHUNK_ROWS) {
		n = find_swept(store, &from, &to, error_r);
		ret = n > 0 ? sweep_range(store, &from, &to, error_r) : n;
		if (ret > 0) {
			g_free(from.value);
			from = to;
			to.value = NULL;
			warden_store_idle(store);
		}
	}
	g_free(from.value);
	g_free(to.value);
	if (ret < 0 || store_begin(store, error_r) < 0)
		return -1;
	return store_end(store, run_int(store, "DELETE FROM feeds "
					"WHERE active = ?", 0), error_r);
}

/* --- replace, remove, list ----------------------------------------------------- */

static int replace_feed(struct warden_store *store,
			const struct warden_feed_import *import,
			guint64 *count_r, char **error_r)
{
	struct store_change change = { 0 };
	g_autofree char *ignored = NULL;
	bool old_allow;
	int ret = stage(store, import, error_r);

	if (ret > 0)
		ret = make_feed(store, import, &change.new_feed, error_r);
	if (ret > 0)
		ret = fill_feed(store, change.new_feed, count_r, error_r);
	if (ret > 0)
		ret = find_active(store, import->name, &change.old_feed,
				  &old_allow, error_r);
	if (ret > 0) {
		change.all = old_allow != import->allow;
		ret = put_in_force(store, &change, *count_r, error_r);
	}
	/* The old set, or ours if something failed: then the old one stays.
	   What cannot be swept now is swept by the next import. */
	if (change.new_feed != 0)
		sweep_feeds(store, &ignored);
	unstage(store);
	return ret;
}

/* One import at a time, by a lock of its own: an import's rows stand half
   written between its transactions. */
static int import_lock(struct warden_store *store,
		       struct warden_store_queue **lock_r, char **error_r)
{
	g_autofree char *path = g_strconcat(store->path, "-import", NULL);
	int ret;

	if (store->mode != WARDEN_STORE_WRITE) {
		*error_r = g_strdup_printf("%s: opened for reading only",
					   store->path);
		return -1;
	}
	if (warden_store_queue_open(path, 0660, lock_r, error_r) < 0)
		return -1;
	store_adopt_files(store);
	ret = warden_store_queue_enter(*lock_r, IMPORT_WAIT_MSECS, error_r);
	if (ret > 0)
		return 1;
	if (ret == 0)
		*error_r = g_strdup_printf("%s: another import is running",
					   path);
	warden_store_queue_close(lock_r);
	return -1;
}

static void import_unlock(struct warden_store_queue **lock)
{
	warden_store_queue_leave(*lock);
	warden_store_queue_close(lock);
}

int warden_store_feed_replace(struct warden_store *store,
			      const struct warden_feed_import *import,
			      guint64 *count_r, char **error_r)
{
	struct warden_store_queue *lock;
	int ret;

	if (import_lock(store, &lock, error_r) < 0)
		return -1;
	ret = replace_feed(store, import, count_r, error_r);
	import_unlock(&lock);
	return ret;
}

static int deactivate_feed(struct warden_store *store, const char *name,
			   char **error_r)
{
	struct store_change change = { 0 };
	bool allow;

	if (find_active(store, name, &change.old_feed, &allow, error_r) < 0)
		return -1;
	if (change.old_feed == 0)
		return 0;
	return put_in_force(store, &change, 0, error_r);
}

int warden_store_feed_remove(struct warden_store *store, const char *name,
			     char **error_r)
{
	g_autofree char *ignored = NULL;
	struct warden_store_queue *lock;
	int ret;

	if (import_lock(store, &lock, error_r) < 0)
		return -1;
	ret = deactivate_feed(store, name, error_r);
	/* It is no longer in force, whatever becomes of its rows. */
	if (ret > 0)
		sweep_feeds(store, &ignored);
	import_unlock(&lock);
	return ret;
}

int warden_store_feed_list(struct warden_store *store,
			   void (*each)(const struct warden_feed *feed,
					void *context),
			   void *context, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT name, source, allow, imported, "
		       "indicators, details FROM feeds WHERE active = 1 "
		       "AND scope = '' ORDER BY name");
	while ((ret = statement_step(&st)) > 0) {
		const struct warden_feed feed = {
			.name = column_text(&st, 0),
			.source = column_text(&st, 1),
			.allow = column_int(&st, 2) != 0,
			.imported = column_int(&st, 3),
			.indicators = (guint64)column_int(&st, 4),
			.details = column_text(&st, 5),
		};

		each(&feed, context);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "listing feeds", error_r) : 1;
}
