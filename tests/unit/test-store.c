/* The store against a database of its own in a temporary directory. */

#include "warden-config.h"

#include "sql/store-journal.h"
#include "sql/store-queue.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char *dir, *path;
	struct warden_store *store;
};

static const struct warden_epoch epoch = { 1, 0 };

static struct warden_store *open_store(const char *path, guint commit_msecs)
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

static void set_up(struct fixture *fixture, const void *data)
{
	fixture->dir = g_dir_make_tmp("warden-store-XXXXXX", NULL);
	fixture->path = g_build_filename(fixture->dir, "v.sqlite", NULL);
	fixture->store = open_store(fixture->path, 2000);
}

static void tear_down(struct fixture *fixture, const void *data)
{
	GDir *dir;
	const char *name;

	warden_store_close(&fixture->store);
	dir = g_dir_open(fixture->dir, 0, NULL);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path =
			g_build_filename(fixture->dir, name, NULL);

		g_unlink(path);
	}
	g_dir_close(dir);
	g_rmdir(fixture->dir);
	g_free(fixture->path);
	g_free(fixture->dir);
}

/* --- what is recorded -------------------------------------------------------- */

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

static struct warden_scan_result *make_result(guint32 number)
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
	g_ptr_array_add(facts->header.from,
			warden_address_new("Ben", "Ben@Example.org"));
	part = warden_facts_add_part(facts, "2", "a.exe");
	part->size = 99;
	memset(part->sha256, 0xcd, sizeof(part->sha256));
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

static void free_result(struct warden_scan_result *result)
{
	warden_facts_free(result->facts);
	g_ptr_array_unref(result->findings);
	g_free(result->reason);
	g_free(result);
}

static const struct warden_delivery delivery = {
	.time = 1700000000000000, .user = "anna", .recipient = "anna@x",
	.sender = "ben@y", .service = "lmtp", .session = "s1", .actor = "",
	.mailbox = "INBOX", .origin = "",
	.operation = WARDEN_OPERATION_DELIVER,
	.verdict = WARDEN_VERDICT_MALWARE,
	.action = WARDEN_ACTION_QUARANTINE, .keyword = "$WardenMalware",
};

static guint64 record(struct warden_store *store, guint32 number)
{
	struct warden_scan_result *result = make_result(number);
	guint64 id = 0;
	char *error = NULL;

	if (warden_store_record_scan(store, result, &epoch, &delivery, &id,
				     &error) < 0)
		g_error("%s", error);
	free_result(result);
	return id;
}

static gint64 count(const char *path, const char *sql)
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

static void test_record(struct fixture *f, const void *data)
{
	struct warden_stored_message *message;
	struct warden_scan_result *result = make_result(1);
	struct warden_facts *facts;
	char *error = NULL;
	guint64 first = record(f->store, 1), second = record(f->store, 1);

	g_assert_cmpuint(second, >, first);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM parts"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM urls"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM findings"), ==, 1);
	for (gsize size = 16; size <= 32; size += 16) {
		g_assert_cmpint(warden_store_lookup_message(f->store,
			result->facts->key, size, &message, &error), ==, 1);
		g_assert_cmpstr(message->subject, ==, "Subject 1");
		g_assert_cmpstr(message->from_address, ==, "ben@example.org");
		g_assert_cmpint(message->verdict, ==, WARDEN_VERDICT_MALWARE);
		g_assert_cmpuint(message->epoch.rules, ==, 1);
		g_assert_cmpuint(message->findings->len, ==, 1);
		g_assert_cmpstr(((struct warden_finding *)
				 message->findings->pdata[0])->symbol, ==,
				"EICAR_TEST_FILE");
		g_assert_cmpuint(message->unscanned->len, ==, 1);
		g_assert_cmpstr(message->reason, ==, "This is a test file.");
		g_assert_cmpint(warden_store_load_facts(f->store, message->id,
							&facts, &error), ==,
				1);
		g_assert_cmpuint(facts->parts->len, ==, 1);
		g_assert_cmpuint(facts->urls->len, ==, 1);
		warden_facts_free(facts);
		warden_stored_message_free(message);
	}
	result->facts->key[15] ^= 1;
	g_assert_cmpint(warden_store_lookup_message(f->store,
		result->facts->key, 16, &message, &error), ==, 0);
	free_result(result);
}

