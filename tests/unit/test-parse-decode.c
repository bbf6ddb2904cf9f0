/* Decoders: sound input has one reading, odd input every one that some client
   has. */

#include "warden-config.h"

#include "scanner/parse/archive/apple.h"
#include "scanner/parse/encoding/decode.h"

#include <string.h>

typedef void decode_t(const guint8 *data, gsize size, GArray *readings,
		      struct warden_trait_set *traits);

static char *reading_text(const GArray *readings, guint index)
{
	gsize size;
	const char *data = g_bytes_get_data(g_array_index(
		readings, struct warden_reading, index).bytes, &size);

	return g_strndup(data, size);
}

/* expected: readings separated by '|', the first one first; the others in
   any order. */
static void check(decode_t *decode, const char *input, const char *expected,
		  bool odd)
{
	GArray *readings = warden_readings_new();
	struct warden_trait_set traits = { { 0 } };
	g_auto(GStrv) wanted = g_strsplit(expected, "|", -1);
	g_autofree char *first = NULL;
	guint i, j;

	decode((const guint8 *)input, strlen(input), readings, &traits);
	first = reading_text(readings, 0);
	g_assert_cmpstr(first, ==, wanted[0] != NULL ? wanted[0] : "");
	g_assert_cmpint(warden_trait_set_is_ambiguous(&traits), ==, odd);
	for (i = 0; wanted[i] != NULL; i++) {
		bool found = FALSE;

		for (j = 0; j < readings->len; j++) {
			g_autofree char *text = reading_text(readings, j);

			found |= strcmp(text, wanted[i]) == 0;
		}
		if (!found)
			g_error("\"%s\" lacks the reading \"%s\"", input,
				wanted[i]);
	}
	if (!odd)
		g_assert_cmpuint(readings->len, ==, 1);
	g_array_unref(readings);
}

