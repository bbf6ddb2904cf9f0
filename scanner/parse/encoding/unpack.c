#include "warden-config.h"

#include "decode.h"
#include "../web/javascript.h"
#include "unpack.h"

#include <string.h>

/* Shorter ones are no files. */
#define SIZE_MIN 24u
#define NUMBERS_MIN 16u

static bool unpack_bytes(const struct warden_unpack *unpack, GBytes *bytes,
			 const char *how, guint layer);

/* --- what text looks like --------------------------------------------------------- */

struct profile {
	gsize base64, hex, digits, space, percents, backslashes, separators;
	gsize all;
};

static void take_profile(const char *text, gsize size,
			 struct profile *profile)
{
	gsize i;

	memset(profile, 0, sizeof(*profile));
	profile->all = size;
	for (i = 0; i < size; i++) {
		char c = text[i];

		if (g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=' ||
		    c == '-' || c == '_')
			profile->base64++;
		if (g_ascii_isxdigit(c))
			profile->hex++;
		if (g_ascii_isdigit(c))
			profile->digits++;
		else if (g_ascii_isspace(c))
			profile->space++;
		else if (c == '%')
			profile->percents++;
		else if (c == '\\')
			profile->backslashes++;
		else if (strchr(",;:|.-xX&#", c) != NULL && c != '\0')
			profile->separators++;
	}
}

/* At least 97 of a hundred. */
static bool is_mostly(gsize count, const struct profile *profile)
{
	return count >= profile->all - profile->all / 32 &&
	       count >= SIZE_MIN;
}

/* --- decoders ------------------------------------------------------------------------- */

static GBytes *bytes_of(GString *text)
{
	if (text->len == 0) {
		g_string_free(text, TRUE);
		return NULL;
	}
	return g_string_free_to_bytes(text);
}

static GBytes *from_base64(const char *text, gsize size, bool backwards)
{
	g_autofree char *copy = g_malloc(size);
	struct warden_trait_set traits = { { 0 } };
	GArray *readings = warden_readings_new();
	GBytes *bytes;
	gsize i, used = 0;

	for (i = 0; i < size; i++) {
		char c = text[backwards ? size - 1 - i : i];

		/* padding comes first when it is written backwards */
		if (c == '=' && used == 0)
			continue;
		copy[used++] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	warden_decode_base64((const guint8 *)copy, used, readings, &traits);
	bytes = g_bytes_ref(g_array_index(readings, struct warden_reading, 0)
			    .bytes);
	g_array_unref(readings);
	if (g_bytes_get_size(bytes) > 0)
		return bytes;
	g_bytes_unref(bytes);
	return NULL;
}

/* Pairs of digits, whatever stands between them ("4d 5a", "\x4d\x5a",
   "0x4d,0x5a"). */
static GBytes *from_hex(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size / 2 + 1);
	gsize i = 0;

	while (i < size) {
		int high, low;

		if (text[i] == '0' && i + 1 < size &&
		    (text[i + 1] == 'x' || text[i + 1] == 'X')) {
			i += 2;
			continue;
		}
		high = g_ascii_xdigit_value(text[i++]);
		if (high < 0)
			continue;
		low = i < size ? g_ascii_xdigit_value(text[i]) : -1;
		if (low < 0) {
			g_string_append_c(out, high);
			continue;
		}
		i++;
		g_string_append_c(out, high << 4 | low);
	}
	return bytes_of(out);
}

/* "\x41\u0042\n", as a script writes it. */
static GBytes *from_escapes(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	gsize i = 0;

	while (i < size) {
		gsize digits, at;
		guint32 c = 0;

		if (text[i] != '\\' || i + 1 == size ||
		    (text[i + 1] != 'x' && text[i + 1] != 'u')) {
			g_string_append_c(out, text[i++]);
			continue;
		}
		digits = text[i + 1] == 'x' ? 2 : 4;
		for (at = i + 2; at < size && at < i + 2 + digits &&
		     g_ascii_isxdigit(text[at]); at++)
			c = c << 4 | g_ascii_xdigit_value(text[at]);
		if (c < 0x100)
			g_string_append_c(out, c);
		else if (c < 0xd800 || c >= 0xe000)
			g_string_append_unichar(out, c);
		i = at;
	}
	return bytes_of(out);
}

