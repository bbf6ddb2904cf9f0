#include "warden-config.h"

#include "decode.h"
#include "../lines.h"

/* Among so many bytes there is a LF if lines end in LF. */
#define LINE_MAX_SIZE 4096u
/* Bytes behind a "begin" that is not as it should be: fewer are prose. */
#define ODD_MIN 12u

/* A line's first character counts its bytes; each is six bits plus 32, zero
   being space or '`'. */
static guint value(guint8 c)
{
	return (c - 0x20) & 0x3f;
}

static bool is_uu(guint8 c)
{
	return c >= 0x20 && c <= 0x60;
}

static bool is_data_line(const guint8 *data, const struct warden_line *line)
{
	gsize size = line->end - line->start, wanted, i;

	if (size == 0 || !is_uu(data[line->start]))
		return FALSE;
	wanted = (value(data[line->start]) + 2) / 3 * 4;
	/* Trailing spaces get lost in transport, a check sum may follow. */
	if (size - 1 > wanted + 2 ||
	    (size - 1 + 4 < wanted && size * 2 < wanted))
		return FALSE;
	for (i = line->start; i < line->end; i++) {
		if (!is_uu(data[i]))
			return FALSE;
	}
	return TRUE;
}

static void decode_line(GByteArray *out, const guint8 *data,
			const struct warden_line *line)
{
	guint left = value(data[line->start]);
	gsize at = line->start + 1;

	while (left > 0) {
		guint32 bits = 0;
		guint i, take = MIN(left, 3u);
		guint8 bytes[3];

		for (i = 0; i < 4; i++, at++)
			bits = bits << 6 |
				(at < line->end ? value(data[at]) : 0);
		bytes[0] = bits >> 16;
		bytes[1] = bits >> 8;
		bytes[2] = bits;
		g_byte_array_append(out, bytes, take);
		left -= take;
	}
}

/* Lines, also those of clients that end them with a lone CR, turn the two
   around, or put two CRs before a LF. */
static bool get_line(const guint8 *data, gsize size, gsize at,
		     struct warden_line *line)
{
	bool bare_cr = at < size &&
		memchr(data + at, '\n', MIN(size - at, LINE_MAX_SIZE)) ==
		NULL;

	if (!warden_line_get(data, size, at, bare_cr, line))
		return FALSE;
	while (line->start < line->end && data[line->start] == '\r')
		line->start++;
	while (line->start < line->end && data[line->end - 1] == '\r')
		line->end--;
	return TRUE;
}

/* "begin 644 name": the name, or NULL. Programs differ in what they want of
   the mode; prose that begins so is told by the line behind it. */
static char *begin_name(const guint8 *data, const struct warden_line *line,
			bool *odd_r, bool *base64_r)
{
	const char *p = (const char *)data + line->start;
	const char *end = (const char *)data + line->end, *digits;

	*base64_r = end - p > 14 && memcmp(p, "begin-base64 ", 13) == 0;
	if (end - p < 7 || (memcmp(p, "begin ", 6) != 0 && !*base64_r))
		return NULL;
	p += *base64_r ? 13 : 6;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (digits = p; p < end && g_ascii_isdigit(*p); p++)
		;
	*odd_r = p - digits < 3 || p - digits > 4 || p == end || *p != ' ';
	while (p < end && *p == ' ')
		p++;
	return g_strndup(p, MIN(end - p, 1024));
}

static bool find_begin(const guint8 *data, gsize size, gsize *at,
		       struct warden_embedded *file, bool *odd_r,
		       bool *base64_r)
{
	struct warden_line line;

	while (get_line(data, size, *at, &line)) {
		*at = line.next;
		if (line.end - line.start > 6 && data[line.start] == 'b' &&
		    (file->name = begin_name(data, &line, odd_r,
					     base64_r)) != NULL) {
			file->start = line.start;
			return TRUE;
		}
	}
	return FALSE;
}

static void decode_lines(const guint8 *data, gsize size, gsize *at,
			 struct warden_embedded *file)
{
	GByteArray *out = g_byte_array_new();
	struct warden_line line;

	while (get_line(data, size, *at, &line)) {
		bool is_end = line.end - line.start >= 3 &&
			memcmp(data + line.start, "end", 3) == 0;

		if (!is_end && !is_data_line(data, &line))
			break;
		*at = line.next;
		file->complete = is_end;
		if (is_end)
			break;
		decode_line(out, data, &line);
	}
	file->end = *at;
	file->bytes = g_byte_array_free_to_bytes(out);
}

/* "begin-base64": the same with lines of base64, to a line of "====". */
static void decode_base64(const guint8 *data, gsize size, gsize *at,
			  struct warden_embedded *file)
{
	struct warden_trait_set traits = { { 0 } };
	GArray *readings = warden_readings_new();
	gsize start = *at;
	struct warden_line line;

	while (!file->complete && get_line(data, size, *at, &line)) {
		*at = line.next;
		file->complete = line.end - line.start >= 4 &&
			memcmp(data + line.start, "====", 4) == 0;
	}
	warden_decode_base64(data + start, *at - start, readings, &traits);
	file->end = *at;
	file->bytes = g_bytes_ref(g_array_index(
		readings, struct warden_reading, 0).bytes);
	g_array_unref(readings);
}

bool warden_decode_uu(const guint8 *data, gsize size, bool without_begin,
		      gsize *at, struct warden_embedded *file_r)
{
	bool odd, base64;

	memset(file_r, 0, sizeof(*file_r));
	if (without_begin) {
		file_r->name = g_strdup("");
		file_r->start = *at;
		decode_lines(data, size, at, file_r);
		if (g_bytes_get_size(file_r->bytes) > 0)
			return TRUE;
		warden_embedded_clear(file_r);
		return FALSE;
	}
	while (find_begin(data, size, at, file_r, &odd, &base64)) {
		if (base64)
			decode_base64(data, size, at, file_r);
		else
			decode_lines(data, size, at, file_r);
		if (g_bytes_get_size(file_r->bytes) > (odd ? ODD_MIN : 0))
			return TRUE;
		/* "begin 100 miles away": prose. Look on. */
		warden_embedded_clear(file_r);
	}
	return FALSE;
}
