#include "warden-config.h"

#include "pdf-expand.h"
#include "../picture/picture-codes.h"

#include <string.h>

/* Pictures in a PDF (ISO 32000-1 8.9.5), for the codes in them. A JPEG file
   stands there as it is and becomes a part; pixels become a grey picture that
   is only looked at. */

typedef struct warden_pdf_value value_t;

/* Colours of an indexed picture. */
#define PALETTE_MAX 256

struct image {
	gint64 width, height;
	guint bits, channels;
	bool inverted;		/* more is darker: masks, inks */
	bool indexed;
	guint8 palette[PALETTE_MAX];	/* grey */
};

/* --- what its numbers mean --------------------------------------------------- */

static guint8 grey_of(const guint8 *pixel, guint channels)
{
	if (channels == 3)
		return (pixel[0] * 77 + pixel[1] * 150 + pixel[2] * 29) >> 8;
	if (channels == 4) {
		guint ink = (pixel[0] * 77 + pixel[1] * 150 +
			     pixel[2] * 29) / 256 + pixel[3];

		return 255 - MIN(ink, 255);
	}
	return pixel[0];
}

static const struct {
	const char *name;
	guint channels;
	bool ink;
} spaces[] = {
	{ "DeviceGray", 1, FALSE }, { "G", 1, FALSE },
	{ "CalGray", 1, FALSE },
	{ "DeviceRGB", 3, FALSE }, { "RGB", 3, FALSE },
	{ "CalRGB", 3, FALSE }, { "Lab", 3, FALSE },
	{ "DeviceCMYK", 4, FALSE }, { "CMYK", 4, FALSE },
	{ "Separation", 1, TRUE },
};

/* A space by its name; channels 0 if it is not known. */
static void take_space(struct warden_pdf *pdf, value_t name,
		       struct image *image)
{
	gsize i;

	image->channels = 0;
	for (i = 0; i < G_N_ELEMENTS(spaces); i++) {
		if (!warden_pdf_is(pdf, name, spaces[i].name))
			continue;
		image->channels = spaces[i].channels;
		image->inverted = spaces[i].ink;
	}
}

static GBytes *lookup_bytes(const struct warden_pdf_look *look, value_t value)
{
	struct warden_pdf_stream stream;
	GByteArray *text;
	gint index;

	(void)warden_pdf_resolve(look->pdf, value, &index);
	if (index >= 0 &&
	    warden_pdf_object(look->pdf, index)->stream_end > 0) {
		warden_pdf_stream_read(look->pdf, index, 4 * PALETTE_MAX,
				       &stream);
		return stream.bytes;
	}
	text = warden_pdf_string(look->pdf, value, 4 * PALETTE_MAX);
	return text == NULL ? g_bytes_new_static("", 0) :
		g_byte_array_free_to_bytes(text);
}

static void take_palette(const struct warden_pdf_look *look, value_t lookup,
			 struct image *image)
{
	GBytes *bytes = lookup_bytes(look, lookup);
	gsize size, i;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	for (i = 0; i < PALETTE_MAX &&
	     (i + 1) * image->channels <= size; i++)
		image->palette[i] = grey_of(data + i * image->channels,
					    image->channels);
	g_bytes_unref(bytes);
	image->indexed = TRUE;
	image->channels = 1;
	image->inverted = FALSE;
}

/* A name, or an array that begins with one (8.6). depth: an indexed space has
   another as its base. */
static void read_space(const struct warden_pdf_look *look, value_t space,
		       guint depth, struct image *image)
{
	struct warden_pdf *pdf = look->pdf;
	struct warden_pdf_array array;
	value_t items[4] = { { 0 } };
	guint count = 0;

	warden_pdf_array_init(&array, pdf, space);
	while (count < 4 && warden_pdf_array_next(&array, &items[count]))
		count++;
	take_space(pdf, items[0], image);
	if (warden_pdf_is(pdf, items[0], "ICCBased")) {
		struct warden_pdf_dict dict;

		(void)warden_pdf_dict(pdf, items[1], &dict);
		image->channels = CLAMP(warden_pdf_number(
			pdf, dict.values[WARDEN_PDF_KEY_N], 0), 0, 5);
		if (image->channels == 2 || image->channels == 5)
			image->channels = 0;
	} else if (depth == 0 && (warden_pdf_is(pdf, items[0], "Indexed") ||
				  warden_pdf_is(pdf, items[0], "I"))) {
		read_space(look, items[1], 1, image);
		if (image->channels > 0)
			take_palette(look, items[3], image);
	}
}

static bool read_image(const struct warden_pdf_look *look,
		       const struct warden_pdf_dict *dict,
		       struct image *image)
{
	struct warden_pdf *pdf = look->pdf;
	struct warden_pdf_array decode;
	value_t first;

