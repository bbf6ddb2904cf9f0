#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/checks/url.h"

#include <string.h>

#define LIMIT_DEFAULT 100
#define TRIGRAMS_MAX 30

/* --- list -------------------------------------------------------------------- */

/* A query has two halves. What an index finds at once (a file, a host, a
   sender …) gives sets of deliveries, and their intersection drives the query:
   left to itself, SQLite may walk all deliveries by time and look each up. The
   rest are plain conditions. The texts are constants; values stay bound. */
struct conditions {
	GString *sets, *where;
	GPtrArray *set_values, *where_values;	/* struct value, owned */
};

struct value {
	enum { VALUE_INT, VALUE_TEXT, VALUE_BLOB } type;
	gint64 number;
	char *text;
	guint8 blob[MAX(WARDEN_SHA256_SIZE, WARDEN_FUZZY_SIZE)];
	gsize size;
};

static void value_free(void *data)
{
	struct value *value = data;

	g_free(value->text);
	g_free(value);
}

static struct value *value_add(GPtrArray *values)
{
	struct value *value = g_new0(struct value, 1);

	g_ptr_array_add(values, value);
	return value;
}

static void value_add_text(GPtrArray *values, const char *text)
{
	struct value *value = value_add(values);

	value->type = VALUE_TEXT;
	value->text = g_strdup(text);
}

static void value_add_blob(GPtrArray *values, const guint8 *data, gsize size)
{
	struct value *value = value_add(values);

	value->type = VALUE_BLOB;
	value->size = size;
	memcpy(value->blob, data, size);
}

/* sql selects ids of deliveries. */
static void add_set(struct conditions *c, const char *sql)
{
	g_string_append_printf(c->sets, "%s%s",
			       c->sets->len > 0 ? " INTERSECT " : "", sql);
}

static void add_set_text(struct conditions *c, const char *sql,
			 const char *text)
{
	if (text == NULL)
		return;
	add_set(c, sql);
	value_add_text(c->set_values, text);
}

static void add_text(struct conditions *c, const char *sql, const char *text)
{
	if (text == NULL)
		return;
	g_string_append_printf(c->where, " AND %s", sql);
	value_add_text(c->where_values, text);
}

static void add_int(struct conditions *c, const char *sql, gint64 number)
{
	if (number == 0)
		return;
	g_string_append_printf(c->where, " AND %s", sql);
	value_add(c->where_values)->number = number;
}

#define DELIVERIES_OF \
	"SELECT d.id FROM deliveries d WHERE d.message_id IN "

/* A pattern for LIKE … ESCAPE '\' that holds text itself. Owned by the
   caller. */
static char *like_pattern(const char *before, const char *text,
			  const char *after)
{
	GString *pattern = g_string_new(before);

	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("%_\\", *p) != NULL)
			g_string_append_c(pattern, '\\');
		g_string_append_c(pattern, *p);
	}
	g_string_append(pattern, after);
	return g_string_free(pattern, FALSE);
}

/* Everybody there: of the messages with any such address, those where it is
   the envelope's sender or the one shown. "example.org@" and all that begins
   so: 'A' follows '@'. */
static void add_domain_senders(struct conditions *c, const char *at_domain)
{
	g_autofree char *pattern = like_pattern("%", at_domain, "");
	g_autofree char *low = g_strconcat(at_domain + 1, "@", NULL);
	g_autofree char *high = g_strconcat(at_domain + 1, "A", NULL);

	add_set(c, "SELECT d.id FROM deliveries d JOIN messages m "
		"ON m.id = d.message_id WHERE d.message_id IN "
		"(SELECT s.message_id FROM addresses a JOIN senders s "
		"ON s.address_id = a.id WHERE a.rotated >= ? AND a.rotated < "
		"?) AND (d.sender LIKE ? ESCAPE '\\' OR m.from_address LIKE "
		"? ESCAPE '\\')");
	value_add_text(c->set_values, low);
	value_add_text(c->set_values, high);
	value_add_text(c->set_values, pattern);
	value_add_text(c->set_values, pattern);
}

/* The envelope's or the one shown: either may be what is meant. An INTERSECT
   binds no closer than a UNION. */
