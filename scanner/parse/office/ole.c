#include "warden-config.h"

#include "ole.h"
#include "../bytes.h"

#include <string.h>

#define HEADER_SIZE 512u
#define ENTRY_SIZE 128u
#define DIFAT_IN_HEADER 109u
#define MINI_SHIFT 6u
#define MINI_CUTOFF 4096u	/* smaller streams are in the mini stream */
#define PATH_DEPTH_MAX 32u

/* Sector numbers with a meaning (2.1). */
#define SECTOR_MAX 0xfffffffau
#define SECTOR_END 0xfffffffeu
#define NO_ENTRY 0xffffffffu

enum kind {
	KIND_STORAGE = 1,
	KIND_STREAM = 2,
	KIND_ROOT = 5,
};

/* --- sectors ------------------------------------------------------------- */

/* Where a sector's bytes are; the last one may be short. Returns its size, 0:
   behind the end. */
static gsize sector_bytes(const struct warden_ole *ole, guint32 sector,
			  const guint8 **data_r)
{
	guint64 at = ((guint64)sector + 1) << ole->shift;

	if (sector > SECTOR_MAX || at >= ole->size)
		return 0;
	*data_r = ole->data + at;
	return MIN((gsize)1 << ole->shift, ole->size - at);
}

static guint sectors_count(const struct warden_ole *ole)
{
	return (ole->size >> ole->shift) + 1;
}

/* What follows in the chain. Where the table says nothing, the sector behind
   is the best guess, and *whole is cleared. */
static guint32 next_sector(const GArray *table, guint32 sector, bool *whole)
{
	guint32 next = sector < table->len ?
		g_array_index(table, guint32, sector) : NO_ENTRY;

	if (next <= SECTOR_MAX || next == SECTOR_END)
		return next;
	*whole = FALSE;
	return sector + 1;
}

/* The bytes of a chain of big sectors. */
static GByteArray *read_chain(const struct warden_ole *ole, guint32 sector,
			      gsize max, bool *whole)
{
	GByteArray *bytes = g_byte_array_new();
	guint left = sectors_count(ole);

	/* more sectors than the file has: it runs in a circle */
	while (bytes->len < max && left-- > 0) {
		const guint8 *data;
		gsize got = sector_bytes(ole, sector, &data);

		if (got == 0)
			break;
		g_byte_array_append(bytes, data, MIN(got, max - bytes->len));
		if (bytes->len < max)
			sector = next_sector(ole->fat, sector, whole);
	}
	return bytes;
}

static GByteArray *read_mini(const struct warden_ole *ole, guint32 sector,
			     gsize max, bool *whole)
{
	GByteArray *bytes = g_byte_array_new();
	gsize size;
	const guint8 *data = g_bytes_get_data(ole->ministream, &size);
	guint left = (size >> MINI_SHIFT) + 1;

	while (bytes->len < max && left-- > 0) {
		guint64 at = (guint64)sector << MINI_SHIFT;
		gsize got;

		if (sector > SECTOR_MAX || at >= size)
			break;
		got = MIN((gsize)1 << MINI_SHIFT, size - at);
		g_byte_array_append(bytes, data + at,
				    MIN(got, max - bytes->len));
		if (bytes->len < max)
			sector = next_sector(ole->minifat, sector, whole);
	}
	return bytes;
}

/* --- tables -------------------------------------------------------------- */

static void add_numbers(GArray *table, const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i + 4 <= size; i += 4) {
		guint32 number = warden_le32(data + i);

		g_array_append_val(table, number);
	}
}

static void add_fat_sector(struct warden_ole *ole, guint32 sector)
{
	const guint8 *data;
	gsize got = sector_bytes(ole, sector, &data);

	if (got == 0)
		ole->damaged = TRUE;
	else if (ole->fat->len < sectors_count(ole))
		add_numbers(ole->fat, data, got);
}

/* The sectors of the table are listed in the header, then in a chain of
   sectors that end in the number of the next (2.5). */
static void read_fat(struct warden_ole *ole)
{
	guint32 sector = warden_le32(ole->data + 68);
	guint left = sectors_count(ole), i;

	for (i = 0; i < DIFAT_IN_HEADER; i++) {
		guint32 number = warden_le32(ole->data + 76 + i * 4);

		if (number <= SECTOR_MAX)
			add_fat_sector(ole, number);
	}
	while (sector <= SECTOR_MAX && left-- > 0 &&
	       ole->fat->len < sectors_count(ole)) {
		const guint8 *data;
		gsize got = sector_bytes(ole, sector, &data);

		if (got != (gsize)1 << ole->shift) {
			ole->damaged = TRUE;
			break;
		}
		for (i = 0; i + 8 <= got; i += 4) {
			guint32 number = warden_le32(data + i);

			if (number <= SECTOR_MAX)
				add_fat_sector(ole, number);
		}
		sector = warden_le32(data + got - 4);
	}
}

