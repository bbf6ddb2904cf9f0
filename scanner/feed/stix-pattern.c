#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* STIX 2.1 section 9 (patterning), as far as a list of single values goes:

     pattern    := observed { OR observed }
     observed   := '[' term { OR term } ']' | '(' pattern ')'
     term       := path '=' value | path IN '(' value { ',' value } ')'
                 | '(' term { OR term } ')'

   Everything else that the language has (AND, FOLLOWEDBY, NOT, LIKE, MATCHES,
   ISSUBSET, EXISTS, WITHIN, REPEATS, START, STOP, other comparisons) is
   recognised, and makes the pattern, or its alternative, one that no
   indicator expresses. */

enum token_type {
	TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_OPERATOR, TOKEN_SIGN,
};

struct token {
	enum token_type type;
	char sign;		/* of TOKEN_SIGN: [ ] ( ) , */
	GString *text;		/* of the others; a path without quotes */
};

struct pattern {
	const char *next;
	struct token token;
	guint words, in_brackets, parentheses;
	guint others;
	bool combined;
	int (*each)(void *context, const char *path, const char *value);
	void *context;
	const char *why;
};

static int fail(struct pattern *pattern, const char *why)
{
	pattern->why = why;
	return -1;
}

/* --- tokens --------------------------------------------------------------- */

static int read_string(struct pattern *pattern)
{
	const char *p = pattern->next + 1;

	for (; *p != '\''; p++) {
		if (*p == '\\')
			p++;
		if (*p == '\0')
			return fail(pattern, "a quote is not closed in the "
				    "pattern");
		g_string_append_c(pattern->token.text, *p);
	}
	pattern->next = p + 1;
	pattern->token.type = TOKEN_STRING;
	return 1;
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || strchr("-_:.*+", c) != NULL;
}

/* A keyword, a number, or a path: file:hashes.'SHA-256', x[0].y, a.b-c */
static int read_word(struct pattern *pattern)
{
	const char *p = pattern->next;
	GString *text = pattern->token.text;

	while (*p != '\0') {
		if (is_word(*p)) {
			g_string_append_c(text, *p++);
		} else if (*p == '\'' && text->len > 0 &&
			   text->str[text->len - 1] == '.') {
			for (p++; *p != '\'' && *p != '\0'; p++)
				g_string_append_c(text, *p);
			if (*p++ == '\0')
				return fail(pattern, "a quote is not closed "
					    "in the pattern");
		} else if (*p == '[' && strchr(text->str, ':') != NULL) {
			gsize size = strcspn(p, "]");

			if (p[size] == '\0')
				return fail(pattern, "an index is not closed "
					    "in the pattern");
			g_string_append_len(text, p, (gssize)size + 1);
			p += size + 1;
		} else {
			break;
		}
	}
	pattern->next = p;
	pattern->token.type = TOKEN_WORD;
	/* t'2024-…', h'00ff', b'…' */
	if (*p == '\'' && text->len == 1)
		return read_string(pattern);
	return 1;
}

static int next_token(struct pattern *pattern)
{
	struct token *token = &pattern->token;
	char c;

	g_string_truncate(token->text, 0);
	while (g_ascii_isspace(*pattern->next))
		pattern->next++;
	c = *pattern->next;
	token->type = TOKEN_END;
	if (c == '\0')
		return 1;
	if (++pattern->words > WARDEN_FEED_PATTERN_WORDS_MAX)
		return fail(pattern, "too long a pattern");
	if (c == '\'')
		return read_string(pattern);
	if (is_word(c))
		return read_word(pattern);
	if (strchr("[](),", c) != NULL) {
		token->type = TOKEN_SIGN;
		token->sign = c;
		pattern->next++;
		return 1;
	}
	if (strchr("=<>!", c) == NULL)
		return fail(pattern, "no STIX pattern");
	token->type = TOKEN_OPERATOR;
	while (*pattern->next != '\0' &&
	       strchr("=<>!", *pattern->next) != NULL)
		g_string_append_c(token->text, *pattern->next++);
	return 1;
}

static bool is_sign(const struct pattern *pattern, char sign)
{
	return pattern->token.type == TOKEN_SIGN &&
		pattern->token.sign == sign;
}

static bool is_keyword(const struct pattern *pattern, const char *word)
{
	return pattern->token.type == TOKEN_WORD &&
		strcmp(pattern->token.text->str, word) == 0;
}

/* --- terms ----------------------------------------------------------------- */

static bool is_value(const struct pattern *pattern)
{
	return pattern->token.type == TOKEN_STRING ||
		pattern->token.type == TOKEN_WORD;
}

static int found(struct pattern *pattern, const char *path)
{
	/* A pattern that turns out to be combined has no single values: it is
	   read once before they are asked for. */
	return pattern->each == NULL ? 1 :
		pattern->each(pattern->context, path,
			      pattern->token.text->str);
}

/* From '(' to behind ')'. */
static int read_set(struct pattern *pattern, const char *path, bool negated)
{
	if (!is_sign(pattern, '('))
		return fail(pattern, "'(' is wanted behind IN");
	do {
		if (next_token(pattern) < 0)
			return -1;
		if (!is_value(pattern))
			return fail(pattern, "a value is wanted in a set");
		if (!negated && found(pattern, path) < 0)
			return -1;
		if (next_token(pattern) < 0)
			return -1;
	} while (is_sign(pattern, ','));
	if (!is_sign(pattern, ')'))
		return fail(pattern, "')' is wanted behind a set");
	pattern->others += negated;
	return next_token(pattern);
}

