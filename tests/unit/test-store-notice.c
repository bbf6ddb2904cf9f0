/* Who is told of what in Quarantine, once. */

#include "warden-config.h"

#include "store-fixture.h"

#include <string.h>

static const char untold_rows[] =
	"SELECT count(*) FROM deliveries WHERE told IS NULL AND action = 3";

/* A message for a user, now. change is called before it is recorded. */
static guint64 deliver(struct fixture *f, const char *user, guint32 number,
		       void (*change)(struct warden_scan_result *result,
				      struct warden_delivery *delivery))
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	char *error = NULL;
	guint64 id;

	delivery.user = user;
	delivery.time = g_get_real_time();
	delivery.verdict = WARDEN_VERDICT_MALWARE;
	delivery.action = WARDEN_ACTION_QUARANTINE;
	if (change != NULL)
		change(result, &delivery);
	g_assert_cmpint(warden_store_record_scan(f->store, result, &epoch_1,
						 &delivery, &id, &error), ==,
			1);
	free_result(result);
	return id;
}

struct claimed {
	int ret;
	GPtrArray *list;
	guint64 total;
	gint64 told;
};

/* first and last: numbers of messages; 0: a digest. */
static struct claimed claim(struct fixture *f, const char *user,
			    guint32 first, guint32 last)
{
	g_autoptr(GByteArray) keys = g_byte_array_new();
	struct warden_notice_claim request = { .user = user, .limit = 3 };
	struct claimed claimed = { .list = NULL };
	char *error = NULL;

	for (guint32 i = first; first > 0 && i <= last; i++) {
		struct warden_scan_result *result = make_result(i);

		g_byte_array_append(keys, result->facts->key,
				    WARDEN_STORE_NOTICE_KEY_SIZE);
		free_result(result);
	}
	request.keys = keys->data;
	request.keys_count = keys->len / WARDEN_STORE_NOTICE_KEY_SIZE;
	claimed.ret = warden_store_notice_claim(f->store, &request,
						&claimed.list, &claimed.total,
						&claimed.told, &error);
	g_assert_null(error);
	return claimed;
}

static guint64 claim_total(struct fixture *f, const char *user, guint32 first,
			   guint32 last)
{
	struct claimed claimed = claim(f, user, first, last);

	g_assert_cmpint(claimed.ret, ==, claimed.total > 0 ? 1 : 0);
	g_assert_cmpuint(claimed.list->len, ==, MIN(claimed.total, 3));
	g_ptr_array_unref(claimed.list);
	return claimed.total;
}

static void test_one(struct fixture *f, const void *data)
{
	struct claimed claimed;
	const struct warden_untold *untold;
	char *error = NULL;

	deliver(f, "anna", 1, NULL);
	g_assert_cmpuint(claim_total(f, "nobody", 1, 1), ==, 0);
	claimed = claim(f, "anna", 1, 1);
	g_assert_cmpint(claimed.ret, ==, 1);
	g_assert_cmpuint(claimed.list->len, ==, 1);
	untold = claimed.list->pdata[0];
	g_assert_cmpstr(untold->subject, ==, "Subject 1");
	g_assert_cmpstr(untold->from_name, ==, "Ben");
	g_assert_cmpstr(untold->from_address, ==, "ben@example.org");
	g_assert_cmpstr(untold->mailbox, ==, to_anna.mailbox);
	g_assert_cmpint(untold->verdict, ==, WARDEN_VERDICT_MALWARE);
	g_assert_true(untold->have_key && untold->key[0] == 1);
	g_ptr_array_unref(claimed.list);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 0);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 0);

	/* It could not be saved. */
	g_assert_cmpint(warden_store_notice_unclaim(f->store, "ben",
						    claimed.told, &error), ==,
			1);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 0);
	g_assert_cmpint(warden_store_notice_unclaim(f->store, "anna",
						    claimed.told, &error), ==,
			1);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 1);
}

static void test_digest(struct fixture *f, const void *data)
{
	for (guint32 i = 1; i <= 5; i++)
		deliver(f, "anna", i, NULL);
	deliver(f, "ben", 6, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 5);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 0);
	deliver(f, "anna", 7, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 1);
	g_assert_cmpint(count(f->path, untold_rows), ==, 1);
	g_assert_cmpuint(claim_total(f, "ben", 0, 0), ==, 1);
}

static void other_key(struct warden_scan_result *result,
		      struct warden_delivery *delivery)
{
	g_free(result->facts->header.message_id);
	g_free(result->facts->header.subject);
	result->facts->header.message_id = g_strdup("id1@x");
	result->facts->header.subject = g_strdup("Subject 1");
}

