/* The service's way of recording, on a store that fails: mail goes on, nothing
   is recorded twice or silently lost. */

#include "warden-config.h"

#include "store-fail.h"

#include "scanner/service/records.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char *dir;
	struct warden_config config;
	struct warden_records *records;
};

static const struct warden_delivery delivery = {
	.time = 1700000000000000, .user = "anna", .recipient = "anna@x",
	.sender = "ben@y", .service = "lmtp", .session = "s1", .actor = "",
	.mailbox = "INBOX", .origin = "", .keyword = "",
	.operation = WARDEN_OPERATION_DELIVER,
	.verdict = WARDEN_VERDICT_PHISHING,
	.action = WARDEN_ACTION_QUARANTINE,
};


static void set_up(struct fixture *f, const void *data)
{
	char *error = NULL;

	memset(&store_fail, 0, sizeof(store_fail));
	f->dir = g_dir_make_tmp("warden-records-XXXXXX", NULL);
	f->config.database = g_build_filename(f->dir, "v.sqlite", NULL);
	f->config.journal = g_build_filename(f->dir, "journal", NULL);
	f->config.journal_size_max = 1 << 20;
	/* the built-in one */
	g_assert_cmpint(warden_policy_load(NULL, NULL, &f->config.policy,
					   &error), ==, 1);
	f->records = warden_records_new(&f->config, 1);
}

static void tear_down(struct fixture *f, const void *data)
{
	warden_records_free(&f->records);
	g_assert_cmpuint(store_fail.open, ==, 0);
	if (f->config.journal != NULL)
		g_unlink(f->config.journal);
	g_assert_cmpint(g_rmdir(f->dir), ==, 0);
	warden_policy_free(f->config.policy);
	g_free(f->config.database);
	g_free(f->config.journal);
	g_free(f->dir);
}

static enum warden_recorded record(struct fixture *f, gint64 deadline)
{
	struct warden_scan_result result = {
		.facts = warden_facts_new(),
		.findings = g_ptr_array_new(),
		.judgement = { .verdict = WARDEN_VERDICT_PHISHING,
			       .action = WARDEN_ACTION_QUARANTINE,
			       .keyword = "" },
		.reason = (char *)"",
	};
	struct warden_epoch epoch = { 1, 7 };
	guint64 id = 0;
	enum warden_recorded recorded =
		warden_records_scan(f->records, deadline, &result, &epoch,
				    &delivery, &id);

	g_assert_true((recorded == WARDEN_RECORDED) == (id != 0));
	/* what no change of lists would find is not fresh */
	g_assert_cmpuint(epoch.lists, ==,
			 recorded == WARDEN_RECORDED ? 7 : 0);
	warden_facts_free(result.facts);
	g_ptr_array_unref(result.findings);
	return recorded;
}

static void test_works(struct fixture *f, const void *data)
{
	guint64 id;

	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED);
	g_assert_cmpint(warden_records_delivery(f->records, 0, NULL, &delivery,
						&id), ==, WARDEN_RECORDED);
	g_assert_false(store_fail.with_key);
	g_assert_cmpstr(warden_records_state(f->records), ==, "ok");
	/* nothing to replay: nobody need come back */
	g_assert_cmpint(warden_records_idle(f->records), ==, -1);
	g_assert_cmpuint(store_fail.idle, ==, 1);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_OPEN], ==, 1);
}

/* One failure: journaled; the next works; then the journal is replayed. */
static void test_fails_once(struct fixture *f, const void *data)
{
	store_fail.failures[STORE_FAIL_RECORD_SCAN] = 1;
	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_LATER);
	g_assert_cmpstr(warden_records_state(f->records), ==, "failed");
	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED);
	g_assert_cmpstr(warden_records_state(f->records), ==, "ok");
	g_assert_cmpint(warden_records_idle(f->records), ==, 0);
	g_assert_cmpint(warden_records_idle(f->records), ==, -1);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_RECORD_SCAN], ==, 3);
	g_assert_cmpint(store_fail.verdict, ==, WARDEN_VERDICT_PHISHING);
}

/* Two in a row: the database is left alone, and every mail is journaled
   without waiting for it. */
static void test_breaker(struct fixture *f, const void *data)
{
	store_fail.failures[STORE_FAIL_RECORD_SCAN] = G_MAXUINT;
	for (int i = 0; i < 10; i++)
		g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_LATER);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_RECORD_SCAN], ==, 2);
	g_assert_cmpint(warden_records_idle(f->records), >, 0);
	g_assert_cmpstr(warden_records_state(f->records), ==, "failed");
}

static void test_no_open(struct fixture *f, const void *data)
{
	struct warden_epoch now;

	store_fail.failures[STORE_FAIL_OPEN] = G_MAXUINT;
	warden_records_epoch(f->records, &now);
	g_assert_cmpuint(now.rules, ==, 0);
	for (int i = 0; i < 10; i++)
		g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_LATER);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_OPEN], ==, 2);
}

/* The last known epoch is good enough while the database is away. */
static void test_epoch(struct fixture *f, const void *data)
{
	struct warden_epoch now;

	warden_records_epoch(f->records, &now);
	g_assert_cmpuint(now.rules, ==, 5);
	store_fail.failures[STORE_FAIL_EPOCH] = 1;
	warden_records_epoch(f->records, &now);
	g_assert_cmpuint(now.rules, ==, 5);
	g_assert_cmpuint(now.lists, ==, 6);
}

