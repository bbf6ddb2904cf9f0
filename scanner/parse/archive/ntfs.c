#include "warden-config.h"

#include "disk.h"

#include <string.h>

/* NTFS, as far as files come out of it: every record of the master file table
   that is in use and no folder, with its first name and its unnamed data.
   Folders are not walked: a file without one is looked at as well. */

#define RECORDS_MAX 20000u
#define RUNS_MAX 4096u
/* The first records are the file system's own. */
#define FIRST_FILE 24u

enum { ATTRIBUTE_NAME = 0x30, ATTRIBUTE_DATA = 0x80,
       ATTRIBUTE_END = 0xffffffff };
enum { RECORD_IN_USE = 1, RECORD_FOLDER = 2 };
enum { DATA_COMPRESSED = 0x00ff, DATA_ENCRYPTED = 0x4000 };

struct run {
	guint64 cluster, count;
	bool hole;
};

struct ntfs {
	const struct warden_volume *volume;
	const struct warden_disk_sink *sink;
	guint32 cluster_size, record_size;
	GArray *table;		/* struct run, of the master file table */
	guint64 table_size;
	bool stop;
};

struct content {
	GArray *runs;		/* NULL: resident */
	const guint8 *data;	/* in the record */
	guint64 size;
	guint16 flags;
	bool found;
};

static bool read_boot(struct ntfs *ntfs, guint64 *table_r)
{
	guint8 boot[512];
	guint32 sector;
	gint8 record;

	warden_volume_read(ntfs->volume, 0, boot, sizeof(boot));
	sector = warden_le16(boot + 11);
	record = boot[64];
	if (memcmp(boot + 3, "NTFS    ", 8) != 0 || sector < 256 ||
	    sector > 4096 || boot[13] == 0)
		return FALSE;
	/* above 128 it is a power of two */
	ntfs->cluster_size = boot[13] <= 128 ? sector * boot[13] :
		sector << MIN(256 - boot[13], 12);
	ntfs->record_size = record > 0 ?
		(guint32)record * ntfs->cluster_size :
		record > -32 ? 1u << -record : 0;
	*table_r = warden_le64(boot + 48);
	return ntfs->record_size >= 512 && ntfs->record_size <= 65536 &&
	       *table_r < ntfs->volume->length / ntfs->cluster_size;
}

/* The last two bytes of each sector stand elsewhere, against half-written
   records. */
static bool fix_up(guint8 *record, guint32 size)
{
	guint at = warden_le16(record + 4), count = warden_le16(record + 6);
	guint i;

	if (memcmp(record, "FILE", 4) != 0 || count == 0 ||
	    at + 2 * count > size)
		return FALSE;
	for (i = 1; i < count && i * 512 <= size; i++)
		memcpy(record + i * 512 - 2, record + at + 2 * i, 2);
	return TRUE;
}

/* --- runs ----------------------------------------------------------------------- */

static gint64 take_number(const guint8 *p, guint size, bool is_signed)
{
	guint64 value = 0;
	guint i;

	for (i = 0; i < size && i < 8; i++)
		value |= (guint64)p[i] << (8 * i);
	if (is_signed && size > 0 && size < 8 && (p[size - 1] & 0x80) != 0)
		value |= G_MAXUINT64 << (8 * size);
	return (gint64)value;
}

/* Each: a byte with the sizes of two numbers, how many clusters, and how far
   from the run before. */
static GArray *read_runs(const struct ntfs *ntfs, const guint8 *p,
			 const guint8 *end)
{
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct run));
	guint64 clusters = ntfs->volume->length / ntfs->cluster_size;
	guint64 cluster = 0;

	while (p < end && *p != 0 && runs->len < RUNS_MAX) {
		guint count_size = *p & 0xf, offset_size = *p >> 4;
		struct run run;

		if (count_size == 0 || count_size > 8 || offset_size > 8 ||
		    (gsize)(end - p) < 1 + count_size + offset_size)
			break;
		run.count = take_number(p + 1, count_size, FALSE);
		run.hole = offset_size == 0;
		cluster += (guint64)take_number(p + 1 + count_size,
						offset_size, TRUE);
		run.cluster = cluster;
		if (!run.hole && (cluster > clusters ||
				  run.count > clusters - cluster))
			break;
		g_array_append_val(runs, run);
		p += 1 + count_size + offset_size;
	}
	return runs;
}

static void read_at(const struct ntfs *ntfs, const GArray *runs, guint64 at,
		    guint8 *buffer, gsize size)
{
	guint64 start = 0;
	guint i;

	memset(buffer, 0, size);
	for (i = 0; i < runs->len && size > 0; i++) {
		const struct run *run = &g_array_index(runs, struct run, i);
		guint64 length = run->count > G_MAXUINT64 /
			ntfs->cluster_size ? G_MAXUINT64 :
			run->count * ntfs->cluster_size;
		gsize piece;

		if (length > G_MAXUINT64 - start)
			length = G_MAXUINT64 - start;
		if (at < start + length) {
			piece = MIN(size, start + length - at);
			if (!run->hole)
				warden_volume_read(
					ntfs->volume, run->cluster *
					ntfs->cluster_size + (at - start),
					buffer, piece);
			at += piece;
			buffer += piece;
			size -= piece;
		}
		start += length;
	}
}

