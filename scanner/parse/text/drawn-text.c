#include "warden-config.h"

#include "drawn.h"

#include <string.h>

/* Lines of nothing but characters that draw. Each is two units wide and twelve
   high: halves, thirds and quarters come out even. */
#define WIDE 2
#define HIGH 12
/* A code of 21 modules needs six lines of Braille; of letters, 21. */
#define LINES_MIN 6
#define LINES_MAX (WARDEN_DRAWN_HEIGHT_MAX / HIGH)
#define COLUMNS_MIN 10
#define COLUMNS_MAX (WARDEN_DRAWN_WIDTH_MAX / WIDE)

/* Left and right column, a bit for each unit from the top. */
struct shape {
	guint16 columns[WIDE];
};

#define ALL 0xfff
#define UPPER 0x03f
#define LOWER 0xfc0

struct block {
	gunichar c;
	struct shape shape;
};

static const struct block blocks[] = {
	{ 0x2580, { { UPPER, UPPER } } },	/* ▀ */
	{ 0x2584, { { LOWER, LOWER } } },	/* ▄ */
	{ 0x2588, { { ALL, ALL } } },		/* █ */
	{ 0x258c, { { ALL, 0 } } },		/* ▌ */
	{ 0x2590, { { 0, ALL } } },		/* ▐ */
	{ 0x2591, { { 0, 0 } } },		/* ░ */
	{ 0x2592, { { 0, 0 } } },		/* ▒ */
	{ 0x2593, { { ALL, ALL } } },		/* ▓ */
	{ 0x2596, { { LOWER, 0 } } },		/* quadrants … */
	{ 0x2597, { { 0, LOWER } } },
	{ 0x2598, { { UPPER, 0 } } },
	{ 0x2599, { { ALL, LOWER } } },
	{ 0x259a, { { UPPER, LOWER } } },
	{ 0x259b, { { ALL, UPPER } } },
	{ 0x259c, { { UPPER, ALL } } },
	{ 0x259d, { { 0, UPPER } } },
	{ 0x259e, { { LOWER, UPPER } } },
	{ 0x259f, { { LOWER, ALL } } },
	{ 0x25a0, { { ALL, ALL } } },		/* ■ */
	{ 0x25a1, { { 0, 0 } } },		/* □ */
	{ 0x25aa, { { ALL, ALL } } },
	{ 0x25ab, { { 0, 0 } } },
	{ 0x25cb, { { 0, 0 } } },		/* ○ */
	{ 0x25cf, { { ALL, ALL } } },		/* ● */
	{ 0x25fb, { { 0, 0 } } },
	{ 0x25fc, { { ALL, ALL } } },
	{ 0x25fd, { { 0, 0 } } },
	{ 0x25fe, { { ALL, ALL } } },
	{ 0x26aa, { { 0, 0 } } },
	{ 0x26ab, { { ALL, ALL } } },
	{ 0x2b1b, { { ALL, ALL } } },		/* large squares */
	{ 0x2b1c, { { 0, 0 } } },
};

/* What people draw with when there are no blocks; one dark and one light kind
   in a drawing. */
static const char dark_letters[] = "#@XMW*8%&1O";
static const char light_letters[] = "._-0:";

struct line {
	const char *start, *end;
	guint columns;
};

struct drawing {
	struct warden_queue *queue;
	const char *path;
	GArray *lines;		/* struct line */
	char dark, light;	/* letters; 0: none yet */
	guint inked;		/* lines with anything dark */
	bool blocks;
};

