#include "warden-config.h"

#include "disk.h"

#include <string.h>

#define SECTOR 512u
#define MEGABYTE (1024u * 1024)
/* Blocks of a sparse image: 2 TB of the smallest that is in use. */
#define BLOCKS_MAX (4u * MEGABYTE)

/* length bytes at at, or NULL if they are not all there. */
static const guint8 *
range(const struct warden_disk *disk, guint64 at, guint64 length)
{
	return at > disk->size || length > disk->size - at ? NULL :
		disk->data + at;
}

/* --- VHD --------------------------------------------------------------------- */

enum { VHD_FIXED = 2, VHD_DYNAMIC = 3, VHD_DIFFERENCING = 4 };

/* A table of sector numbers; each block begins with a map of its sectors. */
static bool open_dynamic(struct warden_disk *disk, const guint8 *footer)
{
	const guint8 *head = range(disk, warden_be64(footer + 16), 1024),
		     *table;
	guint32 count, i;
	guint64 map;

	if (head == NULL || memcmp(head, "cxsparse", 8) != 0)
		return FALSE;
	count = warden_be32(head + 28);
	disk->block_size = warden_be32(head + 32);
	if (disk->block_size < SECTOR || count > BLOCKS_MAX)
		return FALSE;
	table = range(disk, warden_be64(head + 16), (guint64)count * 4);
	if (table == NULL)
		return FALSE;
	map = (disk->block_size / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
	disk->blocks = g_array_sized_new(FALSE, TRUE, sizeof(guint64), count);
	for (i = 0; i < count; i++) {
		guint32 sector = warden_be32(table + 4 * (gsize)i);
		guint64 at = sector == G_MAXUINT32 ? 0 :
			(guint64)sector * SECTOR + map + 1;

		g_array_append_val(disk->blocks, at);
	}
	return TRUE;
}

static bool open_vhd(struct warden_disk *disk, const guint8 *footer)
{
	disk->length = warden_be64(footer + 48);
	switch (warden_be32(footer + 60)) {
	case VHD_FIXED:
		disk->length = MIN(disk->length, disk->size);
		return TRUE;
	case VHD_DYNAMIC:
	case VHD_DIFFERENCING:
		return open_dynamic(disk, footer);
	default:
		return FALSE;
	}
}

/* --- VHDX ---------------------------------------------------------------------- */

static const guint8 guid_table[16] =
	"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08";
static const guint8 guid_metadata[16] =
	"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
static const guint8 guid_parameters[16] =
	"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b";
static const guint8 guid_length[16] =
	"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";
static const guint8 guid_sector[16] =
	"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f";

/* The entry of that GUID in a table of count entries of 32 bytes. */
static const guint8 *find_entry(const guint8 *table, guint count,
				const guint8 *guid)
{
	guint i;

	for (i = 0; i < count; i++) {
		if (memcmp(table + 32 * (gsize)i, guid, 16) == 0)
			return table + 32 * (gsize)i;
	}
	return NULL;
}

/* One of the two region tables. */
static const guint8 *
find_region(const struct warden_disk *disk, const guint8 *guid,
	    guint64 *length_r)
{
	guint64 at;

	for (at = 192 * 1024; at <= 256 * 1024; at += 64 * 1024) {
		const guint8 *table = range(disk, at, 64 * 1024), *entry;

		if (table == NULL || memcmp(table, "regi", 4) != 0)
			continue;
		entry = find_entry(table + 16, MIN(warden_le32(table + 8),
						   2047u), guid);
		if (entry == NULL)
			continue;
		*length_r = warden_le32(entry + 24);
		return range(disk, warden_le64(entry + 16), *length_r);
	}
	return NULL;
}

static guint64 metadata_value(const guint8 *metadata, guint64 length,
			      const guint8 *guid, guint64 fallback)
{
	guint count = warden_le16(metadata + 10);
	const guint8 *entry = find_entry(metadata + 32, MIN(count, 2047u),
					 guid);
	guint64 at;

	if (entry == NULL)
		return fallback;
	at = warden_le32(entry + 16);
	return at > length || length - at < 8 ? fallback :
		warden_le64(metadata + at);
}

static bool open_vhdx(struct warden_disk *disk)
{
	guint64 table_length, metadata_length, i, ratio, count;
	const guint8 *table = find_region(disk, guid_table, &table_length);
	const guint8 *metadata = find_region(disk, guid_metadata,
					     &metadata_length);
	guint32 sector;

	if (table == NULL || metadata == NULL || metadata_length < 65536 ||
	    memcmp(metadata, "metadata", 8) != 0)
		return FALSE;
	disk->block_size = (guint32)metadata_value(
		metadata, metadata_length, guid_parameters, 0);
	disk->length = metadata_value(metadata, metadata_length, guid_length,
				      0);
	sector = metadata_value(metadata, metadata_length, guid_sector,
				SECTOR);
	if (disk->block_size < MEGABYTE || sector < SECTOR || sector > 4096)
		return FALSE;
	/* a map of sectors stands behind the blocks of each chunk */
	ratio = MAX((G_GUINT64_CONSTANT(1) << 23) * sector /
		    disk->block_size, 1);
	count = MIN(table_length / 8, BLOCKS_MAX);
	disk->blocks = g_array_new(FALSE, TRUE, sizeof(guint64));
	for (i = 0; i < count; i++) {
		guint64 entry = warden_le64(table + 8 * i);
		guint64 at = (entry & 7) < 6 ? 0 :
			(entry >> 20) * MEGABYTE + 1;

		if (i % (ratio + 1) != ratio)
			g_array_append_val(disk->blocks, at);
	}
	return TRUE;
}

/* --- the disk ------------------------------------------------------------------ */

bool warden_disk_open(const guint8 *data, gsize size,
		      struct warden_disk *disk_r)
{
	memset(disk_r, 0, sizeof(*disk_r));
	disk_r->data = data;
	disk_r->size = size;
	disk_r->length = size;
	if (size >= SECTOR && memcmp(data + size - SECTOR, "conectix", 8) == 0)
		return open_vhd(disk_r, data + size - SECTOR);
	/* cut: the copy of the footer at its front */
	if (size >= SECTOR && memcmp(data, "conectix", 8) == 0)
		return open_vhd(disk_r, data);
	if (size >= 8 && memcmp(data, "vhdxfile", 8) == 0)
		return open_vhdx(disk_r);
	return TRUE;
}

void warden_disk_clear(struct warden_disk *disk)
{
	g_clear_pointer(&disk->blocks, g_array_unref);
}

static void read_flat(const struct warden_disk *disk, guint64 at,
		      guint8 *buffer, gsize size)
{
	gsize there = at < disk->size ? MIN(size, disk->size - at) : 0;

	if (there > 0)
		memcpy(buffer, disk->data + at, there);
	memset(buffer + there, 0, size - there);
}

void warden_disk_read(const struct warden_disk *disk, guint64 at,
		      guint8 *buffer, gsize size)
{
	while (disk->blocks != NULL && size > 0) {
		guint64 block = at / disk->block_size;
		guint64 within = at % disk->block_size;
		gsize piece = MIN(size, disk->block_size - within);
		guint64 place = block >= disk->blocks->len ? 0 :
			g_array_index(disk->blocks, guint64, block);

		if (place == 0)
			memset(buffer, 0, piece);
		else
			read_flat(disk, place - 1 + within, buffer, piece);
		at += piece;
		buffer += piece;
		size -= piece;
	}
	if (size > 0)
		read_flat(disk, at, buffer, size);
}

void warden_volume_read(const struct warden_volume *volume, guint64 at,
			guint8 *buffer, gsize size)
{
	gsize there = at < volume->length ?
		MIN(size, volume->length - at) : 0;

	if (there > 0)
		warden_disk_read(volume->disk, volume->start + at, buffer,
				 there);
	memset(buffer + there, 0, size - there);
}

/* --- its parts ------------------------------------------------------------------- */

static bool is_file_system(const guint8 *boot)
{
	guint sector = warden_le16(boot + 11);

	if (memcmp(boot + 3, "NTFS    ", 8) == 0 ||
	    memcmp(boot + 3, "EXFAT   ", 8) == 0)
		return TRUE;
	return (boot[0] == 0xeb || boot[0] == 0xe9) &&
	       (sector == 512 || sector == 1024 || sector == 2048 ||
		sector == 4096) && boot[13] != 0 &&
	       (boot[13] & (boot[13] - 1)) == 0 && boot[16] > 0 &&
	       boot[16] <= 4 && (boot[21] == 0xf0 || boot[21] >= 0xf8);
}

static void add_volume(const struct warden_disk *disk, guint64 start,
		       guint64 length, struct warden_volume *volumes,
		       guint *count)
{
	if (*count >= WARDEN_VOLUMES_MAX || start >= disk->length ||
	    length == 0)
		return;
	volumes[*count].disk = disk;
	volumes[*count].start = start;
	volumes[*count].length = MIN(length, disk->length - start);
	++*count;
}

static void read_gpt(const struct warden_disk *disk,
		     struct warden_volume *volumes, guint *count)
{
	guint8 head[SECTOR], entry[128];
	guint32 entries, entry_size, i;

	warden_disk_read(disk, SECTOR, head, sizeof(head));
	if (memcmp(head, "EFI PART", 8) != 0)
		return;
	entries = MIN(warden_le32(head + 80), 128u);
	entry_size = warden_le32(head + 84);
	if (entry_size < sizeof(entry) || entry_size > 4096)
		return;
	for (i = 0; i < entries; i++) {
		guint64 first, last, at = warden_le64(head + 72);

		if (at > disk->length / SECTOR)
			return;
		warden_disk_read(disk, at * SECTOR + (guint64)i * entry_size,
				 entry, sizeof(entry));
		first = warden_le64(entry + 32);
		last = warden_le64(entry + 40);
		if (warden_le64(entry) != 0 && last >= first &&
		    last <= disk->length / SECTOR)
			add_volume(disk, first * SECTOR,
				   (last - first + 1) * SECTOR, volumes,
				   count);
	}
}

guint warden_disk_volumes(const struct warden_disk *disk,
			  struct warden_volume *volumes_r)
{
	guint8 boot[SECTOR];
	guint count = 0, i;

	warden_disk_read(disk, 0, boot, sizeof(boot));
	if (is_file_system(boot)) {
		add_volume(disk, 0, disk->length, volumes_r, &count);
		return count;
	}
	for (i = 0; boot[510] == 0x55 && boot[511] == 0xaa && i < 4; i++) {
		const guint8 *entry = boot + 446 + 16 * i;

		if (entry[4] == 0xee)
			read_gpt(disk, volumes_r, &count);
		else if (entry[4] != 0)
			add_volume(disk, (guint64)warden_le32(entry + 8) *
				   SECTOR, (guint64)warden_le32(entry + 12) *
				   SECTOR, volumes_r, &count);
	}
	return count;
}

bool warden_disk_is_raw(const guint8 *data, gsize size)
{
	return size >= 16 * 1024 && data[510] == 0x55 && data[511] == 0xaa &&
	       (is_file_system(data) ||
		((data[446] & 0x7f) == 0 && data[450] != 0 &&
		 warden_le32(data + 454) > 0 &&
		 warden_le32(data + 454) < size / SECTOR));
}

char *warden_disk_name(const guint8 *units, gsize count)
{
	GString *name = g_string_new(NULL);
	gsize i;

	for (i = 0; i < count; i++) {
		gunichar c = warden_le16(units + 2 * i);

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && i + 1 < count) {
			gunichar low = warden_le16(units + 2 * ++i);

			c = 0x10000 + ((c - 0xd800) << 10) +
				((low - 0xdc00) & 0x3ff);
		}
		if (g_unichar_validate(c))
			g_string_append_unichar(name, c);
	}
	return g_string_free(name, FALSE);
}
