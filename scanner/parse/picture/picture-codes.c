#include "warden-config.h"

#include "picture-codes.h"
#include "picture-finder.h"

#include <string.h>
#include <zbar.h>

/* Around the picture: codes that touch the edge are read, too. */
#define MARGIN 16
/* Modules of fewer pixels are made larger, ones of more are smoothed: dots,
   gaps and noise go away. In sixteenths. */
#define MODULE_SMALL (3 * 16)
#define MODULE_LARGE (5 * 16)
#define MODULE_SMOOTH (3 * 16)
#define SCALE_MAX 4
#define SCALES 3
#define SCALED_PIXELS_MAX (4u * 1000 * 1000)

struct view {
	const guint8 *plane;
	guint width, height;
	bool inverted;
	bool first;		/* of the picture's planes */
	guint64 *effort;
	GPtrArray *codes;
};

GPtrArray *warden_picture_codes_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void add(GPtrArray *codes, const char *data, gsize size)
{
	GBytes *code;
	guint i;

	size = MIN(size, WARDEN_PICTURE_CODE_SIZE_MAX);
	if (size == 0 || codes->len >= WARDEN_PICTURE_CODES_MAX)
		return;
	code = g_bytes_new(data, size);
	for (i = 0; i < codes->len; i++) {
		if (g_bytes_equal(codes->pdata[i], code)) {
			g_bytes_unref(code);
			return;
		}
	}
	g_ptr_array_add(codes, code);
}

/* --- zbar ---------------------------------------------------------------------- */

/* A new scanner for each: it has a random generator, and the same picture must
   always give the same. Texts stay bytes: converting them would open files. */
static zbar_image_scanner_t *new_scanner(void)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();

	zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE,
				      1);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY,
				      1);
	return scanner;
}

/* pixels: dark on light. */
static void scan(guint8 *pixels, guint width, guint height, GPtrArray *codes)
{
	zbar_image_scanner_t *scanner = new_scanner();
	zbar_image_t *image = zbar_image_create();
	const zbar_symbol_t *symbol;

	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, width, height);
	zbar_image_set_data(image, pixels, (gsize)width * height, NULL);
	(void)zbar_scan_image(scanner, image);
	for (symbol = zbar_image_first_symbol(image); symbol != NULL;
	     symbol = zbar_symbol_next(symbol)) {
		if (zbar_symbol_get_type(symbol) == ZBAR_QRCODE)
			add(codes, zbar_symbol_get_data(symbol),
			    zbar_symbol_get_data_length(symbol));
	}
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
}

/* --- views ---------------------------------------------------------------------- */

static guint8 average(const struct view *view, guint x, guint y, guint size)
{
	guint sum = 0, i, j;

	for (j = 0; j < size; j++) {
		const guint8 *row = view->plane +
			(gsize)(y + j) * view->width + x;

		for (i = 0; i < size; i++)
			sum += row[i];
	}
	return sum / (size * size);
}

/* As light as the picture's ground is: an edge around a pale code would hide
   it. */
static guint8 lightest(const struct view *view)
{
	gsize size = (gsize)view->width * view->height, i;
	guint8 flip = view->inverted ? 0xff : 0, light = 0;

	for (i = 0; i < size; i += size / 4096 + 1)
		light = MAX(light, view->plane[i] ^ flip);
	return light;
}

static bool spend(const struct view *view, guint64 pixels)
{
	if (pixels > *view->effort)
		return FALSE;
	*view->effort -= pixels;
	return TRUE;
}

/* Times up, or divided by down; one of them is 1. */
static bool scan_view(const struct view *view, guint up, guint down)
{
	guint inner_width = view->width * up / down;
	guint inner_height = view->height * up / down;
	guint width = inner_width + 2 * MARGIN;
	guint height = inner_height + 2 * MARGIN, x, y;
	guint8 flip = view->inverted ? 0xff : 0;
	guint8 *pixels;

	if (up > 1 && (guint64)width * height > SCALED_PIXELS_MAX)
		return TRUE;
	if (!spend(view, (guint64)width * height))
		return FALSE;
	pixels = g_malloc((gsize)width * height);
	memset(pixels, lightest(view), (gsize)width * height);
	for (y = 0; y < inner_height; y++) {
		guint8 *row = pixels + (gsize)(y + MARGIN) * width + MARGIN;

		for (x = 0; x < inner_width; x++)
			row[x] = flip ^ average(view, x * down / up,
						y * down / up, down);
	}
	scan(pixels, width, height, view->codes);
	g_free(pixels);
	return TRUE;
}

static bool agree(const struct warden_finder *a, const struct warden_finder *b)
{
	return a->inverted == b->inverted &&
	       a->module * 2 <= b->module * 3 + 16 &&
	       b->module * 2 <= a->module * 3 + 16;
}

