/* Facts: what the adders make of hostile text, and that nothing but what a
   sound reader sends comes through serialisation. */

#include "warden-config.h"

#include "scanner/facts/facts.h"

#include <string.h>

static struct warden_facts *make_facts(void)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_part *part;
	guint i;

	for (i = 0; i < WARDEN_SHA256_SIZE; i++)
		facts->key[i] = i;
	facts->size = 12345;
	facts->header.sender = warden_address_new("S", "s@example.org");
	g_ptr_array_add(facts->header.from,
			warden_address_new("A", "a@example.org"));
	g_ptr_array_add(facts->header.to, warden_address_new("", "t@x"));
	g_ptr_array_add(facts->header.auth_results, g_strdup("mx; spf=pass"));
	facts->header.date = -5;
	part = warden_facts_add_part(facts, "1.2", "a.zip");
	warden_part_add_name(part, "b.zip");
	part->kind = WARDEN_KIND_ARCHIVE;
	part->flags = WARDEN_PART_ATTACHMENT | WARDEN_PART_CARVED;
	part->size = G_GUINT64_CONSTANT(1) << 40;
	warden_facts_add_url(facts, "http://x.example/", "x.example",
			     "two\nlines", "html", "1.2");
	warden_facts_add_trait(facts, "mime-nul", "1", "detail");
	warden_facts_add_unscanned(facts, "1", "size");
	return facts;
}

static void test_round_trip(void)
{
	struct warden_facts *facts = make_facts(), *back = NULL;
	g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
	g_autoptr(GBytes) again = NULL;
	const struct warden_part *part;
	char *error = NULL;

	g_assert_cmpint(warden_facts_deserialise(bytes, &back, &error), ==,
			1);
	again = warden_facts_serialise(back);
	g_assert_true(g_bytes_equal(bytes, again));
	part = warden_facts_find_part(back, "1.2");
	g_assert_nonnull(part);
	g_assert_cmpstr(part->names->pdata[0], ==, "b.zip");
	g_assert_cmpuint(part->size, ==, G_GUINT64_CONSTANT(1) << 40);
	g_assert_cmpint(back->header.date, ==, -5);
	g_assert_cmpstr(back->header.sender->address, ==, "s@example.org");
	warden_facts_free(facts);
	warden_facts_free(back);
}

static void expect_refused(struct warden_facts *facts, const char *what)
{
	g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
	struct warden_facts *back = NULL;
	g_autofree char *error = NULL;

	g_assert_cmpint(warden_facts_deserialise(bytes, &back, &error), ==,
			-1);
	g_assert_nonnull(error);
	if (strstr(error, what) == NULL)
		g_error("\"%s\" does not speak of \"%s\"", error, what);
	warden_facts_free(facts);
}

static struct warden_part *first_part(struct warden_facts *facts)
{
	return g_ptr_array_index(facts->parts, 0);
}

static void test_refuses(void)
{
	struct warden_facts *facts = make_facts();

	first_part(facts)->kind = WARDEN_KIND_LAST + 1;
	expect_refused(facts, "kind");

	facts = make_facts();
	first_part(facts)->flags = 1u << 30;
	expect_refused(facts, "flags");

	facts = make_facts();
	g_free(facts->header.subject);
	facts->header.subject = g_strdup("bell\a");
	expect_refused(facts, "Subject");

	facts = make_facts();
	g_free(first_part(facts)->name);
	first_part(facts)->name = g_strnfill(WARDEN_FACT_NAME_MAX + 1, 'x');
	expect_refused(facts, "name");

	facts = make_facts();
	warden_facts_add_part(facts, "2", "");
	g_free(((struct warden_part *)facts->parts->pdata[1])->path);
	((struct warden_part *)facts->parts->pdata[1])->path =
		g_strdup("1.2");
	expect_refused(facts, "path");
}

/* Whatever is cut off or turned around: refused, or equal when sent again. */
static void test_damage(void)
{
	struct warden_facts *facts = make_facts();
	g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
	gsize size, i;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	for (i = 0; i < size * 8; i++) {
		g_autofree guint8 *copy = g_memdup2(data, size);
		g_autoptr(GBytes) changed = NULL;
		g_autofree char *error = NULL;
		struct warden_facts *back = NULL;

		copy[i / 8] ^= 1 << i % 8;
		changed = g_bytes_new(copy, i % 16 == 0 ? i / 8 : size);
		if (warden_facts_deserialise(changed, &back, &error) < 0) {
			g_assert_nonnull(error);
			g_assert_null(back);
		} else {
			g_autoptr(GBytes) again = warden_facts_serialise(back);

			g_assert_true(g_bytes_equal(changed, again));
			warden_facts_free(back);
		}
	}
	warden_facts_free(facts);
}

static void test_sanitise(void)
{
	static const struct {
		const char *text;
		gsize size, max;
		bool allow_lf;
		const char *expected;
	} rows[] = {
		{ "plain", 5, 10, FALSE, "plain" },
		{ "a\0b", 3, 10, FALSE, "a b" },
		{ "a\nb\tc", 5, 10, FALSE, "a b c" },
		{ "a\nb\tc", 5, 10, TRUE, "a\nb\tc" },
		{ "\x1b[31m", 5, 10, TRUE, " [31m" },
		{ "\xff\xc3", 2, 10, FALSE, "\357\277\275\357\277\275" },
		/* U+0085 is a control character as well */
		{ "\xc2\x85", 2, 10, FALSE, " " },
		/* cut at a character, not amid it */
		{ "ab\xc3\xa4", 4, 3, FALSE, "ab" },
		{ "\xed\xa0\x80", 3, 20, FALSE,
		  "\357\277\275\357\277\275\357\277\275" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *result = warden_facts_sanitise(
			rows[i].text, rows[i].size, rows[i].max,
			rows[i].allow_lf);

		g_assert_cmpstr(result, ==, rows[i].expected);
	}
}

static void test_full(void)
{
	struct warden_facts *facts = warden_facts_new();
	guint i;

	for (i = 0; i < WARDEN_FACT_URLS_MAX; i++)
		g_assert_true(warden_facts_add_url(facts, "u", "", "", "text",
						   "1"));
	g_assert_false(warden_facts_add_url(facts, "u", "", "", "text", "1"));
	g_assert_true(warden_facts_add_unscanned(facts, "1", "size"));
	g_assert_true(warden_facts_add_unscanned(facts, "1", "size"));
	g_assert_cmpuint(facts->unscanned->len, ==, 1);
	for (i = 0; i < WARDEN_PARTS_MAX; i++)
		g_assert_nonnull(warden_facts_add_part(facts, "same", ""));
	g_assert_null(warden_facts_add_part(facts, "one more", ""));
	g_assert_cmpstr(((struct warden_part *)facts->parts->pdata[1])->path,
			==, "same#2");
	warden_facts_free(facts);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/facts/round-trip", test_round_trip);
	g_test_add_func("/facts/refuses", test_refuses);
	g_test_add_func("/facts/damage", test_damage);
	g_test_add_func("/facts/sanitise", test_sanitise);
	g_test_add_func("/facts/full", test_full);
	return g_test_run();
}
