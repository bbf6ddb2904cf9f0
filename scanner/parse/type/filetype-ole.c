#include "warden-config.h"

#include "filetype.h"

#include <string.h>

#define ENTRY_SIZE 128
#define ENTRIES_MAX 64

/* Installer packages: the root's class, {000C1084-0000-0000-C000-...46};
   1086 patches, 1082 transforms. */
static const guint8 msi_classes[][8] = {
	{ 0x84, 0x10, 0x0c, 0, 0, 0, 0, 0 },
	{ 0x86, 0x10, 0x0c, 0, 0, 0, 0, 0 },
	{ 0x82, 0x10, 0x0c, 0, 0, 0, 0, 0 },
};

static const struct {
	const char *entry;
	const char *type;
} streams[] = {
	{ "WordDocument", "application/msword" },
	{ "Workbook", "application/vnd.ms-excel" },
	{ "Book", "application/vnd.ms-excel" },
	{ "PowerPoint Document", "application/vnd.ms-powerpoint" },
	{ "VisioDocument", "application/vnd.visio" },
	{ "__properties_version1.0", "application/vnd.ms-outlook" },
	{ "EncryptedPackage", "application/x-ole-encrypted" },
};

/* The entry's name, UTF-16LE, equal to ASCII text. */
static bool is_named(const guint8 *entry, const char *name)
{
	gsize size = strlen(name), i;

	if ((gsize)(entry[64] | entry[65] << 8) != (size + 1) * 2)
		return FALSE;
	for (i = 0; i < size; i++) {
		if (entry[i * 2] != (guint8)name[i] || entry[i * 2 + 1] != 0)
			return FALSE;
	}
	return TRUE;
}

static bool is_installer(const guint8 *root)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(msi_classes); i++) {
		if (memcmp(root + 80, msi_classes[i], 8) == 0)
			return TRUE;
	}
	return FALSE;
}

/* The directory's first sectors, taken as adjacent: the names that tell the
   format are nearly always among them. */
void warden_filetype_ole(const guint8 *data, gsize size,
			 struct warden_filetype *type_r)
{
	guint shift, i;
	gsize sector, at;

	type_r->type = "application/x-ole-storage";
	type_r->kind = WARDEN_KIND_OFFICE;
	if (size < 512)
		return;
	shift = data[30];
	if (shift < 7 || shift > 12)
		return;
	sector = data[48] | data[49] << 8 | data[50] << 16 |
		(gsize)data[51] << 24;
	at = (sector + 1) << shift;
	if (at < size && size - at >= ENTRY_SIZE && is_installer(data + at)) {
		type_r->type = "application/x-msi";
		type_r->kind = WARDEN_KIND_EXECUTABLE;
		return;
	}
	for (; at < size && size - at >= ENTRY_SIZE; at += ENTRY_SIZE) {
		for (i = 0; i < G_N_ELEMENTS(streams); i++) {
			if (is_named(data + at, streams[i].entry)) {
				type_r->type = streams[i].type;
				return;
			}
		}
		if (at >= ((sector + 1) << shift) + ENTRIES_MAX * ENTRY_SIZE)
			return;
	}
}