/* Within an epoch the worse verdict of one key stays. */
static void test_worse(struct fixture *f, const void *data)
{
	static const struct {
		enum warden_verdict verdict;
		guint32 rules;
		enum warden_verdict stored;
	} rows[] = {
		{ WARDEN_VERDICT_SUSPICIOUS, 1, WARDEN_VERDICT_SUSPICIOUS },
		{ WARDEN_VERDICT_MALWARE, 1, WARDEN_VERDICT_MALWARE },
		{ WARDEN_VERDICT_CLEAN, 1, WARDEN_VERDICT_MALWARE },
		{ WARDEN_VERDICT_CLEAN, 2, WARDEN_VERDICT_CLEAN },
	};
	struct warden_scan_result *result = make_result(1);
	char *error = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_epoch when = { rows[i].rules, 0 };
		struct warden_stored_message *message;
		guint64 id;

		result->judgement.verdict = rows[i].verdict;
		g_assert_cmpint(warden_store_record_scan(f->store, result,
			&when, &delivery, &id, &error), ==, 1);
		g_assert_cmpint(warden_store_lookup_message(f->store,
			result->facts->key, 32, &message, &error), ==, 1);
		g_assert_cmpint(message->verdict, ==, rows[i].stored);
		warden_stored_message_free(message);
	}
	free_result(result);
}

/* The WAL is copied back when it is long, and only then. */
static void test_idle(struct fixture *f, const void *data)
{
	struct stat before, after;

	g_assert_cmpint(stat(f->path, &before), ==, 0);
	record(f->store, 0);
	warden_store_idle(f->store);
	g_assert_cmpint(stat(f->path, &after), ==, 0);
	g_assert_cmpint(after.st_size, ==, before.st_size);
	for (guint32 n = 1; n < 300; n++)
		record(f->store, n);
	warden_store_idle(f->store);
	g_assert_cmpint(stat(f->path, &after), ==, 0);
	g_assert_cmpint(after.st_size, >, before.st_size);
}

static bool keep_copy(const struct warden_copy *copy, void *context)
{
	GString *text = context;

	g_string_append_printf(text, "%s|%s|%s|%u|%s;", copy->user,
			       copy->state, copy->mailbox, copy->uid,
			       copy->verdict);
	return TRUE;
}

static char *list(struct warden_store *store, const struct warden_query *query)
{
	GString *text = g_string_new(NULL);
	char *error = NULL;

	if (warden_store_list(store, query, keep_copy, text, &error) < 0)
		g_error("%s", error);
	return g_string_free(text, FALSE);
}

static void test_place(struct fixture *f, const void *data)
{
	guint8 guid[WARDEN_GUID_SIZE] = { 1, 2, 3 };
	struct warden_place place = {
		.delivery_id = record(f->store, 7), .mailbox = "Quarantine",
		.mailbox_guid = guid, .uid_validity = 5, .uid = 9,
		.guid = "g",
	};
	guint8 sha256[WARDEN_SHA256_SIZE];
	struct warden_query all = { 0 }, by_hash = { .sha256 = sha256 };
	char *error = NULL;

	memset(sha256, 0xcd, sizeof(sha256));
	g_autofree char *before = list(f->store, &all);
	g_assert_cmpstr(before, ==, "anna|intended||0|malware;");
	g_assert_cmpint(warden_store_place(f->store, &place, &error), ==, 1);
	g_autofree char *after = list(f->store, &by_hash);
	g_assert_cmpstr(after, ==, "anna|stored|Quarantine|9|malware;");
	place.delivery_id = 4711;
	g_assert_cmpint(warden_store_place(f->store, &place, &error), ==, 0);
	memset(sha256, 0xce, sizeof(sha256));
	g_autofree char *none = list(f->store, &by_hash);
	g_assert_cmpstr(none, ==, "");
}

