#include "warden-config.h"

#include "store-sqlite-affected.h"

#include "scanner/protocol/epoch.h"

#include <string.h>

/* Rows that one transaction writes: about 10 ms of the writers' time. */
#define CHUNK_ROWS 2000
/* Deliveries that may be left for the transaction which all wait for. */
#define LATE_MAX 200
#define LATE_ROUNDS 10
/* When "affected" is full: the newest that are kept, so that it is not full
   again at once. */
#define KEPT_MAX (WARDEN_EPOCH_ENTRIES_MAX / 2)

/* The hash of nothing: checks/list.c does not ask for it, and many have it. */
#define EMPTY_SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* --- what changed ------------------------------------------------------------- */

/* temp.changed: kind, place (where stored values of that kind are sorted:
   bytes of the hash, reversed host, rotated address), hash (URLs only). */

static bool hex_to_blob(const char *hex, guint8 *blob)
{
	if (strlen(hex) != 2 * WARDEN_SHA256_SIZE ||
	    strcmp(hex, EMPTY_SHA256) == 0)
		return FALSE;
	for (gsize i = 0; i < WARDEN_SHA256_SIZE; i++) {
		int high = g_ascii_xdigit_value(hex[2 * i]);
		int low = g_ascii_xdigit_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return FALSE;
		blob[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

static bool insert_changed(struct warden_store *store,
			   enum warden_known_kind kind, const char *value)
{
	guint8 blob[WARDEN_SHA256_SIZE];
	g_autofree char *place = NULL, *host = NULL;
	struct statement st;
	gint64 hash = 0;

	switch (kind) {
	case WARDEN_KNOWN_SHA256:
		if (!hex_to_blob(value, blob))
			return TRUE;
		break;
	case WARDEN_KNOWN_URL:
		hash = store_url_hash(value, &host);
		place = store_reverse_host(host == NULL ? "" : host);
		break;
	case WARDEN_KNOWN_HOST:
		place = store_reverse_host(value);
		break;
	case WARDEN_KNOWN_SENDER:
		place = store_rotate_address(value);
		break;
	}
	statement_init(&st, store, "INSERT INTO temp.changed "
		       "(kind, place, hash) VALUES (?,?,?)");
	bind_int(&st, kind);
	if (place == NULL)
		bind_blob(&st, blob, sizeof(blob));
	else
		bind_text(&st, place);
	bind_int(&st, hash);
	return statement_run(&st) > 0;
}

/* Both sets stand side by side in the order of the table's key: one walk. */
static bool find_changed(struct warden_store *store,
			 const struct store_change *change)
{
	struct statement st;
	bool sound = TRUE;
	int ret = 0;

	statement_init(&st, store, "SELECT kind, value FROM indicators "
		"WHERE feed_id IN (?1, ?2) GROUP BY kind, value "
		"HAVING ?3 OR count(*) = 1 OR min(threat) <> max(threat)");
	bind_int(&st, change->old_feed);
	bind_int(&st, change->new_feed);
	bind_int(&st, change->all);
	while (sound && (ret = statement_step(&st)) > 0)
		sound = insert_changed(store, (enum warden_known_kind)
				       column_int(&st, 0),
				       column_text(&st, 1));
	statement_reset(&st);
	return sound && ret == 0;
}

/* --- who has it ----------------------------------------------------------------- */

/* Changed and stored values are walked side by side, in one order: a stored
   value is looked for only when a changed one has passed the last that was
   found. So the shorter of the two decides how many look-ups there are. */
struct join {
	enum warden_known_kind kind;
	/* the first stored value that is not below ? */
	const char *seek;
	/* messages that have exactly ?1 (and for URLs the hash ?2) */
	const char *exact;
	/* messages with a value from ?1 to below ?2; NULL = not of that kind */
	const char *range;
	/* a changed value that ends so stands for all that begin so; the
	   character after it ends the range */
	char range_end;
};

#define TOUCH "INSERT OR IGNORE INTO temp.touched "

static const struct join joins[] = {
	{ WARDEN_KNOWN_SHA256,
	  "SELECT sha256 FROM parts WHERE sha256 >= ? ORDER BY sha256 LIMIT 1",
	  TOUCH "SELECT message_id FROM parts WHERE sha256 = ?1 AND ?2 = 0",
	  NULL, '\0' },
	{ WARDEN_KNOWN_URL,
	  "SELECT reversed FROM hosts WHERE reversed >= ? "
	  "ORDER BY reversed LIMIT 1",
	  TOUCH "SELECT l.message_id FROM hosts h JOIN urls l "
	  "ON l.host_id = h.id WHERE h.reversed = ?1 AND l.url_hash = ?2",
	  NULL, '\0' },
	{ WARDEN_KNOWN_HOST,
	  "SELECT reversed FROM hosts WHERE reversed >= ? "
	  "ORDER BY reversed LIMIT 1",
	  NULL,
	  TOUCH "SELECT l.message_id FROM hosts h JOIN urls l "
	  "ON l.host_id = h.id WHERE h.reversed >= ?1 AND h.reversed < ?2",
	  '.' },
	{ WARDEN_KNOWN_SENDER,
	  "SELECT rotated FROM addresses WHERE rotated >= ? "
	  "ORDER BY rotated LIMIT 1",
	  TOUCH "SELECT s.message_id FROM addresses a JOIN senders s "
	  "ON s.address_id = a.id WHERE a.rotated = ?1 AND ?2 = 0",
	  TOUCH "SELECT s.message_id FROM addresses a JOIN senders s "
	  "ON s.address_id = a.id WHERE a.rotated >= ?1 AND a.rotated < ?2",
	  '@' },
};

/* Text or bytes, as they are in a column. */
struct datum {
	GByteArray *bytes;
	bool is_text, known;
};

static void datum_set(struct datum *datum, struct statement *st, int column)
{
	const void *data = sqlite3_column_blob(st->stmt, column);
	int size = sqlite3_column_bytes(st->stmt, column);

	g_byte_array_set_size(datum->bytes, 0);
	if (size > 0)
		g_byte_array_append(datum->bytes, data, (guint)size);
	datum->is_text = sqlite3_column_type(st->stmt, column) == SQLITE_TEXT;
	datum->known = TRUE;
}

static int datum_compare(const struct datum *a, const struct datum *b)
{
	guint size = MIN(a->bytes->len, b->bytes->len);
	int order = size == 0 ? 0 :
		memcmp(a->bytes->data, b->bytes->data, size);

	return order != 0 ? order : (int)a->bytes->len - (int)b->bytes->len;
}

static bool datum_begins(const struct datum *datum,
			 const struct datum *beginning)
{
	return datum->bytes->len >= beginning->bytes->len &&
	       memcmp(datum->bytes->data, beginning->bytes->data,
		      beginning->bytes->len) == 0;
}

static void bind_datum(struct statement *st, const struct datum *datum)
{
	if (!st->sound)
		return;
	st->sound = (datum->is_text ?
		sqlite3_bind_text(st->stmt, st->next,
				  (const char *)datum->bytes->data,
				  (int)datum->bytes->len, SQLITE_STATIC) :
		sqlite3_bind_blob64(st->stmt, st->next, datum->bytes->data,
				    datum->bytes->len, SQLITE_STATIC)) ==
		SQLITE_OK;
	st->next++;
}

/* 1, 0 there is none, -1. */
static int seek_stored(struct warden_store *store, const struct join *join,
		       const struct datum *from, struct datum *stored)
{
	struct statement st;
	int ret;

	statement_init(&st, store, join->seek);
	bind_datum(&st, from);
	ret = statement_step(&st);
	if (ret > 0)
		datum_set(stored, &st, 0);
	statement_reset(&st);
	return ret;
}

static bool is_range(const struct join *join, const struct datum *datum)
{
	return join->range != NULL && datum->bytes->len > 0 &&
	       datum->bytes->data[datum->bytes->len - 1] == join->range_end;
}

static bool touch(struct warden_store *store, const struct join *join,
		  struct datum *changed, gint64 hash)
{
	bool range = is_range(join, changed);
	guint last = changed->bytes->len - 1;
	g_autofree char *end = range ?
		g_strndup((const char *)changed->bytes->data, last + 1) : NULL;
	struct statement st;

	statement_init(&st, store, range ? join->range : join->exact);
	bind_datum(&st, changed);
	if (range) {
		end[last]++;
		bind_text(&st, end);
	} else {
		bind_int(&st, hash);
	}
	return statement_run(&st) > 0;
}

/* A changed value that is no range where only ranges are: a host without a
   name. Nobody has it. */
static bool is_match(const struct join *join, const struct datum *changed,
		     const struct datum *stored)
{
	if (is_range(join, changed))
		return datum_begins(stored, changed);
	return join->exact != NULL && datum_compare(changed, stored) == 0;
}

static bool join_kind(struct warden_store *store, const struct join *join)
{
	struct datum changed = { g_byte_array_new(), FALSE, FALSE };
	struct datum stored = { g_byte_array_new(), FALSE, FALSE };
	struct statement st;
	bool sound = TRUE;
	int ret, more = 1;

	statement_init(&st, store, "SELECT place, hash FROM temp.changed "
		       "WHERE kind = ? ORDER BY place");
	bind_int(&st, join->kind);
	while (sound && more > 0 && (ret = statement_step(&st)) > 0) {
		datum_set(&changed, &st, 0);
		if (!stored.known || datum_compare(&changed, &stored) > 0)
			more = seek_stored(store, join, &changed, &stored);
		if (more > 0 && is_match(join, &changed, &stored))
			sound = touch(store, join, &changed,
				      column_int(&st, 1));
	}
	sound = sound && st.sound && more >= 0;
	statement_reset(&st);
	g_byte_array_unref(changed.bytes);
	g_byte_array_unref(stored.bytes);
	return sound;
}

static bool join_odd_urls(struct warden_store *store)
{
	struct statement st;

	statement_init(&st, store, TOUCH "SELECT o.message_id "
		"FROM temp.changed c CROSS JOIN odd_urls o "
		"ON o.url_hash = c.hash WHERE c.kind = 1");
	return statement_run(&st) > 0;
}

static gint64 get_number(struct warden_store *store, const char *sql)
{
	struct statement st;
	gint64 number = -1;

	statement_init(&st, store, sql);
	if (statement_step(&st) > 0)
		number = column_int(&st, 0);
	statement_reset(&st);
	return number;
}

static void drop_tables(struct warden_store *store)
{
	sqlite3_exec(store->db, "DROP TABLE IF EXISTS temp.changed;"
		     "DROP TABLE IF EXISTS temp.touched", NULL, NULL, NULL);
}

/* One snapshot: what is recorded later has a delivery above the mark. */
static int find_touched(struct warden_store *store,
			struct store_change *change, char **error_r)
{
	bool sound;

	drop_tables(store);
	sound = sqlite3_exec(store->db, "CREATE TEMP TABLE changed "
			     "(kind INTEGER, place, hash INTEGER);"
			     "CREATE TEMP TABLE touched "
			     "(message_id INTEGER PRIMARY KEY);"
			     "SAVEPOINT comparing", NULL, NULL,
			     NULL) == SQLITE_OK;
	change->mark = get_number(store, "SELECT coalesce(max(id), 0) "
				  "FROM deliveries");
	sound = sound && change->mark >= 0 && find_changed(store, change);
	for (gsize i = 0; i < G_N_ELEMENTS(joins) && sound; i++)
		sound = join_kind(store, &joins[i]);
	sound = sound && join_odd_urls(store);
	if (!sound)
		store_fail(store, "comparing a feed", error_r);
	sqlite3_exec(store->db, "RELEASE comparing", NULL, NULL, NULL);
	return sound ? 1 : -1;
}

/* --- noting it ------------------------------------------------------------------- */

/* Keys of messages ids select, noted for that generation. */
#define NOTE "INSERT OR REPLACE INTO affected (key, generation) " \
	"SELECT substr(key, 1, 16), ?1 FROM messages WHERE id IN "

static int note_touched(struct warden_store *store,
			const struct store_change *change, char **error_r)
{
	gint64 after = 0, last;

	for (;;) {
		struct statement st;

		statement_init(&st, store, "SELECT max(message_id) FROM "
			"(SELECT message_id FROM temp.touched WHERE "
			"message_id > ? ORDER BY message_id LIMIT ?)");
		bind_int(&st, after);
		bind_int(&st, CHUNK_ROWS);
		last = statement_step(&st) > 0 ? column_int(&st, 0) : -1;
		statement_reset(&st);
		if (last < 0)
			return store_fail(store, "noting messages", error_r);
		if (last == 0)
			return 1;
		if (store_begin(store, error_r) < 0)
			return -1;
		statement_init(&st, store, NOTE "(SELECT message_id FROM "
			"temp.touched WHERE message_id > ?2 AND "
			"message_id <= ?3)");
		bind_int(&st, change->generation);
		bind_int(&st, after);
		bind_int(&st, last);
		if (store_end(store, statement_run(&st) > 0, error_r) < 0)
			return -1;
		after = last;
		warden_store_idle(store);
	}
}

/* What was recorded since, whatever it is: it is asked once more. */
static bool note_late(struct warden_store *store, gint64 generation,
		      gint64 after, gint64 upto)
{
	struct statement st;

	statement_init(&st, store, NOTE "(SELECT message_id FROM deliveries "
		       "WHERE id > ?2 AND id <= ?3)");
	bind_int(&st, generation);
	bind_int(&st, after);
	bind_int(&st, upto);
	return statement_run(&st) > 0;
}

/* Until little is left for the transaction that all wait for. */
static int catch_up(struct warden_store *store, struct store_change *change,
		    char **error_r)
{
	for (int round = 0; round < LATE_ROUNDS; round++) {
		gint64 last = get_number(store, "SELECT coalesce(max(id), 0) "
					 "FROM deliveries");

		if (last < 0)
			return store_fail(store, "noting messages", error_r);
		if (last - change->mark <= LATE_MAX)
			break;
		last = MIN(last, change->mark + CHUNK_ROWS);
		if (store_begin(store, error_r) < 0 ||
		    store_end(store, note_late(store, change->generation,
					       change->mark, last),
			      error_r) < 0)
			return -1;
		change->mark = last;
	}
	return 1;
}

/* There is no room for all: the newest are kept, and whatever is older asks
   once. A change that alone fills half of it is told by complete_since. */
static int make_room(struct warden_store *store, struct store_change *change,
		     char **error_r)
{
	gint64 touched = get_number(store, "SELECT count(*) FROM "
				    "temp.touched");
	gint64 noted = get_number(store, "SELECT count(*) FROM affected");
	gint64 kept = touched;
	struct statement st;
	int ret = 0;

	if (touched < 0 || noted < 0)
		return store_fail(store, "counting messages", error_r);
	if (touched > KEPT_MAX) {
		change->complete_since = change->generation;
		return 1;
	}
	if (touched + noted <= WARDEN_EPOCH_ENTRIES_MAX)
		return 1;
	statement_init(&st, store, "SELECT generation, count(*) FROM affected "
		       "GROUP BY generation ORDER BY generation DESC");
	while (kept <= KEPT_MAX && (ret = statement_step(&st)) > 0) {
		kept += column_int(&st, 1);
		change->complete_since = column_int(&st, 0);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "counting messages", error_r) : 1;
}

int store_change_prepare(struct warden_store *store,
			 struct store_change *change, char **error_r)
{
	int ret;

	change->generation = store_meta(store, "list_generation") + 1;
	change->complete_since = 0;
	if (change->generation <= 0)
		return store_fail(store, "reading the epoch", error_r);
	ret = find_touched(store, change, error_r);
	if (ret > 0)
		ret = make_room(store, change, error_r);
	if (ret > 0 && change->complete_since < change->generation)
		ret = note_touched(store, change, error_r);
	if (ret > 0)
		ret = catch_up(store, change, error_r);
	drop_tables(store);
	return ret;
}

static bool set_meta(struct warden_store *store, const char *sql,
		     gint64 value)
{
	struct statement st;

	statement_init(&st, store, sql);
	bind_int(&st, value);
	return statement_run(&st) > 0;
}

bool store_change_commit(struct warden_store *store,
			 const struct store_change *change)
{
	return note_late(store, change->generation, change->mark,
			 G_MAXINT64) &&
	       set_meta(store, "UPDATE meta SET value = ? "
			"WHERE key = 'list_generation'", change->generation) &&
	       set_meta(store, "UPDATE meta SET value = max(value, ?) "
			"WHERE key = 'complete_since'",
			change->complete_since) &&
	       set_meta(store, "UPDATE meta SET value = ? "
			"WHERE key = 'importing'", 0);
}

/* From key after on, the next that complete_since speaks for: how many, and
   the last. Without holding up a writer. */
static int find_old(struct warden_store *store, const guint8 *after,
		    gint64 complete_since, guint8 *last_r, char **error_r)
{
	struct statement st;
	int ret, n = 0;

	statement_init(&st, store, "SELECT key FROM affected WHERE key > ? "
		       "AND generation <= ? ORDER BY key LIMIT ?");
	bind_blob(&st, after, STORE_HALF_KEY_SIZE);
	bind_int(&st, complete_since);
	bind_int(&st, CHUNK_ROWS);
	while ((ret = statement_step(&st)) > 0) {
		memcpy(last_r, sqlite3_column_blob(st.stmt, 0),
		       STORE_HALF_KEY_SIZE);
		n++;
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "sweeping notes", error_r) : n;
}

static int delete_old(struct warden_store *store, const guint8 *after,
		      const guint8 *last, gint64 complete_since,
		      char **error_r)
{
	struct statement st;

	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "DELETE FROM affected WHERE key > ? AND "
		       "key <= ? AND generation <= ?");
	bind_blob(&st, after, STORE_HALF_KEY_SIZE);
	bind_blob(&st, last, STORE_HALF_KEY_SIZE);
	bind_int(&st, complete_since);
	return store_end(store, statement_run(&st) > 0, error_r);
}

int store_change_sweep(struct warden_store *store, char **error_r)
{
	gint64 complete_since = store_meta(store, "complete_since");
	guint8 after[STORE_HALF_KEY_SIZE] = { 0 }, last[STORE_HALF_KEY_SIZE];
	int n;

	while ((n = find_old(store, after, complete_since, last,
			     error_r)) > 0) {
		if (delete_old(store, after, last, complete_since,
			       error_r) < 0)
			return -1;
		memcpy(after, last, sizeof(after));
		warden_store_idle(store);
	}
	return n < 0 ? -1 : 1;
}
