/* PDF: words, filters, objects and references, damaged at every byte. */

#include "warden-config.h"

#include "scanner/parse/pdf/pdf.h"

#include <string.h>

/* --- words ------------------------------------------------------------------ */

static const struct {
	const char *text;
	enum warden_pdf_kind kind;
	gsize size;
} tokens[] = {
	{ "", WARDEN_PDF_END, 0 },
	{ "12", WARDEN_PDF_NUMBER, 2 },
	{ "-1.5 ", WARDEN_PDF_NUMBER, 4 },
	{ "/Name/Other", WARDEN_PDF_NAME, 5 },
	{ "/", WARDEN_PDF_NAME, 1 },
	{ "(a(b)c)d", WARDEN_PDF_STRING, 7 },
	{ "(a\\)b)", WARDEN_PDF_STRING, 6 },
	/* one without end is only a character */
	{ "(abc", WARDEN_PDF_WORD, 1 },
	{ "<41 42>", WARDEN_PDF_STRING, 7 },
	{ "<41 42", WARDEN_PDF_STRING, 6 },
	{ "<<", WARDEN_PDF_DICT_OPEN, 2 },
	{ ">>", WARDEN_PDF_DICT_CLOSE, 2 },
	{ "[1", WARDEN_PDF_ARRAY_OPEN, 1 },
	{ "]", WARDEN_PDF_ARRAY_CLOSE, 1 },
	{ "obj<<", WARDEN_PDF_WORD, 3 },
	{ ")", WARDEN_PDF_WORD, 1 },
};

static void test_tokens(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(tokens); i++) {
		guint64 work = 1000;
		struct warden_pdf_lexer lexer = {
			.data = (const guint8 *)tokens[i].text,
			.size = strlen(tokens[i].text), .work_left = &work,
		};
		struct warden_pdf_token token;

		warden_pdf_lex(&lexer, &token);
		g_assert_cmpint(token.kind, ==, tokens[i].kind);
		g_assert_cmpuint(token.end - token.start, ==, tokens[i].size);
	}
}

static void test_work(void)
{
	static const char text[] = "%comment\n (a) (bbbb)";
	guint64 work = 14;
	struct warden_pdf_lexer lexer = {
		.data = (const guint8 *)text, .size = strlen(text),
		.work_left = &work,
	};
	struct warden_pdf_token token;

	warden_pdf_lex(&lexer, &token);
	g_assert_cmpint(token.kind, ==, WARDEN_PDF_STRING);
	warden_pdf_lex(&lexer, &token);
	g_assert_cmpint(token.kind, ==, WARDEN_PDF_END);
	g_assert_cmpuint(work, ==, 0);
}

static const struct {
	const char *text, *expected;
} strings[] = {
	{ "(abc)", "abc" },
	{ "(a\\(b\\)\\\\)", "a(b)\\" },
	{ "(\\101\\1012\\7)", "AA2\a" },
	{ "(a\\\nb\\\r\nc)", "abc" },
	{ "(\\n\\t\\q)", "\n\tq" },
	{ "<414243>", "ABC" },
	{ "<4 1\n5>", "AP" },
};

static void test_strings(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(strings); i++) {
		guint64 work = 1000;
		struct warden_pdf_lexer lexer = {
			.data = (const guint8 *)strings[i].text,
			.size = strlen(strings[i].text), .work_left = &work,
		};
		struct warden_pdf_token token;
		g_autoptr(GByteArray) bytes = NULL;

		warden_pdf_lex(&lexer, &token);
		bytes = warden_pdf_lex_string(&lexer, &token, 100);
		g_assert_cmpmem(bytes->data, bytes->len, strings[i].expected,
				strlen(strings[i].expected));
	}
}

static const struct {
	const char *text, *expected;
	bool escaped;
} names[] = {
	{ "/JavaScript", "JavaScript", FALSE },
	{ "/J#61vaScript", "JavaScript", TRUE },
	{ "/Lime#20Green", "Lime Green", FALSE },
	{ "/A#", "A#", FALSE },
	{ "/A#4", "A#4", FALSE },
	{ "/A#00", "A#00", FALSE },
};

static void test_names(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		guint64 work = 1000;
		struct warden_pdf_lexer lexer = {
			.data = (const guint8 *)names[i].text,
			.size = strlen(names[i].text), .work_left = &work,
		};
		struct warden_pdf_token token;
		char name[32];
		bool escaped;

		warden_pdf_lex(&lexer, &token);
		escaped = warden_pdf_lex_name(&lexer, &token, name,
					      sizeof(name));
		g_assert_cmpstr(name, ==, names[i].expected);
		g_assert_cmpint(escaped, ==, names[i].escaped);
	}
}

