/* The reader child under parsers that crash, loop, hog and lie. */

#include "warden-config.h"

#include "scanner/reader/reader.h"
#include "scanner/reader/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#  define SANITIZED true
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define SANITIZED true
#  endif
#endif
#ifndef SANITIZED
#  define SANITIZED false
#endif

#define MEMORY_LIMIT (512u * 1024 * 1024)

static struct warden_reader *new_reader(guint timeout_msecs)
{
	struct warden_reader_settings settings = {
		.timeout_msecs = timeout_msecs, .memory_limit = MEMORY_LIMIT,
	};
	struct warden_reader *reader;
	g_autofree char *error = NULL;

	g_assert_cmpint(warden_reader_init(&settings, &reader, &error), ==, 1);
	return reader;
}

static int message_fd(const char *text, bool sealed)
{
	int fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, text, strlen(text)), ==, strlen(text));
	if (sealed)
		g_assert_cmpint(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK |
				      F_SEAL_GROW | F_SEAL_WRITE), ==, 0);
	return fd;
}

/* Returns the status and, when OK, the subject (else the detail). */
static enum warden_reader_status
parse(struct warden_reader *reader, const char *text, guint deadline_msecs,
      char **text_r)
{
	enum warden_reader_status status;
	g_autoptr(warden_facts) facts = NULL;
	g_autofree char *detail = NULL;
	g_autofree char *error = NULL;
	int fd = message_fd(text, TRUE);

	g_assert_cmpint(warden_reader_parse(reader, fd, strlen(text), 0,
					    deadline_msecs, &status, &facts,
					    &detail, &error), ==, 1);
	close(fd);
	g_assert_true((facts != NULL) == (status == WARDEN_READER_OK));
	g_assert_true((detail != NULL) == (status != WARDEN_READER_OK));
	if (facts != NULL)
		g_assert_cmpuint(facts->size, ==, strlen(text));
	*text_r = facts != NULL ? g_strdup(facts->header.subject) :
		g_steal_pointer(&detail);
	return status;
}

struct failure_row {
	const char *message;
	enum warden_reader_status status;
	const char *detail;	/* contained in it */
};

static const struct failure_row failures[] = {
	{ "FAKE crash\n", WARDEN_READER_CRASHED, "signal 11" },
	{ "FAKE exit\n", WARDEN_READER_CRASHED, "status 9" },
	{ "FAKE loop\n", WARDEN_READER_TIMEOUT, "longer than 300 ms" },
	{ "FAKE sleep\n", WARDEN_READER_TIMEOUT, "longer than 300 ms" },
	{ "FAKE huge\n", WARDEN_READER_CRASHED, "1099511627776 bytes" },
	{ "FAKE garbage\n", WARDEN_READER_CRASHED, "invalid facts" },
	{ "FAKE short\n", WARDEN_READER_CRASHED, "status 0" },
};

/* Each failure, and after each the next message is read. */
static void test_failures(void)
{
	struct warden_reader *reader = new_reader(300);
	struct warden_reader_counts counts;

	for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
		g_autofree char *detail = NULL;
		g_autofree char *subject = NULL;
		g_assert_cmpint(parse(reader, failures[i].message, 0, &detail),
				==, failures[i].status);
		g_test_message("%s: %s", failures[i].message, detail);
		g_assert_nonnull(strstr(detail, failures[i].detail));
		g_assert_cmpint(parse(reader, "good\nmail", 0, &subject), ==,
				WARDEN_READER_OK);
		g_assert_cmpstr(subject, ==, "good");
	}
	warden_reader_get_counts(reader, &counts);
	g_assert_cmpuint(counts.messages, ==, 2 * G_N_ELEMENTS(failures));
	g_assert_cmpuint(counts.timeouts, ==, 2);
	g_assert_cmpuint(counts.crashes, ==, G_N_ELEMENTS(failures) - 2);
	g_assert_cmpuint(counts.forks, ==, 1 + G_N_ELEMENTS(failures));
	warden_reader_deinit(&reader);
	g_assert_null(reader);
}

static void test_memory(void)
{
	if (SANITIZED) {
		g_test_skip("a sanitizer has no use for RLIMIT_AS");
		return;
	}
	struct warden_reader *reader = new_reader(20000);
	g_autofree char *detail = NULL;

	g_assert_cmpint(parse(reader, "FAKE hog\n", 0, &detail), ==,
			WARDEN_READER_CRASHED);
	g_assert_nonnull(strstr(detail, "signal 6"));
	warden_reader_deinit(&reader);
}

