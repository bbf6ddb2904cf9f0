#include "warden-config.h"

#include "picture.h"
#include "../bytes.h"

#include <gif_lib.h>
#include <string.h>

struct reader {
	const guint8 *data;
	gsize size, at;
	GifFileType *gif;
	guint width, height;
	guint8 *canvas;		/* RGBA */
	guint8 *line;
	int transparent;	/* colour, -1 none */
};

static bool is_gif(const guint8 *data, gsize size)
{
	return size >= 13 && (memcmp(data, "GIF87a", 6) == 0 ||
			      memcmp(data, "GIF89a", 6) == 0);
}

static gsize skip_blocks(const guint8 *data, gsize size, gsize at)
{
	while (at < size && data[at] != 0)
		at += 1 + data[at];
	return at + 1;
}

static gsize colours_size(guint8 flags)
{
	return (flags & 0x80) == 0 ? 0 : (gsize)3 << ((flags & 7) + 1);
}

/* More frames than any film has that people send. */
static bool is_endless(const guint8 *data, gsize size)
{
	gsize at = 13 + colours_size(data[10]);
	guint frames = 0;

	while (at + 10 < size && frames <= WARDEN_PICTURE_FRAMES_SANE) {
		if (data[at] == 0x2c) {
			at += 10 + colours_size(data[at + 9]) + 1;
			frames++;
		} else if (data[at] == 0x21) {
			at += 2;
		} else {
			break;
		}
		at = skip_blocks(data, size, at);
	}
	return frames > WARDEN_PICTURE_FRAMES_SANE;
}

/* One with endless frames is as large as its frames are together. */
static bool measure(const guint8 *data, gsize size,
		    guint *width_r, guint *height_r, bool *whole_r)
{
	*width_r = warden_le16(data + 6);
	*height_r =
		is_endless(data, size) ? G_MAXUINT16 : warden_le16(data + 8);
	*whole_r = TRUE;
	return TRUE;
}

static int more(GifFileType *gif, GifByteType *out, int length)
{
	struct reader *reader = gif->UserData;
	gsize left = reader->size - reader->at;

	length = MIN((gsize)length, left);
	memcpy(out, reader->data + reader->at, length);
	reader->at += length;
	return length;
}

static void take_pixel(struct reader *reader, const ColorMapObject *map,
		       guint x, guint y, int index)
{
	guint8 *p = reader->canvas + ((gsize)y * reader->width + x) * 4;

	if (index == reader->transparent || index >= map->ColorCount)
		return;
	p[0] = map->Colors[index].Red;
	p[1] = map->Colors[index].Green;
	p[2] = map->Colors[index].Blue;
	p[3] = 255;
}

/* One row of a frame, where it is inside the canvas. */
static bool read_line(struct reader *reader, const ColorMapObject *map,
		      guint row)
{
	const GifImageDesc *image = &reader->gif->Image;
	guint i, y = image->Top + row;

	if (DGifGetLine(reader->gif, reader->line, image->Width) != GIF_OK)
		return FALSE;
	for (i = 0; i < (guint)image->Width; i++) {
		guint x = image->Left + i;

		if (x < reader->width && y < reader->height)
			take_pixel(reader, map, x, y, reader->line[i]);
	}
	return TRUE;
}

static bool read_lines(struct reader *reader)
{
	static const struct { guint start, step; } passes[] = {
		{ 0, 8 }, { 4, 8 }, { 2, 4 }, { 1, 2 },
	};
	const GifImageDesc *image = &reader->gif->Image;
	const ColorMapObject *map = image->ColorMap != NULL ?
		image->ColorMap : reader->gif->SColorMap;
	guint height = image->Height, pass, y;

	if (map == NULL)
		return FALSE;
	if (!image->Interlace) {
		for (y = 0; y < height; y++) {
			if (!read_line(reader, map, y))
				return FALSE;
		}
		return TRUE;
	}
	for (pass = 0; pass < G_N_ELEMENTS(passes); pass++) {
		for (y = passes[pass].start; y < height;
		     y += passes[pass].step) {
			if (!read_line(reader, map, y))
				return FALSE;
		}
	}
	return TRUE;
}

static void show(struct reader *reader, warden_picture_seen_t *seen,
		 void *context)
{
	struct warden_picture_builder builder;
	guint y;

	warden_picture_builder_init(&builder, reader->width, reader->height,
				    FALSE);
	for (y = 0; y < reader->height; y++)
		warden_picture_builder_row(&builder, reader->canvas +
					   (gsize)y * reader->width * 4, 4);
	warden_picture_builder_show(&builder, seen, context);
	warden_picture_builder_clear(&builder);
}

/* Returns FALSE when there is no more. *shown: frames so far. */
static bool read_frame(struct reader *reader, warden_picture_seen_t *seen,
		       void *context, guint *shown)
{
	const GifImageDesc *image = &reader->gif->Image;
	bool whole;

	if (DGifGetImageDesc(reader->gif) != GIF_OK || image->Width <= 0 ||
	    image->Height <= 0 || image->Left < 0 || image->Top < 0 ||
	    (guint64)image->Width * image->Height > WARDEN_PICTURE_WHOLE_MAX)
		return FALSE;
	g_free(reader->line);
	reader->line = g_malloc0(image->Width);
	whole = read_lines(reader);
	show(reader, seen, context);
	return ++*shown < WARDEN_PICTURE_FRAMES_MAX && whole;
}

static bool read_extension(struct reader *reader)
{
	GraphicsControlBlock control;
	GifByteType *block;
	int code;

	if (DGifGetExtension(reader->gif, &code, &block) != GIF_OK)
		return FALSE;
	if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL &&
	    DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
		reader->transparent = control.TransparentColor;
	while (block != NULL) {
		if (DGifGetExtensionNext(reader->gif, &block) != GIF_OK)
			return FALSE;
	}
	return TRUE;
}

static guint read_records(struct reader *reader, warden_picture_seen_t *seen,
			  void *context)
{
	GifRecordType type;
	guint shown = 0;
	bool going = TRUE;

	while (going && DGifGetRecordType(reader->gif, &type) == GIF_OK) {
		if (type == IMAGE_DESC_RECORD_TYPE)
			going = read_frame(reader, seen, context, &shown);
		else if (type == EXTENSION_RECORD_TYPE)
			going = read_extension(reader);
		else
			going = FALSE;
	}
	return shown;
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct reader reader = {
		.data = data,
		.size = size,
		.transparent = -1,
		.width = warden_le16(data + 6),
		.height = warden_le16(data + 8),
	};
	int error;
	guint shown;

	reader.gif = DGifOpen(&reader, more, &error);
	if (reader.gif == NULL)
		return FALSE;
	reader.canvas = g_malloc0((gsize)reader.width * reader.height * 4);
	shown = read_records(&reader, seen, context);
	(void)DGifCloseFile(reader.gif, &error);
	g_free(reader.canvas);
	g_free(reader.line);
	return shown > 0;
}

const struct warden_picture_format warden_picture_gif = {
	.is = is_gif, .measure = measure, .read = read_all,
};
