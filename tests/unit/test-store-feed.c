/* Lists of indicators: replaced as a whole, asked by their rules. */

#include "warden-config.h"

#include "store-fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- feeds --------------------------------------------------------------------- */

struct source {
	guint n, next;
	bool broken;
};

static int next_indicator(void *context, struct warden_indicator *indicator,
			  char **error_r)
{
	static char value[64];
	struct source *source = context;

	if (source->next == source->n) {
		if (!source->broken)
			return 0;
		*error_r = g_strdup("line 3: no host");
		return -1;
	}
	g_snprintf(value, sizeof(value), "h%u.example", source->next++);
	*indicator = (struct warden_indicator){
		WARDEN_KNOWN_HOST, value, "phish"
	};
	return 1;
}

static int replace(struct warden_store *store, const char *name, bool allow,
		   struct source *source, guint64 *n, char **error)
{
	const struct warden_feed_import import = {
		.name = name, .source = "f", .allow = allow,
		.next = next_indicator, .context = source,
	};

	return warden_store_feed_replace(store, &import, n, error);
}

static int is_known(struct warden_store *store, const char *host, bool *allow)
{
	struct warden_known_hit hit;
	int ret = warden_store_known(store, WARDEN_KNOWN_HOST, host, &hit);

	*allow = hit.allow;
	return ret;
}

static void test_feeds(struct fixture *f, const void *data)
{
	struct source twelve_k = { .n = 12000 }, few = { .n = 3 };
	struct source broken = { .n = 2, .broken = TRUE }, one = { .n = 1 };
	struct warden_epoch before, now;
	char *error = NULL;
	guint64 n = 0;
	bool allow;

	g_assert_cmpint(warden_store_epoch(f->store, 1, &before, &error), ==,
			1);
	g_assert_cmpint(replace(f->store, "bad", FALSE, &twelve_k, &n,
				&error), ==, 1);
	g_assert_cmpuint(n, ==, 12000);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 1);
	g_assert_cmpint(is_known(f->store, "a.b.h7.example", &allow), ==, 1);
	g_assert_cmpint(is_known(f->store, "xh7.example", &allow), ==, 0);
	/* refused as a whole: the old set stays */
	g_assert_cmpint(replace(f->store, "bad", FALSE, &broken, &n,
				&error), ==, -1);
	g_assert_cmpstr(error, ==, "line 3: no host");
	g_clear_pointer(&error, g_free);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 1);
	g_assert_cmpint(replace(f->store, "bad", FALSE, &few, &n,
				&error), ==, 1);
	g_assert_cmpint(is_known(f->store, "h11999.example", &allow), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM indicators"), ==,
			3);
	/* an allow-list beats a deny-list */
	g_assert_cmpint(replace(f->store, "good", TRUE, &one, &n,
				&error), ==, 1);
	g_assert_cmpint(is_known(f->store, "h0.example", &allow), ==, 1);
	g_assert_true(allow);
	g_assert_cmpint(is_known(f->store, "h1.example", &allow), ==, 1);
	g_assert_false(allow);
	g_assert_cmpint(warden_store_feed_remove(f->store, "bad", &error), ==,
			1);
	g_assert_cmpint(warden_store_feed_remove(f->store, "bad", &error), ==,
			0);
	g_assert_cmpint(is_known(f->store, "h1.example", &allow), ==, 0);
	g_assert_cmpint(warden_store_epoch(f->store, 1, &now, &error), ==, 1);
	g_assert_cmpuint(now.lists, ==, before.lists + 4);
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

static const char *details_of_rows(void *context)
{
	const struct warden_indicator **row = context;

	/* Asked when all were taken. */
	return (*row)->value == NULL ? "{\"all\":1}" : "early";
}

static void import(struct fixture *f, const char *name, bool allow,
		   const struct warden_indicator *rows, guint64 wanted)
{
	char *error = NULL;
	guint64 n;

	const struct warden_feed_import feed = {
		.name = name, .source = "a file", .allow = allow,
		.next = next_row, .context = &rows,
		.details = details_of_rows,
	};

	if (warden_store_feed_replace(f->store, &feed, &n, &error) < 0)
		g_error("%s", error);
	g_assert_cmpuint(n, ==, wanted);
}

static const struct warden_indicator denied[] = {
	{ WARDEN_KNOWN_SENDER, "ben@bad.example", "fraud" },
	{ WARDEN_KNOWN_SENDER, "@worse.example", "spam" },
	{ WARDEN_KNOWN_URL, "http://a.example/x", "" },
	{ WARDEN_KNOWN_URL, "http://a.example/x", "twice" },
	{ WARDEN_KNOWN_SHA256, "00ff", "" },
	{ WARDEN_KNOWN_HOST, "host.example", "" },
	{ WARDEN_KNOWN_HOST, NULL, NULL }
};
static const struct warden_indicator allowed[] = {
	{ WARDEN_KNOWN_SENDER, "good@worse.example", "" },
	{ WARDEN_KNOWN_HOST, "fine.host.example", "" },
	{ WARDEN_KNOWN_HOST, NULL, NULL }
};