/* --- filters ------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	enum warden_pdf_filter filter;
	const char *data;
	gsize size;
	const char *expected;
	int ret;
} filters[] = {
	{ WARDEN_PDF_FILTER_ASCII_HEX, BYTES("48 65 6c6c 6F>zz"), "Hello", 1 },
	{ WARDEN_PDF_FILTER_ASCII_HEX, BYTES("485"), "HP", 1 },
	{ WARDEN_PDF_FILTER_ASCII_85, BYTES("87cURDZ~>"), "Hello", 1 },
	{ WARDEN_PDF_FILTER_ASCII_85, BYTES("87cUR\nDZ"), "Hello", 1 },
	{ WARDEN_PDF_FILTER_RUN_LENGTH, BYTES("\1ab\376c\200x"), "abccc", 1 },
	{ WARDEN_PDF_FILTER_RUN_LENGTH, BYTES("\1ab\5c"), "ab", 0 },
	/* 7.4.4.2's example: 45 45 45 45 45 65 45 45 45 66 */
	{ WARDEN_PDF_FILTER_LZW, BYTES("\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01"),
	  "-----A---B", 1 },
	{ WARDEN_PDF_FILTER_FLATE,
	  BYTES("x\234\363H\315\311\311\7\0\5\214\1\365"), "Hello", 1 },
	/* cut, and without its header */
	{ WARDEN_PDF_FILTER_FLATE, BYTES("x\234\363H\315\311\311\7\0\5"),
	  "Hello", 0 },
	{ WARDEN_PDF_FILTER_FLATE, BYTES("??\363H\315\311\311\7\0"), "Hello",
	  1 },
	{ WARDEN_PDF_FILTER_FLATE, BYTES(""), "", 0 },
};

static void test_filters(void)
{
	static const struct warden_pdf_parameters parameters = {
		.predictor = 1, .early_change = 1,
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(filters); i++) {
		g_autoptr(GByteArray) out = g_byte_array_new();
		struct warden_pdf_sink sink = { .out = out, .max = 100 };

		g_assert_cmpint(warden_pdf_filter_undo(
			filters[i].filter, &parameters,
			(const guint8 *)filters[i].data, filters[i].size,
			&sink), ==, filters[i].ret);
		g_assert_cmpmem(out->data, out->len, filters[i].expected,
				strlen(filters[i].expected));
		g_assert_false(sink.full);
	}
}

static bool spend(void *context, gsize size)
{
	gsize *left = context;

	if (size > *left)
		return FALSE;
	*left -= size;
	return TRUE;
}

static void test_limits(void)
{
	static const struct warden_pdf_parameters parameters = { 0 };
	static const guint8 run[] = { 129, 'a', 129, 'a', 129, 'a' };
	g_autoptr(GByteArray) out = g_byte_array_new();
	gsize left = 200;
	struct warden_pdf_sink sink = {
		.out = out, .max = 1000, .spend = spend, .context = &left,
	};

	g_assert_cmpint(warden_pdf_filter_undo(
		WARDEN_PDF_FILTER_RUN_LENGTH, &parameters, run, sizeof(run),
		&sink), ==, 0);
	g_assert_cmpuint(out->len, ==, 128);
	g_assert_true(sink.full);
}

/* Rows of three bytes, each with its type. */
static void test_predictor(void)
{
	static const guint8 rows[] = {
		0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 4, 4, 4, 4, 1, 1, 1,
	};
	static const guint8 expected[] = {
		1, 2, 3, 1, 2, 3, 2, 3, 4, 5, 8, 10, 6, 9, 11,
	};
	static const struct warden_pdf_parameters parameters = {
		.predictor = 15, .colors = 1, .bits = 8, .columns = 3,
		.early_change = 1,
	};
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct warden_pdf_sink sink = { .out = out, .max = 100 };
	/* LZW of few codes stays at nine bits: a clear before each row */
	g_autoptr(GByteArray) packed = g_byte_array_new();
	guint32 bits = 0, count = 0;
	gsize i;

	for (i = 0; i <= sizeof(rows); i++) {
		bits = bits << 9 | (i < sizeof(rows) ? rows[i] : 257);
		count += 9;
		while (count >= 8) {
			guint8 byte = bits >> (count - 8);

			g_byte_array_append(packed, &byte, 1);
			count -= 8;
		}
	}
	bits <<= 8 - count;
	g_byte_array_append(packed, (guint8[]){ bits }, 1);
	g_assert_cmpint(warden_pdf_filter_undo(
		WARDEN_PDF_FILTER_LZW, &parameters, packed->data, packed->len,
		&sink), ==, 1);
	g_assert_cmpmem(out->data, out->len, expected, sizeof(expected));
}

/* --- files ---------------------------------------------------------------------- */

static const char file[] =
	"%PDF-1.4\n"
	"1 0 obj<</Type/Catalog/OpenAction 5 0 R/Names 2 0 R>>endobj\n"
	"2 0 obj<</Kids[3 0 R 4 0 R (x) 7]/Limits(a)>>endobj\n"
	"3 0 obj<</Length 6 0 R/Filter/AHx>>stream\r\n"
	"656e6473 endobj 9 0 obj\nendstream endobj\n"
	"4 0 obj 3 0 R endobj\n"
	"5 0 obj<</S/URI/URI(http://x.y/)/Next 5 0 R>>endobj\n"
	"6 0 obj 24 endobj\n"
	"5 0 obj<</S/GoTo/D[1 0 R/Fit]>>endobj\n"
	"trailer<</Root 1 0 R>>";

