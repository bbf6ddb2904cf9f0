#include "warden-config.h"

#include "sensitive-private.h"

#include <string.h>

/* Of one text; enough for a table of customers, and bounded work. */
#define CONTEXT_LOOKS_MAX 5000
#define PATTERN_TEXT_MAX (1024u * 1024)
/* Where words that speak of a number stand: before it, or behind. */
#define CONTEXT_BEFORE 120
#define CONTEXT_BEHIND 40
#define GROUPS_MAX 10
/* Without the two letters of an IBAN: a UnionPay card, and from what on such
   numbers prove anything. */
#define DIGITS_MAX 19
#define SIZE_MIN 9
/* Ways of writing whose rules are remembered. */
#define SHAPES_MAX 2000

struct look {
	struct warden_facts *facts;
	const char *part;
	const char *start, *end;
	GHashTable *seen;	/* kind and value: counted once */
	GHashTable *found;	/* kind → struct tally */
	GHashTable *shapes;	/* shape → one bit for each rule that has it */
	guint looks;		/* for words */
};

struct tally {
	const char *detail;
	guint count;
};

/* --- counting ------------------------------------------------------------------ */

static void count(struct look *look, const char *kind, const char *detail,
		  const char *value, gsize size)
{
	char *key = g_strdup_printf("%s %.*s", kind, (int)size, value);
	struct tally *tally;

	if (!g_hash_table_add(look->seen, key))
		return;
	tally = g_hash_table_lookup(look->found, kind);
	if (tally == NULL) {
		tally = g_new0(struct tally, 1);
		tally->detail = detail;
		g_hash_table_insert(look->found, (void *)kind, tally);
	}
	tally->count++;
}

static void report_one(struct look *look, const char *kind,
		       const char *detail, guint number)
{
	const struct warden_sensitive sensitive = {
		.kind = (char *)kind, .count = number,
		.part = (char *)look->part, .detail = (char *)detail,
	};

	(void)warden_facts_add_sensitive(look->facts, &sensitive);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of their names: a hash table has none of its own. */
static void report(struct look *look)
{
	guint size;
	g_autofree const char **kinds = (const char **)
		g_hash_table_get_keys_as_array(look->found, &size);

	qsort(kinds, size, sizeof(*kinds), compare);
	for (guint i = 0; i < size; i++) {
		const struct tally *tally =
			g_hash_table_lookup(look->found, kinds[i]);

		report_one(look, kinds[i], tally->detail, tally->count);
	}
}

/* --- words nearby --------------------------------------------------------------- */

static bool is_word_byte(char c)
{
	return g_ascii_isalnum(c) || (c & 0x80) != 0;
}

/* Chinese and Japanese have nothing between words. */
static bool stands_alone(const char *text, const char *at, gsize size)
{
	if ((at[0] & 0xf0) == 0xe0)
		return TRUE;
	return (at == text || !is_word_byte(at[-1])) &&
	       !is_word_byte(at[size]);
}

static bool has_word(const char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		gsize size = strlen(*words);
		const char *at = text;

		while ((at = strstr(at, *words)) != NULL) {
			if (stands_alone(text, at, size))
				return TRUE;
			at += size;
		}
	}
	return FALSE;
}

/* In lower case; valid UTF-8. */
static char *around(const struct look *look, const char *from, const char *to)
{
	const char *start = from - MIN(from - look->start, CONTEXT_BEFORE);
	const char *end = to + MIN(look->end - to, CONTEXT_BEHIND);
	g_autofree char *valid = g_utf8_make_valid(start, end - start);

	return g_utf8_strdown(valid, -1);
}

/* --- numbers --------------------------------------------------------------------- */

/* Between groups: one of them, a no-break space too. Returns its size. */
static gsize separator(const char *p, const char *end, char *kind_r)
{
	if (p >= end)
		return 0;
	*kind_r = *p == ' ' ? '_' : *p;
	if (*p == ' ' || *p == '-' || *p == '.' || *p == '/')
		return 1;
	if (end - p >= 2 && memcmp(p, "\xc2\xa0", 2) == 0) {
		*kind_r = '_';
		return 2;
	}
	return 0;
}

static bool has_shape(const char *shapes, const char *shape)
{
	gsize size = strlen(shape);
	const char *at = shapes;

	while ((at = strstr(at, shape)) != NULL) {
		if ((at == shapes || at[-1] == ' ') &&
		    (at[size] == ' ' || at[size] == '\0'))
			return TRUE;
		at += size;
	}
	return FALSE;
}

/* Groups of an IBAN are of four, the last one may have less; or there are
   none. */
static bool is_iban_shape(const char *shape)
{
	for (; strchr(shape, '_') != NULL; shape += 2) {
		if (shape[0] != '4' || shape[1] != '_')
			return FALSE;
	}
	return strpbrk(shape, "-./") == NULL;
}

