/* RTF: objects behind every disguise, fields, links; whole and cut at every
   byte. */

#include "warden-config.h"

#include "scanner/parse/document/rtf.h"

#include <string.h>

static void parse(const char *text, struct warden_rtf *rtf)
{
	/* a copy of its own size, so that reading too far is noticed */
	gsize size = strlen(text);
	char *copy = g_memdup2(text, size);

	warden_rtf_parse((const guint8 *)copy, size, rtf);
	g_free(copy);
}

/* What the digits come to. */
static void test_objects(void)
{
	static const struct {
		const char *purpose, *text, *data;
		bool obfuscated;
	} rows[] = {
		{ "plain", "{\\rtf1{\\object\\objemb{\\*\\objdata 616263}}}",
		  "abc", FALSE },
		{ "lines", "{\\rtf1{\\object{\\*\\objdata \r\n61\r\n62 63}}}",
		  "abc", FALSE },
		{ "no star", "{\\rtf1{\\object{\\objdata 616263}}}",
		  "abc", FALSE },
		{ "short header", "{\\rt{\\object{\\*\\objdata 616263",
		  "abc", FALSE },
		{ "no \\object", "{\\rtf1{\\*\\objdata 616263}}",
		  "abc", FALSE },
		{ "binary", "{\\rtf1{\\object{\\*\\objdata\\bin3 abc}}}",
		  "abc", FALSE },
		{ "skipped group",
		  "{\\rtf1{\\object{\\*\\objdata 61{\\*\\xyz 99}6263}}}",
		  "abc", TRUE },
		{ "plain group",
		  "{\\rtf1{\\object{\\*\\objdata 61{\\xyz 62}63}}}",
		  "abc", TRUE },
		{ "control word in it",
		  "{\\rtf1{\\object{\\*\\objdata 6\\xyz99 16263}}}",
		  "abc", TRUE },
		{ "escape drops half a pair",
		  "{\\rtf1{\\object{\\*\\objdata 616\\'aa6263}}}",
		  "abc", TRUE },
		{ "binary amid",
		  "{\\rtf1{\\object{\\*\\objdata 61\\bin1 b63}}}",
		  "abc", TRUE },
		{ "other letters",
		  "{\\rtf1{\\object{\\*\\objdata 6x1y6z263}}}", "abc", TRUE },
		{ "negative length",
		  "{\\rtf1{\\object{\\*\\objdata 61\\bin-5 6263}}}", "abc",
		  TRUE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_rtf rtf;
		const struct warden_rtf_object *object;

		g_test_message("%s", rows[i].purpose);
		parse(rows[i].text, &rtf);
		g_assert_cmpuint(rtf.objects->len, ==, 1);
		object = g_ptr_array_index(rtf.objects, 0);
		g_assert_cmpmem(object->data->data, object->data->len,
				rows[i].data, strlen(rows[i].data));
		g_assert_cmpint(object->obfuscated, ==, rows[i].obfuscated);
		warden_rtf_clear(&rtf);
	}
}

static void test_loose(void)
{
	const struct warden_rtf_object *object;
	struct warden_rtf rtf;

	parse("{\\rtf1{\\object\\objupdate{\\*\\objclass A.1}"
	      "{\\*\\objdata 61{\\*\\xyz 62}63}}}", &rtf);
	object = g_ptr_array_index(rtf.objects, 0);
	g_assert_true(object->updates);
	g_assert_cmpstr(object->class_name, ==, "A.1");
	g_assert_cmpmem(object->data->data, object->data->len, "ac", 2);
	g_assert_cmpmem(object->loose->data, object->loose->len, "abc", 3);
	warden_rtf_clear(&rtf);
}

static void test_notes(void)
{
	static const struct {
		const char *purpose, *text, *url, *shown;
		int trait;	/* -1: none */
	} rows[] = {
		{ "link", "{\\rtf1{\\field{\\*\\fldinst{HYPERLINK "
		  "\"http://a.example/x\" }}{\\fldrslt{\\b click} here}}}",
		  "http://a.example/x", "click here", -1 },
		{ "link in pieces", "{\\rtf1{\\field{\\*\\fldinst{\\b HYPER}"
		  "{\\i LINK ht}tp://a.example/\\'78\\u121?}{\\fldrslt t}}}",
		  "http://a.example/xy", "t", -1 },
		{ "web template", "{\\rtf1{\\*\\template "
		  "http://a.example/x.dot}}", "http://a.example/x.dot", "",
		  WARDEN_TRAIT_OFFICE_REMOTE_TEMPLATE },
		{ "own template", "{\\rtf1{\\*\\template C:\\\\x.dot}}",
		  NULL, NULL, -1 },
		{ "command", "{\\rtf1{\\field{\\*\\fldinst DDEAUTO "
		  "c:\\\\\\\\windows\\\\\\\\system32\\\\\\\\cmd.exe \"/k x\"}"
		  "{\\fldrslt x}}}", NULL, NULL,
		  WARDEN_TRAIT_OFFICE_DDE_COMMAND },
		{ "quoted command", "{\\rtf1{\\field{\\*\\fldinst DDEAUTO "
		  "{\\field{\\*\\fldinst QUOTE 99 109 100}{\\fldrslt }}"
		  " \"/k x\"}{\\fldrslt x}}}", NULL, NULL,
		  WARDEN_TRAIT_OFFICE_DDE_COMMAND },
		{ "table", "{\\rtf1{\\field{\\*\\fldinst DDEAUTO Excel.Sheet "
		  "\"c:\\\\\\\\x.xls\" r1}{\\fldrslt x}}}", NULL, NULL,
		  WARDEN_TRAIT_OFFICE_DDE },
		{ "picture", "{\\rtf1{\\field{\\*\\fldinst INCLUDEPICTURE "
		  "\"http://a.example/p.png\" \\\\d}{\\fldrslt }}}",
		  "http://a.example/p.png", "",
		  WARDEN_TRAIT_OFFICE_REMOTE_PICTURE },
		{ "shape's link", "{\\rtf1{\\sp{\\sn pihlShape}{\\sv "
		  "{\\*\\hl{\\hlfr x}{\\hlsrc http://a.example/}}}}}",
		  "http://a.example/", "", -1 },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct warden_office_link *link;
		struct warden_rtf rtf;

		g_test_message("%s", rows[i].purpose);
		parse(rows[i].text, &rtf);
		if (rows[i].trait < 0)
			g_assert_cmpuint(rtf.notes.traits->len, ==, 0);
		else
			g_assert_nonnull(warden_office_notes_detail(
				&rtf.notes, rows[i].trait));
		g_assert_cmpuint(rtf.notes.links->len, ==,
				 rows[i].url == NULL ? 0 : 1);
		if (rows[i].url != NULL) {
			link = &g_array_index(rtf.notes.links,
					      struct warden_office_link, 0);
			g_assert_cmpstr(link->url, ==, rows[i].url);
			g_assert_cmpstr(link->text, ==, rows[i].shown);
		}
		warden_rtf_clear(&rtf);
	}
}

static void test_pictures_and_text(void)
{
	const struct warden_rtf_picture *picture;
	struct warden_rtf rtf;

	parse("{\\rtf1 Hi {\\pict\\pngblip 6162}\\u8364?{\\fonttbl xx}}",
	      &rtf);
	g_assert_cmpuint(rtf.pictures->len, ==, 1);
	picture = g_ptr_array_index(rtf.pictures, 0);
	g_assert_cmpstr(picture->type, ==, "image/png");
	g_assert_cmpmem(picture->data->data, picture->data->len, "ab", 2);
	g_assert_cmpstr(rtf.text->str, ==, "Hi \xe2\x82\xac");
	warden_rtf_clear(&rtf);

	parse("{\\rtf1\\fromhtml1{\\*\\htmltag <p>}\\htmlrtf rtf\\htmlrtf0 "
	      "x{\\*\\htmltag </p>}}", &rtf);
	g_assert_true(rtf.has_html);
	g_assert_cmpstr(rtf.html->str, ==, "<p>x</p>");
	warden_rtf_clear(&rtf);
}

/* Deep, unbalanced, cut: never more than the bounds. */
static void test_hostile(void)
{
	static const char text[] = "{\\rtf1{\\object\\objemb{\\*\\objclass X}"
		"{\\*\\objdata 61{\\*\\y 62}\\'63\\bin2 ab}}{\\field"
		"{\\*\\fldinst QUOTE 65}{\\fldrslt \\u-10179?\\u-8704?}}}";
	GString *deep = g_string_new("{\\rtf1");
	struct warden_rtf rtf;
	gsize i;

	for (i = 0; i < sizeof(text); i++) {
		g_autofree char *cut = g_strndup(text, i);

		parse(cut, &rtf);
		warden_rtf_clear(&rtf);
	}
	for (i = 0; i < 100000; i++)
		g_string_append(deep, "{\\field{\\*\\fldinst X");
	parse(deep->str, &rtf);
	warden_rtf_clear(&rtf);
	g_string_truncate(deep, 0);
	for (i = 0; i < 100000; i++)
		g_string_append(deep, "}\\object\\objdata");
	parse(deep->str, &rtf);
	g_assert_cmpuint(rtf.objects->len, ==, WARDEN_RTF_OBJECTS_MAX);
	g_assert_true(rtf.truncated);
	warden_rtf_clear(&rtf);
	g_string_free(deep, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtf/objects", test_objects);
	g_test_add_func("/rtf/loose", test_loose);
	g_test_add_func("/rtf/notes", test_notes);
	g_test_add_func("/rtf/pictures-and-text", test_pictures_and_text);
	g_test_add_func("/rtf/hostile", test_hostile);
	return g_test_run();
}
