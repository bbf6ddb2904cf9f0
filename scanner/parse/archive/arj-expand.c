#include "warden-config.h"

#include "../member.h"
#include "../bytes.h"

#include <string.h>

/* ARJ: nothing kept unpacks it, but the names of its members tell what a
   double click would start. Headers: mark, size, fixed fields, name, comment,
   check sum, extensions; then the packed bytes. */

#define MARK_0 0x60
#define MARK_1 0xea
#define BASIC_MIN 30u
#define BASIC_MAX 2600u
#define FLAG_ENCRYPTED 1u

struct header {
	const char *name;
	guint32 packed, size;
	guint8 flags, type;
	gsize next;		/* behind the header */
};

static bool read_header(const guint8 *data, gsize size, gsize at,
			struct header *header)
{
	const guint8 *p = data + at;
	gsize basic, first, extension;

	if (at > size || size - at < 4 || p[0] != MARK_0 || p[1] != MARK_1)
		return FALSE;
	basic = p[2] | p[3] << 8;
	if (basic < BASIC_MIN || basic > BASIC_MAX || size - at < basic + 10)
		return FALSE;
	first = p[4];
	if (first < BASIC_MIN || first >= basic ||
	    memchr(p + 4 + first, '\0', basic - first) == NULL)
		return FALSE;
	header->flags = p[8];
	header->type = p[10];
	header->packed = warden_le32(p + 16);
	header->size = warden_le32(p + 20);
	header->name = (const char *)p + 4 + first;
	header->next = at + 4 + basic + 4;
	/* each with its own check sum; zero ends them */
	for (;;) {
		if (size - header->next < 2)
			return FALSE;
		extension = data[header->next] |
			data[header->next + 1] << 8;
		header->next += 2;
		if (extension == 0)
			return TRUE;
		if (size - header->next < extension + 4)
			return FALSE;
		header->next += extension + 4;
	}
}

/* Returns FALSE if there is no room for more. */
static bool add(struct warden_queue *queue,
		const struct warden_container *container,
		const struct header *header)
{
	bool encrypted = (header->flags & FLAG_ENCRYPTED) != 0, more;
	struct warden_member member = {
		.name = header->name, .fallback = "data", .type = "",
		.flags = encrypted ? WARDEN_PART_ENCRYPTED : 0,
		.full_size = MAX(header->size, 1),
	};
	g_autoptr(GBytes) none = g_bytes_new_static("", 0);
	struct warden_part *part = warden_member_add(queue, container,
						     &member, none, &more);

	if (part != NULL) {
		part->kind = WARDEN_KIND_UNKNOWN;
		g_free(part->detected_type);
		part->detected_type = g_strdup("application/octet-stream");
		warden_queue_unscanned(queue, part->path, encrypted ?
				       "encrypted" : "unsupported");
	}
	return more;
}

void warden_arj_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	gsize size, at;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	struct header header;
	guint members = 0;

	/* the first header is the archive's own */
	if (read_header(data, size, 0, &header)) {
		at = header.next;
		while (read_header(data, size, at, &header) &&
		       add(queue, container, &header)) {
			members++;
			at = header.next + header.packed;
		}
	}
	if (members == 0)
		warden_queue_unscanned(queue, container->part->path,
				       "unsupported");
}
