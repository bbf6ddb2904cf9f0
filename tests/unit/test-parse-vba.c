/* Basic source: unpacked, put together, and judged. */

#include "warden-config.h"

#include "scanner/parse/macro/vba.h"
#include "scanner/parse/macro/vba-code.h"

#include <string.h>

/* --- compression --------------------------------------------------------- */

struct packed {
	const char *name;
	const char *data;
	gsize size;
	int result;
	const char *text;
};
#define PACKED(name, data, result, text) \
	{ name, data, sizeof(data) - 1, result, text }

/* The examples of MS-OVBA 3.2, and damage. */
static const struct packed packed[] = {
	PACKED("no compression",
	       "\x01\x19\xb0\x00\x61\x62\x63\x64\x65\x66\x67\x68\x00\x69\x6a"
	       "\x6b\x6c\x6d\x6e\x6f\x70\x00\x71\x72\x73\x74\x75\x76\x2e", 1,
	       "abcdefghijklmnopqrstuv."),
	PACKED("normal",
	       "\x01\x2f\xb0\x00\x23\x61\x61\x61\x62\x63\x64\x65\x82\x66\x00"
	       "\x70\x61\x67\x68\x69\x6a\x01\x38\x08\x61\x6b\x6c\x00\x30\x6d"
	       "\x6e\x6f\x70\x06\x71\x02\x70\x04\x10\x72\x73\x74\x75\x76\x10"
	       "\x77\x78\x79\x7a\x00\x3c", 1,
	       "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"),
	PACKED("maximum", "\x01\x03\xb0\x02\x61\x45\x00", 1,
	       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	       "aaaaaaaaaaaa"),
	PACKED("nothing", "", -1, ""),
	PACKED("another mark", "\x02\x03\xb0\x02\x61\x45\x00", -1, ""),
	PACKED("no chunk", "\x01\x03\x00\x02\x61\x45\x00", -1, ""),
	PACKED("cut amid a copy", "\x01\x03\xb0\x02\x61\x45", 0, "a"),
	PACKED("copy of what is not there", "\x01\x03\xb0\x01\x45\x00\x61", 0,
	       ""),
	PACKED("rubbish behind", "\x01\x02\xb0\x00\x61\x62\xff\xff\xff", 0,
	       "ab"),
};

static void test_decompress(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(packed); i++) {
		GByteArray *out = g_byte_array_new();

		g_test_message("%s", packed[i].name);
		g_assert_cmpint(warden_vba_decompress(
			(const guint8 *)packed[i].data, packed[i].size, 10000,
			out), ==, packed[i].result);
		g_assert_cmpmem(out->data, out->len, packed[i].text,
				strlen(packed[i].text));
		g_assert_cmpuint(warden_vba_bound(
			(const guint8 *)packed[i].data, packed[i].size), >=,
			out->len);
		g_byte_array_unref(out);
	}
}

/* --- texts --------------------------------------------------------------- */

/* Each source, and a line that must be among the texts. */
static const struct {
	const char *source, *text;
} folds[] = {
	{ "x = \"po\" & \"wer\" & \"shell\"", "powershell" },
	{ "x = \"a\" + \"b\" + \"c\"", "abc" },
	{ "x = \"say \"\"hi\"\"\"", "say \"hi\"" },
	{ "x = Chr(112) & Chr$(&H6F) & ChrW(119)", "pow" },
	{ "x = Chr(100 + 12) & Chr(2 * 50 - 1) & Chr(&H20 Xor 65)", "pca" },
	{ "x = StrReverse(\"llehs\")", "shell" },
	{ "x = Replace(\"pXoXwX\", \"X\", \"\")", "pow" },
	{ "x = Join(Array(\"cm\", \"d.exe\"), \"\")", "cmd.exe" },
	{ "x = Join(Split(\"cm-d.e-xe\", \"-\"), \"\")", "cmd.exe" },
	{ "x = Mid(\"abcdef\", 2, 3) & Left(\"xyz\", 1) & Right(\"xyz\", 1)",
	  "bcdxz" },
	{ "a = \"wscr\"\nb = a & \"ipt\"\nRun b & \".shell\"",
	  "wscript.shell" },
	{ "a = \"one\"\na = a & \"two\"\na = a & \"three\"", "onetwothree" },
	{ "Run Name() & \".exe\"\nFunction Name()\nName = \"calc\"\n"
	  "End Function", "calc.exe" },
	{ "a(0) = \"cal\"\na(1) = \"c.exe\"\nRun a(0) & a(1)", "calc.exe" },
	{ "Const a = \"cal\", b = \"c.exe\"\nRun a & b", "calc.exe" },
	{ "If x = 1 Then y = \"cal\" & \"c\" Else y = \"\"", "calc" },
	{ "x = \"cmd /c \" & _\n  \"start\"", "cmd /c start" },
	{ "x = \"cmd /c \" & path & \" /q\"", "cmd /c  /q" },
	{ "Call Shell(\"calc\" & \".exe\", 0)", "calc.exe" },
	{ "o.Run Chr(99) & \"alc\"", "calc" },
	{ "x = VBA.Chr(99) & VBA.Strings.Chr(97) & \"lc\"", "calc" },
	{ "x = LCase(\"calc\") & CStr(\".exe\")", "calc.exe" },
	{ "a = \"ab\": b = a & \"cd\"", "abcd" },
	{ "x = Array(104, 116, 116, 112)", "104,116,116,112," },
	/* what loops would decode */
	{ "x = D(\"706f7765727368656c6c\")", "powershell" },
	{ "x = D(Array(99, 109, 100, 46, 101, 120, 101, 32, 47, 107))",
	  "cmd.exe /k" },
	{ "x = D(\"cG93ZXJzaGVsbCAtYw==\")", "powershell -c" },
	{ "x = D(\"cABvAHcAZQByAHMAaABlAGwAbAAgAC0AYwA=\")",
	  "powershell -c" },
	{ "x = D(\"iuuqt;00iptu/fybnqmf0b\")", "https://host.example/a" },
	{ "x = D(\"pxoxwxexrxsxhxexlxlx\")", "powershell" },
	{ "x = D(\"llehsrewop\")", "powershell" },
	{ "x = D(\"222c256f243924616e226122202d22\", 65)",
	  "cmd.exe /c calc" },
	/* a comment is no text, a colon in a text no separator */
	{ "x = \"a:b'c\" ' \"no\"", "a:b'c" },
};

