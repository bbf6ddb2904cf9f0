/* What users have been told about mail in Quarantine.

   A notice claims its deliveries by one time (the column told) before its text
   is made, so that of two sessions one tells, and gives them back if it could
   not be saved. What nobody claimed is in the next notice, or in a digest. */

#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

#define DAY_USECS (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define HOUR_USECS (3600 * (gint64)G_USEC_PER_SEC)
/* Somebody who bombs a mailbox with bad mail must not bomb it with notices. */
#define NOTICES_AN_HOUR 20
/* When something was no news, and no notice was made of it. */
#define TOLD_BEFORE 1
/* Messages of one day that are remembered as told. Beyond it some may be told
   of again. */
#define TOPICS_MAX 20000

void warden_untold_free(struct warden_untold *untold)
{
	if (untold == NULL)
		return;
	g_free(untold->mailbox);
	g_free(untold->from_name);
	g_free(untold->from_address);
	g_free(untold->subject);
	g_free(untold);
}

/* 0 if there is no such user, -1 on failure. */
static gint64 find_user(struct warden_store *store, const char *user)
{
	struct statement st;
	gint64 id = 0;
	int ret;

	statement_init(&st, store, "SELECT id FROM users WHERE name = ?");
	bind_text(&st, user);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	return ret < 0 ? -1 : id;
}

/* --- claiming ------------------------------------------------------------- */

static bool is_too_many(struct warden_store *store, gint64 user_id, gint64 now,
			bool *sound)
{
	struct statement st;
	bool many = false;

	statement_init(&st, store, "SELECT count(DISTINCT told) FROM deliveries "
		       "WHERE user_id = ? AND told > ?");
	bind_int(&st, user_id);
	bind_int(&st, now - HOUR_USECS);
	if (statement_step(&st) > 0)
		many = column_int(&st, 0) >= NOTICES_AN_HOUR;
	else
		*sound = false;
	statement_reset(&st);
	return many;
}

/* Told longer ago than a day is told anew: the mail has come back. */
static void claim_key(struct warden_store *store, gint64 user_id,
		      const guint8 *key, gint64 now, bool *sound)
{
	guint8 low[WARDEN_SHA256_SIZE], high[WARDEN_SHA256_SIZE];
	struct statement st;

	store_key_range(key, WARDEN_STORE_NOTICE_KEY_SIZE, low, high);
	/* By the message's few copies, not by the user's many. */
	statement_init(&st, store, "UPDATE deliveries SET told = ?1 WHERE id "
		       "IN (SELECT d.id FROM messages m CROSS JOIN deliveries "
		       "d INDEXED BY deliveries_message ON d.message_id = m.id "
		       "WHERE m.key BETWEEN ?4 AND ?5 AND d.user_id = ?2 AND "
		       "(d.told IS NULL OR d.told < ?3) AND "
		       "d.state IN (0, 1))");
	bind_int(&st, now);
	bind_int(&st, user_id);
	bind_int(&st, now - DAY_USECS);
	bind_blob(&st, low, sizeof(low));
	bind_blob(&st, high, sizeof(high));
	if (statement_run(&st) < 0)
		*sound = false;
}

/* Returns how many. */
static guint64 claim_rest(struct warden_store *store, gint64 user_id,
			  gint64 since, gint64 now, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries INDEXED BY "
		       "deliveries_untold SET told = ? WHERE user_id = ? AND "
		       "action = 3 AND told IS NULL AND state IN (0, 1) AND "
		       "time >= ?");
	bind_int(&st, now);
	bind_int(&st, user_id);
	bind_int(&st, since);
	if (statement_run(&st) < 0)
		*sound = false;
	return *sound ? sqlite3_changes(store->db) : 0;
}

/* Of this claim no notice comes: it must not count as one. */
static void claim_no_news(struct warden_store *store, gint64 user_id,
			  gint64 now, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET told = ? WHERE "
		       "user_id = ? AND told = ?");
	bind_int(&st, TOLD_BEFORE);
	bind_int(&st, user_id);
	bind_int(&st, now);
	if (statement_run(&st) < 0)
		*sound = false;
}

/* --- what is news --------------------------------------------------------- */

#define TOPIC_COLUMNS "m.id, m.message_id, m.from_address, m.subject"

/* The same mail by another way has other bytes (Received), and so another
   key. Columns from first on are TOPIC_COLUMNS. Owned by the caller. */
static char *column_topic(struct statement *st, int first)
{
	const char *message_id = column_text(st, first + 1);

	if (*message_id == '\0')
		return g_strdup_printf("%" G_GINT64_FORMAT,
				       column_int(st, first));
	return g_strdup_printf("%s\n%s\n%s", message_id,
			       column_text(st, first + 2),
			       column_text(st, first + 3));
}

