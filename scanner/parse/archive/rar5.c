#include "warden-config.h"

#include "rar5.h"

#include <string.h>

#define SIGNATURE "Rar!\x1a\x07\x01\x00"
#define SIGNATURE_SIZE 8u
#define NAME_MAX_SIZE 2048u

enum block {
	BLOCK_FILE = 2,
	BLOCK_ENCRYPTION = 4,
	BLOCK_END = 5,
};

enum {
	FLAG_EXTRA = 1, FLAG_DATA = 2,			/* of a block */
	FILE_FOLDER = 1, FILE_TIME = 2, FILE_CRC = 4,	/* of a file */
	EXTRA_ENCRYPTION = 1,
};

/* A stretch of header that is read from its front. */
struct piece {
	const guint8 *p, *end;
};

/* Seven bits a byte, lowest first. FALSE if it does not end in time. */
static bool take_number(struct piece *piece, guint64 *value_r)
{
	guint shift;

	*value_r = 0;
	for (shift = 0; shift < 63 && piece->p < piece->end; shift += 7) {
		guint8 byte = *piece->p++;

		*value_r |= (guint64)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool skip(struct piece *piece, gsize size)
{
	if ((gsize)(piece->end - piece->p) < size)
		return FALSE;
	piece->p += size;
	return TRUE;
}

static bool is_encrypted(struct piece extra)
{
	guint64 size, type;

	while (take_number(&extra, &size) &&
	       size <= (guint64)(extra.end - extra.p)) {
		struct piece record = { extra.p, extra.p + size };

		if (take_number(&record, &type) && type == EXTRA_ENCRYPTION)
			return TRUE;
		extra.p += size;
	}
	return FALSE;
}

static bool read_file(struct piece *header, guint64 extra_size,
		      struct warden_rar5_member *member)
{
	guint64 flags, number, name_size;
	struct piece extra = { NULL, header->end };

	if (extra_size > (guint64)(header->end - header->p))
		return FALSE;
	extra.p = header->end - extra_size;
	header->end = extra.p;
	if (!take_number(header, &flags) ||
	    !take_number(header, &member->size) ||
	    !take_number(header, &number) ||
	    ((flags & FILE_TIME) != 0 && !skip(header, 4)) ||
	    ((flags & FILE_CRC) != 0 && !skip(header, 4)) ||
	    !take_number(header, &number) || !take_number(header, &number) ||
	    !take_number(header, &name_size) ||
	    name_size > (guint64)(header->end - header->p))
		return FALSE;
	member->name = g_strndup((const char *)header->p,
				 MIN(name_size, NAME_MAX_SIZE));
	member->folder = (flags & FILE_FOLDER) != 0;
	member->encrypted = is_encrypted(extra);
	return TRUE;
}

bool warden_rar5_iter_init(struct warden_rar5_iter *iter, const guint8 *data,
			   gsize size)
{
	memset(iter, 0, sizeof(*iter));
	iter->data = data;
	iter->size = size;
	iter->at = SIGNATURE_SIZE;
	return size > SIGNATURE_SIZE &&
		memcmp(data, SIGNATURE, SIGNATURE_SIZE) == 0;
}

/* Returns 1 with a member, 0 for another block, -1 at the end. */
static int read_block(struct warden_rar5_iter *iter,
		      struct warden_rar5_member *member)
{
	struct piece header = {
		iter->data + iter->at, iter->data + iter->size,
	};
	guint64 size, type, flags, extra = 0, content = 0;
	gsize next;

	/* the check sum first */
	if (!skip(&header, 4) || !take_number(&header, &size) || size == 0 ||
	    size > (guint64)(header.end - header.p))
		return -1;
	header.end = header.p + size;
	next = header.end - iter->data;
	if (!take_number(&header, &type) || !take_number(&header, &flags) ||
	    ((flags & FLAG_EXTRA) != 0 && !take_number(&header, &extra)) ||
	    ((flags & FLAG_DATA) != 0 && !take_number(&header, &content)))
		return -1;
	iter->names_encrypted |= type == BLOCK_ENCRYPTION;
	if (type == BLOCK_ENCRYPTION || type == BLOCK_END ||
	    content > iter->size - next)
		iter->at = iter->size;
	else
		iter->at = next + content;
	if (type != BLOCK_FILE)
		return 0;
	return read_file(&header, extra, member) ? 1 : -1;
}

bool warden_rar5_iter_next(struct warden_rar5_iter *iter,
			   struct warden_rar5_member *member_r)
{
	int ret = 0;

	memset(member_r, 0, sizeof(*member_r));
	while (ret == 0 && iter->at < iter->size)
		ret = read_block(iter, member_r);
	return ret > 0;
}
