#include "warden-config.h"

#include "language.h"
#include "normal-text.h"
#include "phrases-private.h"

#include <string.h>

#define ELEMENTS_MAX 16u
#define ALTERNATIVES_MAX 40u
#define PHRASES_MAX 60000u
/* What one line with words in its brackets stands for. */
#define VARIANTS_MAX 1000u
#define WEIGHT_MAX 10.0
/* Words that "..." stands for; characters, where those are words. */
#define GAP_WORDS 4u
#define GAP_CHARACTERS 8u

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

	phrases->nodes = g_array_new(FALSE, TRUE,
				     sizeof(struct warden_phrase_node));
	g_array_set_size(phrases->nodes, 1);
	phrases->elements = g_array_new(FALSE, TRUE,
					sizeof(struct warden_phrase_element));
	phrases->atoms = g_array_new(FALSE, TRUE, sizeof(guint32));
	phrases->phrases = g_array_new(FALSE, TRUE,
				       sizeof(struct warden_phrase));
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

/* --- the trie --------------------------------------------------------------- */

static guint32 make_child(struct warden_phrases *phrases, guint32 parent,
			  guchar byte)
{
	guint32 child = warden_phrases_find_child(phrases, parent, byte);
	struct warden_phrase_node node = { .byte = byte };

	if (child != 0)
		return child;
	child = phrases->nodes->len;
	if (parent == 0) {
		phrases->roots[byte] = child;
	} else {
		node.sibling = warden_phrases_node(phrases, parent)->child;
		warden_phrases_node(phrases, parent)->child = child;
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
	atom = stem ? &warden_phrases_node(phrases, number)->stem :
		&warden_phrases_node(phrases, number)->whole;
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
	const char *language;	/* interned; NULL: none that is known */
	guint line;
	gint intent, concept;	/* -1: not in such a group */
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

static struct warden_phrase_element *
new_element(struct warden_phrases *phrases)
{
	struct warden_phrase_element element = {
		.first_atom = phrases->atoms->len,
	};

	g_array_append_val(phrases->elements, element);
	return &g_array_index(phrases->elements, struct warden_phrase_element,
			      phrases->elements->len - 1);
}

static void add_atom(struct warden_phrases *phrases,
		     struct warden_phrase_element *element,
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

	while (warden_phrases_next_word(&p, end, &start)) {
		struct warden_phrase_element *element = new_element(phrases);
		gunichar c = g_utf8_get_char(start);

		element->gap = count > 0 ? 0 : gap > 0 && warden_phrases_stands_alone(c) ?
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
	return warden_phrases_next_word(&p, end, &start) && start == word && p == end;
}

/* "(a|b*|c)": the words are one each, expand_groups() saw to that. */
static int add_group(const struct reading *reading, const char *text,
		     guint gap, bool optional)
{
	struct warden_phrases *phrases = reading->phrases;
	g_autofree char *inner = g_strndup(text + 1, strlen(text) - 2);
	g_auto(GStrv) words = g_strsplit(inner, "|", -1);
	struct warden_phrase_element *element = new_element(phrases);

	element->gap = gap;
	element->optional = optional;
	for (char **word = words; *word != NULL; word++) {
		gsize size = strlen(*word);
		bool stem = (*word)[size - 1] == '*';

		if (strcmp(*word, "#") == 0) {
			element->number = TRUE;
			continue;
		}
		if (gap > 0 && warden_phrases_stands_alone(g_utf8_get_char(*word)))
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
		struct warden_phrase_element *element = new_element(reading->phrases);

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
		       const struct warden_phrase_element *element)
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
static int add_variant(const struct reading *reading,
		       struct warden_phrase phrase, const char *pattern)
{
	struct warden_phrases *phrases = reading->phrases;
	const struct warden_phrase_element *first;

	phrase.first_element = phrases->elements->len;
	if (add_pattern(reading, pattern) < 0)
		return -1;
	phrase.elements = phrases->elements->len - phrase.first_element;
	if (phrase.elements == 0 || phrase.elements > ELEMENTS_MAX)
		return fail(reading, "not between 1 and 16 words", pattern);
	first = &g_array_index(phrases->elements, struct warden_phrase_element,
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
			 const struct warden_phrase *phrase, const char *before,
			 const char *pattern);

/* before, one word or several of a group, rest. */
static int expand_one(const struct reading *reading,
		      const struct warden_phrase *phrase, const char *before,
		      const char *words, const char *rest)
{
	g_autofree char *now = g_strdup_printf("%s %s", before, words);

	return expand_groups(reading, phrase, now, rest);
}

/* inner: what stands between the brackets. Its single words stay one group;
   each that is several makes a pattern of its own. */
static int expand_group(const struct reading *reading,
			const struct warden_phrase *phrase, const char *before,
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
			 const struct warden_phrase *phrase, const char *before,
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
	struct warden_phrase phrase = {
		.intent = MAX(reading->intent, 0),
		.concept = reading->concept,
		.language = reading->language,
		.first = reading->phrases->phrases->len,
	};
	g_autofree char *folded = NULL;
	char *end;

	if (reading->concept >= 0) {
		folded = warden_normal_text_fold(line);
		return expand_groups(reading, &phrase, "", folded);
	}
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

/* "[concept NAME]" */
static int read_concept(struct reading *reading, const char *line)
{
	const char *word = line + strlen("[concept ");
	gsize size = strlen(word);

	if (size < 2 || word[size - 1] != ']')
		return fail(reading, "unknown concept", line);
	reading->concept = warden_concept_lookup(word, size - 1);
	reading->intent = -1;
	return reading->concept >= 0 ? 1 :
		fail(reading, "unknown concept", line);
}

static int read_group(struct reading *reading, const char *line)
{
	gsize size = strlen(line);

	if (g_str_has_prefix(line, "[concept "))
		return read_concept(reading, line);
	for (guint i = 0; i < WARDEN_INTENTS_COUNT; i++) {
		const char *word = intent_words[i];

		if (size == strlen(word) + 2 && line[size - 1] == ']' &&
		    strncmp(line + 1, word, size - 2) == 0) {
			reading->intent = i;
			reading->concept = -1;
			return 1;
		}
	}
	return fail(reading, "unknown intent", line);
}

/* "phrases/de.conf" is German. */
static const char *language_of_file(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash == NULL ? file : slash + 1;
	g_autofree char *stem = g_strndup(name, strcspn(name, "."));

	return warden_language_name(stem) == NULL ? NULL :
		g_intern_string(stem);
}

int warden_phrases_add(struct warden_phrases *phrases, const char *file,
		       const char *text, char **error_r)
{
	struct reading reading = {
		.phrases = phrases, .file = file, .intent = -1,
		.concept = -1, .language = language_of_file(file),
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