	memset(image, 0, sizeof(*image));
	image->width = warden_pdf_number(
		pdf, dict->values[WARDEN_PDF_KEY_Width], 0);
	image->height = warden_pdf_number(
		pdf, dict->values[WARDEN_PDF_KEY_Height], 0);
	image->bits = CLAMP(warden_pdf_number(
		pdf, dict->values[WARDEN_PDF_KEY_BitsPerComponent], 8),
		1, 16);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_ImageMask]) &&
	    warden_pdf_true(pdf, dict->values[WARDEN_PDF_KEY_ImageMask])) {
		image->bits = image->channels = 1;
	} else {
		read_space(look, dict->values[WARDEN_PDF_KEY_ColorSpace], 0,
			   image);
	}
	warden_pdf_array_init(&decode, pdf,
			      dict->values[WARDEN_PDF_KEY_Decode]);
	if (warden_pdf_array_next(&decode, &first) &&
	    warden_pdf_number(pdf, first, 0) > 0)
		image->inverted = !image->inverted;
	return image->width >= WARDEN_PICTURE_SIDE_MIN &&
	       image->height >= WARDEN_PICTURE_SIDE_MIN &&
	       image->width <= WARDEN_PICTURE_SIDE_MAX &&
	       image->height <= WARDEN_PICTURE_SIDE_MAX &&
	       image->width * image->height <= WARDEN_PDF_IMAGE_PIXELS_MAX;
}

/* --- pixels ---------------------------------------------------------------------- */

/* Sample number i of a row, as eight bits; a number for indexed ones. */
static guint8 sample(const struct image *image, const guint8 *row, gsize i)
{
	guint bits = image->bits, shift, value;

	if (bits == 8)
		return row[i];
	if (bits == 16)
		return row[2 * i];
	shift = 8 - bits - i * bits % 8;
	value = row[i * bits / 8] >> shift & ((1u << bits) - 1);
	return image->indexed ? value : value * 255 / ((1u << bits) - 1);
}

static guint8 grey_at(const struct image *image, const guint8 *row, gsize x)
{
	guint8 pixel[4], grey;
	guint i;

	for (i = 0; i < image->channels; i++)
		pixel[i] = sample(image, row, x * image->channels + i);
	grey = image->indexed ? image->palette[pixel[0]] :
		grey_of(pixel, image->channels);
	return image->inverted ? 255 - grey : grey;
}

/* Rows that are missing stay white. */
static GByteArray *to_grey(const struct image *image, const guint8 *data,
			   gsize size)
{
	gsize row = ((gsize)image->width * image->channels * image->bits +
		     7) / 8;
	GByteArray *out = warden_pdf_look_canvas(image->width, image->height);
	guint8 *to = out->data + out->len -
		(gsize)image->width * image->height;
	gsize x, y;

	for (y = 0; y < (gsize)image->height && size >= row; y++) {
		for (x = 0; x < (gsize)image->width; x++)
			*to++ = grey_at(image, data, x);
		data += row;
		size -= row;
	}
	return out;
}

static void look_pixels(struct warden_pdf_look *look,
			const struct image *image, GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	g_autoptr(GByteArray) grey = NULL;

	/* ones that cannot be read by halves are rare enough */
	if (image->channels == 0 ||
	    (image->bits != 16 && 8 % image->bits != 0))
		return;
	grey = to_grey(image, data, size);
	warden_picture_look(look->queue, look->path, grey->data, grey->len);
}

static void look_image(struct warden_pdf_look *look, guint index,
		       const struct image *image)
{
	struct warden_pdf_stream stream;

	if (!g_hash_table_add(look->files, GUINT_TO_POINTER(index + 1)))
		return;
	/* never larger than four channels of two bytes, and a row's type */
	warden_pdf_stream_read(look->pdf, index,
			       (gsize)image->width * image->height * 8 +
			       image->height + 1, &stream);
	if (stream.outcome == WARDEN_PDF_UNSUPPORTED) {
		if (stream.filter == WARDEN_PDF_FILTER_DCT)
			(void)warden_pdf_look_member(look, stream.bytes, NULL,
						     "image", "image/jpeg");
	} else {
		look_pixels(look, image, stream.bytes);
	}
	g_bytes_unref(stream.bytes);
}

/* Codes are about as high as they are wide. */
static bool is_square(const struct image *image)
{
	return image->width * 2 <= image->height * 3 &&
	       image->height * 2 <= image->width * 3;
}

static void look_images(struct warden_pdf_look *look, bool square)
{
	guint i, count = 0;

	for (i = 0; i < look->images->len && count < WARDEN_PDF_IMAGES_MAX &&
	     look->shown_left > 0; i++) {
		guint index = g_array_index(look->images, guint, i);
		const struct warden_pdf_object *object =
			warden_pdf_object(look->pdf, index);
		value_t value = {
			.buffer = object->buffer, .at = object->start,
		};
		struct warden_pdf_dict dict;
		struct image image;

		(void)warden_pdf_dict(look->pdf, value, &dict);
		if (!read_image(look, &dict, &image) ||
		    is_square(&image) != square)
			continue;
		look_image(look, index, &image);
		count++;
	}
}

void warden_pdf_look_images(struct warden_pdf_look *look)
{
	look->shown_left = WARDEN_PDF_IMAGES_BYTES_MAX;
	look_images(look, TRUE);
	/* a code may be among those that are left */
	if (look->shown_left == 0)
		warden_queue_limit(look->queue, WARDEN_TRAIT_LIMIT_PICTURES,
				   look->path, "size");
	look_images(look, FALSE);
}

GByteArray *warden_pdf_look_canvas(guint width, guint height)
{
	g_autofree char *head = g_strdup_printf("P5 %u %u 255\n", width,
						height);
	GByteArray *out = g_byte_array_new();

	g_byte_array_append(out, (const guint8 *)head, strlen(head));
	g_byte_array_set_size(out, out->len + (gsize)width * height);
	memset(out->data + strlen(head), 255, (gsize)width * height);
	return out;
}
