#include "warden-config.h"

#include "../archive/inflate.h"
#include "../bytes.h"
#include "office.h"
#include "office-target.h"

#include <string.h>

/* Presentations (MS-PPT): a stream of records in records. */

#define RECORD_HEADER 8u
/* MS-PPT 2.3.2: behind the record's header and a size */
#define USER_TOKEN_AT 12u
#define USER_TOKEN_ENCRYPTED 0xf3d1c4dfu
#define VERSION_CONTAINER 0x0fu
/* Text is collected up to this. */
#define TEXT_MAX (1024u * 1024)

enum record {
	RECORD_TEXT_WIDE = 0x0fa0,
	RECORD_TEXT_BYTES = 0x0fa8,
	RECORD_STRING = 0x0fba,
	/* an object, a control or the VBA project: a compound file */
	RECORD_STORAGE = 0x1011,
	/* of an encrypted presentation */
	RECORD_CRYPT = 0x2f14,
};

struct slides {
	struct warden_office *office;
	guint index;
	GString *text;		/* UTF-8 */
};

static void take_storage(struct slides *slides, const guint8 *data, gsize size,
			 bool compressed)
{
	struct warden_office *office = slides->office;
	struct warden_office_member member = {
		.entry = slides->index, .name = "", .declared_type = "",
		.charset = "",
	};
	g_autoptr(GBytes) bytes = NULL;
	GByteArray *out;
	gsize max;

	if (!compressed) {
		bytes = g_bytes_new(data, size);
		(void)warden_office_add(office, &member, bytes);
		return;
	}
	if (size <= 4)
		return;
	max = MIN(warden_le32(data), WARDEN_ARCHIVE_MEMBER_MAX);
	/* no more than zlib can make of it */
	max = MIN(max, (size - 4) * 1032);
	if (!warden_queue_spend(office->queue, office->path, max))
		return;
	out = g_byte_array_new();
	if (warden_inflate(data + 4, size - 4, max + 1, out) < 1)
		warden_queue_unscanned(office->queue, office->path,
				       "damaged");
	bytes = g_byte_array_free_to_bytes(out);
	(void)warden_office_add(office, &member, bytes);
}

static void take_text(struct slides *slides, const guint8 *data, gsize size,
		      bool wide)
{
	g_autofree char *utf8 = NULL;

	if (slides->text->len + size > TEXT_MAX)
		return;
	utf8 = g_convert_with_fallback((const char *)data,
				       wide ? size & ~(gsize)1 : size, "UTF-8",
				       wide ? "UTF-16LE" : "WINDOWS-1252",
				       "?", NULL, NULL, NULL);
	if (utf8 == NULL)
		return;
	g_string_append(slides->text, utf8);
	g_string_append_c(slides->text, '\n');
}

static void take_record(struct slides *slides, guint kind, guint instance,
			const guint8 *data, gsize size)
{
	switch (kind) {
	case RECORD_TEXT_WIDE:
	case RECORD_STRING:
		take_text(slides, data, size, TRUE);
		break;
	case RECORD_TEXT_BYTES:
		take_text(slides, data, size, FALSE);
		break;
	case RECORD_STORAGE:
		take_storage(slides, data, size, instance == 1);
		break;
	case RECORD_CRYPT:
		warden_office_encrypted(slides->office);
		break;
	}
}

void warden_office_look_slides(struct warden_office *office, guint index)
{
	struct slides slides = { .office = office, .index = index };
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	gsize size, at = 0;
	const guint8 *data;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	slides.text = g_string_new(NULL);
	while (size - at >= RECORD_HEADER) {
		guint head = data[at] | data[at + 1] << 8;
		guint kind = data[at + 2] | data[at + 3] << 8;
		gsize length = warden_le32(data + at + 4);

		at += RECORD_HEADER;
		/* what is in a container comes next */
		if ((head & 0x0f) == VERSION_CONTAINER)
			continue;
		length = MIN(length, size - at);
		take_record(&slides, kind, head >> 4, data + at, length);
		at += length;
	}
	warden_office_add_urls(office, slides.text->str, slides.text->len);
	g_string_free(slides.text, TRUE);
}

/* All else of an encrypted presentation may be unreadable, down to the headers of
   its records: here it is said. */
void warden_office_look_slides_user(struct warden_office *office, guint index)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	gsize size;
	const guint8 *data;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	if (size >= USER_TOKEN_AT + 4 &&
	    warden_le32(data + USER_TOKEN_AT) == USER_TOKEN_ENCRYPTED)
		warden_office_encrypted(office);
}
