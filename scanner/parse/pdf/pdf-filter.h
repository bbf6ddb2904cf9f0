#ifndef WARDEN_PARSE_PDF_FILTER_H
#define WARDEN_PARSE_PDF_FILTER_H

/* What the bytes of a PDF stream were packed with (ISO 32000-1 7.4). Damaged
   data give what came before the damage, as readers do. */

#include <glib.h>
#include <stdbool.h>

/* Where decoded bytes go, and how many may. */
struct warden_pdf_sink {
	GByteArray *out;
	gsize max;		/* of out's length */
	/* Asked before bytes are made; FALSE: no more. May be NULL. */
	bool (*spend)(void *context, gsize size);
	void *context;
	bool full;		/* a limit ended it */
};

struct warden_pdf_parameters {
	gint64 predictor;	/* 0 and 1: none, 2: TIFF, 10 and up: PNG */
	gint64 colors, bits, columns;
	gint64 early_change;	/* LZW: 1 unless said otherwise */
};

enum warden_pdf_filter {
	WARDEN_PDF_FILTER_FLATE = 0,
	WARDEN_PDF_FILTER_LZW,
	WARDEN_PDF_FILTER_ASCII_HEX,
	WARDEN_PDF_FILTER_ASCII_85,
	WARDEN_PDF_FILTER_RUN_LENGTH,
	WARDEN_PDF_FILTER_CRYPT,	/* taken as if it did nothing */
	/* Those of pictures: not undone here. */
	WARDEN_PDF_FILTER_DCT,
	WARDEN_PDF_FILTER_PICTURE,
	WARDEN_PDF_FILTER_UNKNOWN,
};

/* By a filter's full name or its abbreviation. */
enum warden_pdf_filter warden_pdf_filter_lookup(const char *name);

/* Undo one filter, one of the first six. Returns 1, 0 if the data are damaged
   or the sink is full (what came before is in it). */
int warden_pdf_filter_undo(enum warden_pdf_filter filter,
			   const struct warden_pdf_parameters *parameters,
			   const guint8 *data, gsize size,
			   struct warden_pdf_sink *sink);

#endif
