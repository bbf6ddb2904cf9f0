#include "warden-config.h"

#include "biff.h"
#include "office.h"

#include <string.h>

/* Pictures of the kinds that can hold a code or be a file of their own
   (MS-ODRAW 2.2.23 and following): a record's header, one or two digests, a
   byte, and the picture's file. */

#define RECORD_HEADER 8u
#define DIGEST_SIZE 16u
#define PICTURES_MAX 100u
/* Smaller ones are bullets. */
#define PICTURE_MIN 100u

#define RECORD_DRAWINGS 0x00ebu	/* of a workbook */

enum picture {
	PICTURE_JPEG = 0xf01d,
	PICTURE_PNG = 0xf01e,
	PICTURE_JPEG_CMYK = 0xf02a,
};

static bool begins_file(guint kind, const guint8 *data)
{
	return kind == PICTURE_PNG ? memcmp(data, "\x89PNG", 4) == 0 :
		memcmp(data, "\xff\xd8\xff", 3) == 0;
}

static void take(struct warden_office *office, guint index, guint kind,
		 const guint8 *data, gsize size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	struct warden_office_member member = {
		.entry = index, .name = "", .path = "picture", .charset = "",
		.declared_type = kind == PICTURE_PNG ? "image/png" :
			"image/jpeg",
	};

	if (size >= PICTURE_MIN &&
	    warden_queue_spend(office->queue, office->path, size))
		(void)warden_office_add(office, &member, bytes);
}

/* Returns how much of data the picture takes, 0: none begins here. */
static gsize take_picture(struct warden_office *office, guint index,
			  const guint8 *data, gsize size)
{
	guint kind = warden_biff_u16(data + 2);
	gsize length = warden_biff_u32(data + 4), digests;

	if (kind != PICTURE_JPEG && kind != PICTURE_PNG &&
	    kind != PICTURE_JPEG_CMYK)
		return 0;
	length = MIN(length, size - RECORD_HEADER);
	for (digests = 1; digests <= 2; digests++) {
		gsize head = digests * DIGEST_SIZE + 1;
		const guint8 *file = data + RECORD_HEADER + head;

		if (length < head + 4 || !begins_file(kind, file))
			continue;
		take(office, index, kind, file, length - head);
		return RECORD_HEADER + length;
	}
	return 0;
}

void warden_office_look_pictures(struct warden_office *office, guint index,
				 const guint8 *data, gsize size)
{
	gsize at = 0, taken;
	guint count = 0;

	/* records of other kinds are around them, and other things around
	   those: each place may be the beginning of one */
	while (size - at >= RECORD_HEADER + DIGEST_SIZE &&
	       count < PICTURES_MAX) {
		const guint8 *found = memchr(data + at + 3, 0xf0,
					     size - at - 7);

		if (found == NULL)
			break;
		at = found - data - 3;
		taken = take_picture(office, index, data + at, size - at);
		count += taken > 0;
		at += MAX(taken, 1);
	}
}

void warden_office_look_data(struct warden_office *office, guint index)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	gsize size;
	const guint8 *data;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	warden_office_look_pictures(office, index, data, size);
}

/* A workbook cuts its drawings into records. */
void warden_office_look_drawings(struct warden_office *office, guint index,
				 const guint8 *data, gsize size)
{
	struct warden_biff biff = { .data = data, .size = size };
	struct warden_biff_record record;
	GByteArray *drawings = g_byte_array_new();
	bool inside = FALSE;

	while (warden_biff_next(&biff, &record)) {
		inside = record.kind == RECORD_DRAWINGS ||
			(inside && record.kind == WARDEN_BIFF_CONTINUE);
		if (inside)
			g_byte_array_append(drawings, record.data,
					    record.size);
	}
	if (drawings->len > 0)
		warden_office_look_pictures(office, index, drawings->data,
					    drawings->len);
	g_byte_array_unref(drawings);
}
