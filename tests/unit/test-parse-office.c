/* Compound files and what is in them: workbooks, compressed RTF. */

#include "warden-config.h"

#include "scanner/parse/office/biff.h"
#include "scanner/parse/office/office-crypt.h"
#include "scanner/parse/office/ole.h"
#include "scanner/parse/document/rtf-compressed.h"
#include "scanner/parse/macro/xlm.h"
#include "scanner/parse/macro/xlm-formula.h"

#include <string.h>

/* --- compound files ------------------------------------------------------ */

#define SECTOR 512u
#define STREAM_SIZE 5000u

static void put(guint8 *at, guint32 value, guint size)
{
	for (; size > 0; size--, value >>= 8)
		*at++ = value;
}

static void put_entry(guint8 *at, const char *name, guint kind, guint32 left,
		      guint32 right, guint32 child, guint32 start,
		      guint32 size)
{
	gsize i;

	for (i = 0; name[i] != '\0'; i++)
		at[i * 2] = name[i];
	put(at + 64, i * 2 + 2, 2);
	at[66] = kind;
	put(at + 68, left, 4);
	put(at + 72, right, 4);
	put(at + 76, child, 4);
	put(at + 116, start, 4);
	put(at + 120, size, 4);
}

/* Sector 0: table; 1: directory; 2 to 11: the stream "A/B". */
static guint8 *make_file(gsize *size_r)
{
	guint8 *file = g_malloc0(*size_r = SECTOR * 13);
	guint32 i;

	memcpy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	put(file + 30, 9, 2);
	put(file + 44, 1, 4);
	put(file + 48, 1, 4);
	put(file + 60, 0xfffffffe, 4);
	put(file + 68, 0xfffffffe, 4);
	memset(file + 76, 0xff, 109 * 4);
	put(file + 76, 0, 4);
	memset(file + SECTOR, 0xff, SECTOR);
	put(file + SECTOR, 0xfffffffd, 4);
	put(file + SECTOR + 4, 0xfffffffe, 4);
	for (i = 2; i < 11; i++)
		put(file + SECTOR + i * 4, i + 1, 4);
	put(file + SECTOR + 11 * 4, 0xfffffffe, 4);
	put_entry(file + SECTOR * 2, "Root Entry", 5, ~0u, ~0u, 1, ~0u, 0);
	put_entry(file + SECTOR * 2 + 128, "A", 1, ~0u, ~0u, 2, 0, 0);
	put_entry(file + SECTOR * 2 + 256, "B", 2, ~0u, ~0u, ~0u, 2,
		  STREAM_SIZE);
	for (i = 0; i < STREAM_SIZE; i++)
		file[SECTOR * 3 + i] = i * 7;
	return file;
}

/* Whatever one byte is, everything can be asked for. */
static void use(const guint8 *data, gsize size)
{
	struct warden_ole *ole = warden_ole_open(data, size);
	guint i;

	if (ole == NULL)
		return;
	for (i = 0; i < ole->entries->len; i++) {
		g_autofree char *path = warden_ole_path(ole, i);
		g_autoptr(GBytes) bytes = NULL;
		bool whole;

		bytes = warden_ole_read(ole, i, 10000, &whole);
		g_assert_nonnull(path);
		g_assert_cmpuint(g_bytes_get_size(bytes), <=, 10000);
	}
	warden_ole_free(ole);
}

static void test_ole(void)
{
	gsize size;
	g_autofree guint8 *file = make_file(&size);
	struct warden_ole *ole = warden_ole_open(file, size);
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *path = NULL;
	guint index;
	bool whole;

	g_assert_nonnull(ole);
	g_assert_false(ole->damaged);
	g_assert_cmpuint(ole->entries->len, ==, 3);
	index = warden_ole_find(ole, warden_ole_find(ole, 0, "a"), "b");
	g_assert_cmpuint(index, >, 0);
	path = warden_ole_path(ole, index);
	g_assert_cmpstr(path, ==, "A/B");
	bytes = warden_ole_read(ole, index, G_MAXUINT, &whole);
	g_assert_true(whole);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL),
			g_bytes_get_size(bytes), file + SECTOR * 3,
			STREAM_SIZE);
	warden_ole_free(ole);
}

/* A chain that breaks is guessed, one that runs in a circle ends, a child of
   itself is seen once. */
static void test_ole_damage(void)
{
	gsize size, i;
	g_autofree guint8 *file = make_file(&size);
	struct warden_ole *ole;
	g_autoptr(GBytes) bytes = NULL;
	bool whole;

	put(file + SECTOR + 4 * 4, ~0u, 4);
	ole = warden_ole_open(file, size);
	bytes = warden_ole_read(ole, 2, G_MAXUINT, &whole);
	g_assert_false(whole);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL),
			g_bytes_get_size(bytes), file + SECTOR * 3,
			STREAM_SIZE);
	warden_ole_free(ole);
	put(file + SECTOR + 4 * 4, 2, 4);
	put(file + SECTOR * 2 + 128 + 76, 1, 4);
	use(file, size);
	for (i = 0; i < SECTOR * 3; i++) {
		guint8 was = file[i];

		file[i] ^= 0xff;
		use(file, size);
		file[i] = was;
	}
	for (i = 0; i < size; i += 37)
		use(file, i);
}

/* --- compressed RTF ------------------------------------------------------ */

/* The example of MS-OXRTFCP 3.1. */
static const char rtf[] =
	"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2"
	"\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
static const char rtf_text[] =
	"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n";

