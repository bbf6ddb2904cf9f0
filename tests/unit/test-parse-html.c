/* Links of HTML as a browser finds them. */

#include "warden-config.h"

#include "scanner/parse/web/html.h"

#include "scanner/facts/limits.h"

#include <string.h>

static const char *const kinds[] = {
	[WARDEN_HTML_LINK] = "link", [WARDEN_HTML_FORM] = "form",
	[WARDEN_HTML_REFRESH] = "refresh",
	[WARDEN_HTML_RESOURCE] = "resource", [WARDEN_HTML_TEXT] = "text",
};

/* "kind url [text]", separated by '|'. */
static const struct {
	const char *html, *links;
} link_rows[] = {
	{ "plain", "" },
	{ "<a href=\"http://a\">b</a>", "link http://a [b]" },
	{ "<A HREF='http://a'>b</A>c", "link http://a [b]" },
	{ "<a href=http://a>b<i>c</i></a>", "link http://a [bc]" },
	{ "<a\nhref\n=\n\"u\"\n>b\n  c</a\n>", "link u [b c]" },
	{ "<a href=u>b<br>c", "link u [b c]" },
	{ "<a href=u>a<a href=v>b</a>", "link u [a]|link v [b]" },
	{ "<a href=u><img src=i alt=x></a>",
	  "link u [x]|resource i []" },
	{ "<a name=x>b</a>", "" },
	{ "<a href=u/>b</a>", "link u/ [b]" },
	{ "<a href=\"a&amp;b&#x3a;&#58;&colon;&Tab;c\">d</a>",
	  "link a&b:::\tc [d]" },
	{ "<a href=\"?a&copy=1&lt2\">&lt;b&gt &nbsp;c</a>",
	  "link ?a&copy=1&lt2 [<b> \302\240c]" },
	{ "<area href=u alt=x>", "link u [x]" },
	{ "<form action=u><input type=password></form>", "form u []" },
	{ "<button formaction=u>", "form u []" },
	{ "<meta http-equiv=refresh content=\"0; URL='u'\">",
	  "refresh u []" },
	{ "<META content='0;url=u' HTTP-EQUIV=Refresh>",
	  "refresh u []" },
	{ "<iframe src=u><script src=v></script>",
	  "resource u []|resource v []" },
	{ "<svg><a xlink:href=u>b</a></svg>", "link u [b]" },
	{ "<v:rect href=u>", "link u []" },
	/* no markup in there */
	{ "<!-- <a href=u>b</a> -->", "" },
	{ "<script>'<a href=u>b</a>'</script><a href=v>c</a>",
	  "link v [c]" },
	{ "<title><a href=u></title>", "" },
	{ "<textarea><a href=u>b</a></textarea>", "" },
	/* but here, for Outlook */
	{ "<!--[if mso]><a href=u>b</a><![endif]-->", "link u [b]" },
	{ "<![if !mso]><a href=u>b</a><![endif]>", "link u [b]" },
	{ "<!--><a href=u>b</a>", "link u [b]" },
	/* attributes, first one wins */
	{ "<a href=u href=v>b</a>", "link u [b]" },
	{ "<a title=\"x>y\" href=u>b</a>", "link u [b]" },
	{ "<a href=\"u", "link u []" },
	{ "<a / href=u>b</a>", "link u [b]" },
	{ "a < b <a href=u>1<2</a>", "link u [1<2]" },
	{ "see http://a.b/c, or <b>www.d.e</b>",
	  "text http://a.b/c []|text www.d.e []" },
	{ "<a href=u>http://a.b</a>", "link u [http://a.b]" },
};

static void test_links(void)
{
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(link_rows); i++) {
		struct warden_html html;
		g_autoptr(GString) text = g_string_new(NULL);

		const char *source = link_rows[i].html;

		warden_html_parse(source, strlen(source), &html);
		for (j = 0; j < html.links->len; j++) {
			const struct warden_html_link *link =
				g_ptr_array_index(html.links, j);

			g_string_append_printf(text, "%s%s %s [%s]",
					       j > 0 ? "|" : "",
					       kinds[link->kind], link->url,
					       link->text);
		}
		g_assert_cmpstr(text->str, ==, link_rows[i].links);
		warden_html_clear(&html);
	}
}

static void test_traits(void)
{
	static const char text[] = "<base href=http://a/><base href=b>"
		"<form><input TYPE=Password></form>"
		"<img src=\"data:image/png;base64,AAAA\">";
	struct warden_html html;

	warden_html_parse(text, strlen(text), &html);
	g_assert_cmpstr(html.base, ==, "http://a/");
	g_assert_true(warden_trait_set_has(&html.traits,
					   WARDEN_TRAIT_HTML_BASE));
	g_assert_true(warden_trait_set_has(&html.traits,
					   WARDEN_TRAIT_HTML_FORM));
	g_assert_true(warden_trait_set_has(&html.traits,
					   WARDEN_TRAIT_HTML_PASSWORD));
	g_assert_false(warden_trait_set_has(&html.traits,
					    WARDEN_TRAIT_HTML_DATA_URI));
	g_assert_cmpuint(html.data->len, ==, 1);
	warden_html_clear(&html);
	warden_html_parse("<a href='data:text/html,x'>", 27, &html);
	g_assert_true(warden_trait_set_has(&html.traits,
					   WARDEN_TRAIT_HTML_DATA_URI));
	warden_html_clear(&html);
}

static void test_unescape(void)
{
	static const struct {
		const char *text;
		bool attribute;
		const char *expected;
	} rows[] = {
		{ "a&b", FALSE, "a&b" },
		{ "&", FALSE, "&" }, { "&#", FALSE, "&#" },
		{ "&#;", FALSE, "&#;" }, { "&#x;", FALSE, "&#x;" },
		{ "&#65", FALSE, "A" }, { "&#X41;", FALSE, "A" },
		{ "&#0;", FALSE, "\357\277\275" },
		{ "&#xD800;", FALSE, "\357\277\275" },
		{ "&#99999999999;", FALSE, "\357\277\275" },
		{ "&#150;", FALSE, "\342\200\223" },
		{ "&amp;lt;", FALSE, "&lt;" },
		{ "&ampx", FALSE, "&x" }, { "&ampx", TRUE, "&ampx" },
		{ "&amp", TRUE, "&" }, { "&period;", TRUE, "." },
		{ "&period", FALSE, "&period" },
		{ "&unknown;", FALSE, "&unknown;" },
		{ "&zwnj;&AMP;&Aacute;", FALSE, "\342\200\214&\303\201" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		warden_html_unescape(rows[i].text, strlen(rows[i].text),
				     rows[i].attribute, out);
		g_assert_cmpstr(out->str, ==, rows[i].expected);
	}
}

/* Tree builders need seconds or a large stack for these. */
static void test_hostile(void)
{
	static const char *const pieces[] = {
		"<b>", "<div>", "<a href=x>", "<!--", "<", "<script></",
		"<a x ", "</", "&#", "<table><b>", "<p><b><a href=y>",
	};
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		struct warden_html html;

		for (j = 0; j < 200000; j++)
			g_string_append(text, pieces[i]);
		warden_html_parse(text->str, text->len, &html);
		g_assert_cmpuint(html.links->len, <=, WARDEN_FACT_URLS_MAX);
		warden_html_clear(&html);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html/links", test_links);
	g_test_add_func("/html/traits", test_traits);
	g_test_add_func("/html/unescape", test_unescape);
	g_test_add_func("/html/hostile", test_hostile);
	return g_test_run();
}
