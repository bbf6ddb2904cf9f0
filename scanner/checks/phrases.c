#include "warden-config.h"

#include "phrases-private.h"

#include <string.h>

/* A text is cut into tokens; a trie of all words and stems in the tables says
   which of these (atoms) a token is. A phrase is tried only where its first
   word stands, with one bit for each place that it may have come to: work for
   a token is bounded by the phrases that begin with it, whatever the text. */

#define TOKEN_ATOMS_MAX 12u
#define TOKENS_MAX 40000u

/* --- words ------------------------------------------------------------------------ */

bool warden_phrases_stands_alone(gunichar c)
{
	return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) ||
		c == '$' || c == '%' || c == 0x20ac || c == 0xa3;
}

static bool in_word(gunichar c)
{
	return g_unichar_isalnum(c) && !warden_phrases_stands_alone(c);
}

static gunichar char_at(const char *p, const char *end, const char **next_r)
{
	gunichar c;

	if ((guchar)*p < 0x80) {
		*next_r = p + 1;
		return (guchar)*p;
	}
	c = g_utf8_get_char_validated(p, end - p);
	if (c >= 0x80000000u) {
		*next_r = p + 1;
		return 0xfffd;
	}
	*next_r = g_utf8_next_char(p);
	return c;
}

/* "l'accès", "dell'ordine": the article is a word of its own, or stems would
   never be found behind it. */
