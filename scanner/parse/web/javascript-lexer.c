#include "warden-config.h"

#include "javascript-private.h"

#include <string.h>

/* Tokens of ECMA-262 12, as far as expressions need them. */

static bool is_name_start(char c)
{
	return g_ascii_isalpha(c) || c == '_' || c == '$' || c == '\\' ||
	       (guchar)c >= 0x80;
}

static bool is_name(char c)
{
	return is_name_start(c) || g_ascii_isdigit(c);
}

void script_lexer_init(struct script_lexer *lexer, const char *text,
		       gsize size)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->p = text;
	lexer->end = text + size;
	lexer->token.text = g_string_new(NULL);
	script_lexer_next(lexer);
}

void script_lexer_clear(struct script_lexer *lexer)
{
	g_string_free(lexer->token.text, TRUE);
	lexer->token.text = NULL;
}

/* --- escapes --------------------------------------------------------------------- */

static bool read_hex(const char *p, const char *end, guint digits,
		     guint32 *value_r)
{
	guint i;

	*value_r = 0;
	if ((gsize)(end - p) < digits)
		return FALSE;
	for (i = 0; i < digits; i++) {
		int digit = g_ascii_xdigit_value(p[i]);

		if (digit < 0)
			return FALSE;
		*value_r = *value_r << 4 | digit;
	}
	return TRUE;
}

/* What stands for a byte in "\xff" is kept as one: such strings are files. */
static void append_unit(GString *out, guint32 c)
{
	if (c < 0x100)
		g_string_append_c(out, c);
	else if (c <= 0x10ffff && (c < 0xd800 || c >= 0xe000))
		g_string_append_unichar(out, c);
	else
		g_string_append(out, "\357\277\275");
}

static const char *read_braces(const char *p, const char *end, GString *out)
{
	guint32 c = 0;

	for (; p < end && g_ascii_isxdigit(*p); p++)
		c = c > 0x10ffff ? c : c << 4 | g_ascii_xdigit_value(*p);
	append_unit(out, c);
	return p < end && *p == '}' ? p + 1 : p;
}

/* Behind the backslash, which is not the last byte. */
static const char *read_escape(struct script_lexer *lexer, const char *p,
			       GString *out)
{
	static const char from[] = "nrtbfv0", to[] = "\n\r\t\b\f\v";
	const char *end = lexer->end, *found;
	guint32 c;

	if (*p == 'x' && read_hex(p + 1, end, 2, &c)) {
		lexer->obfuscated += 4;
		append_unit(out, c);
		return p + 3;
	}
	if (*p == 'u' && read_hex(p + 1, end, 4, &c)) {
		lexer->obfuscated += c < 0x80 ? 6 : 0;
		append_unit(out, c);
		return p + 5;
	}
	if (*p == 'u' && p + 1 < end && p[1] == '{')
		return read_braces(p + 2, end, out);
	if (*p >= '0' && *p <= '7' && p + 1 < end && p[1] >= '0' &&
	    p[1] <= '7') {
		guint digits = 0;

		for (c = 0; digits < 3 && p < end && *p >= '0' && *p <= '7' &&
		     c < 32; digits++)
			c = c << 3 | (*p++ - '0');
		append_unit(out, c);
		lexer->obfuscated += 4;
		return p;
	}
	if (*p == '\r')
		return p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
	if (*p == '\n')
		return p + 1;
	found = strchr(from, *p);
	g_string_append_c(out, *p != '\0' && found != NULL ?
			  to[found - from] : *p);
	return p + 1;
}

/* --- kinds of tokens ---------------------------------------------------------------- */

static void read_string(struct script_lexer *lexer, char quote)
{
	struct script_token *token = &lexer->token;
	const char *p = lexer->p, *end = lexer->end;

	token->kind = SCRIPT_STRING;
	while (p < end && *p != quote) {
		const char *start = p;

		while (p < end && *p != quote && *p != '\\' && *p != '\n')
			p++;
		g_string_append_len(token->text, start, p - start);
		if (p == end || *p == quote)
			break;
		/* not closed: VBScript, or text */
		if (*p == '\n')
			break;
		p++;
		if (p < end)
			p = read_escape(lexer, p, token->text);
	}
	lexer->p = p < end ? p + 1 : end;
}