/* --- records ---------------------------------------------------------------------- */

static void take_data(const struct ntfs *ntfs, const guint8 *attribute,
		      guint32 length, struct content *content)
{
	guint32 offset;

	/* named data are other streams: of a download mark, mostly */
	if (content->found || attribute[9] != 0)
		return;
	content->flags = warden_le16(attribute + 12);
	if (attribute[8] == 0) {
		content->size = warden_le32(attribute + 16);
		offset = warden_le16(attribute + 20);
		if (offset > length || content->size > length - offset)
			return;
		content->data = attribute + offset;
	} else {
		offset = length < 64 ? length : warden_le16(attribute + 32);
		/* a later piece of the same data: not from its beginning */
		if (offset >= length || warden_le64(attribute + 16) != 0)
			return;
		content->size = warden_le64(attribute + 48);
		content->runs = read_runs(ntfs, attribute + offset,
					  attribute + length);
	}
	content->found = TRUE;
}

static void take_name(const guint8 *attribute, guint32 length, char **name)
{
	guint32 offset = warden_le16(attribute + 20);
	const guint8 *value = attribute + offset;
	guint count;

	if (attribute[8] != 0 || offset > length || length - offset < 66)
		return;
	count = value[64];
	/* the old short name only if there is no other */
	if (length - offset - 66 < 2 * count ||
	    (*name != NULL && value[65] == 2))
		return;
	g_free(*name);
	*name = warden_disk_name(value + 66, count);
}

static void read_record(const struct ntfs *ntfs, const guint8 *record,
			struct content *content, char **name)
{
	guint32 at = warden_le16(record + 20);

	while (at + 24 <= ntfs->record_size) {
		const guint8 *attribute = record + at;
		guint32 type = warden_le32(attribute);
		guint32 length = warden_le32(attribute + 4);

		if (type == ATTRIBUTE_END || length < 24 ||
		    length > ntfs->record_size - at)
			break;
		if (type == ATTRIBUTE_DATA)
			take_data(ntfs, attribute, length, content);
		else if (type == ATTRIBUTE_NAME)
			take_name(attribute, length, name);
		at += length;
	}
}

static void take_file(struct ntfs *ntfs, const struct content *content,
		      const char *name)
{
	const struct warden_disk_sink *sink = ntfs->sink;
	gint64 room = sink->room(sink->context, name, content->size);
	GByteArray *bytes;

	if (room < 0) {
		ntfs->stop = TRUE;
		return;
	}
	if ((content->flags & DATA_ENCRYPTED) != 0 ||
	    (content->flags & DATA_COMPRESSED) != 0) {
		sink->miss(sink->context, name,
			   (content->flags & DATA_ENCRYPTED) != 0 ?
			   "encrypted" : "unsupported");
		return;
	}
	bytes = g_byte_array_new();
	g_byte_array_set_size(bytes, MIN(content->size, (guint64)room));
	if (content->runs != NULL)
		read_at(ntfs, content->runs, 0, bytes->data, bytes->len);
	else if (bytes->len > 0)
		memcpy(bytes->data, content->data, bytes->len);
	sink->take(sink->context, name, bytes, content->size);
}

/* Returns FALSE at the table's end. */
static bool take_record(struct ntfs *ntfs, guint64 number, guint8 *record)
{
	g_autofree char *name = NULL;
	struct content content = { .found = FALSE };
	guint flags;

	if ((number + 1) * ntfs->record_size > ntfs->table_size)
		return FALSE;
	read_at(ntfs, ntfs->table, number * ntfs->record_size, record,
		ntfs->record_size);
	if (!fix_up(record, ntfs->record_size))
		return TRUE;
	flags = warden_le16(record + 22);
	/* a record with a base is a piece of another file */
	if ((flags & RECORD_IN_USE) == 0 || (flags & RECORD_FOLDER) != 0 ||
	    warden_le64(record + 32) != 0)
		return TRUE;
	read_record(ntfs, record, &content, &name);
	if (content.found && content.size > 0)
		take_file(ntfs, &content, name == NULL ? "" : name);
	if (content.runs != NULL)
		g_array_unref(content.runs);
	return !ntfs->stop;
}

bool warden_ntfs_read(const struct warden_volume *volume,
		      const struct warden_disk_sink *sink)
{
	struct ntfs ntfs = { .volume = volume, .sink = sink };
	struct content table = { .found = FALSE };
	g_autofree guint8 *record = NULL;
	g_autofree char *name = NULL;
	guint64 at, number;

	if (!read_boot(&ntfs, &at))
		return FALSE;
	record = g_malloc0(ntfs.record_size);
	warden_volume_read(volume, at * ntfs.cluster_size, record,
			   ntfs.record_size);
	if (fix_up(record, ntfs.record_size))
		read_record(&ntfs, record, &table, &name);
	if (table.runs == NULL) {
		sink->miss(sink->context, "", "damaged");
		return TRUE;
	}
	ntfs.table = table.runs;
	ntfs.table_size = table.size;
	for (number = FIRST_FILE; number < RECORDS_MAX; number++) {
		if (!take_record(&ntfs, number, record))
			break;
	}
	if (number == RECORDS_MAX)
		sink->miss(sink->context, "", "count");
	g_array_unref(ntfs.table);
	return TRUE;
}
