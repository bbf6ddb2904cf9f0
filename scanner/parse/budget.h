#ifndef WARDEN_PARSE_BUDGET_H
#define WARDEN_PARSE_BUDGET_H

/* What one message may cost, in things that can be counted. */

#include <glib.h>
#include <stdbool.h>

struct warden_budget {
	guint64 decoded;	/* bytes */
	guint64 members;	/* of archives */
	guint64 text;		/* of the facts, bytes */
	guint64 pictures;
	guint64 pixels;		/* of pictures, to decode */
	guint64 effort;		/* of pixels to read for codes */
	guint64 script;		/* bytes whose tricks are undone */
};

static inline bool warden_budget_has(const struct warden_budget *left,
				     const struct warden_budget *cost)
{
	return cost->decoded <= left->decoded &&
	       cost->members <= left->members && cost->text <= left->text &&
	       cost->pictures <= left->pictures &&
	       cost->pixels <= left->pixels && cost->effort <= left->effort &&
	       cost->script <= left->script;
}

/* What is left of from after cost; nothing can cost more than there was. */
static inline struct warden_budget
warden_budget_subtract(const struct warden_budget *from,
		       const struct warden_budget *cost)
{
	return (struct warden_budget){
		.decoded = from->decoded - cost->decoded,
		.members = from->members - cost->members,
		.text = from->text - cost->text,
		.pictures = from->pictures - cost->pictures,
		.pixels = from->pixels - cost->pixels,
		.effort = from->effort - cost->effort,
		.script = from->script - cost->script,
	};
}

#endif
