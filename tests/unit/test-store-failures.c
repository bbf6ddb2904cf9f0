/* Several processes at once, and everything that can go wrong: locks, full
   disks, kill -9, damaged files. */

#include "warden-config.h"

#include "store-fixture.h"

#include "sql/store-queue.h"

#include <sqlite3.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- several processes ----------------------------------------------------------- */

static void test_writers(struct fixture *f, const void *data)
{
	enum { PROCESSES = 6, RECORDS = 40 };
	pid_t pids[PROCESSES];
	int status;

	/* A connection must not cross a fork. */
	warden_store_close(&f->store);
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
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch_1,
		&to_anna, &id, &error), ==, -1);
	g_assert_nonnull(strstr(error, "150 ms"));
	g_clear_pointer(&error, g_free);
	warden_store_queue_leave(queue);
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch_1,
		&to_anna, &id, &error), ==, 1);
	/* a writer that knows no queue */
	sqlite3 *db;
	g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(warden_store_record_scan(impatient, result, &epoch_1,
		&to_anna, &id, &error), ==, -1);
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
	/* A connection must not cross a fork. */
	warden_store_close(&f->store);
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

			if (warden_store_record_scan(store, result, &epoch_1,
						     &to_anna, &id,
						     &error) < 0)
				failed = error != NULL;
			free_result(result);
		}
		g_free(error);
		_exit(failed ? 0 : 1);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
	f->store = open_store(f->path, 2000);
	g_assert_cmpint(record(f->store, 500), >, 0);
	g_assert_cmpint(count(f->path, "SELECT (SELECT count(*) FROM "
		"deliveries WHERE message_id NOT IN (SELECT id FROM "
		"messages)) + (SELECT count(*) FROM pragma_foreign_key_check)"
		), ==, 0);
}

/* --- turns ------------------------------------------------------------------------ */

/* Somebody who wants every turn, with nothing in between, must not keep others
   from theirs. */
