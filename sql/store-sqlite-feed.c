#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

#define HOST_LABELS_MAX 12
/* So many rows at a time while others wait their turn to write. */
#define CHUNK_ROWS 5000
#define IMPORT_WAIT_MSECS 60000

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
		"AND f.active = 1 WHERE i.kind = ? AND i.value = ? "
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

static bool run_text(struct warden_store *store, const char *sql,
		     const char *value)
{
	struct statement st;

	statement_init(&st, store, sql);
	bind_text(&st, value);
	return statement_run(&st) > 0;
}

static bool bump_lists(struct warden_store *store)
{
	struct statement st;

	statement_init(&st, store, "UPDATE meta SET value = value + 1 "
		       "WHERE key = 'list_generation'");
	return statement_run(&st) > 0;
}

typedef int next_t(void *context, struct warden_indicator *indicator_r,
		   char **error_r);

/* Reading the feed takes as long as it takes: into a temporary table, which
   locks nobody out. */
static int stage(struct warden_store *store, next_t *next, void *context,
		 char **error_r)
{
	struct warden_indicator indicator;
	struct statement st;
	int ret;

	if (sqlite3_exec(store->db, "DROP TABLE IF EXISTS temp.staged;"
			 "CREATE TEMP TABLE staged (n INTEGER PRIMARY KEY, "
			 "kind INTEGER, value TEXT, threat TEXT, "
			 "UNIQUE (kind, value)); SAVEPOINT staging", NULL,
			 NULL, NULL) != SQLITE_OK)
		return store_fail(store, "staging a feed", error_r);
	while ((ret = next(context, &indicator, error_r)) > 0) {
		statement_init(&st, store, "INSERT OR IGNORE INTO temp.staged "
			       "(kind, value, threat) VALUES (?,?,?)");
		bind_int(&st, indicator.kind);
		bind_text(&st, indicator.value);
		bind_text(&st, indicator.threat);
		if (statement_run(&st) < 0) {
			ret = store_fail(store, "staging a feed", error_r);
			break;
		}
	}
	sqlite3_exec(store->db, "RELEASE staging", NULL, NULL, NULL);
	return ret;
}

static int make_feed(struct warden_store *store, const char *name,
		     const char *source, bool allow, gint64 *id_r,
		     char **error_r)
{
	struct statement st;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "INSERT INTO feeds (name, source, allow, "
		"imported, indicators) SELECT ?, ?, ?, ?, count(*) "
		"FROM temp.staged");
	bind_text(&st, name);
	bind_text(&st, source);
	bind_int(&st, allow);
	bind_int(&st, store_now());
	sound = statement_run(&st) > 0;
	*id_r = sqlite3_last_insert_rowid(store->db);
	return store_end(store, sound, error_r);
}

static int fill_feed(struct warden_store *store, gint64 id, guint64 *count_r,
		     char **error_r)
{
	struct statement st;
	gint64 from = 0;
	int changed;

	*count_r = 0;
	do {
		if (store_begin(store, error_r) < 0)
			return -1;
		statement_init(&st, store, "INSERT INTO indicators SELECT "
			       "kind, value, ?, threat FROM temp.staged "
			       "WHERE n > ? AND n <= ?");
		bind_int(&st, id);
		bind_int(&st, from);
		from += CHUNK_ROWS;
		bind_int(&st, from);
		bool sound = statement_run(&st) > 0;
		changed = sqlite3_changes(store->db);
		if (store_end(store, sound, error_r) < 0)
			return -1;
		*count_r += (guint64)changed;
	} while (changed > 0);
	return 1;
}

static int activate_feed(struct warden_store *store, const char *name,
			 gint64 id, char **error_r)
{
	if (store_begin(store, error_r) < 0)
		return -1;
	bool sound = run_text(store, "UPDATE feeds SET active = 0 "
			      "WHERE name = ? AND active = 1", name) &&
		run_int(store, "UPDATE feeds SET active = 1 WHERE id = ?",
			id) && bump_lists(store);
	return store_end(store, sound, error_r);
}