static void test_filters(struct fixture *f, const void *data)
{
	static const struct {
		struct warden_query query;
		bool found;
	} rows[] = {
		{ { .user = "anna" }, TRUE },
		{ { .user = "ben" }, FALSE },
		{ { .verdict = "malware" }, TRUE },
		{ { .verdict = "clean" }, FALSE },
		{ { .action = "quarantine" }, TRUE },
		{ { .sender = "BEN@y" }, TRUE },
		{ { .sender = "ben@example.org" }, TRUE },
		{ { .sender = "x' OR 1=1 --" }, FALSE },
		{ { .host = "A.example" }, TRUE },
		{ { .host = "b.example" }, FALSE },
		{ { .subject = "ject 3" }, TRUE },
		{ { .since = 1700000000000000 }, TRUE },
		{ { .since = 1700000000000001 }, FALSE },
		{ { .until = 1700000000000000 }, FALSE },
	};

	record(f->store, 3);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = list(f->store, &rows[i].query);

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_true((text[0] != '\0') == rows[i].found);
	}
}

static void test_epoch(struct fixture *f, const void *data)
{
	struct warden_epoch now;
	char *error = NULL;
	static const struct {
		guint64 fingerprint;
		guint32 rules;
	} rows[] = { { 77, 1 }, { 77, 1 }, { G_MAXUINT64, 2 }, { 77, 3 } };

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(warden_store_epoch(f->store,
			rows[i].fingerprint, &now, &error), ==, 1);
		g_assert_cmpuint(now.rules, ==, rows[i].rules);
	}
}

