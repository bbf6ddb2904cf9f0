/* Migrations, with a schema of three steps in the place of the real one. */

#include "warden-config.h"

#include "store-fixture.h"

#include "sql/schema.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each step says how often it ran. */
const char *const warden_schema[] = {
	"CREATE TABLE steps (n INTEGER); INSERT INTO steps VALUES (1);",
	"ALTER TABLE steps ADD COLUMN more TEXT NOT NULL DEFAULT 'x';"
	"INSERT INTO steps VALUES (2, 'y');",
	"CREATE VIEW v AS SELECT n FROM steps; INSERT INTO steps VALUES "
	"(3, 'z');",
};
const unsigned int warden_schema_count = G_N_ELEMENTS(warden_schema);

static gint64 state(const char *path)
{
	return count(path, "SELECT (SELECT user_version FROM "
		     "pragma_user_version) * 1000 + count(*) * 100 + sum(n) "
		     "FROM v");
}

static void test_new(struct fixture *f, const void *data)
{
	g_assert_cmpint(state(f->path), ==, 3306);
	warden_store_close(&f->store);
	f->store = open_store(f->path, 1000);
	g_assert_cmpint(state(f->path), ==, 3306);
}

/* From any older version, with its data. */
static void test_older(struct fixture *f, const void *data)
{
	for (unsigned int from = 1; from < warden_schema_count; from++) {
		g_autofree char *path = g_strdup_printf("%s-%u", f->path,
							from);
		struct warden_store *store;

		for (unsigned int i = 0; i < from; i++)
			execute(path, warden_schema[i]);
		g_autofree char *mark = g_strdup_printf(
			"INSERT INTO steps (n) VALUES (40); "
			"PRAGMA user_version = %u", from);
		execute(path, mark);
		store = open_store(path, 1000);
		g_assert_cmpint(state(path), ==, 3446);
		warden_store_close(&store);
	}
}

/* A step that fails leaves the database as it was. */
static void test_failing(struct fixture *f, const void *data)
{
	struct warden_store_settings settings = { .mode = WARDEN_STORE_WRITE };
	g_autofree char *path = g_strconcat(f->path, "-bad", NULL);
	struct warden_store *store = NULL;
	char *error = NULL;

	execute(path, warden_schema[0]);
	execute(path, "CREATE TABLE v (n); PRAGMA user_version = 1");
	g_assert_cmpint(warden_store_open(path, &settings, &store, &error),
			==, -1);
	g_assert_nonnull(strstr(error, "already"));
	g_clear_pointer(&error, g_free);
	g_assert_cmpint(count(path, "PRAGMA user_version"), ==, 1);
	g_assert_cmpint(count(path, "SELECT count(*) FROM "
			      "pragma_table_info('steps')"), ==, 1);
	/* nor may a reader use it */
	settings.mode = WARDEN_STORE_READ;
	g_assert_cmpint(warden_store_open(path, &settings, &store, &error),
			==, -1);
	g_assert_nonnull(strstr(error, "older"));
	g_free(error);
}

/* Dovecot starts several at once. */
static void test_at_once(struct fixture *f, const void *data)
{
	/* A connection must not cross a fork. */
	warden_store_close(&f->store);
	for (int round = 0; round < 10; round++) {
		g_autofree char *path = g_strdup_printf("%s-%d", f->path,
							round);
		int status;

		for (int i = 0; i < 6; i++) {
			if (fork() == 0) {
				struct warden_store *store =
					open_store(path, 20000);

				warden_store_close(&store);
				_exit(0);
			}
		}
		for (int i = 0; i < 6; i++) {
			g_assert_cmpint(wait(&status), >, 0);
			g_assert_cmpint(status, ==, 0);
		}
		g_assert_cmpint(state(path), ==, 3306);
	}
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/migrate-new", test_new },
		{ "/store/migrate-older", test_older },
		{ "/store/migrate-failing", test_failing },
		{ "/store/migrate-at-once", test_at_once },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