/* What is no longer (or never came) in force, under that name. */
static int sweep_feeds(struct warden_store *store, const char *name,
		       char **error_r)
{
	int changed;

	do {
		if (store_begin(store, error_r) < 0)
			return -1;
		bool sound = run_text(store, "DELETE FROM indicators WHERE "
			"(kind, value, feed_id) IN (SELECT i.kind, i.value, "
			"i.feed_id FROM feeds f JOIN indicators i "
			"ON i.feed_id = f.id WHERE f.name = ? AND "
			"f.active = 0 LIMIT 5000)", name);
		changed = sqlite3_changes(store->db);
		if (sound && changed == 0)
			sound = run_text(store, "DELETE FROM feeds WHERE "
					 "name = ? AND active = 0", name);
		if (store_end(store, sound, error_r) < 0)
			return -1;
	} while (changed > 0);
	return 1;
}

static int
replace_feed(struct warden_store *store, const char *name, const char *source,
	     bool allow, next_t *next, void *context, guint64 *count_r,
	     char **error_r)
{
	g_autofree char *ignored = NULL;
	gint64 id = 0;
	int ret = stage(store, next, context, error_r) == 0 ? 1 : -1;

	if (ret > 0)
		ret = make_feed(store, name, source, allow, &id, error_r);
	if (ret > 0)
		ret = fill_feed(store, id, count_r, error_r);
	if (ret > 0)
		ret = activate_feed(store, name, id, error_r);
	/* The old set, or ours if something failed: then the old one stays.
	   What cannot be swept now is swept by the next import. */
	if (id != 0)
		sweep_feeds(store, name, &ignored);
	sqlite3_exec(store->db, "DROP TABLE IF EXISTS temp.staged", NULL,
		     NULL, NULL);
	return ret;
}

/* One import at a time, by a lock of its own: an import's rows stand half
   written between its transactions. */
static int import_lock(struct warden_store *store,
		       struct warden_store_queue **lock_r, char **error_r)
{
	g_autofree char *path = g_strconcat(store->path, "-import", NULL);
	int ret = warden_store_queue_open(path, 0660, lock_r, error_r);

	if (ret < 0)
		return -1;
	ret = warden_store_queue_enter(*lock_r, IMPORT_WAIT_MSECS, error_r);
	if (ret > 0)
		return 1;
	if (ret == 0)
		*error_r = g_strdup_printf("%s: another import is running",
					   path);
	warden_store_queue_close(lock_r);
	return -1;
}

int warden_store_feed_replace(struct warden_store *store, const char *name,
			      const char *source, bool allow, next_t *next,
			      void *context, guint64 *count_r, char **error_r)
{
	struct warden_store_queue *lock;
	int ret;

	if (import_lock(store, &lock, error_r) < 0)
		return -1;
	ret = replace_feed(store, name, source, allow, next, context, count_r,
			   error_r);
	warden_store_queue_leave(lock);
	warden_store_queue_close(&lock);
	return ret;
}

int warden_store_feed_remove(struct warden_store *store, const char *name,
			     char **error_r)
{
	int changed;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	sound = run_text(store, "UPDATE feeds SET active = 0 WHERE name = ? "
			 "AND active = 1", name);
	changed = sqlite3_changes(store->db);
	if (changed > 0)
		sound = bump_lists(store) && sound;
	if (store_end(store, sound, error_r) < 0 ||
	    sweep_feeds(store, name, error_r) < 0)
		return -1;
	return changed > 0 ? 1 : 0;
}

int warden_store_feed_list(struct warden_store *store,
			   void (*each)(const struct warden_feed *feed,
					void *context),
			   void *context, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT name, source, allow, imported, "
		       "indicators FROM feeds WHERE active = 1 ORDER BY name");
	while ((ret = statement_step(&st)) > 0) {
		const struct warden_feed feed = {
			.name = column_text(&st, 0),
			.source = column_text(&st, 1),
			.allow = column_int(&st, 2) != 0,
			.imported = column_int(&st, 3),
			.indicators = (guint64)column_int(&st, 4),
		};

		each(&feed, context);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "listing feeds", error_r) : 1;
}