static guint32 rules_of(struct look *look, const char *shape)
{
	guint32 rules = 0;
	void *known;

	G_STATIC_ASSERT(sizeof(rules) * 8 >= WARDEN_SENSITIVE_RULES_MAX);
	if (g_hash_table_lookup_extended(look->shapes, shape, NULL, &known))
		return GPOINTER_TO_UINT(known);
	for (guint i = 0; i < warden_sensitive_rules_count; i++) {
		const char *shapes = warden_sensitive_rules[i].shapes;

		if (*shapes == '*' ? is_iban_shape(shape) :
		    has_shape(shapes, shape))
			rules |= 1u << i;
	}
	if (g_hash_table_size(look->shapes) < SHAPES_MAX)
		g_hash_table_insert(look->shapes, g_strdup(shape),
				    GUINT_TO_POINTER(rules));
	return rules;
}

/* The candidate is the text from..to. Returns TRUE if it is one of them. */
static bool try_rules(struct look *look,
		      const struct sensitive_candidate *candidate,
		      const char *from, const char *to)
{
	g_autofree char *text = NULL;
	guint32 rules;

	if (candidate->size < SIZE_MIN)
		return FALSE;
	rules = rules_of(look, candidate->shape);
	for (guint i = 0; rules >> i != 0; i++) {
		const struct sensitive_rule *rule = &warden_sensitive_rules[i];
		const char *detail = rule->detail;

		if ((rules >> i & 1) == 0 || !rule->fits(candidate, &detail))
			continue;
		if (rule->words != NULL) {
			if (text == NULL && look->looks++ >= CONTEXT_LOOKS_MAX)
				return FALSE;
			if (text == NULL)
				text = around(look, from, to);
			if (!has_word(text, rule->words))
				continue;
		}
		count(look, rule->kind, detail, candidate->compact,
		      candidate->size);
		return TRUE;
	}
	return FALSE;
}

/* A group of letters and digits at p is added. FALSE: too long. */
static bool add_group(struct sensitive_candidate *candidate, const char *p,
		      gsize size, char joint)
{
	gsize used = strlen(candidate->shape);

	if (candidate->size + size > SENSITIVE_COMPACT_MAX ||
	    used + 4 > SENSITIVE_SHAPE_MAX)
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		candidate->digits &= g_ascii_isdigit(p[i]) != 0;
		candidate->compact[candidate->size++] = g_ascii_toupper(p[i]);
	}
	candidate->compact[candidate->size] = '\0';
	if (used > 0)
		candidate->shape[used++] = joint;
	g_snprintf(candidate->shape + used, SENSITIVE_SHAPE_MAX - used, "%u",
		   (guint)size);
	return TRUE;
}

static gsize group_size(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && g_ascii_isalnum(*p))
		p++;
	return p - from;
}

/* What ends at p goes on, as paths, versions and longer numbers do. */
static bool goes_on(const char *p, const char *end)
{
	if (p >= end)
		return FALSE;
	if ((*p & 0x80) != 0 && !(end - p >= 2 &&
				  memcmp(p, "\xc2\xa0", 2) == 0))
		return FALSE;	/* a letter of another script, or a dash */
	return strchr("-./_=@%&#", *p) != NULL && p + 1 < end &&
	       g_ascii_isalnum(p[1]);
}

static bool comes_from(const char *start, const char *p)
{
	return p > start && strchr("-./_=@%&#?~+", p[-1]) != NULL &&
	       (p[-1] != '-' || (p - 1 > start && !g_ascii_isspace(p[-2]))) &&
	       (p[-1] != '.' || (p - 1 > start && g_ascii_isalnum(p[-2])));
}

/* Another group of digits before from, or one of four behind to. */
static bool has_neighbour(const struct look *look, const char *from,
			  const char *to)
{
	char joint;
	gsize gap = separator(to, look->end, &joint), size = 0;

	if (from - look->start >= 2 && from[-1] == ' ' &&
	    g_ascii_isdigit(from[-2]))
		return TRUE;
	for (to += gap; to + size < look->end && g_ascii_isdigit(to[size]);)
		size++;
	return gap > 0 && size >= 4;
}

/* A group begins at p. Returns where to go on. */
static const char *look_number(struct look *look, const char *p)
{
	struct sensitive_candidate candidate = { .digits = TRUE };
	const char *at = p, *next = p + group_size(p, look->end), *found = NULL;
	char joint = '_';

	if (comes_from(look->start, p))
		return next;
	for (guint i = 0; i < GROUPS_MAX; i++) {
		gsize size = group_size(at, look->end), gap;

		if (size == 0 || !add_group(&candidate, at, size, joint) ||
		    (candidate.size > DIGITS_MAX && g_ascii_isdigit(*p)))
			break;
		at += size;
		candidate.joined = has_neighbour(look, p, at);
		if (!goes_on(at, look->end) &&
		    try_rules(look, &candidate, p, at))
			found = at;
		gap = separator(at, look->end, &joint);
		if (gap == 0)
			break;
		at += gap;
	}
	return found != NULL ? found : next;
}

