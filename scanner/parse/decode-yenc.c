#include "warden-config.h"

#include "decode.h"
#include "lines.h"

static bool has_prefix(const guint8 *data, const struct warden_line *line,
		       const char *prefix)
{
	gsize size = strlen(prefix);

	return line->end - line->start >= size &&
	       memcmp(data + line->start, prefix, size) == 0;
}

/* Lines may end in a lone CR: in the data both CR and LF are escaped. */

/* name= takes the rest of the line. */
static char *name_of(const guint8 *data, const struct warden_line *line)
{
	const char *start = (const char *)data + line->start;
	const char *name = g_strstr_len(start, line->end - line->start,
					" name=");

	if (name == NULL)
		return g_strdup("");
	name += strlen(" name=");
	return g_strndup(name, MIN((const char *)data + line->end - name,
				   1024));
}

static bool find_begin(const guint8 *data, gsize size, gsize *at,
		       struct warden_embedded *file)
{
	struct warden_line line;

	while (warden_line_get(data, size, *at, TRUE, &line)) {
		*at = line.next;
		if (line.start < line.end && data[line.start] == '=' &&
		    has_prefix(data, &line, "=ybegin ")) {
			file->start = line.start;
			file->name = name_of(data, &line);
			return TRUE;
		}
	}
	return FALSE;
}

bool warden_decode_yenc(const guint8 *data, gsize size, gsize *at,
			struct warden_embedded *file_r)
{
	struct warden_line line;
	guint8 *out;
	gsize used = 0, i;

	memset(file_r, 0, sizeof(*file_r));
	if (!find_begin(data, size, at, file_r))
		return FALSE;
	out = g_malloc(size - *at + 1);
	while (warden_line_get(data, size, *at, TRUE, &line)) {
		*at = line.next;
		file_r->complete = has_prefix(data, &line, "=yend");
		if (file_r->complete)
			break;
		if (has_prefix(data, &line, "=ypart "))
			continue;
		for (i = line.start; i < line.end; i++) {
			guint8 c = data[i];

			if (c == '=' && i + 1 < line.end)
				c = data[++i] - 64;
			out[used++] = c - 42;
		}
	}
	file_r->end = *at;
	file_r->bytes = g_bytes_new_take(g_realloc(out, MAX(used, 1)), used);
	return TRUE;
}
