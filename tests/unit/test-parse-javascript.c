/* Constants of scripts, styles and encoded files. */

#include "warden-config.h"

#include "scanner/parse/web/css.h"
#include "scanner/parse/web/javascript.h"
#include "scanner/parse/encoding/unpack.h"

#include <string.h>

/* --- scripts -------------------------------------------------------------------- */

static const char *const uses[] = {
	[WARDEN_JAVASCRIPT_VALUE] = "value",
	[WARDEN_JAVASCRIPT_PAGE] = "page",
	[WARDEN_JAVASCRIPT_CODE] = "code",
	[WARDEN_JAVASCRIPT_TARGET] = "target",
	[WARDEN_JAVASCRIPT_SEND] = "send",
	[WARDEN_JAVASCRIPT_LINK] = "link",
	[WARDEN_JAVASCRIPT_NAME] = "name",
};

#define LONG "abcdefghijklmnopqrstuvwxyz"

/* The constants as "use:text", separated by a space. */
static const struct {
	const char *script, *texts;
} constant_rows[] = {
	{ "", "" },
	{ "var a = 'short'", "" },
	{ "var a = '" LONG "'", "value:" LONG },
	{ "f('" LONG "')", "value:" LONG },
	{ "eval('x')", "code:x" },
	{ "a.innerHTML = 'x' + \"y\"", "page:xy" },
	{ "document['wri' + 'te']('x')", "page:x" },
	{ "location = 'http://a'", "target:http://a" },
	{ "location.href = 'u' + x + 'v'", "target:uv" },
	{ "window.location.replace('u')", "target:u" },
	{ "fetch('u', {method: 'POST'})", "send:u" },
	{ "x.open('POST', 'u')", "send:u" },
	{ "a.href = 'u'; b.src = `v`", "link:u link:v" },
	{ "a.setAttribute('download', 'n')", "name:n" },
	/* put together */
	{ "eval('a' + ('b' + 'c'))", "code:abc" },
	{ "eval(['a', 'b'].join(''))", "code:ab" },
	{ "eval(['a', 'b'].join('-'))", "code:a-b" },
	{ "eval('cba'.split('').reverse().join(''))", "code:abc" },
	{ "eval('a#b#c'.replace(/#/g, ''))", "code:abc" },
	{ "eval('a#b#c'.replace('#', ''))", "code:ab#c" },
	{ "eval('a.b'.replace(/\\./g, 'x'))", "code:axb" },
	{ "eval('a12b'.replace(/[0-9]/g, ''))", "code:ab" },
	{ "eval('a|b'.split('|')[1])", "code:b" },
	{ "eval('abcdef'.substr(1, 2))", "code:bc" },
	{ "eval('abcdef'.slice(-2))", "code:ef" },
	{ "eval('abc'.charAt(1))", "code:b" },
	{ "eval(atob('YWJj'))", "code:abc" },
	{ "eval(window['at' + 'ob']('YWJj'))", "code:abc" },
	{ "eval(unescape('%61%u0062c'))", "code:abc" },
	{ "eval(decodeURIComponent('%61'))", "code:a" },
	{ "eval(String.fromCharCode(97, 0x62, 99))", "code:abc" },
	{ "eval(String.fromCharCode.apply(null, [97, 98]))",
	  "code:ab" },
	{ "eval(String.fromCharCode(90 + 2 * 4, 100 ^ 1))",
	  "code:be" },
	{ "eval('\\x61\\u0062\\u{63}\\144')", "code:abcd" },
	{ "var a = 'x'; a += 'y'; a = a + 'z'; eval(a)", "code:xyz" },
	{ "var o = {k: 'x'}; eval(o.k)", "code:x" },
	{ "eval(`a${'b'}c`)", "code:abc" },
	{ "eval(y || 'x')", "code:x" },
	{ "\\u0065val('x')", "code:x" },
	{ "(function() { eval('x') })()", "code:x" },
	/* what is no constant */
	{ "eval(x)", "" },
	{ "eval('a' + x)", "code:a" },
	{ "eval('aXb'.replace(/(X)/, f))", "" },
	{ "a == 'x'; a === 'x'", "" },
	{ "// eval('x')\n/* eval('y') */ <!-- eval('z')", "" },
	{ "a = b / c; eval('x') / d", "code:x" },
	{ "a = /eval('x')/", "" },
	{ "eval('x", "code:x" },
	{ "eval((((", "" },
	{ "[[[[", "" },
};

