#include "warden-config.h"

#include "vba.h"
#include "../bytes.h"

#include <string.h>

#define CHUNK_SIZE 4096u
#define CHUNK_HEADER 2u
#define CONTAINER_MARK 0x01
/* Bits of a chunk's header (2.4.1.1.5). */
#define CHUNK_LENGTH 0x0fffu
#define CHUNK_SIGNATURE 0x7000u
#define CHUNK_SIGNED 0x3000u
#define CHUNK_COMPRESSED 0x8000u

/* Records of the dir stream. */
enum record {
	RECORD_CODE_PAGE = 0x0003,
	RECORD_VERSION = 0x0009,
	RECORD_STREAM_NAME = 0x001a,
	RECORD_MODULE_OFFSET = 0x0031,
	RECORD_STREAM_NAME_UNICODE = 0x0032,
	RECORD_MODULE_END = 0x002b,
};

/* The instruction that puts a text constant on the stack. */
#define OPCODE_LITERAL 0x00b9u
#define LITERAL_MIN 6u
#define LITERALS_MAX 200u

/* --- compression --------------------------------------------------------- */

/* The chunk at data, with its header. 0: none. */
static gsize chunk_size(const guint8 *data, gsize size)
{
	guint16 header;

	if (size <= CHUNK_HEADER)
		return 0;
	header = warden_le16(data);
	if ((header & CHUNK_SIGNATURE) != CHUNK_SIGNED)
		return 0;
	return MIN((gsize)(header & CHUNK_LENGTH) + 3, size);
}

gsize warden_vba_bound(const guint8 *data, gsize size)
{
	gsize at = 1, bound = 0, chunk;

	if (size == 0 || data[0] != CONTAINER_MARK)
		return 0;
	for (; at < size && (chunk = chunk_size(data + at, size - at)) > 0;
	     at += chunk)
		bound += CHUNK_SIZE;
	return bound;
}

/* How many bits of a copy token are the offset's: enough for what there is to
   copy from (2.4.1.3.19.1). */
static guint offset_bits(gsize done)
{
	guint bits = 4;

	while (((gsize)1 << bits) < done)
		bits++;
	return bits;
}

/* Copy what stands before, byte by byte: it may overlap. FALSE: it points
   before the chunk. */
static bool copy(GByteArray *out, gsize chunk_start, guint16 token)
{
	gsize done = out->len - chunk_start;
	guint bits = offset_bits(done);
	gsize offset = (token >> (16 - bits)) + 1;
	gsize length = (token & (0xffff >> bits)) + 3, i;

	if (offset > done)
		return FALSE;
	for (i = 0; i < length && out->len - chunk_start < CHUNK_SIZE; i++) {
		guint8 byte = out->data[out->len - offset];

		g_byte_array_append(out, &byte, 1);
	}
	return TRUE;
}

static bool unpack_chunk(const guint8 *data, gsize size, GByteArray *out)
{
	gsize start = out->len, at = 0;
	guint bit;

	while (at < size && out->len - start < CHUNK_SIZE) {
		guint8 flags = data[at++];

		for (bit = 0; bit < 8 && at < size &&
		     out->len - start < CHUNK_SIZE; bit++) {
			if ((flags & (1u << bit)) == 0) {
				g_byte_array_append(out, data + at, 1);
				at++;
				continue;
			}
			if (size - at < 2 ||
			    !copy(out, start, warden_le16(data + at)))
				return FALSE;
			at += 2;
		}
	}
	return TRUE;
}

int warden_vba_decompress(const guint8 *data, gsize size, gsize max,
			  GByteArray *out)
{
	gsize start = out->len, at = 1;

	if (size == 0 || data[0] != CONTAINER_MARK ||
	    chunk_size(data + 1, size - 1) == 0)
		return -1;
	while (at < size) {
		gsize chunk = chunk_size(data + at, size - at);
		const guint8 *body = data + at + CHUNK_HEADER;

		if (chunk <= CHUNK_HEADER || out->len - start >= max)
			return 0;
		if ((warden_le16(data + at) & CHUNK_COMPRESSED) == 0)
			g_byte_array_append(out, body, MIN(
				chunk - CHUNK_HEADER, CHUNK_SIZE));
		else if (!unpack_chunk(body, chunk - CHUNK_HEADER, out))
			return 0;
		at += chunk;
	}
	return 1;
}

/* --- dir ----------------------------------------------------------------- */

static void module_clear(void *data)
{
	struct warden_vba_module *module = data;

	g_free(module->stream);
}

void warden_vba_dir_clear(struct warden_vba_dir *dir)
{
	g_clear_pointer(&dir->modules, g_array_unref);
}

static char *utf8(const guint8 *data, gsize size, const char *charset)
{
	return g_convert_with_fallback((const char *)data, MIN(size, 512),
				       "UTF-8", charset, "?", NULL, NULL,
				       NULL);
}

