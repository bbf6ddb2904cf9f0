#include "warden-config.h"

#include "javascript-private.h"

#include <string.h>

/* Expressions. Everything else of the language is only passed over: what is no
   expression is skipped, token by token. */

#define DEPTH_MAX 200u
#define TEXTS_MAX 4000u
#define KEYS_MAX 200u
#define KEY_SIZE_MAX 64u
/* Shorter constants hide no file. */
#define VALUE_SIZE_MIN 24u
#define NUMBERS_MIN 16u
#define MADE_FACTOR 4u
#define MADE_FIXED (1024u * 1024)

static struct script_value *read_expression(struct script_reader *reader);

/* --- what is found -------------------------------------------------------------- */

static void text_clear(void *data)
{
	struct warden_javascript_text *text = data;

	g_bytes_unref(text->bytes);
}

static void numbers_free(void *numbers)
{
	g_array_unref(numbers);
}

bool script_spend(struct script_reader *reader, gsize size)
{
	if (size > reader->left) {
		reader->script->truncated = TRUE;
		return FALSE;
	}
	reader->left -= size;
	return TRUE;
}

static void add_text(struct script_reader *reader, const GString *from,
		     const struct script_value *value,
		     enum warden_javascript_use use)
{
	struct warden_javascript_text text = {
		.use = use,
		.partial = value->partial,
		.made = value->made,
		.joined = value->kind == SCRIPT_LIST,
	};

	if (reader->script->texts->len >= TEXTS_MAX) {
		reader->script->truncated = TRUE;
		return;
	}
	text.bytes = g_bytes_new(from->str, from->len);
	g_array_append_val(reader->script->texts, text);
}

static void add_key(struct script_reader *reader, const GString *text)
{
	char *key;

	if (text->len == 0 || text->len > KEY_SIZE_MAX ||
	    reader->script->keys->len >= KEYS_MAX ||
	    memchr(text->str, '\0', text->len) != NULL ||
	    g_hash_table_contains(reader->keys, text->str))
		return;
	key = g_strdup(text->str);
	g_ptr_array_add(reader->script->keys, key);
	g_hash_table_add(reader->keys, key);
}

static void note_numbers(struct script_reader *reader,
			 const struct script_value *list)
{
	if (list->numbers->len < NUMBERS_MIN ||
	    reader->script->numbers->len >= TEXTS_MAX)
		return;
	g_ptr_array_add(reader->script->numbers,
			g_array_ref(list->numbers));
}

/* The pieces of a list as one: files are split into such. */
static void note_list(struct script_reader *reader,
		      const struct script_value *list)
{
	g_autoptr(GString) joined = NULL;
	gsize size = 0;
	guint i;

	if (list->items == NULL) {
		note_numbers(reader, list);
		return;
	}
	for (i = 0; i < list->items->len; i++) {
		struct script_value *item =
			g_ptr_array_index(list->items, i);

		if (item == NULL || item->kind != SCRIPT_TEXT) {
			script_note(reader, item, WARDEN_JAVASCRIPT_VALUE);
			continue;
		}
		size += item->text->len;
		if (item->text->len > 1024 ||
		    strstr(item->text->str, "://") != NULL)
			script_note(reader, item, WARDEN_JAVASCRIPT_VALUE);
	}
	if (size < VALUE_SIZE_MIN || !script_spend(reader, size))
		return;
	joined = g_string_sized_new(size + 1);
	for (i = 0; i < list->items->len; i++) {
		const struct script_value *item =
			g_ptr_array_index(list->items, i);

		if (item != NULL && item->kind == SCRIPT_TEXT)
			g_string_append_len(joined, item->text->str,
					    item->text->len);
	}
	add_text(reader, joined, list, WARDEN_JAVASCRIPT_VALUE);
}

void script_note(struct script_reader *reader, struct script_value *value,
		 enum warden_javascript_use use)
{
	if (value == NULL ||
	    ((value->noted || value->kept) && use == WARDEN_JAVASCRIPT_VALUE))
		return;
	value->noted = TRUE;
	if (value->kind == SCRIPT_LIST) {
		if (reader->depth > DEPTH_MAX)
			return;
		reader->depth++;
		note_list(reader, value);
		reader->depth--;
	} else if (value->kind == SCRIPT_TEXT) {
		if (use == WARDEN_JAVASCRIPT_VALUE)
			add_key(reader, value->text);
		if (use != WARDEN_JAVASCRIPT_VALUE ||
		    value->text->len >= VALUE_SIZE_MIN ||
		    strstr(value->text->str, "://") != NULL)
			add_text(reader, value->text, value, use);
	}
}

