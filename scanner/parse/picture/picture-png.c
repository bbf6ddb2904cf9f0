#include "warden-config.h"

#include "picture.h"
#include "../bytes.h"

#include <png.h>
#include <string.h>

/* Chunks are held in memory whole; a palette is the largest that matters. */
#define CHUNK_MAX (1024u * 1024)

struct reader {
	const guint8 *data;
	gsize size, at;
	png_structp png;
	png_infop info;
	struct warden_picture_builder builder;
	guint8 *pixels;		/* one row, or all of an interlaced one */
	png_bytep *rows;
	guint channels;
};

static bool is_png(const guint8 *data, gsize size)
{
	return size >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static bool measure(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r, bool *whole_r)
{
	if (size < 33 || memcmp(data + 12, "IHDR", 4) != 0)
		return FALSE;
	*width_r = warden_be32(data + 16);
	*height_r = warden_be32(data + 20);
	*whole_r = data[28] != 0;
	return TRUE;
}

static void fail(png_structp png, png_const_charp text G_GNUC_UNUSED)
{
	png_longjmp(png, 1);
}

static void warn(png_structp png G_GNUC_UNUSED,
		 png_const_charp text G_GNUC_UNUSED)
{
}

/* What is cut off reads as zeros, once: its beginning is shown. */
static void more(png_structp png, png_bytep out, size_t length)
{
	struct reader *reader = png_get_io_ptr(png);
	gsize there = MIN(length, reader->size - reader->at);

	if (there == 0)
		png_error(png, "end");
	memcpy(out, reader->data + reader->at, there);
	memset(out + there, 0, length - there);
	reader->at += there;
}

/* Text, profiles and the like are of no use here and may be bombs. */
static void set_limits(png_structp png)
{
	png_set_user_limits(png, WARDEN_PICTURE_SIDE_MAX,
			    WARDEN_PICTURE_SIDE_MAX);
	png_set_chunk_malloc_max(png, CHUNK_MAX);
	png_set_chunk_cache_max(png, 8);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_set_benign_errors(png, 1);
}

/* To one to four channels of eight bits. */
static void set_transforms(struct reader *reader)
{
	png_set_expand(reader->png);
	png_set_strip_16(reader->png);
	(void)png_set_interlace_handling(reader->png);
	png_read_update_info(reader->png, reader->info);
	reader->channels = png_get_channels(reader->png, reader->info);
}

static void read_rows(struct reader *reader)
{
	gsize row_size = png_get_rowbytes(reader->png, reader->info);
	guint y;

	reader->pixels = g_malloc0(row_size);
	for (y = 0; y < reader->builder.height; y++) {
		png_read_row(reader->png, reader->pixels, NULL);
		warden_picture_builder_row(&reader->builder, reader->pixels,
					   reader->channels);
	}
}

/* Adam7: every row comes in several passes. */
static void read_interlaced(struct reader *reader)
{
	gsize row_size = png_get_rowbytes(reader->png, reader->info);
	guint height = reader->builder.height, y;

	reader->pixels = g_malloc0(row_size * height);
	reader->rows = g_new(png_bytep, height);
	for (y = 0; y < height; y++)
		reader->rows[y] = reader->pixels + y * row_size;
	png_read_image(reader->png, reader->rows);
	for (y = 0; y < height; y++)
		warden_picture_builder_row(&reader->builder, reader->rows[y],
					   reader->channels);
}

/* In a function of its own: nothing of it outlives the longjmp. */
static void read_picture(struct reader *reader)
{
	png_structp png = reader->png;

	if (setjmp(png_jmpbuf(png)) != 0)
		return;
	set_limits(png);
	png_set_read_fn(png, reader, more);
	png_read_info(png, reader->info);
	set_transforms(reader);
	warden_picture_builder_init(&reader->builder,
				    png_get_image_width(png, reader->info),
				    png_get_image_height(png, reader->info),
				    reader->channels == 1);
	if (png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE)
		read_interlaced(reader);
	else
		read_rows(reader);
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct reader reader = { .data = data, .size = size };
	bool found;

	reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail,
					    warn);
	reader.info = png_create_info_struct(reader.png);
	read_picture(&reader);
	found = reader.builder.y > 0;
	if (found)
		warden_picture_builder_show(&reader.builder, seen, context);
	warden_picture_builder_clear(&reader.builder);
	png_destroy_read_struct(&reader.png, &reader.info, NULL);
	g_free(reader.pixels);
	g_free(reader.rows);
	return found;
}

const struct warden_picture_format warden_picture_png = {
	.is = is_png, .measure = measure, .read = read_all,
};
