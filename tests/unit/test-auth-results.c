/* Authentication-Results values and what is read from them. */

#include "warden-config.h"

#include "scanner/checks/auth-results.h"

#include <string.h>

static const char *const methods[] = {
	"other", "spf", "dkim", "dmarc", "arc", "auth", "iprev", "bimi",
};
static const char *const statuses[] = {
	"other", "none", "pass", "fail", "softfail", "neutral", "temperror",
};

static const struct {
	const char *value, *expected;	/* NULL: no identifier */
} rows[] = {
	/* RFC 8601, appendix B */
	{ "example.org 1; none", "example.org" },
	{ "example.com; spf=pass smtp.mailfrom=example.net",
	  "example.com spf=pass:example.net" },
	{ "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; "
	  "spf=pass smtp.mailfrom=example.net",
	  "example.com auth=pass: spf=pass:example.net" },
	{ "example.com; dkim=pass (good signature) header.d=mail-router."
	  "example.net; dkim=fail (bad signature) header.d=newyork.example"
	  ".com",
	  "example.com dkim=pass:mail-router.example.net "
	  "dkim=fail:newyork.example.com" },
	{ "foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 "
	  "(One yay) = (wait for it) fail", "foo.example.net dkim=fail:" },
	/* which property counts */
	{ "a.example; dkim=pass header.i=@i.example header.d=D.Example.",
	  "a.example dkim=pass:d.example" },
	{ "a.example; spf=pass smtp.helo=h.example "
	  "smtp.mailfrom=prvs=1=b@m.example",
	  "a.example spf=pass:m.example" },
	{ "a.example; spf=fail smtp.helo=h.example",
	  "a.example spf=fail:h.example" },
	{ "a.example; dmarc=pass (p=none; dis=none) header.from=f.example",
	  "a.example dmarc=pass:f.example" },
	{ "a.example; arc=pass (i=2) arc.chain=b.example:c.example",
	  "a.example arc=pass:c.example" },
	{ "i=2; a.example; dmarc=fail header.from=f.example",
	  "2 a.example dmarc=fail:f.example" },
	/* what tries to deceive */
	{ "evil.example (; dmarc=pass header.from=f.example)",
	  "evil.example" },
	{ "\"a.example; spf=pass\"; none", "a.example; spf=pass" },
	{ "a.example; spf=fail reason=\"; dmarc=pass\"",
	  "a.example spf=fail:" },
	{ "a.example; spf=pass (unended smtp.mailfrom=b.example",
	  "a.example spf=pass:" },
	{ "a.example; spf=pass smtp.mailfrom", "a.example damaged" },
	{ "a.example; spf", "a.example damaged" },
	{ "a.example; =pass", "a.example damaged" },
	{ "a.example spf=pass", "a.example damaged" },
	{ "a.example; x-new=pass y.z=b;;", "a.example other=pass:" },
	{ "a.example; spf=hardfail", "a.example spf=fail:" },
	{ "", NULL },
	{ "(all)", NULL },
	{ "; spf=pass", NULL },
	{ "\"\"; spf=pass", NULL },
};

static char *describe(const struct warden_auth_results *results)
{
	GString *out = g_string_new(NULL);

	if (results->instance > 0)
		g_string_append_printf(out, "%u ", results->instance);
	g_string_append(out, results->id);
	for (guint i = 0; i < results->count; i++) {
		const struct warden_auth_result *result =
			&results->results[i];

		g_string_append_printf(out, " %s=%s:%s",
				       methods[result->method],
				       statuses[result->status],
				       result->domain);
	}
	if (results->damaged)
		g_string_append(out, " damaged");
	return g_string_free(out, FALSE);
}

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_auth_results results;
		bool found = warden_auth_results_parse(rows[i].value,
						       &results);
		g_autofree char *text = found ? describe(&results) : NULL;

		g_test_message("%s", rows[i].value);
		g_assert_cmpstr(text, ==, rows[i].expected);
	}
}

static void test_limits(void)
{
	GString *value = g_string_new("a.example");
	g_autofree char *deep = g_strnfill(100000, '(');
	g_autofree char *id = g_strnfill(WARDEN_AUTH_NAME_SIZE, 'a');
	struct warden_auth_results results;

	for (guint i = 0; i < 2 * WARDEN_AUTH_RESULTS_MAX; i++)
		g_string_append(value, "; dkim=pass header.d=b.example");
	g_assert_true(warden_auth_results_parse(value->str, &results));
	g_assert_cmpuint(results.count, ==, WARDEN_AUTH_RESULTS_MAX);
	g_string_free(value, TRUE);
	g_assert_false(warden_auth_results_parse(deep, &results));
	/* one that is too long is not cut to one that is known */
	g_assert_false(warden_auth_results_parse(id, &results));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth-results/rows", test_rows);
	g_test_add_func("/auth-results/limits", test_limits);
	return g_test_run();
}
