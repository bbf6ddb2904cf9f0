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
	warden_store_history_init(history_r, f->store, key);
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

/* Scanned again, a message finds what it found the first time. */
static void test_again(struct fixture *f, const void *data)
{
	struct warden_store_history history;
	struct warden_contact contact;

	record(f->store, 1);
	record(f->store, 1);
	execute(f->path, "UPDATE messages SET first_seen = " THEN);
	execute(f->path, "UPDATE deliveries SET time = " THEN " + id");
	record(f->store, 2);
	look(f, 1, &history);
	execute(f->path, "UPDATE deliveries SET time = time + " THEN
		" WHERE time < " THEN);
	g_assert_cmpint(warden_store_contact(&history, "ben@example.org",
		to_anna.user, &contact), ==, 0);
	g_assert_cmpint(warden_store_contact(&history, "@example.org", "",
		&contact), ==, 0);
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
		{ "/store-history/again", test_again },
		{ "/store-history/thread", test_thread },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