/* "77, 90,144", "77|90|144" */
static GArray *numbers_of(const char *text, gsize size)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(gint32));
	gsize i = 0;

	while (i < size) {
		bool negative = text[i] == '-';
		gint32 number = 0;

		i += negative;
		if (i == size || !g_ascii_isdigit(text[i])) {
			i += !negative;
			continue;
		}
		for (; i < size && g_ascii_isdigit(text[i]); i++)
			number = number > 100000000 ? number :
				number * 10 + (text[i] - '0');
		if (negative)
			number = -number;
		g_array_append_val(numbers, number);
	}
	return numbers;
}

/* --- keys ---------------------------------------------------------------------------------- */

/* How files begin that are worth hiding, lower case, with what follows them
   unread. Long enough that chance makes few of them. */
static const struct {
	const char *bytes;
	guint8 size;
} starts[] = {
	{ "pk\3\4", 4 }, { "mz\220\0", 4 }, { "mz\0\0", 4 },
	{ "rar!\032\7", 6 }, { "7z\274\257", 4 }, { "%pdf-", 5 },
	{ "<html", 5 }, { "<!doctype", 9 }, { "<script", 7 },
	{ "<body", 5 }, { "<form", 5 }, { "<head", 5 }, { "<meta ", 6 },
	{ "<svg", 4 }, { "<?xml", 5 }, { "<iframe", 7 }, { "<div ", 5 },
	{ "\320\317\021\340", 4 }, { "{\\rtf", 5 }, { "l\0\0\0\1\024\2", 7 },
	{ "\037\213\010\0", 4 }, { "function", 8 }, { "document.", 9 },
	{ "window.", 7 }, { "x5o!p%@ap", 9 },
};
#define START_MAX 9u

static bool is_start(const guint8 *bytes, gsize size)
{
	gsize i, j;

	for (i = 0; i < G_N_ELEMENTS(starts); i++) {
		if (size < starts[i].size)
			continue;
		for (j = 0; j < starts[i].size; j++) {
			if (g_ascii_tolower(bytes[j]) !=
			    (char)starts[i].bytes[j])
				break;
		}
		if (j == starts[i].size)
			return TRUE;
	}
	return FALSE;
}

enum cipher {
	CIPHER_XOR,
	CIPHER_ADD,	/* a constant must be taken off */
};

static guint8 decipher_one(enum cipher cipher, guint8 c, guint8 key)
{
	return cipher == CIPHER_XOR ? c ^ key : (guint8)(c - key);
}

static bool decipher(const struct warden_unpack *unpack, GBytes *bytes,
		     enum cipher cipher, const char *key, gsize key_size,
		     guint layer)
{
	gsize size, i;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	g_autoptr(GBytes) plain = NULL;
	guint8 *out;

	if (!unpack->spend(unpack->context, size))
		return FALSE;
	out = g_malloc(size);
	for (i = 0; i < size; i++)
		out[i] = decipher_one(cipher, data[i], key[i % key_size]);
	plain = g_bytes_new_take(out, size);
	return unpack_bytes(unpack, plain, cipher == CIPHER_XOR ? "xor" :
			    "shift", layer + 1);
}

static bool fits(const guint8 *data, gsize size, enum cipher cipher,
		 const char *key, gsize key_size)
{
	guint8 start[START_MAX];
	gsize i;

	size = MIN(size, START_MAX);
	for (i = 0; i < size; i++)
		start[i] = decipher_one(cipher, data[i], key[i % key_size]);
	return is_start(start, size);
}

/* ISO images begin with nothing. */
static bool fits_image(const guint8 *data, gsize size, guint8 key)
{
	static const char mark[] = "CD001";
	gsize i;

	if (size < 0x8006)
		return FALSE;
	for (i = 0; i < 5; i++) {
		if ((data[0x8001 + i] ^ key) != (guint8)mark[i])
			return FALSE;
	}
	return TRUE;
}

static bool try_keys(const struct warden_unpack *unpack, GBytes *bytes,
		     guint layer)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	guint i;

	if (size < SIZE_MIN)
		return FALSE;
	for (i = 1; i < 256; i++) {
		char key = i;

		if ((fits(data, size, CIPHER_XOR, &key, 1) ||
		     fits_image(data, size, i)) &&
		    decipher(unpack, bytes, CIPHER_XOR, &key, 1, layer))
			return TRUE;
		if (fits(data, size, CIPHER_ADD, &key, 1) &&
		    decipher(unpack, bytes, CIPHER_ADD, &key, 1, layer))
			return TRUE;
	}
	for (i = 0; unpack->keys != NULL && i < unpack->keys->len; i++) {
		const char *key = g_ptr_array_index(unpack->keys, i);

		if (*key != '\0' &&
		    fits(data, size, CIPHER_XOR, key, strlen(key)) &&
		    decipher(unpack, bytes, CIPHER_XOR, key, strlen(key),
			     layer))
			return TRUE;
	}
	return FALSE;
}