static void test_base64(void)
{
	static const struct {
		const char *input, *expected;
		bool odd;
	} rows[] = {
		{ "", "", FALSE },
		{ "QUJD", "ABC", FALSE },
		{ "QUJD\r\nREVG\r\n", "ABCDEF", FALSE },
		{ "QUI=", "AB", FALSE },
		{ "QQ==", "A", FALSE },
		{ "Q\nU J\tD", "ABC", FALSE },
		{ "QUI=\n\n", "AB", FALSE },
		/* no padding: the rest counts, or is lost */
		{ "QUJDREU", "ABCDE|ABC", TRUE },
		/* padding amid: end, nothing, or a new beginning */
		{ "QUI=Q0Q=", "AB|ABCD", TRUE },
		{ "QU=JD", "A|ABC", TRUE },
		{ "QUJD=REVG", "ABC|ABCDEF", TRUE },
		/* foreign characters: nothing, or the end */
		{ "QU#JD", "ABC", TRUE },
		{ "QUJD\nRE#VG", "ABCDEF|ABC", TRUE },
		{ "QUJD#REVG\nR0hJ", "ABCDEFGHI|ABCGHI", TRUE },
		{ "QUJD\n-- \nlist\n", "ABC\x96+-|ABC", TRUE },
		/* lines of odd length, each for itself */
		{ "QUJDX\nREVGX\n", "ABC]\x11\x15\x19|ABCDEF", TRUE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++)
		check(warden_decode_base64, rows[i].input, rows[i].expected,
		      rows[i].odd);
}

static void test_base64_binary(void)
{
	guint8 data[1000];
	gsize size, i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + (i >> 3);
	for (size = 0; size < sizeof(data); size += 13) {
		g_autofree char *text = g_base64_encode(data, size);
		GArray *readings = warden_readings_new();
		struct warden_trait_set traits = { { 0 } };
		GBytes *bytes;

		warden_decode_base64((const guint8 *)text, strlen(text),
				     readings, &traits);
		g_assert_cmpuint(readings->len, ==, 1);
		bytes = g_array_index(readings, struct warden_reading, 0)
			.bytes;
		g_assert_cmpmem(g_bytes_get_data(bytes, NULL),
				g_bytes_get_size(bytes), data, size);
		g_array_unref(readings);
	}
}

static void test_qp(void)
{
	static const struct {
		const char *input, *expected;
		bool odd;
	} rows[] = {
		{ "plain", "plain", FALSE },
		{ "a=3Db=3d", "a=b=", FALSE },
		{ "a=\r\nb=\nc", "abc", FALSE },
		{ "a= \t\r\nb", "ab", FALSE },
		{ "end=", "end", FALSE },
		/* '=' that is none: itself, nothing, or more is nothing */
		{ "?id=zz&b=41", "?id=zz&bA|?idzz&bA|?id&bA", TRUE },
		{ "=58=0=35", "X=05|X05|X5", TRUE },
		{ "=58=\t=35", "X=\t5|X\t5|X5", TRUE },
		{ "==41", "=A|A", TRUE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++)
		check(warden_decode_qp, rows[i].input, rows[i].expected,
		      rows[i].odd);
}

static void test_qp_indented(void)
{
	static const char input[] = " =58=35=\n =34\n";
	GArray *readings = warden_readings_new();
	struct warden_trait_set traits = { { 0 } };
	g_autofree char *last = NULL;

	warden_decode_qp((const guint8 *)input, strlen(input), readings,
			 &traits);
	last = reading_text(readings, readings->len - 1);
	g_assert_cmpstr(last, ==, "X54");
	g_array_unref(readings);
}

static void expect_file(bool found, struct warden_embedded *file,
			const char *name, const char *content)
{
	gsize size;
	const char *data;

	g_assert_true(found);
	data = g_bytes_get_data(file->bytes, &size);
	g_assert_cmpstr(file->name, ==, name);
	g_assert_cmpmem(data, size, content, strlen(content));
	warden_embedded_clear(file);
}

static void test_uu(void)
{
	static const char text[] =
		"Hello,\nbegin 100 miles away\nof it.\n"
		"begin 644 a b.txt\r\n#0V%T\r\n`\r\nend\r\n"
		"begin 0755 cut\n#0V%T\n";
	static const char lines[] = "#0V%T\n#0V%T\n \nend\n";
	const guint8 *data = (const guint8 *)text;
	gsize size = strlen(text), at = 0;
	struct warden_embedded file;

	expect_file(warden_decode_uu(data, size, FALSE, &at, &file), &file,
		    "a b.txt", "Cat");
	g_assert_true(warden_decode_uu(data, size, FALSE, &at, &file));
	g_assert_false(file.complete);
	warden_embedded_clear(&file);
	g_assert_false(warden_decode_uu(data, size, FALSE, &at, &file));
	g_assert_cmpuint(at, ==, size);

	at = 0;
	expect_file(warden_decode_uu((const guint8 *)lines, strlen(lines),
				     TRUE, &at, &file), &file, "", "CatCat");
}

static void test_yenc(void)
{
	/* '=' escapes: 0x3d encodes NUL + 42 + … */
	static const char text[] = "x\n=ybegin line=128 size=4 name=f g\r\n"
		"\x6b\x8c=}\r\n\x8e\n=yend size=4\nrest";
	struct warden_embedded file;
	gsize at = 0;

	g_assert_true(warden_decode_yenc((const guint8 *)text, strlen(text),
					 &at, &file));
	g_assert_cmpstr(file.name, ==, "f g");
	g_assert_true(file.complete);
	g_assert_cmpmem(g_bytes_get_data(file.bytes, NULL),
			g_bytes_get_size(file.bytes), "Ab\x13" "d", 4);
	warden_embedded_clear(&file);
	g_assert_false(warden_decode_yenc((const guint8 *)text, strlen(text),
					  &at, &file));
}

/* Whoever is told that it is none has nothing to free. */
static void test_apple(void)
{
	static const char doubled[] = "\0\5\x16\7\0\2\0\0" "homefilesystem  "
		"\0\2" "\0\0\0\1\0\0\0\x32\0\0\0\4"
		"\0\0\0\3\0\0\0\x36\0\0\0\xff" "datax.txt";
	const guint8 *data = (const guint8 *)doubled;
	struct warden_apple apple;
	gsize size = sizeof(doubled) - 1;

	g_assert_true(warden_apple_read(data, size, &apple));
	g_assert_cmpstr(apple.name, ==, "x.txt");
	g_assert_cmpmem(data + apple.data, apple.data_end - apple.data, "data",
			4);
	warden_apple_clear(&apple);
	g_assert_false(warden_apple_read(data, 20, &apple));
	g_assert_null(apple.name);
	g_assert_false(warden_apple_read(data + 1, size - 1, &apple));
	g_assert_null(apple.name);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/decode/base64", test_base64);
	g_test_add_func("/decode/base64-binary", test_base64_binary);
	g_test_add_func("/decode/qp", test_qp);
	g_test_add_func("/decode/qp-indented", test_qp_indented);
	g_test_add_func("/decode/uu", test_uu);
	g_test_add_func("/decode/yenc", test_yenc);
	g_test_add_func("/decode/apple", test_apple);
	return g_test_run();
}