static void test_constants(void)
{
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(constant_rows); i++) {
		struct warden_javascript script;
		g_autoptr(GString) texts = g_string_new(NULL);

		const char *source = constant_rows[i].script;

		warden_javascript_read(source, strlen(source), &script);
		for (j = 0; j < script.texts->len; j++) {
			const struct warden_javascript_text *text =
				&g_array_index(script.texts,
					       struct warden_javascript_text,
					       j);
			gsize size;
			const char *data = g_bytes_get_data(text->bytes,
							    &size);

			g_string_append_printf(texts, "%s%s:%.*s",
					       j > 0 ? " " : "",
					       uses[text->use], (int)size,
					       data);
		}
		g_assert_cmpstr(texts->str, ==, constant_rows[i].texts);
		warden_javascript_clear(&script);
	}
}

static void test_acts(void)
{
	static const struct {
		const char *script;
		guint32 acts;
	} rows[] = {
		{"x = atob(y)", WARDEN_JAVASCRIPT_DECODES},
		{"URL.createObjectURL(new Blob(x))",
		 WARDEN_JAVASCRIPT_BLOB | WARDEN_JAVASCRIPT_OBJECT_URL},
		{"a['down' + 'load'] = x; a.click()",
		 WARDEN_JAVASCRIPT_SAVES | WARDEN_JAVASCRIPT_CLICKS},
		{"x = y ^ z", WARDEN_JAVASCRIPT_DECIPHERS},
		{"location = x", WARDEN_JAVASCRIPT_REDIRECTS},
		{"x = location.href", 0},
		{"new XMLHttpRequest", WARDEN_JAVASCRIPT_SENDS},
		{"new ActiveXObject(x)", WARDEN_JAVASCRIPT_SYSTEM},
		{"x = 'atob'", 0},
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_javascript script;

		warden_javascript_read(rows[i].script, strlen(rows[i].script),
				       &script);
		g_assert_cmpuint(script.acts, ==, rows[i].acts);
		warden_javascript_clear(&script);
	}
}

/* Deep nesting, and strings that grow by themselves. */
static void test_hostile(void)
{
	static const char *const pieces[] = {
		"(", "[", "{", "a(", "a[", "a.", "'x'+", "a=a+a;", "a+=a;",
		"`${", "a=[a,a];", "!", "-", "a?", "a=a+'xxxxxxxxxx';",
		"a=a.concat(a);", "a=a.replace(/x/g,'xx');", "x:", "/",
		"a=a.split('x').join('xx');", "\\", "/*", "a=>",
	};
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new("a='xxxxxxxx';");
		struct warden_javascript script;

		for (j = 0; j < 50000; j++)
			g_string_append(text, pieces[i]);
		warden_javascript_read(text->str, text->len, &script);
		warden_javascript_clear(&script);
	}
}

/* --- styles -------------------------------------------------------------------------- */

static void found_url(void *context, const char *url, gsize size)
{
	GString *urls = context;

	g_string_append_printf(urls, "[%.*s]", (int)size, url);
}

static void test_styles(void)
{
	static const struct {
		const char *css, *urls;
		bool runs;
	} rows[] = {
		{ "", "", FALSE },
		{ "a{b:url(u)}", "[u]", FALSE },
		{ "b:URL( 'u v' ) url(\"w\")", "[u v][w]", FALSE },
		{ "@import 'u'; @import url(v) screen;", "[u][v]", FALSE },
		{ "@IMPORT \"u\"", "[u]", FALSE },
		{ "b:\\75 rl(u) \\000075rl(v)", "[u][v]", FALSE },
		{ "b:u\\rl(u)", "[u]", FALSE },
		{ "b:url(\\75\\76)", "[uv]", FALSE },
		{ "b:u/**/rl(u)", "[u]", FALSE },
		{ "b:url(u", "[u]", FALSE },
		{ "width:calc(1px) color:rgb(1,2,3)", "", FALSE },
		{ "w:expression(alert(1))", "", TRUE },
		{ "w:exp/**/ression(1)", "", TRUE },
		{ "w:\357\275\205xpression(1)", "", TRUE },
		{ "b:url(javascript:x)", "", TRUE },
		{ "behavior:url(u)", "[u]", TRUE },
		{ "-moz-binding: url(u)", "[u]", TRUE },
		{ "\\", "", FALSE }, { "(", "", FALSE }, { "@import", "", FALSE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) urls = g_string_new(NULL);
		bool runs = warden_css_scan(rows[i].css, strlen(rows[i].css),
					    found_url, urls);

		g_assert_cmpstr(urls->str, ==, rows[i].urls);
		g_assert_cmpint(runs, ==, rows[i].runs);
	}
}

