#include "warden-config.h"

#include "pdf-draw.h"

#include <math.h>
#include <string.h>

/* Points of one shape: a code of the largest kind as one path has a tenth. */
#define POINTS_MAX 200000u

/* Where an edge crosses the middle of a row. */
struct crossing {
	gint row;
	float x;
	int direction;
};

void warden_pdf_path_init(struct warden_pdf_path *path)
{
	path->points = g_array_new(FALSE, FALSE,
				   sizeof(struct warden_pdf_point));
	path->starts = g_array_new(FALSE, FALSE, sizeof(guint));
}

void warden_pdf_path_clear(struct warden_pdf_path *path)
{
	g_array_unref(path->points);
	g_array_unref(path->starts);
}

void warden_pdf_path_reset(struct warden_pdf_path *path)
{
	g_array_set_size(path->points, 0);
	g_array_set_size(path->starts, 0);
}

void warden_pdf_path_move(struct warden_pdf_path *path, double x, double y)
{
	guint start = path->points->len;

	if (start >= POINTS_MAX)
		return;
	g_array_append_val(path->starts, start);
	warden_pdf_path_line(path, x, y);
}

void warden_pdf_path_line(struct warden_pdf_path *path, double x, double y)
{
	struct warden_pdf_point point = { .x = x, .y = y };

	if (path->points->len >= POINTS_MAX || path->starts->len == 0)
		return;
	/* nothing that large is on a page, and what is not a number nowhere */
	if (!(fabs(x) < 1e6) || !(fabs(y) < 1e6))
		point.x = point.y = 0;
	g_array_append_val(path->points, point);
}

static void cross(struct warden_pdf_canvas *canvas, GArray *crossings,
		  const struct warden_pdf_point *from,
		  const struct warden_pdf_point *to)
{
	const struct warden_pdf_point *top = from->y < to->y ? from : to;
	const struct warden_pdf_point *bottom = from->y < to->y ? to : from;
	gint first = MAX(ceil(top->y - 0.5), 0), row;
	gint end = MIN(ceil(bottom->y - 0.5), canvas->height);

	for (row = first; row < end && canvas->work_left > 0; row++) {
		double part = (row + 0.5 - top->y) / (bottom->y - top->y);
		struct crossing crossing = {
			.row = row,
			.x = top->x + part * (bottom->x - top->x),
			.direction = from->y < to->y ? 1 : -1,
		};

		canvas->work_left--;
		g_array_append_val(crossings, crossing);
	}
}

static void cross_all(struct warden_pdf_canvas *canvas, GArray *crossings,
		      const struct warden_pdf_path *path)
{
	const struct warden_pdf_point *points = (void *)path->points->data;
	guint i, k;

	for (i = 0; i < path->starts->len; i++) {
		guint start = g_array_index(path->starts, guint, i);
		guint end = i + 1 < path->starts->len ?
			g_array_index(path->starts, guint, i + 1) :
			path->points->len;

		/* each is closed, whether or not that is said */
		for (k = start; k < end; k++)
			cross(canvas, crossings, &points[k],
			      &points[k + 1 < end ? k + 1 : start]);
	}
}

static int compare_crossings(const void *a, const void *b)
{
	const struct crossing *first = a, *second = b;

	if (first->row != second->row)
		return first->row < second->row ? -1 : 1;
	return first->x < second->x ? -1 : first->x > second->x;
}

static void fill_span(struct warden_pdf_canvas *canvas, gint row, float from,
		      float to, guint8 grey)
{
	gint start = CLAMP(ceilf(from - 0.5f), 0, (gint)canvas->width);
	gint end = CLAMP(ceilf(to - 0.5f), 0, (gint)canvas->width);

	if (end > start)
		memset(canvas->pixels + (gsize)row * canvas->width + start,
		       grey, end - start);
}

void warden_pdf_canvas_fill(struct warden_pdf_canvas *canvas,
			    const struct warden_pdf_path *path, guint8 grey,
			    bool even_odd)
{
	g_autoptr(GArray) crossings = g_array_new(FALSE, FALSE,
						  sizeof(struct crossing));
	const struct crossing *list;
	int winding = 0;
	guint i;

	if (grey < 128)
		canvas->dark += path->starts->len;
	cross_all(canvas, crossings, path);
	g_array_sort(crossings, compare_crossings);
	list = (void *)crossings->data;
	for (i = 0; i + 1 < crossings->len; i++) {
		winding += even_odd ? 1 : list[i].direction;
		if (list[i].row != list[i + 1].row)
			winding = 0;
		else if (even_odd ? winding % 2 != 0 : winding != 0)
			fill_span(canvas, list[i].row, list[i].x,
				  list[i + 1].x, grey);
	}
}
