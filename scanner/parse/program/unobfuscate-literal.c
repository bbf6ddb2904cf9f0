#include "warden-config.h"

#include "../type/filetype.h"
#include "unobfuscate.h"

#include <gio/gio.h>
#include <string.h>

#define BASE64_MIN 20u
#define HEX_MIN 32u
#define NUMBERS_MIN 16u
/* Shorter ones are readable by chance. */
#define READABLE_MIN 12u
#define UNPACK_MIN 40u
/* Keys are tried on long lists only, on their beginning, and not for ever. */
#define GUESS_MIN 60u
#define GUESS_SIZE 2048u
#define GUESSES_MAX 16u
/* Compressed ones are read so far; what is said stands at the beginning. */
#define INFLATED_MAX (256u * 1024)
#define UNPACKS_MAX 8u
/* A line of base64 in a certificate's or mail's form. */
#define LINE_MIN 60u

void warden_literal_iter_init(struct warden_literal_iter *iter,
			      const char *text, gsize size)
{
	memset(iter, 0, sizeof(*iter));
	iter->text = text;
	iter->size = size;
	iter->guesses = GUESSES_MAX;
	iter->unpacks = UNPACKS_MAX;
}

/* --- what the bytes are ----------------------------------------------------- */

static bool is_readable(const guint8 *data, gsize size)
{
	gsize i, high = 0;

	if (size < READABLE_MIN)
		return FALSE;
	for (i = 0; i < size; i++) {
		if (data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' &&
		    data[i] != '\t')
			return FALSE;
		high += data[i] >= 0x7f;
	}
	return high <= size / 20;
}

static bool is_wide(const guint8 *data, gsize size)
{
	gsize i, plain = 0;

	if (size < 8)
		return FALSE;
	for (i = 0; i + 1 < size && i < 128; i += 2)
		plain += data[i + 1] == 0 && data[i] >= 9 && data[i] < 0x7f;
	return plain * 2 >= MIN(size, 128) * 9 / 10;
}

/* NULL if the bytes are no such stream. */
static GByteArray *inflate(const GByteArray *bytes,
			   GZlibCompressorFormat format)
{
	g_autoptr(GZlibDecompressor) inflater =
		g_zlib_decompressor_new(format);
	GByteArray *out = g_byte_array_new();
	guint8 piece[4096];
	gsize at = 0, got, put;
	GConverterResult result;

	do {
		g_autoptr(GError) error = NULL;

		result = g_converter_convert(
			G_CONVERTER(inflater), bytes->data + at,
			bytes->len - at, piece, sizeof(piece),
			G_CONVERTER_INPUT_AT_END, &got, &put, &error);
		if (result == G_CONVERTER_ERROR)
			break;
		at += got;
		g_byte_array_append(out, piece, put);
	} while (result == G_CONVERTER_CONVERTED && got + put > 0 &&
		 out->len < INFLATED_MAX);
	if (out->len >= READABLE_MIN)
		return out;
	g_byte_array_unref(out);
	return NULL;
}