/* --- encodings ------------------------------------------------------------------------ */

#define PAGE "<html><body><p>Hello</p></body></html>"

static bool found_page(void *context, GBytes *bytes, const char *how)
{
	GString *out = context;
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);

	if (size < strlen(PAGE) || memcmp(data, PAGE, strlen(PAGE)) != 0)
		return FALSE;
	g_string_append(out, how);
	return TRUE;
}

static bool always(void *context G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
	return TRUE;
}

static char *digits_of(const char *before, bool decimal, const char *after)
{
	GString *out = g_string_new(NULL);
	const char *p;

	for (p = PAGE; *p != '\0'; p++) {
		g_string_append(out, before);
		if (decimal)
			g_string_append_printf(out, "%d", (guchar)*p);
		else
			g_string_append_printf(out, "%02x", (guchar)*p);
		g_string_append(out, after);
	}
	return g_string_free(out, FALSE);
}

static char *base64_of(const char *text, gsize size)
{
	return g_base64_encode((const guchar *)text, size);
}

static char *xored(const char *key)
{
	gsize size = strlen(PAGE), i;
	g_autofree char *out = g_strdup(PAGE);

	for (i = 0; i < size; i++)
		out[i] ^= key[i % strlen(key)];
	return base64_of(out, size);
}

/* Takes the text. */
static void check_unpacked(char *owned, const char *how)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	g_autoptr(GString) found = g_string_new(NULL);
	g_autofree char *text = owned;
	struct warden_unpack unpack = {
		.found = found_page, .spend = always, .context = found,
		.keys = keys,
	};

	g_ptr_array_add(keys, (gpointer)"unused");
	g_ptr_array_add(keys, (gpointer)"meadow");
	g_assert_cmpint(warden_unpack_text(&unpack, text, strlen(text)), ==,
			*how != '\0');
	g_assert_cmpstr(found->str, ==, how);
}

static void test_unpack(void)
{
	g_autofree char *once = base64_of(PAGE, strlen(PAGE));
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(gint32));
	g_autoptr(GString) found = g_string_new(NULL);
	struct warden_unpack unpack = {
		.found = found_page, .spend = always, .context = found,
	};
	const char *p;

	check_unpacked(g_strdup("too short"), "");
	check_unpacked(g_strdup("only a text, with words and a point."), "");
	check_unpacked(g_strdup(once), "base64");
	check_unpacked(g_strreverse(g_strdup(once)), "base64 backwards");
	check_unpacked(base64_of(once, strlen(once)), "base64");
	check_unpacked(digits_of("", FALSE, ""), "hex");
	check_unpacked(digits_of("", FALSE, " "), "hex");
	check_unpacked(digits_of("0x", FALSE, ","), "hex");
	check_unpacked(digits_of("%", FALSE, ""), "percent");
	check_unpacked(digits_of("%u00", FALSE, ""), "percent");
	check_unpacked(digits_of("\\x", FALSE, ""), "escape");
	check_unpacked(digits_of("", TRUE, ","), "numbers");
	check_unpacked(digits_of("", TRUE, "|"), "numbers");
	check_unpacked(xored("k"), "xor");
	check_unpacked(xored("meadow"), "xor");
	check_unpacked(xored("missing"), "");
	for (p = PAGE; *p != '\0'; p++) {
		gint32 number = (guchar)*p + 4711;

		g_array_append_val(numbers, number);
	}
	g_assert_true(warden_unpack_numbers(&unpack, numbers));
	g_assert_cmpstr(found->str, ==, "shift");
	g_array_unref(numbers);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/script/constants", test_constants);
	g_test_add_func("/script/acts", test_acts);
	g_test_add_func("/script/hostile", test_hostile);
	g_test_add_func("/script/styles", test_styles);
	g_test_add_func("/script/unpack", test_unpack);
	return g_test_run();
}