static void add_sender(struct conditions *c, const char *sender)
{
	g_autofree char *lower = NULL;

	if (sender == NULL)
		return;
	lower = g_utf8_strdown(sender, -1);
	if (*sender == '@') {
		add_domain_senders(c, lower);
		return;
	}
	add_set(c, "SELECT id FROM (SELECT id FROM deliveries WHERE sender = ?"
		" COLLATE NOCASE AND sender <> '' UNION " DELIVERIES_OF
		"(SELECT id FROM messages WHERE from_address = ? AND "
		"from_address <> ''))");
	value_add_text(c->set_values, sender);
	value_add_text(c->set_values, lower);
}

static void add_host(struct conditions *c, const char *host)
{
	g_autofree char *ascii = NULL, *reversed = NULL;

	if (host == NULL)
		return;
	ascii = warden_url_host_ascii(host);
	reversed = store_reverse_host(ascii);
	add_set_text(c, DELIVERIES_OF "(SELECT l.message_id FROM hosts h "
		     "JOIN urls l ON l.host_id = h.id WHERE h.reversed = ? "
		     "AND h.reversed <> '')", reversed);
}

/* "org.example." and everything that begins so: '/' follows '.'. */
static void add_domain(struct conditions *c, const char *domain)
{
	g_autofree char *ascii = NULL, *low = NULL, *high = NULL;

	if (domain == NULL)
		return;
	ascii = warden_url_host_ascii(domain);
	low = store_reverse_host(ascii);
	high = g_strdup(low);
	/* No domain at all has nothing below it. */
	if (*high != '\0')
		high[strlen(high) - 1] = '/';
	add_set_text(c, DELIVERIES_OF "(SELECT l.message_id FROM hosts h "
		     "JOIN urls l ON l.host_id = h.id WHERE h.reversed >= ? "
		     "AND h.reversed < ?)", low);
	value_add_text(c->set_values, high);
}

static void add_url(struct conditions *c, const char *url)
{
	g_autofree char *host = NULL, *reversed = NULL;
	gint64 hash;

	if (url == NULL)
		return;
	hash = store_url_hash(url, &host);
	if (host == NULL) {
		/* mailto: and the like; rarely asked for. */
		add_set_text(c, DELIVERIES_OF "(SELECT message_id FROM urls "
			     "WHERE url = ?)", url);
		return;
	}
	reversed = store_reverse_host(host);
	add_set_text(c, DELIVERIES_OF "(SELECT l.message_id FROM hosts h "
		     "JOIN urls l ON l.host_id = h.id WHERE h.reversed = ? "
		     "AND l.url_hash = ? UNION SELECT message_id "
		     "FROM odd_urls WHERE url_hash = ?)", reversed);
	value_add(c->set_values)->number = hash;
	value_add(c->set_values)->number = hash;
}

static void add_key(struct conditions *c, const guint8 *key, gsize size)
{
	guint8 low[WARDEN_SHA256_SIZE], high[WARDEN_SHA256_SIZE];

	if (key == NULL)
		return;
	store_key_range(key, size, low, high);
	add_set(c, DELIVERIES_OF "(SELECT id FROM messages WHERE key "
		"BETWEEN ? AND ?)");
	value_add_blob(c->set_values, low, sizeof(low));
	value_add_blob(c->set_values, high, sizeof(high));
}

static void add_sha256(struct conditions *c, const guint8 *sha256)
{
	if (sha256 == NULL)
		return;
	add_set(c, DELIVERIES_OF "(SELECT message_id FROM parts "
		"WHERE sha256 = ?)");
	value_add_blob(c->set_values, sha256, WARDEN_SHA256_SIZE);
}

/* Nothing but looking at every file finds what is near. */
static void add_fuzzy(struct conditions *c, const guint8 *fuzzy,
		      guint distance)
{
	if (fuzzy == NULL)
		return;
	add_set(c, DELIVERIES_OF "(SELECT message_id FROM parts WHERE fuzzy "
		"IS NOT NULL AND tlsh_distance(fuzzy, ?) <= ?)");
	value_add_blob(c->set_values, fuzzy, WARDEN_FUZZY_SIZE);
	value_add(c->set_values)->number = distance;
}

