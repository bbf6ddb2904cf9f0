#include "warden-config.h"

#include "picture.h"

#include <string.h>

/* Netpbm's raw formats: P4 (a bit a pixel, 1 is black), P5 (grey), P6 (RGB),
   eight bits a channel. */

struct pnm {
	guint8 kind;		/* '4' '5' '6' */
	guint width, height, top;
	gsize pixels;
};

static bool is_pnm(const guint8 *data, gsize size)
{
	return size >= 8 && data[0] == 'P' && data[1] >= '4' &&
	       data[1] <= '6' && g_ascii_isspace(data[2]);
}

/* The next number, behind white space and comments. */
static bool read_number(const guint8 *data, gsize size, gsize *at,
			guint *number_r)
{
	guint number = 0, digits = 0;

	while (*at < size && (g_ascii_isspace(data[*at]) ||
			      data[*at] == '#')) {
		if (data[*at] == '#') {
			while (*at < size && data[*at] != '\n')
				(*at)++;
		} else {
			(*at)++;
		}
	}
	for (; *at < size && g_ascii_isdigit(data[*at]) && digits < 9;
	     digits++)
		number = number * 10 + (data[(*at)++] - '0');
	*number_r = number;
	return digits > 0;
}

static bool parse(const guint8 *data, gsize size, struct pnm *pnm)
{
	gsize at = 2;

	pnm->kind = data[1];
	pnm->top = 255;
	if (!read_number(data, size, &at, &pnm->width) ||
	    !read_number(data, size, &at, &pnm->height) ||
	    (pnm->kind != '4' && !read_number(data, size, &at, &pnm->top)))
		return FALSE;
	pnm->pixels = at + 1;
	return pnm->top > 0 && pnm->top <= 255 && pnm->pixels < size;
}

static bool measure(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r, bool *whole_r)
{
	struct pnm pnm;

	if (!parse(data, size, &pnm))
		return FALSE;
	*width_r = pnm.width;
	*height_r = pnm.height;
	*whole_r = FALSE;
	return TRUE;
}

static void unpack(const guint8 *bits, guint8 *out, guint width)
{
	guint x;

	for (x = 0; x < width; x++)
		out[x] = (bits[x / 8] >> (7 - x % 8) & 1) != 0 ? 0 : 255;
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct warden_picture_builder builder;
	g_autofree guint8 *out = NULL;
	struct pnm pnm;
	gsize row_size, at, left;
	guint y;

	if (!parse(data, size, &pnm))
		return FALSE;
	row_size = pnm.kind == '4' ? (pnm.width + 7) / 8 :
		pnm.kind == '5' ? pnm.width : (gsize)pnm.width * 3;
	out = g_malloc(pnm.width);
	warden_picture_builder_init(&builder, pnm.width, pnm.height,
				    pnm.kind != '6');
	left = size - pnm.pixels;
	for (y = 0, at = pnm.pixels; y < pnm.height && left >= row_size;
	     y++, at += row_size, left -= row_size) {
		if (pnm.kind == '4')
			unpack(data + at, out, pnm.width);
		warden_picture_builder_row(&builder, pnm.kind == '4' ? out :
					   data + at,
					   pnm.kind == '6' ? 3 : 1);
	}
	warden_picture_builder_show(&builder, seen, context);
	warden_picture_builder_clear(&builder);
	return TRUE;
}

const struct warden_picture_format warden_picture_pnm = {
	.is = is_pnm, .measure = measure, .read = read_all,
};
