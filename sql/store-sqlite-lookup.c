#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/facts/fuzzy-digest.h"

#include <string.h>

void store_key_range(const guint8 *key, gsize size, guint8 *low_r,
		     guint8 *high_r)
{
	size = MIN(size, WARDEN_SHA256_SIZE);
	memset(low_r, 0, WARDEN_SHA256_SIZE);
	memset(high_r, 0xff, WARDEN_SHA256_SIZE);
	memcpy(low_r, key, size);
	memcpy(high_r, key, size);
}

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

static void unscanned_free(void *data)
{
	struct warden_unscanned *unscanned = data;

	g_free(unscanned->part);
	g_free(unscanned->reason);
	g_free(unscanned);
}

void warden_stored_message_free(struct warden_stored_message *message)
{
	if (message == NULL)
		return;
	g_free(message->subject);
	g_free(message->from_name);
	g_free(message->from_address);
	g_free(message->message_id);
	g_free(message->reason);
	g_ptr_array_unref(message->findings);
	g_ptr_array_unref(message->unscanned);
	g_free(message);
}

struct warden_finding *store_read_finding(struct statement *st, int first)
{
	struct warden_finding *finding = g_new0(struct warden_finding, 1);

	finding->symbol = g_intern_string(column_text(st, first));
	finding->family = g_intern_string(column_text(st, first + 1));
	finding->technique = g_intern_string(column_text(st, first + 2));
	finding->score = sqlite3_column_double(st->stmt, first + 3);
	finding->detail = g_strdup(column_text(st, first + 4));
	finding->part = g_strdup(column_text(st, first + 5));
	return finding;
}

static int load_findings(struct warden_store *store,
			 struct warden_stored_message *message)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT symbol, family, technique, score, "
		       "detail, part FROM findings WHERE message_id = ? "
		       "ORDER BY n");
	bind_int(&st, message->id);
	while ((ret = statement_step(&st)) > 0)
		g_ptr_array_add(message->findings, store_read_finding(&st, 0));
	statement_reset(&st);
	return ret;
}

static int load_unscanned(struct warden_store *store, gint64 id,
			  GPtrArray *list)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT part, reason FROM unscanned "
		       "WHERE message_id = ? ORDER BY n");
	bind_int(&st, id);
	while ((ret = statement_step(&st)) > 0) {
		struct warden_unscanned *unscanned =
			g_new0(struct warden_unscanned, 1);

		unscanned->part = g_strdup(column_text(&st, 0));
		unscanned->reason = g_strdup(column_text(&st, 1));
		g_ptr_array_add(list, unscanned);
	}
	statement_reset(&st);
	return ret;
}

/* What warden_epoch_is_fresh() would say, in the snapshot of the row. A note of
   a generation to come counts as of the current one. */
static void read_freshness(struct statement *st,
			   struct warden_stored_message *message)
{
	guint32 complete_since = (guint32)column_int(st, 15);
	guint32 lists = message->epoch.lists;
	gint64 noted = column_int(st, 16);

	message->now.rules = (guint32)column_int(st, 13);
	message->now.lists = (guint32)column_int(st, 14);
	message->concerned = lists < complete_since ||
		lists > message->now.lists ||
		MIN(noted, message->now.lists) > lists;
}

static struct warden_stored_message *read_message(struct statement *st)
{
	struct warden_stored_message *message =
		g_new0(struct warden_stored_message, 1);

	message->findings = g_ptr_array_new_with_free_func(finding_free);
	message->unscanned = g_ptr_array_new_with_free_func(unscanned_free);
	message->id = column_int(st, 0);
	if (sqlite3_column_bytes(st->stmt, 1) == WARDEN_SHA256_SIZE)
		memcpy(message->key, sqlite3_column_blob(st->stmt, 1),
		       WARDEN_SHA256_SIZE);
	message->size = (guint64)column_int(st, 2);
	message->subject = g_strdup(column_text(st, 3));
	message->from_name = g_strdup(column_text(st, 4));
	message->from_address = g_strdup(column_text(st, 5));
	message->message_id = g_strdup(column_text(st, 6));
	message->first_seen = column_int(st, 7);
	message->verdict = (enum warden_verdict)column_int(st, 8);
	message->score = sqlite3_column_double(st->stmt, 9);
	message->epoch.rules = (guint32)column_int(st, 10);
	message->epoch.lists = (guint32)column_int(st, 11);
	message->reason = g_strdup(column_text(st, 12));
	message->allowed = column_int(st, 17);
	read_freshness(st, message);
	return message;
}

