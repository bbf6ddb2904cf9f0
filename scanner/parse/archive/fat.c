#include "warden-config.h"

#include "disk.h"

#include <string.h>

/* FAT12, FAT16 and FAT32 (Microsoft's specification of 2000): folders are
   walked with a list of those still to be read, each cluster of a folder once,
   so that loops end. */

#define ENTRY_SIZE 32u
#define FOLDERS_MAX 2000u
#define FOLDER_BYTES_MAX (2u * 1024 * 1024)
/* A name's pieces of 13 units. */
#define NAME_PIECES 20u

enum { ATTRIBUTE_VOLUME = 0x08, ATTRIBUTE_FOLDER = 0x10,
       ATTRIBUTE_LONG_NAME = 0x0f };

struct folder {
	guint32 cluster;	/* 0: the root of FAT12 and FAT16 */
	char *path;
};

struct fat {
	const struct warden_volume *volume;
	const struct warden_disk_sink *sink;
	guint bits;		/* of an entry of the table */
	guint32 cluster_size, clusters;
	guint64 table, root, root_size, data;
	guint32 root_cluster;
	GQueue folders;		/* struct folder */
	GHashTable *seen;	/* folders' clusters */
	guint16 name[13 * NAME_PIECES + 1];
	bool has_name, stop;
};

static bool read_boot(struct fat *fat)
{
	guint8 boot[512];
	guint32 sector, reserved, table_size, total;
	guint64 before;

	warden_volume_read(fat->volume, 0, boot, sizeof(boot));
	sector = warden_le16(boot + 11);
	reserved = warden_le16(boot + 14);
	table_size = warden_le16(boot + 22) != 0 ? warden_le16(boot + 22) :
		warden_le32(boot + 36);
	total = warden_le16(boot + 19) != 0 ? warden_le16(boot + 19) :
		warden_le32(boot + 32);
	if ((boot[0] != 0xeb && boot[0] != 0xe9) || sector < 512 ||
	    sector > 4096 || (sector & (sector - 1)) != 0 || boot[13] == 0 ||
	    boot[16] == 0 || table_size == 0 || reserved == 0)
		return FALSE;
	fat->cluster_size = sector * boot[13];
	fat->table = (guint64)reserved * sector;
	fat->root = fat->table + (guint64)boot[16] * table_size * sector;
	fat->root_size = (guint64)warden_le16(boot + 17) * ENTRY_SIZE;
	fat->data = fat->root +
		(fat->root_size + sector - 1) / sector * sector;
	before = fat->data / sector;
	if (total <= before)
		return FALSE;
	fat->clusters = (total - before) / boot[13];
	/* what decides is the count alone */
	fat->bits = fat->clusters < 4085 ? 12 : fat->clusters < 65525 ? 16 :
		32;
	if (fat->root_size == 0)
		fat->bits = 32;
	fat->root_cluster = fat->bits == 32 ? warden_le32(boot + 44) : 0;
	return TRUE;
}

/* The next cluster of a chain, 0 at its end. */
static guint32 next_cluster(const struct fat *fat, guint32 cluster)
{
	guint8 entry[4];
	guint64 at = fat->bits == 12 ? (guint64)cluster * 3 / 2 :
		(guint64)cluster * fat->bits / 8;
	guint32 next;

	warden_volume_read(fat->volume, fat->table + at, entry,
			   sizeof(entry));
	if (fat->bits == 12)
		next = cluster % 2 == 0 ? warden_le16(entry) & 0xfff :
			warden_le16(entry) >> 4;
	else if (fat->bits == 16)
		next = warden_le16(entry);
	else
		next = warden_le32(entry) & 0x0fffffff;
	return next >= 2 && next < fat->clusters + 2 ? next : 0;
}

/* Returns how many bytes were read. */
static guint64 read_chain(const struct fat *fat, guint32 cluster,
			  GByteArray *out, guint64 size)
{
	guint64 left = size;

	while (left > 0 && cluster >= 2 && cluster < fat->clusters + 2) {
		gsize piece = MIN(left, fat->cluster_size), before = out->len;

		g_byte_array_set_size(out, before + piece);
		warden_volume_read(fat->volume, fat->data +
				   (guint64)(cluster - 2) * fat->cluster_size,
				   out->data + before, piece);
		left -= piece;
		cluster = next_cluster(fat, cluster);
	}
	return size - left;
}

/* --- names ------------------------------------------------------------------- */

/* Pieces stand before their entry, the last one first. */
static void take_name_piece(struct fat *fat, const guint8 *entry)
{
	static const guint8 places[] = {
		1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30,
	};
	guint number = entry[0] & 0x1f;
	gsize i;

	if ((entry[0] & 0x40) != 0)
		memset(fat->name, 0, sizeof(fat->name));
	if (number == 0 || number > NAME_PIECES)
		return;
	fat->has_name = TRUE;
	for (i = 0; i < G_N_ELEMENTS(places); i++) {
		guint16 unit = warden_le16(entry + places[i]);

		fat->name[(number - 1) * 13 + i] =
			GUINT16_TO_LE(unit == 0xffff ? 0 : unit);
	}
}

