#include "warden-config.h"

#include "picture.h"
#include "../bytes.h"

#include <string.h>

/* Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, plain, with bit masks
   or run-length coded (MS-WMF 2.2.2.3 and 3.1.6). */

#define FILE_HEADER 14
#define CORE_HEADER 12
#define INFO_HEADER 40

enum compression {
	COMPRESSION_NONE = 0,
	COMPRESSION_RLE8 = 1,
	COMPRESSION_RLE4 = 2,
	COMPRESSION_MASKS = 3,
};

struct bitmap {
	const guint8 *data;
	gsize size;
	guint width, height, bits;
	bool top_down;
	enum compression compression;
	guint32 masks[3];
	const guint8 *palette;
	guint palette_count, palette_step;
	gsize pixels;		/* where they begin */
};

static bool is_bmp(const guint8 *data, gsize size)
{
	return size >= FILE_HEADER + CORE_HEADER && data[0] == 'B' &&
	       data[1] == 'M' &&
	       warden_le32(data + FILE_HEADER) >= CORE_HEADER &&
	       warden_le32(data + FILE_HEADER) <= 124;
}

static void take_masks(struct bitmap *bitmap, const guint8 *p, gsize left)
{
	guint i;

	if (bitmap->bits == 16) {
		bitmap->masks[0] = 0x7c00;
		bitmap->masks[1] = 0x03e0;
		bitmap->masks[2] = 0x001f;
	} else {
		bitmap->masks[0] = 0xff0000;
		bitmap->masks[1] = 0x00ff00;
		bitmap->masks[2] = 0x0000ff;
	}
	if (bitmap->compression != COMPRESSION_MASKS || left < 12)
		return;
	for (i = 0; i < 3; i++)
		bitmap->masks[i] = warden_le32(p + 4 * i);
}

static bool parse_header(struct bitmap *bitmap)
{
	const guint8 *info = bitmap->data + FILE_HEADER;
	gsize left = bitmap->size - FILE_HEADER, header = warden_le32(info);

	if (header > left)
		return FALSE;
	if (header < INFO_HEADER) {
		bitmap->width = warden_le16(info + 4);
		bitmap->height = warden_le16(info + 6);
		bitmap->bits = warden_le16(info + 10);
		bitmap->palette_step = 3;
		return TRUE;
	}
	bitmap->width = warden_le32(info + 4);
	bitmap->height = warden_le32(info + 8);
	bitmap->top_down = bitmap->height > G_MAXINT32;
	if (bitmap->top_down)
		bitmap->height = -bitmap->height;
	bitmap->bits = warden_le16(info + 14);
	bitmap->compression = warden_le32(info + 16);
	bitmap->palette_count = warden_le32(info + 32);
	bitmap->palette_step = 4;
	take_masks(bitmap, info + INFO_HEADER, left - INFO_HEADER);
	return TRUE;
}

static void find_palette(struct bitmap *bitmap)
{
	gsize at = FILE_HEADER + warden_le32(bitmap->data + FILE_HEADER);
	guint count = bitmap->bits > 8 ? 0 : 1u << bitmap->bits;

	if (bitmap->palette_count == 0 || bitmap->palette_count > count)
		bitmap->palette_count = count;
	at = MIN(at, bitmap->size);
	bitmap->palette = bitmap->data + at;
	bitmap->palette_count = MIN(bitmap->palette_count,
				    (bitmap->size - at) /
				    bitmap->palette_step);
}

static bool parse(const guint8 *data, gsize size, struct bitmap *bitmap)
{
	guint bits;

	memset(bitmap, 0, sizeof(*bitmap));
	bitmap->data = data;
	bitmap->size = size;
	if (!parse_header(bitmap))
		return FALSE;
	bits = bitmap->bits;
	if (bits != 1 && bits != 4 && bits != 8 && bits != 16 &&
	    bits != 24 && bits != 32)
		return FALSE;
	if ((bitmap->compression == COMPRESSION_RLE8 && bits != 8) ||
	    (bitmap->compression == COMPRESSION_RLE4 && bits != 4) ||
	    bitmap->compression > COMPRESSION_MASKS)
		return FALSE;
	find_palette(bitmap);
	bitmap->pixels = warden_le32(data + 10);
	return bitmap->pixels < size;
}

static bool measure(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r, bool *whole_r)
{
	struct bitmap bitmap;

	if (!parse(data, size, &bitmap))
		return FALSE;
	*width_r = bitmap.width;
	*height_r = bitmap.height;
	*whole_r = bitmap.compression == COMPRESSION_RLE8 ||
		bitmap.compression == COMPRESSION_RLE4;
	return TRUE;
}

/* --- pixels ------------------------------------------------------------------------ */

static void take_index(const struct bitmap *bitmap, guint index, guint8 *out)
{
	const guint8 *entry = bitmap->palette + index * bitmap->palette_step;

	if (index >= bitmap->palette_count) {
		memset(out, 0, 3);
		return;
	}
	out[0] = entry[2];
	out[1] = entry[1];
	out[2] = entry[0];
}

/* A channel of any width as eight bits. */
static guint8 take_mask(guint32 value, guint32 mask)
{
	guint shift = 0;

	if (mask == 0)
		return 0;
	while ((mask & 1) == 0) {
		mask >>= 1;
		shift++;
	}
	return (guint64)((value >> shift) & mask) * 255 / mask;
}

