#include "warden-config.h"

#include "office.h"
#include "../text/urls.h"

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

/* "Macros/VBA/Module1" */
static char *inner_path(const struct warden_office *office, guint entry)
{
	g_autofree char *path = warden_ole_path(office->ole, entry);

	return office->installer ? warden_ole_decode_msi_name(path) :
		g_steal_pointer(&path);
}

struct warden_part *
warden_office_add(struct warden_office *office,
		  const struct warden_office_member *member, GBytes *bytes)
{
	g_autofree char *inner = inner_path(office, member->entry);
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
			       *member->name != '\0' ? member->name :
			       member->path != NULL ? member->path : inner);
	item.path = path;
	part = warden_queue_add(office->queue, &item, bytes);
	if (part != NULL)
		office->container->part->flags |= WARDEN_PART_CONTAINER;
	warden_names_clear(&names);
	return part;
}

void warden_office_encrypted(struct warden_office *office)
{
	office->container->part->flags |= WARDEN_PART_ENCRYPTED;
	warden_queue_unscanned(office->queue, office->path, "encrypted");
}

void warden_office_add_urls(struct warden_office *office, const char *text,
			    gsize size)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text, size);
	while (warden_url_iter_next(&iter, &start, &end)) {
		g_autofree char *url = g_strdup_printf(
			"%s%.*s", g_ascii_tolower(text[start]) == 'w' ?
			"http://" : "", (int)MIN(end - start,
						 WARDEN_FACT_URL_MAX),
			text + start);

		warden_office_notes_link(&office->notes, url, "");
	}
}

/* --- the whole ----------------------------------------------------------- */

/* What is known of streams by their names; the rest may hold files. */
static const struct {
	const char *name;
	void (*look)(struct warden_office *office, guint index);
} streams[] = {
	{ "WordDocument", warden_office_look_word },
	{ "PowerPoint Document", warden_office_look_slides },
	{ "Current User", warden_office_look_slides_user },
	{ "Workbook", warden_office_look_book },
	{ "Book", warden_office_look_book },
	{ "EncryptedPackage", warden_office_look_package },
	{ "Data", warden_office_look_data },
	{ "Pictures", warden_office_look_data },
	/* read with others, or nothing in them */
	{ "0Table", NULL }, { "1Table", NULL }, { "\1CompObj", NULL },
	{ "\5SummaryInformation", NULL },
	{ "\5DocumentSummaryInformation", NULL }, { "\3ObjInfo", NULL },
	{ "Equation Native", NULL }, { "EncryptionInfo", NULL },
};

/* Objects that attacks use, by their storage's class; the first three fields
   are little-endian. */
static const struct {
	guint8 class_id[WARDEN_OLE_CLASS_SIZE];
	const char *name;
} risky_classes[] = {
	{ { 0x61, 0xf9, 0x56, 0x88, 0x0a, 0x34, 0xd0, 0x11, 0xa9, 0x6b, 0x00,
	    0xc0, 0x4f, 0xd7, 0x05, 0xa2 }, "Shell.Explorer" },
	{ { 0xc3, 0xdb, 0xb2, 0xea, 0x1c, 0x00, 0xcf, 0x11, 0xa0, 0x64, 0x00,
	    0xaa, 0x00, 0x60, 0x08, 0x06 }, "Shell.Explorer.1" },
	{ { 0x20, 0x69, 0x33, 0x25, 0xf9, 0x03, 0xcf, 0x11, 0x8f, 0xd0, 0x00,
	    0xaa, 0x00, 0x68, 0x6f, 0x13 }, "htmlfile" },
	{ { 0x09, 0xd6, 0x90, 0x06, 0x35, 0x37, 0xd1, 0x11, 0xb3, 0xfe, 0x00,
	    0xc0, 0x4f, 0xd7, 0x0c, 0x58 }, "ScriptletFile" },
};

static void look_at_class(struct warden_office *office,
			  const struct warden_ole_entry *storage)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(risky_classes); i++) {
		if (memcmp(storage->class_id, risky_classes[i].class_id,
			   WARDEN_OLE_CLASS_SIZE) == 0)
			warden_office_note(&office->notes,
					   WARDEN_TRAIT_OFFICE_RISKY_CLASS,
					   risky_classes[i].name);
	}
}

static void look_in_stream(struct warden_office *office, guint index)
{
	const char *name = warden_ole_entry(office->ole, index)->name;
	gsize i;

	if (g_ascii_strcasecmp(name, "\3OCXNAME") == 0)
		warden_office_note(&office->notes,
				   WARDEN_TRAIT_OFFICE_ACTIVEX, "");
	/* of a message: read with its storage */
	if (g_str_has_prefix(name, "__substg1.0_") ||
	    g_str_has_prefix(name, "__properties_version1.0"))
		return;
	for (i = 0; i < G_N_ELEMENTS(streams); i++) {
		if (g_ascii_strcasecmp(streams[i].name, name) != 0)
			continue;
		if (streams[i].look != NULL)
			streams[i].look(office, index);
		return;
	}
	warden_office_look_object(office, index);
}

static void look(struct warden_office *office)
{
	guint count = office->ole->entries->len, i;
	g_autofree bool *projects = g_new0(bool, count);

	for (i = 0; i < count; i++) {
		const struct warden_ole_entry *entry =
			warden_ole_entry(office->ole, i);

		if (!entry->storage) {
			if (!projects[entry->parent])
				look_in_stream(office, i);
			continue;
		}
		look_at_class(office, entry);
		if (warden_office_is_vba(office, i)) {
			projects[i] = TRUE;
			warden_office_look_vba(office, i);
		} else if (warden_office_is_message(office, i)) {
			warden_office_look_message(office, i);
		}
	}
}

void warden_office_expand(struct warden_queue *queue,
			  const struct warden_container *container)
{
	struct warden_office office = {
		.queue = queue, .container = container,
		.path = container->part->path,
		.installer = strcmp(container->part->detected_type,
				    "application/x-msi") == 0,
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
	warden_office_notes_init(&office.notes);
	look(&office);
	warden_office_notes_report(&office.notes, queue, office.path);
	warden_office_notes_clear(&office.notes);
	if (office.ole->truncated)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBERS,
				   office.path, "count");
	if (office.ole->damaged)
		warden_queue_unscanned(queue, office.path, "damaged");
	warden_ole_free(office.ole);
}
