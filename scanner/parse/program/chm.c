#include "warden-config.h"

#include "chm.h"
#include "../bytes.h"

#include <string.h>

#define HEADER_SIZE 0x60u
#define CHUNK_HEADER_SIZE 0x14u
#define CHUNKS_MAX 4000u
#define FRAMES_MAX 20000u
#define FRAME_SIZE 0x8000u

#define CONTENT "::DataSpace/Storage/MSCompressed/Content"
#define CONTROL "::DataSpace/Storage/MSCompressed/ControlData"
#define RESETS "::DataSpace/Storage/MSCompressed/Transform/" \
	"{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable"

struct reader {
	const guint8 *data;
	gsize size;
	struct warden_chm *chm;
	gsize content;		/* where section 0 begins */
};

static void file_clear(void *data)
{
	struct warden_chm_file *file = data;

	g_free(file->name);
}

/* Seven bits a byte, the highest first. */
static bool take_number(const guint8 **p, const guint8 *end, guint64 *value_r)
{
	guint64 value = 0;
	guint count;

	for (count = 0; *p < end && count < 9; count++) {
		guint8 byte = *(*p)++;

		value = value << 7 | (byte & 0x7f);
		if ((byte & 0x80) == 0) {
			*value_r = value;
			return TRUE;
		}
	}
	return FALSE;
}

/* Name, section, start and size. */
static bool take_entry(struct reader *reader, const guint8 **p,
		       const guint8 *end)
{
	struct warden_chm_file file = { .name = NULL };
	guint64 length, section;
	const guint8 *name;

	if (!take_number(p, end, &length) || length > (guint64)(end - *p))
		return FALSE;
	name = *p;
	*p += length;
	if (!take_number(p, end, &section) ||
	    !take_number(p, end, &file.start) ||
	    !take_number(p, end, &file.size))
		return FALSE;
	if (file.size == 0 || section > 1)
		return TRUE;
	file.compressed = section == 1;
	if (!file.compressed) {
		if (file.start > reader->size - reader->content ||
		    file.size > reader->size - reader->content - file.start)
			return TRUE;
		file.start += reader->content;
	}
	file.name = g_utf8_make_valid((const char *)name, length);
	g_array_append_val(reader->chm->files, file);
	return TRUE;
}

/* A chunk of the listing; others are its index. */
static bool take_chunk(struct reader *reader, const guint8 *chunk, gsize size)
{
	const guint8 *p = chunk + CHUNK_HEADER_SIZE, *end;
	guint32 spare;

	if (memcmp(chunk, "PMGL", 4) != 0)
		return TRUE;
	spare = warden_le32(chunk + 4);
	if (spare > size - CHUNK_HEADER_SIZE)
		return FALSE;
	end = chunk + size - spare;
	while (p < end && reader->chm->files->len < WARDEN_CHM_FILES_MAX) {
		if (!take_entry(reader, &p, end))
			return FALSE;
	}
	return p == end;
}

static bool take_directory(struct reader *reader, gsize start,
			   guint64 directory_size)
{
	const guint8 *header = reader->data + start;
	gsize chunk_size, count, at, i;

	if (start > reader->size || reader->size - start < 0x54 ||
	    memcmp(header, "ITSP", 4) != 0)
		return FALSE;
	chunk_size = warden_le32(header + 0x10);
	if (chunk_size < CHUNK_HEADER_SIZE || chunk_size > 0x10000 ||
	    directory_size < 0x54)
		return FALSE;
	count = MIN((directory_size - 0x54) / chunk_size, CHUNKS_MAX);
	at = start + 0x54;
	for (i = 0; i < count; i++, at += chunk_size) {
		if (reader->size - at < chunk_size ||
		    !take_chunk(reader, reader->data + at, chunk_size))
			return FALSE;
	}
	return TRUE;
}

