#include "warden-config.h"

#include "pdf-filter.h"

#include <string.h>
#include <zlib.h>

#define PIECE_SIZE (64u * 1024)

/* Widest row that a predictor may have: a page at 2,400 dots an inch. */
#define ROW_MAX (1024u * 1024)

static const struct {
	const char *name, *short_name;
	enum warden_pdf_filter filter;
} filters[] = {
	{ "FlateDecode", "Fl", WARDEN_PDF_FILTER_FLATE },
	{ "LZWDecode", "LZW", WARDEN_PDF_FILTER_LZW },
	{ "ASCIIHexDecode", "AHx", WARDEN_PDF_FILTER_ASCII_HEX },
	{ "ASCII85Decode", "A85", WARDEN_PDF_FILTER_ASCII_85 },
	{ "RunLengthDecode", "RL", WARDEN_PDF_FILTER_RUN_LENGTH },
	{ "Crypt", "Crypt", WARDEN_PDF_FILTER_CRYPT },
	{ "DCTDecode", "DCT", WARDEN_PDF_FILTER_DCT },
	{ "CCITTFaxDecode", "CCF", WARDEN_PDF_FILTER_PICTURE },
	{ "JBIG2Decode", "JBIG2Decode", WARDEN_PDF_FILTER_PICTURE },
	{ "JPXDecode", "JPXDecode", WARDEN_PDF_FILTER_PICTURE },
};

enum warden_pdf_filter warden_pdf_filter_lookup(const char *name)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(filters); i++) {
		if (strcmp(filters[i].name, name) == 0 ||
		    strcmp(filters[i].short_name, name) == 0)
			return filters[i].filter;
	}
	return WARDEN_PDF_FILTER_UNKNOWN;
}

static bool put(struct warden_pdf_sink *sink, const guint8 *data, gsize size)
{
	if (size > sink->max - MIN(sink->max, sink->out->len) ||
	    (sink->spend != NULL && !sink->spend(sink->context, size))) {
		sink->full = TRUE;
		return FALSE;
	}
	g_byte_array_append(sink->out, data, size);
	return TRUE;
}

/* --- Flate ----------------------------------------------------------------- */

static int inflate_all(z_stream *stream, const guint8 *data, gsize size,
		       struct warden_pdf_sink *sink)
{
	guint8 piece[PIECE_SIZE];
	int ret = Z_OK;

	stream->next_in = (guint8 *)data;
	stream->avail_in = MIN(size, G_MAXUINT);
	while (ret == Z_OK) {
		gsize got;

		stream->next_out = piece;
		stream->avail_out = sizeof(piece);
		ret = inflate(stream, Z_NO_FLUSH);
		got = sizeof(piece) - stream->avail_out;
		if (got > 0 && !put(sink, piece, got))
			return 0;
		if (got == 0 && stream->avail_in == 0)
			break;
	}
	return ret == Z_STREAM_END ? 1 : 0;
}

/* Readers put up with a missing or wrong header. */
static int undo_flate(const guint8 *data, gsize size,
		      struct warden_pdf_sink *sink)
{
	guint before = sink->out->len;
	z_stream stream;
	int ret;

	memset(&stream, 0, sizeof(stream));
	if (inflateInit(&stream) != Z_OK)
		return 0;
	ret = inflate_all(&stream, data, size, sink);
	inflateEnd(&stream);
	if (ret > 0 || sink->full || sink->out->len > before || size <= 2)
		return ret;
	memset(&stream, 0, sizeof(stream));
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return 0;
	ret = inflate_all(&stream, data + 2, size - 2, sink);
	inflateEnd(&stream);
	return ret;
}

/* --- LZW --------------------------------------------------------------------- */

#define LZW_CODES 4096
#define LZW_CLEAR 256
#define LZW_END 257

struct lzw {
	const guint8 *data;
	gsize size, at;
	guint32 bits;		/* read and not yet used */
	guint bits_count, width, next;
	guint early;
	/* Code → the code before it and its last byte. */
	guint16 prefix[LZW_CODES], length[LZW_CODES];
	guint8 last[LZW_CODES];
};