static void test_release(struct fixture *f, const void *data)
{
	guint8 key[WARDEN_SHA256_SIZE] = { 9 };
	guint64 id;
	char *error = NULL;

	g_assert_cmpint(warden_store_is_released(f->store, key, 32, "anna",
						 &error), ==, 0);
	g_assert_cmpint(warden_store_release(f->store, key, 16, "anna", FALSE,
		"anna", "", NULL, &id, &error), ==, 1);
	g_assert_cmpint(warden_store_is_released(f->store, key, 32, "anna",
						 &error), ==, 1);
	g_assert_cmpint(warden_store_is_released(f->store, key, 32, "ben",
						 &error), ==, 0);
	g_assert_cmpint(warden_store_release(f->store, key, 32, "ben", TRUE,
		"root", "why", &delivery, &id, &error), ==, 1);
	g_assert_cmpint(warden_store_is_released(f->store, key, 16, "carla",
						 &error), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit"), ==, 2);
	g_assert_cmpint(warden_store_release(f->store, key, 8, "anna", FALSE,
		"anna", "", NULL, &id, &error), ==, -1);
	g_free(error);
}

/* --- feeds --------------------------------------------------------------------- */

struct source {
	guint n, next;
	bool broken;
};

static int next_indicator(void *context, struct warden_indicator *indicator,
			  char **error_r)
{
	static char value[64];
	struct source *source = context;

	if (source->next == source->n) {
		if (!source->broken)
			return 0;
		*error_r = g_strdup("line 3: no host");
		return -1;
	}
	g_snprintf(value, sizeof(value), "h%u.example", source->next++);
	*indicator = (struct warden_indicator){
		WARDEN_KNOWN_HOST, value, "phish"
	};
	return 1;
}

static int is_known(struct warden_store *store, const char *host, bool *allow)
{
	struct warden_known_hit hit;
	int ret = warden_store_known(store, WARDEN_KNOWN_HOST, host, &hit);

	*allow = hit.allow;
	return ret;
}

static void test_feeds(struct fixture *f, const void *data)
{
	struct source twelve_k = { .n = 12000 }, few = { .n = 3 };
	struct source broken = { .n = 2, .broken = TRUE }, one = { .n = 1 };
	struct warden_epoch now;
	char *error = NULL;
	guint64 n = 0;
	bool allow;

	g_assert_cmpint(warden_store_feed_replace(f->store, "bad", "f", FALSE,
		next_indicator, &twelve_k, &n, &error), ==, 1);
	g_assert_cmpuint(n, ==, 12000);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 1);
	g_assert_cmpint(is_known(f->store, "a.b.h7.example", &allow), ==, 1);
	g_assert_cmpint(is_known(f->store, "xh7.example", &allow), ==, 0);
	/* refused as a whole: the old set stays */
	g_assert_cmpint(warden_store_feed_replace(f->store, "bad", "f", FALSE,
		next_indicator, &broken, &n, &error), ==, -1);
	g_assert_cmpstr(error, ==, "line 3: no host");
	g_clear_pointer(&error, g_free);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 1);
	g_assert_cmpint(warden_store_feed_replace(f->store, "bad", "f", FALSE,
		next_indicator, &few, &n, &error), ==, 1);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM indicators"), ==,
			3);
	/* an allow-list beats a deny-list */
	g_assert_cmpint(warden_store_feed_replace(f->store, "good", "g", TRUE,
		next_indicator, &one, &n, &error), ==, 1);
	g_assert_cmpint(is_known(f->store, "h0.example", &allow), ==, 1);
	g_assert_true(allow);
	g_assert_cmpint(is_known(f->store, "h1.example", &allow), ==, 1);
	g_assert_false(allow);
	g_assert_cmpint(warden_store_feed_remove(f->store, "bad", &error), ==,
			1);
	g_assert_cmpint(warden_store_feed_remove(f->store, "bad", &error), ==,
			0);
	g_assert_cmpint(is_known(f->store, "h1.example", &allow), ==, 0);
	g_assert_cmpint(warden_store_epoch(f->store, 1, &now, &error), ==, 1);
	g_assert_cmpuint(now.lists, ==, 4);
}

/* --- several processes ----------------------------------------------------------- */

static void test_writers(struct fixture *f, const void *data)
{
	enum { PROCESSES = 6, RECORDS = 40 };
	pid_t pids[PROCESSES];
	int status;

	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		g_assert_cmpint(pids[i], >=, 0);
		if (pids[i] == 0) {
			struct warden_store *store =
				open_store(f->path, 60000);

			for (guint32 n = 0; n < RECORDS; n++)
				record(store, (guint32)i * 1000 + n);
			warden_store_idle(store);
			warden_store_close(&store);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
		g_assert_cmpint(status, ==, 0);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			PROCESSES * RECORDS);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages"), ==,
			PROCESSES * RECORDS);
}

/* --- when it cannot ---------------------------------------------------------------- */

static void test_locked(struct fixture *f, const void *data)
{
	g_autofree char *path = g_strconcat(f->path, "-queue", NULL);
	struct warden_store *impatient = open_store(f->path, 150);
	struct warden_scan_result *result = make_result(1);
	struct warden_store_queue *queue;
	char *error = NULL;
	guint64 id;

	g_assert_cmpint(warden_store_queue_open(path, 0660, &queue, &error),
			==, 1);
	g_assert_cmpint(warden_store_queue_enter(queue, 0, &error), ==, 1);
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch,
		&delivery, &id, &error), ==, -1);
	g_assert_nonnull(strstr(error, "150 ms"));
	g_clear_pointer(&error, g_free);
	warden_store_queue_leave(queue);
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch,
		&delivery, &id, &error), ==, 1);
	/* a writer that knows no queue */
	sqlite3 *db;
	g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch,
		&delivery, &id, &error), ==, -1);
	g_clear_pointer(&error, g_free);
	sqlite3_close(db);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			1);
	warden_store_queue_close(&queue);
	warden_store_close(&impatient);
	free_result(result);
}

