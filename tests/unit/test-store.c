/* What is recorded is found again, and nothing else. */

#include "warden-config.h"

#include "store-fixture.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

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
			&when, &to_anna, &id, &error), ==, 1);
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
		{ { .subject = "SUBJECT" }, TRUE },
		{ { .subject = "%" }, FALSE },
		{ { .subject = "Subject_3" }, FALSE },
		{ { .host = "x.a.example" }, FALSE },
		{ { .domain = "a.example" }, TRUE },
		{ { .domain = "EXAMPLE" }, TRUE },
		{ { .domain = "xample" }, FALSE },
		{ { .domain = "." }, FALSE },
		{ { .url = "http://a.example/x" }, TRUE },
		{ { .url = "HTTP://A.example:80/./x#y" }, TRUE },
		{ { .url = "http://a.example/y" }, FALSE },
		{ { .url = "mailto:nobody" }, FALSE },
		{ { .message_id = "" }, FALSE },
		{ { .message_id = "id3@x" }, TRUE },
		{ { .message_id = "<id3@x>" }, TRUE },
		{ { .message_id = "<>" }, FALSE },
		{ { .sender = "@EXAMPLE.org" }, TRUE },
		{ { .sender = "@y" }, TRUE },
		{ { .sender = "@xample.org" }, FALSE },
		{ { .sender = "@%" }, FALSE },
		{ { .sender = "" }, FALSE },
		{ { .host = "a.example", .verdict = "malware" }, TRUE },
		{ { .host = "a.example", .sender = "no@y" }, FALSE },
		{ { .host = "a.example", .sender = "ben@y" }, TRUE },
		{ { .mailbox = "INBOX", .user = "anna" }, TRUE },
		{ { .mailbox = "Junk" }, FALSE },
		{ { .verdict = "nonsense" }, FALSE },
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
		"root", "why", &to_anna, &id, &error), ==, 1);
	g_assert_cmpint(warden_store_is_released(f->store, key, 16, "carla",
						 &error), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit"), ==, 2);
	g_assert_cmpint(warden_store_release(f->store, key, 8, "anna", FALSE,
		"anna", "", NULL, &id, &error), ==, -1);
	g_free(error);
}

/* A record that waited in the journal comes after a newer judgement. */
static void test_older(struct fixture *f, const void *data)
{
	struct warden_scan_result *result = make_result(1);
	struct warden_epoch newer = { 2, 0 }, older = { 1, 0 };
	struct warden_stored_message *message;
	char *error = NULL;
	guint64 id;

	result->judgement.verdict = WARDEN_VERDICT_CLEAN;
	g_assert_cmpint(warden_store_record_scan(f->store, result, &newer,
		&to_anna, &id, &error), ==, 1);
	result->judgement.verdict = WARDEN_VERDICT_MALWARE;
	g_assert_cmpint(warden_store_record_scan(f->store, result, &older,
		&to_anna, &id, &error), ==, 1);
	g_assert_cmpint(warden_store_lookup_message(f->store,
		result->facts->key, 32, &message, &error), ==, 1);
	g_assert_cmpint(message->verdict, ==, WARDEN_VERDICT_CLEAN);
	g_assert_cmpuint(message->epoch.rules, ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			2);
	warden_stored_message_free(message);
	free_result(result);
}

/* Newer rules may read more out of the same bytes. */
static void test_newer_rules(struct fixture *f, const void *data)
{
	struct warden_scan_result *result = make_result(1);
	struct warden_epoch newer = { 2, 0 };
	char *error = NULL;
	guint64 id;

	record(f->store, 1);
	warden_facts_add_url(result->facts, "http://b.example/", "b.example",
			     "", "pdf", "2");
	g_assert_cmpint(warden_store_record_scan(f->store, result, &newer,
		&to_anna, &id, &error), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM urls"), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM parts"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM findings"), ==,
			1);
	free_result(result);
}

