/* What the database remembers of a sender and of threads. */

#include "warden-config.h"

#include "store-fixture.h"

#include <string.h>

#define DAY_USECS (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)
/* When all mail came, and a moment later. */
#define THEN "1700000000000000"
#define LATER (G_GINT64_CONSTANT(1700000000000000) + G_USEC_PER_SEC)

/* As of a message number that is not recorded, unless it is. */
static void look(struct fixture *f, guint32 number,
		 struct warden_store_history *history_r)
{
	guint8 key[WARDEN_SHA256_SIZE];

	memset(key, 0xab, sizeof(key));
	memcpy(key, &number, sizeof(number));
	warden_store_history_init(history_r, f->store, key, to_anna.user,
				  g_get_real_time());
}

static void test_contact(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	look(f, 77, &history);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		to_anna.user, &contact), ==, 0);
	for (guint32 n = 1; n <= 3; n++)
		record(f->store, n);
	execute(f->path, "UPDATE deliveries SET time = " THEN);
	execute(f->path, "UPDATE deliveries SET verdict = 1 WHERE id > 1");
	look(f, 77, &history);
	history.before = LATER;
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		to_anna.user, &contact), ==, 1);
	g_assert_cmpuint(contact.mails, ==, 2);
	g_assert_cmpuint(contact.bad, ==, 1);
	g_assert_cmpuint(contact.last_hour, ==, 3);
	g_assert_cmpint(warden_store_contact(&history, "@example.org", "",
		&contact), ==, 1);
	g_assert_cmpuint(contact.last_hour, ==, 3);
	/* others: a user, a mailbox, domains that begin or end like it */
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		"zoe", &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "be@example.org",
		to_anna.user, &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "@xample.org", "",
		&contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "@example.or", "",
		&contact), ==, 0);
}

/* Of more mails than are looked at nobody can say that a user's are not among
   them; and so many are a habit. */
static void test_contact_of_many(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	for (guint32 n = 1; n < 1000; n++)
		record_of(f->store, n, "zoe", n);
	look(f, 7777, &history);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		"anna", &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "@example.org", "",
		&contact), ==, 1);
	g_assert_cmpuint(contact.bad, ==, 999);
	record_of(f->store, 1000, "zoe", 1000);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		"anna", &contact), ==, -1);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		"zoe", &contact), ==, 1);
	g_assert_cmpint(warden_store_contact(&history, "@example.org", "",
		&contact), ==, 1);
	g_assert_cmpuint(contact.mails, ==, 1000);
}

/* Scanned again, a message finds what it found the first time. */
static void test_again(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	record(f->store, 1);
	record(f->store, 1);
	record(f->store, 2);
	execute(f->path, "UPDATE deliveries SET time = " THEN " + id");
	look(f, 1, &history);
	g_assert_cmpint(history.before, ==,
			G_GINT64_CONSTANT(1700000000000001));
	g_assert_cmpstr(history.recipient, ==, to_anna.recipient);
	g_assert_cmpstr(history.sender, ==, to_anna.sender);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		to_anna.user, &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "@example.org", "",
		&contact), ==, 0);
}

/* Of a message that somebody else had long before: the past is the user's. */
static void test_other(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	record_of(f->store, 1, "zoe", 1);
	record_of(f->store, 2, "anna", 2);
	record_of(f->store, 1, "anna", 3);
	look(f, 1, &history);
	g_assert_cmpint(history.before, ==, 3);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		"anna", &contact), ==, 1);
	g_assert_cmpuint(contact.bad, ==, 1);
}

/* --- whom a user knows ------------------------------------------------------- */

static void write_to(struct fixture *f, guint32 number, gint64 time)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	guint64 id;
	char *error = NULL;

	g_ptr_array_add(result->facts->header.to,
			warden_address_new("", "Carl@Example.com"));
	g_ptr_array_add(result->facts->header.to,
			warden_address_new("", "undisclosed"));
	delivery.time = time;
	delivery.sent = TRUE;
	delivery.verdict = WARDEN_VERDICT_CLEAN;
	if (warden_store_record_scan(f->store, result, &epoch_1, &delivery,
				     &id, &error) < 0)
		g_error("%s", error);
	free_result(result);
}

static void test_written(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	write_to(f, 1, 100);
	write_to(f, 2, 50);
	look(f, 77, &history);
	g_assert_cmpint(warden_store_contact(&history, "carl@example.com",
		"anna", &contact), ==, 1);
	g_assert_true(contact.written);
	g_assert_cmpuint(contact.mails, ==, 0);
	/* nobody else wrote there, and anna not before that */
	g_assert_cmpint(warden_store_contact(&history, "carl@example.com",
		"zoe", &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "undisclosed",
		"anna", &contact), ==, 0);
	history.before = 50;
	g_assert_cmpint(warden_store_contact(&history, "carl@example.com",
		"anna", &contact), ==, 0);
	g_assert_false(contact.written);
}

static void mail_from(struct fixture *f, guint32 number, const char *name,
		      const char *address, gint64 time)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	guint64 id;
	char *error = NULL;

	g_ptr_array_set_size(result->facts->header.from, 0);
	g_ptr_array_add(result->facts->header.from,
			warden_address_new(name, address));
	delivery.time = time;
	delivery.verdict = WARDEN_VERDICT_CLEAN;
	if (warden_store_record_scan(f->store, result, &epoch_1, &delivery,
				     &id, &error) < 0)
		g_error("%s", error);
	free_result(result);
}

