#include "warden-config.h"

#include "chm.h"
#include "program.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* Help is decompressed by libarchive's reader of cabinets: an interval of it
   is what a cabinet calls a folder, compressed in the same way (MS-CAB, LZX).
   So each is put into a cabinet that exists only here. */

#define FRAME_SIZE 0x8000u
#define CABINET_MAX (64u * 1024 * 1024)
#define HEADER_SIZE 36u
#define FOLDER_SIZE 8u
#define FILE_SIZE 18u		/* with a name of one letter */

struct help {
	struct warden_queue *queue;
	const struct warden_container *container;
	const guint8 *data;
	struct warden_chm chm;
	GByteArray *content;	/* of the compressed section, so far */
	bool damaged;
};

/* --- a cabinet --------------------------------------------------------------- */

static void put16(GByteArray *out, guint value)
{
	guint8 bytes[2] = { value, value >> 8 };

	g_byte_array_append(out, bytes, sizeof(bytes));
}

static void put32(GByteArray *out, guint32 value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

static gsize frame_at(const struct warden_chm *chm, guint number)
{
	return g_array_index(chm->frames, gsize, number);
}

/* Frames from first to before end, as a file of size bytes. */
static GByteArray *make_cabinet(const struct help *help, guint first,
				guint end, guint32 size)
{
	const struct warden_chm *chm = &help->chm;
	guint32 start = HEADER_SIZE + FOLDER_SIZE + FILE_SIZE;
	guint32 total = start + 8 * (end - first) + frame_at(chm, end) -
		frame_at(chm, first);
	GByteArray *out = g_byte_array_sized_new(total);
	guint i;

	g_byte_array_append(out, (const guint8 *)"MSCF\0\0\0\0", 8);
	put32(out, total);
	put32(out, 0);
	put32(out, HEADER_SIZE + FOLDER_SIZE);
	put32(out, 0);
	put16(out, 0x0103);	/* version */
	put16(out, 1);		/* folders */
	put16(out, 1);		/* files */
	put16(out, 0);
	put32(out, 0);
	put32(out, start);
	put16(out, end - first);
	put16(out, 3 | chm->window_bits << 8);	/* LZX */
	put32(out, size);
	put32(out, 0);
	put16(out, 0);
	put32(out, 0);		/* date and time */
	put16(out, 0x20);
	g_byte_array_append(out, (const guint8 *)"a", 2);
	for (i = first; i < end; i++) {
		gsize at = frame_at(chm, i);
		gsize length = frame_at(chm, i + 1) - at;
		guint32 left = size - (i - first) * FRAME_SIZE;

		put32(out, 0);	/* no check sum */
		put16(out, length);
		put16(out, MIN(left, FRAME_SIZE));
		g_byte_array_append(out, help->data + at, length);
	}
	return out;
}

/* Adds to help's content; FALSE if not all of it could be read. */
static bool read_cabinet(struct help *help, const GByteArray *cabinet,
			 gsize size)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	gsize had = help->content->len;
	guint8 piece[FRAME_SIZE];
	la_ssize_t got;

	(void)archive_read_support_format_cab(archive);
	if (archive_read_open_memory(archive, cabinet->data,
				     cabinet->len) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		while (help->content->len - had < size &&
		       (got = archive_read_data(archive, piece,
						sizeof(piece))) > 0)
			g_byte_array_append(help->content, piece, got);
	}
	archive_read_free(archive);
	size += had;
	if (help->content->len == size)
		return TRUE;
	/* what follows must keep its place */
	had = help->content->len;
	g_byte_array_set_size(help->content, size);
	if (had < size)
		memset(help->content->data + had, 0, size - had);
	return FALSE;
}

static bool is_sound(const struct warden_chm *chm, guint first, guint end)
{
	guint i;

	for (i = first; i < end; i++) {
		if (frame_at(chm, i + 1) - frame_at(chm, i) > G_MAXUINT16)
			return FALSE;
	}
	return TRUE;
}

static void decompress(struct help *help)
{
	struct warden_chm *chm = &help->chm;
	guint frames = chm->frames->len == 0 ? 0 : chm->frames->len - 1;
	guint64 total = MIN(chm->size, (guint64)frames * FRAME_SIZE);
	guint first;

	for (first = 0; first < frames; first += chm->interval) {
		guint end = MIN(first + chm->interval, frames);
		guint64 start = (guint64)first * FRAME_SIZE;
		gsize size = MIN(total - MIN(start, total),
				 (end - first) * FRAME_SIZE);
		GByteArray *cabinet;

		if (size <= (end - first - 1) * FRAME_SIZE ||
		    !is_sound(chm, first, end)) {
			help->damaged = TRUE;
			break;
		}
		if (start + size > CABINET_MAX ||
		    !warden_queue_spend(help->queue,
					help->container->part->path, size)) {
			warden_queue_unscanned(help->queue,
					       help->container->part->path,
					       "expansion");
			break;
		}
		cabinet = make_cabinet(help, first, end, size);
		help->damaged |= !read_cabinet(help, cabinet, size);
		g_byte_array_unref(cabinet);
	}
}

/* --- what is in it -------------------------------------------------------------- */

/* Names that begin with other than a slash are the format's own. */
static bool is_own(const char *name)
{
	return name[0] != '/' || name[1] == '#' || name[1] == '$' ||
		name[1] == '\0';
}

/* Pages of help may click on the objects that run programs by themselves. */
static void look_for_commands(struct help *help, const guint8 *data,
			      gsize size)
{
	g_autofree char *lower = g_ascii_strdown((const char *)data, size);

	if (strstr(lower, "shortcut") == NULL ||
	    strstr(lower, "adb880a6-d8ff-11cf-9377-00aa003b7a11") == NULL)
		return;
	warden_queue_trait(help->queue, WARDEN_TRAIT_CONSOLE_SCRIPT,
			   help->container->part->path,
			   "a page that starts programs");
	warden_program_look(help->queue, help->container,
			    (const char *)data, size,
			    WARDEN_LANGUAGE_WINDOWS, "script");
}

static void take_file(struct help *help, const struct warden_chm_file *file)
{
	const guint8 *from = help->data;
	g_autoptr(GBytes) bytes = NULL;
	gsize size = file->size;
	struct warden_part *part;

	if (file->compressed) {
		if (file->start >= help->content->len)
			return;
		from = help->content->data;
		size = MIN(size, help->content->len - file->start);
	}
	if (!warden_queue_spend(help->queue, help->container->part->path,
				size))
		return;
	bytes = g_bytes_new(from + file->start, size);
	part = warden_program_member(help->queue, help->container,
				     file->name + 1, bytes, FALSE);
	if (part != NULL && (part->kind == WARDEN_KIND_HTML ||
			     part->kind == WARDEN_KIND_SCRIPT))
		look_for_commands(help, from + file->start, size);
}

void warden_chm_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	struct help help = { .queue = queue, .container = container };
	gsize size;
	guint i;

	help.data = g_bytes_get_data(container->bytes, &size);
	if (!warden_chm_parse(help.data, size, &help.chm))
		return;
	help.content = g_byte_array_new();
	help.damaged = help.chm.damaged;
	decompress(&help);
	for (i = 0; i < help.chm.files->len; i++) {
		const struct warden_chm_file *file = &g_array_index(
			help.chm.files, struct warden_chm_file, i);

		if (!is_own(file->name))
			take_file(&help, file);
	}
	if (help.damaged)
		warden_queue_unscanned(queue, container->part->path,
				       "damaged");
	g_byte_array_unref(help.content);
	warden_chm_clear(&help.chm);
}
