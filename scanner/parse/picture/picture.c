#include "warden-config.h"

#include "picture.h"

#include <string.h>

/* Channels that differ by less are the noise of compression. */
#define COLOUR_MIN 40

static const struct warden_picture_format *const formats[] = {
	&warden_picture_png, &warden_picture_jpeg, &warden_picture_gif,
	&warden_picture_webp, &warden_picture_bmp, &warden_picture_pnm,
};

static const struct warden_picture_format *find(const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (formats[i]->is(data, size))
			return formats[i];
	}
	return NULL;
}

enum warden_picture_answer
warden_picture_size(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r)
{
	const struct warden_picture_format *format = find(data, size);
	guint64 pixels;
	bool whole;

	if (format == NULL ||
	    !format->measure(data, size, width_r, height_r, &whole))
		return WARDEN_PICTURE_UNKNOWN;
	if (*width_r < WARDEN_PICTURE_SIDE_MIN ||
	    *height_r < WARDEN_PICTURE_SIDE_MIN)
		return WARDEN_PICTURE_SMALL;
	pixels = (guint64)*width_r * *height_r;
	if (*width_r > WARDEN_PICTURE_SIDE_MAX ||
	    *height_r > WARDEN_PICTURE_SIDE_MAX ||
	    pixels > (whole ? WARDEN_PICTURE_WHOLE_MAX :
		      WARDEN_PICTURE_PIXELS_MAX))
		return WARDEN_PICTURE_LARGE;
	return WARDEN_PICTURE_READ;
}

enum warden_picture_answer
warden_picture_read(const guint8 *data, gsize size,
		    warden_picture_seen_t *seen, void *context)
{
	enum warden_picture_answer answer;
	guint width, height;

	answer = warden_picture_size(data, size, &width, &height);
	if (answer == WARDEN_PICTURE_READ &&
	    !find(data, size)->read(data, size, seen, context))
		return WARDEN_PICTURE_UNKNOWN;
	return answer;
}

/* --- rows ------------------------------------------------------------------------ */

void warden_picture_builder_init(struct warden_picture_builder *builder,
				 guint width, guint height, bool grey)
{
	struct warden_picture *picture = &builder->picture;
	guint plane;

	memset(builder, 0, sizeof(*builder));
	builder->width = width;
	builder->height = height;
	builder->grey = grey;
	builder->factor = 1;
	while ((guint64)(width / builder->factor) *
	       (height / builder->factor) > WARDEN_PICTURE_KEPT_MAX)
		builder->factor++;
	picture->width = width / builder->factor;
	picture->height = height / builder->factor;
	for (plane = 0; plane < WARDEN_PLANES_COUNT; plane++) {
		gsize size = (gsize)picture->width * picture->height;

		if (grey && plane != WARDEN_PLANE_LIGHT)
			continue;
		picture->planes[plane] = g_malloc(size);
		memset(picture->planes[plane], 0xff, size);
	}
	if (builder->factor > 1)
		builder->sums = g_new0(guint32, (gsize)picture->width *
				       WARDEN_PLANES_COUNT);
}

/* On white, where it is transparent. */
static guint on_white(guint value, guint alpha)
{
	return (value * alpha + 255 * (255 - alpha)) / 255;
}

static void take_pixel(struct warden_picture_builder *builder,
		       const guint8 *pixel, guint channels, guint8 *values_r)
{
	guint alpha = channels == 2 ? pixel[1] :
		channels == 4 ? pixel[3] : 255;
	guint red = pixel[0], green = red, blue = red;

	if (channels >= 3) {
		green = pixel[1];
		blue = pixel[2];
		if (ABS((int)red - (int)green) > COLOUR_MIN ||
		    ABS((int)blue - (int)green) > COLOUR_MIN)
			builder->coloured = TRUE;
	}
	if (alpha != 255) {
		builder->transparent = TRUE;
		red = on_white(red, alpha);
		green = on_white(green, alpha);
		blue = on_white(blue, alpha);
	}
	values_r[WARDEN_PLANE_LIGHT] = (77 * red + 151 * green + 28 * blue) >>
		8;
	values_r[WARDEN_PLANE_RED] = red;
	values_r[WARDEN_PLANE_BLUE] = blue;
	values_r[WARDEN_PLANE_ALPHA] = alpha;
}

