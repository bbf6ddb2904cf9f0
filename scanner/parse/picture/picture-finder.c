#include "warden-config.h"

#include "picture-finder.h"

#include <string.h>

/* Rows looked at: the middle of a corner is three modules high. */
#define ROW_STEP 2
/* A change of brightness that makes an edge, as a part of the picture's range:
   black on white with noise and shades around, then pale colours. */
static const guint edges[] = { 3, 8 };
#define EDGE_MIN 6
/* Runs of a row; a row of more is noise. */
#define RUNS_MAX 4096

/* A row or column as runs of alternating brightness. */
struct runs {
	guint starts[RUNS_MAX + 1];
	guint count;
	bool first_dark;
};

struct search {
	const guint8 *plane;
	guint width, height, edge;
	struct warden_finder *finders;
	guint count;
};

static guint range_of(const guint8 *plane, gsize size)
{
	gsize i, step = size / 4096 + 1;
	guint8 low = 255, high = 0;

	for (i = 0; i < size; i += step) {
		low = MIN(low, plane[i]);
		high = MAX(high, plane[i]);
	}
	return high - low;
}

/* An edge is where brightness has left its last extreme by the edge's height:
   early at both ends of a run, so that its length is right, and without any
   window that would have to fit the code's size. */
static void split(const guint8 *p, guint length, guint step, guint edge,
		  struct runs *runs)
{
	guint low = *p, high = *p, i;
	bool known = FALSE, dark = FALSE;

	runs->count = 0;
	runs->starts[0] = 0;
	for (i = 0; i < length && runs->count < RUNS_MAX; i++, p += step) {
		guint value = *p;
		bool rises = value >= low + edge && (!known || dark);
		bool falls = value + edge <= high && (!known || !dark);

		if (rises || falls) {
			if (!known)
				runs->first_dark = rises;
			known = TRUE;
			dark = falls;
			runs->starts[++runs->count] = i;
			low = high = value;
			continue;
		}
		low = MIN(low, value);
		high = MAX(high, value);
	}
	runs->starts[++runs->count] = length;
	if (runs->count > RUNS_MAX)
		runs->count = 0;
	if (!known)
		runs->count = 0;
}

/* Five runs as 1:1:3:1:1; *module_r: sixteenths of a pixel. */
static bool is_finder(const guint *starts, guint *module_r)
{
	static const guint widths[] = { 1, 1, 3, 1, 1 };
	guint total = starts[5] - starts[0], module, i;

	if (total < 7)
		return FALSE;
	module = total * 16 / 7;
	for (i = 0; i < G_N_ELEMENTS(widths); i++) {
		guint got = (starts[i + 1] - starts[i]) * 16;
		guint want = widths[i] * module;
		/* half a module, and a pixel for where edges fall */
		guint play = module / 2 + 12;

		if (got + play < want || got > want + play)
			return FALSE;
	}
	*module_r = module;
	return TRUE;
}

/* The same from top to bottom, at the middle of what the row has. */
static bool crosses(const struct search *search, guint x, guint y,
		    guint module, bool inverted, guint *middle_r)
{
	guint reach = module * 7 / 16 + 4, found, i;
	guint top = y > reach ? y - reach : 0;
	guint bottom = MIN(y + reach, search->height - 1);
	const guint8 *p = search->plane + (gsize)top * search->width + x;
	struct runs runs;

	split(p, bottom - top + 1, search->width, search->edge, &runs);
	for (i = 0; i + 5 <= runs.count; i++) {
		bool dark = runs.first_dark == (i % 2 == 0);
		guint middle = top + (runs.starts[i + 2] +
				      runs.starts[i + 3]) / 2;

		if (dark == inverted || !is_finder(runs.starts + i, &found) ||
		    y + 2 < top + runs.starts[i + 2] ||
		    y > top + runs.starts[i + 3] + 2)
			continue;
		if (found * 2 < module || found > module * 2)
			continue;
		*middle_r = middle;
		return TRUE;
	}
	return FALSE;
}

static void add(struct search *search, guint x, guint y, guint module,
		bool inverted)
{
	guint i, near = module * 3 / 16 + 2;

	for (i = 0; i < MIN(search->count, WARDEN_FINDERS_MAX); i++) {
		const struct warden_finder *finder = &search->finders[i];

		if (finder->inverted == inverted &&
		    ABS((int)finder->x - (int)x) <= (int)near &&
		    ABS((int)finder->y - (int)y) <= (int)near)
			return;
	}
	if (search->count < WARDEN_FINDERS_MAX) {
		search->finders[search->count].x = x;
		search->finders[search->count].y = y;
		search->finders[search->count].module = module;
		search->finders[search->count].inverted = inverted;
	}
	search->count++;
}

static void search_row(struct search *search, guint y, struct runs *runs)
{
	guint i, module, middle;

	split(search->plane + (gsize)y * search->width, search->width, 1,
	      search->edge, runs);
	for (i = 0; i + 5 <= runs->count; i++) {
		bool inverted = runs->first_dark != (i % 2 == 0);
		guint x = (runs->starts[i + 2] + runs->starts[i + 3]) / 2;

		if (is_finder(runs->starts + i, &module) &&
		    crosses(search, x, y, module, inverted, &middle))
			add(search, x, middle, module, inverted);
	}
}

static guint search_rows(struct search *search)
{
	struct runs runs;
	guint y;

	search->count = 0;
	for (y = 0; y < search->height; y += ROW_STEP)
		search_row(search, y, &runs);
	return search->count;
}

guint warden_picture_find(const guint8 *plane, guint width, guint height,
			  struct warden_finder *finders_r)
{
	struct search search = {
		.plane = plane, .width = width, .height = height,
		.finders = finders_r,
	};
	guint range = range_of(plane, (gsize)width * height), i;

	for (i = 0; i < G_N_ELEMENTS(edges); i++) {
		search.edge = MAX(range / edges[i], EDGE_MIN);
		if (search_rows(&search) >= WARDEN_FINDERS_ENOUGH)
			break;
	}
	return search.count;
}
