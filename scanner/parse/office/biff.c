#include "warden-config.h"

#include "biff.h"

#include <string.h>

guint16 warden_biff_u16(const guint8 *data)
{
	return data[0] | data[1] << 8;
}

guint32 warden_biff_u32(const guint8 *data)
{
	return data[0] | data[1] << 8 | data[2] << 16 |
		(guint32)data[3] << 24;
}

bool warden_biff_next(struct warden_biff *biff,
		      struct warden_biff_record *record_r)
{
	gsize left = biff->size - biff->at;

	if (left < WARDEN_BIFF_RECORD_HEADER)
		return FALSE;
	record_r->start = biff->at;
	record_r->kind = warden_biff_u16(biff->data + biff->at);
	record_r->size = MIN(warden_biff_u16(biff->data + biff->at + 2),
			     left - WARDEN_BIFF_RECORD_HEADER);
	record_r->data = biff->data + biff->at + WARDEN_BIFF_RECORD_HEADER;
	biff->at += WARDEN_BIFF_RECORD_HEADER + record_r->size;
	return TRUE;
}

char *warden_biff_text(const guint8 *data, gsize size, gsize count, bool wide)
{
	gsize length = wide ? MIN(count * 2, size & ~(gsize)1) :
		MIN(count, size);
	char *text = g_convert_with_fallback(
		(const char *)data, length, "UTF-8",
		wide ? "UTF-16LE" : "WINDOWS-1252", "?", NULL, NULL, NULL);

	return text == NULL ? g_strdup("") : text;
}

/* --- shared texts -------------------------------------------------------- */

/* Reading goes on in the records that continue the first; amid a text each
   of them begins with a byte that says how wide its characters are. */
struct strings {
	struct warden_biff *biff;
	struct warden_biff_record record;
	gsize at;
	gsize made;
	GPtrArray *list;
};

static bool continue_record(struct strings *strings)
{
	struct warden_biff ahead = *strings->biff;
	struct warden_biff_record next;

	if (!warden_biff_next(&ahead, &next) ||
	    next.kind != WARDEN_BIFF_CONTINUE)
		return FALSE;
	*strings->biff = ahead;
	strings->record = next;
	strings->at = 0;
	return TRUE;
}

static gsize left_in(const struct strings *strings)
{
	return strings->record.size - strings->at;
}

/* Headers are never split. */
static const guint8 *take(struct strings *strings, gsize size)
{
	const guint8 *data;

	if (left_in(strings) == 0 && !continue_record(strings))
		return NULL;
	if (left_in(strings) < size)
		return NULL;
	data = strings->record.data + strings->at;
	strings->at += size;
	return data;
}

/* Formats of runs and Asian readings may be split anywhere. */
static bool skip(struct strings *strings, gsize size)
{
	while (size > 0) {
		gsize step = MIN(size, left_in(strings));

		strings->at += step;
		size -= step;
		if (size > 0 && !continue_record(strings))
			return FALSE;
	}
	return TRUE;
}

static bool take_characters(struct strings *strings, gsize count, bool wide,
			    GString *out)
{
	while (count > 0) {
		gsize fits = left_in(strings) >> wide;
		gsize got = MIN(fits, count);
		g_autofree char *piece = NULL;
		const guint8 *flags;

		if (got > 0) {
			piece = warden_biff_text(
				strings->record.data + strings->at,
				left_in(strings), got, wide);
			g_string_append(out, piece);
			strings->at += got << wide;
			count -= got;
		}
		if (count == 0)
			break;
		strings->at = strings->record.size;
		flags = take(strings, 1);
		if (flags == NULL)
			return FALSE;
		wide = (*flags & 1) != 0;
	}
	return TRUE;
}

static bool take_string(struct strings *strings)
{
	const guint8 *head = take(strings, 3), *more;
	gsize count, runs = 0, extra = 0;
	guint8 flags;
	GString *out;
	bool whole;

	if (head == NULL)
		return FALSE;
	count = warden_biff_u16(head);
	flags = head[2];
	if ((flags & 8) != 0) {
		if ((more = take(strings, 2)) == NULL)
			return FALSE;
		runs = warden_biff_u16(more);
	}
	if ((flags & 4) != 0) {
		if ((more = take(strings, 4)) == NULL)
			return FALSE;
		extra = warden_biff_u32(more);
	}
	out = g_string_new(NULL);
	whole = take_characters(strings, count, (flags & 1) != 0, out);
	strings->made += out->len;
	g_ptr_array_add(strings->list, g_string_free(out, FALSE));
	return whole && skip(strings, runs * 4) && skip(strings, extra);
}

GPtrArray *warden_biff_strings(struct warden_biff *biff,
			       const struct warden_biff_record *record)
{
	struct strings strings = {
		.biff = biff, .record = *record, .at = 8,
	};
	guint32 count, i;

	strings.list = g_ptr_array_new_with_free_func(g_free);
	if (record->size < 8)
		return strings.list;
	count = MIN(warden_biff_u32(record->data + 4),
		    WARDEN_BIFF_STRINGS_MAX);
	for (i = 0; i < count &&
	     strings.made < WARDEN_BIFF_STRINGS_SIZE_MAX; i++) {
		if (!take_string(&strings))
			break;
	}
	return strings.list;
}
