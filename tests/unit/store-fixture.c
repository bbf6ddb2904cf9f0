#include "warden-config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* Lists 0: as if they had changed since. */
struct warden_epoch epoch_1 = { 1, 0 };

struct warden_store *open_store(const char *path, guint commit_msecs)
{
	struct warden_store_settings settings = {
		.mode = WARDEN_STORE_WRITE, .commit_msecs = commit_msecs,
	};
	struct warden_store *store = NULL;
	char *error = NULL;

	if (warden_store_open(path, &settings, &store, &error) < 0)
		g_error("%s", error);
	return store;
}

void set_up(struct fixture *fixture, const void *data)
{
	fixture->dir = g_dir_make_tmp("warden-store-XXXXXX", NULL);
	fixture->path = g_build_filename(fixture->dir, "v.sqlite", NULL);
	fixture->store = open_store(fixture->path, 2000);
}

void remove_folder(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		g_unlink(file);
	}
	g_dir_close(dir);
	g_rmdir(path);
}

void tear_down(struct fixture *fixture, const void *data)
{
	warden_store_close(&fixture->store);
	remove_folder(fixture->dir);
	g_free(fixture->path);
	g_free(fixture->dir);
}

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

struct warden_scan_result *make_result(guint32 number)
{
	struct warden_scan_result *result =
		g_new0(struct warden_scan_result, 1);
	struct warden_finding *finding = g_new0(struct warden_finding, 1);
	struct warden_facts *facts = warden_facts_new();
	struct warden_part *part;

	memset(facts->key, 0xab, sizeof(facts->key));
	memcpy(facts->key, &number, sizeof(number));
	facts->size = 1234;
	g_free(facts->header.subject);
	facts->header.subject = g_strdup_printf("Subject %u", number);
	g_free(facts->header.message_id);
	facts->header.message_id = g_strdup_printf("id%u@x", number);
	g_ptr_array_add(facts->header.from,
			warden_address_new("Ben", "Ben@Example.org"));
	part = warden_facts_add_part(facts, "2", "a.exe");
	part->size = 99;
	memset(part->sha256, 0xcd, sizeof(part->sha256));
	warden_part_set_fuzzy(part, FIXTURE_FUZZY);
	warden_facts_add_url(facts, "http://a.example/x", "a.example", "text",
			     "html", "1");
	warden_facts_add_url(facts, "http://a.example/x", "a.example", "again",
			     "html", "1");
	warden_facts_add_unscanned(facts, "3", "encrypted");
	finding->symbol = "EICAR_TEST_FILE";
	finding->family = "attachment";
	finding->technique = "";
	finding->score = 20.5;
	finding->detail = g_strdup("the EICAR test file");
	finding->part = g_strdup("2");
	result->facts = facts;
	result->findings = g_ptr_array_new_with_free_func(finding_free);
	g_ptr_array_add(result->findings, finding);
	result->judgement.verdict = WARDEN_VERDICT_MALWARE;
	result->judgement.action = WARDEN_ACTION_QUARANTINE;
	result->judgement.score = 20.5;
	result->judgement.keyword = "$WardenMalware";
	result->reason = g_strdup("This is a test file.");
	return result;
}

void free_result(struct warden_scan_result *result)
{
	warden_facts_free(result->facts);
	g_ptr_array_unref(result->findings);
	g_free(result->reason);
	g_free(result);
}

const struct warden_delivery to_anna = {
	.time = 1700000000000000, .user = "anna", .recipient = "anna@x",
	.sender = "ben@y", .service = "lmtp", .session = "s1", .actor = "",
	.mailbox = "INBOX", .origin = "",
	.operation = WARDEN_OPERATION_DELIVER,
	.verdict = WARDEN_VERDICT_MALWARE,
	.action = WARDEN_ACTION_QUARANTINE, .keyword = "$WardenMalware",
};

guint64 record_of(struct warden_store *store, guint32 number,
		   const char *user, gint64 time)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	guint64 id = 0;
	char *error = NULL;

	delivery.user = user;
	delivery.time = time;
	if (warden_store_record_scan(store, result, &epoch_1, &delivery, &id,
				     &error) < 0)
		g_error("%s", error);
	free_result(result);
	return id;
}

guint64 record(struct warden_store *store, guint32 number)
{
	return record_of(store, number, to_anna.user, to_anna.time);
}

gint64 count(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	gint64 n;

	g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==,
			SQLITE_OK);
	g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

void execute(const char *path, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		g_error("%s: %s", sql, error);
	sqlite3_close(db);
}

int run_store_tests(int argc, char **argv, const struct store_test *tests,
		    gsize n)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < n; i++) {
		g_test_add(tests[i].name, struct fixture, NULL, set_up,
			   tests[i].run, tear_down);
	}
	return g_test_run();
}
