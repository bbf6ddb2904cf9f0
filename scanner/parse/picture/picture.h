#ifndef WARDEN_PARSE_PICTURE_H
#define WARDEN_PARSE_PICTURE_H

/* Pictures out of memory, as brightness: what a camera that reads a code sees.
   PNG, JPEG, GIF, WebP, BMP and PNM (raw ones, out of PDF files). Sizes are
   looked at before anything is allocated, large pictures are reduced, and the
   libraries' errors and warnings end here: what could be read of a damaged
   picture is still one. */

#include "../../facts/limits.h"

#include <glib.h>
#include <stdbool.h>

enum warden_picture_plane {
	/* brightness on white ground */
	WARDEN_PLANE_LIGHT = 0,
	/* only if it has colours; never of JPEG files: telephones, too, read
	   codes by their brightness */
	WARDEN_PLANE_RED,
	WARDEN_PLANE_BLUE,
	/* only if it is transparent somewhere: the shape, whatever is behind */
	WARDEN_PLANE_ALPHA,
	WARDEN_PLANES_COUNT,
};

struct warden_picture {
	guint width, height;	/* of the planes, maybe less than the file's */
	guint8 *planes[WARDEN_PLANES_COUNT];	/* width × height; NULL: none */
};

enum warden_picture_answer {
	WARDEN_PICTURE_READ = 0,
	WARDEN_PICTURE_UNKNOWN,	/* no format that is read, or too damaged */
	WARDEN_PICTURE_SMALL,	/* holds no code */
	WARDEN_PICTURE_LARGE,	/* above the limits: not looked at */
};

/* Called for each frame; the picture is the reader's. */
typedef void warden_picture_seen_t(const struct warden_picture *picture,
				   void *context);

/* Size by the file's header. Returns READ if
   it may be read. */
enum warden_picture_answer
warden_picture_size(const guint8 *data, gsize size, guint *width_r,
		    guint *height_r);

/* Decode it. */
enum warden_picture_answer
warden_picture_read(const guint8 *data, gsize size,
		    warden_picture_seen_t *seen, void *context);

/* --- for the formats' own modules ------------------------------------------- */

/* A picture that is filled row by row. */
struct warden_picture_builder {
	struct warden_picture picture;
	guint width, height;	/* of the source */
	guint factor;		/* source pixels for each kept one, on a side */
	guint32 *sums;		/* of rows waiting to be averaged */
	guint rows, y;
	bool coloured, transparent, grey;
};

/* grey: rows have one channel, so that no other planes are needed. */
void warden_picture_builder_init(struct warden_picture_builder *builder,
				 guint width, guint height, bool grey);
/* The next row from the top: width × channels bytes (1 grey, 2 with alpha,
   3 RGB, 4 RGBA). More than height are ignored. */
void warden_picture_builder_row(struct warden_picture_builder *builder,
				const guint8 *row, guint channels);
/* Show what is there: rows that never came are white. */
void warden_picture_builder_show(struct warden_picture_builder *builder,
				 warden_picture_seen_t *seen, void *context);
void warden_picture_builder_clear(struct warden_picture_builder *builder);

struct warden_picture_format {
	bool (*is)(const guint8 *data, gsize size);
	/* FALSE: the header is broken. */
	bool (*measure)(const guint8 *data, gsize size, guint *width_r,
			guint *height_r, bool *whole_r);
	/* FALSE: nothing was read. */
	bool (*read)(const guint8 *data, gsize size,
		     warden_picture_seen_t *seen, void *context);
};
extern const struct warden_picture_format warden_picture_bmp;
extern const struct warden_picture_format warden_picture_gif;
extern const struct warden_picture_format warden_picture_jpeg;
extern const struct warden_picture_format warden_picture_png;
extern const struct warden_picture_format warden_picture_pnm;
extern const struct warden_picture_format warden_picture_webp;

#endif