static int lzw_code(struct lzw *lzw)
{
	while (lzw->bits_count < lzw->width) {
		if (lzw->at >= lzw->size)
			return LZW_END;
		lzw->bits = lzw->bits << 8 | lzw->data[lzw->at++];
		lzw->bits_count += 8;
	}
	lzw->bits_count -= lzw->width;
	return lzw->bits >> lzw->bits_count & ((1u << lzw->width) - 1);
}

static void lzw_clear(struct lzw *lzw)
{
	lzw->width = 9;
	lzw->next = LZW_END + 1;
}

/* Write what a code stands for; its first byte is returned. */
static guint8 lzw_expand(const struct lzw *lzw, guint code, guint8 *text)
{
	guint at = lzw->length[code];

	while (at > 0) {
		text[--at] = lzw->last[code];
		code = lzw->prefix[code];
	}
	return text[0];
}

static void lzw_learn(struct lzw *lzw, guint prefix, guint8 last)
{
	if (lzw->next >= LZW_CODES)
		return;
	lzw->prefix[lzw->next] = prefix;
	lzw->last[lzw->next] = last;
	lzw->length[lzw->next] = lzw->length[prefix] + 1;
	lzw->next++;
	if (lzw->next + lzw->early >= 1u << lzw->width && lzw->width < 12)
		lzw->width++;
}

static int undo_lzw(const guint8 *data, gsize size, bool early,
		    struct warden_pdf_sink *sink)
{
	g_autofree struct lzw *lzw = g_new0(struct lzw, 1);
	g_autofree guint8 *text = g_malloc(LZW_CODES + 1);
	int code, previous = -1;
	guint i;

	lzw->data = data;
	lzw->size = size;
	lzw->early = early;
	for (i = 0; i < 256; i++) {
		lzw->last[i] = i;
		lzw->length[i] = 1;
	}
	lzw_clear(lzw);
	while ((code = lzw_code(lzw)) != LZW_END) {
		guint8 first;
		guint length;

		if (code == LZW_CLEAR) {
			lzw_clear(lzw);
			previous = -1;
			continue;
		}
		if ((guint)code > lzw->next ||
		    ((guint)code == lzw->next && previous < 0))
			return 0;
		if ((guint)code == lzw->next) {
			/* the one that is being learnt */
			first = lzw_expand(lzw, previous, text);
			length = lzw->length[previous];
			text[length++] = first;
		} else {
			first = lzw_expand(lzw, code, text);
			length = lzw->length[code];
		}
		if (!put(sink, text, length))
			return 0;
		if (previous >= 0)
			lzw_learn(lzw, previous, first);
		previous = code;
	}
	return 1;
}

/* --- the others ------------------------------------------------------------------ */

static int undo_ascii_hex(const guint8 *data, gsize size,
			  struct warden_pdf_sink *sink)
{
	int high = -1;
	gsize i;

	for (i = 0; i < size && data[i] != '>'; i++) {
		int digit = g_ascii_xdigit_value(data[i]);
		guint8 byte;

		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		byte = high << 4 | digit;
		if (!put(sink, &byte, 1))
			return 0;
		high = -1;
	}
	if (high >= 0) {
		guint8 byte = high << 4;

		return put(sink, &byte, 1);
	}
	return 1;
}

static bool put_group(struct warden_pdf_sink *sink, guint32 value,
		      guint count)
{
	guint8 bytes[4] = { value >> 24, value >> 16, value >> 8, value };

	return put(sink, bytes, count);
}

static int undo_ascii_85(const guint8 *data, gsize size,
			 struct warden_pdf_sink *sink)
{
	guint32 value = 0;
	guint count = 0;
	gsize i;

	for (i = 0; i < size && data[i] != '~'; i++) {
		guint8 c = data[i];

		if (c == 'z' && count == 0) {
			if (!put_group(sink, 0, 4))
				return 0;
			continue;
		}
		if (c < '!' || c > 'u')
			continue;
		value = value * 85 + (c - '!');
		if (++count < 5)
			continue;
		if (!put_group(sink, value, 4))
			return 0;
		value = count = 0;
	}
	if (count > 1) {
		for (i = count; i < 5; i++)
			value = value * 85 + 84;
		return put_group(sink, value, count - 1);
	}
	return 1;
}

static int undo_run_length(const guint8 *data, gsize size,
			   struct warden_pdf_sink *sink)
{
	guint8 run[128];
	gsize at = 0;

