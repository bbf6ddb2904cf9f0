#include "warden-config.h"

#include "../encoding/decode.h"
#include "polyglot.h"
#include "../queue.h"

#include <string.h>

static const char *first_word(enum warden_content_kind kind)
{
	switch (kind) {
	case WARDEN_KIND_IMAGE:
		return "picture";
	case WARDEN_KIND_AUDIO_VIDEO:
		return "recording";
	case WARDEN_KIND_PDF:
		return "PDF document";
	case WARDEN_KIND_SHORTCUT:
		return "shortcut";
	default:
		return "program";
	}
}

static void add(struct warden_queue *queue,
		const struct warden_container *container, GBytes *bytes)
{
	struct warden_part *part = container->part;
	g_autofree char *path = g_strconcat(part->path, "/appended", NULL);
	struct warden_item item = {
		.path = path, .declared_type = "", .encoding = "",
		.charset = "", .flags = WARDEN_PART_MEMBER, .parent = part,
		.depth = container->depth, .only_active = TRUE,
	};

	if (!warden_queue_has(queue, bytes) &&
	    warden_queue_spend(queue, part->path, g_bytes_get_size(bytes)) &&
	    warden_queue_spend_member(queue, part->path))
		(void)warden_queue_add(queue, &item, bytes);
}

static void add_encoded(struct warden_queue *queue,
			const struct warden_container *container,
			const guint8 *data, gsize size)
{
	struct warden_trait_set traits = { { 0 } };
	GArray *readings = warden_readings_new();
	guint i;

	warden_decode_base64(data, size, readings, &traits);
	for (i = 0; i < readings->len; i++)
		add(queue, container, g_array_index(
			readings, struct warden_reading, i).bytes);
	g_array_unref(readings);
}

void warden_polyglot_expand(struct warden_queue *queue,
			    const struct warden_container *container)
{
	const struct warden_part *part = container->part;
	struct warden_filetype type = { part->detected_type, part->kind };
	struct warden_polyglot polyglot;
	g_autofree char *detail = NULL;
	g_autoptr(GBytes) inner = NULL;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	if (!warden_polyglot_find(data, size, &type, &polyglot))
		return;
	detail = g_strdup_printf("%s and %s", first_word(part->kind),
				 warden_polyglot_word(polyglot.second));
	warden_queue_trait(queue, WARDEN_TRAIT_POLYGLOT, part->path, detail);
	if (polyglot.end <= polyglot.start)
		return;
	inner = g_bytes_new_from_bytes(container->bytes, polyglot.start,
				       polyglot.end - polyglot.start);
	if (polyglot.encoded)
		add_encoded(queue, container, data + polyglot.start,
			    polyglot.end - polyglot.start);
	else
		add(queue, container, inner);
}
