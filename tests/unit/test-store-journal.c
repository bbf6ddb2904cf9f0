/* The journal: bounded, torn, damaged, shared. */

#include "warden-config.h"

#include "store-fixture.h"

#include "sql/store-journal.h"

#include <string.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the journal --------------------------------------------------------------------- */

/* Each as of another moment: two of the same would be one to a replay. */
static void append(struct warden_journal *journal, guint32 number)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	char *error = NULL;

	delivery.time += number;
	if (warden_journal_append(journal, result, &epoch_1, NULL,
				  &delivery, &error) < 0)
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
	for (guint32 n = 1; n < 6; n++)
		append(journal, n);
	g_assert_cmpint(warden_journal_append(journal, NULL, NULL, NULL,
		&to_anna, &error), ==, 1);
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

	while (n < 100 && warden_journal_append(journal, result, &epoch_1, NULL,
						&to_anna, &error) > 0)
		n++;
	g_assert_cmpint(n, >=, 1);
	g_assert_cmpint(n, <, 100);
	g_assert_nonnull(strstr(error, "full"));
	g_clear_pointer(&error, g_free);
	warden_journal_free(&journal);
	journal = warden_journal_new("/nonexistent/journal", 2048);
	g_assert_cmpint(warden_journal_append(journal, result, &epoch_1, NULL,
		&to_anna, &error), ==, -1);
	g_free(error);
	warden_journal_free(&journal);
	free_result(result);
}

/* Killed between the database's commit and its own: not recorded twice. */
static void test_journal_again(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	g_autofree char *kept = NULL;
	char *error = NULL;
	guint dropped;
	gsize size;

	append(journal, 1);
	append(journal, 2);
	g_assert_true(g_file_get_contents(path, &kept, &size, NULL));
	for (int i = 0; i < 2; i++) {
		g_assert_true(g_file_set_contents(path, kept, (gssize)size,
						  NULL));
		g_assert_cmpint(warden_journal_replay(journal, f->store, 10,
			&dropped, &error), ==, 2);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			2);
	warden_journal_free(&journal);
}

/* Appending goes on while another process replays, and nothing is lost. */
static void test_journal_shared(struct fixture *f, const void *data)
{
	enum { WRITERS = 3, RECORDS = 60 };
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 16 << 20);
	pid_t pids[WRITERS];
	char *error = NULL;
	guint dropped, running = WRITERS;
	int status;

	for (guint32 i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			for (guint32 n = 0; n < RECORDS; n++)
				append(journal, 1 + i * 1000 + n);
			_exit(0);
		}
	}
	while (running > 0 || warden_journal_size(journal) > 0) {
		g_assert_cmpint(warden_journal_replay(journal, f->store, 7,
			&dropped, &error), >=, 0);
		g_assert_cmpuint(dropped, ==, 0);
		if (running > 0 && waitpid(-1, &status, WNOHANG) > 0) {
			g_assert_cmpint(status, ==, 0);
			running--;
		}
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			WRITERS * RECORDS);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages"), ==,
			WRITERS * RECORDS);
	warden_journal_free(&journal);
}

/* Any one byte of it may be wrong: no crash, no endless loop, and what is
   written is what was appended. */
/* Moved mail waits in the same order, and is not recorded twice. */
static void test_journal_moved(struct fixture *f, const void *data)
{
	static const guint8 guids[2][WARDEN_GUID_SIZE] = { { 1 }, { 2 } };
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	struct warden_scan_result *result = make_result(1);
	struct warden_delivery delivery = to_anna;
	struct warden_moved moved = {
		.key = result->facts->key, .key_size = 16,
		.delivery = &delivery, .origin_guid = guids[0],
		.origin_uid_validity = 3, .origin_uid = 4,
		.place = { .mailbox = "Q", .mailbox_guid = guids[1],
			   .uid_validity = 5, .uid = 6, .guid = "g" },
		.comment = "why",
	};
	char *error = NULL;
	guint dropped;

	append(journal, 1);
	delivery.operation = WARDEN_OPERATION_PULL;
	delivery.actor = "root";
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(warden_journal_append_moved(journal, &moved,
							    &error), ==, 1);
	moved.key_size = 0;
	moved.origin_guid = moved.place.mailbox_guid = NULL;
	delivery.time += 10;
	g_assert_cmpint(warden_journal_append_moved(journal, &moved, &error),
			==, 1);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 10, &dropped,
					      &error), ==, 4);
	g_assert_cmpuint(dropped, ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries "
			      "WHERE operation = 8 AND state = 1"), ==, 2);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries "
			      "WHERE uid = 6 AND uid_validity = 5 AND "
			      "mailbox = 'Q' AND guid = 'g' AND verdict = 5"),
			==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM pulls WHERE "
			      "comment = 'why' AND actor = 'root'"), ==, 1);
	free_result(result);
	warden_journal_free(&journal);
}

static void test_journal_flipped(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	g_autofree char *kept = NULL;
	char *error = NULL;
	guint dropped;
	gsize size;

	append(journal, 1);
	append(journal, 2);
	g_assert_true(g_file_get_contents(path, &kept, &size, NULL));
	for (gsize at = 0; at < size; at += at < 64 ? 1 : 17) {
		kept[at] ^= 0x41;
		g_assert_true(g_file_set_contents(path, kept, (gssize)size,
						  NULL));
		kept[at] ^= 0x41;
		for (int i = 0; i < 4; i++)
			g_assert_cmpint(warden_journal_replay(journal,
				f->store, 10, &dropped, &error), >=, 0);
		g_assert_cmpuint(warden_journal_size(journal), ==, 0);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages WHERE "
			      "subject NOT IN ('Subject 1', 'Subject 2')"),
			==, 0);
	warden_journal_free(&journal);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/journal", test_journal },
		{ "/store/journal-damaged", test_journal_damaged },
		{ "/store/journal-full", test_journal_full },
		{ "/store/journal-again", test_journal_again },
		{ "/store/journal-shared", test_journal_shared },
		{ "/store/journal-flipped", test_journal_flipped },
		{ "/store/journal-moved", test_journal_moved },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
