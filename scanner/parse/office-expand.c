#include "warden-config.h"

#include "office.h"

#include <string.h>

GBytes *warden_office_read(struct warden_office *office, guint index)
{
	const struct warden_ole_entry *entry =
		warden_ole_entry(office->ole, index);
	gsize max = WARDEN_ARCHIVE_MEMBER_MAX;
	bool whole;
	GBytes *bytes;

	if (!warden_queue_spend(office->queue, office->path,
				MIN(entry->size, max)))
		return NULL;
	bytes = warden_ole_read(office->ole, index, max, &whole);
	if (!whole)
		warden_queue_unscanned(office->queue, office->path, "damaged");
	else if (entry->size > max)
		warden_queue_limit(office->queue, WARDEN_TRAIT_LIMIT_MEMBER,
				   office->path, "size");
	return bytes;
}

struct warden_part *warden_office_add(struct warden_office *office,
				      const struct member *member,
				      GBytes *bytes)
{
	g_autofree char *inner = warden_ole_path(office->ole, member->entry);
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.declared_type = member->declared_type, .encoding = "",
		.charset = member->charset, .flags = WARDEN_PART_MEMBER,
		.parent = office->container->part,
		.depth = office->container->depth,
		.only_active = member->only_active,
	};
	struct warden_part *part;

	if (!warden_queue_spend_member(office->queue, office->path))
		return NULL;
	warden_names_init(&names);
	if (*member->name != '\0') {
		warden_names_add(&names, member->name);
		item.names = &names;
	}
	path = g_strdup_printf("%s/%s", office->path,
			       *member->name != '\0' ? member->name : inner);
	item.path = path;
	part = warden_queue_add(office->queue, &item, bytes);
	if (part != NULL)
		office->container->part->flags |= WARDEN_PART_CONTAINER;
	warden_names_clear(&names);
	return part;
}

static void look(struct warden_office *office)
{
	guint i;

	for (i = 0; i < office->ole->entries->len; i++) {
		if (warden_ole_entry(office->ole, i)->storage &&
		    warden_office_is_vba(office, i))
			warden_office_look_vba(office, i);
	}
}

void warden_office_expand(struct warden_queue *queue,
			  const struct warden_container *container)
{
	struct warden_office office = {
		.queue = queue, .container = container,
		.path = container->part->path,
	};
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	/* the tables are copied once */
	if (!warden_queue_spend(queue, office.path, size))
		return;
	office.ole = warden_ole_open(data, size);
	if (office.ole == NULL) {
		warden_queue_unscanned(queue, office.path, "damaged");
		return;
	}
	look(&office);
	if (office.ole->truncated)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBERS,
				   office.path, "count");
	if (office.ole->damaged)
		warden_queue_unscanned(queue, office.path, "damaged");
	warden_ole_free(office.ole);
}
