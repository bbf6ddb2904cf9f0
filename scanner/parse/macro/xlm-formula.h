#ifndef WARDEN_PARSE_XLM_FORMULA_H
#define WARDEN_PARSE_XLM_FORMULA_H

/* Formulas of workbooks, as Excel keeps them (MS-XLS 2.5.198): in reverse
   Polish notation. */

#include <glib.h>
#include <stdbool.h>

/* Of one formula's text; what it is made of. */
#define WARDEN_XLM_FORMULA_MAX (16u * 1024)
#define WARDEN_XLM_STACK_MAX 256u

struct warden_xlm_formula {
	GString *text;		/* UTF-8, without "=" */
	bool literal;		/* it is nothing but this text */
};

/* The text of a cell, UTF-8, or NULL. */
typedef const char *warden_xlm_cell_t(void *context, guint row, guint column);

struct warden_xlm_reader {
	bool wide;		/* of Excel 97 and later */
	warden_xlm_cell_t *cell;
	void *context;
	/* Bytes that may still be copied: cells refer to others, which double
	   what they hold. Goes down; at 0 texts stay empty. */
	gsize work;
};

/* data: the tokens. What is not known is written as '?'. Never fails;
   *formula_r: text is owned by the caller. */
void warden_xlm_formula_read(struct warden_xlm_reader *reader,
			     const guint8 *data, gsize size,
			     struct warden_xlm_formula *formula_r);

#endif
