#ifndef WARDEN_PARSE_HEADER_H
#define WARDEN_PARSE_HEADER_H

/* Header blocks, leniently: what of a block some client takes for fields.
   Fields are ranges of the message; nothing is copied before it is asked
   for. */

#include "../trait-set.h"

enum warden_header_style {
	/* RFC 5322: a line with a colon, and the indented lines behind it. */
	WARDEN_HEADER_STRICT = 0,
	/* Also: lone CR ends a line; fields inside others' continuation
	   lines count; any junk before a name is skipped. */
	WARDEN_HEADER_LENIENT = 1,
};

struct warden_field {
	gsize name, name_size;		/* without what surrounds it */
	gsize value, value_end;		/* with folds, without last line end */
};

struct warden_header {
	const guint8 *data;
	GArray *fields;		/* struct warden_field, at most FIELDS_MAX */
	gsize start, end;	/* of the block, without the empty line */
	struct warden_trait_set traits;
};

/* Read the block data[start, end). Free with warden_header_clear(). */
void warden_header_parse(const guint8 *data, gsize start, gsize end,
			 enum warden_header_style style,
			 struct warden_header *header_r);
void warden_header_clear(struct warden_header *header);

/* A line that begins a field: a name, a colon. */
bool warden_header_is_field_line(const guint8 *data, gsize start, gsize end);
bool warden_field_is(const struct warden_header *header,
		     const struct warden_field *field, const char *name);
/* The unfolded value, NULs removed, trimmed; owned by the caller. At most
   WARDEN_HEADER_FIELD_MAX bytes, of any charset. */
char *warden_field_value(const struct warden_header *header,
			 const struct warden_field *field);
/* The value of the first field of that name, or NULL. */
char *warden_header_get(const struct warden_header *header, const char *name);

#endif
