#ifndef WARDEN_PARSE_VBA_FOLD_PRIVATE_H
#define WARDEN_PARSE_VBA_FOLD_PRIVATE_H

/* Between vba-fold.c, which reads statements, vba-call.c, which has the
   language's functions, and vba-value.c. */

#include "vba-fold.h"

enum warden_vba_value_kind {
	WARDEN_VBA_VALUE_UNKNOWN = 0,
	WARDEN_VBA_VALUE_TEXT,
	WARDEN_VBA_VALUE_NUMBER,
	WARDEN_VBA_VALUE_LIST, /* Array(…), Split(…): texts joined by NUL */
};

struct warden_vba_value {
	enum warden_vba_value_kind kind;
	GString *text; /* NULL unless text or list */
	double number;
	bool reported;
	bool old; /* of the first reading */
};

void warden_vba_value_clear(struct warden_vba_value *value);
void warden_vba_value_set_text(struct warden_vba_fold *fold,
			       struct warden_vba_value *value, const char *text,
			       gsize size);
void warden_vba_value_set_number(struct warden_vba_value *value, double number);
/* To a value's text; what is too much is left out. */
void warden_vba_value_append(struct warden_vba_fold *fold, GString *to,
			     const char *text, gsize size);

static inline bool
warden_vba_value_is_text(const struct warden_vba_value *value)
{
	return value->kind == WARDEN_VBA_VALUE_TEXT;
}

/* A function that is called. */
struct warden_vba_call {
	struct warden_vba_fold *fold;
	const struct warden_vba_value *arguments;
	guint count;
};

/* FALSE: there is no such function. What it does not understand leaves *value_r
   as it is. name: lower case. */
bool warden_vba_call_known(const char *name, const struct warden_vba_call *call,
			   struct warden_vba_value *value_r);
/* An argument, otherwise if there is none or it is no number. */
double warden_vba_call_number(const struct warden_vba_call *call, guint index,
			      double otherwise);

/* A number as an index or count, whatever it is. */
static inline gsize warden_vba_bounded(double number, gsize max)
{
	return number <= 0 ? 0 : number >= max ? max : (gsize)number;
}

#endif
