#include "warden-config.h"

#include "inflate.h"

#include <gio/gio.h>

#define PIECE_SIZE (64u * 1024)

int warden_inflate(const guint8 *data, gsize size, gsize max, GByteArray *out)
{
	g_autoptr(GZlibDecompressor) zlib =
		g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
	g_autofree guint8 *piece = g_malloc(PIECE_SIZE);
	GConverterResult result = G_CONVERTER_CONVERTED;
	gsize start = out->len, at = 0;

	while (result != G_CONVERTER_FINISHED) {
		gsize read = 0, written = 0;

		if (out->len - start >= max)
			return 0;
		result = g_converter_convert(
			G_CONVERTER(zlib), data + at, size - at, piece,
			MIN(PIECE_SIZE, max - (out->len - start)),
			G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
		g_byte_array_append(out, piece, written);
		at += read;
		if (result == G_CONVERTER_ERROR || read + written == 0)
			return 0;
	}
	return 1;
}
