#include "warden-config.h"

#include "tnef.h"
#include "../bytes.h"

#include <string.h>

#define SIGNATURE 0x223e9f78u
#define HEADER_SIZE 6u		/* signature, key */
#define ATTRIBUTE_SIZE 9u	/* level, identity, length */
#define PROPERTIES_MAX 2000u
#define VALUES_MAX 1000u
#define NAME_MAX_SIZE 1024u

enum attribute {
	ATTRIBUTE_BODY = 0x0002800c,
	ATTRIBUTE_TITLE = 0x00018010,
	ATTRIBUTE_DATA = 0x0006800f,
	ATTRIBUTE_REND_DATA = 0x00069002,	/* begins an attachment */
	ATTRIBUTE_MESSAGE_PROPERTIES = 0x00069003,
	ATTRIBUTE_ATTACHMENT = 0x00069005,
};

enum property {
	PROPERTY_BODY = 0x1000,
	PROPERTY_RTF = 0x1009,
	PROPERTY_HTML = 0x1013,
	PROPERTY_DATA = 0x3701,
	PROPERTY_FILENAME = 0x3704,
	PROPERTY_LONG_FILENAME = 0x3707,
};

enum type {
	TYPE_OBJECT = 0x000d,
	TYPE_STRING8 = 0x001e,
	TYPE_UNICODE = 0x001f,
	TYPE_BINARY = 0x0102,
	TYPE_MULTIPLE = 0x1000,	/* flag */
};

struct reader {
	const guint8 *data;
	gsize size, at;
	GArray *files;
	bool attachment;	/* the last file is one being read */
	bool damaged;
};

static void file_clear(void *data)
{
	struct warden_tnef_file *file = data;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(file->names); i++)
		g_free(file->names[i]);
}

GArray *warden_tnef_files_new(void)
{
	GArray *files = g_array_new(FALSE, TRUE,
				    sizeof(struct warden_tnef_file));

	g_array_set_clear_func(files, file_clear);
	return files;
}

/* --- numbers ------------------------------------------------------------------ */

static bool has(struct reader *reader, gsize size)
{
	if (size <= reader->size - reader->at)
		return TRUE;
	reader->damaged = TRUE;
	return FALSE;
}

static bool take_u32(struct reader *reader, guint32 *value_r)
{
	if (!has(reader, 4))
		return FALSE;
	*value_r = warden_le32(reader->data + reader->at);
	reader->at += 4;
	return TRUE;
}

/* Values are padded to four bytes. */
static bool skip_padded(struct reader *reader, gsize size)
{
	gsize padded = (size + 3) & ~(gsize)3;

	if (!has(reader, size))
		return FALSE;
	/* the padding of the last one may be missing */
	reader->at += MIN(padded, reader->size - reader->at);
	return TRUE;
}

/* --- files ---------------------------------------------------------------------- */

static struct warden_tnef_file *add_file(struct reader *reader,
					 const char *type)
{
	struct warden_tnef_file file = { .type = type, .charset = "" };

	if (reader->files->len >= WARDEN_TNEF_FILES_MAX) {
		reader->damaged = TRUE;
		return NULL;
	}
	g_array_append_val(reader->files, file);
	return &g_array_index(reader->files, struct warden_tnef_file,
			      reader->files->len - 1);
}

static struct warden_tnef_file *current_file(struct reader *reader)
{
	if (!reader->attachment) {
		if (add_file(reader, "") == NULL)
			return NULL;
		reader->attachment = TRUE;
	}
	return &g_array_index(reader->files, struct warden_tnef_file,
			      reader->files->len - 1);
}

static void add_name(struct reader *reader, const guint8 *text, gsize size,
		     bool wide)
{
	struct warden_tnef_file *file = current_file(reader);
	gsize i = 0;

	if (file == NULL)
		return;
	while (i < G_N_ELEMENTS(file->names) && file->names[i] != NULL)
		i++;
	if (i == G_N_ELEMENTS(file->names))
		return;
	size = MIN(size, NAME_MAX_SIZE);
	file->names[i] = wide ?
		g_convert_with_fallback((const char *)text,
					size & ~(gsize)1, "UTF-8",
					"UTF-16LE", "?", NULL, NULL, NULL) :
		g_strndup((const char *)text, size);
}

/* --- MAPI properties --------------------------------------------------------------- */

/* Bytes of one value of a fixed size, 0 for those with a length. */
static gsize fixed_size(guint type)
{
	switch (type) {
	case 0x0005: case 0x0006: case 0x0007: case 0x0014: case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	case TYPE_OBJECT: case TYPE_STRING8: case TYPE_UNICODE:
	case TYPE_BINARY:
		return 0;
	default:
		return 4;
	}
}

