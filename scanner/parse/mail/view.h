#ifndef WARDEN_PARSE_VIEW_H
#define WARDEN_PARSE_VIEW_H

/* One reading of a message's structure: which byte ranges are bodies, and
   what is declared of them. Ranges refer to the bytes that were read. */

#include "content.h"

struct warden_entity {
	char *path;		/* as IMAP numbers it, "1.2" */
	gsize header, header_end;	/* both 0 if the view cannot tell */
	gsize body, end;
	struct warden_content content;
	/* A message/rfc822 whose own entities follow in the list. */
	bool descended;
};

struct warden_view {
	GPtrArray *entities;	/* struct warden_entity, document order:
				   leaves and messages, not multiparts */
	/* of the whole; an entity's own are in its content */
	struct warden_trait_set traits;
	GPtrArray *multiparts;	/* struct warden_entity */
	/* Somewhere, header or not, stands what may be a field of more than
	   WARDEN_HEADER_FIELD_MAX bytes: nothing for GMime, which recurses
	   in address fields. */
	bool long_field;
};

void warden_view_init(struct warden_view *view);
void warden_view_clear(struct warden_view *view);
/* Owned by the view, added to its entities. */
struct warden_entity *warden_view_add(struct warden_view *view,
				      const char *path);

/* All traits of view, multiparts and entities together. */
void warden_view_all_traits(const struct warden_view *view,
			    struct warden_trait_set *traits_r);

enum warden_linear_style {
	/* As the RFCs say; of duplicates the first. Every limit and every
	   irregularity becomes a trait: this is the pre-pass. */
	WARDEN_LINEAR_STRICT = 0,
	/* Of duplicates the last, every candidate boundary, delimiters with
	   junk around them, lone CR as line end, headers that end at the
	   first line that is no field. */
	WARDEN_LINEAR_LENIENT,
};

/* The linear pass: no recursion, one look at each line. path is the prefix
   of all paths: "" for a message on its own. */
void warden_view_linear(struct warden_charsets *charsets, const guint8 *data,
			gsize size, enum warden_linear_style style,
			struct warden_view *view_r);

/* GMime's reading. Only for input that passed the pre-pass's limits. */
void warden_view_gmime(struct warden_charsets *charsets, const guint8 *data,
		       gsize size, struct warden_view *view_r);

#endif
