#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

#define LIMIT_DEFAULT 100

/* --- list -------------------------------------------------------------------- */

/* What is asked of becomes conditions; the values stay bound. */
struct conditions {
	GString *sql;
	GPtrArray *values;	/* struct value, owned */
};

struct value {
	enum { VALUE_INT, VALUE_TEXT, VALUE_BLOB } type;
	gint64 number;
	const char *text;
	guint8 blob[WARDEN_SHA256_SIZE];
};

static struct value *
add(struct conditions *conditions, const char *sql)
{
	struct value *value = g_new0(struct value, 1);

	g_string_append_printf(conditions->sql, " AND %s", sql);
	g_ptr_array_add(conditions->values, value);
	return value;
}

static void add_int(struct conditions *c, const char *sql, gint64 number)
{
	if (number == 0)
		return;
	add(c, sql)->number = number;
}

static void add_text(struct conditions *c, const char *sql, const char *text)
{
	struct value *value;

	if (text == NULL)
		return;
	value = add(c, sql);
	value->type = VALUE_TEXT;
	value->text = text;
}

static void add_blob(struct conditions *c, const char *sql,
		     const guint8 *data, gsize size, guint8 fill)
{
	struct value *value = add(c, sql);

	value->type = VALUE_BLOB;
	memset(value->blob, fill, sizeof(value->blob));
	memcpy(value->blob, data, MIN(size, sizeof(value->blob)));
}

static void
make_conditions(struct conditions *c, const struct warden_query *query)
{
	add_int(c, "d.id = ?", query->delivery_id);
	add_int(c, "d.time >= ?", query->since);
	add_int(c, "d.time < ?", query->until);
	add_text(c, "d.user_id = (SELECT id FROM users WHERE name = ?)",
		 query->user);
	/* A report or an envelope: either may be what is meant. */
	if (query->sender != NULL) {
		add_text(c, "(d.sender = ? COLLATE NOCASE", query->sender);
		g_string_append(c->sql, " OR m.from_address = lower(?))");
		struct value *again = g_new0(struct value, 1);
		again->type = VALUE_TEXT;
		again->text = query->sender;
		g_ptr_array_add(c->values, again);
	}
	add_text(c, "coalesce(nullif(d.mailbox, ''), d.wanted_mailbox) = ?",
		 query->mailbox);
	add_text(c, "d.verdict = (SELECT id FROM verdicts WHERE name = ?)",
		 query->verdict);
	add_text(c, "d.action = (SELECT id FROM actions WHERE name = ?)",
		 query->action);
	add_text(c, "d.message_id IN (SELECT message_id FROM urls WHERE "
		 "host = lower(?))", query->host);
	/* Only the host is indexed; a domain's hosts are few. */
	add_text(c, "d.message_id IN (SELECT message_id FROM urls WHERE "
		 "url = ?)", query->url);
	if (query->domain != NULL) {
		add_text(c, "d.message_id IN (SELECT message_id FROM urls "
			 "WHERE host = lower(?)", query->domain);
		g_string_append(c->sql, " OR (host > '' AND host LIKE '%.' || "
				"lower(?)))");
		struct value *again = g_new0(struct value, 1);
		again->type = VALUE_TEXT;
		again->text = query->domain;
		g_ptr_array_add(c->values, again);
	}
	add_text(c, "instr(lower(m.subject), lower(?)) > 0", query->subject);
	add_text(c, "m.message_id = ?", query->message_id);
	if (query->sha256 != NULL)
		add_blob(c, "d.message_id IN (SELECT message_id FROM parts "
			 "WHERE sha256 = ?)", query->sha256,
			 WARDEN_SHA256_SIZE, 0);
	if (query->key != NULL) {
		add_blob(c, "m.key >= ?", query->key, query->key_size, 0);
		add_blob(c, "m.key <= ?", query->key, query->key_size, 0xff);
	}
}

static void bind_values(struct statement *st, const GPtrArray *values)
{
	for (guint i = 0; i < values->len; i++) {
		const struct value *value = values->pdata[i];

		switch (value->type) {
		case VALUE_INT:
			bind_int(st, value->number);
			break;
		case VALUE_TEXT:
			bind_text(st, value->text);
			break;
		case VALUE_BLOB:
			bind_blob(st, value->blob, sizeof(value->blob));
			break;
		}
	}
}

