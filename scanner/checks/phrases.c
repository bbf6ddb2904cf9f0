#include "warden-config.h"

#include "normal-text.h"
#include "phrases.h"

#include <string.h>

/* A text is cut into tokens; a trie of all words and stems in the tables says
   which of these (atoms) a token is. A phrase is tried only where its first
   word stands, with one bit for each place that it may have come to: work for
   a token is bounded by the phrases that begin with it, whatever the text. */

#define ELEMENTS_MAX 16u
#define ALTERNATIVES_MAX 40u
#define PHRASES_MAX 20000u
/* What one line with words in its brackets stands for. */
#define VARIANTS_MAX 1000u
#define TOKEN_ATOMS_MAX 8u
#define TOKEN_BYTES_MAX 64u
#define TOKENS_MAX 40000u
#define WEIGHT_MAX 10.0
/* Words that "..." stands for; characters, where those are words. */
#define GAP_WORDS 4u
#define GAP_CHARACTERS 8u

struct element {
	guint first_atom, atoms;	/* in phrases->atoms */
	guint gap;			/* so many tokens may stand before it */
	bool optional, number;
};

struct phrase {
	enum warden_intent intent;
	double weight;
	guint first_element, elements;
	guint first;		/* of those that stand on one line */
};

struct node {
	guint32 child, sibling;		/* 0: none */
	guint32 whole, stem;		/* atoms, 0: none */
	guchar byte;
};

struct warden_phrases {
	GArray *nodes;		/* struct node, the first is the root */
	guint32 roots[256];	/* children of the root */
	GArray *elements;	/* struct element */
	GArray *atoms;		/* guint32: of elements */
	GArray *phrases;	/* struct phrase */
	GPtrArray *beginning;	/* by atom: GArray of phrase numbers, or NULL */
	guint atoms_used;
};

static const char *const intent_words[] = {
#define WARDEN_INTENT_WORD(name, word) [WARDEN_INTENT_##name] = word,
	WARDEN_INTENTS(WARDEN_INTENT_WORD)
#undef WARDEN_INTENT_WORD
};

const char *warden_intent_word(enum warden_intent intent)
{
	return intent < WARDEN_INTENTS_COUNT ? intent_words[intent] : NULL;
}

static void free_numbers(void *numbers)
{
	if (numbers != NULL)
		g_array_unref(numbers);
}

struct warden_phrases *warden_phrases_new(void)
{
	struct warden_phrases *phrases = g_new0(struct warden_phrases, 1);

	phrases->nodes = g_array_new(FALSE, TRUE, sizeof(struct node));
	g_array_set_size(phrases->nodes, 1);
	phrases->elements = g_array_new(FALSE, TRUE, sizeof(struct element));
	phrases->atoms = g_array_new(FALSE, TRUE, sizeof(guint32));
	phrases->phrases = g_array_new(FALSE, TRUE, sizeof(struct phrase));
	phrases->beginning = g_ptr_array_new_with_free_func(free_numbers);
	/* atom 0 is none */
	g_ptr_array_add(phrases->beginning, NULL);
	phrases->atoms_used = 1;
	return phrases;
}

void warden_phrases_free(struct warden_phrases *phrases)
{
	if (phrases == NULL)
		return;
	g_array_unref(phrases->nodes);
	g_array_unref(phrases->elements);
	g_array_unref(phrases->atoms);
	g_array_unref(phrases->phrases);
	g_ptr_array_unref(phrases->beginning);
	g_free(phrases);
}

/* --- words ------------------------------------------------------------------------ */

/* Scripts that are written without spaces: each character is a token. */
static bool stands_alone(gunichar c)
{
	return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) ||
		c == '$' || c == '%' || c == 0x20ac || c == 0xa3;
}

