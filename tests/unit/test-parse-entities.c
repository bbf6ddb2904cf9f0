/* Entities of XML that expand to more than a reader has memory for. */

#include "warden-config.h"

#include "scanner/parse/document/xml-entities.h"

#include <string.h>

/* Ten times the one before, up to number; forwards or the last first. */
static char *laughs(guint number, bool backwards, const char *first)
{
	GString *text = g_string_new("<!DOCTYPE a [");
	guint i;

	for (i = 0; i <= number; i++) {
		guint at = backwards ? number - i : i;

		g_string_append_printf(text, "<!ENTITY a%u \"", at);
		if (at == 0)
			g_string_append(text, first);
		for (guint j = 0; at > 0 && j < 10; j++)
			g_string_append_printf(text, "&a%u;", at - 1);
		g_string_append(text, "\">\n");
	}
	g_string_append_printf(text, "]><a>&a%u;</a>", number);
	return g_string_free(text, FALSE);
}

static void test_laughs(void)
{
	static const struct {
		guint number;
		bool backwards, explodes;
		const char *first;
	} rows[] = {
		{ 3, FALSE, FALSE, "ha" }, { 3, TRUE, FALSE, "ha" },
		{ 9, FALSE, TRUE, "ha" }, { 9, TRUE, TRUE, "ha" },
		{ 200, FALSE, TRUE, "ha" }, { 200, TRUE, TRUE, "ha" },
		{ 9, FALSE, TRUE, "&a9;" },
		/* nothing, however often */
		{ 9, FALSE, TRUE, "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = laughs(rows[i].number,
					       rows[i].backwards,
					       rows[i].first);

		g_assert_cmpint(warden_xml_entities_explode(
			text, strlen(text)), ==, rows[i].explodes);
	}
}

static void test_texts(void)
{
	static const struct {
		const char *purpose, *text;
	} rows[] = {
		{ "none", "<a>&amp;&lt;</a>" },
		{ "a drawing's", "<!DOCTYPE svg [<!ENTITY ns_svg"
		  " \"http://www.w3.org/2000/svg\">]><svg xmlns=\"&ns_svg;\"/>" },
		{ "a file's", "<!DOCTYPE a [<!ENTITY b SYSTEM \"c\">]>&b;" },
		{ "open", "<!ENTITY a \"b" }, { "cut", "<!ENTITY" },
		{ "cut name", "<!ENTITY a" }, { "no name", "<!ENTITY \"b\">" },
		{ "twice: the first", "<!ENTITY a \"b\"><!ENTITY a"
		  " \"&a;&a;\">&a;" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize size = strlen(rows[i].text);

		/* cut at every byte, in a copy of its own size */
		for (gsize cut = 0; cut <= size; cut++) {
			g_autofree char *copy = g_memdup2(rows[i].text,
							  MAX(cut, 1));
			g_test_message("%s, %zu", rows[i].purpose, cut);
			g_assert_false(warden_xml_entities_explode(copy,
								   cut));
		}
	}
}

/* One large one, often. */
static void test_quadratic(void)
{
	GString *text = g_string_new("<!ENTITY a '");

	for (guint i = 0; i < 100000; i++)
		g_string_append_c(text, 'a');
	g_string_append(text, "'>");
	for (guint i = 0; i < 100; i++)
		g_string_append(text, "&a;");
	g_assert_false(warden_xml_entities_explode(text->str, text->len));
	for (guint i = 0; i < 100; i++)
		g_string_append(text, "&a;");
	g_assert_true(warden_xml_entities_explode(text->str, text->len));
	g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/entities/laughs", test_laughs);
	g_test_add_func("/entities/texts", test_texts);
	g_test_add_func("/entities/quadratic", test_quadratic);
	return g_test_run();
}