static void keep_row(struct warden_picture_builder *builder,
		     const guint8 *row, guint channels)
{
	struct warden_picture *picture = &builder->picture;
	gsize at = (gsize)builder->y * picture->width;
	guint8 values[WARDEN_PLANES_COUNT];
	guint x, plane;

	for (x = 0; x < picture->width; x++, row += channels) {
		take_pixel(builder, row, channels, values);
		for (plane = 0; plane < WARDEN_PLANES_COUNT; plane++)
			picture->planes[plane][at + x] = values[plane];
	}
	builder->y++;
}

static void keep_sums(struct warden_picture_builder *builder)
{
	struct warden_picture *picture = &builder->picture;
	guint area = builder->factor * builder->factor, x, plane;
	gsize at = (gsize)builder->y * picture->width;

	for (plane = 0; plane < WARDEN_PLANES_COUNT; plane++) {
		const guint32 *sums = builder->sums +
			(gsize)plane * picture->width;

		if (picture->planes[plane] == NULL)
			continue;
		for (x = 0; x < picture->width; x++)
			picture->planes[plane][at + x] = sums[x] / area;
	}
	memset(builder->sums, 0, (gsize)picture->width *
	       WARDEN_PLANES_COUNT * sizeof(*builder->sums));
	builder->rows = 0;
	builder->y++;
}

static void add_row(struct warden_picture_builder *builder,
		    const guint8 *row, guint channels)
{
	guint kept = builder->picture.width, x, i, plane;
	guint8 values[WARDEN_PLANES_COUNT];

	for (x = 0; x < kept; x++) {
		for (i = 0; i < builder->factor; i++, row += channels) {
			take_pixel(builder, row, channels, values);
			for (plane = 0; plane < WARDEN_PLANES_COUNT; plane++)
				builder->sums[(gsize)plane * kept + x] +=
					values[plane];
		}
	}
	if (++builder->rows == builder->factor)
		keep_sums(builder);
}

void warden_picture_builder_row(struct warden_picture_builder *builder,
				const guint8 *row, guint channels)
{
	struct warden_picture *picture = &builder->picture;

	if (builder->y >= picture->height)
		return;
	if (builder->factor > 1) {
		add_row(builder, row, channels);
	} else if (builder->grey && channels == 1) {
		memcpy(picture->planes[WARDEN_PLANE_LIGHT] +
		       (gsize)builder->y * picture->width, row,
		       picture->width);
		builder->y++;
	} else {
		g_assert(!builder->grey);
		keep_row(builder, row, channels);
	}
}

static void drop_plane(struct warden_picture *picture,
		       enum warden_picture_plane plane)
{
	g_clear_pointer(&picture->planes[plane], g_free);
}

void warden_picture_builder_show(struct warden_picture_builder *builder,
				 warden_picture_seen_t *seen, void *context)
{
	if (!builder->coloured) {
		drop_plane(&builder->picture, WARDEN_PLANE_RED);
		drop_plane(&builder->picture, WARDEN_PLANE_BLUE);
	}
	if (!builder->transparent)
		drop_plane(&builder->picture, WARDEN_PLANE_ALPHA);
	seen(&builder->picture, context);
}

void warden_picture_builder_clear(struct warden_picture_builder *builder)
{
	guint plane;

	for (plane = 0; plane < WARDEN_PLANES_COUNT; plane++)
		drop_plane(&builder->picture, plane);
	g_clear_pointer(&builder->sums, g_free);
}
