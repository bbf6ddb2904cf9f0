#include "warden-config.h"

#include "office.h"
#include "office-target.h"
#include "ole1.h"

#include <string.h>

#define MONIKERS_MAX 100u
#define NATIVE_HEADER 4u	/* its size, which nobody checks */

/* The last piece of a path of any system, in any code page. */
static char *base_name(struct warden_office *office, const char *path)
{
	const char *p, *last = path;
	GString *name;

	for (p = path; *p != '\0'; p++) {
		if (*p == '/' || *p == '\\')
			last = p + 1;
	}
	name = warden_charset_decode(
		warden_queue_parser(office->queue)->charsets, NULL,
		(const guint8 *)last, strlen(last), WARDEN_FACT_NAME_MAX,
		NULL);
	return g_string_free(name, FALSE);
}

static void add(struct warden_office *office, guint index, const char *name,
		GBytes *bytes, gsize start, gsize size, bool only_active)
{
	g_autoptr(GBytes) piece = g_bytes_new_from_bytes(bytes, start, size);
	struct warden_office_member member = {
		.entry = index, .name = name, .declared_type = "",
		.charset = "", .only_active = only_active,
	};

	if (size > 0)
		(void)warden_office_add(office, &member, piece);
}

/* A file as the object packager keeps it; the name that is shown, and the one
   that it had, may differ. */
static void take_package(struct warden_office *office, guint index,
			 GBytes *bytes,
			 const struct warden_ole1_package *package)
{
	g_autofree char *name = base_name(office, package->label[0] != '\0' ?
					  package->label : package->path);
	g_autofree char *real = base_name(office, package->path);
	const char *dot = strrchr(name, '.');

	if (package->linked) {
		warden_target_note(&office->notes, WARDEN_USE_OBJECT,
				   package->path, "");
		return;
	}
	/* "Invoice" for people, "Invoice.exe" for the system */
	add(office, index, dot == NULL && *real != '\0' ? real : name, bytes,
	    package->start + NATIVE_HEADER, package->size, FALSE);
}

static void look_native(struct warden_office *office, guint index)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	struct warden_ole1_package package;
	gsize size;
	const guint8 *data;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	if (size <= NATIVE_HEADER)
		return;
	if (warden_ole1_package_read(data + NATIVE_HEADER,
				     size - NATIVE_HEADER, &package)) {
		take_package(office, index, bytes, &package);
		warden_ole1_package_clear(&package);
	} else {
		add(office, index, "", bytes, NATIVE_HEADER,
		    size - NATIVE_HEADER, FALSE);
	}
}

/* Where a linked object is. */
static void look_link(struct warden_office *office, guint index)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	gsize size, at = 0;
	const guint8 *data;
	guint i;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	for (i = 0; i < MONIKERS_MAX; i++) {
		g_autofree char *target = warden_ole1_next_moniker(data, size,
								   &at);

		if (target == NULL)
			break;
		warden_target_note(&office->notes, WARDEN_USE_OBJECT, target,
				   "");
	}
}

static void look_whole(struct warden_office *office, guint index,
		       bool only_active)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);

	if (bytes != NULL)
		add(office, index, "", bytes, 0, g_bytes_get_size(bytes),
		    only_active);
}

void warden_office_look_object(struct warden_office *office, guint index)
{
	const char *name = warden_ole_entry(office->ole, index)->name;

	if (g_ascii_strcasecmp(name, "\1Ole10Native") == 0)
		look_native(office, index);
	else if (g_ascii_strcasecmp(name, "\1Ole") == 0)
		look_link(office, index);
	else
		/* "Package" is another document, "CONTENTS" another program's */
		look_whole(office, index,
			   g_ascii_strcasecmp(name, "Package") != 0);
}
