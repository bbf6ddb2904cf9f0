#include "warden-config.h"

#include "office-field.h"

#include "office-target.h"

#include <string.h>

#define WORDS_MAX 64
#define VARIABLES_MAX 64
/* Evaluating costs: references can be put into references. */
#define FIELDS_MAX 20000u

struct field {
	GString *instruction, *result;
	bool separated;
};

struct warden_fields {
	struct warden_office_notes *notes;
	struct field stack[WARDEN_FIELD_DEPTH_MAX];
	guint depth;
	guint skipped;		/* fields open beyond the depth */
	guint count;
	GHashTable *variables;	/* SET: lower-case name → value */
};

struct warden_fields *warden_fields_new(struct warden_office_notes *notes)
{
	struct warden_fields *fields = g_new0(struct warden_fields, 1);
	guint i;

	fields->notes = notes;
	for (i = 0; i < WARDEN_FIELD_DEPTH_MAX; i++) {
		fields->stack[i].instruction = g_string_new(NULL);
		fields->stack[i].result = g_string_new(NULL);
	}
	fields->variables = g_hash_table_new_full(g_str_hash, g_str_equal,
						  g_free, g_free);
	return fields;
}

void warden_fields_free(struct warden_fields *fields)
{
	guint i;

	if (fields == NULL)
		return;
	/* the end of the document ends them as well */
	fields->skipped = 0;
	while (fields->depth > 0)
		warden_fields_end(fields);
	for (i = 0; i < WARDEN_FIELD_DEPTH_MAX; i++) {
		g_string_free(fields->stack[i].instruction, TRUE);
		g_string_free(fields->stack[i].result, TRUE);
	}
	g_hash_table_unref(fields->variables);
	g_free(fields);
}

bool warden_fields_inside(const struct warden_fields *fields)
{
	return fields->depth > 0;
}

void warden_fields_begin(struct warden_fields *fields)
{
	struct field *field;

	if (fields->depth == WARDEN_FIELD_DEPTH_MAX ||
	    fields->count == FIELDS_MAX) {
		fields->skipped++;
		fields->notes->truncated = TRUE;
		return;
	}
	fields->count++;
	field = &fields->stack[fields->depth++];
	g_string_truncate(field->instruction, 0);
	g_string_truncate(field->result, 0);
	field->separated = FALSE;
}

void warden_fields_text(struct warden_fields *fields, const char *text,
			gsize size)
{
	struct field *field;
	GString *to;

	if (fields->depth == 0 || fields->skipped > 0)
		return;
	field = &fields->stack[fields->depth - 1];
	to = field->separated ? field->result : field->instruction;
	if (to->len < WARDEN_FIELD_SIZE_MAX)
		g_string_append_len(to, text, MIN(size, WARDEN_FIELD_SIZE_MAX -
						  to->len));
}

void warden_fields_separate(struct warden_fields *fields)
{
	if (fields->depth > 0 && fields->skipped == 0)
		fields->stack[fields->depth - 1].separated = TRUE;
}

/* --- words of an instruction -------------------------------------------- */

struct words {
	char *words[WORDS_MAX];
	guint count;
};

static void words_clear(struct words *words)
{
	while (words->count > 0)
		g_free(words->words[--words->count]);
}

static bool is_quote(gunichar c)
{
	return c == '"' || c == 0x201c || c == 0x201d || c == 0x201e;
}

static bool is_blank(gunichar c)
{
	return c <= ' ' || c == 0xa0;
}

/* One word; quotes keep blanks together, a backslash the next character. */
static const char *take_word(const char *p, GString *out)
{
	bool quoted = FALSE;

	while (*p != '\0') {
		gunichar c = g_utf8_get_char(p);

		if (!quoted && is_blank(c))
			break;
		if (is_quote(c)) {
			quoted = !quoted;
		} else if (c == '\\' && (p[1] == '\\' || p[1] == '"')) {
			p++;
			g_string_append_c(out, *p);
			p++;
			continue;
		} else {
			g_string_append_unichar(out, c);
		}
		p = g_utf8_next_char(p);
	}
	return p;
}