int warden_store_lookup_message(struct warden_store *store, const guint8 *key,
				gsize key_size,
				struct warden_stored_message **message_r,
				char **error_r)
{
	guint8 low[WARDEN_SHA256_SIZE], high[WARDEN_SHA256_SIZE];
	struct warden_stored_message *message = NULL;
	struct statement st;
	int ret;

	store_key_range(key, key_size, low, high);
	statement_init(&st, store, "SELECT id, key, size, subject, from_name, "
		"from_address, message_id, first_seen, verdict, score, "
		"rules_epoch, list_generation, reason, "
		"(SELECT value FROM meta WHERE key = 'rules_epoch'), "
		"(SELECT value FROM meta WHERE key = 'list_generation'), "
		"(SELECT value FROM meta WHERE key = 'complete_since'), "
		"(SELECT a.generation FROM affected a WHERE a.key = "
		"substr(m.key, 1, 16)), allowed FROM messages m "
		"WHERE key BETWEEN ? AND ? LIMIT 1");
	bind_blob(&st, low, sizeof(low));
	bind_blob(&st, high, sizeof(high));
	ret = statement_step(&st);
	if (ret > 0)
		message = read_message(&st);
	statement_reset(&st);
	if (ret > 0 && (load_findings(store, message) < 0 ||
			load_unscanned(store, message->id,
				       message->unscanned) < 0)) {
		warden_stored_message_free(message);
		ret = -1;
	}
	if (ret < 0)
		return store_fail(store, "looking for a message", error_r);
	if (ret > 0)
		*message_r = message;
	return ret;
}

static int load_parts(struct warden_store *store, gint64 id,
		      struct warden_facts *facts)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT path, name, declared_type, "
		       "detected_type, kind, flags, size, sha256, fuzzy "
		       "FROM parts "
		       "WHERE message_id = ? ORDER BY n");
	bind_int(&st, id);
	while ((ret = statement_step(&st)) > 0) {
		struct warden_part *part = warden_facts_add_part(
			facts, column_text(&st, 0), column_text(&st, 1));

		if (part == NULL)
			break;
		g_free(part->declared_type);
		part->declared_type = g_strdup(column_text(&st, 2));
		g_free(part->detected_type);
		part->detected_type = g_strdup(column_text(&st, 3));
		part->kind = (enum warden_content_kind)column_int(&st, 4);
		part->flags = (guint32)column_int(&st, 5);
		part->size = (guint64)column_int(&st, 6);
		if (sqlite3_column_bytes(st.stmt, 7) == WARDEN_SHA256_SIZE)
			memcpy(part->sha256, sqlite3_column_blob(st.stmt, 7),
			       WARDEN_SHA256_SIZE);
		if (sqlite3_column_bytes(st.stmt, 8) == WARDEN_FUZZY_SIZE) {
			char text[WARDEN_FUZZY_TEXT_SIZE];

			warden_fuzzy_print(sqlite3_column_blob(st.stmt, 8),
					   text);
			warden_part_set_fuzzy(part, text);
		}
	}
	statement_reset(&st);
	return ret;
}

static int load_urls(struct warden_store *store, gint64 id,
		     struct warden_facts *facts)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT l.url, h.name, l.text, l.source, "
		       "l.part FROM urls l JOIN hosts h ON h.id = l.host_id "
		       "WHERE l.message_id = ? ORDER BY l.n");
	bind_int(&st, id);
	while ((ret = statement_step(&st)) > 0) {
		warden_facts_add_url(facts, column_text(&st, 0),
				     column_text(&st, 1), column_text(&st, 2),
				     column_text(&st, 3),
				     column_text(&st, 4));
	}
	statement_reset(&st);
	return ret;
}

int warden_store_load_facts(struct warden_store *store, gint64 message_id,
			    struct warden_facts **facts_r, char **error_r)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT key, size, subject, message_id, "
		       "date_secs FROM messages WHERE id = ?");
	bind_int(&st, message_id);
	ret = statement_step(&st);
	if (ret > 0) {
		if (sqlite3_column_bytes(st.stmt, 0) == WARDEN_SHA256_SIZE)
			memcpy(facts->key, sqlite3_column_blob(st.stmt, 0),
			       WARDEN_SHA256_SIZE);
		facts->size = (guint64)column_int(&st, 1);
		g_free(facts->header.subject);
		facts->header.subject = g_strdup(column_text(&st, 2));
		g_free(facts->header.message_id);
		facts->header.message_id = g_strdup(column_text(&st, 3));
		facts->header.date = column_int(&st, 4);
	}
	statement_reset(&st);
	if (ret == 0)
		return 0;
	if (ret < 0 || load_parts(store, message_id, facts) < 0 ||
	    load_urls(store, message_id, facts) < 0 ||
	    store_load_senders(store, message_id, facts->header.from) < 0 ||
	    load_unscanned(store, message_id, facts->unscanned) < 0)
		return store_fail(store, "loading a message", error_r);
	*facts_r = g_steal_pointer(&facts);
	return 1;
}
