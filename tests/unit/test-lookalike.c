/* Host names against protected ones: a table. */

#include "warden-config.h"

#include "scanner/checks/lookalike.h"
#include "scanner/checks/url.h"

#include <string.h>

#define NO WARDEN_LOOKALIKE_NO
#define MENTION WARDEN_LOOKALIKE_MENTION
#define SUFFIX WARDEN_LOOKALIKE_SUFFIX
#define LETTER WARDEN_LOOKALIKE_LETTER
#define HYPHEN WARDEN_LOOKALIKE_HYPHEN
#define WORD WARDEN_LOOKALIKE_WORD
#define INSIDE WARDEN_LOOKALIKE_INSIDE
#define GLYPHS WARDEN_LOOKALIKE_GLYPHS
#define EXACT WARDEN_LOOKALIKE_EXACT

static const struct {
	const char *host;
	enum warden_lookalike_kind kind;
} rows[] = {
	{ "paypal.com", EXACT }, { "www.paypal.com", EXACT },
	{ "amazon.de", EXACT }, { "smile.amazon.co.uk", EXACT },
	{ "shop.example.org", EXACT }, { "x.shop.example.org", EXACT },
	{ "example.org", NO }, { "unrelated.net", NO },
	{ "amazon.tk", SUFFIX }, { "paypal.net", SUFFIX },
	{ "paypall.com", LETTER }, { "payapl.com", LETTER },
	{ "paypl.com", LETTER }, { "pqypal.com", LETTER },
	{ "microosft-online.com", NO }, { "intesasanpalo.com", LETTER },
	{ "intesasnpalo.com", LETTER }, { "pay-pal.net", HYPHEN },
	{ "paypal-login.net", WORD }, { "securepaypal.net", WORD },
	{ "paypalsupport.net", WORD }, { "paypa1-login.net", WORD },
	{ "paypal-fans.net", MENTION }, { "paypal.unrelated.net", MENTION },
	{ "my-paypal.unrelated.net", WORD },
	{ "paypal.com.unrelated.net", INSIDE },
	{ "www.paypal.com.unrelated.net", INSIDE },
	{ "paypal-com.unrelated.net", INSIDE },
	{ "paypal-com.net", INSIDE },
	{ "paypa1.com", GLYPHS }, { "paypai.com", GLYPHS },
	{ "rnicrosoft.com", GLYPHS }, { "micr0soft.com", GLYPHS },
	{ "allegr0.pl", GLYPHS }, { "vvellsfargo.com", GLYPHS },
	/* Cyrillic a, p, y; whole and in part */
	{ "р\u0430ypal.com", GLYPHS }, { "\u0440\u0430\u0443\u0440\u0430l.com",
	  GLYPHS },
	/* An ordinary word: only what nobody else would call himself. */
	{ "apple.org", NO }, { "ample.com", NO }, { "apple-pie.com", NO },
	{ "apple-id-support.com", WORD }, { "app1e.com", GLYPHS },
	{ "apple.com.unrelated.net", INSIDE }, { "pineapple.com", NO },
	{ "applesupport.org", NO },
	/* addresses and names of one label */
	{ "192.0.2.1", NO }, { "localhost", NO }, { "", NO }, { "com", NO },
};

static void test_find(void)
{
	struct warden_lookalike_set *set = warden_lookalike_set_new();
	const char *owner = "owner";

	warden_lookalike_set_add(set, "paypal.com", FALSE, owner);
	warden_lookalike_set_add(set, "amazon.*", FALSE, owner);
	warden_lookalike_set_add(set, "microsoft.com", FALSE, owner);
	warden_lookalike_set_add(set, "shop.example.org", FALSE, owner);
	warden_lookalike_set_add(set, "apple.com", TRUE, owner);
	warden_lookalike_set_add(set, "allegro.pl", TRUE, owner);
	warden_lookalike_set_add(set, "wellsfargo.com", FALSE, owner);
	warden_lookalike_set_add(set, "intesasanpaolo.com", FALSE, owner);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *host = warden_url_host_ascii(rows[i].host);
		struct warden_lookalike found;
		bool is = warden_lookalike_find(set, host, &found);

		if (found.kind != rows[i].kind || is != (found.kind != NO))
			g_error("%s: %d, expected %d", rows[i].host,
				found.kind, rows[i].kind);
		if (is && (found.name == NULL || found.owner != owner))
			g_error("%s: no name or owner", rows[i].host);
		if (warden_lookalike_is_exact(set, host, NULL) !=
		    (found.kind == EXACT))
			g_error("%s: exact", rows[i].host);
	}
	warden_lookalike_set_free(set);
}

static const struct {
	const char *host;
	bool mixed;
} mixed_rows[] = {
	{ "example.com", FALSE },
	{ "m\u00fcller.de", FALSE },
	{ "\u0430\u0440\u0440\u04cf\u0435.com", FALSE },	/* Cyrillic only */
	{ "p\u0430ypal.com", TRUE },		/* Latin with one Cyrillic */
	{ "\u03b1pple.com", TRUE },		/* Greek */
	{ "\u65e5\u672c\u8a9e.jp", FALSE },
	{ "\u65e5\u672ctokyo.jp", FALSE },	/* Han with Latin is usual */
	{ "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444", FALSE },
};

static void test_mixed(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(mixed_rows); i++) {
		g_autofree char *host =
			warden_url_host_ascii(mixed_rows[i].host);

		if (warden_lookalike_is_mixed(host) != mixed_rows[i].mixed)
			g_error("%s (%s): expected %d", mixed_rows[i].host,
				host, mixed_rows[i].mixed);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lookalike/find", test_find);
	g_test_add_func("/lookalike/mixed", test_mixed);
	return g_test_run();
}