/* --- single values ------------------------------------------------------------------ */

/* A thing that has a name, and may be assigned to or called. */
struct operand {
	struct script_value *value;	/* NULL: not known */
	struct script_value *object;	/* what it is a member of */
	char name[SCRIPT_NAME_MAX];
	char owner[SCRIPT_NAME_MAX];
	bool assignable;
};

static void operand_clear(struct operand *operand)
{
	g_clear_pointer(&operand->value, script_value_unref);
	g_clear_pointer(&operand->object, script_value_unref);
}

static bool is_punctuation(const struct script_reader *reader, char c)
{
	const struct script_token *token = &reader->lexer.token;

	return token->kind == SCRIPT_PUNCTUATION && token->c == c;
}

static bool accept(struct script_reader *reader, char c)
{
	if (!is_punctuation(reader, c))
		return FALSE;
	script_lexer_next(&reader->lexer);
	return TRUE;
}

static struct script_value *take_string(struct script_reader *reader)
{
	struct script_lexer *lexer = &reader->lexer;
	GString *text = lexer->token.text;
	struct script_value *value;

	if (text->len <= KEY_SIZE_MAX)
		add_key(reader, text);
	value = script_value_text(g_string_new_len(text->str, text->len));
	script_lexer_next(lexer);
	return value;
}

/* `a${b}c` */
static struct script_value *take_template(struct script_reader *reader)
{
	struct script_lexer *lexer = &reader->lexer;
	struct script_value *value = NULL;

	for (;;) {
		bool open = lexer->token.open;
		struct script_value *piece = script_value_text(
			g_string_new_len(lexer->token.text->str,
					 lexer->token.text->len));

		value = value == NULL ? piece :
			script_concat(reader, value, piece);
		script_lexer_next(lexer);
		if (!open)
			return value;
		value = script_concat(reader, value,
				      read_expression(reader));
		if (!is_punctuation(reader, '}'))
			return value;
		script_lexer_template(lexer);
	}
}

static struct script_value *take_regex(struct script_reader *reader)
{
	const struct script_token *token = &reader->lexer.token;
	struct script_value *value = script_value_text(
		g_string_new_len(token->text->str, token->text->len));

	value->kind = SCRIPT_PATTERN;
	/* "g" decides whether one or all are replaced */
	value->number = strchr(token->name, 'g') != NULL;
	script_lexer_next(&reader->lexer);
	return value;
}

static struct script_value *lookup(struct script_reader *reader,
				   const char *name)
{
	return script_value_ref(g_hash_table_lookup(reader->names, name));
}

/* Everything up to the closing bracket: what is parted by commas is added to
   items (may be NULL), the rest is read for what it tells. */
static void read_inside(struct script_reader *reader, char close,
			struct script_value *items);

static struct script_value *take_list(struct script_reader *reader)
{
	struct script_value *list = script_value_list();

	script_lexer_next(&reader->lexer);
	read_inside(reader, ']', list);
	return list;
}

/* The last of what stands in brackets. */
static struct script_value *take_last(struct script_reader *reader,
				      char close)
{
	struct script_value *list = script_value_list(), *last;
	guint count;

	script_lexer_next(&reader->lexer);
	read_inside(reader, close, list);
	count = script_value_length(list);
	last = count == 0 ? NULL : script_value_item(list, count - 1);
	script_value_unref(list);
	return last;
}

/* In "a = a + b" the old value of a is not needed any more, and may grow in
   place. */
static struct script_value *
lookup_word(struct script_reader *reader, const char *name)
{
	struct script_value *value = lookup(reader, name);

	if (reader->replaced[0] != '\0' &&
	    strcmp(reader->replaced, name) == 0) {
		reader->replaced[0] = '\0';
		g_hash_table_remove(reader->names, name);
	}
	return value;
}

static void take_word(struct script_reader *reader, struct operand *operand)
{
	g_strlcpy(operand->name, reader->lexer.token.name,
		  sizeof(operand->name));
	operand->assignable = TRUE;
	script_lexer_next(&reader->lexer);
	script_note_name(reader, operand->name);
	operand->value = lookup_word(reader, operand->name);
}

/* FALSE if no value begins here: nothing was consumed. */
static bool read_primary(struct script_reader *reader,
			 struct operand *operand)
{
	const struct script_token *token = &reader->lexer.token;