void script_lexer_template(struct script_lexer *lexer)
{
	struct script_token *token = &lexer->token;
	const char *p = lexer->p, *end = lexer->end;

	token->kind = SCRIPT_TEMPLATE;
	token->open = FALSE;
	g_string_truncate(token->text, 0);
	while (p < end && *p != '`') {
		if (*p == '$' && p + 1 < end && p[1] == '{') {
			token->open = TRUE;
			p++;
			break;
		}
		if (*p == '\\' && p + 1 < end)
			p = read_escape(lexer, p + 1, token->text);
		else
			g_string_append_c(token->text, *p++);
	}
	lexer->p = p < end ? p + 1 : end;
	lexer->after_value = !token->open;
}

static double read_digits(const char **p, const char *end, guint base)
{
	double value = 0;

	while (*p < end) {
		int digit = g_ascii_xdigit_value(**p);

		if (**p != '_' && (digit < 0 || (guint)digit >= base))
			break;
		if (**p != '_')
			value = value * base + digit;
		(*p)++;
	}
	return value;
}

static void read_number(struct script_lexer *lexer)
{
	struct script_token *token = &lexer->token;
	const char *p = lexer->p, *end = lexer->end;
	char next = p + 1 < end ? g_ascii_tolower(p[1]) : '\0';

	token->kind = SCRIPT_NUMBER;
	if (*p == '0' && (next == 'x' || next == 'o' || next == 'b')) {
		p += 2;
		token->number = read_digits(&p, end, next == 'x' ? 16 :
					    next == 'o' ? 8 : 2);
	} else {
		token->number = read_digits(&p, end, 10);
		if (p < end && *p == '.') {
			const char *start = ++p;
			double fraction = read_digits(&p, end, 10);

			while (start++ < p)
				fraction /= 10;
			token->number += fraction;
		}
		if (p + 1 < end && (*p == 'e' || *p == 'E')) {
			double power;

			p += p[1] == '-' || p[1] == '+' ? 2 : 1;
			power = read_digits(&p, end, 10);
			for (; power > 0 && power < 30; power--)
				token->number *= 10;
		}
	}
	/* "1n" */
	while (p < end && is_name(*p))
		p++;
	lexer->p = p;
}

static void read_word(struct script_lexer *lexer)
{
	struct script_token *token = &lexer->token;
	const char *p = lexer->p, *end = lexer->end;
	gsize used;

	token->kind = SCRIPT_WORD;
	while (p < end && is_name(*p)) {
		if (*p == '\\' && p + 1 < end)
			p = read_escape(lexer, p + 1, token->text);
		else
			g_string_append_c(token->text, *p++);
	}
	/* "_0x4f2a1b": what the common packer leaves of names */
	if (strncmp(token->text->str, "_0x", 3) == 0)
		lexer->obfuscated += token->text->len;
	used = MIN(token->text->len, SCRIPT_NAME_MAX - 1);
	memcpy(token->name, token->text->str, used);
	token->name[used] = '\0';
	lexer->p = p;
}

static void read_regex(struct script_lexer *lexer)
{
	struct script_token *token = &lexer->token;
	const char *p = lexer->p, *end = lexer->end;
	bool in_class = FALSE;
	gsize used = 0;

	token->kind = SCRIPT_REGEX;
	for (; p < end && *p != '\n' && (*p != '/' || in_class); p++) {
		if (*p == '[')
			in_class = TRUE;
		else if (*p == ']')
			in_class = FALSE;
		g_string_append_c(token->text, *p);
		if (*p == '\\' && p + 1 < end && p[1] != '\n')
			g_string_append_c(token->text, *++p);
	}
	p = p < end ? p + 1 : end;
	while (p < end && g_ascii_isalpha(*p)) {
		if (used < SCRIPT_NAME_MAX - 1)
			token->name[used++] = *p;
		p++;
	}
	token->name[used] = '\0';
	lexer->p = p;
}

