#include "warden-config.h"

#include "decode.h"
#include "lines.h"

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

/* "begin 644 name": the name, or NULL. */
static char *begin_name(const guint8 *data, const struct warden_line *line)
{
	const char *p = (const char *)data + line->start;
	const char *end = (const char *)data + line->end;
	guint digits = 0;

	if (end - p < 9 || memcmp(p, "begin ", 6) != 0)
		return NULL;
	for (p += 6; p < end && *p >= '0' && *p <= '7'; p++)
		digits++;
	if (digits < 3 || digits > 4 || p == end || *p != ' ')
		return NULL;
	return g_strndup(p + 1, MIN(end - p - 1, 1024));
}

static bool find_begin(const guint8 *data, gsize size, gsize *at,
		       struct warden_embedded *file)
{
	struct warden_line line;

	while (warden_line_get(data, size, *at, FALSE, &line)) {
		*at = line.next;
		if (data[line.start] == 'b' &&
		    (file->name = begin_name(data, &line)) != NULL) {
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

	while (warden_line_get(data, size, *at, FALSE, &line)) {
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

bool warden_decode_uu(const guint8 *data, gsize size, bool without_begin,
		      gsize *at, struct warden_embedded *file_r)
{
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
	while (find_begin(data, size, at, file_r)) {
		decode_lines(data, size, at, file_r);
		if (g_bytes_get_size(file_r->bytes) > 0)
			return TRUE;
		/* "begin 100 miles away": prose. Look on. */
		warden_embedded_clear(file_r);
	}
	return FALSE;
}