	switch (token->kind) {
	case SCRIPT_WORD:
		take_word(reader, operand);
		return TRUE;
	case SCRIPT_STRING:
		operand->value = take_string(reader);
		return TRUE;
	case SCRIPT_TEMPLATE:
		operand->value = take_template(reader);
		return TRUE;
	case SCRIPT_NUMBER:
		operand->value = script_value_number(token->number);
		script_lexer_next(&reader->lexer);
		return TRUE;
	case SCRIPT_REGEX:
		operand->value = take_regex(reader);
		return TRUE;
	default:
		break;
	}
	if (reader->depth >= DEPTH_MAX)
		return FALSE;
	if (is_punctuation(reader, '[')) {
		operand->value = take_list(reader);
		return TRUE;
	}
	if (is_punctuation(reader, '(')) {
		operand->value = take_last(reader, ')');
		return TRUE;
	}
	return FALSE;
}

/* --- members and calls --------------------------------------------------------------- */

static void step_into(struct script_reader *reader, struct operand *operand,
		      const char *name)
{
	struct script_value *object = operand->value;
	bool has_length = object != NULL && strcmp(name, "length") == 0;

	g_strlcpy(operand->owner, operand->name, sizeof(operand->owner));
	g_strlcpy(operand->name, name, sizeof(operand->name));
	script_value_unref(operand->object);
	operand->object = object;
	operand->assignable = TRUE;
	script_note_name(reader, operand->name);
	operand->value = has_length ?
		script_value_number(script_value_length(object)) :
		object == NULL ? lookup(reader, operand->name) : NULL;
}

static void read_member(struct script_reader *reader, struct operand *operand)
{
	struct script_lexer *lexer = &reader->lexer;

	script_lexer_next(lexer);
	if (lexer->token.kind == SCRIPT_WORD) {
		char name[SCRIPT_NAME_MAX];

		g_strlcpy(name, lexer->token.name, sizeof(name));
		script_lexer_next(lexer);
		step_into(reader, operand, name);
	}
}

/* a["b"] is a.b; a[1] an item. */
static void read_index(struct script_reader *reader, struct operand *operand)
{
	struct script_value *index = take_last(reader, ']');
	struct script_value *item = NULL;

	if (index != NULL && index->kind == SCRIPT_TEXT) {
		if (memchr(index->text->str, '\0', index->text->len) == NULL)
			step_into(reader, operand, index->text->str);
		script_value_unref(index);
		return;
	}
	if (index != NULL && index->kind == SCRIPT_NUMERIC &&
	    index->number >= 0 && index->number < G_MAXINT32 &&
	    operand->value != NULL)
		item = script_value_item(operand->value, index->number);
	script_value_unref(index);
	script_value_unref(operand->value);
	operand->value = item;
	operand->assignable = FALSE;
}

static void read_call(struct script_reader *reader, struct operand *operand)
{
	struct script_value *list = script_value_list();
	struct script_call call = {
		.name = operand->name, .owner = operand->owner,
		.object = operand->object,
	};
	struct script_value *result;
	guint i, length;

	script_lexer_next(&reader->lexer);
	read_inside(reader, ')', list);
	length = script_value_length(list);
	/* String.fromCharCode(1, 2, 3 …) takes them all */
	if (length > SCRIPT_ARGUMENTS_MAX) {
		call.arguments[0] = script_value_ref(list);
		call.count = 1;
	} else {
		for (i = 0; i < length; i++)
			call.arguments[i] = script_value_item(list, i);
		call.count = length;
	}
	result = script_call(reader, &call);
	for (i = 0; i < call.count; i++) {
		script_note(reader, call.arguments[i], WARDEN_JAVASCRIPT_VALUE);
		script_value_unref(call.arguments[i]);
	}
	script_value_unref(list);
	operand_clear(operand);
	operand->value = result;
	operand->assignable = FALSE;
}

static void read_postfix(struct script_reader *reader,
			 struct operand *operand)
{
	while (reader->depth < DEPTH_MAX) {
		if (is_punctuation(reader, '.'))
			read_member(reader, operand);
		else if (is_punctuation(reader, '['))
			read_index(reader, operand);
		else if (is_punctuation(reader, '('))
			read_call(reader, operand);
		else
			break;
	}
}

/* --- operators -------------------------------------------------------------------------- */

static bool is_prefix_word(const char *name)
{
	static const char *const words[] = {
		"new", "return", "typeof", "void", "await", "delete", "throw",
		"var", "let", "const", "else", "case", "yield", "async",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i], name) == 0)
			return TRUE;
	}
	return FALSE;
}

/* What stands in front of a value: TRUE if it is no longer constant, *negative
   for a minus. */
