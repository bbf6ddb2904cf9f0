#ifndef WARDEN_CHECKS_PHRASES_PRIVATE_H
#define WARDEN_CHECKS_PHRASES_PRIVATE_H

/* What phrases-read.c makes of tables and phrases.c matches: a trie of all words
   and stems, which says of each word of a text what it is (its atoms), and for
   each atom the phrases that begin with it. */

#include "phrases.h"

/* Bytes of a word that are looked at. */
#define WARDEN_PHRASE_WORD_MAX 64u

struct warden_phrase_element {
	guint first_atom, atoms;	/* in phrases->atoms */
	guint gap;			/* so many tokens may stand before it */
	bool optional, number;
};

struct warden_phrase {
	gint concept;		/* -1: it is of an intent */
	const char *language;	/* interned; NULL: of all */
	enum warden_intent intent;
	double weight;
	guint first_element, elements;
	guint first;		/* of those that stand on one line */
};

struct warden_phrase_node {
	guint32 child, sibling;		/* 0: none */
	guint32 whole, stem;		/* atoms, 0: none */
	guchar byte;
};

struct warden_phrases {
	GArray *nodes;		/* struct warden_phrase_node, first the root */
	guint32 roots[256];	/* children of the root */
	GArray *elements;	/* struct warden_phrase_element */
	GArray *atoms;		/* guint32: of elements */
	GArray *phrases;	/* struct warden_phrase */
	GPtrArray *beginning;	/* by atom: GArray of phrase numbers, or NULL */
	guint atoms_used;
};

/* The next word from *p on; FALSE at the end. "don't" is one; so is each
   character of scripts that are written without spaces. */
bool warden_phrases_next_word(const char **p, const char *end,
			      const char **start_r);
/* Whether words of this character's script are written without spaces. */
bool warden_phrases_stands_alone(gunichar c);
struct warden_phrase_node *
warden_phrases_node(const struct warden_phrases *phrases, guint32 number);
/* parent 0: the root. Returns 0 if there is none. */
guint32 warden_phrases_find_child(const struct warden_phrases *phrases,
				  guint32 parent, guchar byte);

#endif
