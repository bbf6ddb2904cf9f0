#include "warden-config.h"

#include "decode.h"
#include "../bytes.h"
#include "../lines.h"

#include "../../facts/limits.h"

/* BinHex 4.0 (RFC 1741): six bits a character, then runs, then a header and
   two forks, each with a check sum that nobody who opens it insists on. */

#define COMMENT "(This file must be converted with BinHex"
/* A run is at most so long for the three bytes that make it. */
#define RUN_MARK 0x90u
#define NAME_MAX_SIZE 63u

static const char alphabet[] =
	"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";

struct unpacker {
	GByteArray *out;
	gsize max;
	bool run;	/* the last byte was the mark */
};

static void append(struct unpacker *unpacker, guint8 byte, guint count)
{
	gsize before = unpacker->out->len;

	count = MIN(count, unpacker->max - before);
	g_byte_array_set_size(unpacker->out, before + count);
	memset(unpacker->out->data + before, byte, count);
}

static void unpack(struct unpacker *unpacker, guint8 byte)
{
	const GByteArray *out = unpacker->out;

	if (!unpacker->run) {
		if (byte == RUN_MARK)
			unpacker->run = TRUE;
		else
			append(unpacker, byte, 1);
		return;
	}
	unpacker->run = FALSE;
	if (byte == 0)
		append(unpacker, RUN_MARK, 1);
	else if (out->len > 0)
		append(unpacker, out->data[out->len - 1], byte - 1);
}

/* From behind the first ':' to the next, or to what is no BinHex. Returns
   where it ended. */
static gsize decode_text(const guint8 *data, gsize size, gsize at,
			 struct unpacker *unpacker, bool *complete_r)
{
	guint32 bits = 0;
	guint count = 0;

	for (; at < size && unpacker->out->len < unpacker->max; at++) {
		const char *found;

		if (data[at] <= ' ')
			continue;
		*complete_r = data[at] == ':';
		if (*complete_r)
			return at + 1;
		found = memchr(alphabet, data[at], sizeof(alphabet) - 1);
		if (found == NULL)
			break;
		bits = bits << 6 | (guint32)(found - alphabet);
		count += 6;
		if (count >= 8) {
			count -= 8;
			unpack(unpacker, bits >> count);
		}
	}
	return at;
}

/* The fork at at, as much of it as there is. */
static GBytes *fork_bytes(const GByteArray *raw, gsize at, guint32 size)
{
	gsize left = at < raw->len ? raw->len - at : 0;

	return g_bytes_new(raw->data + MIN(at, raw->len), MIN(size, left));
}

static bool split(const GByteArray *raw, struct warden_embedded *file)
{
	/* length and name, version, type, creator, flags, two lengths, sum */
	gsize name = raw->len == 0 ? 0 : raw->data[0], at = name + 22;
	guint32 data_size, resource_size;

	if (name == 0 || name > NAME_MAX_SIZE || raw->len < at)
		return FALSE;
	data_size = warden_be32(raw->data + name + 12);
	resource_size = warden_be32(raw->data + name + 16);
	file->name = g_strndup((const char *)raw->data + 1, name);
	file->bytes = fork_bytes(raw, at, data_size);
	if (resource_size > 0)
		file->resource = fork_bytes(raw, at + data_size + 2,
					    resource_size);
	return TRUE;
}

/* A line that begins with ':', behind the comment if that is wanted. */
static bool find_start(const guint8 *data, gsize size, bool without_comment,
		       gsize *at)
{
	bool announced = without_comment;
	struct warden_line line;

	while (warden_line_get(data, size, *at, TRUE, &line)) {
		gsize length = line.end - line.start;

		*at = line.next;
		if (announced && length > 0 && data[line.start] == ':') {
			*at = line.start;
			return TRUE;
		}
		announced |= length >= strlen(COMMENT) &&
			memmem(data + line.start, length, COMMENT,
			       strlen(COMMENT)) != NULL;
	}
	return FALSE;
}

bool warden_decode_binhex(const guint8 *data, gsize size, bool without_comment,
			  gsize *at, struct warden_embedded *file_r)
{
	bool found = FALSE;

	memset(file_r, 0, sizeof(*file_r));
	while (!found && find_start(data, size, without_comment, at)) {
		struct unpacker unpacker = {
			.out = g_byte_array_new(),
			.max = WARDEN_ARCHIVE_MEMBER_MAX,
		};

		file_r->start = *at;
		*at = decode_text(data, size, *at + 1, &unpacker,
				  &file_r->complete);
		file_r->end = *at;
		found = split(unpacker.out, file_r);
		g_byte_array_unref(unpacker.out);
	}
	return found;
}