static void read_copy(struct statement *st, char *guid_hex,
		      struct warden_copy *copy)
{
	const guint8 *guid = sqlite3_column_blob(st->stmt, 21);
	int size = sqlite3_column_bytes(st->stmt, 21);

	guid_hex[0] = '\0';
	for (int i = 0; i < size && i < WARDEN_GUID_SIZE; i++)
		g_snprintf(guid_hex + 2 * i, 3, "%02x", guid[i]);
	*copy = (struct warden_copy){
		.delivery_id = column_int(st, 0),
		.time = column_int(st, 1),
		.user = column_text(st, 2),
		.recipient = column_text(st, 3),
		.sender = column_text(st, 4),
		.service = column_text(st, 5),
		.operation = column_text(st, 6),
		.mailbox = column_text(st, 7),
		.wanted_mailbox = column_text(st, 8),
		.state = column_text(st, 9),
		.uid = (guint32)column_int(st, 10),
		.uid_validity = (guint32)column_int(st, 11),
		.guid = column_text(st, 12),
		.mailbox_guid = guid_hex,
		.subject = column_text(st, 13),
		.from = column_text(st, 14),
		.message_id = column_text(st, 15),
		.date_secs = column_int(st, 16),
		.verdict = column_text(st, 17),
		.action = column_text(st, 18),
		.symbols = column_text(st, 19),
		.score = sqlite3_column_double(st->stmt, 20),
		.key = sqlite3_column_bytes(st->stmt, 22) ==
			WARDEN_SHA256_SIZE ?
			sqlite3_column_blob(st->stmt, 22) : NULL,
	};
}

static const char list_sql[] =
	"SELECT d.id, d.time, u.name, d.recipient, d.sender, d.service, "
	"o.name, coalesce(nullif(d.mailbox, ''), CASE WHEN d.action = 3 "
	"THEN '' ELSE d.wanted_mailbox END), d.wanted_mailbox, s.name, d.uid, "
	"d.uid_validity, d.guid, m.subject, m.from_address, m.message_id, "
	"m.date_secs, v.name, a.name, m.symbols, m.score, d.mailbox_guid, "
	"m.key FROM deliveries d JOIN users u ON u.id = d.user_id "
	"JOIN operations o ON o.id = d.operation "
	"JOIN states s ON s.id = d.state JOIN verdicts v ON v.id = d.verdict "
	"JOIN actions a ON a.id = d.action "
	"LEFT JOIN messages m ON m.id = d.message_id WHERE 1";

int warden_store_list(struct warden_store *store,
		      const struct warden_query *query,
		      bool (*each)(const struct warden_copy *copy,
				   void *context),
		      void *context, char **error_r)
{
	struct conditions conditions = {
		.sql = g_string_new(list_sql),
		.values = g_ptr_array_new_with_free_func(g_free),
	};
	struct statement st = { .store = store, .next = 1, .sound = TRUE };
	char guid_hex[2 * WARDEN_GUID_SIZE + 1];
	struct warden_copy copy;
	int ret;

	make_conditions(&conditions, query);
	g_string_append(conditions.sql, " ORDER BY d.time DESC, d.id DESC "
			"LIMIT ?");
	/* Composed from constants above, so not kept with the others. */
	if (sqlite3_prepare_v2(store->db, conditions.sql->str, -1, &st.stmt,
			       NULL) != SQLITE_OK)
		st.sound = FALSE;
	bind_values(&st, conditions.values);
	bind_int(&st, query->limit == 0 ? LIMIT_DEFAULT : query->limit);
	while ((ret = statement_step(&st)) > 0) {
		read_copy(&st, guid_hex, &copy);
		if (!each(&copy, context))
			break;
	}
	if (ret < 0)
		store_fail(store, "listing", error_r);
	sqlite3_finalize(st.stmt);
	g_string_free(conditions.sql, TRUE);
	g_ptr_array_unref(conditions.values);
	return ret < 0 ? -1 : 1;
}

/* --- stats ------------------------------------------------------------------- */