static bool in_word(gunichar c)
{
	return g_unichar_isalnum(c) && !stands_alone(c);
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

/* The next token from *p on; FALSE at the end. "don't" is one. */
static bool next_token(const char **p, const char *end, const char **start_r)
{
	const char *at = *p, *next;
	gunichar c;

	for (; at < end; at = next) {
		c = char_at(at, end, &next);
		if (stands_alone(c)) {
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
			    !(c == '\'' && next < end &&
			      g_ascii_isalpha(*next)))
				break;
		}
		*p = at;
		return TRUE;
	}
	*p = end;
	return FALSE;
}

/* --- the trie ---------------------------------------------------------------------- */

static struct node *node_at(const struct warden_phrases *phrases,
			    guint32 number)
{
	return &g_array_index(phrases->nodes, struct node, number);
}

static guint32 find_child(const struct warden_phrases *phrases,
			  guint32 parent, guchar byte)
{
	guint32 child;

	if (parent == 0)
		return phrases->roots[byte];
	child = node_at(phrases, parent)->child;
	while (child != 0 && node_at(phrases, child)->byte != byte)
		child = node_at(phrases, child)->sibling;
	return child;
}

static guint32 make_child(struct warden_phrases *phrases, guint32 parent,
			  guchar byte)
{
	guint32 child = find_child(phrases, parent, byte);
	struct node node = { .byte = byte };

	if (child != 0)
		return child;
	child = phrases->nodes->len;
	if (parent == 0) {
		phrases->roots[byte] = child;
	} else {
		node.sibling = node_at(phrases, parent)->child;
		node_at(phrases, parent)->child = child;
	}
	g_array_append_val(phrases->nodes, node);
	return child;
}

static guint32 intern(struct warden_phrases *phrases, const char *word,
		      gsize size, bool stem)
{
	guint32 number = 0, *atom;

	for (gsize i = 0; i < size; i++)
		number = make_child(phrases, number, (guchar)word[i]);
	atom = stem ? &node_at(phrases, number)->stem :
		&node_at(phrases, number)->whole;
	if (*atom == 0) {
		*atom = phrases->atoms_used++;
		g_ptr_array_add(phrases->beginning, NULL);
	}
	return *atom;
}

/* --- reading tables ------------------------------------------------------------------ */

struct reading {
	struct warden_phrases *phrases;
	const char *file;
	guint line;
	gint intent;		/* -1: no group yet */
	char **error_r;
};

static int fail(const struct reading *reading, const char *what,
		const char *value)
{
	*reading->error_r = g_strdup_printf("%s, line %u: %s: %s",
					    reading->file, reading->line,
					    what, value);
	return -1;
}

static struct element *new_element(struct warden_phrases *phrases)
{
	struct element element = { .first_atom = phrases->atoms->len };

	g_array_append_val(phrases->elements, element);
	return &g_array_index(phrases->elements, struct element,
			      phrases->elements->len - 1);
}

static void add_atom(struct warden_phrases *phrases, struct element *element,
		     const char *word, gsize size, bool stem)
{
	guint32 atom = intern(phrases, word, size, stem);

	g_array_append_val(phrases->atoms, atom);
	element->atoms++;
}

/* One word of a pattern, as tokens; "pin-code" and CJK are several. */
static int add_words(const struct reading *reading, const char *text,
		     guint gap, bool optional)
{
	struct warden_phrases *phrases = reading->phrases;
	gsize size = strlen(text);
	bool stem = size > 0 && text[size - 1] == '*';
	const char *p = text, *end = text + size - stem, *start;
	guint count = 0;

	while (next_token(&p, end, &start)) {
		struct element *element = new_element(phrases);
		gunichar c = g_utf8_get_char(start);

		element->gap = count > 0 ? 0 : gap > 0 && stands_alone(c) ?
			GAP_CHARACTERS : gap;
		element->optional = optional;
		add_atom(phrases, element, start, p - start,
			 stem && p == end);
		count++;
	}
	if (count == 0)
		return fail(reading, "no word", text);
	if (count > 1 && optional)
		return fail(reading, "more than a word cannot be optional",
			    text);
	return 1;
}