static bool is_invisible(gunichar c)
{
	return (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfe0f ||
	       c == 0xfe0e || c == 0xfeff || c == '\r' || c == 0xad;
}

static bool is_blank(gunichar c)
{
	return c == ' ' || c == 0xa0 || c == 0x3000 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f;
}

/* Two columns of three (U+1FB00, all but those that are other characters). */
static struct shape sextant(guint number)
{
	struct shape shape = { { 0, 0 } };
	guint bits = number + 1, i;

	bits += bits >= 0x15;
	bits += bits >= 0x2a;
	for (i = 0; i < 6; i++) {
		if ((bits >> i & 1) != 0)
			shape.columns[i % 2] |= 0xf << (i / 2 * 4);
	}
	return shape;
}

/* Dots 1 2 3 7 left, 4 5 6 8 right. */
static struct shape braille(guint bits)
{
	static const guint8 left[] = { 0, 1, 2, 6 }, right[] = { 3, 4, 5, 7 };
	struct shape shape = { { 0, 0 } };
	guint i;

	for (i = 0; i < 4; i++) {
		if ((bits >> left[i] & 1) != 0)
			shape.columns[0] |= 7 << (i * 3);
		if ((bits >> right[i] & 1) != 0)
			shape.columns[1] |= 7 << (i * 3);
	}
	return shape;
}

/* FALSE: it draws nothing. */
static bool find_shape(gunichar c, struct shape *shape_r)
{
	gsize i;

	memset(shape_r, 0, sizeof(*shape_r));
	if (is_blank(c) || (c < 0x80 && strchr(light_letters, c) != NULL))
		return TRUE;
	if (c < 0x80 && strchr(dark_letters, c) != NULL) {
		shape_r->columns[0] = shape_r->columns[1] = ALL;
		return TRUE;
	}
	if (c >= 0x2800 && c <= 0x28ff) {
		*shape_r = braille(c - 0x2800);
		return TRUE;
	}
	if (c >= 0x1fb00 && c <= 0x1fb3b) {
		*shape_r = sextant(c - 0x1fb00);
		return TRUE;
	}
	/* coloured squares */
	if (c >= 0x1f7e5 && c <= 0x1f7eb) {
		shape_r->columns[0] = shape_r->columns[1] = ALL;
		return TRUE;
	}
	for (i = 0; i < G_N_ELEMENTS(blocks); i++) {
		if (blocks[i].c == c) {
			*shape_r = blocks[i].shape;
			return TRUE;
		}
	}
	return FALSE;
}

/* A letter must be the drawing's. */
static bool take_letter(struct drawing *drawing, gunichar c)
{
	char *kind = strchr(dark_letters, c) != NULL ? &drawing->dark :
		&drawing->light;

	if (*kind == 0)
		*kind = c;
	return *kind == (char)c;
}

/* --- drawings ----------------------------------------------------------------------- */

static void draw_line(struct warden_drawn *drawn, guint row,
		      const struct line *line)
{
	const char *p = line->start;
	guint column = 0, side, unit;

	for (; p < line->end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		struct shape shape;

		if (is_invisible(c) || !find_shape(c, &shape))
			continue;
		for (side = 0; side < WIDE; side++) {
			for (unit = 0; unit < HIGH; unit++) {
				if ((shape.columns[side] >> unit & 1) == 0)
					continue;
				warden_drawn_fill(drawn, column * WIDE + side,
						  row * HIGH + unit, 1, 1,
						  TRUE);
			}
		}
		column++;
	}
}

static void finish(struct drawing *drawing)
{
	guint count = drawing->lines->len, columns = 0, i;
	struct warden_drawn drawn;

	for (i = 0; i < count; i++)
		columns = MAX(columns, g_array_index(
			drawing->lines, struct line, i).columns);
	if (drawing->inked >= LINES_MIN && columns >= COLUMNS_MIN &&
	    (drawing->blocks || drawing->dark != 0) &&
	    warden_drawn_init(&drawn, columns * WIDE, count * HIGH)) {
		for (i = 0; i < count; i++)
			draw_line(&drawn, i, &g_array_index(
				drawing->lines, struct line, i));
		warden_drawn_look(&drawn, drawing->queue, drawing->path);
		warden_drawn_clear(&drawn);
	}
	g_array_set_size(drawing->lines, 0);
	drawing->dark = drawing->light = 0;
	drawing->inked = 0;
	drawing->blocks = FALSE;
}

/* FALSE at the first character that draws nothing: soon, in ordinary text. */
static bool read_line(struct drawing *drawing, struct line *line, bool *ink_r)
{
	const char *p;

	line->columns = 0;
	*ink_r = FALSE;
	for (p = line->start; p < line->end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		struct shape shape;

		if (is_invisible(c))
			continue;
		if (!find_shape(c, &shape) || line->columns >= COLUMNS_MAX)
			return FALSE;
		if (c > 0x7f && !is_blank(c))
			drawing->blocks = TRUE;
		else if (c != ' ' && c <= 0x7f && !take_letter(drawing, c))
			return FALSE;
		*ink_r |= (shape.columns[0] | shape.columns[1]) != 0;
		line->columns++;
	}
	return TRUE;
}

/* Mail that is answered. */
static void skip_quotes(struct line *line)
{
	while (line->start < line->end && *line->start == '>')
		line->start++;
}

void warden_drawn_text_look(struct warden_queue *queue, const char *path,
			    const char *text, gsize size)
{
	struct drawing drawing = { .queue = queue, .path = path };
	const char *end = text + size;

	drawing.lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	while (text < end) {
		const char *lf = memchr(text, '\n', end - text);
		struct line line = { text, lf == NULL ? end : lf, 0 };
		bool ink;

		text = lf == NULL ? end : lf + 1;
		skip_quotes(&line);
		if (!read_line(&drawing, &line, &ink)) {
			finish(&drawing);
			continue;
		}
		drawing.inked += ink;
		g_array_append_val(drawing.lines, line);
		if (drawing.lines->len >= LINES_MAX)
			finish(&drawing);
	}
	finish(&drawing);
	g_array_unref(drawing.lines);
}
