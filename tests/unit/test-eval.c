/* Figures of `warden eval` on mails made up for them. */

#include "warden-config.h"

#include "scanner/core/eval.h"

#include <string.h>

struct row {
	double strength;
	bool bad;
	const char *cluster;
};

static struct warden_eval *
make(const struct row *rows, gsize count, const char *symbol)
{
	struct warden_eval *eval = warden_eval_new();

	for (gsize i = 0; i < count; i++) {
		g_autofree char *file = g_strdup_printf("%03d", (int)i);
		struct warden_eval_mail *mail = warden_eval_mail_new(
			file, rows[i].bad, rows[i].cluster);

		mail->strength = rows[i].strength;
		warden_eval_mail_add(mail, symbol, rows[i].strength);
		warden_eval_add(eval, mail);
	}
	warden_eval_finish(eval);
	return eval;
}

static void assert_near(double a, double b)
{
	g_assert_cmpfloat_with_epsilon(a, b, 1e-9);
}

static const struct row mixed[] = {
	{ 3.0, TRUE, "" }, { 2.0, TRUE, "" }, { 1.5, FALSE, "" },
	{ 1.5, TRUE, "" }, { 1.0, TRUE, "" }, { 0.5, FALSE, "" },
	{ 0.4, TRUE, "" }, { 0.0, FALSE, "" }, { 0.0, FALSE, "" },
	{ 0.0, TRUE, "" },
};

static void test_points(void)
{
	static const struct {
		double false_positives, detected;
		guint good;
	} rows[] = {
		/* none may pass: the one at 1.5 takes its equal with it */
		{ 0.0, 2.0 / 6, 0 },
		{ 0.2, 2.0 / 6, 0 },
		/* one of four */
		{ 0.25, 4.0 / 6, 1 },
		{ 0.5, 5.0 / 6, 2 },
		/* what has no finding is never above */
		{ 1.0, 5.0 / 6, 2 },
	};
	struct warden_eval *eval = make(mixed, G_N_ELEMENTS(mixed), "A");
	struct warden_eval_point point;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %" G_GSIZE_FORMAT, i);
		warden_eval_at(eval, rows[i].false_positives, &point);
		assert_near(point.detected, rows[i].detected);
		g_assert_cmpuint(point.good_above, ==, rows[i].good);
	}
	warden_eval_at_limit(eval, 1.0, &point);
	assert_near(point.detected, 4.0 / 6);
	g_assert_cmpuint(point.good_above, ==, 1);
	warden_eval_free(eval);
}

static void test_clusters(void)
{
	static const struct row rows[] = {
		{ 2.0, TRUE, "a" }, { 2.0, TRUE, "a" }, { 2.0, TRUE, "a" },
		{ 2.0, TRUE, "a" }, { 0.1, TRUE, "b" }, { 0.1, TRUE, "" },
		/* the same name among the good is another one */
		{ 0.5, FALSE, "a" },
	};
	struct warden_eval *eval = make(rows, G_N_ELEMENTS(rows), "A");
	struct warden_eval_point point;

	warden_eval_at_limit(eval, 1.0, &point);
	assert_near(point.detected, 4.0 / 6);
	assert_near(point.detected_clusters, 1.0 / 3);
	warden_eval_free(eval);
}

