#include "warden-config.h"

#include "../encoding/decode.h"
#include "../archive/inflate.h"
#include "../member.h"
#include "package-private.h"

#include <string.h>

/* Documents that are one file of XML: OpenDocument's flat form, Word's and
   Excel's of 2003, packages of Office as XML. Their members are base64. */

/* What Office keeps a VBA project in outside of zip and compound files: a
   header, then zlib. */
static const char active_mime[] = "ActiveMime";
#define ACTIVE_MIME_HEADER 50u
#define ACTIVE_MIME_FACTOR 20u

static void add(struct warden_package *package, const char *name,
		const char *fallback, GBytes *bytes)
{
	struct warden_member member = {
		.name = name, .fallback = fallback, .type = "",
	};

	(void)warden_member_add(package->queue, package->flat, &member, bytes,
				NULL);
}

static void add_active_mime(struct warden_package *package,
			    const guint8 *data, gsize size)
{
	gsize max = MIN(size * ACTIVE_MIME_FACTOR, WARDEN_ARCHIVE_MEMBER_MAX);
	GByteArray *out;
	g_autoptr(GBytes) bytes = NULL;

	if (size <= ACTIVE_MIME_HEADER ||
	    !warden_queue_spend(package->queue, package->part->path, max))
		return;
	out = g_byte_array_new();
	if (warden_inflate(data + ACTIVE_MIME_HEADER,
			   size - ACTIVE_MIME_HEADER, max, out) == 0)
		warden_queue_unscanned(package->queue, package->part->path,
				       "damaged");
	bytes = g_byte_array_free_to_bytes(out);
	add(package, "", "macros", bytes);
}

void warden_package_add_binary(struct warden_package *package,
			       const char *name, const char *text, gsize size)
{
	struct warden_trait_set traits = { { 0 } };
	GArray *readings;
	guint i;

	if (package->flat == NULL || size < 16 ||
	    !warden_queue_spend(package->queue, package->part->path, size))
		return;
	readings = warden_readings_new();
	warden_decode_base64((const guint8 *)text, size, readings, &traits);
	for (i = 0; i < readings->len; i++) {
		GBytes *bytes = g_array_index(readings, struct warden_reading,
					      i).bytes;
		gsize length;
		const guint8 *data = g_bytes_get_data(bytes, &length);

		if (length > sizeof(active_mime) &&
		    memcmp(data, active_mime, sizeof(active_mime) - 1) == 0)
			add_active_mime(package, data, length);
		else
			add(package, name, "object", bytes);
	}
	g_array_unref(readings);
}

void warden_flat_expand(struct warden_queue *queue,
			const struct warden_container *container)
{
	struct warden_package *package = warden_package_new(queue,
							    container->part);

	package->flat = container;
	(void)warden_package_take(package, "", container->bytes);
	warden_package_finish(package);
	warden_package_free(package);
}
