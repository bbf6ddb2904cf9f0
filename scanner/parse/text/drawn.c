#include "warden-config.h"

#include "drawn.h"
#include "../picture/picture-codes.h"

#include <string.h>

#define MODULES_MIN 21
#define MODULES_MAX 400
#define SCALE 4

bool warden_drawn_init(struct warden_drawn *drawn, guint width, guint height)
{
	memset(drawn, 0, sizeof(*drawn));
	if (width == 0 || height == 0 || width > WARDEN_DRAWN_WIDTH_MAX ||
	    height > WARDEN_DRAWN_HEIGHT_MAX)
		return FALSE;
	drawn->width = width;
	drawn->height = height;
	drawn->cells = g_malloc0((gsize)width * height);
	return TRUE;
}

void warden_drawn_clear(struct warden_drawn *drawn)
{
	g_clear_pointer(&drawn->cells, g_free);
}

void warden_drawn_fill(struct warden_drawn *drawn, gint64 x, gint64 y,
		       gint64 width, gint64 height, bool dark)
{
	gint64 right = MIN(x + width, drawn->width);
	gint64 bottom = MIN(y + height, drawn->height);

	x = MAX(x, 0);
	for (y = MAX(y, 0); y < bottom && x < right; y++)
		memset(drawn->cells + y * drawn->width + x, dark, right - x);
}

/* --- modules ------------------------------------------------------------------------ */

static guint gcd(guint a, guint b)
{
	while (b != 0) {
		guint rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct grid {
	guint x, y;		/* the first module */
	guint width, height;	/* of a module */
};

/* Edges lie whole modules from any of them. *first: 0 until there is one. */
static void take_edge(guint at, guint *first, guint *step)
{
	if (*first == 0)
		*first = at;
	else
		*step = gcd(MAX(at, *first) - MIN(at, *first), *step);
}

static void find_grid(const struct warden_drawn *drawn, struct grid *grid)
{
	guint x, y, first_x = 0, first_y = 0, step_x = 0, step_y = 0;

	for (y = 0; y < drawn->height; y++) {
		const guint8 *row = drawn->cells + (gsize)y * drawn->width;

		for (x = 0; x < drawn->width; x++) {
			if (x > 0 && row[x] != row[x - 1])
				take_edge(x, &first_x, &step_x);
			if (y > 0 && row[x] != *(row + x - drawn->width))
				take_edge(y, &first_y, &step_y);
		}
	}
	grid->width = MAX(step_x, 1);
	grid->height = MAX(step_y, 1);
	grid->x = first_x % grid->width;
	grid->y = first_y % grid->height;
}

/* --- reading ------------------------------------------------------------------------- */

static bool read_grid(const struct warden_drawn *drawn,
		      const struct grid *grid, guint64 *effort,
		      GPtrArray *codes)
{
	struct warden_picture picture = { 0 };
	guint columns = (drawn->width - grid->x) / grid->width;
	guint rows = (drawn->height - grid->y) / grid->height, x, y;
	guint8 *plane;
	bool all;

	if (columns < MODULES_MIN || rows < MODULES_MIN ||
	    columns > MODULES_MAX || rows > MODULES_MAX)
		return TRUE;
	picture.width = columns * SCALE;
	picture.height = rows * SCALE;
	plane = g_malloc((gsize)picture.width * picture.height);
	for (y = 0; y < picture.height; y++) {
		guint from = grid->y + y / SCALE * grid->height +
			grid->height / 2;
		const guint8 *row = drawn->cells + (gsize)from * drawn->width;

		for (x = 0; x < picture.width; x++)
			plane[(gsize)y * picture.width + x] =
				row[grid->x + x / SCALE * grid->width +
				    grid->width / 2] != 0 ? 0 : 255;
	}
	picture.planes[WARDEN_PLANE_LIGHT] = plane;
	all = warden_picture_codes(&picture, effort, codes);
	g_free(plane);
	return all;
}

static void tell(struct warden_queue *queue, const char *path,
		 const GPtrArray *codes)
{
	gsize size;
	const char *data = g_bytes_get_data(codes->pdata[0], &size);
	g_autofree char *shown = warden_facts_sanitise(data, size, 80, FALSE);

	warden_queue_trait(queue, WARDEN_TRAIT_IMAGE_CODE_DRAWN, path, shown);
	warden_picture_add_codes(queue, path, codes);
}

void warden_drawn_look(const struct warden_drawn *drawn,
		       struct warden_queue *queue, const char *path)
{
	/* Where something else stands beside the code, edges tell nothing: the
	   usual modules of text, in units of drawn-text.c. */
	static const struct grid usual[] = {
		{ 0, 0, 4, 12 }, { 0, 0, 2, 6 }, { 0, 0, 2, 12 },
		{ 0, 0, 1, 3 }, { 0, 0, 1, 4 }, { 0, 0, 1, 6 },
	};
	GPtrArray *codes = warden_picture_codes_new();
	guint64 *effort = warden_queue_effort(queue);
	struct grid grid;
	bool all;
	gsize i;

	find_grid(drawn, &grid);
	all = read_grid(drawn, &grid, effort, codes);
	for (i = 0; i < G_N_ELEMENTS(usual) && codes->len == 0; i++)
		all = read_grid(drawn, &usual[i], effort, codes) && all;
	if (codes->len > 0)
		tell(queue, path, codes);
	else if (!all)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_PICTURES, path,
				   "time");
	g_ptr_array_unref(codes);
}