/* "a", "b*": exactly one token. */
static bool is_one_word(const char *word)
{
	gsize size = strlen(word);
	const char *p = word, *end = word + size, *start;

	if (strcmp(word, "#") == 0)
		return TRUE;
	if (size > 0 && word[size - 1] == '*')
		end--;
	return next_token(&p, end, &start) && start == word && p == end;
}

/* "(a|b*|c)": the words are one each, expand_groups() saw to that. */
static int add_group(const struct reading *reading, const char *text,
		     guint gap, bool optional)
{
	struct warden_phrases *phrases = reading->phrases;
	g_autofree char *inner = g_strndup(text + 1, strlen(text) - 2);
	g_auto(GStrv) words = g_strsplit(inner, "|", -1);
	struct element *element = new_element(phrases);

	element->gap = gap;
	element->optional = optional;
	for (char **word = words; *word != NULL; word++) {
		gsize size = strlen(*word);
		bool stem = (*word)[size - 1] == '*';

		if (strcmp(*word, "#") == 0) {
			element->number = TRUE;
			continue;
		}
		if (gap > 0 && stands_alone(g_utf8_get_char(*word)))
			element->gap = GAP_CHARACTERS;
		if (element->atoms >= ALTERNATIVES_MAX)
			return fail(reading, "too many alternatives", text);
		add_atom(phrases, element, *word, size - stem, stem);
	}
	return 1;
}

static int add_piece(const struct reading *reading, char *text, guint gap)
{
	gsize size = strlen(text);
	bool optional = size > 1 && text[size - 1] == '?';

	if (optional)
		text[--size] = '\0';
	if (strcmp(text, "#") == 0) {
		struct element *element = new_element(reading->phrases);

		element->gap = gap;
		element->optional = optional;
		element->number = TRUE;
		return 1;
	}
	if (text[0] == '(')
		return add_group(reading, text, gap, optional);
	return add_words(reading, text, gap, optional);
}

static int add_pattern(const struct reading *reading, const char *pattern)
{
	g_auto(GStrv) pieces = g_strsplit(pattern, " ", -1);
	guint gap = 0;

	for (char **piece = pieces; *piece != NULL; piece++) {
		if (**piece == '\0')
			continue;
		if (strcmp(*piece, "...") == 0) {
			gap = GAP_WORDS;
			continue;
		}
		if (add_piece(reading, *piece, gap) < 0)
			return -1;
		gap = 0;
	}
	return gap == 0 ? 1 : fail(reading, "ends in a gap", pattern);
}

static void begin_with(struct warden_phrases *phrases, guint number,
		       const struct element *element)
{
	for (guint i = 0; i < element->atoms; i++) {
		guint32 atom = g_array_index(phrases->atoms, guint32,
					     element->first_atom + i);
		GArray *numbers = g_ptr_array_index(phrases->beginning, atom);

		if (numbers == NULL) {
			numbers = g_array_new(FALSE, FALSE, sizeof(guint));
			phrases->beginning->pdata[atom] = numbers;
		}
		g_array_append_val(numbers, number);
	}
}

/* One pattern, whose brackets hold single words. */
static int add_variant(const struct reading *reading, struct phrase phrase,
		       const char *pattern)
{
	struct warden_phrases *phrases = reading->phrases;
	const struct element *first;

	phrase.first_element = phrases->elements->len;
	if (add_pattern(reading, pattern) < 0)
		return -1;
	phrase.elements = phrases->elements->len - phrase.first_element;
	if (phrase.elements == 0 || phrase.elements > ELEMENTS_MAX)
		return fail(reading, "not between 1 and 16 words", pattern);
	first = &g_array_index(phrases->elements, struct element,
			       phrase.first_element);
	if (first->optional || first->number || first->gap > 0)
		return fail(reading, "must begin with a word", pattern);
	if (phrases->phrases->len >= PHRASES_MAX)
		return fail(reading, "too many phrases", pattern);
	if (phrases->phrases->len - phrase.first >= VARIANTS_MAX)
		return fail(reading, "stands for too many phrases", pattern);
	begin_with(phrases, phrases->phrases->len, first);
	g_array_append_val(phrases->phrases, phrase);
	return 1;
}

