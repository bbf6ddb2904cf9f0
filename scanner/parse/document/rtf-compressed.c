#include "warden-config.h"

#include "rtf-compressed.h"
#include "../bytes.h"

#include <string.h>

#define HEADER_SIZE 16u		/* sizes, kind, check sum */
#define KIND_COMPRESSED 0x75465a4cu
#define KIND_PLAIN 0x414c454du
#define DICTIONARY_SIZE 4096u
#define RATIO 17u		/* see warden_rtf_decompress() */

/* What the dictionary has at the beginning (2.1.2.1). */
static const char preset[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
	"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par "
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct dictionary {
	guint8 bytes[DICTIONARY_SIZE];
	guint at;		/* where the next byte goes */
};

static void put(struct dictionary *dictionary, guint8 byte, GByteArray *out)
{
	dictionary->bytes[dictionary->at] = byte;
	dictionary->at = (dictionary->at + 1) % DICTIONARY_SIZE;
	g_byte_array_append(out, &byte, 1);
}

/* Twelve bits of place, four of length. FALSE: it points at itself, which is
   the end. */
static bool copy(struct dictionary *dictionary, guint token, GByteArray *out)
{
	guint from = token >> 4, length = (token & 0x0f) + 2, i;

	if (from == dictionary->at)
		return FALSE;
	for (i = 0; i < length; i++)
		put(dictionary, dictionary->bytes[(from + i) %
						  DICTIONARY_SIZE], out);
	return TRUE;
}

static int unpack(const guint8 *data, gsize size, gsize max, GByteArray *out)
{
	g_autofree struct dictionary *dictionary =
		g_new0(struct dictionary, 1);
	gsize start = out->len, at = 0;
	guint bit;

	memcpy(dictionary->bytes, preset, sizeof(preset) - 1);
	dictionary->at = sizeof(preset) - 1;
	while (at < size) {
		guint8 flags = data[at++];

		for (bit = 0; bit < 8; bit++) {
			if (at >= size || out->len - start >= max)
				return 0;
			if ((flags & (1u << bit)) == 0) {
				put(dictionary, data[at++], out);
				continue;
			}
			if (size - at < 2)
				return 0;
			if (!copy(dictionary, (guint)data[at] << 8 |
				  data[at + 1], out))
				return 1;
			at += 2;
		}
	}
	return 0;
}

int warden_rtf_decompress(const guint8 *data, gsize size, gsize max,
			  GByteArray *out)
{
	guint32 kind;

	if (size < HEADER_SIZE)
		return -1;
	kind = warden_le32(data + 8);
	data += HEADER_SIZE;
	size -= HEADER_SIZE;
	if (kind == KIND_COMPRESSED)
		return unpack(data, size, max, out);
	if (kind != KIND_PLAIN)
		return -1;
	g_byte_array_append(out, data, MIN(size, max));
	return size <= max;
}

GBytes *warden_rtf_compressed_read(struct warden_queue *queue,
				   const char *path, const guint8 *data,
				   gsize size)
{
	gsize max = MIN(size * RATIO, WARDEN_ARCHIVE_MEMBER_MAX);
	GByteArray *out;

	if (!warden_queue_spend(queue, path, max))
		return NULL;
	out = g_byte_array_new();
	if (warden_rtf_decompress(data, size, max, out) <= 0)
		warden_queue_unscanned(queue, path, "damaged");
	return g_byte_array_free_to_bytes(out);
}
