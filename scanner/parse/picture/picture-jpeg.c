#include "warden-config.h"

#include "picture.h"

#include <stdio.h>		/* jpeglib.h wants it */
#include <jpeglib.h>
#include <setjmp.h>
#include <string.h>

/* A progressive file may go over the picture as often as it likes. */
#define SCANS_MAX 64
/* Of the library: coefficients of a progressive file of the largest size. */
#define MEMORY_MAX (160l * 1024 * 1024)
/* Reduced while it is decoded, which costs least. */
#define REDUCED_MAX (4200u * 1000)

struct reader {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf jump;
	struct warden_picture_builder builder;
	guint8 *row, *light;
};

static bool is_jpeg(const guint8 *data, gsize size)
{
	return size >= 4 && memcmp(data, "\xff\xd8\xff", 3) == 0;
}

/* The frame header, SOFn (ITU T.81 B.2.2). */
static bool measure(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r, bool *whole_r)
{
	gsize at = 2;

	while (at + 10 <= size) {
		guint8 marker = data[at + 1];

		if (data[at] != 0xff) {
			at++;
			continue;
		}
		if (marker == 0xff || marker == 0 || marker == 1 ||
		    (marker >= 0xd0 && marker <= 0xd8)) {
			at += marker == 0xff ? 1 : 2;
			continue;
		}
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
		    marker != 0xc8 && marker != 0xcc) {
			*height_r = data[at + 5] << 8 | data[at + 6];
			*width_r = data[at + 7] << 8 | data[at + 8];
			*whole_r = marker != 0xc0 && marker != 0xc1;
			return TRUE;
		}
		at += 2 + (data[at + 2] << 8 | data[at + 3]);
	}
	return FALSE;
}

static void fail(j_common_ptr jpeg)
{
	struct reader *reader = jpeg->client_data;

	longjmp(reader->jump, 1);
}

static void say_nothing(j_common_ptr jpeg G_GNUC_UNUSED)
{
}

static void warn(j_common_ptr jpeg G_GNUC_UNUSED, int level G_GNUC_UNUSED)
{
}

static void watch(j_common_ptr jpeg)
{
	struct reader *reader = jpeg->client_data;

	if (jpeg->is_decompressor &&
	    reader->jpeg.input_scan_number > SCANS_MAX)
		fail(jpeg);
}

static void start(struct reader *reader)
{
	struct jpeg_decompress_struct *jpeg = &reader->jpeg;
	bool grey = jpeg->jpeg_color_space == JCS_YCbCr ||
		jpeg->jpeg_color_space == JCS_GRAYSCALE;

	jpeg->out_color_space = grey ? JCS_GRAYSCALE :
		jpeg->num_components == 4 ? JCS_CMYK : JCS_RGB;
	jpeg->dct_method = JDCT_IFAST;
	jpeg->scale_num = jpeg->scale_denom = 1;
	while ((guint64)jpeg->image_width * jpeg->image_height /
	       (jpeg->scale_denom * jpeg->scale_denom) > REDUCED_MAX &&
	       jpeg->scale_denom < 8)
		jpeg->scale_denom *= 2;
	(void)jpeg_start_decompress(jpeg);
	reader->row = g_malloc((gsize)jpeg->output_width *
			       jpeg->output_components);
	reader->light = g_malloc(jpeg->output_width);
	warden_picture_builder_init(&reader->builder, jpeg->output_width,
				    jpeg->output_height, TRUE);
}

/* Adobe's programs, the only ones that write CMYK, write it inverted. */
static void make_light(struct reader *reader)
{
	guint channels = reader->jpeg.output_components, x;
	const guint8 *p = reader->row;

	for (x = 0; x < reader->jpeg.output_width; x++, p += channels) {
		guint value = (77 * p[0] + 151 * p[1] + 28 * p[2]) >> 8;

		reader->light[x] = channels == 4 ? value * p[3] / 255 : value;
	}
}

/* In a function of its own: nothing of it outlives the longjmp. */
static void read_picture(struct reader *reader, const guint8 *data,
			 gsize size)
{
	struct jpeg_decompress_struct *jpeg = &reader->jpeg;

	if (setjmp(reader->jump) != 0)
		return;
	jpeg_create_decompress(jpeg);
	jpeg->mem->max_memory_to_use = MEMORY_MAX;
	jpeg->progress = &reader->progress;
	jpeg_mem_src(jpeg, data, size);
	if (jpeg_read_header(jpeg, TRUE) != JPEG_HEADER_OK)
		return;
	start(reader);
	while (jpeg->output_scanline < jpeg->output_height) {
		JSAMPROW rows[1] = { reader->row };

		if (jpeg_read_scanlines(jpeg, rows, 1) != 1)
			return;
		if (jpeg->output_components == 1) {
			warden_picture_builder_row(&reader->builder,
						   reader->row, 1);
			continue;
		}
		make_light(reader);
		warden_picture_builder_row(&reader->builder, reader->light,
					   1);
	}
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct reader *reader = g_new0(struct reader, 1);
	bool found;

	reader->jpeg.err = jpeg_std_error(&reader->errors);
	reader->errors.error_exit = fail;
	reader->errors.output_message = say_nothing;
	reader->errors.emit_message = warn;
	reader->progress.progress_monitor = watch;
	reader->jpeg.client_data = reader;
	read_picture(reader, data, size);
	found = reader->builder.y > 0;
	if (found)
		warden_picture_builder_show(&reader->builder, seen, context);
	warden_picture_builder_clear(&reader->builder);
	jpeg_destroy_decompress(&reader->jpeg);
	g_free(reader->row);
	g_free(reader->light);
	g_free(reader);
	return found;
}

const struct warden_picture_format warden_picture_jpeg = {
	.is = is_jpeg, .measure = measure, .read = read_all,
};