static void test_no_files(void)
{
	if (SANITIZED) {
		g_test_skip("a sanitizer's report may go to a file");
		return;
	}
	struct warden_reader *reader = new_reader(5000);
	g_autofree char *detail = NULL;

	/* It cannot make a file; without a sandbox, not write one. */
	if (parse(reader, "FAKE write\n", 0, &detail) == WARDEN_READER_OK)
		g_assert_cmpstr(detail, ==, "FAKE write");
	else
		g_assert_nonnull(strstr(detail, "signal 25"));
	warden_reader_deinit(&reader);
}

static void test_deadline(void)
{
	struct warden_reader *reader = new_reader(20000);
	gint64 started = g_get_monotonic_time();
	g_autofree char *detail = NULL;
	g_autofree char *subject = NULL;

	g_assert_cmpint(parse(reader, "FAKE sleep\n", 100, &detail), ==,
			WARDEN_READER_TIMEOUT);
	g_assert_cmpint(g_get_monotonic_time() - started, <, 3000 * 1000);
	g_assert_cmpint(g_get_monotonic_time() - started, >=, 100 * 1000);
	/* Slow is not too slow. */
	g_assert_cmpint(parse(reader, "FAKE slow\n", 15000, &subject), ==,
			WARDEN_READER_OK);
	warden_reader_deinit(&reader);
}

/* What a child sent unasked is not taken for the next message's facts. */
static void test_early(void)
{
	struct warden_reader *reader = new_reader(5000);
	struct warden_reader_counts counts;
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;

	g_assert_cmpint(parse(reader, "FAKE early\n", 0, &first), ==,
			WARDEN_READER_OK);
	/* Let the surplus answer arrive. */
	g_usleep(50 * 1000);
	g_assert_cmpint(parse(reader, "other\n", 0, &second), ==,
			WARDEN_READER_OK);
	g_assert_cmpstr(second, ==, "other");
	warden_reader_get_counts(reader, &counts);
	g_assert_cmpuint(counts.forks, ==, 2);
	warden_reader_deinit(&reader);
}

/* Nor if it arrives only after the next message was handed over. */
static void test_late(void)
{
	struct warden_reader *reader = new_reader(5000);
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *third = NULL;

	g_assert_cmpint(parse(reader, "FAKE late\n", 0, &first), ==,
			WARDEN_READER_OK);
	g_assert_cmpint(parse(reader, "other\n", 0, &second), ==,
			WARDEN_READER_CRASHED);
	g_assert_nonnull(strstr(second, "another message"));
	g_assert_cmpint(parse(reader, "other\n", 0, &third), ==,
			WARDEN_READER_OK);
	g_assert_cmpstr(third, ==, "other");
	warden_reader_deinit(&reader);
}

static void test_confinement(void)
{
	struct warden_reader *reader = new_reader(10000);
	g_autofree char *files = NULL;
	g_autofree char *limits = NULL;
	g_autofree char *deep = NULL;
	int kept = open("/dev/null", O_RDONLY);

	g_assert_cmpint(kept, >=, 0);
	g_assert_cmpint(parse(reader, "FAKE files\n", 0, &files), ==,
			WARDEN_READER_OK);
	g_assert_cmpstr(files, ==, "files 0 1 2 3");
	g_assert_cmpint(parse(reader, "FAKE limits\n", 0, &limits), ==,
			WARDEN_READER_OK);
	if (!SANITIZED)
		g_assert_cmpstr(limits, ==, "as 536870912 core 0 stack 1");
	g_assert_cmpint(parse(reader, "FAKE stack\n", 0, &deep), ==,
			WARDEN_READER_OK);
	g_assert_cmpstr(deep, ==, "deep");
	close(kept);
	warden_reader_deinit(&reader);
}

static void test_sandbox(void)
{
	struct warden_reader *reader;
	struct warden_reader_counts counts;
	g_autofree char *subject = NULL;

	/* Where nothing holds it, it does all that. */
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 || SANITIZED) {
		g_test_skip("no seccomp here");
		return;
	}
	reader = new_reader(10000);
	g_assert_cmpint(parse(reader, "FAKE escape\n", 0, &subject), ==,
			WARDEN_READER_OK);
	g_assert_cmpstr(subject, ==, "escaped");
	warden_reader_get_counts(reader, &counts);
	g_assert_cmpuint(counts.sandbox & WARDEN_SANDBOX_SECCOMP, !=, 0);
	warden_reader_deinit(&reader);
}

