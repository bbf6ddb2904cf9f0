#include "warden-config.h"

#include "decode.h"
#include "../lines.h"

#define PARTS_MAX 1000u

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

static bool is_part(const guint8 *data, const struct warden_line *line,
		    guint number)
{
	g_autofree char *word = g_strdup_printf(" part=%u ", number);

	return memmem(data + line->start, line->end - line->start, word,
		      strlen(word)) != NULL;
}

/* The next piece of the same file may follow. Returns where its data begin, 0
   if it does not. */
static gsize next_part(const guint8 *data, gsize size, gsize at,
		       const char *name, guint number)
{
	struct warden_line line;

	while (warden_line_get(data, size, at, TRUE, &line)) {
		g_autofree char *other = NULL;

		at = line.next;
		if (line.start == line.end)
			continue;
		if (!has_prefix(data, &line, "=ybegin ") ||
		    !is_part(data, &line, number))
			return 0;
		other = name_of(data, &line);
		return strcmp(name, other) == 0 ? at : 0;
	}
	return 0;
}

/* One piece; *at is moved behind it. Returns how many bytes were written. */
static gsize decode_part(const guint8 *data, gsize size, gsize *at,
			 guint8 *out, bool *complete)
{
	struct warden_line line;
	gsize used = 0, i;

	*complete = FALSE;
	while (!*complete && warden_line_get(data, size, *at, TRUE, &line)) {
		*at = line.next;
		*complete = has_prefix(data, &line, "=yend");
		if (*complete || has_prefix(data, &line, "=ypart "))
			continue;
		for (i = line.start; i < line.end; i++) {
			guint8 c = data[i];

			if (c == '=' && i + 1 < line.end)
				c = data[++i] - 64;
			out[used++] = c - 42;
		}
	}
	return used;
}

bool warden_decode_yenc(const guint8 *data, gsize size, gsize *at,
			struct warden_embedded *file_r)
{
	guint8 *out;
	gsize used, next;
	guint number = 1;

	memset(file_r, 0, sizeof(*file_r));
	if (!find_begin(data, size, at, file_r))
		return FALSE;
	out = g_malloc(size - *at + 1);
	used = decode_part(data, size, at, out, &file_r->complete);
	while (file_r->complete && number < PARTS_MAX &&
	       (next = next_part(data, size, *at, file_r->name,
				 ++number)) > 0) {
		*at = next;
		used += decode_part(data, size, at, out + used,
				    &file_r->complete);
	}
	file_r->end = *at;
	file_r->bytes = g_bytes_new_take(g_realloc(out, MAX(used, 1)), used);
	return TRUE;
}