/* --- the directory ------------------------------------------------------- */

static void entry_clear(void *data)
{
	struct warden_ole_entry *entry = data;

	g_free(entry->name);
}

/* Up to the first NUL: the length beside it is not to be trusted. */
static char *entry_name(const guint8 *data)
{
	gsize size = 0;
	char *name;

	while (size < 62 && (data[size] != 0 || data[size + 1] != 0))
		size += 2;
	name = g_convert_with_fallback((const char *)data, size, "UTF-8",
				       "UTF-16LE", "?", NULL, NULL, NULL);
	return name == NULL ? g_strdup("?") : name;
}

static void add_entry(struct warden_ole *ole, const guint8 *data, guint parent)
{
	struct warden_ole_entry entry = {
		.name = entry_name(data),
		.parent = parent,
		.storage = data[66] != KIND_STREAM,
		.start = warden_le32(data + 116),
	};
	guint64 size = warden_le32(data + 120);

	/* The upper half is only defined in version 4. */
	if (ole->shift > 9)
		size |= (guint64)warden_le32(data + 124) << 32;
	entry.size = MIN(size, ole->size);
	memcpy(entry.class_id, data + 80, WARDEN_OLE_CLASS_SIZE);
	g_array_append_val(ole->entries, entry);
}

struct walk {
	const guint8 *data;	/* the directory */
	guint count;
	GArray *waiting;	/* struct step */
	guint8 *seen;
	bool loops;		/* two lead to one entry */
};

/* An entry to look at, and the storage it is in. */
struct step {
	guint32 number;
	guint parent;
};

static void push(struct walk *walk, guint32 number, guint parent)
{
	struct step step = { number, parent };

	if (number >= walk->count)
		return;
	if (walk->seen[number] != 0) {
		/* some write 0 for none */
		walk->loops = walk->loops || number != 0;
		return;
	}
	walk->seen[number] = 1;
	g_array_append_val(walk->waiting, step);
}

/* Everything that hangs below what is waiting. */
static void walk_tree(struct warden_ole *ole, struct walk *walk)
{
	while (walk->waiting->len > 0) {
		struct step step = g_array_index(
			walk->waiting, struct step, walk->waiting->len - 1);
		const guint8 *data = walk->data + step.number * ENTRY_SIZE;
		guint8 kind = data[66];

		g_array_set_size(walk->waiting, walk->waiting->len - 1);
		if (ole->entries->len >= WARDEN_OLE_ENTRIES_MAX) {
			ole->truncated = TRUE;
			return;
		}
		if (step.number > 0) {
			push(walk, warden_le32(data + 72), step.parent);
			push(walk, warden_le32(data + 68), step.parent);
		}
		if (kind != KIND_STREAM && kind != KIND_STORAGE &&
		    step.number > 0)
			continue;
		add_entry(ole, data, step.parent);
		if (kind != KIND_STREAM)
			push(walk, warden_le32(data + 76),
			     ole->entries->len - 1);
	}
}

/* Entries that no tree leads to are taken as the root's: a broken tree must
   not hide them. */
static void walk_orphans(struct warden_ole *ole, struct walk *walk)
{
	guint i;

	for (i = 1; i < walk->count && !ole->truncated; i++) {
		guint8 kind = walk->data[i * ENTRY_SIZE + 66];

		if (walk->seen[i] != 0 ||
		    (kind != KIND_STREAM && kind != KIND_STORAGE))
			continue;
		push(walk, i, 0);
		walk_tree(ole, walk);
	}
}

static bool read_directory(struct warden_ole *ole)
{
	bool whole = TRUE;
	GByteArray *bytes =
		read_chain(ole, warden_le32(ole->data + 48), ole->size, &whole);
	struct walk walk = {
		.data = bytes->data, .count = bytes->len / ENTRY_SIZE,
	};

	ole->damaged |= !whole;
	if (walk.count > 0) {
		walk.waiting = g_array_new(FALSE, FALSE, sizeof(struct step));
		walk.seen = g_malloc0(walk.count);
		push(&walk, 0, 0);
		walk_tree(ole, &walk);
		ole->damaged |= walk.loops;
		/* of guessed sectors, what no tree leads to is rubbish */
		if (whole)
			walk_orphans(ole, &walk);
		g_free(walk.seen);
		g_array_unref(walk.waiting);
	}
	g_byte_array_unref(bytes);
	return ole->entries->len > 0;
}

