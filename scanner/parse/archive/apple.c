#include "warden-config.h"

#include "apple.h"
#include "../bytes.h"

#include <string.h>

#define HEAD_SIZE 26u
#define ENTRY_SIZE 12u
#define ENTRIES_MAX 64u
#define MACBINARY_SIZE 128u

enum { ENTRY_DATA = 1, ENTRY_RESOURCE = 2, ENTRY_NAME = 3 };

bool warden_apple_is_double(const guint8 *data, gsize size)
{
	return size >= HEAD_SIZE + ENTRY_SIZE &&
	       (warden_be32(data) == 0x00051600 ||
		warden_be32(data) == 0x00051607) &&
	       warden_be16(data + 24) > 0 &&
	       warden_be16(data + 24) <= ENTRIES_MAX;
}

/* No mark, only fields that cannot be otherwise. */
bool warden_apple_is_macbinary(const guint8 *data, gsize size)
{
	guint64 wanted;
	gsize i;

	if (size <= MACBINARY_SIZE || data[0] != 0 || data[1] == 0 ||
	    data[1] > 63 || data[74] != 0 || data[82] != 0)
		return FALSE;
	for (i = 2; i < 2 + (gsize)data[1]; i++) {
		if (data[i] < 0x20)
			return FALSE;
	}
	for (i = 101; i < 116; i++) {
		if (data[i] != 0)
			return FALSE;
	}
	wanted = (guint64)warden_be32(data + 83) + warden_be32(data + 87);
	/* each fork is filled up to 128 bytes, and may be cut */
	return wanted > 0 && wanted + MACBINARY_SIZE <= (guint64)size + 256 &&
		size <= wanted + MACBINARY_SIZE + 1024;
}

static void set_range(gsize size, guint64 start, guint64 length,
		      gsize *start_r, gsize *end_r)
{
	*start_r = MIN(start, size);
	*end_r = *start_r + MIN(length, size - *start_r);
}

static void read_double(const guint8 *data, gsize size,
			struct warden_apple *apple)
{
	guint count = warden_be16(data + 24), i;

	for (i = 0; i < count && HEAD_SIZE + (i + 1) * ENTRY_SIZE <= size;
	     i++) {
		const guint8 *entry = data + HEAD_SIZE + i * ENTRY_SIZE;
		gsize start, end;

		set_range(size, warden_be32(entry + 4), warden_be32(entry + 8),
			  &start, &end);
		switch (warden_be32(entry)) {
		case ENTRY_DATA:
			apple->data = start;
			apple->data_end = end;
			break;
		case ENTRY_RESOURCE:
			apple->resource = start;
			apple->resource_end = end;
			break;
		case ENTRY_NAME:
			g_free(apple->name);
			apple->name = g_strndup((const char *)data + start,
						MIN(end - start, 255));
			break;
		default:
			break;
		}
	}
}

static void read_macbinary(const guint8 *data, gsize size,
			   struct warden_apple *apple)
{
	guint64 data_size = warden_be32(data + 83);

	g_free(apple->name);
	apple->name = g_strndup((const char *)data + 2, data[1]);
	set_range(size, MACBINARY_SIZE, data_size, &apple->data,
		  &apple->data_end);
	set_range(size, MACBINARY_SIZE + (data_size + 127) / 128 * 128,
		  warden_be32(data + 87), &apple->resource,
		  &apple->resource_end);
}

bool warden_apple_read(const guint8 *data, gsize size,
		       struct warden_apple *apple_r)
{
	bool found = TRUE;

	memset(apple_r, 0, sizeof(*apple_r));
	if (warden_apple_is_double(data, size))
		read_double(data, size, apple_r);
	else if (warden_apple_is_macbinary(data, size))
		read_macbinary(data, size, apple_r);
	else
		found = FALSE;
	if (found && apple_r->name == NULL)
		apple_r->name = g_strdup("");
	return found;
}

void warden_apple_clear(struct warden_apple *apple)
{
	g_clear_pointer(&apple->name, g_free);
}
