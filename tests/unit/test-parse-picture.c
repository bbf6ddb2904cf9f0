/* Pictures of every format, and the codes in them; whole, and cut off at every
   length. The files are written by tests/fuzz/make-seeds-picture.py. */

#include "warden-config.h"

#include "scanner/parse/picture/picture-codes.h"

#include <string.h>

#define CODE "https://login.example.com/a?b=1"

static const struct {
	const char *name;
	enum warden_picture_answer answer;
	const char *code;	/* NULL: there is none */
} rows[] = {
	{ "code.png", WARDEN_PICTURE_READ, CODE },
	{ "code-bits.png", WARDEN_PICTURE_READ, CODE },
	{ "code-16.png", WARDEN_PICTURE_READ, CODE },
	{ "code-palette.png", WARDEN_PICTURE_READ, CODE },
	{ "code-interlaced.png", WARDEN_PICTURE_READ, CODE },
	{ "code-cut.png", WARDEN_PICTURE_READ, CODE },
	{ "code-bad-checksum.png", WARDEN_PICTURE_READ, CODE },
	/* a megabyte of zeros as a comment */
	{ "code-text-bomb.png", WARDEN_PICTURE_READ, CODE },
	{ "code-tiny.png", WARDEN_PICTURE_READ, CODE },
	{ "code-no-margin.png", WARDEN_PICTURE_READ, CODE },
	{ "code-large.png", WARDEN_PICTURE_READ, CODE },
	{ "code-turned.png", WARDEN_PICTURE_READ, CODE },
	{ "code-1.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-4.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-8.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-16.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-24.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-32.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-core.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-down.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-masks.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-runs-8.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-runs-4.bmp", WARDEN_PICTURE_READ, CODE },
	{ "code-4.pnm", WARDEN_PICTURE_READ, CODE },
	{ "code-5.pnm", WARDEN_PICTURE_READ, CODE },
	{ "code-6.pnm", WARDEN_PICTURE_READ, CODE },
	{ "code.gif", WARDEN_PICTURE_READ, CODE },
	{ "code-second.gif", WARDEN_PICTURE_READ, CODE },
	{ "code-transparent.gif", WARDEN_PICTURE_READ, CODE },
	{ "code.jpg", WARDEN_PICTURE_READ, CODE },
	{ "code.webp", WARDEN_PICTURE_READ, CODE },
	{ "code-animated.webp", WARDEN_PICTURE_READ, CODE },
	{ "code-inverted.png", WARDEN_PICTURE_READ, CODE },
	{ "code-pale.png", WARDEN_PICTURE_READ, CODE },
	{ "code-low.png", WARDEN_PICTURE_READ, CODE },
	/* equally bright */
	{ "code-red-green.png", WARDEN_PICTURE_READ, CODE },
	{ "code-white-clear.png", WARDEN_PICTURE_READ, CODE },
	{ "code-black-clear.png", WARDEN_PICTURE_READ, CODE },
	{ "code-palette-clear.png", WARDEN_PICTURE_READ, CODE },
	{ "none.png", WARDEN_PICTURE_READ, NULL },
	{ "none-icon.png", WARDEN_PICTURE_SMALL, NULL },
	{ "none-stripes.png", WARDEN_PICTURE_READ, NULL },
	/* one corner of a code */
	{ "none-square.png", WARDEN_PICTURE_READ, NULL },
	/* nothing but corners */
	{ "none-bomb.png", WARDEN_PICTURE_READ, NULL },
	{ "large.png", WARDEN_PICTURE_LARGE, NULL },
	{ "large.gif", WARDEN_PICTURE_LARGE, NULL },
	{ "large.bmp", WARDEN_PICTURE_LARGE, NULL },
	{ "large.pnm", WARDEN_PICTURE_LARGE, NULL },
};

static void load(const char *name, char **data_r, gsize *size_r)
{
	g_autofree char *path = g_build_filename(WARDEN_PICTURES, name, NULL);
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, data_r, size_r, &error))
		g_error("%s", error->message);
}

static void see(const struct warden_picture *picture, void *context)
{
	GPtrArray *codes = context;
	guint64 effort = WARDEN_PICTURES_EFFORT_MAX;

	g_assert_true(warden_picture_codes(picture, &effort, codes));
}

static void test_rows(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		GPtrArray *codes = warden_picture_codes_new();
		g_autofree char *data = NULL;
		gsize size;

		g_test_message("%s", rows[i].name);
		load(rows[i].name, &data, &size);
		g_assert_cmpint(warden_picture_read((guint8 *)data, size, see,
						    codes), ==,
				rows[i].answer);
		g_assert_cmpuint(codes->len, ==, rows[i].code != NULL);
		if (rows[i].code != NULL) {
			const void *code = g_bytes_get_data(
				g_ptr_array_index(codes, 0), &size);

			g_assert_cmpmem(code, size, rows[i].code,
					strlen(rows[i].code));
		}
		g_ptr_array_unref(codes);
	}
}

static void count(const struct warden_picture *picture, void *context)
{
	guint *seen = context;

	g_assert_cmpuint(picture->width, >, 0);
	(*seen)++;
}

/* Sanitizers watch the ends. */
static void test_cut(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *data = NULL;
		gsize size, cut;

		load(rows[i].name, &data, &size);
		for (cut = 0; cut < size; cut += 1 + cut / 24) {
			g_autofree guint8 *copy = g_memdup2(data, cut);
			guint seen = 0;

			(void)warden_picture_read(copy, cut, count, &seen);
			g_assert_cmpuint(seen, <=,
					 WARDEN_PICTURE_FRAMES_MAX);
		}
	}
}

/* What is used up is used up, and said. */
static void test_effort(void)
{
	struct warden_picture picture = { .width = 66, .height = 66 };
	GPtrArray *codes = warden_picture_codes_new();
	g_autofree char *data = NULL;
	guint64 effort = 1000;
	gsize size;

	load("code-5.pnm", &data, &size);
	picture.planes[WARDEN_PLANE_LIGHT] =
		(guint8 *)data + size - 66 * 66;
	g_assert_false(warden_picture_codes(&picture, &effort, codes));
	g_assert_cmpuint(codes->len, ==, 0);
	effort = WARDEN_PICTURES_EFFORT_MAX;
	g_assert_true(warden_picture_codes(&picture, &effort, codes));
	g_assert_cmpuint(codes->len, ==, 1);
	g_assert_cmpuint(effort, <, WARDEN_PICTURES_EFFORT_MAX);
	g_ptr_array_unref(codes);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/picture/rows", test_rows);
	g_test_add_func("/picture/cut", test_cut);
	g_test_add_func("/picture/effort", test_effort);
	return g_test_run();
}
