#ifndef WARDEN_PARSE_LINES_H
#define WARDEN_PARSE_LINES_H

/* Lines of raw mail: ended by LF or CRLF, or also by a lone CR where a view
   reads mail as clients do that take it for a line end. */

#include <glib.h>
#include <stdbool.h>
#include <string.h>

struct warden_line {
	gsize start;
	gsize end;	/* without its line end */
	gsize next;	/* start of the next line */
};

/* The line at offset at; FALSE at the end of the data. */
static inline bool
warden_line_get(const guint8 *data, gsize size, gsize at, bool bare_cr,
		struct warden_line *line_r)
{
	const guint8 *lf;
	gsize end = at;

	if (at >= size)
		return FALSE;
	line_r->start = at;
	if (bare_cr) {
		/* not memchr() for both: without any LF that is quadratic */
		while (end < size && data[end] != '\r' && data[end] != '\n')
			end++;
		line_r->end = end;
		if (end + 1 < size && data[end] == '\r' &&
		    data[end + 1] == '\n')
			end++;
		line_r->next = MIN(end + 1, size);
		return TRUE;
	}
	lf = memchr(data + at, '\n', size - at);
	line_r->next = lf != NULL ? (gsize)(lf - data) + 1 : size;
	line_r->end = lf != NULL ? (gsize)(lf - data) : size;
	if (line_r->end > at && data[line_r->end - 1] == '\r')
		line_r->end--;
	return TRUE;
}

/* White space and the control characters that some client skips. */
static inline bool warden_is_blank_byte(guint8 c)
{
	return c <= 0x20 || c == 0x7f;
}

static inline bool
warden_line_is_blank(const guint8 *data, const struct warden_line *line)
{
	gsize i;

	for (i = line->start; i < line->end; i++) {
		if (!warden_is_blank_byte(data[i]))
			return FALSE;
	}
	return TRUE;
}

#endif