/* The documented views, on a judged mail and on one that was not. */
static void test_views(struct fixture *f, const void *data)
{
	static const struct {
		const char *sql;
		gint64 count;
	} rows[] = {
		{ "SELECT count(*) FROM recent_verdicts", 2 },
		{ "SELECT count(*) FROM recent_verdicts WHERE verdict = "
		  "'malware' AND user = 'anna' AND mailbox = 'INBOX' AND "
		  "time_utc = '2023-11-14 22:13:20' AND "
		  "length(message_key) = 64", 1 },
		{ "SELECT count(*) FROM quarantined WHERE from_address = "
		  "'ben@example.org'", 1 },
		{ "SELECT count(*) FROM attachment_sightings WHERE tlsh = '"
		  FIXTURE_FUZZY "'", 1 },
		{ "SELECT count(*) FROM attachment_sightings WHERE sha256 = "
		  "lower(hex(sha256_blob)) AND name = 'a.exe'", 1 },
		{ "SELECT count(*) FROM url_sightings WHERE host = "
		  "'a.example' AND host_reversed = 'example.a.'", 1 },
		{ "SELECT count(*) FROM recent_verdicts WHERE verdict = "
		  "'pending' AND subject IS NULL", 1 },
	};
	struct warden_delivery pending = to_anna;
	char *error = NULL;
	guint64 id;

	record(f->store, 1);
	pending.verdict = WARDEN_VERDICT_PENDING;
	pending.action = WARDEN_ACTION_ALLOW;
	g_assert_cmpint(warden_store_record_delivery(f->store, NULL, &pending,
						     &id, &error), ==, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(count(f->path, rows[i].sql), ==,
				rows[i].count);
}

static void test_audit(struct fixture *f, const void *data)
{
	char *error = NULL;

	g_assert_cmpint(warden_store_audit(f->store, "root", "prune", "3 rows",
					   "why", &error), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit WHERE "
			      "actor = 'root' AND time > 0"), ==, 1);
}

static void add_count(const char *table, const char *key, gint64 n,
		      void *context)
{
	g_string_append_printf(context, "%s.%s=%" G_GINT64_FORMAT ";", table,
			       key, n);
}

static void test_stats(struct fixture *f, const void *data)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autoptr(GString) none = g_string_new(NULL);
	char *error = NULL;

	record(f->store, 1);
	record(f->store, 2);
	g_assert_cmpint(warden_store_stats(f->store, 0, add_count, all,
					   &error), ==, 1);
	for (const char *const *word = (const char *const[]){
		     "verdict.malware=2;", "action.quarantine=2;",
		     "state.intended=2;", "service.lmtp=2;",
		     "symbol.EICAR_TEST_FILE=2;", "rows.urls=2;", NULL };
	     *word != NULL; word++)
		g_assert_nonnull(strstr(all->str, *word));
	g_assert_cmpint(warden_store_stats(f->store, to_anna.time + 1,
					   add_count, none, &error), ==, 1);
	g_assert_null(strstr(none->str, "verdict."));
}

static void say(const char *problem, void *context)
{
	g_string_append_printf(context, "%s;", problem);
}

static void test_check(struct fixture *f, const void *data)
{
	g_autoptr(GString) said = g_string_new(NULL);
	char *error = NULL;

	record(f->store, 1);
	g_assert_cmpint(warden_store_check(f->store, say, said, &error), ==,
			1);
	execute(f->path, "DELETE FROM messages");
	g_assert_cmpint(warden_store_check(f->store, say, said, &error), ==,
			0);
	g_assert_nonnull(strstr(said->str, "deliveries"));
}