/* A file that may not grow stands for a full disk. */
static void test_full(struct fixture *f, const void *data)
{
	pid_t pid;
	int status;

	record(f->store, 1);
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = { 64 * 1024, 64 * 1024 };
		struct warden_store *store = open_store(f->path, 1000);
		char *error = NULL;
		int failed = 0;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		for (guint32 n = 0; n < 200 && failed == 0; n++) {
			struct warden_scan_result *result = make_result(n);
			guint64 id;

			if (warden_store_record_scan(store, result, &epoch,
						     &delivery, &id,
						     &error) < 0)
				failed = error != NULL;
			free_result(result);
		}
		g_free(error);
		_exit(failed ? 0 : 1);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
	g_assert_cmpint(record(f->store, 500), >, 0);
	g_assert_cmpint(count(f->path, "SELECT (SELECT count(*) FROM "
		"deliveries WHERE message_id NOT IN (SELECT id FROM "
		"messages)) + (SELECT count(*) FROM pragma_foreign_key_check)"
		), ==, 0);
}

static void say(const char *problem, void *context)
{
	g_string_append_printf(context, "%s;", problem);
}

static void test_check(struct fixture *f, const void *data)
{
	g_autoptr(GString) said = g_string_new(NULL);
	sqlite3 *db;
	char *error = NULL;

	record(f->store, 1);
	g_assert_cmpint(warden_store_check(f->store, say, said, &error), ==,
			1);
	g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, "DELETE FROM messages", NULL, NULL,
				     NULL), ==, SQLITE_OK);
	sqlite3_close(db);
	g_assert_cmpint(warden_store_check(f->store, say, said, &error), ==,
			0);
	g_assert_nonnull(strstr(said->str, "deliveries"));
}

static void test_newer(struct fixture *f, const void *data)
{
	struct warden_store_settings settings = { WARDEN_STORE_WRITE, 0 };
	struct warden_store *store = NULL;
	char *error = NULL;
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, "PRAGMA user_version = 999", NULL,
				     NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
	for (int mode = WARDEN_STORE_READ; mode <= WARDEN_STORE_WRITE;
	     mode++) {
		settings.mode = mode;
		g_assert_cmpint(warden_store_open(f->path, &settings, &store,
						  &error), ==, -1);
		g_assert_nonnull(strstr(error, "999"));
		g_clear_pointer(&error, g_free);
	}
}

static void test_read_only(struct fixture *f, const void *data)
{
	struct warden_store_settings settings = { WARDEN_STORE_READ, 0 };
	struct warden_store *store = NULL;
	char *error = NULL;
	guint64 id;

	record(f->store, 1);
	g_assert_cmpint(warden_store_open(f->path, &settings, &store, &error),
			==, 1);
	g_assert_cmpint(warden_store_record_delivery(store, NULL, &delivery,
						     &id, &error), ==, -1);
	g_clear_pointer(&error, g_free);
	warden_store_close(&store);
	g_assert_cmpint(warden_store_open("/nonexistent/v.sqlite", &settings,
					  &store, &error), ==, -1);
	g_assert_nonnull(strstr(error, "/nonexistent/v.sqlite"));
	g_free(error);
}

