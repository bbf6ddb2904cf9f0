/* The readers of names and URLs that checks build on. */

#include "warden-config.h"

#include "scanner/checks/filename.h"
#include "scanner/checks/redirector.h"
#include "scanner/checks/url.h"

#include <string.h>

static const struct {
	const char *url;
	const char *normal;	/* NULL: not an address */
} url_rows[] = {
	{ "http://example.com", "http://example.com/" },
	{ "HTTP://EXAMPLE.com:80/A?b#c", "http://example.com/A?b" },
	{ "https://example.com:443/", "https://example.com/" },
	{ "https://example.com:8443/", "https://example.com:8443/" },
	{ "http://example.com./", "http://example.com/" },
	{ "http://example\xe3\x80\x82" "com\xe3\x80\x82/",
	  "http://example.com/" },
	{ "http:example.com/x", "http://example.com/x" },
	{ "http:\\\\example.com\\x", "http://example.com/x" },
	{ "https:////example.com/x", "https://example.com/x" },
	{ "//example.com/x", "http://example.com/x" },
	{ "www.example.com/x", "http://www.example.com/x" },
	{ "example.com:8080/x", "http://example.com:8080/x" },
	{ "http://u:p@example.com/", "http://example.com/" },
	{ "http://a@b@example.com/", "http://example.com/" },
	{ "http://example.com/a/../b/./c/..", "http://example.com/b/" },
	{ "http://example.com/../..", "http://example.com/" },
	/* browsers take escaped dots for dots */
	{ "http://example.com/a/%2e%2E/b/.%2e/c/%2e/d/%2e%2e%2e",
	  "http://example.com/c/d/..." },
	{ "http://example.com/%7euser/%2f", "http://example.com/~user/%2F" },
	{ "http://example.com/%", "http://example.com/%" },
	{ "http://example.com/%zz%4", "http://example.com/%zz%4" },
	{ "http://exam%70le.com/", "http://example.com/" },
	{ "http://m\xc3\xbcller.de/", "http://xn--mller-kva.de/" },
	{ "http://example.com/\xc3\xbc", "http://example.com/%C3%BC" },
	{ "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/" },
	{ "http://3221225985/x", "http://192.0.2.1/x" },
	{ "http://0xc0.0.02.1/x", "http://192.0.2.1/x" },
	{ "hxxps://example.com/", "https://example.com/" },
	{ "http://example.com?x", "http://example.com/?x" },
	/* hosts that are none */
	{ "http://exam ple.com/", NULL },
	{ "http://example.com%2f.example.org/", NULL },
	{ "http://a[::1]/", NULL },
	{ "http://a:b:c/", NULL },
	{ "mailto:a@b.com", NULL },
	{ "javascript:alert(1)", NULL },
	{ "data:text/html,x", NULL },
	{ "/relative", NULL },
	{ "#anchor", NULL },
	{ "", NULL },
	{ "http://", NULL },
	{ "http:///", NULL },
};

static void test_normalise(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(url_rows); i++) {
		g_autofree char *normal =
			warden_url_normalise(url_rows[i].url);

		if (g_strcmp0(normal, url_rows[i].normal) != 0)
			g_error("%s: %s, expected %s", url_rows[i].url, normal,
				url_rows[i].normal);
		if (normal != NULL) {
			g_autofree char *again = warden_url_normalise(normal);

			g_assert_cmpstr(again, ==, normal);
		}
	}
}

static const struct {
	const char *host;
	int address;	/* 1 public, 2 local */
	const char *registrable;
} host_rows[] = {
	{ "www.example.com", 0, "example.com" },
	{ "a.b.example.co.uk", 0, "example.co.uk" },
	{ "co.uk", 0, NULL },
	{ "a.github.io", 0, "a.github.io" },
	{ "github.io", 0, NULL },
	{ "localhost", 0, NULL },
	{ "", 0, NULL },
	{ "192.0.2.1", 1, NULL },
	{ "0xc0.0.02.1", 1, NULL },
	{ "3221225985", 1, NULL },
	{ "192.0.513", 1, NULL },
	{ "127.1", 2, NULL },
	{ "10.0.0.1", 2, NULL },
	{ "172.16.0.1", 2, NULL },
	{ "172.32.0.1", 1, NULL },
	{ "192.168.0.1", 2, NULL },
	{ "::1", 2, NULL },
	{ "fe80::1", 2, NULL },
	{ "2001:db8::1", 1, NULL },
	{ "1.2.3.4.5", 0, "4.5" },
	{ "256.1.1.1", 0, "1.1" },
	{ "4294967296", 0, NULL },
	{ "1.2.3.4.example.com", 0, "example.com" },
};

static void test_hosts(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(host_rows); i++) {
		bool local;
		bool address = warden_url_host_is_address(host_rows[i].host,
							  &local);
		const char *domain = warden_url_registrable(host_rows[i].host);

		if (address != (host_rows[i].address != 0) ||
		    (address && local != (host_rows[i].address == 2)) ||
		    g_strcmp0(domain, host_rows[i].registrable) != 0)
			g_error("%s: address %d local %d domain %s",
				host_rows[i].host, address, local, domain);
	}
}

static void test_tld(void)
{
	g_assert_true(warden_url_has_known_tld("example.com"));
	g_assert_true(warden_url_has_known_tld("example.xn--p1ai"));
	g_assert_false(warden_url_has_known_tld("readme.pdf"));
	g_assert_false(warden_url_has_known_tld("localhost"));
	g_assert_false(warden_url_has_known_tld("a."));
}

