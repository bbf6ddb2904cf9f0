/* Files that are two types at once, and honest ones that look alike. */

#include "warden-config.h"

#include "scanner/parse/type/polyglot.h"

#include <string.h>

#define JPEG_END "\xff\xd9"
#define LITERAL(text) text, sizeof(text) - 1

static const char gif[] =
	"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
static const char jpeg[] =
	"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
	"\xff\xda\0\x08\1\1\0\0\x3f\0ab\xff\0\xff\xd3" "cd" JPEG_END;
static const char png[] =
	"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU"
	"\0\0\0\0IEND\xae" "B`\x82";
static const char bmp[] =
	"BM\x1d\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\1\0\1\0\1\0\x18\0\0\0\0";
static const char pdf[] =
	"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n"
	"<</Root 1 0 R>>\n%%EOF\n";
static const char program[] =
	"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@\0\0\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0"
	"PE\0\0";
static const char zip[] =
	"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a"
	"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\x01\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a"
	"PK\x05\x06\0\0\0\0\x01\0\x01\0/\0\0\0\x1f\0\0\0\0\0";
static const char film[] = "\0\0\0\x18" "ftypmp42\0\0\0\0mp42isom";
static const char shortcut[] = "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0";

#define SECOND(name) WARDEN_SECOND_##name

static const struct row {
	const char *purpose;
	const char *first;
	gsize first_size;
	const char *then;
	gsize then_size;
	enum warden_second second;
} rows[] = {
	{ "a GIF", LITERAL(gif), LITERAL(""), SECOND(NONE) },
	{ "a JPEG", LITERAL(jpeg), LITERAL(""), SECOND(NONE) },
	{ "a PNG", LITERAL(png), LITERAL(""), SECOND(NONE) },
	{ "a BMP", LITERAL(bmp), LITERAL(""), SECOND(NONE) },
	{ "a PDF", LITERAL(pdf), LITERAL(""), SECOND(NONE) },
	{ "padding", LITERAL(png), LITERAL("\0\0\0\0\r\n"), SECOND(NONE) },
	{ "a second picture", LITERAL(jpeg), LITERAL(jpeg), SECOND(NONE) },
	{ "a telephone's film", LITERAL(jpeg), LITERAL(film), SECOND(NONE) },
	{ "a maker's notes", LITERAL(jpeg),
	  LITERAL("\1\0SEFH\x6b\0\0\0 Image_UTC_Data1704164646000 SEFT"),
	  SECOND(NONE) },
	{ "a remark behind a PDF", LITERAL(pdf), LITERAL("Printed by x\n"),
	  SECOND(NONE) },
	{ "saved once more", LITERAL(pdf), LITERAL(pdf), SECOND(NONE) },
	{ "GIF and zip", LITERAL(gif), LITERAL(zip), SECOND(ARCHIVE) },
	{ "JPEG and zip", LITERAL(jpeg), LITERAL(zip), SECOND(ARCHIVE) },
	{ "PNG and zip", LITERAL(png), LITERAL(zip), SECOND(ARCHIVE) },
	{ "BMP and zip", LITERAL(bmp), LITERAL(zip), SECOND(ARCHIVE) },
	{ "PDF and zip", LITERAL(pdf), LITERAL(zip), SECOND(ARCHIVE) },
	{ "JPEG and rar", LITERAL(jpeg), LITERAL("Rar!\x1a\7\0xxxxxxxxxxxx"),
	  SECOND(ARCHIVE) },
	{ "something between", LITERAL(jpeg),
	  LITERAL("junk, junk 7z\xbc\xaf\x27\x1c\0\4xxxxxxxxxxxxxxxxxxxxxxx"),
	  SECOND(ARCHIVE) },
	{ "JPEG and program", LITERAL(jpeg), LITERAL(program),
	  SECOND(PROGRAM) },
	{ "PNG and shortcut", LITERAL(png), LITERAL(shortcut), SECOND(PROGRAM) },
	{ "PNG and page", LITERAL(png),
	  LITERAL("<html><script>alert(1)</script></html>"), SECOND(SCRIPT) },
	{ "GIF and PHP", LITERAL(gif), LITERAL("<?php system($_GET[0]); ?>"),
	  SECOND(SCRIPT) },
	{ "a program that is a PDF", LITERAL(program), LITERAL(pdf),
	  SECOND(DOCUMENT) },
	{ "a PDF behind a GIF's head", LITERAL(gif), LITERAL(pdf),
	  SECOND(DOCUMENT) },
	{ "a self-extractor", LITERAL(program), LITERAL(zip), SECOND(NONE) },
	{ "a comment of JavaScript",
	  LITERAL("GIF89a/*\1\0\x80\0\0\xff\xff\xff\0\0\0"),
	  LITERAL("*/=1;alert(1)//"), SECOND(SCRIPT) },
	{ "text that begins like a GIF", LITERAL("GIF89a;"),
	  LITERAL("\nvar a = window.open; eval(a);"), SECOND(SCRIPT) },
	{ "a PDF with a page before it", LITERAL("<script>x()</script>\n"),
	  LITERAL(pdf), SECOND(SCRIPT) },
	{ "a shortcut with a page", LITERAL(shortcut),
	  LITERAL("xx<script>x()</script>"), SECOND(SCRIPT) },
	{ "a PDF that Word opens", LITERAL("%PDF-1.7\n1 0 obj<<>>endobj\n"),
	  LITERAL("MIME-Version: 1.0\nContent-Type: multipart/related;"
		  " boundary=\"a\"\n\n--a\n"), SECOND(DOCUMENT) },
	{ "a description", LITERAL(png),
	  LITERAL("<?xpacket begin=''?><x:xmpmeta/>"), SECOND(NONE) },
};