static void test_prune(struct fixture *f, const void *data)
{
	struct warden_place gone = { .mailbox = "", .guid = "",
				     .aborted = TRUE };
	guint64 deliveries, messages;
	char *error = NULL;

	for (guint32 n = 0; n < 20; n++) {
		guint64 id = record(f->store, n);

		gone.delivery_id = id;
		if (n % 2 == 0)
			g_assert_cmpint(warden_store_place(f->store, &gone,
							   &error), ==, 1);
	}
	for (int dry = 1; dry >= 0; dry--) {
		g_assert_cmpint(warden_store_prune(f->store, G_MAXINT64, FALSE,
			dry, &deliveries, &messages, &error), ==, 1);
		g_assert_cmpuint(deliveries, ==, 10);
		g_assert_cmpuint(messages, ==, 10);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM parts"), ==, 10);
	g_assert_cmpint(warden_store_prune(f->store, 1, TRUE, FALSE,
		&deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(deliveries, ==, 0);
}

/* --- the journal --------------------------------------------------------------------- */

static void append(struct warden_journal *journal, guint32 number)
{
	struct warden_scan_result *result = make_result(number);
	char *error = NULL;

	if (warden_journal_append(journal, result, &epoch, NULL, &delivery,
				  &error) < 0)
		g_error("%s", error);
	free_result(result);
}

static void test_journal(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	char *error = NULL;
	guint dropped;

	g_assert_cmpint(warden_journal_replay(journal, f->store, 10, &dropped,
					      &error), ==, 0);
	for (guint32 n = 0; n < 5; n++)
		append(journal, n);
	g_assert_cmpint(warden_journal_append(journal, NULL, NULL, NULL,
		&delivery, &error), ==, 1);
	g_assert_cmpuint(warden_journal_size(journal), >, 0);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 2, &dropped,
					      &error), ==, 2);
	/* a torn append behind the last whole record */
	FILE *file = fopen(path, "ab");
	fwrite("\x40\0\0\0torn", 1, 8, file);
	fclose(file);
	append(journal, 50);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 100, &dropped,
					      &error), ==, 5);
	g_assert_cmpuint(dropped, ==, 0);
	g_assert_cmpuint(warden_journal_size(journal), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages"), ==, 6);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			7);
	warden_journal_free(&journal);
}

static void test_journal_damaged(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	char *error = NULL;
	guint dropped;

	append(journal, 1);
	FILE *file = fopen(path, "r+b");
	fseek(file, 100, SEEK_SET);
	fputc(0x55, file);
	fputc(0xaa, file);
	fclose(file);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 10, &dropped,
					      &error), ==, 0);
	g_assert_cmpuint(dropped, ==, 1);
	append(journal, 2);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 10, &dropped,
					      &error), ==, 1);
	warden_journal_free(&journal);
}

static void test_journal_full(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 2048);
	struct warden_scan_result *result = make_result(1);
	char *error = NULL;
	int n = 0;

	while (n < 100 && warden_journal_append(journal, result, &epoch, NULL,
						&delivery, &error) > 0)
		n++;
	g_assert_cmpint(n, >=, 1);
	g_assert_cmpint(n, <, 100);
	g_assert_nonnull(strstr(error, "full"));
	g_clear_pointer(&error, g_free);
	warden_journal_free(&journal);
	journal = warden_journal_new("/nonexistent/journal", 2048);
	g_assert_cmpint(warden_journal_append(journal, result, &epoch, NULL,
		&delivery, &error), ==, -1);
	g_free(error);
	warden_journal_free(&journal);
	free_result(result);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct fixture *, const void *);
	} tests[] = {
		{ "/store/record", test_record },
		{ "/store/worse", test_worse },
		{ "/store/idle", test_idle },
		{ "/store/place", test_place },
		{ "/store/filters", test_filters },
		{ "/store/epoch", test_epoch },
		{ "/store/release", test_release },
		{ "/store/feeds", test_feeds },
		{ "/store/writers", test_writers },
		{ "/store/locked", test_locked },
		{ "/store/full", test_full },
		{ "/store/check", test_check },
		{ "/store/newer", test_newer },
		{ "/store/read-only", test_read_only },
		{ "/store/prune", test_prune },
		{ "/store/journal", test_journal },
		{ "/store/journal-damaged", test_journal_damaged },
		{ "/store/journal-full", test_journal_full },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_test_add(tests[i].name, struct fixture, NULL, set_up,
			   tests[i].run, tear_down);
	}
	return g_test_run();
}