static void test_area(void)
{
	static const struct row parted[] = {
		{ 2.0, TRUE, "" }, { 1.0, FALSE, "" },
	};
	static const struct row reversed[] = {
		{ 1.0, TRUE, "" }, { 2.0, FALSE, "" },
	};
	static const struct row equal[] = {
		{ 1.0, TRUE, "" }, { 1.0, FALSE, "" },
	};
	static const struct {
		const struct row *rows;
		gsize count;
		double area;
	} rows[] = {
		{ parted, 2, 1.0 }, { reversed, 2, 0.0 }, { equal, 2, 0.5 },
		{ parted, 1, 0.5 }, { NULL, 0, 0.5 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_eval *eval = make(rows[i].rows, rows[i].count,
						"A");

		assert_near(warden_eval_area(eval), rows[i].area);
		warden_eval_free(eval);
	}
}

static void test_uses(void)
{
	struct warden_eval *eval = warden_eval_new();
	struct warden_eval_mail *mail;
	g_autoptr(GArray) uses = NULL;
	const struct warden_eval_use *use;

	mail = warden_eval_mail_new("1", TRUE, "");
	mail->strength = 1.2;
	warden_eval_mail_add(mail, "STRONG", 6.0);
	warden_eval_mail_add(mail, "WEAK", 0.5);
	warden_eval_mail_add(mail, "WEAK", 0.7);
	warden_eval_add(eval, mail);
	mail = warden_eval_mail_new("2", FALSE, "");
	mail->strength = 1.0;
	warden_eval_mail_add(mail, "WEAK", 6.0);
	warden_eval_add(eval, mail);
	warden_eval_finish(eval);
	uses = warden_eval_uses(eval);
	g_assert_cmpuint(uses->len, ==, 2);
	use = &g_array_index(uses, struct warden_eval_use, 1);
	g_assert_cmpstr(use->name, ==, "STRONG");
	g_assert_cmpuint(use->carried, ==, 1);
	g_assert_cmpuint(use->good, ==, 0);
	use = &g_array_index(uses, struct warden_eval_use, 0);
	g_assert_cmpstr(use->name, ==, "WEAK");
	g_assert_cmpuint(use->bad, ==, 1);
	g_assert_cmpuint(use->good, ==, 1);
	g_assert_cmpuint(use->carried, ==, 0);
	g_assert_cmpuint(use->misled, ==, 1);
	assert_near(use->score, 3.6);
	warden_eval_free(eval);
}

static void test_svg(void)
{
	struct warden_eval *eval = make(mixed, G_N_ELEMENTS(mixed), "A");
	g_autofree char *svg = warden_eval_svg(eval, "a < b");

	g_assert_true(g_str_has_prefix(svg, "<svg "));
	g_assert_true(g_str_has_suffix(svg, "</svg>\n"));
	g_assert_nonnull(strstr(svg, "a &lt; b"));
	/* begins at the left below and ends at the right above */
	g_assert_nonnull(strstr(svg, "d=\"M70.0 440.0 "));
	g_assert_nonnull(strstr(svg, "H590.0 V40.0\""));
	warden_eval_free(eval);
}

static void test_groups(void)
{
	struct warden_eval *eval = warden_eval_new();
	static const char *const names[] = { "b", "a" };

	for (gsize i = 0; i < G_N_ELEMENTS(mixed); i++) {
		g_autofree char *file = g_strdup_printf("%03d", (int)i);
		struct warden_eval_mail *mail = warden_eval_mail_new(
			file, mixed[i].bad, "");

		mail->strength = mixed[i].strength;
		mail->group = g_intern_string(names[i % 2]);
		warden_eval_add(eval, mail);
	}
	warden_eval_finish(eval);
	g_autoptr(GArray) groups = warden_eval_groups(eval);
	const struct warden_eval_group *a, *b;

	g_assert_cmpuint(groups->len, ==, 2);
	a = &g_array_index(groups, struct warden_eval_group, 0);
	b = &g_array_index(groups, struct warden_eval_group, 1);
	g_assert_cmpstr(a->name, ==, "a");
	/* rows 1 3 5 7 9: 2.0, 1.5 and nothing; no good one above */
	g_assert_cmpuint(a->bad, ==, 3);
	g_assert_cmpuint(a->good, ==, 2);
	g_assert_cmpuint(a->good_above, ==, 0);
	assert_near(a->detected, 2.0 / 3);
	/* none may pass, and a good one in the other group has 1.5 */
	assert_near(a->detected_strict, 1.0 / 3);
	/* rows 0 2 4 6 8: 3.0, 1.0, 0.4; good 1.5 and nothing */
	g_assert_cmpuint(b->good_above, ==, 1);
	assert_near(b->detected, 2.0 / 3);
	warden_eval_free(eval);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/eval/points", test_points);
	g_test_add_func("/eval/clusters", test_clusters);
	g_test_add_func("/eval/area", test_area);
	g_test_add_func("/eval/uses", test_uses);
	g_test_add_func("/eval/svg", test_svg);
	g_test_add_func("/eval/groups", test_groups);
	return g_test_run();
}