static GHashTable *told_topics(struct warden_store *store, gint64 user_id,
			       gint64 now, bool *sound)
{
	GHashTable *topics = g_hash_table_new_full(g_str_hash, g_str_equal,
						   g_free, NULL);
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT DISTINCT " TOPIC_COLUMNS " FROM "
		       "deliveries d JOIN messages m ON m.id = d.message_id "
		       "WHERE d.user_id = ? AND d.told > ? AND d.told < ? "
		       "LIMIT ?");
	bind_int(&st, user_id);
	bind_int(&st, now - DAY_USECS);
	bind_int(&st, now);
	bind_int(&st, TOPICS_MAX);
	while ((ret = statement_step(&st)) > 0)
		g_hash_table_add(topics, column_topic(&st, 0));
	if (ret < 0)
		*sound = false;
	statement_reset(&st);
	return topics;
}

static struct warden_untold *read_untold(struct statement *st)
{
	struct warden_untold *untold = g_new0(struct warden_untold, 1);

	untold->time = column_int(st, 0);
	untold->mailbox = g_strdup(column_text(st, 1));
	untold->verdict = (enum warden_verdict)column_int(st, 2);
	untold->have_key = sqlite3_column_bytes(st->stmt, 3) ==
		WARDEN_SHA256_SIZE;
	if (untold->have_key)
		memcpy(untold->key, sqlite3_column_blob(st->stmt, 3),
		       WARDEN_SHA256_SIZE);
	untold->from_name = g_strdup(column_text(st, 4));
	untold->from_address = g_strdup(column_text(st, 7));
	untold->subject = g_strdup(column_text(st, 8));
	return untold;
}

/* Of what was claimed, what is news; newest first. */
static guint64 list_claimed(struct warden_store *store, gint64 user_id,
			    gint64 now, guint limit, GPtrArray *list,
			    bool *sound)
{
	g_autoptr(GHashTable) topics = told_topics(store, user_id, now, sound);
	struct statement st;
	guint64 total = 0;
	int ret;

	statement_init(&st, store, "SELECT d.time, d.wanted_mailbox, "
		       "CASE WHEN d.verdict BETWEEN 2 AND 7 THEN d.verdict "
		       "WHEN m.verdict > 1 THEN m.verdict ELSE d.verdict "
		       "END, m.key, m.from_name, " TOPIC_COLUMNS " FROM "
		       "deliveries d LEFT JOIN messages m ON "
		       "m.id = d.message_id WHERE d.user_id = ? AND d.told = ? "
		       "ORDER BY d.id DESC");
	bind_int(&st, user_id);
	bind_int(&st, now);
	while ((ret = statement_step(&st)) > 0) {
		bool known = sqlite3_column_type(st.stmt, 5) != SQLITE_NULL;

		if (known && !g_hash_table_add(topics, column_topic(&st, 5)))
			continue;
		if (total++ < limit)
			g_ptr_array_add(list, read_untold(&st));
	}
	if (ret < 0)
		*sound = false;
	statement_reset(&st);
	return total;
}

static guint64 claim(struct warden_store *store, gint64 user_id,
		     const struct warden_notice_claim *claim, gint64 now,
		     GPtrArray *list, bool *sound)
{
	bool digest = claim->keys_count == 0;
	guint64 rest, total;

	if (!digest && is_too_many(store, user_id, now, sound))
		return 0;
	for (gsize i = 0; i < claim->keys_count; i++)
		claim_key(store, user_id, claim->keys +
			  i * WARDEN_STORE_NOTICE_KEY_SIZE, now, sound);
	/* Of what is long past a digest may speak. */
	rest = claim_rest(store, user_id, digest ? 0 : now - DAY_USECS, now,
			  sound);
	total = list_claimed(store, user_id, now, claim->limit, list, sound);
	if (total == 0)
		claim_no_news(store, user_id, now, sound);
	/* What has no key here is found as untold, unless its move is not on
	   record yet. */
	if (total > 0 && claim->more > rest)
		total += claim->more - rest;
	return total;
}

int warden_store_notice_claim(struct warden_store *store,
			      const struct warden_notice_claim *request,
			      GPtrArray **list_r, guint64 *total_r,
			      gint64 *told_r, char **error_r)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_untold_free);
	gint64 now = store_now(), user_id;
	guint64 total = 0;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	user_id = find_user(store, request->user);
	sound = user_id >= 0;
	if (user_id > 0)
		total = claim(store, user_id, request, now, list, &sound);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*total_r = total;
	*told_r = now;
	*list_r = g_steal_pointer(&list);
	return total > 0 ? 1 : 0;
}

int warden_store_notice_unclaim(struct warden_store *store, const char *user,
				gint64 told, char **error_r)
{
	struct statement st;
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "UPDATE deliveries SET told = NULL WHERE "
		       "user_id = (SELECT id FROM users WHERE name = ?) AND "
		       "told = ?");
	bind_text(&st, user);
	bind_int(&st, told);
	sound = statement_run(&st) > 0;
	return store_end(store, sound, error_r);
}