/* An FTS5 query: all trigrams of text, up to a number that is enough; NULL if
   it is too short to have any. What has them all and not the text is sorted
   out by LIKE. */
static char *trigrams(const char *text)
{
	GString *query = g_string_new(NULL);
	const char *start = text;

	for (guint n = 0; n < TRIGRAMS_MAX; n++) {
		const char *end = start;

		for (int i = 0; i < 3 && *end != '\0'; i++)
			end = g_utf8_next_char(end);
		if (g_utf8_strlen(start, end - start) < 3)
			break;
		g_string_append(query, n > 0 ? " AND \"" : "\"");
		for (const char *p = start; p < end; p++) {
			if (*p == '"')
				g_string_append_c(query, '"');
			g_string_append_c(query, *p);
		}
		g_string_append_c(query, '"');
		start = g_utf8_next_char(start);
	}
	if (query->len > 0)
		return g_string_free(query, FALSE);
	g_string_free(query, TRUE);
	return NULL;
}

static void add_subject(struct conditions *c, const char *subject)
{
	g_autofree char *pattern = NULL, *match = NULL;

	if (subject == NULL)
		return;
	pattern = like_pattern("%", subject, "%");
	match = g_utf8_validate(subject, -1, NULL) ? trigrams(subject) : NULL;
	if (match == NULL) {
		/* One or two letters: most messages have them anyway. */
		add_set_text(c, DELIVERIES_OF "(SELECT id FROM messages WHERE "
			     "subject LIKE ? ESCAPE '\\')", pattern);
		return;
	}
	add_set_text(c, DELIVERIES_OF "(SELECT id FROM messages WHERE id IN "
		     "(SELECT rowid FROM subjects WHERE subjects MATCH ?) AND "
		     "subject LIKE ? ESCAPE '\\' UNION SELECT id FROM "
		     "messages WHERE id > (SELECT value FROM meta WHERE key = "
		     "'subjects_upto') AND subject LIKE ? ESCAPE '\\')",
		     match);
	value_add_text(c->set_values, pattern);
	value_add_text(c->set_values, pattern);
}

/* With or without its <>. */
static void add_message_id(struct conditions *c, const char *message_id)
{
	g_autofree char *bare = NULL;
	gsize size;

	if (message_id == NULL)
		return;
	size = strlen(message_id);
	bare = size > 2 && message_id[0] == '<' &&
		message_id[size - 1] == '>' ?
		g_strndup(message_id + 1, size - 2) : g_strdup(message_id);
	add_set_text(c, DELIVERIES_OF "(SELECT id FROM messages WHERE "
		     "message_id = ? AND message_id <> '')", bare);
}

/* The number of a known word becomes part of the text: only so does SQLite see
   that an index of the uncommon ones will do. */
static void add_word(struct conditions *c, const char *column, bool known,
		     unsigned int number)
{
	if (!known)
		g_string_append(c->where, " AND 0");
	else
		g_string_append_printf(c->where, " AND %s = %u%s%s%s", column,
				       number, number > 1 ? " AND " : "",
				       number > 1 ? column : "",
				       number > 1 ? " > 1" : "");
}

static void add_words(struct conditions *c, const struct warden_query *query)
{
	enum warden_verdict verdict = WARDEN_VERDICT_UNKNOWN;
	enum warden_action action = WARDEN_ACTION_NONE;
	bool known;

	if (query->verdict != NULL) {
		known = warden_verdict_parse(query->verdict, &verdict);
		add_word(c, "d.verdict", known, verdict);
	}
	if (query->action != NULL) {
		known = warden_action_parse(query->action, &action);
		add_word(c, "d.action", known, action);
	}
}

