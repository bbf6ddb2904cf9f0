#include "warden-config.h"

#include "zip.h"
#include "../bytes.h"

#include "../../facts/limits.h"

#include <string.h>

#define LOCAL_SIZE 30u
#define CENTRAL_SIZE 46u
#define END_SIZE 22u
/* Ends of directories that are looked at; more are a flood. */
#define ENDS_MAX 16u
#define UNLISTED_MAX 200u
#define FLAG_ENCRYPTED 1u

struct reader {
	const guint8 *data;
	gsize size;
	struct warden_zip *zip;
	GHashTable *listed;	/* offset of a local header + 1 */
};

/* A header before a member, as some packer writes it: not just its mark. */
static bool is_local(const struct reader *reader, gsize at)
{
	const guint8 *p = reader->data + at;

	return at <= reader->size && reader->size - at >= LOCAL_SIZE &&
	       memcmp(p, "PK\3\4", 4) == 0 && p[4] <= 63 &&
	       warden_le16(p + 8) <= 99 && warden_le16(p + 26) > 0 &&
	       warden_le16(p + 26) <= reader->size - at - LOCAL_SIZE;
}

/* Where the member stands, if the directory's 32 bits do not hold it: the
   last of those eight-byte numbers that are needed (APPNOTE 4.5.3). */
static gsize zip64_offset(const guint8 *central)
{
	const guint8 *p = central + CENTRAL_SIZE + warden_le16(central + 28);
	const guint8 *end = p + warden_le16(central + 30);
	gsize skip = (warden_le32(central + 24) == G_MAXUINT32 ? 8 : 0) +
		     (warden_le32(central + 20) == G_MAXUINT32 ? 8 : 0);

	while (end - p >= 4) {
		gsize size = warden_le16(p + 2);

		if (size > (gsize)(end - p) - 4)
			break;
		if (warden_le16(p) == 1 && size >= skip + 8)
			return warden_le64(p + 4 + skip);
		p += 4 + size;
	}
	return G_MAXUINT32;
}

static gsize local_offset(const guint8 *central)
{
	gsize offset = warden_le32(central + 42);

	return offset == G_MAXUINT32 ? zip64_offset(central) : offset;
}

static void take_entry(struct reader *reader, const guint8 *central,
		       gsize base)
{
	struct warden_zip *zip = reader->zip;
	struct warden_zip_entry entry = {
		.local = base + local_offset(central),
		.name = central + CENTRAL_SIZE,
		.name_size = warden_le16(central + 28),
		.encrypted = (warden_le16(central + 8) & FLAG_ENCRYPTED) != 0,
	};
	const guint8 *local;

	/* written before something was put in front of the whole: or not */
	if (!is_local(reader, entry.local))
		entry.local -= base;
	if (!is_local(reader, entry.local))
		return;
	local = reader->data + entry.local;
	entry.local_name = local + LOCAL_SIZE;
	entry.local_name_size = warden_le16(local + 26);
	entry.end = entry.local + LOCAL_SIZE + entry.local_name_size +
		    warden_le16(local + 28) + warden_le32(central + 20);
	g_hash_table_add(reader->listed, GSIZE_TO_POINTER(entry.local + 1));
	zip->encrypted |= entry.encrypted;
	zip->files += entry.name_size > 0 &&
		entry.name[entry.name_size - 1] != '/';
	zip->names_differ |= entry.name_size != entry.local_name_size ||
		memcmp(entry.name, entry.local_name, entry.name_size) != 0;
	g_array_append_val(zip->entries, entry);
}

/* The same for the directory: a record stands between it and the end. */
static gsize zip64_directory(const struct reader *reader, gsize end)
{
	const guint8 *data = reader->data;
	gsize at;

	if (end < 20 || memcmp(data + end - 20, "PK\6\7", 4) != 0)
		return G_MAXUINT32;
	at = warden_le64(data + end - 20 + 8);
	if (at > end || end - at < 56 || memcmp(data + at, "PK\6\6", 4) != 0)
		return G_MAXUINT32;
	return warden_le64(data + at + 48);
}

