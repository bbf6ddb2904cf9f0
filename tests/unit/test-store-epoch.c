/* The epoch file: it says what the database says, whoever changed it, and is
   put right when it does not. */

#include "warden-config.h"

#include "store-fixture.h"

#include "scanner/protocol/epoch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char *folder, *path;
	struct warden_store *store;
};

static struct warden_store *open_with(const struct fixture *f,
				      const char *path)
{
	const struct warden_store_settings settings = {
		.mode = WARDEN_STORE_WRITE, .epoch_file = path,
	};
	struct warden_store *store = NULL;
	char *error = NULL;

	if (warden_store_open(f->path, &settings, &store, &error) < 0)
		g_error("%s", error);
	return store;
}

static void place_init(const struct fixture *f, struct place *place)
{
	place->folder = g_build_filename(f->dir, "public", NULL);
	place->path = g_build_filename(place->folder, "epoch", NULL);
	place->store = open_with(f, place->path);
}

static void place_clear(struct place *place)
{
	warden_store_close(&place->store);
	remove_folder(place->folder);
	g_free(place->folder);
	g_free(place->path);
}

static int publish(struct warden_store *store)
{
	char *error = NULL;
	int ret = warden_store_publish(store, 1000, &error);

	if (ret < 0)
		g_error("%s", error);
	return ret;
}

/* A copy that is aligned, checked. Owned by the caller. */
static void *read_file(const struct place *place)
{
	const char *why = NULL;
	char *data;
	gsize size;

	g_assert_true(g_file_get_contents(place->path, &data, &size, NULL));
	if (!warden_epoch_check(data, size, &why))
		g_error("%s", why);
	return data;
}

static void assert_file(struct fixture *f, const struct place *place)
{
	g_autofree struct warden_epoch_header *header = read_file(place);
	struct warden_epoch now;
	char *error = NULL;

	g_assert_cmpint(warden_store_epoch_now(f->store, &now, &error), ==, 1);
	g_assert_cmpuint(header->rules_epoch, ==, now.rules);
	g_assert_cmpuint(header->list_generation, ==, now.lists);
	g_assert_cmpuint(header->complete_since, <=, now.lists);
	g_assert_cmpuint(header->complete_since, >, 0);
}

static int next_row(void *context, struct warden_indicator *indicator,
		    char **error_r)
{
	const struct warden_indicator **row = context;

	if ((*row)->value == NULL)
		return 0;
	*indicator = *(*row)++;
	return 1;
}

static const struct warden_indicator a_host[] = {
	{ WARDEN_KNOWN_HOST, "a.example", "x" },
	{ WARDEN_KNOWN_HOST, NULL, NULL },
};

static void import(struct warden_store *store, const char *name)
{
	const struct warden_indicator *row = a_host;
	const struct warden_feed_import feed = {
		.name = name, .source = "f", .next = next_row,
		.context = &row,
	};
	char *error = NULL;
	guint64 n;

	if (warden_store_feed_replace(store, &feed, &n, &error) < 0)
		g_error("%s", error);
}

