#include "warden-config.h"

#include "equation.h"
#include "../office/ole.h"
#include "../queue.h"

#include <string.h>

/* A formula is small. */
#define STREAM_MAX (256u * 1024)
#define STREAMS_MAX 100u

/* {0002CE02-0000-0000-C000-000000000046} */
static const guint8 class_id[WARDEN_OLE_CLASS_SIZE] = {
	0x02, 0xce, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46,
};

bool warden_equation_is_inside(const guint8 *data, gsize size)
{
	return memmem(data, size, class_id, sizeof(class_id)) != NULL ||
	       memmem(data, size, "E\0q\0u\0a\0t\0i\0o\0n\0 \0N\0", 20) !=
		       NULL;
}

/* The editor's own stream, or what OLE 1.0 objects become; the latter begins
   with its size. */
static bool is_formula(const struct warden_ole *ole, guint index,
		       bool *native_r)
{
	const struct warden_ole_entry *entry = warden_ole_entry(ole, index);
	const struct warden_ole_entry *storage =
		warden_ole_entry(ole, entry->parent);

	*native_r = g_ascii_strcasecmp(entry->name, "\1Ole10Native") == 0;
	if (*native_r)
		return memcmp(storage->class_id, class_id,
			      sizeof(class_id)) == 0;
	return g_ascii_strcasecmp(entry->name, "Equation Native") == 0;
}

static void look(struct warden_queue *queue, const char *path,
		 const struct warden_ole *ole, guint index, bool native)
{
	g_autoptr(GBytes) bytes = NULL;
	const guint8 *data;
	gsize size;
	bool whole, overflows;

	if (!warden_queue_spend(queue, path, MIN(
			warden_ole_entry(ole, index)->size, STREAM_MAX)))
		return;
	bytes = warden_ole_read(ole, index, STREAM_MAX, &whole);
	data = g_bytes_get_data(bytes, &size);
	if (native && size > 4) {
		data += 4;
		size -= 4;
	}
	overflows = warden_equation_overflows(data, size);
	if (overflows)
		warden_queue_trait(queue,
				   WARDEN_TRAIT_OFFICE_EQUATION_OVERFLOW,
				   path, "");
	warden_queue_trait(queue, WARDEN_TRAIT_OFFICE_EQUATION, path, "");
}

void warden_equation_expand(struct warden_queue *queue,
			    const struct warden_container *container)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	g_autoptr(warden_ole) ole = warden_ole_open(data, size);
	guint i, looked = 0;
	bool native;

	if (ole == NULL)
		return;
	for (i = 1; i < ole->entries->len && looked < STREAMS_MAX; i++) {
		if (!is_formula(ole, i, &native))
			continue;
		looked++;
		look(queue, container->part->path, ole, i, native);
	}
}