static enum warden_second second_of(const guint8 *data, gsize size,
				    struct warden_polyglot *polyglot_r)
{
	struct warden_filetype type;

	warden_filetype_detect(NULL, data, size, NULL, &type);
	(void)warden_polyglot_find(data, size, &type, polyglot_r);
	g_assert_cmpuint(polyglot_r->start, <=, polyglot_r->end);
	g_assert_cmpuint(polyglot_r->end, <=, size);
	return polyglot_r->second;
}

static GByteArray *make(const struct row *row)
{
	GByteArray *bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const guint8 *)row->first,
			    row->first_size);
	g_byte_array_append(bytes, (const guint8 *)row->then, row->then_size);
	return bytes;
}

static void test_rows(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		GByteArray *bytes = make(&rows[i]);
		struct warden_polyglot polyglot;

		g_test_message("%s", rows[i].purpose);
		g_assert_cmpstr(
			warden_polyglot_word(second_of(
				bytes->data, bytes->len, &polyglot)), ==,
			warden_polyglot_word(rows[i].second));
		g_byte_array_unref(bytes);
	}
}

static void test_cut(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		GByteArray *bytes = make(&rows[i]);

		for (gsize size = 1; size < bytes->len; size++) {
			g_autofree guint8 *copy = g_memdup2(bytes->data,
							    size);
			struct warden_polyglot polyglot;

			(void)second_of(copy, size, &polyglot);
		}
		g_byte_array_unref(bytes);
	}
}

/* Marks that stand inside. */
static void test_inner(void)
{
	g_autofree guint8 *data = g_malloc0(0x9000);
	struct warden_polyglot polyglot;

	memcpy(data, png, sizeof(png) - 1);
	g_assert_cmpint(second_of(data, 0x9000, &polyglot), ==,
			WARDEN_SECOND_NONE);
	memcpy(data + 0x8001, "CD001", 5);
	g_assert_cmpint(second_of(data, 0x9000, &polyglot), ==,
			WARDEN_SECOND_DISK_IMAGE);
	memcpy(data + 257, "ustar", 5);
	g_assert_cmpint(second_of(data, 0x9000, &polyglot), ==,
			WARDEN_SECOND_ARCHIVE);
}

static void test_encoded(void)
{
	GByteArray *bytes = g_byte_array_new();
	struct warden_polyglot polyglot;

	g_byte_array_append(bytes, (const guint8 *)jpeg, sizeof(jpeg) - 1);
	g_byte_array_append(bytes, (const guint8 *)"<<S>>", 5);
	for (guint i = 0; i < 64; i++)
		g_byte_array_append(bytes, (const guint8 *)
				    (i == 0 ? "TVqQAAMAAAAEAAAA" :
				     "AAAAAAAAAAAAAAAA"), 16);
	g_assert_cmpint(second_of(bytes->data, bytes->len, &polyglot), ==,
			WARDEN_SECOND_PROGRAM);
	g_assert_true(polyglot.encoded);
	g_assert_cmpuint(polyglot.end - polyglot.start, ==, 64 * 16);
	g_byte_array_unref(bytes);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/polyglot/rows", test_rows);
	g_test_add_func("/polyglot/cut", test_cut);
	g_test_add_func("/polyglot/inner", test_inner);
	g_test_add_func("/polyglot/encoded", test_encoded);
	return g_test_run();
}