static bool skip_prefix(struct script_reader *reader, bool *negative)
{
	struct script_lexer *lexer = &reader->lexer;
	bool changed = FALSE;

	for (;;) {
		const struct script_token *token = &lexer->token;

		if (token->kind == SCRIPT_WORD &&
		    is_prefix_word(token->name)) {
			script_lexer_next(lexer);
		} else if (token->kind == SCRIPT_PUNCTUATION &&
			   token->c != '\0' && !token->assigns &&
			   strchr("!~-+", token->c) != NULL) {
			*negative ^= token->c == '-';
			changed |= token->c == '!' || token->c == '~';
			script_lexer_next(lexer);
		} else if (token->kind == SCRIPT_PUNCTUATION &&
			   strcmp(token->name, "...") == 0) {
			script_lexer_next(lexer);
		} else {
			return changed;
		}
	}
}

static struct script_value *read_assigned(struct script_reader *reader,
					  struct operand *operand)
{
	struct script_lexer *lexer = &reader->lexer;
	bool adds = lexer->token.c == '+';
	struct script_value *value;

	script_lexer_next(lexer);
	operand_clear(operand);
	if (!adds && lexer->token.kind == SCRIPT_WORD)
		g_strlcpy(reader->replaced, operand->name,
			  sizeof(reader->replaced));
	value = read_expression(reader);
	reader->replaced[0] = '\0';
	if (adds) {
		/* the only reference, so that it can grow in place */
		struct script_value *old = lookup(reader, operand->name);

		g_hash_table_remove(reader->names, operand->name);
		value = script_concat(reader, old, value);
	}
	script_assign(reader, operand->owner, operand->name,
		      script_value_ref(value));
	return value;
}

/* A value with its prefixes, members and calls; an assignment, if it is one.
   FALSE if nothing was consumed. */
static bool read_operand(struct script_reader *reader,
			 struct script_value **value_r, char *name)
{
	struct operand operand = { .name = "" };
	const char *before = reader->lexer.p;
	bool negative = FALSE, changed = skip_prefix(reader, &negative);

	*value_r = NULL;
	if (!read_primary(reader, &operand))
		return reader->lexer.p != before;
	read_postfix(reader, &operand);
	if (operand.assignable && reader->lexer.token.assigns &&
	    reader->lexer.token.kind == SCRIPT_PUNCTUATION)
		*value_r = read_assigned(reader, &operand);
	else
		*value_r = g_steal_pointer(&operand.value);
	if (name != NULL)
		g_strlcpy(name, operand.name, SCRIPT_NAME_MAX);
	operand_clear(&operand);
	if (*value_r != NULL && (negative || changed)) {
		struct script_value *number = !changed &&
			(*value_r)->kind == SCRIPT_NUMERIC ?
			script_value_number(-(*value_r)->number) : NULL;

		script_value_unref(*value_r);
		*value_r = number;
	}
	return TRUE;
}

static bool is_operator(const struct script_token *token)
{
	return token->kind == SCRIPT_PUNCTUATION && !token->assigns &&
	       (token->c == '\0' ?
		strcmp(token->name, "...") != 0 &&
		strcmp(token->name, "++") != 0 &&
		strcmp(token->name, "--") != 0 :
		strchr("+-*/%^|&<>?", token->c) != NULL);
}

static struct script_value *
calculate(char c, const struct script_value *left,
	  const struct script_value *right)
{
	double a, b;

	if (left == NULL || right == NULL || left->kind != SCRIPT_NUMERIC ||
	    right->kind != SCRIPT_NUMERIC)
		return NULL;
	a = left->number;
	b = right->number;
	switch (c) {
	case '-':
		return script_value_number(a - b);
	case '*':
		return script_value_number(a * b);
	case '/':
		return b == 0 ? NULL : script_value_number(a / b);
	case '%':
		return !script_is_integer(a) || !script_is_integer(b) ||
		       (gint32)b == 0 ? NULL :
			script_value_number((gint32)a % (gint32)b);
	case '^':
		return !script_is_integer(a) || !script_is_integer(b) ? NULL :
			script_value_number((gint32)a ^ (gint32)b);
	default:
		return NULL;
	}
}

/* "*" before "+" before the rest. */
static guint precedence(const struct script_token *token)
{
	if (token->c == '*' || token->c == '/' || token->c == '%')
		return 3;
	if (token->c == '+' || token->c == '-')
		return 2;
	return 1;
}