/* No time left for a commit: not even tried. */
static void test_no_time(struct fixture *f, const void *data)
{
	g_assert_cmpint(record(f, g_get_monotonic_time() + 1000), ==,
			WARDEN_RECORDED_LATER);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_RECORD_SCAN], ==, 0);
}

/* Neither: the caller must know. */
static void test_no_journal(struct fixture *f, const void *data)
{
	store_fail.failures[STORE_FAIL_RECORD_SCAN] = G_MAXUINT;
	f->config.journal_size_max = 100;
	warden_records_free(&f->records);
	f->records = warden_records_new(&f->config, 1);
	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_NOT);
	warden_records_free(&f->records);
	g_unlink(f->config.journal);
	g_clear_pointer(&f->config.journal, g_free);
	f->records = warden_records_new(&f->config, 1);
	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_NOT);
}

/* A replay that fails half-way keeps the rest. */
static void test_replay_fails(struct fixture *f, const void *data)
{
	store_fail.failures[STORE_FAIL_RECORD_SCAN] = 1;
	g_assert_cmpint(record(f, 0), ==, WARDEN_RECORDED_LATER);
	g_assert_cmpint(record(f, g_get_monotonic_time()), ==,
			WARDEN_RECORDED_LATER);
	store_fail.failures[STORE_FAIL_RECORD_SCAN] = 0;
	store_fail.failures[STORE_FAIL_LIST] = 1;
	g_assert_cmpint(warden_records_idle(f->records), >, 0);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_RECORD_SCAN], ==, 1);
}

static void test_place(struct fixture *f, const void *data)
{
	struct warden_place place = { .delivery_id = 7 };
	bool known;

	g_assert_cmpint(warden_records_place(f->records, &place, &known), ==,
			WARDEN_RECORDED);
	g_assert_true(known);
	place.delivery_id = 0;
	g_assert_cmpint(warden_records_place(f->records, &place, &known), ==,
			WARDEN_RECORDED);
	g_assert_false(known);
	store_fail.failures[STORE_FAIL_PLACE] = 1;
	g_assert_cmpint(warden_records_place(f->records, &place, &known), ==,
			WARDEN_RECORDED_NOT);
	g_assert_true(known);
}

static enum warden_recorded move_mail(struct fixture *f,
				      enum warden_operation operation)
{
	struct warden_delivery told = delivery;
	const struct warden_moved moved = {
		.delivery = &told, .place = { .mailbox = "Q", .guid = "" },
		.comment = "",
	};
	guint64 id = 0;
	enum warden_recorded recorded;

	told.operation = operation;
	recorded = warden_records_moved(f->records, &moved, &id);
	g_assert_true((recorded == WARDEN_RECORDED) == (id != 0));
	return recorded;
}

/* A restore does not overtake the pull that waits in the journal. */
static void test_moved(struct fixture *f, const void *data)
{
	g_assert_cmpint(move_mail(f, WARDEN_OPERATION_FETCH), ==,
			WARDEN_RECORDED);
	store_fail.failures[STORE_FAIL_MOVED] = 1;
	g_assert_cmpint(move_mail(f, WARDEN_OPERATION_PULL), ==,
			WARDEN_RECORDED_LATER);
	g_assert_cmpint(move_mail(f, WARDEN_OPERATION_RESTORE), ==,
			WARDEN_RECORDED_LATER);
	g_assert_cmpint(store_fail.moved, ==, WARDEN_OPERATION_FETCH);
	g_assert_cmpint(warden_records_idle(f->records), ==, 0);
	g_assert_cmpint(store_fail.moved, ==, WARDEN_OPERATION_RESTORE);
	g_assert_cmpuint(store_fail.calls[STORE_FAIL_MOVED], ==, 4);
	g_assert_cmpint(warden_records_idle(f->records), ==, -1);
	g_assert_cmpint(move_mail(f, WARDEN_OPERATION_PULL), ==,
			WARDEN_RECORDED);
}

static void test_gone(struct fixture *f, const void *data)
{
	const guint8 guid[WARDEN_GUID_SIZE] = { 1 };

	g_assert_true(warden_records_gone(f->records, guid, 0, NULL, 0));
	g_assert_true(warden_records_renamed(f->records, guid, "anna", "New"));
	store_fail.failures[STORE_FAIL_PLACE] = 2;
	g_assert_false(warden_records_gone(f->records, guid, 0, NULL, 0));
	g_assert_false(warden_records_renamed(f->records, guid, "anna",
					      "New"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct fixture *, const void *);
	} tests[] = {
		{ "/records/works", test_works },
		{ "/records/fails-once", test_fails_once },
		{ "/records/breaker", test_breaker },
		{ "/records/no-open", test_no_open },
		{ "/records/epoch", test_epoch },
		{ "/records/no-time", test_no_time },
		{ "/records/no-journal", test_no_journal },
		{ "/records/replay-fails", test_replay_fails },
		{ "/records/place", test_place },
		{ "/records/moved", test_moved },
		{ "/records/gone", test_gone },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_test_add(tests[i].name, struct fixture, NULL, set_up,
			   tests[i].run, tear_down);
	}
	return g_test_run();
}