static void test_newer(struct fixture *f, const void *data)
{
	struct warden_store_settings settings = { .commit_msecs = 0 };
	struct warden_store *store = NULL;
	char *error = NULL;

	execute(f->path, "PRAGMA user_version = 999");
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
	struct warden_store_settings settings = {
		.mode = WARDEN_STORE_READ,
	};
	struct warden_store *store = NULL;
	char *error = NULL;
	guint64 id;

	record(f->store, 1);
	g_assert_cmpint(warden_store_open(f->path, &settings, &store, &error),
			==, 1);
	g_assert_cmpint(warden_store_record_delivery(store, NULL, &to_anna,
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

/* Rows of no list, hosts of no link; what is used again in between stays. */
static void test_prune_rest(struct fixture *f, const void *data)
{
	struct warden_delivery young = to_anna;
	struct warden_scan_result *result = make_result(3);
	guint64 deliveries, messages, id;
	char *error = NULL;

	record(f->store, 3);
	record(f->store, 4);
	young.time += 10;
	g_assert_cmpint(warden_store_record_scan(f->store, result,
		&epoch_1, &young, &id, &error), ==, 1);
	g_assert_cmpint(warden_store_prune(f->store, young.time, TRUE, FALSE,
		&deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(deliveries, ==, 2);
	g_assert_cmpuint(messages, ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM hosts"), ==, 1);
	g_assert_cmpint(warden_store_prune(f->store, G_MAXINT64, TRUE, FALSE,
		&deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(messages, ==, 1);
	g_assert_cmpint(count(f->path, "SELECT (SELECT count(*) FROM hosts) + "
			      "(SELECT count(*) FROM urls) + (SELECT count(*) "
			      "FROM findings)"), ==, 0);
	free_result(result);
}

/* What a live mail may need stays, however old; the rest goes with all that is
   known of it, and so does the trail. */
static void test_prune_keeps(struct fixture *f, const void *data)
{
	static const char *const states[] = {
		"intended", "stored", "aborted", "gone",
	};
	const gint64 then = to_anna.time + 1000;
	struct warden_place place = { .mailbox = "INBOX", .guid = "" };
	guint64 deliveries, messages;
	char *error = NULL;

	for (guint32 n = 0; n < 4; n++) {
		g_autofree char *sql = NULL;

		place.delivery_id = record(f->store, n);
		sql = g_strdup_printf("UPDATE deliveries SET state = (SELECT "
			"id FROM states WHERE name = '%s') WHERE id = %"
			G_GUINT64_FORMAT, states[n], place.delivery_id);
		execute(f->path, sql);
	}
	/* a copy that is gone, of a message that stands elsewhere */
	record(f->store, 1);
	execute(f->path, "UPDATE deliveries SET state = 3 WHERE id = 5;"
		"INSERT INTO audit (time, actor, what, object, comment) VALUES "
		"(5, 'a', 'old', '', ''), (1 << 60, 'a', 'new', '', '');"
		"INSERT INTO affected SELECT substr(key, 1, 16), 1 "
		"FROM messages; INSERT INTO pulls SELECT substr(key, 1, 16), "
		"'anna', 1, '', '' FROM messages");
	g_assert_cmpint(warden_store_prune(f->store, to_anna.time, FALSE,
		FALSE, &deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(deliveries + messages, ==, 0);
	g_assert_cmpint(warden_store_prune(f->store, then, FALSE, FALSE,
		&deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(deliveries, ==, 3);
	g_assert_cmpuint(messages, ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries WHERE "
			      "state IN (0, 1)"), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit WHERE "
			      "what = 'new'"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM affected"), ==,
			2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM pulls"), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM addresses"), ==,
			2);
}

/* Subjects are found before and after they are indexed, when their message's
   number is used again, and not when it is gone. */
static void test_subjects(struct fixture *f, const void *data)
{
	static const struct {
		const char *subject;
		guint found;
	} rows[] = {
		{ "Subject 17", 11 },	/* and 170 to 179 */
		{ "bject 1179", 1 }, { "SUBJECT 600", 1 }, { "t", 100 },
		{ "\"", 0 }, { "\"x\"", 0 }, { "Subject_17", 0 },
		{ "Subject 1200", 0 }, { "* OR subject", 0 }, { "", 100 },
	};
	guint64 deliveries, messages;
	char *error = NULL;

	for (guint32 n = 0; n < 1180; n++) {
		record(f->store, n);
		if (n == 900)
			warden_store_idle(f->store);
	}
	for (int round = 0; round < 2; round++) {
		g_assert_cmpint(count(f->path, "SELECT value FROM meta WHERE "
				      "key = 'subjects_upto'"), ==,
				round == 0 ? 500 : 1000);
		for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
			struct warden_query query = {
				.subject = rows[i].subject,
			};
			g_autofree char *text = list(f->store, &query);
			guint found = 0;

			for (const char *p = text; *p != '\0'; p++)
				found += *p == ';';
			g_test_message("round %d, row %" G_GSIZE_FORMAT,
				       round, i);
			g_assert_cmpuint(found, ==, rows[i].found);
		}
		warden_store_idle(f->store);
	}
	execute(f->path, "UPDATE deliveries SET state = 3");
	g_assert_cmpint(warden_store_prune(f->store, G_MAXINT64, FALSE, FALSE,
		&deliveries, &messages, &error), ==, 1);
	g_assert_cmpuint(messages, ==, 1180);
	g_assert_cmpint(count(f->path, "SELECT value FROM meta WHERE "
			      "key = 'subjects_upto'"), ==, 0);
	record(f->store, 17);
	const struct warden_query again = { .subject = "Subject 17" };
	g_autofree char *text = list(f->store, &again);
	g_assert_cmpstr(text, ==, "anna|intended||0|malware;");
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM subjects WHERE "
			      "subjects MATCH '\"Sub\"'"), ==, 0);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/record", test_record },
		{ "/store/worse", test_worse },
		{ "/store/older", test_older },
		{ "/store/newer-rules", test_newer_rules },
		{ "/store/idle", test_idle },
		{ "/store/place", test_place },
		{ "/store/filters", test_filters },
		{ "/store/epoch", test_epoch },
		{ "/store/release", test_release },
		{ "/store/views", test_views },
		{ "/store/audit", test_audit },
		{ "/store/stats", test_stats },
		{ "/store/check", test_check },
		{ "/store/newer", test_newer },
		{ "/store/read-only", test_read_only },
		{ "/store/prune", test_prune },
		{ "/store/prune-rest", test_prune_rest },
		{ "/store/prune-keeps", test_prune_keeps },
		{ "/store/subjects", test_subjects },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
