#include "warden-config.h"

#include "picture.h"
#include "../bytes.h"

#include <string.h>
#include <webp/decode.h>

static bool is_webp(const guint8 *data, gsize size)
{
	return size >= 16 && memcmp(data, "RIFF", 4) == 0 &&
	       memcmp(data + 8, "WEBP", 4) == 0;
}

/* A chunk's data (RIFF: name, size, padded to even). */
static bool find_chunk(const guint8 *data, gsize size, const char *name,
		       gsize *start_r, gsize *end_r)
{
	gsize at = 0;

	while (size - at >= 8) {
		gsize length = warden_le32(data + at + 4);

		length = MIN(length, size - at - 8);
		if (memcmp(data + at, name, 4) == 0) {
			*start_r = at + 8;
			*end_r = at + 8 + length;
			return TRUE;
		}
		at += 8 + length;
		at += (at & 1) != 0 && at < size;
	}
	return FALSE;
}

/* The library reads no animations: their first frame, as a picture of its own.
   It begins with 16 bytes about its place. */
static bool find_frame(const guint8 *data, gsize size, gsize *start_r,
		       gsize *end_r)
{
	gsize start, end, from, to;

	if (!find_chunk(data + 12, size - 12, "ANMF", &start, &end) ||
	    end - start < 24)
		return FALSE;
	start += 12 + 16;
	end += 12;
	if (!find_chunk(data + start, end - start, "VP8 ", &from, &to) &&
	    !find_chunk(data + start, end - start, "VP8L", &from, &to))
		return FALSE;
	*start_r = start + from;
	*end_r = start + to;
	return TRUE;
}

/* Returns FALSE if it is broken. */
static bool find_bits(const guint8 **data, gsize *size,
		      WebPBitstreamFeatures *features)
{
	gsize start, end;

	if (WebPGetFeatures(*data, *size, features) != VP8_STATUS_OK)
		return FALSE;
	if (!features->has_animation)
		return TRUE;
	if (!find_frame(*data, *size, &start, &end))
		return FALSE;
	*data += start;
	*size = end - start;
	return WebPGetFeatures(*data, *size, features) == VP8_STATUS_OK;
}

static bool measure(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r, bool *whole_r)
{
	WebPBitstreamFeatures features;

	if (!find_bits(&data, &size, &features))
		return FALSE;
	*width_r = features.width;
	*height_r = features.height;
	*whole_r = TRUE;
	return TRUE;
}

static bool read_all(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context)
{
	struct warden_picture_builder builder;
	WebPBitstreamFeatures features;
	guint8 *pixels;
	int width, height, y;

	if (!find_bits(&data, &size, &features))
		return FALSE;
	pixels = WebPDecodeRGBA(data, size, &width, &height);
	if (pixels == NULL)
		return FALSE;
	warden_picture_builder_init(&builder, width, height, FALSE);
	for (y = 0; y < height; y++)
		warden_picture_builder_row(&builder,
					   pixels + (gsize)y * width * 4, 4);
	WebPFree(pixels);
	warden_picture_builder_show(&builder, seen, context);
	warden_picture_builder_clear(&builder);
	return TRUE;
}

const struct warden_picture_format warden_picture_webp = {
	.is = is_webp, .measure = measure, .read = read_all,
};