/* The text of the message, of which there may be several readings. */
static void take_body(struct reader *reader, guint id, guint type,
		      gsize start, gsize size)
{
	static const struct {
		guint id;
		const char *type;
	} bodies[] = {
		{ PROPERTY_BODY, "text/plain" }, { PROPERTY_RTF, "text/rtf" },
		{ PROPERTY_HTML, "text/html" },
	};
	struct warden_tnef_file *file;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
		if (bodies[i].id != id)
			continue;
		file = add_file(reader, bodies[i].type);
		if (file == NULL)
			return;
		file->charset = type == TYPE_UNICODE ? "utf-16le" : "";
		file->compressed = id == PROPERTY_RTF;
		file->start = start;
		file->end = start + size;
	}
}

static void take_value(struct reader *reader, guint id, guint type,
		       gsize start, gsize size)
{
	const guint8 *data = reader->data;
	struct warden_tnef_file *file;

	if (id == PROPERTY_LONG_FILENAME || id == PROPERTY_FILENAME) {
		add_name(reader, data + start, size, type == TYPE_UNICODE);
	} else if (id == PROPERTY_DATA && size >= 20 &&
		   (file = current_file(reader)) != NULL) {
		/* an interface's class stands before an object */
		file->is_tnef = type == TYPE_OBJECT &&
				warden_le32(data + start + 16) == SIGNATURE;
		file->start = start + (type == TYPE_OBJECT ? 16 : 0);
		file->end = start + size;
	} else if (!reader->attachment) {
		take_body(reader, id, type, start, size);
	}
}

static bool take_values(struct reader *reader, guint id, guint type)
{
	guint32 count = 1, length, i;
	gsize fixed = fixed_size(type & ~TYPE_MULTIPLE);

	if (fixed > 0) {
		if ((type & TYPE_MULTIPLE) != 0 && !take_u32(reader, &count))
			return FALSE;
		return count <= VALUES_MAX && skip_padded(reader,
							  fixed * count);
	}
	if (!take_u32(reader, &count) || count > VALUES_MAX)
		return FALSE;
	for (i = 0; i < count; i++) {
		gsize start;

		if (!take_u32(reader, &length))
			return FALSE;
		start = reader->at;
		if (!skip_padded(reader, length))
			return FALSE;
		take_value(reader, id, type, start, length);
	}
	return TRUE;
}

/* A named property: a class, and a number or a name. */
static bool skip_name(struct reader *reader)
{
	guint32 kind, value;

	if (!skip_padded(reader, 16) || !take_u32(reader, &kind) ||
	    !take_u32(reader, &value))
		return FALSE;
	return kind == 0 || skip_padded(reader, value);
}

static void take_properties(struct reader *outer, gsize start, gsize size)
{
	struct reader reader = *outer;
	guint32 count, tag, i;

	reader.at = start;
	reader.size = start + size;
	if (take_u32(&reader, &count)) {
		for (i = 0; i < count && i < PROPERTIES_MAX; i++) {
			if (!take_u32(&reader, &tag) ||
			    ((tag >> 16) >= 0x8000 && !skip_name(&reader)) ||
			    !take_values(&reader, tag >> 16, tag & 0xffff)) {
				reader.damaged = TRUE;
				break;
			}
		}
	}
	outer->damaged |= reader.damaged;
	outer->attachment = reader.attachment;
}

/* --- attributes ------------------------------------------------------------------------ */

static void take_attribute(struct reader *reader, guint32 identity,
			   gsize start, gsize size)
{
	struct warden_tnef_file *file;

	switch (identity) {
	case ATTRIBUTE_REND_DATA:
		reader->attachment = FALSE;
		(void)current_file(reader);
		break;
	case ATTRIBUTE_TITLE:
		add_name(reader, reader->data + start, size, FALSE);
		break;
	case ATTRIBUTE_DATA:
		file = current_file(reader);
		if (file != NULL) {
			file->start = start;
			file->end = start + size;
		}
		break;
	case ATTRIBUTE_BODY:
		file = add_file(reader, "text/plain");
		if (file != NULL) {
			file->start = start;
			file->end = start + size;
		}
		reader->attachment = FALSE;
		break;
	case ATTRIBUTE_MESSAGE_PROPERTIES:
		reader->attachment = FALSE;
		take_properties(reader, start, size);
		break;
	case ATTRIBUTE_ATTACHMENT:
		take_properties(reader, start, size);
		break;
	}
}

int warden_tnef_read(const guint8 *data, gsize size, GArray *files)
{
	struct reader reader = {
		.data = data, .size = size, .at = HEADER_SIZE, .files = files,
	};

	if (size < HEADER_SIZE || warden_le32(data) != SIGNATURE)
		return -1;
	/* a line end or two behind the last one is no damage */
	while (size - reader.at >= ATTRIBUTE_SIZE && !reader.damaged) {
		guint32 identity, length;

		identity = warden_le32(data + reader.at + 1);
		length = warden_le32(data + reader.at + 5);
		reader.at += ATTRIBUTE_SIZE;
		if (!has(&reader, length))
			break;
		take_attribute(&reader, identity, reader.at, length);
		reader.at += length;
		/* the check sum, which no client checks */
		reader.at += MIN(2, size - reader.at);
	}
	return reader.damaged ? 0 : 1;
}
