#include "warden-config.h"

#include "onenote.h"
#include "program.h"

#include <string.h>

static bool runs(const struct warden_part *part)
{
	return part->kind == WARDEN_KIND_EXECUTABLE ||
	       part->kind == WARDEN_KIND_SCRIPT ||
	       part->kind == WARDEN_KIND_SHORTCUT;
}

/* A name that runs, and is not only an archive's. */
static const char *name_that_runs(const GPtrArray *names)
{
	guint i;

	for (i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];

		if (warden_behaviour_runs(name) &&
		    !g_str_has_suffix(name, ".zip") &&
		    !g_str_has_suffix(name, ".rar") &&
		    !g_str_has_suffix(name, ".7z") &&
		    !g_str_has_suffix(name, ".cab"))
			return name;
	}
	return NULL;
}

static bool is_picture(const guint8 *data, gsize size)
{
	struct warden_filetype type;

	warden_filetype_detect(NULL, data, size, NULL, &type);
	return type.kind == WARDEN_KIND_IMAGE;
}

/* Pictures are files of a notebook, too, but have no names. */
static guint count_named(const guint8 *data, gsize size)
{
	struct warden_onenote_file file;
	gsize at = 0;
	guint count = 0;

	while (count < WARDEN_ARCHIVE_MEMBERS_MAX &&
	       warden_onenote_next(data, size, &at, &file)) {
		count += !is_picture(data + file.start,
				     file.end - file.start);
	}
	return count;
}

struct notebook {
	struct warden_queue *queue;
	const struct warden_container *container;
	const guint8 *data;
	gsize size;
	GPtrArray *names;
	guint named;		/* files that have one */
	guint number;		/* of those, so far */
	bool others;		/* any file that is no picture */
};

static void take_file(struct notebook *notebook,
		      const struct warden_onenote_file *file)
{
	const char *path = notebook->container->part->path;
	const char *name = "";
	struct warden_part *part;
	GBytes *bytes;

	if (!is_picture(notebook->data + file->start,
			file->end - file->start)) {
		/* only if each has one is it known which is whose */
		if (notebook->named == notebook->names->len)
			name = notebook->names->pdata[notebook->number];
		notebook->number++;
		notebook->others = TRUE;
	}
	bytes = g_bytes_new_from_bytes(notebook->container->bytes, file->start,
				       file->end - file->start);
	part = warden_program_member(notebook->queue, notebook->container,
				     name, bytes, FALSE);
	g_bytes_unref(bytes);
	if (part == NULL || part->kind == WARDEN_KIND_IMAGE)
		return;
	warden_queue_trait(notebook->queue, WARDEN_TRAIT_NOTEBOOK_FILE, path,
			   part->name);
	if (runs(part))
		warden_queue_trait(notebook->queue,
				   WARDEN_TRAIT_NOTEBOOK_PROGRAM, path,
				   *part->name == '\0' ? part->detected_type :
				   part->name);
	if (file->cut)
		warden_queue_unscanned(notebook->queue, part->path,
				       "damaged");
}

void warden_onenote_expand(struct warden_queue *queue,
			   const struct warden_container *container)
{
	struct notebook notebook = { .queue = queue, .container = container };
	const char *path = container->part->path, *name;
	struct warden_onenote_file file;
	gsize at = 0;

	notebook.data = g_bytes_get_data(container->bytes, &notebook.size);
	notebook.names = warden_onenote_names(notebook.data, notebook.size);
	notebook.named = count_named(notebook.data, notebook.size);
	while (warden_onenote_next(notebook.data, notebook.size, &at,
				   &file)) {
		if (!warden_queue_spend(queue, path, file.end - file.start))
			break;
		take_file(&notebook, &file);
	}
	name = name_that_runs(notebook.names);
	if (name != NULL && notebook.others)
		warden_queue_trait(queue, WARDEN_TRAIT_NOTEBOOK_PROGRAM, path,
				   name);
	g_ptr_array_unref(notebook.names);
}