static bool is_elided(const char *word, gsize size)
{
	static const char *const articles[] = {
		"l", "d", "n", "s", "j", "m", "t", "c", "qu", "un", "all",
		"dall", "dell", "nell", "sull",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(articles); i++) {
		if (strlen(articles[i]) == size &&
		    memcmp(articles[i], word, size) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_phrases_next_word(const char **p, const char *end,
			      const char **start_r)
{
	const char *at = *p, *next;
	gunichar c;

	for (; at < end; at = next) {
		c = char_at(at, end, &next);
		if (warden_phrases_stands_alone(c)) {
			*start_r = at;
			*p = next;
			return TRUE;
		}
		if (!in_word(c))
			continue;
		*start_r = at;
		for (at = next; at < end; at = next) {
			c = char_at(at, end, &next);
			if (!in_word(c) &&
			    (c != '\'' || next >= end ||
			     !g_ascii_isalpha(*next) ||
			     is_elided(*start_r, at - *start_r)))
				break;
		}
		*p = at;
		return TRUE;
	}
	*p = end;
	return FALSE;
}

struct warden_phrase_node *
warden_phrases_node(const struct warden_phrases *phrases, guint32 number)
{
	return &g_array_index(phrases->nodes, struct warden_phrase_node, number);
}

guint32 warden_phrases_find_child(const struct warden_phrases *phrases,
				  guint32 parent, guchar byte)
{
	guint32 child;

	if (parent == 0)
		return phrases->roots[byte];
	child = warden_phrases_node(phrases, parent)->child;
	while (child != 0 && warden_phrases_node(phrases, child)->byte != byte)
		child = warden_phrases_node(phrases, child)->sibling;
	return child;
}

/* --- matching -------------------------------------------------------------------------- */

struct token {
	guint32 start, end;
	gint place;		/* in half words */
	bool number;
	guint8 count;
	guint32 atoms[TOKEN_ATOMS_MAX];
};

static void add_token_atom(struct token *token, guint32 atom)
{
	if (atom != 0 && token->count < TOKEN_ATOMS_MAX)
		token->atoms[token->count++] = atom;
}

static void look_up(const struct warden_phrases *phrases, const char *word,
		    gsize size, struct token *token)
{
	guint32 number = 0;

	for (gsize i = 0; i < MIN(size, WARDEN_PHRASE_WORD_MAX); i++) {
		const struct warden_phrase_node *node;

		number = warden_phrases_find_child(phrases, number,
						   (guchar)word[i]);
		if (number == 0)
			return;
		node = warden_phrases_node(phrases, number);
		add_token_atom(token, node->stem);
		if (i + 1 == size)
			add_token_atom(token, node->whole);
	}
}

/* "passw0rd", "acc0unt": digits that stand for letters, between letters. */
static void look_up_leet(const struct warden_phrases *phrases,
			 const char *word, gsize size, struct token *token)
{
	static const char from[] = "01345", to[] = "oleas";
	char plain[WARDEN_PHRASE_WORD_MAX];
	guint digits = 0, letters = 0;

	if (size < 5 || size > sizeof(plain))
		return;
	for (gsize i = 0; i < size; i++) {
		const char *digit = memchr(from, word[i], sizeof(from) - 1);

		letters += g_ascii_isalpha(word[i]);
		digits += digit != NULL;
		plain[i] = digit == NULL ? word[i] : to[digit - from];
	}
	if (digits > 0 && digits <= 3 && letters >= 3)
		look_up(phrases, plain, size, token);
}

static GArray *tokenise(const struct warden_phrases *phrases, const char *text)
{
	GArray *tokens = g_array_sized_new(FALSE, FALSE, sizeof(struct token),
					   256);
	const char *p = text, *end = text + strlen(text), *start;
	gint place = 0;

	while (tokens->len < TOKENS_MAX &&
	       warden_phrases_next_word(&p, end, &start)) {
		struct token token = { .start = start - text, .end = p - text };
		gsize size = p - start;

		token.number = g_ascii_isdigit(*start);
		token.place = place;
		place += warden_phrases_stands_alone(
			g_utf8_get_char_validated(start, size)) ? 1 : 2;
		look_up(phrases, start, size, &token);
		if (token.count == 0)
			look_up_leet(phrases, start, size, &token);
		g_array_append_val(tokens, token);
	}
	return tokens;
}

static bool matches(const struct warden_phrases *phrases,
		    const struct token *token,
		    const struct warden_phrase_element *element)
{
	if (element->number && token->number)
		return TRUE;
	for (guint i = 0; i < token->count; i++) {
		for (guint k = 0; k < element->atoms; k++) {
			if (g_array_index(phrases->atoms, guint32,
					  element->first_atom + k) ==
			    token->atoms[i])
				return TRUE;
		}
	}
	return FALSE;
}

/* Tokens that the phrase covers from there on, 0: it does not stand there. Bit n
   of places: the elements so far may end before the nth token. */
static guint try_phrase(const struct warden_phrases *phrases,
			const struct warden_phrase *phrase, const GArray *tokens,
			guint at)
{
	guint64 places = 1;
	guint left = MIN(tokens->len - at, 63);

	for (guint i = 0; i < phrase->elements; i++) {
		const struct warden_phrase_element *element = &g_array_index(
			phrases->elements, struct warden_phrase_element,
			phrase->first_element + i);
		guint64 behind;

		for (guint k = 0; k < element->gap; k++)
			places |= places << 1;
		/* the gap before a word that is missing is one all the same */
		behind = element->optional ? places : 0;
		for (guint k = 0; k < left; k++) {
			if ((places >> k & 1) != 0 &&
			    matches(phrases, &g_array_index(
					tokens, struct token, at + k), element))
				behind |= G_GUINT64_CONSTANT(2) << k;
			if (places >> k <= 1)
				break;
		}
		places = behind;
		if (places == 0)
			return 0;
	}
	return __builtin_ctzll(places);
}

struct matching {
	const struct warden_phrases *phrases;
	const GArray *tokens;
	const char *language;	/* NULL: not known */
	guint8 *taken;		/* by phrase: counted already */
	double heaviest[WARDEN_INTENTS_COUNT];
	gint last[WARDEN_CONCEPTS_COUNT];	/* place of each */
	struct warden_phrase_hits *hits;
};

static const struct token *token_at(const struct matching *matching, guint at)
{
	return &g_array_index(matching->tokens, struct token, at);
}

static void take_hit(struct matching *matching,
		     const struct warden_phrase *phrase, guint at, guint size)
{
	struct warden_phrase_hits *hits = matching->hits;
	enum warden_intent intent = phrase->intent;

	matching->taken[phrase->first] = 1;
	hits->sums[intent] += phrase->weight;
	hits->counts[intent]++;
	if (phrase->weight > matching->heaviest[intent]) {
		matching->heaviest[intent] = phrase->weight;
		hits->starts[intent] = token_at(matching, at)->start;
		hits->ends[intent] = token_at(matching, at + size - 1)->end;
	}
}

static void try_at(struct matching *matching, guint number, guint at)
{
	const struct warden_phrase *phrase = &g_array_index(
		matching->phrases->phrases, struct warden_phrase, number);
	guint size;

	/* A phrase counts once, but a concept has neighbours everywhere. */
	if (phrase->concept < 0 && matching->taken[phrase->first])
		return;
	if (phrase->concept >= 0 && matching->language != NULL &&
	    phrase->language != NULL &&
	    strcmp(phrase->language, matching->language) != 0)
		return;
	size = try_phrase(matching->phrases, phrase, matching->tokens, at);
	if (size == 0)
		return;
	if (phrase->concept < 0)
		take_hit(matching, phrase, at, size);
	else
		warden_concept_hits_add(&matching->hits->concepts,
					matching->last, phrase->concept,
					token_at(matching, at)->place);
}

void warden_phrases_match(const struct warden_phrases *phrases,
			  const char *text, const char *language,
			  struct warden_phrase_hits *hits_r)
{
	g_autoptr(GArray) tokens = tokenise(phrases, text);
	g_autofree guint8 *taken = g_malloc0(phrases->phrases->len + 1);
	struct matching matching = {
		.phrases = phrases, .tokens = tokens, .taken = taken,
		.hits = hits_r, .language = language,
	};

	memset(hits_r, 0, sizeof(*hits_r));
	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++)
		matching.last[i] = G_MININT / 2;
	for (guint at = 0; at < tokens->len; at++) {
		const struct token *token = token_at(&matching, at);

		for (guint i = 0; i < token->count; i++) {
			const GArray *numbers = g_ptr_array_index(
				phrases->beginning, token->atoms[i]);

			for (guint k = 0; numbers != NULL && k < numbers->len;
			     k++)
				try_at(&matching,
				       g_array_index(numbers, guint, k), at);
		}
	}
}
