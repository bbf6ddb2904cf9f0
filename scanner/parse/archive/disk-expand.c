#include "warden-config.h"

#include "disk.h"
#include "../member.h"

struct expansion {
	struct warden_queue *queue;
	const struct warden_container *container;
	bool stop;
};

static const char *path_of(const struct expansion *expansion)
{
	return expansion->container->part->path;
}

/* What a member's own entry costs is spent when it is added; here is only
   asked how much of it is to be read. */
static gint64 room(void *context, const char *path G_GNUC_UNUSED,
		   guint64 size)
{
	const struct expansion *expansion = context;

	if (expansion->stop)
		return -1;
	return MIN(size, WARDEN_ARCHIVE_MEMBER_MAX);
}

static void take(void *context, const char *path, GByteArray *bytes,
		 guint64 size)
{
	struct expansion *expansion = context;
	struct warden_member member = {
		.name = path, .fallback = "data", .type = "",
		.full_size = size,
	};
	g_autoptr(GBytes) taken = g_byte_array_free_to_bytes(bytes);
	bool more;

	if (size > g_bytes_get_size(taken))
		warden_queue_limit(expansion->queue, WARDEN_TRAIT_LIMIT_MEMBER,
				   path_of(expansion), "size");
	(void)warden_member_add(expansion->queue, expansion->container,
				&member, taken, &more);
	expansion->stop |= !more;
}

static void miss(void *context, const char *path G_GNUC_UNUSED,
		 const char *reason)
{
	const struct expansion *expansion = context;

	warden_queue_unscanned(expansion->queue, path_of(expansion), reason);
}

void warden_disk_expand(struct warden_queue *queue,
			const struct warden_container *container)
{
	struct expansion expansion = { queue, container, FALSE };
	const struct warden_disk_sink sink = { &expansion, room, take, miss };
	struct warden_volume volumes[WARDEN_VOLUMES_MAX];
	struct warden_disk disk;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	guint count = 0, i;

	if (!warden_disk_open(data, size, &disk))
		miss(&expansion, "", "damaged");
	else
		count = warden_disk_volumes(&disk, volumes);
	for (i = 0; i < count; i++) {
		if (!warden_fat_read(&volumes[i], &sink) &&
		    !warden_ntfs_read(&volumes[i], &sink))
			miss(&expansion, "", "unsupported");
	}
	if (count == 0)
		miss(&expansion, "", "unsupported");
	warden_disk_clear(&disk);
}
