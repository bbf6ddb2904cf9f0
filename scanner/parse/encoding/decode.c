#include "warden-config.h"

#include "decode.h"

static void reading_clear(void *data)
{
	struct warden_reading *reading = data;

	g_clear_pointer(&reading->bytes, g_bytes_unref);
}

GArray *warden_readings_new(void)
{
	GArray *readings = g_array_new(FALSE, TRUE,
				       sizeof(struct warden_reading));

	g_array_set_clear_func(readings, reading_clear);
	return readings;
}

void warden_readings_add(GArray *readings, GBytes *bytes, bool certain)
{
	struct warden_reading reading = { bytes, certain };
	guint i;

	for (i = 0; i < readings->len; i++) {
		struct warden_reading *other =
			&g_array_index(readings, struct warden_reading, i);

		if (g_bytes_equal(other->bytes, bytes)) {
			other->certain |= certain;
			g_bytes_unref(bytes);
			return;
		}
	}
	g_array_append_val(readings, reading);
}

void warden_embedded_clear(struct warden_embedded *file)
{
	g_clear_pointer(&file->bytes, g_bytes_unref);
	g_clear_pointer(&file->resource, g_bytes_unref);
	g_clear_pointer(&file->name, g_free);
}

bool warden_decode_marked_uu(const guint8 *data, gsize size, gsize *at,
			     struct warden_embedded *file_r)
{
	return warden_decode_uu(data, size, FALSE, at, file_r);
}

bool warden_decode_marked_binhex(const guint8 *data, gsize size, gsize *at,
				 struct warden_embedded *file_r)
{
	return warden_decode_binhex(data, size, FALSE, at, file_r);
}