/* Comparisons, arrows, shifts and the like are one token whose c is '\0'; they
   end what is constant. */
static void read_punctuation(struct script_lexer *lexer)
{
	static const char *const longer[] = {
		">>>=", "===", "!==", "**=", "<<=", ">>=", ">>>", "...",
		"&&=", "||=", "?\?=", "==", "!=", "<=", ">=", "=>", "&&",
		"||", "?\?", "++", "--", "**", "<<", ">>", "-=", "*=", "/=",
		"%=", "&=", "|=", "^=",
	};
	struct script_token *token = &lexer->token;
	gsize left = lexer->end - lexer->p, i;

	token->kind = SCRIPT_PUNCTUATION;
	if (left >= 2 && memcmp(lexer->p, "+=", 2) == 0) {
		token->c = '+';
		token->assigns = TRUE;
		lexer->p += 2;
		return;
	}
	if (left >= 2 && memcmp(lexer->p, "?.", 2) == 0) {
		token->c = '.';
		lexer->p += 2;
		return;
	}
	for (i = 0; i < G_N_ELEMENTS(longer); i++) {
		gsize length = strlen(longer[i]);

		if (left >= length &&
		    memcmp(lexer->p, longer[i], length) == 0) {
			g_strlcpy(token->name, longer[i], SCRIPT_NAME_MAX);
			lexer->p += length;
			return;
		}
	}
	token->c = *lexer->p++;
	token->assigns = token->c == '=';
}

/* --- between them -------------------------------------------------------------------- */

static bool starts(const char *p, const char *end, const char *word)
{
	gsize length = strlen(word);

	return (gsize)(end - p) >= length && memcmp(p, word, length) == 0;
}

static const char *line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', end - p);

	return lf == NULL ? end : lf + 1;
}

static void skip_blank(struct script_lexer *lexer)
{
	const char *p = lexer->p, *end = lexer->end, *close;

	while (p < end) {
		if ((guchar)*p <= ' ') {
			p++;
		} else if (starts(p, end, "//") || starts(p, end, "<!--")) {
			p = line_end(p, end);
		} else if (starts(p, end, "/*")) {
			close = g_strstr_len(p + 2, end - p - 2, "*/");
			p = close == NULL ? end : close + 2;
		} else if (starts(p, end, "<![CDATA[")) {
			p += 9;
		} else {
			break;
		}
	}
	lexer->p = p;
}

static bool is_operator_word(const char *name)
{
	static const char *const words[] = {
		"return", "typeof", "case", "in", "of", "void", "delete",
		"throw", "else", "do", "new",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i], name) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool ends_value(const struct script_token *token)
{
	switch (token->kind) {
	case SCRIPT_WORD:
		return !is_operator_word(token->name);
	case SCRIPT_PUNCTUATION:
		return token->c == ')' || token->c == ']' || token->c == '}';
	default:
		return TRUE;
	}
}

static void reset(struct script_token *token)
{
	g_string_truncate(token->text, 0);
	token->name[0] = '\0';
	token->c = '\0';
	token->assigns = token->open = FALSE;
}

void script_lexer_next(struct script_lexer *lexer)
{
	struct script_token *token = &lexer->token;
	char c;

	skip_blank(lexer);
	reset(token);
	if (lexer->p == lexer->end) {
		token->kind = SCRIPT_END;
		return;
	}
	c = *lexer->p;
	if (c == '"' || c == '\'') {
		lexer->p++;
		read_string(lexer, c);
	} else if (c == '`') {
		lexer->p++;
		script_lexer_template(lexer);
		return;
	} else if (g_ascii_isdigit(c)) {
		read_number(lexer);
	} else if (is_name_start(c)) {
		read_word(lexer);
	} else if (c == '/' && !lexer->after_value) {
		lexer->p++;
		read_regex(lexer);
	} else {
		read_punctuation(lexer);
	}
	lexer->after_value = ends_value(token);
}