static void
make_conditions(struct conditions *c, const struct warden_query *query)
{
	add_sha256(c, query->sha256);
	add_fuzzy(c, query->fuzzy, query->fuzzy_distance);
	add_key(c, query->key, query->key_size);
	add_sender(c, query->sender);
	add_host(c, query->host);
	add_domain(c, query->domain);
	add_url(c, query->url);
	add_message_id(c, query->message_id);
	add_subject(c, query->subject);

	add_int(c, "d.id = ?", query->delivery_id);
	add_int(c, "d.time >= ?", query->since);
	add_int(c, "d.time < ?", query->until);
	add_text(c, "d.user_id = (SELECT id FROM users WHERE name = ?)",
		 query->user);
	add_text(c, "coalesce(nullif(d.mailbox, ''), d.wanted_mailbox) = ?",
		 query->mailbox);
	add_words(c, query);
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
			bind_blob(st, value->blob, value->size);
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
		.session = column_text(st, 23),
	};
}

#define LIST_COLUMNS \
	"SELECT d.id, d.time, u.name, d.recipient, d.sender, d.service, " \
	"o.name, coalesce(nullif(d.mailbox, ''), CASE WHEN d.action = 3 " \
	"THEN '' ELSE d.wanted_mailbox END), d.wanted_mailbox, s.name, " \
	"d.uid, d.uid_validity, d.guid, m.subject, m.from_address, " \
	"m.message_id, m.date_secs, v.name, a.name, " \
	"coalesce(d.symbols, m.symbols), coalesce(d.score, m.score), " \
	"d.mailbox_guid, m.key, d.session FROM "
#define LIST_JOINS \
	" JOIN users u ON u.id = d.user_id " \
	"JOIN operations o ON o.id = d.operation " \
	"JOIN states s ON s.id = d.state JOIN verdicts v ON v.id = d.verdict " \
	"JOIN actions a ON a.id = d.action " \
	"LEFT JOIN messages m ON m.id = d.message_id WHERE 1"

/* CROSS JOIN keeps the order of the tables. */
static char *list_sql(const struct conditions *c)
{
	g_autofree char *from = c->sets->len == 0 ? g_strdup("deliveries d") :
		g_strdup_printf("(%s) AS hit CROSS JOIN deliveries d "
				"ON d.id = hit.id", c->sets->str);

	return g_strconcat(LIST_COLUMNS, from, LIST_JOINS, c->where->str,
			   " ORDER BY d.time DESC, d.id DESC LIMIT ?", NULL);
}

static void conditions_init(struct conditions *c,
			    const struct warden_query *query)
{
	c->sets = g_string_new(NULL);
	c->where = g_string_new(NULL);
	c->set_values = g_ptr_array_new_with_free_func(value_free);
	c->where_values = g_ptr_array_new_with_free_func(value_free);
	make_conditions(c, query);
}

static void conditions_clear(struct conditions *c)
{
	g_string_free(c->sets, TRUE);
	g_string_free(c->where, TRUE);
	g_ptr_array_unref(c->set_values);
	g_ptr_array_unref(c->where_values);
}

int warden_store_list(struct warden_store *store,
		      const struct warden_query *query,
		      bool (*each)(const struct warden_copy *copy,
				   void *context),
		      void *context, char **error_r)
{
	struct conditions conditions;
	struct statement st = { .store = store, .next = 1 };
	g_autofree char *sql = NULL;
	char guid_hex[2 * WARDEN_GUID_SIZE + 1];
	struct warden_copy copy;
	int ret;

	conditions_init(&conditions, query);
	sql = list_sql(&conditions);
	/* Composed, so not kept with the other statements. */
	st.sound = sqlite3_prepare_v2(store->db, sql, -1, &st.stmt, NULL) ==
		SQLITE_OK;
	bind_values(&st, conditions.set_values);
	bind_values(&st, conditions.where_values);
	bind_int(&st, query->limit == 0 ? LIMIT_DEFAULT : query->limit);
	while ((ret = statement_step(&st)) > 0) {
		read_copy(&st, guid_hex, &copy);
		if (!each(&copy, context))
			break;
	}
	if (ret < 0)
		store_fail(store, "listing", error_r);
	sqlite3_finalize(st.stmt);
	conditions_clear(&conditions);
	return ret < 0 ? -1 : 1;
}

/* --- hunt -------------------------------------------------------------------- */

/* Only what stands, or may, can be pulled. What is gone may all the same stand
   in Quarantine: a move that was killed before it could tell. */