static int expand_groups(const struct reading *reading,
			 const struct phrase *phrase, const char *before,
			 const char *pattern);

/* before, one word or several of a group, rest. */
static int expand_one(const struct reading *reading,
		      const struct phrase *phrase, const char *before,
		      const char *words, const char *rest)
{
	g_autofree char *now = g_strdup_printf("%s %s", before, words);

	return expand_groups(reading, phrase, now, rest);
}

/* inner: what stands between the brackets. Its single words stay one group;
   each that is several makes a pattern of its own. */
static int expand_group(const struct reading *reading,
			const struct phrase *phrase, const char *before,
			const char *inner, const char *rest)
{
	bool optional = *rest == '?';
	g_auto(GStrv) words = g_strsplit(inner, "|", -1);
	g_autoptr(GString) singles = g_string_new(NULL);

	rest += optional;
	for (char **word = words; *word != NULL; word++) {
		g_strstrip(*word);
		if (**word == '\0')
			return fail(reading, "nothing between bars", inner);
		if (is_one_word(*word)) {
			g_string_append_printf(singles, "%c%s",
					       singles->len == 0 ? '(' : '|',
					       *word);
			continue;
		}
		if (expand_one(reading, phrase, before, *word, rest) < 0)
			return -1;
	}
	if (singles->len == 0)
		return !optional ? 1 :
			expand_one(reading, phrase, before, "", rest);
	g_string_append(singles, optional ? ")?" : ")");
	return expand_one(reading, phrase, before, singles->str, rest);
}

static int expand_groups(const struct reading *reading,
			 const struct phrase *phrase, const char *before,
			 const char *pattern)
{
	const char *open = strchr(pattern, '('), *close;
	g_autofree char *now = NULL, *inner = NULL;

	if (reading->phrases->phrases->len - phrase->first > VARIANTS_MAX)
		return fail(reading, "stands for too many phrases", pattern);
	if (open == NULL) {
		now = g_strdup_printf("%s %s", before, pattern);
		return add_variant(reading, *phrase, now);
	}
	close = strchr(open, ')');
	if (close == NULL)
		return fail(reading, "no closing bracket", pattern);
	now = g_strdup_printf("%s %.*s", before, (int)(open - pattern),
			      pattern);
	inner = g_strndup(open + 1, close - open - 1);
	if (strchr(inner, '(') != NULL)
		return fail(reading, "brackets within brackets", pattern);
	return expand_group(reading, phrase, now, inner, close + 1);
}

static int add_phrase(const struct reading *reading, const char *line)
{
	struct phrase phrase = {
		.intent = reading->intent,
		.first = reading->phrases->phrases->len,
	};
	g_autofree char *folded = NULL;
	char *end;

	if (reading->intent < 0)
		return fail(reading, "stands before any [intent]", line);
	phrase.weight = g_ascii_strtod(line, &end);
	if (end == line || *end != ' ')
		return fail(reading, "begins with no weight", line);
	if (!(phrase.weight > 0 && phrase.weight <= WEIGHT_MAX))
		return fail(reading, "weight is not above 0 and at most 10",
			    line);
	folded = warden_normal_text_fold(end);
	return expand_groups(reading, &phrase, "", folded);
}

static int read_group(struct reading *reading, const char *line)
{
	gsize size = strlen(line);

	for (guint i = 0; i < WARDEN_INTENTS_COUNT; i++) {
		const char *word = intent_words[i];

		if (size == strlen(word) + 2 && line[size - 1] == ']' &&
		    strncmp(line + 1, word, size - 2) == 0) {
			reading->intent = i;
			return 1;
		}
	}
	return fail(reading, "unknown intent", line);
}

