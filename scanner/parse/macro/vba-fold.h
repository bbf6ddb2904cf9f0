#ifndef WARDEN_PARSE_VBA_FOLD_H
#define WARDEN_PARSE_VBA_FOLD_H

/* Text that Basic source puts together: "po" & "wershell", Chr(112), StrReverse,
   Replace, through variables and functions' results. Not a Basic interpreter:
   conditions and loops are read once, from top to bottom, and what is not
   known is left out of the text that it would have been part of. */

#include "vba-words.h"

/* One variable's text, and all of what is put together. */
#define WARDEN_VBA_VALUE_MAX (64u * 1024)
#define WARDEN_VBA_VALUES_MAX 5000u
#define WARDEN_VBA_STRINGS_MAX (2u * 1024 * 1024)
/* Bytes copied on the way: s = s & "x" a million times. */
#define WARDEN_VBA_WORK_MAX (128u * 1024 * 1024)

struct warden_vba_fold {
	GHashTable *values;	/* name → struct value */
	GPtrArray *order;	/* their names, in the order of their birth */
	GString *strings;	/* texts, one a line */
	guint64 work;
	bool again;		/* the second time */
	bool truncated;		/* a limit was hit: texts are missing */
};

void warden_vba_fold_init(struct warden_vba_fold *fold);
void warden_vba_fold_clear(struct warden_vba_fold *fold);

/* Read the statement made of the reader's words first to last - 1. */
void warden_vba_fold_statement(struct warden_vba_fold *fold,
			       const struct warden_vba_reader *reader,
			       guint first, guint last);
/* Everything was read once, so that names are known before they are defined:
   from now on texts are collected. */
void warden_vba_fold_again(struct warden_vba_fold *fold);
/* After the last one: what is still in variables. */
void warden_vba_fold_finish(struct warden_vba_fold *fold);

#endif
