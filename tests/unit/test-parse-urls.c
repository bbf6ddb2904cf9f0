/* URLs and hosts in one form, and URLs in plain text. */

#include "warden-config.h"

#include "scanner/parse/text/urls.h"

#include <string.h>

static void test_hosts(void)
{
	static const struct {
		const char *host, *expected;
		int trait;
	} rows[] = {
		{ "Example.COM", "example.com", -1 },
		{ "example.com.", "example.com", -1 },
		{ "ex%61mple.com", "example.com", -1 },
		{ "b\303\274cher.example", "xn--bcher-kva.example", -1 },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", -1 },
		/* full-width letters, ideographic full stop */
		{ "\357\275\205x\343\200\202com", "ex.com", -1 },
		{ "1.2.3.4", "1.2.3.4", -1 },
		{ "0x7f.1", "127.0.0.1", WARDEN_TRAIT_URL_ODD_ADDRESS },
		{ "0300.0250.1.1", "192.168.1.1",
		  WARDEN_TRAIT_URL_ODD_ADDRESS },
		{ "3232235777", "192.168.1.1", WARDEN_TRAIT_URL_ODD_ADDRESS },
		{ "0xC0A80101", "192.168.1.1", WARDEN_TRAIT_URL_ODD_ADDRESS },
		{ "192.168.257", "192.168.1.1", WARDEN_TRAIT_URL_ODD_ADDRESS },
		{ "1.2.3.256", "1.2.3.256", -1 },
		{ "1.2.3.4.5", "1.2.3.4.5", -1 },
		{ "99999999999", "99999999999", -1 },
		{ "[2001:DB8::1]", "2001:db8::1", -1 },
		{ "[nonsense]", "", -1 },
		{ "a b", "", WARDEN_TRAIT_URL_BAD_HOST },
		{ "a%00b", "ab", -1 },
		{ "a%2fb.example", "", WARDEN_TRAIT_URL_BAD_HOST },
		{ "", "", -1 },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_trait_set traits = { { 0 } };
		g_autofree char *host = warden_url_host(
			rows[i].host, strlen(rows[i].host), &traits);

		g_assert_cmpstr(host, ==, rows[i].expected);
		if (rows[i].trait >= 0)
			g_assert_true(warden_trait_set_has(&traits,
							   rows[i].trait));
		else
			g_assert_true(warden_trait_set_is_empty(&traits));
	}
}

static void test_links(void)
{
	static const struct {
		const char *text, *base, *url, *host;
	} rows[] = {
		{ "http://a.example/b", NULL, "http://a.example/b",
		  "a.example" },
		{ " \n http://a\t.exam\nple/ ", NULL, "http://a.example/",
		  "a.example" },
		{ "HTTPS:\\\\a.example", NULL, "HTTPS:\\\\a.example",
		  "a.example" },
		{ "http:a.example", NULL, "http:a.example", "a.example" },
		{ "http:///a.example", NULL, "http:///a.example",
		  "a.example" },
		{ "http://u:p@a.example:80/", NULL,
		  "http://u:p@a.example:80/", "a.example" },
		{ "http://bank.example@a.example/@x", NULL,
		  "http://bank.example@a.example/@x", "a.example" },
		{ "http://[::1]:80/", NULL, "http://[::1]:80/", "::1" },
		{ "http://a.example?x@y", NULL, "http://a.example?x@y",
		  "a.example" },
		{ "mailto:x@a.example?subject=y", NULL,
		  "mailto:x@a.example?subject=y", "a.example" },
		{ "//a.example/x", NULL, "http://a.example/x", "a.example" },
		{ "file://server/x", NULL, "file://server/x", "server" },
		{ "search-ms:query=x", NULL, "search-ms:query=x", "" },
		/* relative */
		{ "x", NULL, NULL, NULL },
		{ "x", "http://a.example/y/z", "http://a.example/y/x",
		  "a.example" },
		{ "/x", "http://a.example/y/z?q", "http://a.example/x",
		  "a.example" },
		{ "//b.example", "https://a.example", "https://b.example",
		  "b.example" },
		/* nowhere */
		{ "#top", NULL, NULL, NULL },
		{ "cid:1@x", NULL, NULL, NULL },
		{ "JavaScript:x()", NULL, NULL, NULL },
		{ "java\nscript:x()", NULL, NULL, NULL },
		{ "data:text/html,x", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
		{ "tel:+1", NULL, NULL, NULL },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_link link;
		bool found = warden_link_parse(rows[i].text,
					       strlen(rows[i].text),
					       rows[i].base, &link);

		g_test_message("%s", rows[i].text);
		g_assert_cmpint(found, ==, rows[i].url != NULL);
		if (!found)
			continue;
		g_assert_cmpstr(link.url, ==, rows[i].url);
		g_assert_cmpstr(link.host, ==, rows[i].host);
		warden_link_clear(&link);
	}
}

static void test_find(void)
{
	static const struct {
		const char *text, *urls;
	} rows[] = {
		{ "", "" }, { "no url", "" }, { "://", "" }, { "http://", "" },
		{ "http://a.b", "http://a.b" },
		{ "see http://a.b/c.", "http://a.b/c" },
		{ "(http://a.b/c)", "http://a.b/c" },
		{ "http://a.b/c_(d)", "http://a.b/c_(d)" },
		{ "<http://a.b/c>", "http://a.b/c" },
		{ "\"https://a.b\", HXXPS://c.d!",
		  "https://a.b HXXPS://c.d" },
		{ "www.a.b and www.c", "www.a.b" },
		{ "xwww.a.b", "" }, { "a@www.a.b", "" },
		{ "www.a.b http://c.d www.e.f",
		  "www.a.b http://c.d www.e.f" },
		{ "http://www.a.b", "http://www.a.b" },
		{ "ftp://a.b javascript://c.d", "ftp://a.b" },
		{ "http://a.b\343\200\200c", "http://a.b" },
		{ "http://a.b\302\240c", "http://a.b" },
		{ "xhttp://a.b", "http://a.b" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) found = g_string_new(NULL);
		struct warden_url_iter iter;
		gsize start, end;

		warden_url_iter_init(&iter, rows[i].text,
				     strlen(rows[i].text));
		while (warden_url_iter_next(&iter, &start, &end))
			g_string_append_printf(found, "%s%.*s",
					       found->len > 0 ? " " : "",
					       (int)(end - start),
					       rows[i].text + start);
		g_assert_cmpstr(found->str, ==, rows[i].urls);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/urls/hosts", test_hosts);
	g_test_add_func("/urls/links", test_links);
	g_test_add_func("/urls/find", test_find);
	return g_test_run();
}
