#ifndef WARDEN_PARSE_PDF_PRIVATE_H
#define WARDEN_PARSE_PDF_PRIVATE_H

/* For pdf*.c: how the heap of objects is kept. */

#include "pdf.h"

struct warden_pdf {
	GPtrArray *buffers;	/* GBytes*; number 1 is the first */
	GArray *objects;	/* struct warden_pdf_object */
	GHashTable *by_number;	/* number + 1 → index + 1 */
	GHashTable *starts;	/* offset of "N G obj" in the file, + 1 */
	GHashTable *lengths;	/* number + 1 → value of whole-number objects */
	guint64 work_left;
	warden_pdf_spend_t *spend;
	void *spend_context;
	struct warden_pdf_state state;
	gsize header;		/* offset of "%PDF-" */
};

void warden_pdf_lexer(struct warden_pdf *pdf, struct warden_pdf_value value,
		      struct warden_pdf_lexer *lexer_r);
/* Past one value, whatever it is. FALSE if it did not end where it should. */
bool warden_pdf_skip(struct warden_pdf *pdf, struct warden_pdf_lexer *lexer);
/* A key's number; -1: of none that matters. */
int warden_pdf_key(struct warden_pdf *pdf,
		   const struct warden_pdf_lexer *lexer,
		   const struct warden_pdf_token *token);
void warden_pdf_index(struct warden_pdf *pdf, bool may_be_encrypted);

#endif