/* --- opening ------------------------------------------------------------- */

static void read_ministream(struct warden_ole *ole)
{
	const struct warden_ole_entry *root = warden_ole_entry(ole, 0);
	bool whole = TRUE;
	GByteArray *table =
		read_chain(ole, warden_le32(ole->data + 60), ole->size, &whole);

	add_numbers(ole->minifat, table->data, table->len);
	g_byte_array_unref(table);
	ole->ministream = g_byte_array_free_to_bytes(
		read_chain(ole, root->start, root->size, &whole));
}

struct warden_ole *warden_ole_open(const guint8 *data, gsize size)
{
	struct warden_ole *ole;
	guint shift;

	if (size < HEADER_SIZE ||
	    memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0)
		return NULL;
	shift = data[30] | data[31] << 8;
	ole = g_new0(struct warden_ole, 1);
	ole->data = data;
	ole->size = size;
	/* 9 or 12 by the book; anything else is damage, and mostly 9 */
	ole->shift = shift == 12 ? 12 : 9;
	ole->damaged = shift != ole->shift;
	ole->fat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole->minifat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole->entries = g_array_new(FALSE, FALSE,
				   sizeof(struct warden_ole_entry));
	g_array_set_clear_func(ole->entries, entry_clear);
	read_fat(ole);
	if (!read_directory(ole)) {
		warden_ole_free(ole);
		return NULL;
	}
	read_ministream(ole);
	return ole;
}

void warden_ole_free(struct warden_ole *ole)
{
	g_array_unref(ole->fat);
	g_array_unref(ole->minifat);
	g_array_unref(ole->entries);
	g_clear_pointer(&ole->ministream, g_bytes_unref);
	g_free(ole);
}

/* --- use ----------------------------------------------------------------- */

const struct warden_ole_entry *
warden_ole_entry(const struct warden_ole *ole, guint index)
{
	return &g_array_index(ole->entries, struct warden_ole_entry, index);
}

guint warden_ole_find(const struct warden_ole *ole, guint storage,
		      const char *name)
{
	guint i;

	for (i = 1; i < ole->entries->len; i++) {
		const struct warden_ole_entry *entry =
			warden_ole_entry(ole, i);

		if (entry->parent == storage &&
		    g_ascii_strcasecmp(entry->name, name) == 0)
			return i;
	}
	return 0;
}

char *warden_ole_path(const struct warden_ole *ole, guint index)
{
	GString *path = g_string_new(NULL);
	guint depth = 0;

	/* parents always come before their children: this ends */
	for (; index > 0 && depth < PATH_DEPTH_MAX; depth++) {
		const struct warden_ole_entry *entry =
			warden_ole_entry(ole, index);

		if (path->len > 0)
			g_string_prepend_c(path, '/');
		g_string_prepend(path, entry->name);
		index = entry->parent;
	}
	return g_string_free(path, FALSE);
}

GBytes *warden_ole_read(const struct warden_ole *ole, guint index, gsize max,
			bool *whole_r)
{
	const struct warden_ole_entry *entry = warden_ole_entry(ole, index);
	gsize wanted = entry->storage ? 0 : MIN(entry->size, max);
	GByteArray *bytes;

	*whole_r = TRUE;
	bytes = entry->size < MINI_CUTOFF ?
		read_mini(ole, entry->start, wanted, whole_r) :
		read_chain(ole, entry->start, wanted, whole_r);
	*whole_r &= bytes->len == wanted;
	return g_byte_array_free_to_bytes(bytes);
}

/* --- installers ---------------------------------------------------------- */

/* U+3800 to U+47FF are two characters, U+4800 to U+483F one; U+4840 marks a
   table. The alphabet is what names may contain. */
char *warden_ole_decode_msi_name(const char *name)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz._";
	GString *out = g_string_new(NULL);

	for (; *name != '\0'; name = g_utf8_next_char(name)) {
		gunichar c = g_utf8_get_char(name);

		if (c >= 0x3800 && c < 0x4800) {
			g_string_append_c(out, alphabet[(c - 0x3800) & 0x3f]);
			g_string_append_c(out, alphabet[(c - 0x3800) >> 6]);
		} else if (c >= 0x4800 && c < 0x4840) {
			g_string_append_c(out, alphabet[c - 0x4800]);
		} else if (c == 0x4840) {
			g_string_append_c(out, '!');
		} else {
			g_string_append_unichar(out, c);
		}
	}
	return g_string_free(out, FALSE);
}