static const struct warden_chm_file *find(const struct warden_chm *chm,
					  const char *name, gsize size_min)
{
	guint i;

	for (i = 0; i < chm->files->len; i++) {
		const struct warden_chm_file *file = &g_array_index(
			chm->files, struct warden_chm_file, i);

		if (strcmp(file->name, name) == 0)
			return file->compressed || file->size < size_min ?
				NULL : file;
	}
	return NULL;
}

/* Window and interval, in units of 32 kB since version 2. */
static bool take_control(struct warden_chm *chm, const guint8 *control)
{
	guint32 unit = warden_le32(control + 8) >= 2 ? FRAME_SIZE : 1;
	guint64 interval = (guint64)warden_le32(control + 12) * unit;
	guint64 window = (guint64)warden_le32(control + 16) * unit;
	guint bits = 15;

	if (memcmp(control + 4, "LZXC", 4) != 0)
		return FALSE;
	while (bits < 21 && (G_GUINT64_CONSTANT(1) << bits) < window)
		bits++;
	if ((G_GUINT64_CONSTANT(1) << bits) != window ||
	    interval < FRAME_SIZE || interval % FRAME_SIZE != 0 ||
	    interval / FRAME_SIZE > 1000)
		return FALSE;
	chm->window_bits = bits;
	chm->interval = interval / FRAME_SIZE;
	return TRUE;
}

static void take_frames(struct reader *reader,
			const struct warden_chm_file *resets,
			const struct warden_chm_file *content)
{
	struct warden_chm *chm = reader->chm;
	const guint8 *table = reader->data + resets->start;
	guint32 count = MIN(warden_le32(table + 4), FRAMES_MAX), i;
	guint32 entries = warden_le32(table + 12);
	guint64 last = 0, end = content->start + content->size;

	if (warden_le32(table + 8) != 8 || entries > resets->size ||
	    count > (resets->size - entries) / 8 ||
	    warden_le64(table + 0x20) != FRAME_SIZE) {
		chm->damaged = TRUE;
		return;
	}
	chm->size = warden_le64(table + 0x10);
	for (i = 0; i <= count; i++) {
		guint64 at =
			i == count
				? content->size
				: warden_le64(table + entries + 8 * (gsize)i);
		gsize frame;

		if (at < last || at > content->size) {
			chm->damaged = TRUE;
			at = content->size;
		}
		last = at;
		frame = MIN(content->start + at, end);
		g_array_append_val(chm->frames, frame);
	}
}

bool warden_chm_parse(const guint8 *data, gsize size,
		      struct warden_chm *chm_r)
{
	struct reader reader = { .data = data, .size = size, .chm = chm_r };
	const struct warden_chm_file *control, *resets, *content;
	guint64 directory;

	memset(chm_r, 0, sizeof(*chm_r));
	if (size < HEADER_SIZE || memcmp(data, "ITSF", 4) != 0)
		return FALSE;
	chm_r->files = g_array_new(FALSE, TRUE,
				   sizeof(struct warden_chm_file));
	g_array_set_clear_func(chm_r->files, file_clear);
	chm_r->frames = g_array_new(FALSE, FALSE, sizeof(gsize));
	directory = warden_le64(data + 0x48);
	/* before version 3 the content follows the directory */
	reader.content = warden_le32(data + 4) >= 3
				 ? warden_le64(data + 0x58)
				 : directory + warden_le64(data + 0x50);
	if (reader.content > size || directory > size) {
		chm_r->damaged = TRUE;
		return TRUE;
	}
	chm_r->damaged =
		!take_directory(&reader, directory, warden_le64(data + 0x50));
	control = find(chm_r, CONTROL, 0x18);
	resets = find(chm_r, RESETS, 0x28);
	content = find(chm_r, CONTENT, 1);
	if (control == NULL || resets == NULL || content == NULL)
		return TRUE;
	if (take_control(chm_r, data + control->start))
		take_frames(&reader, resets, content);
	else
		chm_r->damaged = TRUE;
	return TRUE;
}

void warden_chm_clear(struct warden_chm *chm)
{
	g_array_unref(chm->files);
	g_array_unref(chm->frames);
}
