#include "warden-config.h"

#include "scanner/parse/text/visible.h"

#include <string.h>

/* What of a page is seen, and what is not. */

static const struct {
	const char *why, *html, *seen, *hidden;
} pages[] = {
	{ "blocks and references", "<p>a &amp; b</p><p>c<br>d</p>",
	  "a & b\nc\nd\n", "" },
	{ "cells", "<table><tr><td>a<td>b</table>", "a b\n", "" },
	{ "title and script", "<title>x</title><script>y</script>a", "a", "" },
	{ "picture", "<img src=x alt=\"a b\">", "[a b] ", "" },
	{ "display", "<div style='display: none !important'>x</div>a", "a",
	  "x\n" },
	{ "visibility", "<p style='visibility:hidden'>x<b style='visibility:"
	  "visible'>a</b></p>", "a\n", "x\n" },
	{ "display is not undone", "<p style='display:none'>x<b style='display:"
	  "block'>y</b></p>", "", "xy\n" },
	{ "size", "<span style='font-size:1px'>x</span>a", "a", "x" },
	{ "size in points", "<span style='font-size:12pt'>a</span>", "a", "" },
	{ "size undone", "<td style='font-size:0'><p style='font-size:14px'>a",
	  "a", "" },
	{ "colour of the ground", "<font color=#fffffe>x</font>a", "a", "x" },
	{ "white on dark", "<td bgcolor=black><font color=white>a</font>",
	  "a", "" },
	{ "white on a picture", "<td background=x><font color=white>a</font>",
	  "a", "" },
	{ "transparent", "<b style='color:transparent'>x</b>", "", "x" },
	{ "opacity", "<b style='opacity:0'>x</b><b style='opacity:0.9'>a</b>",
	  "a", "x" },
	{ "outside", "<b style='position:absolute;left:-9999px'>x</b>", "",
	  "x" },
	{ "no room", "<p style='height:0;overflow:hidden'>x</p>", "", "x\n" },
	{ "height alone", "<p style='height:0'>a</p>", "a\n", "" },
	{ "attribute", "<p hidden>x</p>", "", "x\n" },
	{ "class", "<style>.x{display:none}</style><p class='y x'>x</p>", "",
	  "x\n" },
	{ "style sheet behind", "<p id=x>x</p><style>#x{display:none}</style>",
	  "", "x\n" },
	{ "small screens", "<style>@media (max-width:400px){p{display:none}}"
	  "</style><p>a</p>", "a\n", "" },
	{ "comment", "<!-- x -->a", "a", "" },
	{ "never closed", "<div style='display:none'>x", "", "x" },
	{ "closed too often", "</div></div><b>a</b></b></b>b", "ab", "" },
};

static void check_page(gsize i)
{
	struct warden_visible *visible = warden_visible_new();
	struct warden_facts *facts = warden_facts_new();

	warden_visible_add_html(visible, "1", "UTF-8", pages[i].html,
				strlen(pages[i].html));
	g_assert_false(warden_visible_finish(visible, facts));
	g_test_message("%s", pages[i].why);
	g_assert_cmpstr(facts->text.visible, ==, pages[i].seen);
	g_assert_cmpstr(facts->text.hidden, ==, pages[i].hidden);
	g_assert_cmpstr(facts->text.charset, ==, "utf-8");
	warden_facts_free(facts);
	warden_visible_free(visible);
}

static void test_pages(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
		check_page(i);
}

static char *both(const char *above)
{
	struct warden_visible *visible = warden_visible_new();
	struct warden_facts *facts = warden_facts_new();
	char *seen;

	warden_visible_add_plain(visible, "1.1", "", "plain", 5);
	warden_visible_add_html(visible, "1.2", "", "<p>page", 7);
	if (above != NULL)
		warden_visible_alternative(visible, above);
	(void)warden_visible_finish(visible, facts);
	seen = g_strdup(facts->text.visible);
	warden_facts_free(facts);
	warden_visible_free(visible);
	return seen;
}

static void test_alternatives(void)
{
	static const struct {
		const char *above, *seen;
	} rows[] = {
		{ NULL, "plain\npage" }, { "", "page" }, { "1", "page" },
		{ "1.1", "plain\npage" }, { "2", "plain\npage" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *seen = both(rows[i].above);

		g_assert_cmpstr(seen, ==, rows[i].seen);
	}
}

static void test_invisible(void)
{
	static const struct {
		const char *text;
		guint count;
	} rows[] = {
		{ "word", 0 },
		{ "w\u200bo\u200brd", 2 },
		{ "a \u200b b", 0 },		/* between words */
		{ "Silben\u00adtrennung", 0 },	/* where a syllable ends */
		{ "p\u00ada\u00ads\u00ads", 3 },
		{ "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpuint(warden_visible_count_invisible(rows[i].text),
				 ==, rows[i].count);
}

/* Deep and long pages are cut, and between characters. */
static void test_hostile(void)
{
	g_autoptr(GString) html = g_string_new(NULL);
	struct warden_visible *visible = warden_visible_new();
	struct warden_facts *facts = warden_facts_new();

	for (guint i = 0; i < 100000; i++)
		g_string_append(html, "<div class='a b c'>\xc3\xa4<b>");
	warden_visible_add_html(visible, "1", "", html->str, html->len);
	(void)warden_visible_finish(visible, facts);
	g_assert_cmpuint(facts->text.visible_chars, ==, 100000);
	g_assert_cmpuint(strlen(facts->text.visible), <=,
			 WARDEN_FACT_VISIBLE_MAX);
	g_assert_true(g_utf8_validate(facts->text.visible, -1, NULL));
	warden_facts_free(facts);
	warden_visible_free(visible);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/visible/pages", test_pages);
	g_test_add_func("/visible/alternatives", test_alternatives);
	g_test_add_func("/visible/invisible", test_invisible);
	g_test_add_func("/visible/hostile", test_hostile);
	return g_test_run();
}
