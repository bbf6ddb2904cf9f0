#include "warden-config.h"

#include "polyglot.h"
#include "../bytes.h"

#include <string.h>

/* Behind the chunk IEND. */
static gsize end_png(const guint8 *data, gsize size)
{
	gsize at = 8;

	while (size - at >= 12) {
		gsize length = warden_be32(data + at);
		bool last = memcmp(data + at + 4, "IEND", 4) == 0;

		if (length > size - at - 12)
			return size;
		at += 12 + length;
		if (last)
			return at;
	}
	return size;
}

/* The coded data: up to a marker that is none of its own. */
static gsize skip_scan(const guint8 *data, gsize size, gsize at)
{
	while (at + 1 < size) {
		const guint8 *found = memchr(data + at, 0xff, size - at - 1);
		guint8 marker;

		if (found == NULL)
			return size;
		at = found - data;
		marker = data[at + 1];
		if (marker != 0 && marker != 0xff &&
		    !(marker >= 0xd0 && marker <= 0xd7))
			return at;
		at += marker == 0xff ? 1 : 2;
	}
	return size;
}

/* Behind EOI (ITU T.81 B.1.1). */
static gsize end_jpeg(const guint8 *data, gsize size)
{
	gsize at = 2;

	while (size - at >= 4) {
		guint8 marker = data[at + 1];

		if (data[at] != 0xff)
			return size;
		if (marker == 0xff) {
			at++;
			continue;
		}
		if (marker == 0xd9)
			return at + 2;
		if (warden_be16(data + at + 2) + 2u > size - at)
			return size;
		at += 2 + warden_be16(data + at + 2);
		if (marker == 0xda)
			at = skip_scan(data, size, at);
	}
	return size - at == 2 || at > size ? size : at + 2;
}

static gsize skip_blocks(const guint8 *data, gsize size, gsize at)
{
	while (at < size && data[at] != 0)
		at += 1 + data[at];
	return at + 1;
}

/* Behind the trailer (GIF89a, 27). */
static gsize end_gif(const guint8 *data, gsize size)
{
	gsize at = 13;

	if (size < at)
		return size;
	if ((data[10] & 0x80) != 0)
		at += 3u << ((data[10] & 7) + 1);
	while (at + 10 < size) {
		if (data[at] == 0x3b)
			return at + 1;
		if (data[at] == 0x21) {
			at = skip_blocks(data, size, at + 2);
		} else if (data[at] == 0x2c) {
			guint8 flags = data[at + 9];

			at += 10;
			if ((flags & 0x80) != 0)
				at += 3u << ((flags & 7) + 1);
			at = skip_blocks(data, size, at + 1);
		} else {
			return size;
		}
	}
	return at < size && data[at] == 0x3b ? at + 1 : size;
}

/* Its header has its size; some programs leave it zero. */
static gsize end_bmp(const guint8 *data, gsize size)
{
	gsize said = size >= 26 ? warden_le32(data + 2) : 0;

	return said < 26 || said > size ? size : said;
}

static gsize end_riff(const guint8 *data, gsize size)
{
	gsize said = (gsize)warden_le32(data + 4) + 8;

	said += said & 1;
	return said > size ? size : said;
}

/* Behind the last %%EOF and its line. */
static gsize end_pdf(const guint8 *data, gsize size)
{
	gsize at = size;

	while (at > 0) {
		const guint8 *p = memrchr(data, '%', at);

		if (p == NULL)
			return size;
		at = p - data;
		if (at > 0 && size - at >= 4 && p[-1] == '%' &&
		    memcmp(p + 1, "EOF", 3) == 0) {
			at += 4;
			while (at < size && g_ascii_isspace(data[at]))
				at++;
			return at;
		}
	}
	return size;
}

gsize warden_polyglot_end(const guint8 *data, gsize size, const char *type)
{
	static const struct {
		const char *type;
		gsize (*end)(const guint8 *data, gsize size);
	} ends[] = {
		{ "image/png", end_png }, { "image/jpeg", end_jpeg },
		{ "image/gif", end_gif }, { "image/bmp", end_bmp },
		{ "image/webp", end_riff }, { "application/pdf", end_pdf },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(ends); i++) {
		if (size >= 16 && strcmp(type, ends[i].type) == 0)
			return MIN(ends[i].end(data, size), size);
	}
	return size;
}
