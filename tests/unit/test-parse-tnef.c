/* winmail.dat: files and bodies, whole and cut at every byte. */

#include "warden-config.h"

#include "scanner/parse/wrapped/tnef.h"

#include <string.h>

static void put(GByteArray *out, guint64 value, guint size)
{
	guint8 byte;

	for (; size > 0; size--, value >>= 8) {
		byte = value;
		g_byte_array_append(out, &byte, 1);
	}
}

static void put_attribute(GByteArray *out, guint32 identity,
			  const void *data, gsize size)
{
	put(out, 2, 1);
	put(out, identity, 4);
	put(out, size, 4);
	g_byte_array_append(out, data, size);
	put(out, 0, 2);
}

static void put_property(GByteArray *out, guint id, guint type,
			 const void *data, gsize size)
{
	put(out, type, 2);
	put(out, id, 2);
	put(out, 1, 4);
	put(out, size, 4);
	g_byte_array_append(out, data, size);
	put(out, 0, (4 - size % 4) % 4);
}

/* A body in HTML, and one attachment. */
static GByteArray *make_stream(void)
{
	static const char wide[] = "l\0o\0n\0g\0.\0e\0x\0e\0";
	GByteArray *out = g_byte_array_new();
	GByteArray *properties = g_byte_array_new();

	put(out, 0x223e9f78, 4);
	put(out, 1, 2);
	put(properties, 2, 4);
	put(properties, 0x0003, 2);		/* a number */
	put(properties, 0x8001, 2);		/* with a name */
	put(properties, 0, 8);
	put(properties, 0, 8);
	put(properties, 1, 4);
	put(properties, 6, 4);
	g_byte_array_append(properties, (const guint8 *)"a\0b\0\0\0\0\0", 8);
	put(properties, 7, 4);
	put_property(properties, 0x1013, 0x0102, "<p>x", 4);
	put_attribute(out, 0x00069003, properties->data, properties->len);
	g_byte_array_set_size(properties, 0);
	put_attribute(out, 0x00069002, "render", 6);
	put_attribute(out, 0x00018010, "SHORT.EXE", 10);
	put_attribute(out, 0x0006800f, "content", 7);
	put(properties, 1, 4);
	put_property(properties, 0x3707, 0x001f, wide, sizeof(wide) - 1);
	put_attribute(out, 0x00069005, properties->data, properties->len);
	g_byte_array_unref(properties);
	return out;
}

static void test_stream(void)
{
	GByteArray *stream = make_stream();
	GArray *files = warden_tnef_files_new();
	struct warden_tnef_file *file;

	g_assert_cmpint(warden_tnef_read(stream->data, stream->len, files),
			==, 1);
	g_assert_cmpuint(files->len, ==, 2);
	file = &g_array_index(files, struct warden_tnef_file, 0);
	g_assert_cmpstr(file->type, ==, "text/html");
	g_assert_cmpmem(stream->data + file->start, file->end - file->start,
			"<p>x", 4);
	file = &g_array_index(files, struct warden_tnef_file, 1);
	g_assert_cmpstr(file->type, ==, "");
	g_assert_cmpstr(file->names[0], ==, "SHORT.EXE");
	g_assert_cmpstr(file->names[1], ==, "long.exe");
	g_assert_null(file->names[2]);
	g_assert_cmpmem(stream->data + file->start, file->end - file->start,
			"content", 7);
	g_array_unref(files);
	g_byte_array_unref(stream);
}

/* Text, compressed rich text and a page; none of them in an attachment. */
static void test_bodies(void)
{
	static const struct {
		guint id, type;
		const char *found, *charset;
		bool compressed;
	} rows[] = {
		{ 0x1000, 0x001f, "text/plain", "utf-16le", FALSE },
		{ 0x1000, 0x001e, "text/plain", "", FALSE },
		{ 0x1009, 0x0102, "text/rtf", "", TRUE },
		{ 0x1013, 0x0102, "text/html", "", FALSE },
		{ 0x1013, 0x001f, "text/html", "utf-16le", FALSE },
		{ 0x1014, 0x0102, NULL, NULL, FALSE },
	};

	for (gsize i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
		gsize row = i / 2;
		bool attached = i % 2 == 1;
		GByteArray *out = g_byte_array_new();
		GByteArray *properties = g_byte_array_new();
		GArray *files = warden_tnef_files_new();

		put(properties, 1, 4);
		put_property(properties, rows[row].id, rows[row].type, "text",
			     4);
		put(out, 0x223e9f78, 4);
		put(out, 1, 2);
		if (attached)
			put_attribute(out, 0x00069002, "render", 6);
		put_attribute(out, attached ? 0x00069005 : 0x00069003,
			      properties->data, properties->len);
		g_assert_cmpint(warden_tnef_read(out->data, out->len, files),
				==, 1);
		g_assert_cmpuint(files->len, ==, attached ||
				 rows[row].found != NULL ? 1 : 0);
		if (files->len > 0 && !attached) {
			struct warden_tnef_file *file = &g_array_index(
				files, struct warden_tnef_file, 0);

			g_assert_cmpstr(file->type, ==, rows[row].found);
			g_assert_cmpstr(file->charset, ==, rows[row].charset);
			g_assert_true(file->compressed ==
				      rows[row].compressed);
			g_assert_cmpmem(out->data + file->start,
					file->end - file->start, "text", 4);
		}
		g_array_unref(files);
		g_byte_array_unref(properties);
		g_byte_array_unref(out);
	}
}

static void test_damage(void)
{
	GByteArray *stream = make_stream();
	gsize size, i;

	for (size = 0; size < stream->len; size++) {
		g_autofree guint8 *copy = g_memdup2(stream->data, size);
		GArray *files = warden_tnef_files_new();
		int ret = warden_tnef_read(copy, size, files);

		g_assert_cmpint(ret, <=, 1);
		if (size < 6)
			g_assert_cmpint(ret, ==, -1);
		for (i = 0; i < files->len; i++) {
			struct warden_tnef_file *file = &g_array_index(
				files, struct warden_tnef_file, i);

			g_assert_cmpuint(file->start, <=, file->end);
			g_assert_cmpuint(file->end, <=, size);
		}
		g_array_unref(files);
	}
	g_byte_array_unref(stream);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tnef/stream", test_stream);
	g_test_add_func("/tnef/bodies", test_bodies);
	g_test_add_func("/tnef/damage", test_damage);
	return g_test_run();
}