/* Only groups that have a digit are worth it. */
static bool may_be_number(const char *p, const char *end)
{
	gsize size = group_size(p, end);

	if (size > SENSITIVE_COMPACT_MAX)
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		if (g_ascii_isdigit(p[i]))
			return TRUE;
	}
	/* "AB 12 34 56 C" */
	return size == 2 && g_ascii_isupper(p[0]) && g_ascii_isupper(p[1]);
}

/* --- all of it ------------------------------------------------------------- */

/* Links to files in Amazon's cloud name the key that they are signed with; it
   is no secret. */
static bool signs_a_link(const struct look *look, const char *p)
{
	static const char *const names[] = { "Credential=", "AccessKeyId=" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize size = strlen(names[i]);

		if ((gsize)(p - look->start) >= size &&
		    memcmp(p - size, names[i], size) == 0)
			return TRUE;
	}
	return FALSE;
}

/* A word begins at p. Returns where to go on. */
static const char *look_word(struct look *look, const char *p)
{
	const char *make;
	gsize size = warden_sensitive_token(p, look->end, &make);

	if (size > 0) {
		if (!signs_a_link(look, p))
			count(look, "token", make, p, size);
		return p + size;
	}
	if (*p == 'P') {
		const char *behind = warden_sensitive_key(p, look->end, &make);

		if (behind != NULL) {
			count(look, "key", make, behind,
			      MIN(look->end - behind, 300));
			return behind;
		}
	}
	if (may_be_number(p, look->end))
		return look_number(look, p);
	return p + group_size(p, look->end);
}

static void look_all(struct look *look)
{
	const char *p = look->start;

	while (p < look->end) {
		const char *make, *behind;

		if (g_ascii_isalnum(*p)) {
			p = look_word(look, p);
			continue;
		}
		behind = *p != '-' || (p > look->start && p[-1] == '-') ?
			NULL : warden_sensitive_key(p, look->end, &make);
		if (behind != NULL)
			count(look, "key", make, behind,
			      MIN(look->end - behind, 300));
		p = behind != NULL ? behind : p + 1;
		/* of a word in another script, too */
		while (p < look->end && (*p & 0x80) != 0)
			p++;
	}
}

static void found_pattern(void *context, const char *name, guint number)
{
	g_autofree char *kind = g_strconcat("pattern:", name, NULL);

	report_one(context, kind, "", number);
}

static void look_patterns(struct look *look,
			  const struct warden_sensitive_patterns *patterns)
{
	gsize size = MIN((gsize)(look->end - look->start), PATTERN_TEXT_MAX);
	g_autofree char *valid = g_utf8_make_valid(look->start, size);

	warden_sensitive_patterns_look(patterns, valid, strlen(valid),
				       found_pattern, look);
}

/* --- markup ------------------------------------------------------------------------ */

/* These do not end a word. */
static bool is_inside_words(const char *tag, const char *end)
{
	static const char *const names[] = {
		"b", "i", "u", "em", "strong", "span", "font", "a", "w:t",
		"w:r", "w:rPr", "wbr", "a:t", "a:r", "a:rPr", "text:span",
		"t", "r", "rPr",
	};
	gsize size = 0;

	if (tag < end && *tag == '/')
		tag++;
	while (tag + size < end && strchr(" />\t\r\n", tag[size]) == NULL)
		size++;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strlen(names[i]) == size &&
		    memcmp(names[i], tag, size) == 0)
			return TRUE;
	}
	/* what says how the words of Office look */
	return size > 2 && memcmp(tag, "w:", 2) == 0 && tag[2] != 'p' &&
	       tag[2] != 't' && tag[2] != 'b';
}

/* Without tags, and with the space that has a name. */
static GString *strip(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	const char *p = text, *end = text + size;

	while (p < end) {
		if (*p == '<') {
			const char *close = memchr(p, '>', end - p);

			if (!is_inside_words(p + 1, end))
				g_string_append_c(out, '\n');
			p = close == NULL ? end : close + 1;
		} else if (end - p >= 6 && memcmp(p, "&nbsp;", 6) == 0) {
			g_string_append_c(out, ' ');
			p += 6;
		} else {
			g_string_append_c(out, *p++);
		}
	}
	return out;
}

void warden_sensitive_look(struct warden_facts *facts,
			   const struct warden_sensitive_patterns *patterns,
			   const char *part, const char *text, gsize size,
			   bool markup)
{
	GString *plain = markup ? strip(text, size) : NULL;
	struct look look = {
		.facts = facts, .part = part,
		.start = plain != NULL ? plain->str : text,
	};

	look.end = look.start + (plain != NULL ? plain->len : size);
	look.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					  NULL);
	look.shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    NULL);
	look.found = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					   g_free);
	look_all(&look);
	report(&look);
	if (patterns != NULL)
		look_patterns(&look, patterns);
	g_hash_table_unref(look.seen);
	g_hash_table_unref(look.found);
	g_hash_table_unref(look.shapes);
	if (plain != NULL)
		g_string_free(plain, TRUE);
}
