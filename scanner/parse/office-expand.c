#include "warden-config.h"

#include "ole.h"
#include "queue.h"

#include <string.h>

/* A compound file on its way through the looks below. */
struct document {
	struct warden_queue *queue;
	const struct warden_container *container;
	struct warden_ole *ole;
	const char *path;	/* the part's */
};

/* --- macros ------------------------------------------------------------------- */

/* A storage "VBA" by any name: what is in it tells (MS-OVBA 2.2.1). */
static bool is_vba(const struct document *document, guint storage)
{
	return warden_ole_find(document->ole, storage, "dir") > 0 &&
	       warden_ole_find(document->ole, storage, "_VBA_PROJECT") > 0;
}

static void look_in_storage(struct document *document, guint storage)
{
	if (is_vba(document, storage))
		warden_queue_trait(document->queue, WARDEN_TRAIT_OFFICE_MACRO,
				   document->path, "");
}

/* --- the whole ------------------------------------------------------------------ */

static void look(struct document *document)
{
	guint i;

	for (i = 0; i < document->ole->entries->len; i++) {
		if (warden_ole_entry(document->ole, i)->storage)
			look_in_storage(document, i);
	}
}

void warden_office_expand(struct warden_queue *queue,
			  const struct warden_container *container)
{
	struct document document = {
		.queue = queue, .container = container,
		.path = container->part->path,
	};
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	/* the tables are copied once */
	if (!warden_queue_spend(queue, document.path, size))
		return;
	document.ole = warden_ole_open(data, size);
	if (document.ole == NULL) {
		warden_queue_unscanned(queue, document.path, "damaged");
		return;
	}
	look(&document);
	if (document.ole->truncated)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBERS,
				   document.path, "count");
	if (document.ole->damaged)
		warden_queue_unscanned(queue, document.path, "damaged");
	warden_ole_free(document.ole);
}