static struct script_value *
read_operators(struct script_reader *reader, struct script_value *left,
	       guint lowest)
{
	struct script_lexer *lexer = &reader->lexer;

	while (is_operator(&lexer->token) &&
	       precedence(&lexer->token) >= lowest) {
		char c = lexer->token.c;
		guint level = precedence(&lexer->token);
		bool chooses = strcmp(lexer->token.name, "||") == 0;
		struct script_value *right, *result;

		if (c == '^')
			reader->script->acts |= WARDEN_JAVASCRIPT_DECIPHERS;
		script_lexer_next(lexer);
		if (!read_operand(reader, &right, NULL))
			return left;
		if (reader->depth < DEPTH_MAX) {
			reader->depth++;
			right = read_operators(reader, right, level + 1);
			reader->depth--;
		}
		if (c == '+') {
			left = script_concat(reader, left, right);
			continue;
		}
		result = chooses ? script_value_ref(left != NULL ? left :
						    right) :
			calculate(c, left, right);
		script_note(reader, left, WARDEN_JAVASCRIPT_VALUE);
		script_note(reader, right, WARDEN_JAVASCRIPT_VALUE);
		script_value_unref(left);
		script_value_unref(right);
		left = result;
	}
	return left;
}

static struct script_value *read_expression(struct script_reader *reader)
{
	struct script_value *value;

	if (reader->depth >= DEPTH_MAX)
		return NULL;
	reader->depth++;
	if (read_operand(reader, &value, NULL))
		value = read_operators(reader, value, 1);
	reader->depth--;
	return value;
}

/* --- what is between expressions ------------------------------------------------------------ */

/* One expression, "name: value" of an object, or one token of anything else.
   Returns the value; the caller's. */
static struct script_value *read_next(struct script_reader *reader)
{
	char name[SCRIPT_NAME_MAX] = "";
	struct script_value *value;

	if (reader->lexer.token.kind == SCRIPT_STRING)
		g_strlcpy(name, reader->lexer.token.text->str, sizeof(name));
	reader->depth++;
	if (!read_operand(reader, &value, *name == '\0' ? name : NULL)) {
		reader->depth--;
		script_lexer_next(&reader->lexer);
		return NULL;
	}
	value = read_operators(reader, value, 1);
	reader->depth--;
	if (*name != '\0' && accept(reader, ':')) {
		script_value_unref(value);
		value = read_expression(reader);
		script_note_name(reader, name);
		script_assign(reader, "", name, script_value_ref(value));
	}
	return value;
}

static void read_inside(struct script_reader *reader, char close,
			struct script_value *items)
{
	struct script_value *last = NULL;
	bool any = FALSE;

	reader->depth++;
	while (reader->lexer.token.kind != SCRIPT_END &&
	       !is_punctuation(reader, close)) {
		if (accept(reader, ',')) {
			script_value_append(items, last);
			last = NULL;
			any = TRUE;
			continue;
		}
		script_note(reader, last, WARDEN_JAVASCRIPT_VALUE);
		script_value_unref(last);
		last = read_next(reader);
		any = TRUE;
	}
	if (any)
		script_value_append(items, last);
	reader->depth--;
	(void)accept(reader, close);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void unref_value(void *value)
{
	script_value_unref(value);
}

void warden_javascript_read(const char *text, gsize size,
			    struct warden_javascript *script_r)
{
	struct script_reader reader = { .script = script_r };

	memset(script_r, 0, sizeof(*script_r));
	script_r->texts = g_array_new(FALSE, FALSE,
				      sizeof(struct warden_javascript_text));
	g_array_set_clear_func(script_r->texts, text_clear);
	script_r->numbers = g_ptr_array_new_with_free_func(numbers_free);
	script_r->keys = g_ptr_array_new_with_free_func(g_free);
	reader.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     unref_value);
	reader.keys = g_hash_table_new(g_str_hash, g_str_equal);
	reader.left = MADE_FACTOR * size + MADE_FIXED;
	script_lexer_init(&reader.lexer, text, size);
	while (reader.lexer.token.kind != SCRIPT_END) {
		struct script_value *value = read_next(&reader);

		script_note(&reader, value, WARDEN_JAVASCRIPT_VALUE);
		script_value_unref(value);
	}
	script_note_names(&reader);
	script_r->obfuscated = reader.lexer.obfuscated;
	script_lexer_clear(&reader.lexer);
	g_hash_table_unref(reader.names);
	g_hash_table_unref(reader.keys);
}

void warden_javascript_clear(struct warden_javascript *script)
{
	g_clear_pointer(&script->texts, g_array_unref);
	g_clear_pointer(&script->numbers, g_ptr_array_unref);
	g_clear_pointer(&script->keys, g_ptr_array_unref);
}