static int namesake(struct fixture *f, const char *user, gint64 before,
		    struct warden_namesake *known_r)
{
	struct warden_store_history history;

	look(f, 77, &history);
	history.before = before;
	/* as warden_house_fold_name() has it */
	return warden_store_namesake(&history, "jane roe", user, known_r);
}

static void test_namesake(struct fixture *f, const void *data)
{
	struct warden_namesake known;
	gint64 last = 4 * 5 * DAY_USECS;

	for (guint32 n = 0; n < 5; n++) {
		g_assert_cmpint(namesake(f, "anna", G_MAXINT64, &known), ==, 0);
		mail_from(f, n, n % 2 == 0 ? "Jane Roe" : "ROE, Jane",
			  "Jane@partner.example", n * 5 * DAY_USECS + 1);
		/* again: no second mail */
		mail_from(f, n, "Jane Roe", "Jane@partner.example",
			  n * 5 * DAY_USECS + 2);
	}
	g_assert_cmpint(namesake(f, "anna", G_MAXINT64, &known), ==, 1);
	g_assert_cmpstr(known.address, ==, "jane@partner.example");
	g_assert_cmpuint(known.others, ==, 0);
	g_assert_cmpint(namesake(f, "zoe", G_MAXINT64, &known), ==, 0);
	/* as it was then */
	g_assert_cmpint(namesake(f, "anna", last, &known), ==, 0);
	for (guint32 n = 10; n < 15; n++)
		mail_from(f, n, "Jane Roe", "jane.roe@other.example",
			  n * 5 * DAY_USECS);
	g_assert_cmpint(namesake(f, "anna", G_MAXINT64, &known), ==, 1);
	g_assert_cmpuint(known.others, ==, 1);
	g_assert_cmpint(namesake(f, "anna", last + 2 * DAY_USECS, &known), ==,
			1);
	g_assert_cmpuint(known.others, ==, 0);
}

#define ENGLISH "This is what we have found out about the house, and it is " \
	"not as you were told when you came to see us with your children."

static void write_in(struct fixture *f, guint32 number, const char *text,
		     enum warden_verdict verdict)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	guint64 id;
	char *error = NULL;

	warden_facts_set_text(result->facts, text, "", "");
	delivery.time = number;
	delivery.verdict = verdict;
	if (warden_store_record_scan(f->store, result, &epoch_1, &delivery,
				     &id, &error) < 0)
		g_error("%s", error);
	free_result(result);
}

static void assert_language(const struct warden_store_history *history,
			    const char *language, const char *user,
			    guint32 wanted, guint32 wanted_all)
{
	guint32 mails, all;

	g_assert_cmpint(warden_store_language((void *)history, language, user,
					      &mails, &all), >=, 0);
	g_assert_cmpuint(mails, ==, wanted);
	g_assert_cmpuint(all, ==, wanted_all);
}

static void test_language(struct fixture *f, const void *data)
{
	struct warden_store_history history;

	for (guint32 n = 1; n < 200; n++)
		write_in(f, n, ENGLISH, WARDEN_VERDICT_CLEAN);
	/* neither again, nor bad, nor in no language */
	write_in(f, 1, ENGLISH, WARDEN_VERDICT_CLEAN);
	write_in(f, 300, ENGLISH, WARDEN_VERDICT_SPAM);
	write_in(f, 301, "12 34", WARDEN_VERDICT_CLEAN);
	look(f, 7777, &history);
	history.before = 1000;
	assert_language(&history, "en", "anna", 0, 0);
	write_in(f, 400, ENGLISH, WARDEN_VERDICT_CLEAN);
	assert_language(&history, "en", "anna", 200, 200);
	assert_language(&history, "fr", "anna", 0, 200);
	assert_language(&history, "en", "zoe", 0, 0);
	/* of before it was a habit */
	history.before = 400;
	assert_language(&history, "fr", "anna", 0, 0);
}

static void test_thread(struct fixture *f, const void *data)
{
	struct warden_store_history history;

	record(f->store, 1);
	record(f->store, 2);
	execute(f->path, "UPDATE deliveries SET time = " THEN);
	look(f, 77, &history);
	history.before = LATER;
	/* too young to know */
	g_assert_cmpint(warden_store_thread(&history, "id1@x", to_anna.user),
			==, -1);
	history.before += 31 * DAY_USECS;
	g_assert_cmpint(warden_store_thread(&history, "id1@x", to_anna.user),
			==, 1);
	g_assert_cmpint(warden_store_thread(&history, "id9@x", to_anna.user),
			==, 0);
	g_assert_cmpint(warden_store_thread(&history, "", to_anna.user), ==,
			0);
	g_assert_cmpint(warden_store_thread(&history, "id1@x", "zoe"), ==,
			-1);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store-history/contact", test_contact },
		{ "/store-history/contact-of-many", test_contact_of_many },
		{ "/store-history/again", test_again },
		{ "/store-history/other", test_other },
		{ "/store-history/written", test_written },
		{ "/store-history/namesake", test_namesake },
		{ "/store-history/language", test_language },
		{ "/store-history/thread", test_thread },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