static void test_fair(struct fixture *f, const void *data)
{
	g_autofree char *path = g_strconcat(f->path, "-queue", NULL);
	struct warden_store_queue *queue;
	char *error = NULL;
	guint turns = 0;
	pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	g_assert_cmpint(warden_store_queue_open(path, 0660, &queue, &error),
			==, 1);
	if (pid == 0) {
		for (;;) {
			if (warden_store_queue_enter(queue, 5000, &error) <= 0)
				_exit(1);
			g_usleep(2000);
			warden_store_queue_leave(queue);
		}
	}
	/* 50 turns of our own take as long as about 50 of the other's. */
	gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
	while (turns < 50 && g_get_monotonic_time() < end) {
		if (warden_store_queue_enter(queue, 1000, &error) > 0) {
			turns++;
			warden_store_queue_leave(queue);
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	g_assert_cmpuint(turns, ==, 50);
	/* a dead owner's lock goes with it */
	g_assert_cmpint(warden_store_queue_enter(queue, 1000, &error), ==, 1);
	warden_store_queue_close(&queue);
}

/* The wait ends in time, and the caller's signals are as before. */
static void test_wait_ends(struct fixture *f, const void *data)
{
	g_autofree char *path = g_strconcat(f->path, "-queue", NULL);
	struct warden_store_queue *holder, *waiter;
	struct sigaction before, after;
	char *error = NULL;

	g_assert_cmpint(warden_store_queue_open(path, 0660, &holder, &error),
			==, 1);
	g_assert_cmpint(warden_store_queue_open(path, 0660, &waiter, &error),
			==, 1);
	struct stat st;
	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 0777, ==, 0660);
	sigaction(SIGALRM, NULL, &before);
	g_assert_cmpint(warden_store_queue_enter(holder, 0, &error), ==, 1);
	for (guint msecs = 0; msecs <= 100; msecs += 50) {
		gint64 start = g_get_monotonic_time(), took;

		g_assert_cmpint(warden_store_queue_enter(waiter, msecs,
							 &error), ==, 0);
		took = (g_get_monotonic_time() - start) / 1000;
		g_assert_cmpint(took, >=, msecs == 0 ? 0 : msecs - 1);
		g_assert_cmpint(took, <, msecs + 5000);
	}
	sigaction(SIGALRM, NULL, &after);
	g_assert_true(before.sa_handler == after.sa_handler);
	warden_store_queue_leave(holder);
	g_assert_cmpint(warden_store_queue_enter(waiter, 0, &error), ==, 1);
	warden_store_queue_close(&holder);
	warden_store_queue_close(&waiter);
}

/* --- killed ------------------------------------------------------------------------- */

/* kill -9 under writers, again and again: what was answered is there, whole. */
static void test_killed(struct fixture *f, const void *data)
{
	enum { ROUNDS = 12 };
	guint32 *answered = mmap(NULL, sizeof(*answered),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	/* A connection must not cross a fork. */
	warden_store_close(&f->store);
	g_assert_true(answered != MAP_FAILED);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		g_assert_cmpint(pid, >=, 0);
		if (pid == 0) {
			struct warden_store *store =
				open_store(f->path, 60000);

			for (;;) {
				record(store, *answered);
				++*answered;
				if (*answered % 40 == 0)
					warden_store_idle(store);
			}
		}
		g_usleep(5000 + i * 3000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	gint64 messages = count(f->path, "SELECT count(*) FROM messages");
	/* one may have been committed and not been answered */
	g_assert_cmpint(messages, >=, *answered);
	g_assert_cmpint(messages, <=, *answered + 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM messages m WHERE "
		"(SELECT count(*) FROM parts WHERE message_id = m.id) = 1 AND "
		"(SELECT count(*) FROM urls WHERE message_id = m.id) = 1 AND "
		"(SELECT count(*) FROM findings WHERE message_id = m.id) = 1 "
		"AND (SELECT count(*) FROM deliveries WHERE message_id = m.id)"
		" >= 1"), ==, messages);
	g_assert_cmpint(count(f->path, "SELECT integrity_check = 'ok' FROM "
			      "pragma_integrity_check"), ==, 1);
	munmap(answered, sizeof(*answered));
}

/* --- files that are not as they should be -------------------------------------------- */

static int try_open(const char *path, enum warden_store_mode mode,
		    char **error_r)
{
	struct warden_store_settings settings = {
		.mode = mode, .commit_msecs = 1000,
	};
	struct warden_store *store = NULL;
	int ret = warden_store_open(path, &settings, &store, error_r);

	warden_store_close(&store);
	return ret;
}

static void test_no_database(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "other", NULL);
	char *error = NULL;

	g_assert_true(g_file_set_contents(path, "", 0, NULL));
	g_assert_cmpint(try_open(path, WARDEN_STORE_READ, &error), ==, -1);
	g_assert_nonnull(strstr(error, "is not a verdict database yet"));
	g_clear_pointer(&error, g_free);
	g_assert_true(g_file_set_contents(path, "This is a letter to my "
		"grandmother and no database; it is longer than a header of "
		"one, which has a hundred bytes.", -1, NULL));
	for (int mode = WARDEN_STORE_READ; mode <= WARDEN_STORE_WRITE;
	     mode++) {
		g_assert_cmpint(try_open(path, mode, &error), ==, -1);
		g_assert_nonnull(strstr(error, path));
		g_clear_pointer(&error, g_free);
	}
	g_assert_cmpint(try_open("/nonexistent/x", WARDEN_STORE_WRITE,
				 &error), ==, -1);
	g_assert_nonnull(strstr(error, "/nonexistent/x"));
	g_free(error);
}

static void ignore_problem(const char *problem, void *context)
{
	++*(guint *)context;
}

static void damage(const char *path, off_t first, off_t last)
{
	int fd = open(path, O_WRONLY);

	g_assert_cmpint(fd, >=, 0);
	for (off_t page = first; page < last; page++)
		g_assert_cmpint(pwrite(fd, "garbage garbage", 15,
				       page * 4096), ==, 15);
	close(fd);
}

/* Pages of it are garbage: an error or a problem, never a crash. */
static void test_corrupt(struct fixture *f, const void *data)
{
	struct warden_scan_result *result = make_result(5000);
	guint problems = 0;
	char *error = NULL;
	guint64 id;

	for (guint32 n = 0; n < 300; n++)
		record(f->store, n);
	warden_store_close(&f->store);
	/* behind the schema and the roots of the tables */
	damage(f->path, 75, 110);
	f->store = open_store(f->path, 1000);
	int ret = warden_store_check(f->store, ignore_problem, &problems,
				     &error);
	g_assert_cmpint(ret, <=, 0);
	g_assert_true(ret < 0 ? error != NULL : problems > 0);
	g_clear_pointer(&error, g_free);
	ret = warden_store_record_scan(f->store, result, &epoch_1,
				       &to_anna, &id, &error);
	g_assert_true(ret == 1 || error != NULL);
	g_clear_pointer(&error, g_free);
	warden_store_close(&f->store);
	damage(f->path, 1, 45);
	for (int mode = WARDEN_STORE_READ; mode <= WARDEN_STORE_WRITE;
	     mode++) {
		g_assert_cmpint(try_open(f->path, mode, &error), ==, -1);
		g_assert_nonnull(strstr(error, "malformed"));
		g_clear_pointer(&error, g_free);
	}
	free_result(result);
}

/* An administrator's command as root leaves nothing that the service cannot
   open, and gives nothing away that is not the database's. */
static void check_owner(const char *database, uid_t uid, gid_t gid)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-queue" };

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *file = g_strconcat(database, suffixes[i],
						    NULL);
		struct stat st;

		g_assert_cmpint(stat(file, &st), ==, 0);
		g_assert_cmpuint(st.st_uid, ==, uid);
		g_assert_cmpuint(st.st_gid, ==, gid);
		g_assert_cmpuint(st.st_mode & 0777, ==, 0660);
	}
}

static void test_adopt(struct fixture *f, const void *data)
{
	static const uid_t uids[] = { 65534, 0 };
	g_autofree char *secret = g_build_filename(f->dir, "secret", NULL);
	struct stat st;

	if (geteuid() != 0) {
		g_test_skip("needs root");
		return;
	}
	g_assert_true(g_file_set_contents(secret, "x", 1, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
		g_autofree char *path = g_build_filename(f->dir, "sub", NULL);
		g_autofree char *database =
			g_build_filename(path, "v.sqlite", NULL);
		g_autofree char *trap = g_strconcat(database, "-import", NULL);
		struct warden_store *store;

		g_assert_cmpint(mkdir(path, 0770), ==, 0);
		g_assert_cmpint(chown(path, uids[i], 65533), ==, 0);
		g_assert_cmpint(link(secret, trap), ==, 0);
		store = open_store(database, 1000);
		record(store, 1);
		check_owner(database, uids[i], 65533);
		warden_store_close(&store);
		remove_folder(path);
	}
	g_assert_cmpint(stat(secret, &st), ==, 0);
	g_assert_cmpuint(st.st_uid, ==, 0);
	g_assert_cmpuint(st.st_gid, ==, 0);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/writers", test_writers },
		{ "/store/fair", test_fair },
		{ "/store/wait-ends", test_wait_ends },
		{ "/store/locked", test_locked },
		{ "/store/full", test_full },
		{ "/store/killed", test_killed },
		{ "/store/no-database", test_no_database },
		{ "/store/corrupt", test_corrupt },
		{ "/store/adopt", test_adopt },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
