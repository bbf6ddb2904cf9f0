/* Every statement that mail or people wait for uses an index: what SQLite says
   of each statement that ran must not be a walk over a table. */

#include "warden-config.h"

#include "store-fixture.h"

#include "sql/store-sqlite-private.h"

#include <string.h>

static GHashTable *seen;	/* text of each statement that ran */

static int keep_text(unsigned int event, void *context, void *stmt, void *text)
{
	/* what triggers run is reported as a comment; FTS5 has its own */
	if (strncmp(text, "--", 2) != 0 &&
	    strstr(sqlite3_sql(stmt), "'main'.'subjects") == NULL)
		g_hash_table_add(seen, g_strdup(sqlite3_sql(stmt)));
	return 0;
}

/* Walks that end soon: over what a query has found, over a few rows, or of an
   index that is asked for what is in it (words). */
static bool is_walk(const char *detail)
{
	static const char *const harmless[] = {
		"SCAN hit", "SCAN (subquery", "SCAN CONSTANT ROW",
		"VIRTUAL TABLE INDEX",
	};

	if (!g_str_has_prefix(detail, "SCAN"))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(harmless); i++) {
		if (strstr(detail, harmless[i]) != NULL)
			return FALSE;
	}
	return TRUE;
}

static guint explain(sqlite3 *db, const char *sql)
{
	g_autofree char *text = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
	sqlite3_stmt *stmt = NULL;
	guint rows = 0;

	g_assert_cmpint(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), ==,
			SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *detail =
			(const char *)sqlite3_column_text(stmt, 3);

		rows++;
		if (is_walk(detail))
			g_error("%s: %s", sql, detail);
	}
	sqlite3_finalize(stmt);
	return rows;
}

static void check_plans(struct fixture *f, guint at_least)
{
	GHashTableIter iter;
	gpointer sql;
	guint planned = 0;

	sqlite3_trace_v2(f->store->db, 0, NULL, NULL);
	g_hash_table_iter_init(&iter, seen);
	while (g_hash_table_iter_next(&iter, &sql, NULL)) {
		if (g_str_has_prefix(sql, "SELECT") ||
		    g_str_has_prefix(sql, "INSERT") ||
		    g_str_has_prefix(sql, "UPDATE") ||
		    g_str_has_prefix(sql, "DELETE"))
			planned += explain(f->store->db, sql) > 0;
	}
	g_test_message("%u statements with a plan", planned);
	g_assert_cmpuint(planned, >=, at_least);
	g_clear_pointer(&seen, g_hash_table_unref);
}

static void watch(struct fixture *f)
{
	seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	sqlite3_trace_v2(f->store->db, SQLITE_TRACE_STMT, keep_text, NULL);
}

#define CHECK(call) \
	do { \
		if ((call) < 0) \
			g_error("%s: %s", #call, error); \
	} while (0)

static bool skip_hit(const struct warden_hit *hit, void *context)
{
	return TRUE;
}

static bool skip_copy(const struct warden_copy *copy, void *context)
{
	return TRUE;
}

#define HASH \
	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

static void test_hunts(struct fixture *f, const void *data)
{
	static const char *const queries[] = {
		"sha256:" HASH, "key:" HASH, "url:http://a.example/x",
		"host:a.example", "domain:example", "sender:ben@y",
		"sender:@example.org", "subject:Subject 1", "message-id:id1@x",
	};
	guint64 cursor;
	char *error = NULL;

	record(f->store, 1);
	watch(f);
	for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
		struct warden_hunt *hunt;

		CHECK(warden_hunt_parse(queries[i], &hunt, &error));
		CHECK(warden_store_hunt(f->store, &hunt->query, NULL, 0,
					skip_hit, NULL, &cursor, &error));
		CHECK(warden_store_hunt(f->store, &hunt->query, "anna", 0,
					skip_hit, NULL, &cursor, &error));
		CHECK(warden_store_list(f->store, &hunt->query, skip_copy,
					NULL, &error));
		hunt->query.user = "anna";
		CHECK(warden_store_list(f->store, &hunt->query, skip_copy,
					NULL, &error));
		warden_hunt_free(hunt);
	}
	check_plans(f, 4 * G_N_ELEMENTS(queries));
}

static void test_mail(struct fixture *f, const void *data)
{
	static const guint8 guid[WARDEN_GUID_SIZE] = { 1 };
	static const struct warden_uid_range uids = { 1, 5 };
	struct warden_scan_result *result = make_result(1);
	const guint8 *key = result->facts->key;
	struct warden_delivery seen_there = to_anna;
	struct warden_place place = {
		.mailbox = "INBOX", .mailbox_guid = guid, .uid_validity = 1,
		.uid = 2, .guid = "",
	};
	struct warden_moved moved = {
		.key = key, .key_size = 16, .delivery = &seen_there,
		.origin_guid = guid, .origin_uid_validity = 1,
		.origin_uid = 2, .place = place, .comment = "",
	};
	struct warden_stored_message *message;
	struct warden_facts *facts;
	struct warden_known_hit hit;
	struct warden_epoch newer = { 9, 0 }, now;
	guint64 id, n;
	char *error = NULL;

	watch(f);
	place.delivery_id = record(f->store, 1);
	record(f->store, 1);
	CHECK(warden_store_record_scan(f->store, result, &newer, &to_anna, &id,
				       &error));
	CHECK(warden_store_place(f->store, &place, &error));
	seen_there.operation = WARDEN_OPERATION_FETCH;
	seen_there.stands = &place;
	CHECK(warden_store_record_delivery(f->store, key, &seen_there, &id,
					   &error));
	seen_there.stands = NULL;
	CHECK(warden_store_record_delivery(f->store, key, &seen_there, &id,
					   &error));
	CHECK(warden_store_lookup_message(f->store, key, 16, &message,
					  &error));
	CHECK(warden_store_load_facts(f->store, message->id, &facts, &error));
	newer.rules = 9;
	CHECK(warden_store_record_lists(f->store, message->id, result, &newer,
					&error));
	CHECK(warden_store_is_released(f->store, key, 32, "anna", &error));
	CHECK(warden_store_is_pulled(f->store, key, 32, "anna", &error));
	CHECK(warden_store_release(f->store, key, 32, "anna", FALSE, "root",
				   "", NULL, &id, &error));
	CHECK(warden_store_renamed(f->store, guid, "anna", "New", &n, &error));
	seen_there.operation = WARDEN_OPERATION_PULL;
	CHECK(warden_store_moved(f->store, &moved, &id, &error));
	CHECK(warden_store_gone(f->store, guid, 1, &uids, 1, &n, &error));
	CHECK(warden_store_gone(f->store, guid, 0, NULL, 0, &n, &error));
	CHECK(warden_store_epoch_now(f->store, &now, &error));
	for (int kind = WARDEN_KNOWN_SHA256; kind <= WARDEN_KNOWN_SENDER;
	     kind++)
		CHECK(warden_store_known(f->store,
					 (enum warden_known_kind)kind,
					 "a@b.example", &hit));
	check_plans(f, 30);
	warden_facts_free(facts);
	warden_stored_message_free(message);
	free_result(result);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/plan/hunts", test_hunts },
		{ "/store/plan/mail", test_mail },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