static void test_rtf(void)
{
	GByteArray *out = g_byte_array_new();
	gsize size;

	g_assert_cmpint(warden_rtf_decompress((const guint8 *)rtf,
					      sizeof(rtf) - 1, 1000, out), ==,
			1);
	g_assert_cmpmem(out->data, out->len, rtf_text, sizeof(rtf_text) - 1);
	for (size = 0; size < sizeof(rtf) - 1; size++) {
		g_autofree guint8 *copy = g_memdup2(rtf, size);

		g_byte_array_set_size(out, 0);
		g_assert_cmpint(warden_rtf_decompress(copy, size, 20, out), <,
				1);
	}
	g_byte_array_unref(out);
}

/* --- workbooks ----------------------------------------------------------- */

static const char *cell(void *context G_GNUC_UNUSED, guint row, guint column)
{
	return row == 4 && column == 2 ? "hell" : NULL;
}

#define FORMULA(data, literal, text) \
	{ data, sizeof(data) - 1, literal, text }
static const struct {
	const char *data;
	gsize size;
	bool literal;
	const char *text;
} formulas[] = {
	FORMULA("\x17\x04\0calc", TRUE, "calc"),
	FORMULA("\x17\x02\1c\0a\0", TRUE, "ca"),
	FORMULA("\x17\x04\0calc\x42\1\x6e\0", FALSE, "EXEC(\"calc\")"),
	FORMULA("\x1e\x43\0\x41\x6f\0\x1e\x41\0\x41\x6f\0\x08", TRUE, "CA"),
	FORMULA("\x17\3\0she\x44\4\0\2\xc0\x08", TRUE, "shehell"),
	FORMULA("\x44\5\0\2\xc0", FALSE, "R6C3"),
	FORMULA("\x1e\1\0\x1e\2\0\x03", FALSE, "1+2"),
	FORMULA("\x42\0\x36\0", FALSE, "HALT()"),
	FORMULA("\x42\0\x36\x80", FALSE, "COMMAND54()"),
	FORMULA("\x17\1\0a\x42\1\x76\x80", FALSE, "ALERT(\"a\")"),
	/* nothing on the stack, a text that is cut, what is not known */
	FORMULA("\x08", FALSE, "?&?"),
	FORMULA("\x17\x04\0ca", FALSE, ""),
	FORMULA("\x1e\1\0\xff", FALSE, "1"),
};

static void test_formulas(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(formulas); i++) {
		struct warden_xlm_reader reader = {
			.wide = TRUE, .cell = cell, .work = 1000,
		};
		struct warden_xlm_formula formula;

		warden_xlm_formula_read(&reader,
					(const guint8 *)formulas[i].data,
					formulas[i].size, &formula);
		g_assert_cmpstr(formula.text->str, ==, formulas[i].text);
		g_assert_cmpint(formula.literal, ==, formulas[i].literal);
		g_string_free(formula.text, TRUE);
	}
}

static void test_names(void)
{
	g_assert_true(warden_xlm_is_autorun("Auto_Open"));
	g_assert_true(warden_xlm_is_autorun("auto_open_2"));
	g_assert_true(warden_xlm_is_autorun("a\u200buto_open"));
	g_assert_false(warden_xlm_is_autorun("my_auto_open"));
}

/* A text that goes on in the next record, with wider characters. */
static void test_strings(void)
{
	static const guint8 data[] = {
		0xfc, 0, 13, 0, 2, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 'a', 'b',
		0x3c, 0, 5, 0, 1, 'c', 0, 'd', 0,
		0x3c, 0, 8, 0, 1, 0, 8, 1, 0, 'x', 0, 0,
	};
	struct warden_biff biff = { .data = data, .size = sizeof(data) };
	struct warden_biff_record record;
	GPtrArray *list;

	g_assert_true(warden_biff_next(&biff, &record));
	list = warden_biff_strings(&biff, &record);
	g_assert_cmpuint(list->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(list, 0), ==, "abcd");
	g_assert_cmpstr(g_ptr_array_index(list, 1), ==, "x");
	g_ptr_array_unref(list);
}

/* A header that is cut anywhere, or asks for endless work. */
static void test_crypt(void)
{
	static const char agile[] =
		"\4\0\4\0\x40\0\0\0<encryption><keyData keyBits=\"256\" "
		"cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" "
		"hashAlgorithm=\"SHA512\" saltValue=\"AAAA\"/>"
		"<p:encryptedKey spinCount=\"%s\" keyBits=\"256\" "
		"cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" "
		"hashAlgorithm=\"SHA512\" saltValue=\"AAAA\" "
		"encryptedVerifierHashInput=\"AAAA\" "
		"encryptedVerifierHashValue=\"AAAA\" "
		"encryptedKeyValue=\"AAAA\"/></encryption>";
	static const struct {
		const char *rounds;
		guint cost;
	} rows[] = {
		{ "1000", 1000 }, { "4000000000", 0 }, { "0", 1 },
	};
	gsize i, size;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		GString *info = g_string_new_len(agile, 8);

		g_string_append_printf(info, agile + 8, rows[i].rounds);
		g_assert_cmpuint(warden_office_crypt_cost(
			(const guint8 *)info->str, info->len), ==,
			rows[i].cost);
		for (size = 0; size < info->len; size++) {
			g_autofree guint8 *copy = g_memdup2(info->str, size);

			g_assert_null(warden_office_decrypt(
				copy, size, (const guint8 *)"12345678", 8,
				"x"));
		}
		g_string_free(info, TRUE);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/office/ole", test_ole);
	g_test_add_func("/office/ole-damage", test_ole_damage);
	g_test_add_func("/office/rtf", test_rtf);
	g_test_add_func("/office/formulas", test_formulas);
	g_test_add_func("/office/names", test_names);
	g_test_add_func("/office/strings", test_strings);
	g_test_add_func("/office/crypt", test_crypt);
	return g_test_run();
}