static const struct {
	const char *name;
	const char *extension, *decoy;
	bool override;
} name_rows[] = {
	{ "a.pdf", "pdf", "", FALSE },
	{ "a", "", "", FALSE },
	{ "", "", "", FALSE },
	{ ".", "", "", FALSE },
	{ ".bashrc", "bashrc", "", FALSE },
	{ "a.PDF.Exe", "exe", "pdf", FALSE },
	{ "a.pdf .exe", "exe", "pdf", FALSE },
	{ "a.pdf (1).exe", "exe", "pdf", FALSE },
	{ "a.pdf viewer.exe", "exe", "", FALSE },
	{ "a.1.2.exe", "exe", "", FALSE },
	{ "a.min.js", "js", "", FALSE },
	{ "a.exe. .", "exe", "", FALSE },
	{ "a.exe\xc2\xa0", "exe", "", FALSE },
	{ "a.exe::$DATA", "exe", "", FALSE },
	{ "C:\\dir.pdf\\a.exe", "exe", "", FALSE },
	{ "dir/a.tar.gz", "gz", "tar", FALSE },
	{ "a\xe2\x80\xae" "fdp.exe", "exe", "", TRUE },
};

static void test_names(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(name_rows); i++) {
		struct warden_filename name;

		warden_filename_parse(name_rows[i].name, &name);
		g_assert_cmpstr(name.extension, ==, name_rows[i].extension);
		g_assert_cmpstr(name.decoy, ==, name_rows[i].decoy);
		g_assert_cmpint(name.override, ==, name_rows[i].override);
		warden_filename_clear(&name);
	}
}

static void test_classes(void)
{
	g_assert_cmpint(warden_filename_class("exe"), ==, WARDEN_NAME_PROGRAM);
	g_assert_cmpint(warden_filename_class("ex"), ==, WARDEN_NAME_UNKNOWN);
	g_assert_cmpint(warden_filename_class(" exe"), ==,
			WARDEN_NAME_UNKNOWN);
	g_assert_cmpint(warden_filename_class("exe com"), ==,
			WARDEN_NAME_UNKNOWN);
	g_assert_cmpint(warden_filename_class(""), ==, WARDEN_NAME_NONE);
	g_assert_cmpint(warden_filename_class("settingcontent-ms"), ==,
			WARDEN_NAME_SCRIPT);
	g_assert_cmpint(warden_filename_class("a-very-long-word-that-is-no-"
					      "extension-of-anything"), ==,
			WARDEN_NAME_UNKNOWN);
}

static void test_redirectors(void)
{
	g_assert_true(warden_redirector_is_known("x.list-manage.com"));
	g_assert_true(warden_redirector_is_known("t.co"));
	g_assert_false(warden_redirector_is_known("evilt.co"));
	g_assert_false(warden_redirector_is_known("list-manage.com.evil.net"));
	g_assert_true(warden_redirector_names(
		"https://r.net/?u=https%253A%252F%252Fwww.example.com%252F",
		"example.com"));
	g_assert_true(warden_redirector_names(
		"https://urldefense.com/v3/__https://example.com/x__;!!a$",
		"example.com"));
	g_assert_false(warden_redirector_names(
		"https://r.net/?u=www.example.com", "example.com"));
	g_assert_false(warden_redirector_names(
		"https://r.net/?u=https://example.com.evil.net",
		"example.com"));
	g_assert_true(warden_redirector_has_token(
		"https://r.net/c/eJwUy0FygyAUANDTwA4HvoC4", 24));
	g_assert_false(warden_redirector_has_token(
		"https://r.net/c/eJwUy0FygyAU", 24));
	g_assert_true(warden_redirector_has_token(
		"https://r.net/c/eJwUy09ygyAU", 10));
	g_assert_true(warden_redirector_same_owner("linkedin.com",
						   "lnkd.in"));
	g_assert_false(warden_redirector_same_owner("linkedin.com",
						    "google.com"));
	g_assert_false(warden_redirector_same_owner("example.com",
						    "example.com"));
	g_assert_true(warden_redirector_same_owner("finances.gouv.fr",
						   "impots.gouv.fr"));
	g_assert_true(warden_redirector_same_owner("mf.gov.pl",
						   "podatki.gov.pl"));
	g_assert_true(warden_redirector_same_owner("irs.gov", "treasury.gov"));
	g_assert_true(warden_redirector_same_owner("nta.go.jp", "e.go.jp"));
	g_assert_false(warden_redirector_same_owner("mf.gov.pl", "hmrc.gov.uk"));
	g_assert_false(warden_redirector_same_owner("gov.example.com",
						    "gov.evil.com"));
	g_assert_false(warden_redirector_same_owner("impots.gouv.fr",
						    "gouv.example.fr"));
	g_assert_true(warden_redirector_is_shortener("bit.ly"));
	g_assert_false(warden_redirector_is_shortener("it.ly"));
	g_assert_false(warden_redirector_has_token(
		"https://r.net/a-very-long-title-of-an-article", 10));
	g_assert_false(warden_redirector_has_token(
		"https://r.net/login", 10));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/names/normalise", test_normalise);
	g_test_add_func("/names/hosts", test_hosts);
	g_test_add_func("/names/tld", test_tld);
	g_test_add_func("/names/filenames", test_names);
	g_test_add_func("/names/classes", test_classes);
	g_test_add_func("/names/redirectors", test_redirectors);
	return g_test_run();
}
