#include "warden-config.h"

#include "vba-decode.h"

#include <stdbool.h>
#include <string.h>

#define LINE_MIN 8u
#define STRIDE_MAX 4u
#define SHIFT_MAX 25

/* What nobody gets by accident, in lower case. */
static const char *const signals[] = {
	"powershell", "cmd.exe", "cmd /c", "http://", "https://", "mshta",
	"wscript.", "winmgmts:", "rundll32", "regsvr32", "createobject",
	"xmlhttp", "certutil", "bitsadmin",
};

struct decoder {
	GString *out;
	gsize left;		/* for the costly ways */
};

static bool has_signal(const guint8 *data, gsize size)
{
	g_autofree char *lower = g_ascii_strdown((const char *)data, size);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(signals); i++) {
		if (memmem(lower, size, signals[i], strlen(signals[i])) !=
		    NULL)
			return TRUE;
	}
	return FALSE;
}

static void take(struct decoder *decoder, const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++)
		g_string_append_c(decoder->out, data[i] == '\n' ? ' ' :
				  (char)data[i]);
	g_string_append_c(decoder->out, '\n');
}

static bool try(struct decoder *decoder, const guint8 *data, gsize size)
{
	if (!has_signal(data, size))
		return FALSE;
	take(decoder, data, size);
	return TRUE;
}

/* --- ways to hide a text in a text --------------------------------------- */

static void try_reverse(struct decoder *decoder, const guint8 *data,
			gsize size)
{
	g_autofree guint8 *copy = g_malloc(size + 1);
	gsize i;

	for (i = 0; i < size; i++)
		copy[i] = data[size - 1 - i];
	(void)try(decoder, copy, size);
}

static void try_strides(struct decoder *decoder, const guint8 *data,
			gsize size)
{
	g_autofree guint8 *copy = g_malloc(size + 1);
	gsize stride, first, i, used;

	for (stride = 2; stride <= STRIDE_MAX; stride++) {
		for (first = 0; first < stride; first++) {
			for (used = 0, i = first; i < size; i += stride)
				copy[used++] = data[i];
			if (try(decoder, copy, used))
				return;
		}
	}
}

/* In the order of the alphabet, or of the character set. */
static void try_shifts(struct decoder *decoder, const guint8 *data, gsize size)
{
	g_autofree guint8 *copy = g_malloc(size + 1);
	int shift;
	gsize i;

	for (shift = -SHIFT_MAX; shift <= SHIFT_MAX; shift++) {
		for (i = 0; i < size && shift != 0; i++)
			copy[i] = data[i] + shift;
		if (shift != 0 && try(decoder, copy, size))
			return;
	}
}

static void try_xor(struct decoder *decoder, const guint8 *data, gsize size)
{
	g_autofree guint8 *copy = g_malloc(size + 1);
	guint key;
	gsize i;

	for (key = 1; key < 256; key++) {
		for (i = 0; i < size; i++)
			copy[i] = data[i] ^ key;
		if (try(decoder, copy, size))
			return;
	}
}

/* --- ways to write bytes ------------------------------------------------- */

static GByteArray *read_hex(const char *text, gsize size)
{
	GByteArray *out = g_byte_array_new();
	gsize i;

	for (i = 0; i + 1 < size; i++) {
		guint8 byte;

		if (!g_ascii_isxdigit(text[i]) ||
		    !g_ascii_isxdigit(text[i + 1]))
			continue;
		byte = g_ascii_xdigit_value(text[i]) << 4 |
			g_ascii_xdigit_value(text[i + 1]);
		g_byte_array_append(out, &byte, 1);
		i++;
	}
	return out;
}

/* "104,116,116": whatever stands between the numbers. */
static GByteArray *read_numbers(const char *text, gsize size)
{
	GByteArray *out = g_byte_array_new();
	guint number = 0;
	bool inside = FALSE;
	gsize i;

	for (i = 0; i <= size; i++) {
		if (i < size && g_ascii_isdigit(text[i])) {
			number = MIN(number * 10 + (text[i] - '0'), 100000);
			inside = TRUE;
		} else if (inside) {
			guint8 byte = number;

			g_byte_array_append(out, &byte, 1);
			number = 0;
			inside = FALSE;
		}
	}
	return out;
}

static GByteArray *read_base64(const char *text, gsize size)
{
	g_autofree char *copy = g_strndup(text, size);
	gsize length;
	guint8 *bytes = g_base64_decode(copy, &length);

	return g_byte_array_new_take(bytes, length);
}

/* How many of the characters are of such a set. */
static bool mostly(const char *text, gsize size, const char *set)
{
	gsize i, found = 0;

	for (i = 0; i < size; i++)
		found += strchr(set, text[i]) != NULL && text[i] != '\0';
	return found * 20 >= size * 19;
}

/* UTF-16 without its zeros is the text as well. */
static void try_bytes(struct decoder *decoder, GByteArray *bytes)
{
	g_autofree guint8 *plain = g_malloc(bytes->len + 1);
	gsize used = 0;
	guint i;

	for (i = 0; i < bytes->len; i++) {
		if (bytes->data[i] != 0)
			plain[used++] = bytes->data[i];
	}
	if (used >= LINE_MIN && !try(decoder, plain, used) &&
	    used <= decoder->left) {
		decoder->left -= used;
		try_reverse(decoder, plain, used);
		try_shifts(decoder, plain, used);
		try_xor(decoder, plain, used);
	}
	g_byte_array_unref(bytes);
}

static void decode_line(struct decoder *decoder, const char *line, gsize size)
{
	static const char hex[] = "0123456789abcdefABCDEF \\x&Hh,";
	static const char numbers[] = "0123456789 ,;.|-:";
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/=";
	const guint8 *data = (const guint8 *)line;

	if (mostly(line, size, hex))
		try_bytes(decoder, read_hex(line, size));
	if (mostly(line, size, numbers))
		try_bytes(decoder, read_numbers(line, size));
	if (size >= 2 * LINE_MIN && mostly(line, size, base64))
		try_bytes(decoder, read_base64(line, size));
	if (size > decoder->left || has_signal(data, size))
		return;
	decoder->left -= size;
	try_reverse(decoder, data, size);
	try_strides(decoder, data, size);
	try_shifts(decoder, data, size);
}

void warden_vba_decode(const char *strings, gsize size, GString *out)
{
	struct decoder decoder = {
		.out = out, .left = WARDEN_VBA_DECODE_MAX,
	};
	const char *end = strings + size;

	while (strings < end && decoder.left > 0) {
		const char *next = memchr(strings, '\n', end - strings);
		gsize length = (next == NULL ? end : next) - strings;

		if (length >= LINE_MIN)
			decode_line(&decoder, strings, MIN(
				length, WARDEN_VBA_DECODE_MAX));
		strings = next == NULL ? end : next + 1;
	}
}