#define HUNT_STANDING "d.state IN (0, 1) AND "
#define HUNT_EVER "d.state <> 2 AND "
#define HUNT_USERS \
	"SELECT DISTINCT u.id, u.name FROM (%s) AS hit " \
	"CROSS JOIN deliveries d ON d.id = hit.id " \
	"JOIN users u ON u.id = d.user_id " \
	"WHERE %su.id > ?%s ORDER BY u.id"
#define HUNT_COPIES \
	"SELECT d.id, '', m.key, d.mailbox_guid, d.uid_validity, d.uid, " \
	"d.action, d.wanted_mailbox FROM (%s) AS hit CROSS JOIN deliveries d ON d.id = hit.id " \
	"LEFT JOIN messages m ON m.id = d.message_id " \
	"WHERE %sd.id > ?%s AND d.user_id = " \
	"(SELECT id FROM users WHERE name = ?) ORDER BY d.id"

/* Bytes of that size, or NULL. */
static const guint8 *column_bytes(struct statement *st, int column, int size)
{
	return sqlite3_column_bytes(st->stmt, column) == size ?
		sqlite3_column_blob(st->stmt, column) : NULL;
}

static void read_hit(struct statement *st, bool users, const char *user,
		     struct warden_hit *hit_r)
{
	*hit_r = (struct warden_hit){
		.id = column_int(st, 0),
		.user = users ? column_text(st, 1) : user,
	};
	if (users)
		return;
	hit_r->key = column_bytes(st, 2, WARDEN_SHA256_SIZE);
	hit_r->mailbox_guid = column_bytes(st, 3, WARDEN_GUID_SIZE);
	hit_r->uid_validity = (guint32)column_int(st, 4);
	hit_r->uid = (guint32)column_int(st, 5);
	hit_r->action = (enum warden_action)column_int(st, 6);
	hit_r->wanted_mailbox = column_text(st, 7);
}

static char *hunt_sql(const struct conditions *c, bool users, bool gone)
{
	const char *sets = c->sets->len > 0 ? c->sets->str :
		"SELECT id FROM deliveries";
	const char *standing = gone ? HUNT_EVER : HUNT_STANDING;

	return users ?
		g_strdup_printf(HUNT_USERS, sets, standing, c->where->str) :
		g_strdup_printf(HUNT_COPIES, sets, standing, c->where->str);
}

int warden_store_hunt(struct warden_store *store,
		      const struct warden_query *query, const char *user,
		      guint64 cursor,
		      bool (*each)(const struct warden_hit *hit,
				   void *context),
		      void *context, guint64 *cursor_r, char **error_r)
{
	struct statement st = { .store = store, .next = 1 };
	struct warden_query wanted = *query;
	struct conditions conditions;
	g_autofree char *sql = NULL;
	struct warden_hit hit;
	gint64 last = (gint64)cursor;
	int ret;

	wanted.user = NULL;
	conditions_init(&conditions, &wanted);
	sql = hunt_sql(&conditions, user == NULL, query->gone);
	st.sound = sqlite3_prepare_v2(store->db, sql, -1, &st.stmt, NULL) ==
		SQLITE_OK;
	bind_values(&st, conditions.set_values);
	bind_int(&st, last);
	bind_values(&st, conditions.where_values);
	if (user != NULL)
		bind_text(&st, user);
	while ((ret = statement_step(&st)) > 0) {
		read_hit(&st, user == NULL, user, &hit);
		if (!each(&hit, context))
			break;
		last = hit.id;
	}
	if (ret < 0)
		store_fail(store, "hunting", error_r);
	sqlite3_finalize(st.stmt);
	conditions_clear(&conditions);
	*cursor_r = ret > 0 ? (guint64)last : 0;
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
		"SELECT 'symbol', symbol, count(DISTINCT message_id) FROM "
		"(SELECT f.symbol, f.message_id FROM findings f "
		"JOIN messages m ON m.id = f.message_id "
		"WHERE m.first_seen >= ?1 UNION ALL "
		"SELECT f.symbol, d.message_id FROM delivery_findings f "
		"JOIN deliveries d ON d.id = f.delivery_id "
		"WHERE f.score IS NOT NULL AND d.time >= ?1) "
		"GROUP BY symbol ORDER BY 3 DESC, 2 LIMIT 30",
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
