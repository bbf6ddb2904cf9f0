#include "warden-config.h"

#include "member.h"

#include <string.h>

static char *decode_name(struct warden_queue *queue, const char *name)
{
	GString *decoded;

	if (g_utf8_validate(name, -1, NULL))
		return g_strdup(name);
	decoded = warden_charset_decode(
		warden_queue_parser(queue)->charsets, NULL,
		(const guint8 *)name, strlen(name), WARDEN_FACT_NAME_MAX,
		NULL);
	return g_string_free(decoded, FALSE);
}

struct warden_part *
warden_member_add(struct warden_queue *queue,
		  const struct warden_container *container,
		  const struct warden_member *member, GBytes *bytes,
		  bool *more_r)
{
	struct warden_part *parent = container->part, *part;
	g_autofree char *name = decode_name(queue, member->name);
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.names = &names, .declared_type = member->type,
		.encoding = "", .charset = "",
		.flags = WARDEN_PART_MEMBER | member->flags,
		.parent = parent, .depth = container->depth,
		.only_active = member->only_active,
		.full_size = member->full_size,
	};
	bool more = warden_queue_spend(queue, parent->path,
				       g_bytes_get_size(bytes)) &&
		warden_queue_spend_member(queue, parent->path);

	if (more_r != NULL)
		*more_r = more;
	if (!more)
		return NULL;
	warden_names_init(&names);
	warden_names_add(&names, name);
	path = g_strdup_printf("%s/%s", parent->path, *names.name != '\0' ?
			       names.name : member->fallback);
	item.path = path;
	part = warden_queue_add(queue, &item, bytes);
	if (part != NULL)
		parent->flags |= WARDEN_PART_CONTAINER;
	warden_names_clear(&names);
	return part;
}