/* The directory of the end record at end. Returns FALSE if there is none. */
static bool take_directory(struct reader *reader, gsize end)
{
	const guint8 *record = reader->data + end;
	gsize length = warden_le32(record + 12),
	      said = warden_le32(record + 16);
	gsize at = length <= end ? end - length : end, base = 0;

	if (said == G_MAXUINT32)
		said = zip64_directory(reader, end);
	if (said <= at)
		base = at - said;
	/* zip64 puts a record of its own between the two */
	if (reader->size - at < 4 ||
	    memcmp(reader->data + at, "PK\1\2", 4) != 0) {
		at = said;
		base = 0;
	}
	if (at >= end || end - at < 4 || memcmp(reader->data + at, "PK\1\2", 4) != 0)
		return FALSE;
	while (end - at >= CENTRAL_SIZE &&
	       reader->zip->entries->len < WARDEN_ARCHIVE_MEMBERS_MAX) {
		const guint8 *p = reader->data + at;
		gsize whole = CENTRAL_SIZE + (gsize)warden_le16(p + 28) +
			      warden_le16(p + 30) + warden_le16(p + 32);

		if (memcmp(p, "PK\1\2", 4) != 0 || whole > end - at)
			break;
		take_entry(reader, p, base);
		at += whole;
	}
	return TRUE;
}

/* The last one counts, as for most. What others list is found without them. */
static void take_last_directory(struct reader *reader)
{
	const guint8 *data = reader->data, *p;
	gsize left = reader->size;
	guint ends = 0;

	while (ends < ENDS_MAX && (p = memrchr(data, 'P', left)) != NULL) {
		left = p - data;
		if (reader->size - left < END_SIZE ||
		    memcmp(p, "PK\5\6", 4) != 0)
			continue;
		ends++;
		if (take_directory(reader, left))
			break;
	}
}

/* Inside a listed member: it will be read as what that is. */
static gsize end_of_listed(const struct reader *reader, gsize at)
{
	gsize end = 0;
	guint i;

	for (i = 0; i < reader->zip->entries->len; i++) {
		const struct warden_zip_entry *entry = &g_array_index(
			reader->zip->entries, struct warden_zip_entry, i);

		if (entry->local < at && at < entry->end)
			end = MAX(end, entry->end);
	}
	return end;
}

static void find_unlisted(struct reader *reader)
{
	const guint8 *data = reader->data;
	gsize at = 0;

	while (reader->zip->unlisted->len < UNLISTED_MAX &&
	       at < reader->size) {
		const guint8 *p = memmem(data + at, reader->size - at,
					 "PK\3\4", 4);
		gsize found, end;

		if (p == NULL)
			break;
		found = p - data;
		at = found + 4;
		if (!is_local(reader, found) || g_hash_table_contains(
			reader->listed, GSIZE_TO_POINTER(found + 1)))
			continue;
		end = end_of_listed(reader, found);
		if (end == 0)
			g_array_append_val(reader->zip->unlisted, found);
		else
			at = MAX(at, MIN(end, reader->size));
	}
}

void warden_zip_read(const guint8 *data, gsize size, struct warden_zip *zip_r)
{
	struct reader reader = { data, size, zip_r, NULL };

	memset(zip_r, 0, sizeof(*zip_r));
	zip_r->entries = g_array_new(FALSE, FALSE,
				     sizeof(struct warden_zip_entry));
	zip_r->unlisted = g_array_new(FALSE, FALSE, sizeof(gsize));
	reader.listed = g_hash_table_new(NULL, NULL);
	if (size > 0)
		take_last_directory(&reader);
	find_unlisted(&reader);
	g_hash_table_unref(reader.listed);
}

void warden_zip_clear(struct warden_zip *zip)
{
	g_clear_pointer(&zip->entries, g_array_unref);
	g_clear_pointer(&zip->unlisted, g_array_unref);
}
