#include "warden-config.h"

#include "apple.h"
#include "../member.h"

static void add(struct warden_queue *queue,
		const struct warden_container *container, const char *name,
		const char *fallback, gsize start, gsize end)
{
	struct warden_member member = {
		.name = name, .fallback = fallback, .type = "",
	};
	g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(
		container->bytes, start, end - start);

	if (end > start)
		(void)warden_member_add(queue, container, &member, bytes,
					NULL);
}

void warden_apple_expand(struct warden_queue *queue,
			 const struct warden_container *container)
{
	struct warden_apple apple;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	if (warden_apple_read(data, size, &apple)) {
		add(queue, container, apple.name, "data", apple.data,
		    apple.data_end);
		add(queue, container, "", "resource", apple.resource,
		    apple.resource_end);
	}
	warden_apple_clear(&apple);
}