static void find_catalog(void *context, const struct warden_pdf_dict *dict,
			 gint stream)
{
	struct warden_pdf_dict *found = context;

	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_OpenAction])) {
		g_assert_cmpint(stream, ==, -1);
		*found = *dict;
	}
}

static void test_file(void)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(file, strlen(file));
	g_autoptr(warden_pdf) pdf = warden_pdf_new(bytes, TRUE, NULL, NULL);
	struct warden_pdf_dict catalog, dict;
	struct warden_pdf_stream stream;
	struct warden_pdf_array array;
	struct warden_pdf_value value;
	gint index;
	guint i;

	memset(&catalog, 0, sizeof(catalog));
	/* seven, the trailer, and what no table says is none: "9 0 obj" */
	g_assert_cmpuint(warden_pdf_objects(pdf), ==, 9);
	for (i = 0; i < warden_pdf_objects(pdf); i++)
		warden_pdf_walk(pdf, i, find_catalog, &catalog);
	/* the last of two objects with one number counts */
	g_assert_true(warden_pdf_dict(
		pdf, catalog.values[WARDEN_PDF_KEY_OpenAction], &dict));
	g_assert_true(warden_pdf_is(pdf, dict.values[WARDEN_PDF_KEY_S],
				    "GoTo"));
	g_assert_true(warden_pdf_dict(
		pdf, catalog.values[WARDEN_PDF_KEY_Names], &dict));
	warden_pdf_array_init(&array, pdf,
			      dict.values[WARDEN_PDF_KEY_Kids]);
	g_assert_true(warden_pdf_array_next(&array, &value));
	g_assert_true(warden_pdf_array_next(&array, &value));
	/* a reference to a reference */
	(void)warden_pdf_resolve(pdf, value, &index);
	g_assert_cmpint(index, ==, 2);
	warden_pdf_stream_read(pdf, index, 100, &stream);
	g_assert_cmpint(stream.outcome, ==, WARDEN_PDF_WHOLE);
	g_assert_cmpmem(g_bytes_get_data(stream.bytes, NULL), 4, "ends", 4);
	g_bytes_unref(stream.bytes);
	g_assert_true(warden_pdf_array_next(&array, &value));
	g_assert_cmpint(warden_pdf_kind(pdf, value), ==, WARDEN_PDF_STRING);
	g_assert_true(warden_pdf_array_next(&array, &value));
	g_assert_cmpint(warden_pdf_number(pdf, value, 0), ==, 7);
	g_assert_false(warden_pdf_array_next(&array, &value));
	g_assert_true(warden_pdf_state(pdf)->no_xref);
	g_assert_false(warden_pdf_state(pdf)->encrypted);
}

static void count_dicts(void *context,
			const struct warden_pdf_dict *dict G_GNUC_UNUSED,
			gint stream G_GNUC_UNUSED)
{
	(*(guint *)context)++;
}

static void test_cut(void)
{
	gsize size;

	for (size = 0; size < strlen(file); size++) {
		g_autofree guint8 *copy = g_memdup2(file, size);
		g_autoptr(GBytes) bytes = g_bytes_new_static(copy, size);
		g_autoptr(warden_pdf) pdf = warden_pdf_new(bytes, TRUE, NULL,
							   NULL);
		guint dicts = 0, i;

		for (i = 0; i < warden_pdf_objects(pdf); i++)
			warden_pdf_walk(pdf, i, count_dicts, &dicts);
		g_assert_cmpuint(dicts, <=, 8);
	}
}

/* Nesting beyond the limit is said, and what stands behind it is seen. */
static void test_deep(void)
{
	g_autoptr(GString) text = g_string_new("%PDF-1.4\n1 0 obj<</A ");
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(warden_pdf) pdf = NULL;
	struct warden_pdf_dict found;
	guint i;

	for (i = 0; i < 100000; i++)
		g_string_append(text, "[<</A ");
	for (i = 0; i < 100000; i++)
		g_string_append(text, ">>]");
	g_string_append(text, "/OpenAction 1>>endobj");
	bytes = g_bytes_new(text->str, text->len);
	pdf = warden_pdf_new(bytes, TRUE, NULL, NULL);
	memset(&found, 0, sizeof(found));
	warden_pdf_walk(pdf, 0, find_catalog, &found);
	g_assert_true(warden_pdf_has(
		found.values[WARDEN_PDF_KEY_OpenAction]));
	g_assert_true(warden_pdf_state(pdf)->too_deep);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pdf/tokens", test_tokens);
	g_test_add_func("/pdf/work", test_work);
	g_test_add_func("/pdf/strings", test_strings);
	g_test_add_func("/pdf/names", test_names);
	g_test_add_func("/pdf/filters", test_filters);
	g_test_add_func("/pdf/limits", test_limits);
	g_test_add_func("/pdf/predictor", test_predictor);
	g_test_add_func("/pdf/file", test_file);
	g_test_add_func("/pdf/cut", test_cut);
	g_test_add_func("/pdf/deep", test_deep);
	return g_test_run();
}