static void test_fold(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(folds); i++) {
		g_autofree char *wanted = g_strdup_printf("\n%s\n",
							  folds[i].text);
		g_autofree char *strings = NULL;
		struct warden_vba_code code;

		g_test_message("%s", folds[i].source);
		warden_vba_code_read(folds[i].source,
				     strlen(folds[i].source), &code);
		strings = g_strdup_printf("\n%s", code.strings->str);
		g_assert_nonnull(strstr(strings, wanted));
		g_assert_null(strstr(strings, "\nno\n"));
		warden_vba_code_clear(&code);
	}
}

/* What is worked out grows; time and memory do not. */
static void test_flood(void)
{
	GString *source = g_string_new("s = \"0123456789abcdef\"\n");
	struct warden_vba_code code;
	guint i;

	for (i = 0; i < 200; i++)
		g_string_append(source, "s = s & s\n");
	for (i = 0; i < 20000; i++)
		g_string_append(source, "t = s & \"x\"\n");
	for (i = 0; i < 5000; i++)
		g_string_append(source, "((((((((");
	warden_vba_code_read(source->str, source->len, &code);
	g_assert_cmpuint(code.strings->len, <=, 3 * 1024 * 1024);
	g_assert_true(code.truncated);
	warden_vba_code_clear(&code);
	g_string_free(source, TRUE);
}

/* --- acts ---------------------------------------------------------------- */

#define AUTORUN (1u << WARDEN_VBA_AUTORUN)
#define EXECUTES (1u << WARDEN_VBA_EXECUTES)
#define COMMANDS (1u << WARDEN_VBA_COMMANDS)
#define DOWNLOADS (1u << WARDEN_VBA_DOWNLOADS)
#define WRITES (1u << WARDEN_VBA_WRITES)
#define INJECTS (1u << WARDEN_VBA_INJECTS)
#define FETCHES (1u << WARDEN_VBA_FETCHES)
#define SPREADS (1u << WARDEN_VBA_SPREADS)