	while (at < size && data[at] != 128) {
		gsize count = data[at] < 128 ? data[at] + 1 :
			257 - data[at];
		bool copy = data[at++] < 128;

		if (at + (copy ? count : 1) > size)
			return 0;
		if (!copy)
			memset(run, data[at], count);
		if (!put(sink, copy ? data + at : run, count))
			return 0;
		at += copy ? count : 1;
	}
	return 1;
}

/* --- predictors (7.4.4.4) ---------------------------------------------------------- */

static guint8 paeth(int a, int b, int c)
{
	int p = a + b - c;
	int pa = ABS(p - a), pb = ABS(p - b), pc = ABS(p - c);

	if (pa <= pb && pa <= pc)
		return a;
	return pb <= pc ? b : c;
}

/* row: its bytes; above: the row before, decoded; width: of a pixel. */
static void undo_png_row(guint8 type, guint8 *row, const guint8 *above,
			 gsize size, gsize width)
{
	gsize i;

	for (i = 0; i < size; i++) {
		guint8 left = i >= width ? row[i - width] : 0;
		guint8 corner = i >= width ? above[i - width] : 0;

		switch (type) {
		case 1:
			row[i] += left;
			break;
		case 2:
			row[i] += above[i];
			break;
		case 3:
			row[i] += (left + above[i]) / 2;
			break;
		case 4:
			row[i] += paeth(left, above[i], corner);
			break;
		}
	}
}

/* Each row begins with its type. In place: the result is shorter. */
static void undo_png(GByteArray *bytes, gsize row, gsize width)
{
	g_autofree guint8 *zeros = g_malloc0(row);
	const guint8 *above = zeros;
	gsize at = 0, used = 0;

	while (at + 1 < bytes->len) {
		gsize size = MIN(row, bytes->len - at - 1);
		guint8 type = bytes->data[at];

		memmove(bytes->data + used, bytes->data + at + 1, size);
		undo_png_row(type, bytes->data + used, above, size, width);
		above = bytes->data + used;
		at += size + 1;
		used += size;
	}
	g_byte_array_set_size(bytes, used);
}

/* Differences to the pixel on the left; only whole bytes are ever used. */
static void undo_tiff(GByteArray *bytes, gsize row, gsize width)
{
	gsize start, i;

	for (start = 0; start < bytes->len; start += row) {
		gsize end = MIN(bytes->len, start + row);

		for (i = start + width; i < end; i++)
			bytes->data[i] += bytes->data[i - width];
	}
}

static int undo_predictor(const struct warden_pdf_parameters *parameters,
			  GByteArray *bytes)
{
	guint64 colors = parameters->colors, bits = parameters->bits;
	gsize row, width;

	if (parameters->predictor < 2)
		return 1;
	if (parameters->colors < 1 || colors > 32 || parameters->bits < 1 ||
	    bits > 16 || parameters->columns < 1 ||
	    (guint64)parameters->columns > ROW_MAX)
		return 0;
	row = (colors * bits * parameters->columns + 7) / 8;
	width = MAX(1, colors * bits / 8);
	if (parameters->predictor >= 10)
		undo_png(bytes, row, width);
	else if (bits == 8)
		undo_tiff(bytes, row, width);
	else
		return 0;
	return 1;
}

/* --- the whole ------------------------------------------------------------------------- */

int warden_pdf_filter_undo(enum warden_pdf_filter filter,
			   const struct warden_pdf_parameters *parameters,
			   const guint8 *data, gsize size,
			   struct warden_pdf_sink *sink)
{
	int ret;

	switch (filter) {
	case WARDEN_PDF_FILTER_FLATE:
		ret = undo_flate(data, size, sink);
		return MIN(undo_predictor(parameters, sink->out), ret);
	case WARDEN_PDF_FILTER_LZW:
		ret = undo_lzw(data, size, parameters->early_change != 0,
			       sink);
		return MIN(undo_predictor(parameters, sink->out), ret);
	case WARDEN_PDF_FILTER_ASCII_HEX:
		return undo_ascii_hex(data, size, sink);
	case WARDEN_PDF_FILTER_ASCII_85:
		return undo_ascii_85(data, size, sink);
	case WARDEN_PDF_FILTER_RUN_LENGTH:
		return undo_run_length(data, size, sink);
	case WARDEN_PDF_FILTER_CRYPT:
		return put(sink, data, size);
	default:
		return 0;
	}
}