static void split(const char *instruction, struct words *words)
{
	g_autofree char *valid = g_utf8_make_valid(instruction, -1);
	GString *word = g_string_new(NULL);
	const char *p = valid;

	words->count = 0;
	while (words->count < WORDS_MAX) {
		while (*p != '\0' && is_blank(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
		if (*p == '\0')
			break;
		g_string_truncate(word, 0);
		p = take_word(p, word);
		words->words[words->count++] = g_strdup(word->str);
	}
	g_string_free(word, TRUE);
}

static bool is_word(const char *word, const char *name)
{
	return g_ascii_strcasecmp(word, name) == 0;
}

static bool is_switch(const char *word)
{
	return word[0] == '\\' && word[1] != '\0' && word[2] == '\0';
}

/* The number-th word that is neither a switch nor its value; "" if none. */
static const char *argument(const struct words *words, guint number)
{
	guint i;

	for (i = 1; i < words->count; i++) {
		if (is_switch(words->words[i])) {
			/* these have a value */
			if (strchr("*#@lotc", words->words[i][1]) != NULL)
				i++;
			continue;
		}
		if (number-- == 0)
			return words->words[i];
	}
	return "";
}

static char *join(const struct words *words, guint from)
{
	GString *out = g_string_new(NULL);
	guint i;

	for (i = from; i < words->count; i++) {
		if (i > from)
			g_string_append_c(out, ' ');
		g_string_append(out, words->words[i]);
	}
	return g_string_free(out, FALSE);
}

/* --- instructions ------------------------------------------------------- */

struct context {
	struct warden_fields *fields;
	struct field *field;
	const struct words *words;
};

static void take_link(struct context *context)
{
	warden_target_note(context->fields->notes, WARDEN_USE_LINK,
			   argument(context->words, 0),
			   context->field->result->str);
}

static void take_dde(struct context *context)
{
	g_autofree char *topic = join(context->words, 2);

	warden_target_note_dde(context->fields->notes,
			       context->words->count > 1 ?
			       context->words->words[1] : "", topic);
}

static void take_picture(struct context *context)
{
	warden_target_note(context->fields->notes, WARDEN_USE_PICTURE,
			   argument(context->words, 0), "");
}

static void take_text(struct context *context)
{
	warden_target_note(context->fields->notes, WARDEN_USE_OBJECT,
			   argument(context->words, 0), "");
}

/* LINK class file item */
static void take_object(struct context *context)
{
	warden_target_note(context->fields->notes, WARDEN_USE_OBJECT,
			   argument(context->words, 1), "");
}

/* QUOTE 67 58 92 "x": numbers are characters. */
static void take_quote(struct context *context)
{
	GString *result = context->field->result;
	guint i;

	g_string_truncate(result, 0);
	for (i = 1; i < context->words->count; i++) {
		const char *word = context->words->words[i];
		char *end;
		guint64 number = g_ascii_strtoull(word, &end, 0);

		if (is_switch(word)) {
			i++;
			continue;
		}
		if (*end == '\0' && number > 0 && number < 0xd800)
			g_string_append_unichar(result, number);
		else
			g_string_append(result, word);
	}
}

static void take_set(struct context *context)
{
	GHashTable *variables = context->fields->variables;

	if (context->words->count < 3 ||
	    g_hash_table_size(variables) >= VARIABLES_MAX)
		return;
	g_hash_table_replace(variables, g_ascii_strdown(
				     context->words->words[1], -1),
			     join(context->words, 2));
	/* shows nothing */
	g_string_truncate(context->field->result, 0);
}

static bool look_up(struct context *context, const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);
	const char *value = g_hash_table_lookup(context->fields->variables,
						lower);

	if (value == NULL)
		return FALSE;
	g_string_assign(context->field->result, value);
	return TRUE;
}

static void take_reference(struct context *context)
{
	(void)look_up(context, argument(context->words, 0));
}

static const struct {
	const char *name;
	void (*take)(struct context *context);
} keywords[] = {
	{ "HYPERLINK", take_link },
	{ "DDE", take_dde },
	{ "DDEAUTO", take_dde },
	{ "INCLUDEPICTURE", take_picture },
	{ "IMPORT", take_picture },
	{ "INCLUDETEXT", take_text },
	{ "INCLUDE", take_text },
	{ "RD", take_text },
	{ "LINK", take_object },
	{ "QUOTE", take_quote },
	{ "SET", take_set },
	{ "REF", take_reference },
};

static void evaluate(struct warden_fields *fields, struct field *field)
{
	struct words words;
	struct context context = {
		.fields = fields, .field = field, .words = &words,
	};
	gsize i;

	split(field->instruction->str, &words);
	for (i = 0; words.count > 0 && i < G_N_ELEMENTS(keywords); i++) {
		if (is_word(words.words[0], keywords[i].name)) {
			keywords[i].take(&context);
			break;
		}
	}
	/* a bookmark's name alone is a REF */
	if (words.count > 0 && i == G_N_ELEMENTS(keywords))
		(void)look_up(&context, words.words[0]);
	words_clear(&words);
}

void warden_fields_end(struct warden_fields *fields)
{
	struct field *field;

	if (fields->skipped > 0) {
		fields->skipped--;
		return;
	}
	if (fields->depth == 0)
		return;
	field = &fields->stack[fields->depth - 1];
	evaluate(fields, field);
	/* what it comes to is text of the field around it */
	fields->depth--;
	warden_fields_text(fields, field->result->str, field->result->len);
}