static void test_publish(struct fixture *f, const void *data)
{
	struct warden_epoch now;
	struct place place;
	struct stat st;
	char *error = NULL;
	mode_t mask = umask(0077);

	place_init(f, &place);
	g_assert_cmpint(publish(place.store), ==, 1);
	g_assert_cmpint(publish(place.store), ==, 0);
	assert_file(f, &place);
	g_assert_cmpint(stat(place.path, &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 07777, ==, 0644);
	g_assert_cmpint(stat(place.folder, &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 07777, ==, 0755);
	/* rules, by us and by another process */
	g_assert_cmpint(warden_store_epoch(place.store, 7, &now, &error), ==,
			1);
	g_assert_cmpint(publish(place.store), ==, 1);
	assert_file(f, &place);
	g_assert_cmpint(warden_store_epoch(f->store, 8, &now, &error), ==, 1);
	g_assert_cmpint(publish(place.store), ==, 1);
	assert_file(f, &place);
	/* a commit that changes nothing here */
	record(f->store, 1);
	g_assert_cmpint(publish(place.store), ==, 0);
	umask(mask);
	place_clear(&place);
}

/* Lists tell of themselves; what the killed importer did not, another does. */
static void test_feeds(struct fixture *f, const void *data)
{
	struct place place;
	struct warden_epoch before;
	guint8 key[WARDEN_EPOCH_KEY_SIZE];
	struct warden_scan_result *result = make_result(1);
	char *error = NULL;

	memcpy(key, result->facts->key, sizeof(key));
	free_result(result);
	place_init(f, &place);
	g_assert_cmpint(warden_store_epoch(place.store, 1, &before, &error),
			==, 1);
	record(place.store, 1);
	record(place.store, 2);
	execute(f->path, "INSERT INTO hosts VALUES (9, 'c', 'c.'); UPDATE urls "
		"SET host_id = 9 WHERE message_id = 2");
	import(place.store, "one");
	assert_file(f, &place);
	for (int i = 0; i < 2; i++) {
		g_autofree void *file = read_file(&place);

		g_assert_false(warden_epoch_is_fresh(file, before.rules,
						     before.lists, key));
		g_assert_true(warden_epoch_is_fresh(file, before.rules,
						    before.lists + 1, key));
		key[0]++;
		g_assert_true(warden_epoch_is_fresh(file, before.rules,
						    before.lists, key));
		key[0]--;
		g_assert_cmpint(publish(place.store), ==, 0);
	}
	/* another that does not write the file, as one that was killed */
	import(f->store, "two");
	g_assert_cmpint(publish(place.store), ==, 1);
	assert_file(f, &place);
	place_clear(&place);
}

/* A generation that is noted and not in force hides none that is. */
static void test_pending(struct fixture *f, const void *data)
{
	struct warden_scan_result *result = make_result(1);
	struct warden_epoch now;
	struct place place;
	char *error = NULL;

	place_init(f, &place);
	record(place.store, 1);
	import(place.store, "one");
	g_assert_cmpint(warden_store_epoch(place.store, 5, &now, &error), ==,
			1);
	execute(f->path, "UPDATE affected SET generation = generation + 1");
	g_assert_cmpint(publish(place.store), ==, 1);
	g_autofree void *file = read_file(&place);
	g_assert_false(warden_epoch_is_fresh(file, now.rules, now.lists - 1,
					     result->facts->key));
	g_assert_true(warden_epoch_is_fresh(file, now.rules, now.lists,
					    result->facts->key));
	free_result(result);
	place_clear(&place);
}

static void test_put_right(struct fixture *f, const void *data)
{
	static const char *const wrong[] = { "", "WRDNEPO1",
		("nonsense that is longer than a header is, and then "
		 "some") };
	struct place place;
	struct stat st;

	place_init(f, &place);
	g_assert_cmpint(publish(place.store), ==, 1);
	g_assert_cmpint(g_unlink(place.path), ==, 0);
	g_assert_cmpint(publish(place.store), ==, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_assert_true(g_file_set_contents(place.path, wrong[i], -1,
						  NULL));
		g_assert_cmpint(publish(place.store), ==, 1);
		assert_file(f, &place);
	}
	/* cut short by a disk that was full */
	g_assert_cmpint(truncate(place.path, 20), ==, 0);
	g_assert_cmpint(publish(place.store), ==, 1);
	assert_file(f, &place);
	remove_folder(place.folder);
	g_assert_cmpint(publish(place.store), ==, 1);
	/* something that is no file of ours is not written through */
	g_assert_cmpint(g_unlink(place.path), ==, 0);
	g_assert_cmpint(symlink("/dev/full", place.path), ==, 0);
	g_assert_cmpint(publish(place.store), ==, 1);
	g_assert_cmpint(lstat(place.path, &st), ==, 0);
	g_assert_true(S_ISREG(st.st_mode));
	place_clear(&place);
}

static void test_cannot(struct fixture *f, const void *data)
{
	struct warden_store *store = open_with(f, "/proc/none/epoch");
	char *error = NULL;

	g_assert_cmpint(warden_store_publish(store, 0, &error), ==, -1);
	g_assert_nonnull(strstr(error, "/proc/none"));
	g_free(error);
	/* the lists are in force all the same */
	import(store, "one");
	warden_store_close(&store);
	store = open_with(f, NULL);
	g_assert_cmpint(publish(store), ==, 0);
	warden_store_close(&store);
}

/* Readers see whole files only, in order, while several write. */
static void test_at_once(struct fixture *f, const void *data)
{
	struct place place;
	pid_t pids[2];
	guint32 last = 0;
	int status, running = 2;

	place_init(f, &place);
	g_assert_cmpint(publish(place.store), ==, 1);
	warden_store_close(&place.store);
	warden_store_close(&f->store);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			place.store = open_with(f, place.path);
			for (int n = 0; n < 20; n++)
				import(place.store, i == 0 ? "a" : "b");
			warden_store_close(&place.store);
			_exit(0);
		}
	}
	while (running > 0) {
		g_autofree struct warden_epoch_header *header =
			read_file(&place);

		g_assert_cmpuint(header->list_generation, >=, last);
		last = header->list_generation;
		if (waitpid(pids[running - 1], &status, WNOHANG) > 0) {
			g_assert_cmpint(status, ==, 0);
			running--;
		}
	}
	f->store = open_store(f->path, 1000);
	assert_file(f, &place);
	place_clear(&place);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/epoch/publish", test_publish },
		{ "/store/epoch/feeds", test_feeds },
		{ "/store/epoch/pending", test_pending },
		{ "/store/epoch/put-right", test_put_right },
		{ "/store/epoch/cannot", test_cannot },
		{ "/store/epoch/at-once", test_at_once },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
