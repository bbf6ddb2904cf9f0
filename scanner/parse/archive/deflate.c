#include "warden-config.h"

#include "deflate.h"

#include <gio/gio.h>

#define PIECE_SIZE (64u * 1024)

GBytes *warden_deflate_read(struct warden_queue *queue, const char *path,
			    const guint8 *data, gsize size,
			    enum warden_deflate_format format, bool *whole_r)
{
	g_autoptr(GZlibDecompressor) stream = g_zlib_decompressor_new(
		format == WARDEN_DEFLATE_RAW ? G_ZLIB_COMPRESSOR_FORMAT_RAW :
		G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
	g_autofree guint8 *piece = g_malloc(PIECE_SIZE);
	GByteArray *out = g_byte_array_new();
	GConverterResult result = G_CONVERTER_CONVERTED;

	while (result == G_CONVERTER_CONVERTED) {
		gsize read = 0, written = 0;

		result = g_converter_convert(
			G_CONVERTER(stream), data, size, piece, PIECE_SIZE,
			G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
		if (result == G_CONVERTER_ERROR)
			break;
		if (out->len + written > WARDEN_ARCHIVE_MEMBER_MAX) {
			warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBER,
					   path, "size");
			break;
		}
		if (!warden_queue_spend(queue, path, written))
			break;
		g_byte_array_append(out, piece, written);
		data += read;
		size -= read;
	}
	*whole_r = result == G_CONVERTER_FINISHED;
	return g_byte_array_free_to_bytes(out);
}