/* --- layers ------------------------------------------------------------------------------------ */

static bool offer(const struct warden_unpack *unpack, GBytes *bytes,
		  const char *how, guint layer)
{
	g_autoptr(GBytes) owned = bytes;

	return owned != NULL && unpack_bytes(unpack, owned, how, layer + 1);
}

static bool try_numbers(const struct warden_unpack *unpack,
			const GArray *numbers, guint layer);

static bool unpack_layer(const struct warden_unpack *unpack,
			 const char *text, gsize size, guint layer)
{
	struct profile profile;

	if (size < SIZE_MIN || layer >= WARDEN_UNPACK_LAYERS ||
	    !unpack->spend(unpack->context, size))
		return FALSE;
	take_profile(text, size, &profile);
	if (profile.percents > size / 12 &&
	    offer(unpack, bytes_of(warden_javascript_unescape(text, size)),
		  "percent", layer))
		return TRUE;
	if (profile.backslashes > size / 12 &&
	    offer(unpack, from_escapes(text, size), "escape", layer))
		return TRUE;
	if (profile.digits < size &&
	    is_mostly(profile.hex + profile.space + profile.separators +
		      profile.backslashes, &profile) &&
	    profile.hex >= size / 3 &&
	    offer(unpack, from_hex(text, size), "hex", layer))
		return TRUE;
	if (profile.separators + profile.space >= size / 5 &&
	    is_mostly(profile.digits + profile.space + profile.separators,
		      &profile)) {
		g_autoptr(GArray) numbers = numbers_of(text, size);

		return try_numbers(unpack, numbers, layer);
	}
	if (!is_mostly(profile.base64 + profile.space, &profile))
		return FALSE;
	return offer(unpack, from_base64(text, size, FALSE), "base64",
		     layer) ||
	       offer(unpack, from_base64(text, size, TRUE),
		     "base64 backwards", layer);
}

static bool unpack_bytes(const struct warden_unpack *unpack, GBytes *bytes,
			 const char *how, guint layer)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);

	if (unpack->found(unpack->context, bytes, how))
		return TRUE;
	if (unpack_layer(unpack, data, size, layer))
		return TRUE;
	/* keys of keys are not tried: chance would find some */
	return strcmp(how, "xor") != 0 && strcmp(how, "shift") != 0 &&
	       try_keys(unpack, bytes, layer);
}

/* Numbers out of the range of bytes are shifted: by what makes a known
   beginning of the first ones. */
static bool shifted(const struct warden_unpack *unpack, const GArray *numbers,
		    guint layer)
{
	const gint32 *value = (const gint32 *)(void *)numbers->data;
	gsize i, j;

	for (i = 0; i < G_N_ELEMENTS(starts); i++) {
		gint32 shift = value[0] - (guint8)starts[i].bytes[0];
		GString *out;

		for (j = 0; j < starts[i].size && j < numbers->len; j++) {
			gint32 c = value[j] - shift;

			if (c < 0 || c > 255 || (guint8)g_ascii_tolower(c) !=
			    (guint8)starts[i].bytes[j])
				break;
		}
		if (j < starts[i].size ||
		    !unpack->spend(unpack->context, numbers->len))
			continue;
		out = g_string_sized_new(numbers->len);
		for (j = 0; j < numbers->len; j++)
			g_string_append_c(out, value[j] - shift);
		if (offer(unpack, bytes_of(out), "shift", layer))
			return TRUE;
	}
	return FALSE;
}

static bool try_numbers(const struct warden_unpack *unpack,
			const GArray *numbers, guint layer)
{
	GString *out;
	guint i;

	if (numbers->len < NUMBERS_MIN ||
	    !unpack->spend(unpack->context, numbers->len))
		return FALSE;
	out = g_string_sized_new(numbers->len);
	for (i = 0; i < numbers->len; i++) {
		gint32 number = g_array_index(numbers, gint32, i);

		if (number < -128 || number > 255)
			break;
		g_string_append_c(out, number);
	}
	if (i == numbers->len)
		return offer(unpack, bytes_of(out), "numbers", layer);
	g_string_free(out, TRUE);
	return shifted(unpack, numbers, layer);
}

bool warden_unpack_text(const struct warden_unpack *unpack, const char *text,
			gsize size)
{
	return unpack_layer(unpack, text, size, 0);
}

bool warden_unpack_numbers(const struct warden_unpack *unpack,
			   const GArray *numbers)
{
	return try_numbers(unpack, numbers, 0);
}