static const struct {
	const char *source;
	guint acts;
	bool hides;
} acts[] = {
	{ "Sub Auto_Open()\nMsgBox 1\nEnd Sub", AUTORUN, FALSE },
	{ "Private Sub Document_Open()\nx = 1\nEnd Sub", AUTORUN, FALSE },
	{ "Sub InkPicture1_Painted(x)\ny = 1\nEnd Sub", AUTORUN, FALSE },
	/* empty, declarations alone, a form of one's own, a button */
	{ "Sub Workbook_Open()\n' nothing\nDim x\nEnd Sub", 0, FALSE },
	{ "Sub UserForm_Layout()\nx = 1\nEnd Sub", 0, FALSE },
	{ "Sub Button1_Click()\nx = 1\nEnd Sub", 0, FALSE },
	{ "Sub Auto_Opener()\nx = 1\nEnd Sub", 0, FALSE },
	{ "x = Shell(\"notes.exe\", 1)", EXECUTES, FALSE },
	{ "MsgBox \"Shell\"", 0, FALSE },
	{ "' Shell \"powershell\"", 0, FALSE },
	{ "Shell \"powershell -c x\"", EXECUTES | COMMANDS, FALSE },
	{ "Shell \"po\" & \"wershell\"", EXECUTES | COMMANDS, TRUE },
	{ "CreateObject(\"WScript.Shell\").Run x", EXECUTES, FALSE },
	{ "CreateObject(Chr(87) & \"Script.Shell\").Run x", EXECUTES, TRUE },
	{ "GetObject(\"new:72C24DD5-D70A-438B-8A42-98424B88AFB8\")", COMMANDS,
	  FALSE },
	{ "Set p = GetObject(\"winmgmts:Win32_Process\")\np.Create \"x\"",
	  COMMANDS, FALSE },
	{ "Set p = GetObject(\"winmgmts:\").ExecQuery(\"Win32_Process\")", 0,
	  FALSE },
	{ "Declare Function D Lib \"urlmon\" Alias \"URLDownloadToFileA\" ()",
	  DOWNLOADS, FALSE },
	{ "Open f For Binary As #1\nPut #1, , b", WRITES, FALSE },
	{ "Open f For Output As #1\nPrint #1, b", 0, FALSE },
	{ "Declare Sub M Lib \"k\" Alias \"RtlMoveMemory\" ()", 0, FALSE },
	{ "Declare Function VirtualAlloc Lib \"k\" ()\n"
	  "Declare Function CreateThread Lib \"k\" ()", INJECTS, FALSE },
	{ "x = ActiveDocument.BuiltInDocumentProperties(\"Title\")", FETCHES,
	  FALSE },
	{ "Options.VirusProtection = False", SPREADS, FALSE },
};

static void test_acts(void)
{
	gsize i;
	guint act;

	for (i = 0; i < G_N_ELEMENTS(acts); i++) {
		struct warden_vba_code code;
		guint found = 0;

		warden_vba_code_read(acts[i].source, strlen(acts[i].source),
				     &code);
		for (act = 0; act < WARDEN_VBA_ACTS; act++)
			found |= (guint)warden_vba_code_does(&code, act) <<
				act;
		g_test_message("%s", acts[i].source);
		g_assert_cmphex(found, ==, acts[i].acts);
		g_assert_cmpint(code.hidden->len > 0, ==, acts[i].hides);
		warden_vba_code_clear(&code);
	}
}

/* --- modules ------------------------------------------------------------- */

static void test_dir(void)
{
	static const guint8 dir[] = {
		3, 0, 2, 0, 0, 0, 0xe4, 4,		/* code page 1252 */
		9, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0,	/* version */
		0x19, 0, 1, 0, 0, 0, 'M',
		0x1a, 0, 1, 0, 0, 0, 'M',
		0x32, 0, 2, 0, 0, 0, 'N', 0,
		0x31, 0, 4, 0, 0, 0, 0x10, 2, 0, 0,
		0x2b, 0, 0, 0, 0, 0,
		0x10, 0, 0, 0, 0, 0,
	};
	struct warden_vba_dir read;
	gsize offset, size;

	g_assert_true(warden_vba_dir_read(dir, sizeof(dir), &read));
	g_assert_cmpuint(read.code_page, ==, 1252);
	g_assert_true(warden_vba_dir_offset(&read, "n", &offset));
	g_assert_cmpuint(offset, ==, 0x210);
	g_assert_false(warden_vba_dir_offset(&read, "M", &offset));
	warden_vba_dir_clear(&read);
	for (size = 0; size < sizeof(dir); size++) {
		g_autofree guint8 *copy = g_memdup2(dir, size);

		(void)warden_vba_dir_read(copy, size, &read);
		warden_vba_dir_clear(&read);
	}
}

static void test_missing(void)
{
	static const char cache[] =
		"\1\2\xb9\0\x08\0calc.exe\xb9\0\x09\0hello you\xb9\0\xff\0x"
		"\xb9\0\x07\0say \"x\"";
	static const char source[] = "MsgBox \"hello you\" & \"say \"\"x\"\"\"";
	GString *out = g_string_new(NULL);

	g_assert_cmpuint(warden_vba_missing_strings(
		(const guint8 *)cache, sizeof(cache) - 1, source,
		sizeof(source) - 1, out), ==, 1);
	g_assert_cmpstr(out->str, ==, "calc.exe\n");
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/vba/decompress", test_decompress);
	g_test_add_func("/vba/fold", test_fold);
	g_test_add_func("/vba/flood", test_flood);
	g_test_add_func("/vba/acts", test_acts);
	g_test_add_func("/vba/dir", test_dir);
	g_test_add_func("/vba/missing", test_missing);
	return g_test_run();
}