/* Corners of a code: 14 modules apart at least, 170 at most; a good deal of
   play for slanted ones. *dx, *dy: from a to b. */
static bool are_apart(const struct warden_finder *a,
		      const struct warden_finder *b, gint64 *dx, gint64 *dy)
{
	gint64 module = (a->module + b->module) / 2, square;

	*dx = (gint64)b->x - a->x;
	*dy = (gint64)b->y - a->y;
	square = (*dx * *dx + *dy * *dy) * 256;
	return square >= module * module * 9 * 9 &&
	       square <= module * module * 240 * 240;
}

/* Two sides of nearly one length, at nearly a right angle. */
static bool is_corner(const struct warden_finder *a,
		      const struct warden_finder *b,
		      const struct warden_finder *c)
{
	gint64 bx, by, cx, cy, first, second, dot;

	if (!agree(a, b) || !agree(a, c) || !are_apart(a, b, &bx, &by) ||
	    !are_apart(a, c, &cx, &cy))
		return FALSE;
	first = bx * bx + by * by;
	second = cx * cx + cy * cy;
	dot = bx * cx + by * cy;
	return first <= 2 * second && second <= 2 * first &&
	       dot * dot * 6 <= first * second;
}

/* How many corners of one code there seem to be, at most 3. *module_r: the
   smallest one's. */
static guint find_corners(const struct warden_finder *finders, guint count,
			  bool inverted, guint *module_r)
{
	guint most = 0, i, j, k;
	gint64 dx, dy;

	for (i = 0; i < count && most < 3; i++) {
		const struct warden_finder *a = &finders[i];

		for (j = 0; j < count && a->inverted == inverted; j++) {
			const struct warden_finder *b = &finders[j];

			if (j == i || !agree(a, b) ||
			    !are_apart(a, b, &dx, &dy))
				continue;
			*module_r = MIN(a->module, b->module);
			most = MAX(most, 2);
			for (k = j + 1; k < count && most < 3; k++) {
				if (k != i && is_corner(a, b, &finders[k]))
					most = 3;
			}
			if (most == 3)
				return most;
		}
	}
	return most;
}

/* The scales at which it is tried until there is a code, 0: not at all. */
static void find_scales(guint module, bool likely, guint *ups, guint *downs)
{
	guint count = 0;

	if (module < MODULE_SMALL && likely)
		ups[count++] = SCALE_MAX;
	downs[count] = ups[count] = 1;
	count++;
	if (module >= MODULE_SMALL && module < 2 * MODULE_SMALL && likely)
		ups[count++] = SCALE_MAX;
	if (module >= MODULE_LARGE) {
		ups[count] = 1;
		downs[count] = MAX(2, module / MODULE_SMOOTH);
	}
}

static bool read_view(const struct view *view,
		      const struct warden_finder *finders, guint count)
{
	guint ups[SCALES + 1] = { 0 }, downs[SCALES + 1] = { 1, 1, 1, 1 };
	guint before = view->codes->len, corners, module = 0, i;

	corners = find_corners(finders, MIN(count, WARDEN_FINDERS_MAX),
			       view->inverted, &module);
	if (corners < (view->first ? 2 : 3))
		return TRUE;
	/* Once is enough for such a pattern: it takes long. */
	if (count > WARDEN_FINDERS_MAX)
		return spend(view, WARDEN_PICTURE_CROWD_EFFORT) &&
		       scan_view(view, 1, 1);
	find_scales(module, corners == 3, ups, downs);
	for (i = 0; ups[i] != 0 && view->codes->len == before; i++) {
		if (!scan_view(view, ups[i], downs[i]))
			return FALSE;
	}
	return TRUE;
}

bool warden_picture_codes(const struct warden_picture *picture,
			  guint64 *effort, GPtrArray *codes)
{
	struct warden_finder finders[WARDEN_FINDERS_MAX];
	guint plane, before = codes->len;
	bool all = TRUE;

	/* other planes show the same codes */
	for (plane = 0; plane < WARDEN_PLANES_COUNT && codes->len == before;
	     plane++) {
		struct view view = {
			.plane = picture->planes[plane],
			.width = picture->width, .height = picture->height,
			.first = plane == WARDEN_PLANE_LIGHT,
			.effort = effort, .codes = codes,
		};
		guint count;

		if (view.plane == NULL)
			continue;
		count = warden_picture_find(view.plane, view.width,
					    view.height, finders);
		all = read_view(&view, finders, count) && all;
		view.inverted = TRUE;
		all = read_view(&view, finders, count) && all;
	}
	return all;
}
