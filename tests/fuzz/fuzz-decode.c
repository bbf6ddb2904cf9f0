/* Decoders: no reading is much larger than its input, none is there twice. The
   first byte chooses the decoder. */

#include "warden-config.h"

#include "scanner/parse/encoding/decode.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_readings(const GArray *readings, size_t size)
{
	guint i, j;

	for (i = 0; i < readings->len; i++) {
		GBytes *bytes = g_array_index(readings,
					      struct warden_reading, i).bytes;

		if (g_bytes_get_size(bytes) > size)
			abort();
		for (j = 0; j < i; j++) {
			if (g_bytes_equal(bytes, g_array_index(
					readings, struct warden_reading,
					j).bytes))
				abort();
		}
	}
}

static void try_readings(const uint8_t *data, size_t size, bool qp)
{
	GArray *readings = warden_readings_new();
	struct warden_trait_set traits = { { 0 } };

	if (qp)
		warden_decode_qp(data, size, readings, &traits);
	else
		warden_decode_base64(data, size, readings, &traits);
	check_readings(readings, size);
	g_array_unref(readings);
}

static bool next_file(const uint8_t *data, size_t size, unsigned int which,
		      gsize *at, struct warden_embedded *file)
{
	if (which == 3)
		return warden_decode_yenc(data, size, at, file);
	if (which >= 5)
		return warden_decode_binhex(data, size, which == 6, at, file);
	return warden_decode_uu(data, size, which == 2 && *at == 0, at, file);
}

static void try_files(const uint8_t *data, size_t size, unsigned int which)
{
	struct warden_embedded file;
	gsize at = 0, before = 0, growth = which >= 5 ? 90 : 2;

	while (next_file(data, size, which, &at, &file)) {
		if (at <= before || at > size || file.end > size ||
		    file.start > file.end ||
		    g_bytes_get_size(file.bytes) > growth * size + 3)
			abort();
		before = at;
		warden_embedded_clear(&file);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int which = size > 0 ? data[0] % 7 : 0;

	if (size == 0)
		return 0;
	data++;
	size--;
	if (which == 0 || which == 4)
		try_readings(data, size, which == 4);
	else
		try_files(data, size, which);
	return 0;
}
