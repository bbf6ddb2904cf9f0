#include "warden-config.h"

#include "../document/rtf-compressed.h"
#include "../queue.h"
#include "tnef.h"

#include <string.h>

static void add_names(struct warden_queue *queue,
		      const struct warden_tnef_file *file,
		      struct warden_names *names)
{
	gsize i;

	/* the long name was found last, and is the one shown */
	for (i = G_N_ELEMENTS(file->names); i > 0; i--) {
		GString *name;

		if (file->names[i - 1] == NULL)
			continue;
		name = warden_charset_decode(
			warden_queue_parser(queue)->charsets, NULL,
			(const guint8 *)file->names[i - 1],
			strlen(file->names[i - 1]), WARDEN_FACT_NAME_MAX,
			NULL);
		warden_names_add(names, name->str);
		g_string_free(name, TRUE);
	}
}

/* NULL: no room for it. */
static GBytes *read_file(struct warden_queue *queue,
			 const struct warden_container *container,
			 const struct warden_tnef_file *file)
{
	const char *path = container->part->path;
	gsize size = file->end - file->start;
	const guint8 *data = g_bytes_get_data(container->bytes, NULL);

	if (file->compressed)
		return warden_rtf_compressed_read(queue, path,
						  data + file->start, size);
	return warden_queue_spend(queue, path, size) ?
		g_bytes_new_from_bytes(container->bytes, file->start, size) :
		NULL;
}

static void add_file(struct warden_queue *queue,
		     const struct warden_container *container,
		     const struct warden_tnef_file *file, GBytes *bytes)
{
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.names = &names, .declared_type = file->type,
		.encoding = "", .charset = file->charset,
		.flags = WARDEN_PART_MEMBER, .parent = container->part,
		.depth = container->depth,
	};

	warden_names_init(&names);
	add_names(queue, file, &names);
	path = g_strdup_printf("%s/%s", container->part->path,
			       *names.name != '\0' ? names.name :
			       file->is_tnef ? "message" :
			       *file->type != '\0' ? "body" : "data");
	item.path = path;
	(void)warden_queue_add(queue, &item, bytes);
	warden_names_clear(&names);
}

void warden_tnef_expand(struct warden_queue *queue,
			const struct warden_container *container)
{
	GArray *files = warden_tnef_files_new();
	const char *path = container->part->path;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	guint i;

	if (warden_tnef_read(data, size, files) <= 0)
		warden_queue_unscanned(queue, path, "damaged");
	for (i = 0; i < files->len; i++) {
		const struct warden_tnef_file *file = &g_array_index(
			files, struct warden_tnef_file, i);
		g_autoptr(GBytes) bytes = NULL;

		if (file->end <= file->start)
			continue;
		bytes = read_file(queue, container, file);
		if (bytes == NULL || !warden_queue_spend_member(queue, path))
			break;
		if (g_bytes_get_size(bytes) == 0)
			continue;
		add_file(queue, container, file, bytes);
		container->part->flags |= WARDEN_PART_CONTAINER;
	}
	g_array_unref(files);
}