static void take_value(const struct bitmap *bitmap, const guint8 *row,
		       guint x, guint8 *out)
{
	guint32 value;
	guint i;

	switch (bitmap->bits) {
	case 1:
		take_index(bitmap, row[x / 8] >> (7 - x % 8) & 1, out);
		return;
	case 4:
		take_index(bitmap, row[x / 2] >> (x % 2 == 0 ? 4 : 0) & 15,
			   out);
		return;
	case 8:
		take_index(bitmap, row[x], out);
		return;
	case 24:
		out[0] = row[x * 3 + 2];
		out[1] = row[x * 3 + 1];
		out[2] = row[x * 3];
		return;
	}
	value = bitmap->bits == 16 ? warden_le16(row + x * 2)
				   : warden_le32(row + x * 4);
	for (i = 0; i < 3; i++)
		out[i] = take_mask(value, bitmap->masks[i]);
}

static void read_plain(const struct bitmap *bitmap,
		       struct warden_picture_builder *builder)
{
	gsize row_size = ((gsize)bitmap->width * bitmap->bits + 31) / 32 * 4;
	g_autofree guint8 *out = g_malloc((gsize)bitmap->width * 3);
	guint y, x;

	for (y = 0; y < bitmap->height; y++) {
		guint row = bitmap->top_down ? y : bitmap->height - 1 - y;
		gsize at = bitmap->pixels + row * row_size;

		/* cut off at its end: the picture is, at its top */
		if (at > bitmap->size || bitmap->size - at < row_size)
			memset(out, 0xff, (gsize)bitmap->width * 3);
		else for (x = 0; x < bitmap->width; x++)
			take_value(bitmap, bitmap->data + at, x, out + x * 3);
		warden_picture_builder_row(builder, out, 3);
	}
}

/* --- runs ---------------------------------------------------------------------------- */

struct runs {
	const struct bitmap *bitmap;
	guint8 *indexes;	/* width × height, the bottom row first */
	guint x, y;
};

static void put(struct runs *runs, guint8 index)
{
	if (runs->x < runs->bitmap->width && runs->y < runs->bitmap->height)
		runs->indexes[(gsize)runs->y * runs->bitmap->width +
			      runs->x] = index;
	runs->x++;
}

static guint8 nibble(guint8 byte, guint i)
{
	return i % 2 == 0 ? byte >> 4 : byte & 15;
}

/* "count literal bytes". Returns how many bytes they take. */
static gsize take_literals(struct runs *runs, const guint8 *p, gsize left,
			   guint count)
{
	bool four = runs->bitmap->bits == 4;
	gsize bytes = four ? (count + 1) / 2 : count;
	guint i;

	if (bytes > left)
		return left;
	for (i = 0; i < count; i++)
		put(runs, four ? nibble(p[i / 2], i) : p[i]);
	return MIN(bytes + (bytes & 1), left);
}

/* Behind a zero. Returns how many bytes it takes; 0: the end. */
static gsize take_escape(struct runs *runs, const guint8 *p, gsize left)
{
	if (p[0] >= 3)
		return 1 + take_literals(runs, p + 1, left - 1, p[0]);
	if (p[0] == 0) {
		runs->x = 0;
		runs->y++;
		return 1;
	}
	if (p[0] == 1 || left < 3)
		return 0;
	runs->x += p[1];
	runs->y += p[2];
	return 3;
}

static void read_runs(struct runs *runs)
{
	const struct bitmap *bitmap = runs->bitmap;
	gsize at = bitmap->pixels;

	while (bitmap->size - at >= 2 && runs->y < bitmap->height) {
		const guint8 *p = bitmap->data + at;
		gsize taken = 1;
		guint i;

		if (p[0] == 0) {
			taken = take_escape(runs, p + 1,
					    bitmap->size - at - 1);
			if (taken == 0)
				return;
		} else for (i = 0; i < p[0]; i++) {
			put(runs, bitmap->bits == 4 ? nibble(p[1], i) : p[1]);
		}
		at += 1 + taken;
	}
}

static void read_compressed(const struct bitmap *bitmap,
			    struct warden_picture_builder *builder)
{
	g_autofree guint8 *out = g_malloc((gsize)bitmap->width * 3);
	struct runs runs = { .bitmap = bitmap };
	guint y, x;

	runs.indexes = g_malloc0((gsize)bitmap->width * bitmap->height);
	read_runs(&runs);
	for (y = bitmap->height; y > 0; y--) {
		const guint8 *row = runs.indexes +
			(gsize)(y - 1) * bitmap->width;

		for (x = 0; x < bitmap->width; x++)
			take_index(bitmap, row[x], out + x * 3);
		warden_picture_builder_row(builder, out, 3);
	}
	g_free(runs.indexes);
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct warden_picture_builder builder;
	struct bitmap bitmap;

	if (!parse(data, size, &bitmap))
		return FALSE;
	warden_picture_builder_init(&builder, bitmap.width, bitmap.height,
				    FALSE);
	if (bitmap.compression == COMPRESSION_RLE8 ||
	    bitmap.compression == COMPRESSION_RLE4)
		read_compressed(&bitmap, &builder);
	else
		read_plain(&bitmap, &builder);
	warden_picture_builder_show(&builder, seen, context);
	warden_picture_builder_clear(&builder);
	return TRUE;
}

const struct warden_picture_format warden_picture_bmp = {
	.is = is_bmp, .measure = measure, .read = read_all,
};