/* A child that dies between two messages is nobody's crash. */
static void test_killed_idle(void)
{
	struct warden_reader *reader = new_reader(5000);
	struct warden_reader_counts counts;
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *children = NULL;
	g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children",
						(int)getpid());

	g_assert_cmpint(parse(reader, "one\n", 0, &first), ==,
			WARDEN_READER_OK);
	if (!g_file_get_contents(path, &children, NULL, NULL)) {
		g_test_skip("the kernel does not list children");
		warden_reader_deinit(&reader);
		return;
	}
	g_assert_cmpint(kill(atoi(children), SIGKILL), ==, 0);
	g_usleep(50 * 1000);
	g_assert_cmpint(parse(reader, "two\n", 0, &second), ==,
			WARDEN_READER_OK);
	warden_reader_get_counts(reader, &counts);
	g_assert_cmpuint(counts.crashes, ==, 0);
	g_assert_cmpuint(counts.forks, ==, 2);
	warden_reader_deinit(&reader);
	/* Nobody is left. */
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

/* Files that are not sealed may be shorter than promised. */
static void test_files(void)
{
	struct warden_reader *reader = new_reader(5000);
	enum warden_reader_status status;
	struct warden_facts *facts;
	char *detail, *error;
	static const struct {
		guint64 promised;
		gsize size;
		guint unscanned;
	} rows[] = { { 10, 10, 0 }, { 4, 4, 0 }, { 5000, 10, 1 }, { 0, 0, 0 } };

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		int fd = message_fd("0123456789", FALSE);
		g_assert_cmpint(warden_reader_parse(
			reader, fd, rows[i].promised, 0, 0, &status, &facts,
			&detail, &error), ==, 1);
		g_assert_cmpint(status, ==, WARDEN_READER_OK);
		g_assert_cmpuint(facts->size, ==, rows[i].size);
		g_assert_cmpuint(facts->unscanned->len, ==,
				 rows[i].unscanned);
		warden_facts_free(facts);
		close(fd);
	}
	warden_reader_deinit(&reader);
}

static void test_key(void)
{
	guint8 crlf[WARDEN_SHA256_SIZE], lf[WARDEN_SHA256_SIZE];
	g_autofree char *error = NULL;
	int first = message_fd("a\r\nb\r\n", TRUE);
	int second = message_fd("a\nb\r", FALSE);

	g_assert_cmpint(warden_reader_key(first, 6, crlf, &error), ==, 1);
	g_assert_cmpint(warden_reader_key(second, 4, lf, &error), ==, 1);
	g_assert_cmpmem(crlf, sizeof(crlf), lf, sizeof(lf));
	close(first);
	close(second);
	g_assert_cmpint(warden_reader_key(-1, 4, lf, &error), ==, -1);
	g_assert_nonnull(error);
}

/* Printed, not judged: what a message's way there and back costs. */
static void test_round_trip(void)
{
	struct warden_reader *reader = new_reader(5000);
	g_autofree char *text = g_strnfill(40 * 1024, 'x');
	gint64 started = g_get_monotonic_time();
	int fd = message_fd(text, TRUE);

	for (guint i = 0; i < 1000; i++) {
		enum warden_reader_status status;
		struct warden_facts *facts;
		char *detail, *error;
		g_assert_cmpint(warden_reader_parse(reader, fd, strlen(text),
						    0, 0, &status, &facts,
						    &detail, &error), ==, 1);
		g_assert_cmpint(status, ==, WARDEN_READER_OK);
		warden_facts_free(facts);
	}
	g_test_message("%d us per message (fake parser)",
		       (int)((g_get_monotonic_time() - started) / 1000));
	close(fd);
	warden_reader_deinit(&reader);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reader/failures", test_failures);
	g_test_add_func("/reader/memory", test_memory);
	g_test_add_func("/reader/no-files", test_no_files);
	g_test_add_func("/reader/deadline", test_deadline);
	g_test_add_func("/reader/early", test_early);
	g_test_add_func("/reader/late", test_late);
	g_test_add_func("/reader/confinement", test_confinement);
	g_test_add_func("/reader/sandbox", test_sandbox);
	g_test_add_func("/reader/killed-idle", test_killed_idle);
	g_test_add_func("/reader/files", test_files);
	g_test_add_func("/reader/key", test_key);
	g_test_add_func("/reader/round-trip", test_round_trip);
	return g_test_run();
}