int warden_store_stats(struct warden_store *store, gint64 since,
		       void (*each)(const char *table, const char *key,
				    gint64 count, void *context),
		       void *context, char **error_r)
{
	static const char *const counted[] = {
		"SELECT 'verdict', v.name, count(*) FROM deliveries d "
		"JOIN verdicts v ON v.id = d.verdict WHERE d.time >= ? "
		"GROUP BY v.id ORDER BY v.id",
		"SELECT 'action', a.name, count(*) FROM deliveries d "
		"JOIN actions a ON a.id = d.action WHERE d.time >= ? "
		"GROUP BY a.id ORDER BY a.id",
		"SELECT 'state', s.name, count(*) FROM deliveries d "
		"JOIN states s ON s.id = d.state WHERE d.time >= ? "
		"GROUP BY s.id ORDER BY s.id",
		"SELECT 'service', d.service, count(*) FROM deliveries d "
		"WHERE d.time >= ? GROUP BY d.service ORDER BY 3 DESC",
		"SELECT 'symbol', f.symbol, count(DISTINCT f.message_id) "
		"FROM findings f JOIN messages m ON m.id = f.message_id "
		"WHERE m.first_seen >= ? GROUP BY f.symbol "
		"ORDER BY 3 DESC, 2 LIMIT 30",
		"SELECT 'rows', 'messages', count(*) FROM messages WHERE 0 <= ?"
		" UNION ALL SELECT 'rows', 'deliveries', count(*) "
		"FROM deliveries UNION ALL SELECT 'rows', 'parts', count(*) "
		"FROM parts UNION ALL SELECT 'rows', 'urls', count(*) "
		"FROM urls UNION ALL SELECT 'rows', 'findings', count(*) "
		"FROM findings UNION ALL SELECT 'rows', 'indicators', "
		"coalesce(sum(indicators), 0) FROM feeds WHERE active = 1",
		"SELECT 'file', 'bytes', page_count * page_size "
		"FROM pragma_page_count(), pragma_page_size() WHERE 0 <= ?",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(counted); i++) {
		struct statement st;
		int ret;

		statement_init(&st, store, counted[i]);
		bind_int(&st, since);
		while ((ret = statement_step(&st)) > 0) {
			each(column_text(&st, 0), column_text(&st, 1),
			     column_int(&st, 2), context);
		}
		statement_reset(&st);
		if (ret < 0)
			return store_fail(store, "counting", error_r);
	}
	return 1;
}

/* --- prune ------------------------------------------------------------------- */

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

/* Small transactions: mail that is being judged waits for none of them. */
static int prune_loop(struct warden_store *store, const char *sql,
		      gint64 before, bool all, guint64 *count_r,
		      char **error_r)
{
	struct statement st;
	int changed;

	*count_r = 0;
	do {
		if (store_begin(store, error_r) < 0)
			return -1;
		statement_init(&st, store, sql);
		bind_int(&st, before);
		if (strstr(sql, "?2") != NULL)
			bind_int(&st, all);
		bool sound = statement_run(&st) > 0;
		changed = sqlite3_changes(store->db);
		if (store_end(store, sound, error_r) < 0)
			return -1;
		*count_r += (guint64)changed;
	} while (changed > 0);
	return 1;
}

int warden_store_prune(struct warden_store *store, gint64 before, bool all,
		       bool dry_run, guint64 *deliveries_r,
		       guint64 *messages_r, char **error_r)
{
	if (dry_run)
		return count_prunable(store, before, all, deliveries_r,
				      messages_r, error_r);
	if (prune_loop(store, "DELETE FROM deliveries WHERE id IN (SELECT id "
		       "FROM deliveries d WHERE d.time < ?1 AND "
		       "(?2 OR d.state IN (2, 3)) LIMIT 500)", before, all,
		       deliveries_r, error_r) < 0)
		return -1;
	return prune_loop(store, "DELETE FROM messages WHERE id IN (SELECT "
			  "m.id FROM messages m WHERE m.first_seen < ?1 AND "
			  "NOT EXISTS (SELECT 1 FROM deliveries d WHERE "
			  "d.message_id = m.id) LIMIT 500)", before, all,
			  messages_r, error_r);
}
