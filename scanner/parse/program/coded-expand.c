#include "warden-config.h"

#include "../encoding/decode.h"
#include "program.h"

#include <string.h>

/* A file that is nothing but base64, as it stands or as a certificate: commands
   beside it (certutil -decode) make of it what it was. */

#define LOOK_SIZE 256u

static const guint8 certificate[] = "-----BEGIN CERTIFICATE-----";
#define CERTIFICATE_SIZE (sizeof(certificate) - 1)

static bool is_base64(guint8 c)
{
	return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=' ||
		c == '\r' || c == '\n';
}

bool warden_coded_is_wanted(const guint8 *data, gsize size)
{
	gsize i;

	if (size < LOOK_SIZE)
		return FALSE;
	if (memcmp(data, certificate, CERTIFICATE_SIZE) == 0)
		return TRUE;
	for (i = 0; i < LOOK_SIZE; i++) {
		if (!is_base64(data[i]))
			return FALSE;
	}
	return TRUE;
}

void warden_coded_expand(struct warden_queue *queue,
			 const struct warden_container *container)
{
	struct warden_trait_set ignored = { { 0 } };
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	GArray *readings;
	guint i;

	if (size > WARDEN_TEXT_MAX ||
	    !warden_queue_spend(queue, container->part->path, size))
		return;
	if (memcmp(data, certificate, CERTIFICATE_SIZE) == 0) {
		data += CERTIFICATE_SIZE;
		size -= CERTIFICATE_SIZE;
	}
	readings = warden_readings_new();
	warden_decode_base64(data, size, readings, &ignored);
	for (i = 0; i < readings->len; i++) {
		const struct warden_reading *reading = &g_array_index(
			readings, struct warden_reading, i);

		if (reading->certain)
			(void)warden_program_member(queue, container, "",
						    reading->bytes, TRUE);
	}
	g_array_unref(readings);
}