/* The same mail by another way: not told again, and not left for later. */
static void test_same(struct fixture *f, const void *data)
{
	deliver(f, "anna", 1, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 1);
	deliver(f, "anna", 2, other_key);
	g_assert_cmpuint(claim_total(f, "anna", 2, 2), ==, 0);
	deliver(f, "anna", 1, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 0);
	g_assert_cmpint(count(f->path, untold_rows), ==, 0);
	/* Twice at once. */
	deliver(f, "ben", 1, NULL);
	deliver(f, "ben", 2, other_key);
	g_assert_cmpuint(claim_total(f, "ben", 1, 2), ==, 1);
	/* Two days later it is news again. */
	execute(f->path, "UPDATE deliveries SET told = told - 172800000000");
	deliver(f, "anna", 1, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 1);
}

static void allow(struct warden_scan_result *result,
		  struct warden_delivery *delivery)
{
	delivery->action = WARDEN_ACTION_ALLOW;
}

static void last_week(struct warden_scan_result *result,
		      struct warden_delivery *delivery)
{
	delivery->time -= 7 * 24 * 3600 * (gint64)G_USEC_PER_SEC;
}

static void test_which(struct fixture *f, const void *data)
{
	struct warden_place place = { .mailbox = "", .guid = "" };
	char *error = NULL;

	/* Not in Quarantine: only if it is named (its move is not on record
	   yet). */
	deliver(f, "anna", 1, allow);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 0);
	g_assert_cmpuint(claim_total(f, "anna", 1, 1), ==, 1);
	/* Never saved. */
	place.delivery_id = deliver(f, "anna", 2, NULL);
	place.aborted = true;
	g_assert_cmpint(warden_store_place(f->store, &place, &error), ==, 1);
	g_assert_cmpuint(claim_total(f, "anna", 2, 2), ==, 0);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 0);
	/* What was left out is told with the next, unless it is old. */
	deliver(f, "anna", 3, NULL);
	deliver(f, "anna", 4, last_week);
	deliver(f, "anna", 5, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 5, 5), ==, 2);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 1);
}

/* A flood is told of in bulk. */
static void test_flood(struct fixture *f, const void *data)
{
	guint64 notices = 0;

	for (guint32 i = 1; i <= 30; i++) {
		deliver(f, "anna", i, NULL);
		notices += claim_total(f, "anna", i, i);
	}
	g_assert_cmpuint(notices, ==, 20);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 10);
	deliver(f, "ben", 1, NULL);
	g_assert_cmpuint(claim_total(f, "ben", 1, 1), ==, 1);
	execute(f->path, "UPDATE deliveries SET told = told - 3600000000");
	deliver(f, "anna", 31, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 31, 31), ==, 1);
}

/* Mails that are not named: found as untold, or only counted. */
static void test_more(struct fixture *f, const void *data)
{
	struct warden_notice_claim request = { .user = "anna", .limit = 3 };
	struct warden_scan_result *result = make_result(1);
	GPtrArray *list;
	guint64 total;
	gint64 told;
	char *error = NULL;

	for (guint32 i = 1; i <= 4; i++)
		deliver(f, "anna", i, NULL);
	request.keys = result->facts->key;
	request.keys_count = 1;
	request.more = 10;
	g_assert_cmpint(warden_store_notice_claim(f->store, &request, &list,
						  &total, &told, &error), ==,
			1);
	g_assert_cmpuint(total, ==, 11);
	g_assert_cmpuint(list->len, ==, 3);
	g_ptr_array_unref(list);
	free_result(result);
}

/* Of one mail many times the user hears once, and then of another. */
static void test_repeated(struct fixture *f, const void *data)
{
	guint64 notices = 0;

	for (guint i = 0; i < 30; i++) {
		deliver(f, "anna", 1, NULL);
		notices += claim_total(f, "anna", 1, 1);
	}
	g_assert_cmpuint(notices, ==, 1);
	deliver(f, "anna", 2, NULL);
	g_assert_cmpuint(claim_total(f, "anna", 2, 2), ==, 1);
	g_assert_cmpuint(claim_total(f, "anna", 0, 0), ==, 0);
}

static void test_pending(struct fixture *f, const void *data)
{
	struct warden_delivery delivery = to_anna;
	struct claimed claimed;
	guint64 id;
	char *error = NULL;

	delivery.action = WARDEN_ACTION_QUARANTINE;
	delivery.verdict = WARDEN_VERDICT_PENDING;
	g_assert_cmpint(warden_store_record_delivery(f->store, NULL, &delivery,
						     &id, &error), ==, 1);
	claimed = claim(f, to_anna.user, 0, 0);
	g_assert_cmpuint(claimed.total, ==, 1);
	const struct warden_untold *untold = claimed.list->pdata[0];
	g_assert_false(untold->have_key);
	g_assert_cmpstr(untold->subject, ==, "");
	g_ptr_array_unref(claimed.list);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/notice/one", test_one },
		{ "/store/notice/digest", test_digest },
		{ "/store/notice/same", test_same },
		{ "/store/notice/which", test_which },
		{ "/store/notice/flood", test_flood },
		{ "/store/notice/more", test_more },
		{ "/store/notice/repeated", test_repeated },
		{ "/store/notice/pending", test_pending },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
