#include "warden-config.h"

#include "header.h"
#include "../lines.h"
#include "mbox.h"
#include "../member.h"

/* A "From " line behind an empty one, or at the start, with a header field
   behind it: how mailboxes part messages (RFC 4155). Text that begins so has
   no field behind it. */
static bool is_separator(const guint8 *data, gsize size, gsize at)
{
	struct warden_line line, next;

	return size - at > 5 && memcmp(data + at, "From ", 5) == 0 &&
	       warden_line_get(data, size, at, FALSE, &line) &&
	       warden_line_get(data, size, line.next, FALSE, &next) &&
	       warden_header_is_field_line(data, next.start, next.end);
}

/* The next message's separator behind at, or size. */
static gsize find_next(const guint8 *data, gsize size, gsize at)
{
	while (at < size) {
		const guint8 *found = memmem(data + at, size - at,
					     "\nFrom ", 6);

		if (found == NULL)
			break;
		at = found - data + 1;
		if (is_separator(data, size, at))
			return at;
	}
	return size;
}

bool warden_mbox_is(const guint8 *data, gsize size)
{
	return is_separator(data, size, 0) &&
		find_next(data, size, 5) < size;
}

void warden_mbox_expand(struct warden_queue *queue,
			const struct warden_container *container)
{
	struct warden_member member = {
		.name = "", .fallback = "message", .type = "message/rfc822",
	};
	gsize size, at = 0;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	bool more = TRUE;

	while (more && at < size) {
		gsize next = find_next(data, size, at + 5);
		struct warden_line line;
		g_autoptr(GBytes) bytes = NULL;

		if (!warden_line_get(data, size, at, FALSE, &line))
			break;
		bytes = g_bytes_new_from_bytes(container->bytes, line.next,
					       next - line.next);
		(void)warden_member_add(queue, container, &member, bytes,
					&more);
		at = next;
	}
}
