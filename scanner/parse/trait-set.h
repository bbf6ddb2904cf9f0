#ifndef WARDEN_PARSE_TRAIT_SET_H
#define WARDEN_PARSE_TRAIT_SET_H

/* A set of traits, as modules hand them up before a part has its path. */

#include "../facts/traits.h"

#include <glib.h>
#include <stdbool.h>

#define WARDEN_TRAIT_SET_WORDS 4

struct warden_trait_set {
	guint64 bits[WARDEN_TRAIT_SET_WORDS];
};
G_STATIC_ASSERT(WARDEN_TRAITS_COUNT <= 64 * WARDEN_TRAIT_SET_WORDS);
G_STATIC_ASSERT(WARDEN_TRAITS_AMBIGUOUS_COUNT <= 64);

static inline void warden_trait_set_add(struct warden_trait_set *set,
					enum warden_trait_index trait)
{
	set->bits[trait / 64] |= G_GUINT64_CONSTANT(1) << (trait % 64);
}

static inline void warden_trait_set_remove(struct warden_trait_set *set,
					   enum warden_trait_index trait)
{
	set->bits[trait / 64] &= ~(G_GUINT64_CONSTANT(1) << (trait % 64));
}

static inline bool warden_trait_set_has(const struct warden_trait_set *set,
					enum warden_trait_index trait)
{
	return (set->bits[trait / 64] >> (trait % 64) & 1) != 0;
}

static inline void warden_trait_set_merge(struct warden_trait_set *set,
					  const struct warden_trait_set *other)
{
	guint i;

	for (i = 0; i < WARDEN_TRAIT_SET_WORDS; i++)
		set->bits[i] |= other->bits[i];
}

static inline bool
warden_trait_set_is_empty(const struct warden_trait_set *set)
{
	guint i;

	for (i = 0; i < WARDEN_TRAIT_SET_WORDS; i++) {
		if (set->bits[i] != 0)
			return FALSE;
	}
	return TRUE;
}

/* Something by which clients may come to different readings. */
static inline bool
warden_trait_set_is_ambiguous(const struct warden_trait_set *set)
{
	return (set->bits[0] & (G_MAXUINT64 >>
		(64 - WARDEN_TRAITS_AMBIGUOUS_COUNT))) != 0;
}

/* The code in struct warden_trait. */
const char *warden_trait_code(enum warden_trait_index trait);

#endif