static char *short_name(const guint8 *entry)
{
	g_autofree char *base = g_strchomp(g_strndup((const char *)entry, 8));
	g_autofree char *ending =
		g_strchomp(g_strndup((const char *)entry + 8, 3));

	/* a first byte of 0xe5 means "deleted" */
	if ((guint8)base[0] == 0x05)
		base[0] = (char)0xe5;
	return *ending == '\0' ? g_strdup(base) :
		g_strconcat(base, ".", ending, NULL);
}

static char *entry_path(struct fat *fat, const char *folder,
			const guint8 *entry)
{
	g_autofree char *name = fat->has_name ?
		warden_disk_name((const guint8 *)fat->name,
				 G_N_ELEMENTS(fat->name)) :
		short_name(entry);

	return *folder == '\0' ? g_steal_pointer(&name) :
		g_strconcat(folder, "/", name, NULL);
}

/* --- folders ------------------------------------------------------------------- */

static void take_file(struct fat *fat, const char *path, guint32 cluster,
		      guint32 size)
{
	gint64 room = fat->sink->room(fat->sink->context, path, size);
	GByteArray *bytes;

	if (room < 0) {
		fat->stop = TRUE;
		return;
	}
	bytes = g_byte_array_new();
	if (read_chain(fat, cluster, bytes, MIN(size, (guint64)room)) <
	    MIN(size, (guint64)room))
		fat->sink->miss(fat->sink->context, path, "damaged");
	fat->sink->take(fat->sink->context, path, bytes, size);
}

static void add_folder(struct fat *fat, const char *path, guint32 cluster)
{
	struct folder *folder;

	if (g_hash_table_size(fat->seen) >= FOLDERS_MAX ||
	    !g_hash_table_add(fat->seen, GUINT_TO_POINTER(cluster)))
		return;
	folder = g_new0(struct folder, 1);
	folder->cluster = cluster;
	folder->path = g_strdup(path);
	g_queue_push_tail(&fat->folders, folder);
}

static void take_entry(struct fat *fat, const char *folder,
		       const guint8 *entry)
{
	guint32 cluster = warden_le16(entry + 26) |
		(fat->bits == 32 ? (guint32)warden_le16(entry + 20) << 16 : 0);
	guint8 attributes = entry[11];
	g_autofree char *path = NULL;

	if ((attributes & 0x3f) == ATTRIBUTE_LONG_NAME) {
		take_name_piece(fat, entry);
		return;
	}
	path = entry_path(fat, folder, entry);
	fat->has_name = FALSE;
	if ((attributes & ATTRIBUTE_FOLDER) != 0) {
		if (entry[0] != '.')
			add_folder(fat, path, cluster);
	} else if ((attributes & ATTRIBUTE_VOLUME) == 0) {
		take_file(fat, path, cluster, warden_le32(entry + 28));
	}
}

static void read_folder(struct fat *fat, const struct folder *folder)
{
	GByteArray *bytes = g_byte_array_new();
	gsize at;

	if (folder->cluster == 0) {
		gsize size = MIN(fat->root_size, FOLDER_BYTES_MAX);

		g_byte_array_set_size(bytes, size);
		warden_volume_read(fat->volume, fat->root, bytes->data, size);
	} else {
		/* a loop in the chain ends here */
		(void)read_chain(fat, folder->cluster, bytes,
				 MIN(FOLDER_BYTES_MAX, fat->volume->length));
	}
	fat->has_name = FALSE;
	for (at = 0; at + ENTRY_SIZE <= bytes->len && !fat->stop;
	     at += ENTRY_SIZE) {
		const guint8 *entry = bytes->data + at;

		if (entry[0] == 0)
			break;
		if (entry[0] == 0xe5)
			fat->has_name = FALSE;
		else
			take_entry(fat, folder->path, entry);
	}
	g_byte_array_unref(bytes);
}

bool warden_fat_read(const struct warden_volume *volume,
		     const struct warden_disk_sink *sink)
{
	struct fat fat = { .volume = volume, .sink = sink };
	struct folder *folder;

	if (!read_boot(&fat))
		return FALSE;
	g_queue_init(&fat.folders);
	fat.seen = g_hash_table_new(NULL, NULL);
	add_folder(&fat, "", fat.root_cluster);
	while ((folder = g_queue_pop_head(&fat.folders)) != NULL) {
		if (!fat.stop)
			read_folder(&fat, folder);
		g_free(folder->path);
		g_free(folder);
	}
	g_hash_table_unref(fat.seen);
	return TRUE;
}
