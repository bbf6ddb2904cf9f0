#include "warden-config.h"

#include "equation.h"

#include <string.h>

/* EQNOLEFILEHDR */
#define FILE_HEADER_SIZE 28u
#define MTEF_HEADER_SIZE 5u
/* The longest name of a font that Windows takes. */
#define FONT_MAX 32u
#define MATRIX_MAX 31u
#define RECORDS_MAX 10000u

enum record {
	RECORD_END = 0,
	RECORD_LINE,
	RECORD_CHARACTER,
	RECORD_TEMPLATE,
	RECORD_PILE,
	RECORD_MATRIX,
	RECORD_EMBELLISHMENT,
	RECORD_RULER,
	RECORD_FONT,
	RECORD_SIZE,
	RECORD_FULL,
	RECORD_SUBSYMBOL = 14,
};

enum flags {
	FLAG_NULL = 1 << 4,	/* LINE without content */
	FLAG_RULER = 1 << 5,
	FLAG_SPACING = 1 << 6,
	FLAG_NUDGE = 1 << 7,
};

struct walk {
	const guint8 *data;
	gsize size, at;
	bool overflows;
};

bool warden_equation_is_class(const char *class_name)
{
	return g_ascii_strncasecmp(class_name, "Equation", 8) == 0;
}

static bool skip(struct walk *walk, gsize size)
{
	if (walk->size - walk->at < size)
		return FALSE;
	walk->at += size;
	return TRUE;
}

static bool skip_nudge(struct walk *walk)
{
	const guint8 *p = walk->data + walk->at;

	if (!skip(walk, 2))
		return FALSE;
	return p[0] != 128 || p[1] != 128 || skip(walk, 4);
}

static bool take_font(struct walk *walk)
{
	const guint8 *name, *end;
	gsize left;

	if (!skip(walk, 2))
		return FALSE;
	name = walk->data + walk->at;
	left = walk->size - walk->at;
	end = memchr(name, '\0', left);
	if ((end == NULL ? left : (gsize)(end - name)) > FONT_MAX)
		walk->overflows = TRUE;
	return end != NULL && skip(walk, end - name + 1);
}

static bool take_matrix(struct walk *walk)
{
	const guint8 *p = walk->data + walk->at;
	guint rows, columns;

	if (!skip(walk, 5))
		return FALSE;
	rows = p[3];
	columns = p[4];
	if (rows > MATRIX_MAX || columns > MATRIX_MAX)
		walk->overflows = TRUE;
	/* two bits for each line between and around them */
	return skip(walk, (2 * (rows + 1) + 7) / 8 +
		    (2 * (columns + 1) + 7) / 8);
}

static bool take_size(struct walk *walk)
{
	guint8 size;

	if (!skip(walk, 1))
		return FALSE;
	size = walk->data[walk->at - 1];
	return skip(walk, size == 101 ? 2 : size == 100 ? 3 : 1);
}

static bool take_ruler(struct walk *walk)
{
	return skip(walk, 1) && skip(walk, walk->data[walk->at - 1] * 3);
}

static bool take_line(struct walk *walk, guint8 tag)
{
	return ((tag & FLAG_SPACING) == 0 || skip(walk, 1)) &&
	       ((tag & FLAG_RULER) == 0 || take_ruler(walk));
}

/* One record without the list that may belong to it: whose those records are
   does not matter here. */
static bool take_record(struct walk *walk)
{
	guint8 tag = walk->data[walk->at++];
	enum record record = tag & 15;

	if ((tag & FLAG_NUDGE) != 0 && record >= RECORD_LINE &&
	    record <= RECORD_EMBELLISHMENT && !skip_nudge(walk))
		return FALSE;
	switch (record) {
	case RECORD_LINE:
		return take_line(walk, tag);
	case RECORD_CHARACTER:
		return skip(walk, 3);
	case RECORD_TEMPLATE:
		return skip(walk, 3);
	case RECORD_PILE:
		return skip(walk, 2);
	case RECORD_MATRIX:
		return take_matrix(walk);
	case RECORD_EMBELLISHMENT:
		return skip(walk, 1);
	case RECORD_RULER:
		return take_ruler(walk);
	case RECORD_FONT:
		return take_font(walk);
	case RECORD_SIZE:
		return take_size(walk);
	default:
		return record == RECORD_END || (record >= RECORD_FULL &&
						record <= RECORD_SUBSYMBOL);
	}
}

bool warden_equation_overflows(const guint8 *data, gsize size)
{
	struct walk walk = { .data = data, .size = size };
	guint i;

	if (size >= FILE_HEADER_SIZE && data[0] == FILE_HEADER_SIZE &&
	    data[1] == 0)
		walk.at = FILE_HEADER_SIZE;
	if (!skip(&walk, MTEF_HEADER_SIZE))
		return FALSE;
	for (i = 0; i < RECORDS_MAX && walk.at < size && !walk.overflows;
	     i++) {
		if (!take_record(&walk))
			break;
	}
	return walk.overflows;
}