static void test_kinds(struct fixture *f, const void *data)
{
	static const struct {
		enum warden_known_kind kind;
		const char *value;
		const char *hit;	/* NULL none, "+" allowed */
	} rows[] = {
		{ WARDEN_KNOWN_SENDER, "ben@bad.example", "ben@bad.example" },
		{ WARDEN_KNOWN_SENDER, "amy@bad.example", NULL },
		{ WARDEN_KNOWN_SENDER, "any@worse.example", "@worse.example" },
		{ WARDEN_KNOWN_SENDER, "good@worse.example", "+" },
		{ WARDEN_KNOWN_SENDER, "", NULL },
		{ WARDEN_KNOWN_URL, "http://a.example/x",
		  "http://a.example/x" },
		{ WARDEN_KNOWN_URL, "http://a.example/", NULL },
		{ WARDEN_KNOWN_SHA256, "00ff", "00ff" },
		{ WARDEN_KNOWN_HOST, "00ff", NULL },
		{ WARDEN_KNOWN_HOST, "a.host.example", "host.example" },
		{ WARDEN_KNOWN_HOST, "fine.host.example", "+" },
		{ WARDEN_KNOWN_HOST, "very.fine.host.example", "+" },
		{ WARDEN_KNOWN_HOST, "example", NULL },
		{ WARDEN_KNOWN_HOST, "' OR '1", NULL },
	};

	import(f, "denied", FALSE, denied, 5);
	import(f, "allowed", TRUE, allowed, 2);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_known_hit hit;
		int ret = warden_store_known(f->store, rows[i].kind,
					     rows[i].value, &hit);

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpint(ret, ==, rows[i].hit != NULL);
		if (ret > 0 && hit.allow)
			g_assert_cmpstr(rows[i].hit, ==, "+");
		else if (ret > 0)
			g_assert_cmpstr(rows[i].hit, ==, hit.value);
	}
}

static void count_feed(const struct warden_feed *feed, void *context)
{
	g_string_append_printf(context, "%s %s %d %" G_GUINT64_FORMAT
			       " %s;", feed->name, feed->source, feed->allow,
			       feed->indicators, feed->details);
}

/* An import that was killed leaves rows that are in force nowhere. */
static void test_killed(struct fixture *f, const void *data)
{
	g_autoptr(GString) listed = g_string_new(NULL);
	char *error = NULL;
	bool allow;

	execute(f->path, "INSERT INTO feeds VALUES (77, 'dead', 0, 'f', 0, 0, "
		"0, '', ''); INSERT INTO indicators VALUES (2, 'dead.example', 77, "
		"''), (2, 'zz.example', 77, '')");
	g_assert_cmpint(is_known(f->store, "dead.example", &allow), ==, 0);
	import(f, "denied", FALSE, denied, 5);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM indicators"), ==,
			5);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM feeds"), ==, 1);
	g_assert_cmpint(warden_store_feed_list(f->store, count_feed, listed,
					       &error), ==, 1);
	g_assert_cmpstr(listed->str, ==, "denied a file 0 5 {\"all\":1};");
}

/* Two imports at once: one after the other, nothing mixed. */
static void test_at_once(struct fixture *f, const void *data)
{
	gint64 before = count(f->path, "SELECT value FROM meta WHERE "
			      "key = 'list_generation'");
	pid_t pids[3];
	int status;

	/* A connection must not cross a fork. */
	warden_store_close(&f->store);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct source source = { .n = 6000 + i };
			struct warden_store *store =
				open_store(f->path, 60000);
			guint64 n;
			char *error = NULL;
			int ret = replace(store, "same", FALSE, &source, &n,
					  &error);

			warden_store_close(&store);
			_exit(ret == 1 && n == 6000u + i ? 0 : 1);
		}
	}
	for (int i = 0; i < 3; i++) {
		g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
		g_assert_cmpint(status, ==, 0);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) = max(f.indicators) "
			      "AND count(DISTINCT f.id) = 1 FROM indicators "
			      "i LEFT JOIN feeds f ON f.id = i.feed_id"), ==,
			1);
	g_assert_cmpint(count(f->path, "SELECT value FROM meta WHERE "
			      "key = 'list_generation'"), ==,
			before + 3);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/feeds", test_feeds },
		{ "/store/kinds", test_kinds },
		{ "/store/killed-import", test_killed },
		{ "/store/imports-at-once", test_at_once },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