/* Scripts carry gzip, and deflate without a frame. */
static GByteArray *unpack(struct warden_literal_iter *iter,
			  const GByteArray *bytes)
{
	if (bytes->len < UNPACK_MIN || iter->unpacks == 0)
		return NULL;
	iter->unpacks--;
	if (bytes->data[0] == 0x1f && bytes->data[1] == 0x8b)
		return inflate(bytes, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	if (bytes->data[0] == 0x78)
		return inflate(bytes, G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
	return inflate(bytes, G_ZLIB_COMPRESSOR_FORMAT_RAW);
}

static bool is_active(const GByteArray *bytes)
{
	struct warden_filetype type;

	if (bytes->len < 64)
		return FALSE;
	warden_filetype_detect(NULL, bytes->data, bytes->len, NULL, &type);
	return warden_kind_is_active(type.kind);
}

static bool take_wide(GByteArray *bytes, struct warden_literal *literal_r)
{
	gsize size;
	char *utf8 = g_convert_with_fallback(
		(const char *)bytes->data, bytes->len & ~1u, "UTF-8",
		"UTF-16LE", "?", NULL, &size, NULL);

	g_byte_array_unref(bytes);
	if (utf8 == NULL)
		return FALSE;
	literal_r->bytes = g_bytes_new_take(utf8, size);
	literal_r->text = TRUE;
	return TRUE;
}

/* Takes bytes over. FALSE: they are nothing. */
static bool judge(struct warden_literal_iter *iter, GByteArray *bytes,
		  struct warden_literal *literal_r)
{
	GByteArray *unpacked;

	if (is_wide(bytes->data, bytes->len))
		return take_wide(bytes, literal_r);
	literal_r->text = is_readable(bytes->data, bytes->len);
	if (!literal_r->text) {
		unpacked = unpack(iter, bytes);
		if (unpacked != NULL &&
		    (is_readable(unpacked->data, unpacked->len) ||
		     is_active(unpacked))) {
			g_byte_array_unref(bytes);
			bytes = unpacked;
			literal_r->text = is_readable(bytes->data,
						      bytes->len);
		} else {
			g_clear_pointer(&unpacked, g_byte_array_unref);
			if (!is_active(bytes)) {
				g_byte_array_unref(bytes);
				return FALSE;
			}
		}
	}
	literal_r->bytes = g_byte_array_free_to_bytes(bytes);
	return TRUE;
}

/* --- base64 and hexadecimal digits --------------------------------------------- */

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Where the run at start ends; full lines go on in the next one. */
static gsize run_end(const struct warden_literal_iter *iter, gsize start)
{
	const char *text = iter->text;
	gsize i = start, line = start, next;

	while (i < iter->size) {
		if (base64_value(text[i]) >= 0) {
			i++;
			continue;
		}
		next = i;
		while (next < iter->size && strchr("\r\n \t", text[next]) !=
		       NULL && text[next] != '\0' && next - i < 8)
			next++;
		if (next == i || i - line < LINE_MIN || next == iter->size ||
		    base64_value(text[next]) < 0)
			break;
		i = line = next;
	}
	return i;
}

static bool is_hex(const char *text, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		if (!g_ascii_isxdigit(text[i]))
			return FALSE;
	}
	return size % 2 == 0;
}

static GByteArray *decode_hex(const char *text, gsize size)
{
	GByteArray *bytes = g_byte_array_sized_new(size / 2);
	gsize i;

	for (i = 0; i + 1 < size; i += 2) {
		guint8 byte = g_ascii_xdigit_value(text[i]) << 4 |
			g_ascii_xdigit_value(text[i + 1]);

		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

static GByteArray *decode_base64(const char *text, gsize size, bool backwards)
{
	GByteArray *bytes = g_byte_array_sized_new(size / 4 * 3 + 3);
	guint32 bits = 0;
	guint count = 0;
	gsize i;

	for (i = 0; i < size; i++) {
		int value = base64_value(text[backwards ? size - 1 - i : i]);
		guint8 byte;

		if (value < 0)
			continue;
		bits = bits << 6 | value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		byte = bits >> count;
		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

/* The run at iter->at, which is moved behind it. */
static bool take_run(struct warden_literal_iter *iter,
		     struct warden_literal *literal_r)
{
	gsize start = iter->at, end = run_end(iter, start);
	const char *run = iter->text + start;
	bool backwards = start > 0 && run[-1] == '=';

	iter->at = MAX(end, start + 1);
	if (end - start >= HEX_MIN && is_hex(run, end - start))
		return judge(iter, decode_hex(run, end - start), literal_r);
	if (end - start < BASE64_MIN)
		return FALSE;
	if (judge(iter, decode_base64(run, end - start, FALSE), literal_r))
		return TRUE;
	return backwards && judge(iter, decode_base64(run, end - start, TRUE),
				  literal_r);
}

/* --- numbers -------------------------------------------------------------------- */

/* "77, 0x5a, &H90": returns the number of bytes read, -1 at the end. */
static gsize take_value(const char *text, gsize size, gint *value_r)
{
	gsize i = 0, digits = 0;
	guint base = 10;
	gint value = 0, sign = 1;

	if (size > 1 && text[0] == '-' && g_ascii_isdigit(text[1])) {
		sign = -1;
		i = 1;
	}
	if (size > 2 && ((text[0] == '0' && (text[1] | 0x20) == 'x') ||
			 (text[0] == '&' && (text[1] | 0x20) == 'h'))) {
		base = 16;
		i = 2;
	}
	for (; i < size && digits < 5; i++, digits++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (digit < 0 || (guint)digit >= base)
			break;
		value = value * base + digit;
	}
	*value_r = sign * value;
	return digits == 0 || digits == 5 ? 0 : i;
}

static gsize take_separator(const char *text, gsize size)
{
	gsize i = 0;

	while (i < size && i < 16 && text[i] != '\0' &&
	       strchr(", ;\t\r\n|.\"'_", text[i]) != NULL)
		i++;
	return i;
}

static const char *const expected[] = {
	"http", "powershell", "wscript", "createobject", "function",
	"cmd.exe", "cmd /", "This program",
};

/* Could a key have hidden the beginning? delta: subtract instead of xor. */
static bool fits(const GArray *values, guint key, bool delta)
{
	guint8 head[GUESS_SIZE];
	guint i, count = MIN(values->len, GUESS_SIZE);
	gsize word;

	for (i = 0; i < count; i++) {
		gint value = g_array_index(values, gint, i);

		head[i] = delta ? value - (gint)key : value ^ (gint)key;
		if (head[i] < 0x80)
			head[i] = g_ascii_tolower(head[i]);
	}
	for (word = 0; word < G_N_ELEMENTS(expected); word++) {
		if (memmem(head, count, expected[word],
			   strlen(expected[word])) != NULL)
			return TRUE;
	}
	return FALSE;
}

static GByteArray *apply_key(const GArray *values, guint key, bool delta)
{
	GByteArray *bytes = g_byte_array_sized_new(values->len);
	guint i;

	for (i = 0; i < values->len; i++) {
		gint value = g_array_index(values, gint, i);
		guint8 byte = delta ? value - (gint)key : value ^ (gint)key;

		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

static bool judge_values(struct warden_literal_iter *iter,
			 const GArray *values,
			 struct warden_literal *literal_r)
{
	guint key;

	if (judge(iter, apply_key(values, 0, FALSE), literal_r))
		return TRUE;
	if (values->len < GUESS_MIN || iter->guesses == 0)
		return FALSE;
	iter->guesses--;
	for (key = 1; key < 512; key++) {
		bool delta = key >= 256;

		if (fits(values, key, FALSE))
			return judge(iter, apply_key(values, key, FALSE),
				     literal_r);
		if (fits(values, delta ? key - 512 : key, TRUE))
			return judge(iter, apply_key(values, delta ? key - 512 : key,
					       TRUE), literal_r);
	}
	return FALSE;
}

static bool take_numbers(struct warden_literal_iter *iter,
			 struct warden_literal *literal_r)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(gint));
	gsize at = iter->at, size, gap;
	bool found = FALSE;
	gint value;

	while (at < iter->size) {
		size = take_value(iter->text + at, iter->size - at, &value);
		if (size == 0)
			break;
		g_array_append_val(values, value);
		at += size;
		gap = take_separator(iter->text + at, iter->size - at);
		if (gap == 0)
			break;
		at += gap;
	}
	if (values->len >= NUMBERS_MIN) {
		iter->at = at;
		found = judge_values(iter, values, literal_r);
	}
	g_array_unref(values);
	return found;
}

/* --- the whole -------------------------------------------------------------------- */

bool warden_literal_iter_next(struct warden_literal_iter *iter,
			      struct warden_literal *literal_r)
{
	while (iter->at < iter->size) {
		const char *p = iter->text + iter->at;
		gsize before = iter->at;

		if (g_ascii_isdigit(*p) || *p == '&' || *p == '-') {
			if (take_numbers(iter, literal_r))
				return TRUE;
			if (iter->at > before)
				continue;
		}
		if (base64_value(*p) >= 0) {
			if (take_run(iter, literal_r))
				return TRUE;
		} else {
			iter->at++;
		}
	}
	return FALSE;
}
