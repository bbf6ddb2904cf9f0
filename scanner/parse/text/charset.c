#include "warden-config.h"

#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define NAME_MAX_SIZE 40

/* What mail uses, by the names that iconv knows. "" as converter: UTF-8 (and
   its subset), which needs validation only. */
static const char *const known[] = {
	"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5",
	"ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10",
	"ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15",
	"ISO-8859-16", "WINDOWS-874", "CP1250", "CP1251", "CP1252", "CP1253",
	"CP1254", "CP1255", "CP1256", "CP1257", "CP1258", "KOI8-R", "KOI8-U",
	"IBM850", "IBM852", "IBM866", "IBM437", "MACINTOSH", "TIS-620",
	"GB18030", "BIG5-HKSCS", "EUC-TW", "SHIFT_JIS", "CP932", "EUC-JP",
	"ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN", "EUC-KR", "CP949",
	"UTF-7", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE",
	"UTF-32BE", "IBM037", "IBM500", "HZ",
};

static const struct {
	const char *alias, *name;
} aliases[] = {
	/* WHATWG: what is called Latin-1 or ASCII is windows-1252. */
	{ "ISO-8859-1", "CP1252" }, { "LATIN1", "CP1252" },
	{ "ISO8859-1", "CP1252" }, { "ISO-8859-1:1987", "CP1252" },
	{ "WINDOWS-1252", "CP1252" }, { "ISO-8859-8-I", "ISO-8859-8" },
	{ "WINDOWS-1250", "CP1250" }, { "WINDOWS-1251", "CP1251" },
	{ "WINDOWS-1253", "CP1253" }, { "WINDOWS-1254", "CP1254" },
	{ "WINDOWS-1255", "CP1255" }, { "WINDOWS-1256", "CP1256" },
	{ "WINDOWS-1257", "CP1257" }, { "WINDOWS-1258", "CP1258" },
	{ "ISO-8859-9", "CP1254" }, { "ISO-8859-11", "WINDOWS-874" },
	{ "GB2312", "GB18030" }, { "GBK", "GB18030" },
	{ "GB_2312-80", "GB18030" }, { "CP936", "GB18030" },
	{ "X-GBK", "GB18030" }, { "HZ-GB-2312", "HZ" },
	{ "BIG5", "BIG5-HKSCS" }, { "CP950", "BIG5-HKSCS" },
	{ "SJIS", "CP932" }, { "SHIFT-JIS", "CP932" },
	{ "SHIFT_JIS", "CP932" }, { "X-SJIS", "CP932" },
	{ "WINDOWS-31J", "CP932" }, { "KS_C_5601-1987", "CP949" },
	{ "EUC-KR", "CP949" }, { "UHC", "CP949" }, { "KSC5601", "CP949" },
	{ "CP850", "IBM850" }, { "CP852", "IBM852" }, { "CP866", "IBM866" },
	{ "CP437", "IBM437" }, { "IBM-037", "IBM037" }, { "CP037", "IBM037" },
	{ "CP500", "IBM500" }, { "UNICODE-1-1-UTF-7", "UTF-7" },
	{ "X-MAC-ROMAN", "MACINTOSH" }, { "UCS-2", "UTF-16" },
	{ "UTF16", "UTF-16" }, { "UTF-16-LE", "UTF-16LE" },
};

struct warden_charsets {
	GHashTable *converters;		/* upper-case name → iconv_t */
};

static void converter_close(void *converter)
{
	(void)iconv_close(converter);
}

struct warden_charsets *warden_charsets_new(void)
{
	struct warden_charsets *charsets = g_new0(struct warden_charsets, 1);
	gsize i;

	charsets->converters = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, converter_close);
	for (i = 0; i < G_N_ELEMENTS(known); i++) {
		iconv_t converter = iconv_open("UTF-8", known[i]);

		if (converter == (iconv_t)-1)
			continue;
		g_hash_table_insert(charsets->converters,
				    (gpointer)known[i], converter);
	}
	return charsets;
}

void warden_charsets_free(struct warden_charsets *charsets)
{
	if (charsets == NULL)
		return;
	g_hash_table_unref(charsets->converters);
	g_free(charsets);
}

static bool is_utf8_name(const char *name)
{
	return strcmp(name, "UTF-8") == 0 || strcmp(name, "UTF8") == 0 ||
	       strcmp(name, "US-ASCII") == 0 || strcmp(name, "ASCII") == 0 ||
	       strcmp(name, "ANSI_X3.4-1968") == 0 ||
	       strcmp(name, "CP65001") == 0;
}

static void normalise(const char *charset, char *name)
{
	gsize used = 0;

	for (; *charset != '\0' && used < NAME_MAX_SIZE - 1; charset++) {
		if (!g_ascii_isspace(*charset) && *charset != '"' &&
		    *charset != '\'')
			name[used++] = g_ascii_toupper(*charset);
	}
	name[used] = '\0';
}

/* NULL: read as UTF-8 or windows-1252. */
static iconv_t lookup(struct warden_charsets *charsets, const char *charset,
		      bool *unknown)
{
	char name[NAME_MAX_SIZE];
	const char *wanted = name;
	iconv_t converter;
	gsize i;

	*unknown = FALSE;
	if (charset == NULL || *charset == '\0')
		return NULL;
	normalise(charset, name);
	if (is_utf8_name(name))
		return NULL;
	for (i = 0; i < G_N_ELEMENTS(aliases); i++) {
		if (strcmp(aliases[i].alias, name) == 0)
			wanted = aliases[i].name;
	}
	converter = g_hash_table_lookup(charsets->converters, wanted);
	*unknown = converter == NULL;
	return converter;
}

