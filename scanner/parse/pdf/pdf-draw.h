#ifndef WARDEN_PARSE_PDF_DRAW_H
#define WARDEN_PARSE_PDF_DRAW_H

/* A page's filled shapes as a picture: codes are often drawn as squares. Lines,
   text and pictures are not drawn. */

#include <glib.h>
#include <stdbool.h>

struct warden_pdf_canvas {
	guint8 *pixels;		/* grey, white at first; the caller's */
	guint width, height;
	guint64 work_left;	/* crossings of edges and rows */
	guint dark;		/* shapes of a dark colour */
};

/* A shape in the canvas' coordinates. */
struct warden_pdf_path {
	GArray *points;		/* struct warden_pdf_point */
	GArray *starts;		/* guint: of subpaths in points */
};

struct warden_pdf_point {
	double x, y;
};

void warden_pdf_path_init(struct warden_pdf_path *path);
void warden_pdf_path_clear(struct warden_pdf_path *path);
/* Forget its points. */
void warden_pdf_path_reset(struct warden_pdf_path *path);
void warden_pdf_path_move(struct warden_pdf_path *path, double x, double y);
void warden_pdf_path_line(struct warden_pdf_path *path, double x, double y);

void warden_pdf_canvas_fill(struct warden_pdf_canvas *canvas,
			    const struct warden_pdf_path *path, guint8 grey,
			    bool even_odd);

#endif
