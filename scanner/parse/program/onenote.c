#include "warden-config.h"

#include "onenote.h"
#include "../bytes.h"

#include <string.h>

#define HEADER_SIZE 36u		/* identifier, size, unused, reserved */
#define NAMES_MAX 100u
#define NAME_SIZE_MAX 520u	/* bytes of UTF-16 */
/* Authors' names have dots in them, too. */
#define EXTENSION_MAX 5u
#define LONG_EXTENSION 10u	/* library-ms */
#define LONGEST_EXTENSION 17u	/* settingcontent-ms */

/* {BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC} */
static const guint8 store_object[16] = {
	0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d,
	0x4d, 0x0b, 0x7a, 0x9e, 0xac,
};

bool warden_onenote_next(const guint8 *data, gsize size, gsize *at,
			 struct warden_onenote_file *file_r)
{
	while (size - *at >= HEADER_SIZE) {
		const guint8 *found = memmem(data + *at, size - *at,
					     store_object,
					     sizeof(store_object));
		guint64 length, left;

		if (found == NULL ||
		    (gsize)(data + size - found) < HEADER_SIZE)
			break;
		length = warden_le64(found + 16);
		file_r->start = found - data + HEADER_SIZE;
		left = size - file_r->start;
		file_r->cut = length > left;
		file_r->end = file_r->start + MIN(length, left);
		/* one that claims all the rest must not hide the next one */
		*at = file_r->cut ? file_r->start : file_r->end;
		if (length > 0)
			return TRUE;
	}
	*at = size;
	return FALSE;
}

/* "name.ext": printable, no folder, an extension of letters and digits. */
static bool looks_like_name(const guint8 *text, gsize size)
{
	gsize i, dot = 0;

	for (i = 0; i < size; i += 2) {
		guint c = text[i] | text[i + 1] << 8;

		if (c < 0x20 || c == '/' || c == '\\' || c == '<' ||
		    c == ':' || (c >= 0xd800 && c < 0xe000))
			return FALSE;
		if (c == '.')
			dot = i + 2;
		else if (dot > 0 && (c > 0x7f || (!g_ascii_isalnum(c) &&
						   c != '-')))
			dot = 0;
	}
	return dot > 2 && dot < size && (size - dot <= 2 * EXTENSION_MAX ||
		size - dot == 2 * LONG_EXTENSION ||
		size - dot == 2 * LONGEST_EXTENSION);
}

static void add_name(GPtrArray *names, const guint8 *text, gsize size)
{
	char *name = g_convert((const char *)text, size, "UTF-8", "UTF-16LE",
			       NULL, NULL, NULL);
	guint i;

	for (i = 0; name != NULL && i < names->len; i++) {
		if (strcmp(names->pdata[i], name) == 0)
			break;
	}
	if (name == NULL || i < names->len)
		g_free(name);
	else
		g_ptr_array_add(names, name);
}

GPtrArray *warden_onenote_names(const guint8 *data, gsize size)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	gsize at;

	for (at = 0; at + 4 < size && names->len < NAMES_MAX; at++) {
		gsize length = data[at] | data[at + 1] << 8;

		if (length < 8 || length > NAME_SIZE_MAX || length % 2 != 0 ||
		    data[at + 2] != 0 || data[at + 3] != 0 ||
		    length > size - at - 4 || data[at + 4 + length - 2] != 0 ||
		    data[at + 4 + length - 1] != 0)
			continue;
		if (looks_like_name(data + at + 4, length - 2))
			add_name(names, data + at + 4, length - 2);
	}
	return names;
}