static void convert(iconv_t converter, const guint8 *text, gsize size,
		    gsize max, GString *out)
{
	char *in = (char *)text, buffer[4096];

	(void)iconv(converter, NULL, NULL, NULL, NULL);
	while (size > 0 && out->len < max) {
		char *to = buffer;
		gsize left = sizeof(buffer);
		gsize ret = iconv(converter, &in, &size, &to, &left);
		int error = errno;

		g_string_append_len(out, buffer, to - buffer);
		if (ret != (gsize)-1 || error == E2BIG)
			continue;
		/* EILSEQ, or EINVAL at the end */
		g_string_append(out, "\357\277\275");
		if (error == EINVAL)
			break;
		in++;
		size--;
	}
}

static void copy_utf8(const guint8 *text, gsize size, gsize max, GString *out)
{
	const char *p = (const char *)text, *end = p + size;

	while (p < end && out->len < max) {
		const char *bad;

		/* NUL is valid here: the length says where the end is. */
		if (g_utf8_validate_len(p, end - p, &bad)) {
			g_string_append_len(out, p, end - p);
			return;
		}
		g_string_append_len(out, p, bad - p);
		if (*bad == '\0')
			g_string_append_c(out, '\0');
		else
			g_string_append(out, "\357\277\275");
		p = bad + 1;
	}
}

static bool has_high_byte(const char *from, const char *to)
{
	for (; from < to; from++) {
		if ((*from & 0x80) != 0)
			return TRUE;
	}
	return FALSE;
}

/* A last character that is cut off, as in long inputs, does not speak against
   it when others were whole. */
static bool is_utf8(const guint8 *text, gsize size)
{
	const char *start = (const char *)text, *p = start;
	const char *end = p + size, *bad;

	while (!g_utf8_validate_len(p, end - p, &bad)) {
		if (*bad != '\0')
			return end - bad < 4 &&
			       g_utf8_get_char_validated(bad, end - bad) ==
				(gunichar)-2 && has_high_byte(start, bad);
		p = bad + 1;
	}
	return TRUE;
}

/* At most max bytes, at a character's end. */
static void cut(GString *out, gsize max)
{
	gsize end = max;

	if (out->len <= max)
		return;
	while (end > 0 && (out->str[end] & 0xc0) == 0x80)
		end--;
	g_string_truncate(out, end);
}

GString *warden_charset_decode(struct warden_charsets *charsets,
			       const char *charset, const guint8 *text,
			       gsize size, gsize max, bool *unknown_r)
{
	bool unknown;
	iconv_t converter = lookup(charsets, charset, &unknown);
	GString *out = g_string_sized_new(MIN(size, max) + 8);

	if (unknown_r != NULL)
		*unknown_r = unknown;
	if (size == 0)
		return out;
	if (converter == NULL && !is_utf8(text, size))
		converter = g_hash_table_lookup(charsets->converters,
						"CP1252");
	if (converter == NULL)
		copy_utf8(text, MIN(size, max + 4), max, out);
	else
		convert(converter, text, size, max, out);
	cut(out, max);
	return out;
}

bool warden_charset_keeps_ascii(const char *charset)
{
	static const char *const others[] = {
		"UTF-7", "UTF7", "UNICODE", "UTF-16", "UTF16", "UTF-32",
		"UTF32", "UCS", "ISO-2022", "HZ", "IBM037", "IBM-037", "CP037",
		"IBM500", "CP500", "X-IMAP",
	};
	char name[NAME_MAX_SIZE];
	gsize i;

	normalise(charset, name);
	for (i = 0; i < G_N_ELEMENTS(others); i++) {
		if (g_str_has_prefix(name, others[i]))
			return FALSE;
	}
	return TRUE;
}

/* Of each four bytes all but one are zero. */
static const char *sniff_wide(const guint8 *text, gsize size)
{
	guint zeros[4] = { 0, 0, 0, 0 };
	gsize i;

	if (size < 8)
		return NULL;
	size = MIN(size, 256) & ~(gsize)3;
	for (i = 0; i < size; i++)
		zeros[i % 4] += text[i] == 0;
	if (zeros[1] + zeros[2] + zeros[3] == size / 4 * 3 && zeros[0] == 0)
		return "UTF-32LE";
	if (zeros[0] + zeros[1] + zeros[2] == size / 4 * 3 && zeros[3] == 0)
		return "UTF-32BE";
	return NULL;
}

const char *warden_charset_sniff(const guint8 *text, gsize size)
{
	const char *wide = sniff_wide(text, size);
	guint even = 0, odd = 0;
	gsize i;

	if (wide != NULL)
		return wide;
	if (size >= 4 && memcmp(text, "\xff\xfe\0\0", 4) == 0)
		return "UTF-32LE";
	if (size >= 4 && memcmp(text, "\0\0\xfe\xff", 4) == 0)
		return "UTF-32BE";

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return "UTF-8";
	if (size >= 2 && memcmp(text, "\xff\xfe", 2) == 0)
		return "UTF-16LE";
	if (size >= 2 && memcmp(text, "\xfe\xff", 2) == 0)
		return "UTF-16BE";
	if (size < 8)
		return NULL;
	size = MIN(size, 256) & ~(gsize)1;
	for (i = 0; i < size; i += 2) {
		even += text[i] == 0;
		odd += text[i + 1] == 0;
	}
	if (odd > size / 4 && even == 0)
		return "UTF-16LE";
	if (even > size / 4 && odd == 0)
		return "UTF-16BE";
	return NULL;
}