static bool is_comparison(const struct pattern *pattern)
{
	return is_keyword(pattern, "LIKE") || is_keyword(pattern, "MATCHES") ||
		is_keyword(pattern, "ISSUBSET") ||
		is_keyword(pattern, "ISSUPERSET") ||
		pattern->token.type == TOKEN_OPERATOR;
}

static int read_comparison(struct pattern *pattern)
{
	g_autofree char *path = g_strdup(pattern->token.text->str);
	bool plain, negated = FALSE;

	if (pattern->token.type != TOKEN_WORD || strchr(path, ':') == NULL)
		return fail(pattern, "a path such as url:value is wanted in "
			    "the pattern");
	if (next_token(pattern) < 0)
		return -1;
	if (is_keyword(pattern, "NOT")) {
		negated = TRUE;
		if (next_token(pattern) < 0)
			return -1;
	}
	if (is_keyword(pattern, "IN"))
		return next_token(pattern) < 0 ? -1 :
			read_set(pattern, path, negated);
	if (!is_comparison(pattern))
		return fail(pattern, "a comparison is wanted behind a path");
	plain = !negated && pattern->token.type == TOKEN_OPERATOR &&
		(strcmp(pattern->token.text->str, "=") == 0 ||
		 strcmp(pattern->token.text->str, "==") == 0);
	if (next_token(pattern) < 0)
		return -1;
	if (!is_value(pattern))
		return fail(pattern, "a value is wanted behind a comparison");
	if (plain && found(pattern, path) < 0)
		return -1;
	pattern->others += !plain;
	return next_token(pattern);
}

/* What stands where a term may stand. */
static int read_term(struct pattern *pattern)
{
	while (is_sign(pattern, '(') || is_sign(pattern, '[')) {
		if (is_sign(pattern, '(')) {
			pattern->parentheses++;
		} else if (pattern->in_brackets++ > 0) {
			return fail(pattern, "'[' within '['");
		}
		if (next_token(pattern) < 0)
			return -1;
	}
	if (pattern->in_brackets == 0)
		return fail(pattern, "'[' is wanted before a comparison");
	if (is_keyword(pattern, "NOT") || is_keyword(pattern, "EXISTS")) {
		pattern->combined = TRUE;
		if (next_token(pattern) < 0)
			return -1;
		if (pattern->token.type == TOKEN_WORD &&
		    strchr(pattern->token.text->str, ':') != NULL &&
		    strchr("]) ", *pattern->next) != NULL)
			return next_token(pattern);
	}
	return read_comparison(pattern);
}

static int read_closing(struct pattern *pattern)
{
	while (is_sign(pattern, ')') || is_sign(pattern, ']')) {
		guint *open = is_sign(pattern, ')') ? &pattern->parentheses :
			&pattern->in_brackets;

		if ((*open)-- == 0)
			return fail(pattern, "a bracket too many in the "
				    "pattern");
		if (next_token(pattern) < 0)
			return -1;
	}
	return 1;
}

/* WITHIN 5 SECONDS, REPEATS 3 TIMES, START t'…' STOP t'…' */
static int read_qualifiers(struct pattern *pattern)
{
	static const char *const words[] = { "WITHIN", "REPEATS", "START",
					     "STOP", "SECONDS", "TIMES" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!is_keyword(pattern, words[i]))
			continue;
		pattern->combined = TRUE;
		if (next_token(pattern) < 0)
			return -1;
		if (i < 4 && is_value(pattern) && next_token(pattern) < 0)
			return -1;
		if (read_closing(pattern) < 0)
			return -1;
		i = (gsize)-1;
	}
	return 1;
}

static int read_all(struct pattern *pattern)
{
	for (;;) {
		if (next_token(pattern) < 0 || read_term(pattern) < 0 ||
		    read_closing(pattern) < 0 || read_qualifiers(pattern) < 0)
			return -1;
		if (pattern->token.type == TOKEN_END)
			break;
		if (is_keyword(pattern, "AND") ||
		    is_keyword(pattern, "FOLLOWEDBY"))
			pattern->combined = TRUE;
		else if (!is_keyword(pattern, "OR"))
			return fail(pattern, "OR, AND or the end is wanted in "
				    "the pattern");
	}
	if (pattern->in_brackets > 0 || pattern->parentheses > 0)
		return fail(pattern, "a bracket is not closed in the pattern");
	return pattern->combined ? 0 : 1;
}

int feed_stix_pattern(const char *text,
		      int (*each)(void *context, const char *path,
				  const char *value),
		      void *context, guint *others_r, const char **why_r)
{
	struct pattern pattern = {
		.next = text, .token.text = g_string_new(NULL),
		.why = "no STIX pattern",
	};
	int ret = read_all(&pattern);

	if (ret > 0) {
		pattern.next = text;
		pattern.words = pattern.others = 0;
		pattern.each = each;
		pattern.context = context;
		ret = read_all(&pattern);
	}
	g_string_free(pattern.token.text, TRUE);
	*others_r = pattern.others;
	*why_r = pattern.why;
	return ret;
}
