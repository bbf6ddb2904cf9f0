#ifndef WARDEN_PARSE_PDF_FONT_H
#define WARDEN_PARSE_PDF_FONT_H

/* What the codes in a page's strings stand for (ISO 32000-1 9.10). */

#include "pdf-expand.h"

struct warden_pdf_font;

/* Of a font's dictionary. Never NULL. */
struct warden_pdf_font *warden_pdf_font_new(struct warden_pdf_look *look,
					    struct warden_pdf_value value);
void warden_pdf_font_free(struct warden_pdf_font *font);
/* Append the text of a string. font may be NULL: bytes are Latin 1. */
void warden_pdf_font_text(const struct warden_pdf_font *font,
			  const GByteArray *string, GString *text);

#endif