int warden_phrases_add(struct warden_phrases *phrases, const char *file,
		       const char *text, char **error_r)
{
	struct reading reading = {
		.phrases = phrases, .file = file, .intent = -1,
		.error_r = error_r,
	};
	g_auto(GStrv) lines = NULL;

	if (!g_utf8_validate(text, -1, NULL)) {
		*error_r = g_strdup_printf("%s: not UTF-8", file);
		return -1;
	}
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		int ret = 1;

		reading.line++;
		g_strstrip(*line);
		if (**line == '[')
			ret = read_group(&reading, *line);
		else if (**line != '#' && **line != '\0')
			ret = add_phrase(&reading, *line);
		if (ret < 0)
			return -1;
	}
	return 1;
}

/* --- matching -------------------------------------------------------------------------- */

struct token {
	guint32 start, end;
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

	for (gsize i = 0; i < MIN(size, TOKEN_BYTES_MAX); i++) {
		const struct node *node;

		number = find_child(phrases, number, (guchar)word[i]);
		if (number == 0)
			return;
		node = node_at(phrases, number);
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
	char plain[TOKEN_BYTES_MAX];
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

	while (tokens->len < TOKENS_MAX && next_token(&p, end, &start)) {
		struct token token = { .start = start - text, .end = p - text };
		gsize size = p - start;

		token.number = g_ascii_isdigit(*start);
		look_up(phrases, start, size, &token);
		if (token.count == 0)
			look_up_leet(phrases, start, size, &token);
		g_array_append_val(tokens, token);
	}
	return tokens;
}

static bool matches(const struct warden_phrases *phrases,
		    const struct token *token, const struct element *element)
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
			const struct phrase *phrase, const GArray *tokens,
			guint at)
{
	guint64 places = 1;
	guint left = MIN(tokens->len - at, 63);

	for (guint i = 0; i < phrase->elements; i++) {
		const struct element *element = &g_array_index(
			phrases->elements, struct element,
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

static void take_hit(const struct phrase *phrase, gsize start, gsize end,
		     double *heaviest, struct warden_phrase_hits *hits)
{
	enum warden_intent intent = phrase->intent;

	hits->sums[intent] += phrase->weight;
	hits->counts[intent]++;
	if (phrase->weight > heaviest[intent]) {
		heaviest[intent] = phrase->weight;
		hits->starts[intent] = start;
		hits->ends[intent] = end;
	}
}

void warden_phrases_match(const struct warden_phrases *phrases,
			  const char *text, struct warden_phrase_hits *hits_r)
{
	g_autoptr(GArray) tokens = tokenise(phrases, text);
	g_autofree guint8 *taken = g_malloc0(phrases->phrases->len + 1);
	double heaviest[WARDEN_INTENTS_COUNT] = { 0 };

	memset(hits_r, 0, sizeof(*hits_r));
	for (guint at = 0; at < tokens->len; at++) {
		const struct token *token =
			&g_array_index(tokens, struct token, at);

		for (guint i = 0; i < token->count; i++) {
			const GArray *numbers = g_ptr_array_index(
				phrases->beginning, token->atoms[i]);

			for (guint k = 0; numbers != NULL && k < numbers->len;
			     k++) {
				guint number = g_array_index(numbers, guint, k);
				const struct phrase *phrase = &g_array_index(
					phrases->phrases, struct phrase,
					number);
				guint size = taken[phrase->first] ? 0 :
					try_phrase(phrases, phrase, tokens, at);

				if (size == 0)
					continue;
				taken[phrase->first] = 1;
				take_hit(phrase, token->start, g_array_index(
					tokens, struct token,
					at + size - 1).end, heaviest, hits_r);
			}
		}
	}
}