static void take_record(struct warden_vba_dir *dir,
			struct warden_vba_module *module, guint kind,
			const guint8 *data, gsize size)
{
	switch (kind) {
	case RECORD_CODE_PAGE:
		if (size >= 2)
			dir->code_page = warden_le16(data);
		break;
	case RECORD_STREAM_NAME:
		/* the Unicode one that follows is better, if it is there */
		g_free(module->stream);
		module->stream = utf8(data, size, "WINDOWS-1252");
		break;
	case RECORD_STREAM_NAME_UNICODE:
		g_free(module->stream);
		module->stream = utf8(data, size & ~(gsize)1, "UTF-16LE");
		break;
	case RECORD_MODULE_OFFSET:
		if (size >= 4)
			module->offset = warden_le32(data);
		break;
	case RECORD_MODULE_END:
		if (module->stream != NULL &&
		    dir->modules->len < WARDEN_VBA_MODULES_MAX)
			g_array_append_val(dir->modules, *module);
		else
			g_free(module->stream);
		memset(module, 0, sizeof(*module));
		break;
	}
}

bool warden_vba_dir_read(const guint8 *data, gsize size,
			 struct warden_vba_dir *dir_r)
{
	struct warden_vba_module module = { 0 };
	gsize at = 0;

	memset(dir_r, 0, sizeof(*dir_r));
	dir_r->modules = g_array_new(FALSE, FALSE,
				     sizeof(struct warden_vba_module));
	g_array_set_clear_func(dir_r->modules, module_clear);
	while (size - at >= 6) {
		guint kind = warden_le16(data + at);
		gsize length = warden_le32(data + at + 2);

		/* its size does not count its last two bytes */
		if (kind == RECORD_VERSION)
			length = 6;
		at += 6;
		if (length > size - at)
			break;
		take_record(dir_r, &module, kind, data + at, length);
		at += length;
	}
	g_free(module.stream);
	return at == size;
}

bool warden_vba_dir_offset(const struct warden_vba_dir *dir,
			   const char *stream, gsize *offset_r)
{
	guint i;

	for (i = 0; i < dir->modules->len; i++) {
		const struct warden_vba_module *module = &g_array_index(
			dir->modules, struct warden_vba_module, i);

		if (g_ascii_strcasecmp(module->stream, stream) == 0) {
			*offset_r = module->offset;
			return TRUE;
		}
	}
	return FALSE;
}

/* --- modules ------------------------------------------------------------- */

guint warden_vba_find_source(const guint8 *data, gsize size, gsize offset,
			     gsize starts_r[WARDEN_VBA_STARTS_MAX])
{
	/* every source begins with lines "Attribute VB_Name = …": the first
	   eight letters stand uncompressed behind a zero byte of flags */
	static const char mark[] = "\0Attribut";
	const gsize mark_size = sizeof(mark) - 1, before = 3;
	gsize at = 0;
	guint count = 0;

	if (offset < size && warden_vba_bound(data + offset,
					      size - offset) > 0)
		starts_r[count++] = offset;
	while (count < WARDEN_VBA_STARTS_MAX && at < size) {
		const guint8 *found = memmem(data + at, size - at, mark,
					     mark_size);
		gsize start;

		if (found == NULL)
			break;
		start = found - data;
		at = start + mark_size;
		if (start < before || start - before == offset ||
		    warden_vba_bound(data + start - before,
				     size - start + before) == 0)
			continue;
		starts_r[count++] = start - before;
	}
	return count;
}

/* --- compiled code ------------------------------------------------------- */

/* As it would stand in source: quotes are doubled. */
static bool source_has(const char *source, gsize source_size,
		       const guint8 *text, gsize size)
{
	GString *quoted = g_string_sized_new(size);
	bool found;
	gsize i;

	for (i = 0; i < size; i++) {
		if (text[i] == '"')
			g_string_append_c(quoted, '"');
		g_string_append_c(quoted, text[i]);
	}
	found = source_size > 0 && memmem(source, source_size, quoted->str,
					  quoted->len) != NULL;
	g_string_free(quoted, TRUE);
	return found;
}

static bool is_text(const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		if (data[i] < 0x20 || data[i] >= 0x7f)
			return FALSE;
	}
	return TRUE;
}

guint warden_vba_missing_strings(const guint8 *data, gsize size,
				 const char *source, gsize source_size,
				 GString *out)
{
	guint seen = 0, missing = 0;
	gsize at = 0;

	/* Instructions are not decoded: lengths differ between versions. An
	   opcode with a length and so much text behind it is no accident. */
	while (size - at >= 4 + LITERAL_MIN && seen < LITERALS_MAX) {
		gsize length = warden_le16(data + at + 2);

		if (warden_le16(data + at) != OPCODE_LITERAL ||
		    length < LITERAL_MIN || length > size - at - 4 ||
		    !is_text(data + at + 4, length)) {
			at++;
			continue;
		}
		seen++;
		if (!source_has(source, source_size, data + at + 4, length)) {
			missing++;
			g_string_append_len(out, (const char *)data + at + 4,
					    length);
			g_string_append_c(out, '\n');
		}
		at += 4 + length;
	}
	return missing;
}
