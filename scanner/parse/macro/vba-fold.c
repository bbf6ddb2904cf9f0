#include "warden-config.h"

#include "vba-fold-private.h"

#include <string.h>

#define DEPTH_MAX 40u
#define ARGUMENTS_MAX 512u
/* Shorter texts say nothing. */
#define STRING_MIN 3u

/* Where reading is in a statement. */
struct cursor {
	struct warden_vba_fold *fold;
	const struct warden_vba_reader *reader;
	guint at, last, depth;
};

static void fold_expression(struct cursor *cursor, guint binding,
			    struct warden_vba_value *value_r);

/* --- values -------------------------------------------------------------- */

static void value_free(void *data)
{
	warden_vba_value_clear(data);
	g_free(data);
}

static void value_clear_in_array(void *data)
{
	warden_vba_value_clear(data);
}

void warden_vba_fold_init(struct warden_vba_fold *fold)
{
	memset(fold, 0, sizeof(*fold));
	fold->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					     value_free);
	fold->order = g_ptr_array_new_with_free_func(g_free);
	fold->strings = g_string_new(NULL);
}

void warden_vba_fold_clear(struct warden_vba_fold *fold)
{
	g_hash_table_unref(fold->values);
	g_ptr_array_unref(fold->order);
	g_string_free(fold->strings, TRUE);
}

static void report(struct warden_vba_fold *fold, struct warden_vba_value *value)
{
	gsize at = fold->strings->len;

	if (!fold->again || value->reported || value->text == NULL ||
	    value->text->len < STRING_MIN)
		return;
	if (fold->strings->len + value->text->len > WARDEN_VBA_STRINGS_MAX) {
		fold->truncated = TRUE;
		return;
	}
	value->reported = TRUE;
	g_string_append_len(fold->strings, value->text->str,
			    value->text->len);
	for (; value->kind == WARDEN_VBA_VALUE_LIST && at < fold->strings->len;
	     at++) {
		if (fold->strings->str[at] == '\0')
			fold->strings->str[at] = ',';
	}
	g_string_append_c(fold->strings, '\n');
}

static bool continues(const struct warden_vba_value *value,
		      const struct warden_vba_value *old)
{
	return value->text != NULL && old->text != NULL &&
	       value->text->len >= old->text->len &&
	       memcmp(value->text->str, old->text->str, old->text->len) == 0;
}

/* Takes the value. What is overwritten is reported, unless it goes on. */
static void assign(struct warden_vba_fold *fold, const char *name,
		   struct warden_vba_value *value)
{
	struct warden_vba_value *old = g_hash_table_lookup(fold->values, name);
	char *key;

	if (old != NULL) {
		if (!continues(value, old))
			report(fold, old);
		warden_vba_value_clear(old);
		*old = *value;
		old->reported = FALSE;
	} else if (fold->order->len < WARDEN_VBA_VALUES_MAX) {
		key = g_strdup(name);
		g_ptr_array_add(fold->order, key);
		old = g_new0(struct warden_vba_value, 1);
		*old = *value;
		g_hash_table_insert(fold->values, key, old);
	} else {
		report(fold, value);
		warden_vba_value_clear(value);
	}
	memset(value, 0, sizeof(*value));
}

void warden_vba_fold_again(struct warden_vba_fold *fold)
{
	guint i;

	fold->again = TRUE;
	fold->work = 0;
	for (i = 0; i < fold->order->len; i++) {
		struct warden_vba_value *value = g_hash_table_lookup(
			fold->values, g_ptr_array_index(fold->order, i));

		value->old = TRUE;
	}
}

/* text = text & "more" begins anew with the second reading. */
static void forget_old(struct warden_vba_fold *fold, const char *name)
{
	struct warden_vba_value *value =
		g_hash_table_lookup(fold->values, name);

	if (value != NULL && value->old)
		warden_vba_value_clear(value);
}

void warden_vba_fold_finish(struct warden_vba_fold *fold)
{
	guint i;

	for (i = 0; i < fold->order->len; i++)
		report(fold, g_hash_table_lookup(
			fold->values, g_ptr_array_index(fold->order, i)));
}

/* --- words --------------------------------------------------------------- */

static const struct warden_vba_word *word_at(const struct cursor *cursor,
					     guint at)
{
	return at >= cursor->last ? NULL :
		&g_array_index(cursor->reader->words, struct warden_vba_word,
			       at);
}

static const char *word_text(const struct cursor *cursor,
			     const struct warden_vba_word *word)
{
	return cursor->reader->text->str + word->start;
}

static bool is_sign(const struct cursor *cursor, guint at, char sign)
{
	const struct warden_vba_word *word = word_at(cursor, at);

	return word != NULL && word->kind == WARDEN_VBA_SIGN &&
	       *word_text(cursor, word) == sign;
}

static bool is_name(const struct cursor *cursor, guint at, const char *name)
{
	const struct warden_vba_word *word = word_at(cursor, at);

	return word != NULL && word->kind == WARDEN_VBA_NAME &&
	       word->size == strlen(name) &&
	       memcmp(word_text(cursor, word), name, word->size) == 0;
}

/* --- expressions --------------------------------------------------------- */

/* Behind the opening bracket; ends behind the closing one. */
static void fold_arguments(struct cursor *cursor, GArray *arguments)
{
	while (cursor->at < cursor->last && !is_sign(cursor, cursor->at, ')')) {
		struct warden_vba_value value = {0};
		guint before = cursor->at;

		fold_expression(cursor, 0, &value);
		/* a name for an argument, or something that is not read */
		if (cursor->at == before || is_sign(cursor, cursor->at, ':') ||
		    arguments->len >= ARGUMENTS_MAX) {
			report(cursor->fold, &value);
			warden_vba_value_clear(&value);
			cursor->at += cursor->at == before ||
				is_sign(cursor, cursor->at, ':');
			continue;
		}
		g_array_append_val(arguments, value);
		if (is_sign(cursor, cursor->at, ','))
			cursor->at++;
	}
	cursor->at++;
}

static const struct {
	const char *name, *text;
} constants[] = {
	{"vbcrlf", "\r\n"}, {"vbnewline", "\r\n"}, {"vblf", "\n"},
	{"vbcr", "\r"},     {"vbtab", "\t"},       {"vbnullstring", ""},
	{"vbnullchar", ""},
};

static void copy_value(struct warden_vba_fold *fold, const char *name,
		       struct warden_vba_value *value_r)
{
	const struct warden_vba_value *value =
		g_hash_table_lookup(fold->values, name);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(constants); i++) {
		if (strcmp(constants[i].name, name) == 0)
			warden_vba_value_set_text(fold, value_r,
						  constants[i].text,
						  strlen(constants[i].text));
	}
	if (value == NULL || fold->work > WARDEN_VBA_WORK_MAX)
		return;
	if (value->text != NULL)
		warden_vba_value_set_text(fold, value_r, value->text->str,
					  value->text->len);
	value_r->kind = value->kind;
	value_r->number = value->number;
}

/* "name(3)": an element of an array. */
static char *element_name(const char *name, const struct warden_vba_call *call)
{
	if (call->count == 0)
		return g_strdup(name);
	return g_strdup_printf(
		"%s(%d)", name,
		(int)warden_vba_bounded(warden_vba_call_number(call, 0, 0),
					1000000));
}

static void fold_call(struct cursor *cursor, const char *name, bool member,
		      struct warden_vba_value *value_r)
{
	GArray *arguments =
		g_array_new(FALSE, TRUE, sizeof(struct warden_vba_value));
	struct warden_vba_call call = {.fold = cursor->fold};
	guint i;

	g_array_set_clear_func(arguments, value_clear_in_array);
	cursor->at++;
	fold_arguments(cursor, arguments);
	call.arguments =
		(const struct warden_vba_value *)(const void *)arguments->data;
	call.count = arguments->len;
	if (!warden_vba_call_known(name, &call, value_r)) {
		g_autofree char *element = element_name(name, &call);

		if (!member)
			copy_value(cursor->fold, element, value_r);
		for (i = 0; i < arguments->len; i++)
			report(cursor->fold,
			       &g_array_index(arguments,
					      struct warden_vba_value, i));
	}
	g_array_unref(arguments);
}

/* A name, what it is called with, and what hangs on it: a.b("x").c */
static void fold_name(struct cursor *cursor, struct warden_vba_value *value_r)
{
	bool member = FALSE;

	for (;;) {
		const struct warden_vba_word *word = word_at(cursor,
							     cursor->at);
		g_autofree char *name = NULL;

		if (word == NULL || word->kind != WARDEN_VBA_NAME)
			return;
		name = g_strndup(word_text(cursor, word), word->size);
		cursor->at++;
		warden_vba_value_clear(value_r);
		if (is_sign(cursor, cursor->at, '('))
			fold_call(cursor, name, member, value_r);
		else if (!member)
			copy_value(cursor->fold, name, value_r);
		if (!is_sign(cursor, cursor->at, '.') &&
		    !is_sign(cursor, cursor->at, '!'))
			return;
		cursor->at++;
		/* VBA.Chr(65) and Strings.Chr(65) are the same */
		member = strcmp(name, "vba") != 0 &&
			strcmp(name, "strings") != 0;
	}
}

static void fold_operand(struct cursor *cursor,
			 struct warden_vba_value *value_r)
{
	const struct warden_vba_word *word = word_at(cursor, cursor->at);

	if (word == NULL || cursor->depth >= DEPTH_MAX)
		return;
	cursor->depth++;
	switch (word->kind) {
	case WARDEN_VBA_TEXT:
		warden_vba_value_set_text(cursor->fold, value_r,
					  word_text(cursor, word), word->size);
		cursor->at++;
		break;
	case WARDEN_VBA_NUMBER:
		warden_vba_value_set_number(value_r, word->number);
		cursor->at++;
		break;
	case WARDEN_VBA_NAME:
		if (is_name(cursor, cursor->at, "not") ||
		    is_name(cursor, cursor->at, "new")) {
			cursor->at++;
			fold_operand(cursor, value_r);
			value_r->kind = WARDEN_VBA_VALUE_UNKNOWN;
		} else {
			fold_name(cursor, value_r);
		}
		break;
	case WARDEN_VBA_SIGN:
		if (is_sign(cursor, cursor->at, '(')) {
			cursor->at++;
			fold_expression(cursor, 0, value_r);
			cursor->at += is_sign(cursor, cursor->at, ')');
		} else if (is_sign(cursor, cursor->at, '-')) {
			cursor->at++;
			fold_operand(cursor, value_r);
			value_r->number = -value_r->number;
		}
		break;
	}
	cursor->depth--;
}

/* How strongly each operator binds; 0: none that is read. */
static guint binding_of(const struct cursor *cursor, char *operator_r)
{
	static const struct {
		const char *name;
		char sign;
		guint binding;
	} operators[] = {
		{ "xor", 'x', 1 }, { "or", 'o', 1 }, { "and", 'a', 1 },
		{ "&", '&', 2 }, { "+", '+', 3 }, { "-", '-', 3 },
		{ "mod", 'm', 4 }, { "\\", '\\', 5 }, { "*", '*', 6 },
		{ "/", '/', 6 }, { "^", '^', 7 },
	};
	const struct warden_vba_word *word = word_at(cursor, cursor->at);
	gsize i;

	if (word == NULL || (word->kind != WARDEN_VBA_NAME &&
			     word->kind != WARDEN_VBA_SIGN))
		return 0;
	for (i = 0; i < G_N_ELEMENTS(operators); i++) {
		gsize size = strlen(operators[i].name);

		if (word->size == size &&
		    memcmp(word_text(cursor, word), operators[i].name,
			   size) == 0) {
			*operator_r = operators[i].sign;
			return operators[i].binding;
		}
	}
	return 0;
}

static double calculate(char operator, double a, double b)
{
	gint64 x = CLAMP(a, -1e15, 1e15), y = CLAMP(b, -1e15, 1e15);

	switch (operator) {
	case '+': return a + b;
	case '-': return a - b;
	case '*': return a * b;
	case '/': return b == 0 ? 0 : a / b;
	case '\\': return y == 0 ? 0 : x / y;
	case 'm': return y == 0 ? 0 : x % y;
	case 'x': return x ^ y;
	case 'o': return x | y;
	case 'a': return x & y;
	default: return 0;
	}
}

/* What is not known joins as nothing: "cmd /c " & file is still "cmd /c ". */
static void join(struct warden_vba_fold *fold, struct warden_vba_value *value,
		 const struct warden_vba_value *right)
{
	if (!warden_vba_value_is_text(value) &&
	    !warden_vba_value_is_text(right)) {
		warden_vba_value_clear(value);
		return;
	}
	if (!warden_vba_value_is_text(value))
		warden_vba_value_set_text(fold, value, "", 0);
	if (warden_vba_value_is_text(right))
		warden_vba_value_append(fold, value->text, right->text->str,
					right->text->len);
}

static void combine(struct cursor *cursor, char operator,
		    struct warden_vba_value * value,
		    const struct warden_vba_value *right)
{
	if (operator==
	    '&' ||(operator== '+' &&(warden_vba_value_is_text(value) ||
				     warden_vba_value_is_text(right))))
		join(cursor->fold, value, right);
	else if (value->kind == WARDEN_VBA_VALUE_NUMBER &&
		 right->kind == WARDEN_VBA_VALUE_NUMBER)
		warden_vba_value_set_number(
			value,
			calculate(operator, value->number, right->number));
	else
		warden_vba_value_clear(value);
}

static void fold_expression(struct cursor *cursor, guint binding,
			    struct warden_vba_value *value_r)
{
	char operator;
	guint found;

	fold_operand(cursor, value_r);
	while ((found = binding_of(cursor, &operator)) > binding) {
		struct warden_vba_value right = {0};

		cursor->at++;
		cursor->depth++;
		if (cursor->depth < DEPTH_MAX)
			fold_expression(cursor, found, &right);
		cursor->depth--;
		combine(cursor, operator, value_r, &right);
		warden_vba_value_clear(&right);
	}
}

/* --- statements ---------------------------------------------------------- */

static bool is_introduction_at(const struct cursor *cursor, guint at)
{
	static const char *const words[] = {
		"set", "let", "const", "public", "private", "global", "dim",
		"static", "else", "call", "redim", "preserve",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (is_name(cursor, at, words[i]))
			return TRUE;
	}
	return FALSE;
}

static bool is_introduction(const struct cursor *cursor)
{
	return is_introduction_at(cursor, cursor->at);
}

/* After "Then" and "Else" comes a statement, after a comma another constant;
   elsewhere '=' compares. */
static bool may_assign(const struct cursor *cursor, guint first)
{
	return cursor->at == first || is_introduction(cursor) ||
	       is_name(cursor, cursor->at - 1, "then") ||
	       is_name(cursor, cursor->at - 1, "else") ||
	       (is_sign(cursor, cursor->at - 1, ',') &&
		is_introduction_at(cursor, first));
}

/* "name =", "name(3) =", "name As String =": returns the name, and is behind
   the sign; or NULL, and is where it was. */
static char *assigned_name(struct cursor *cursor)
{
	guint start = cursor->at;
	const struct warden_vba_word *word = word_at(cursor, start);
	g_autofree char *name = NULL;
	double index = -1;

	if (word == NULL || word->kind != WARDEN_VBA_NAME)
		return NULL;
	name = g_strndup(word_text(cursor, word), word->size);
	cursor->at++;
	word = word_at(cursor, cursor->at + 1);
	if (is_sign(cursor, cursor->at, '(') && word != NULL &&
	    word->kind == WARDEN_VBA_NUMBER &&
	    is_sign(cursor, cursor->at + 2, ')')) {
		index = word->number;
		cursor->at += 3;
	} else if (is_name(cursor, cursor->at, "as")) {
		cursor->at += 2;
		if (is_sign(cursor, cursor->at, '*'))
			cursor->at += 2;
	}
	if (!is_sign(cursor, cursor->at, '=')) {
		cursor->at = start;
		return NULL;
	}
	cursor->at++;
	return index < 0 ? g_steal_pointer(&name)
			 : g_strdup_printf(
				   "%s(%d)", name,
				   (int)warden_vba_bounded(index, 1000000));
}

void warden_vba_fold_statement(struct warden_vba_fold *fold,
			       const struct warden_vba_reader *reader,
			       guint first, guint last)
{
	struct cursor cursor = {
		.fold = fold, .reader = reader, .at = first, .last = last,
	};

	/* there is a limit to everything: the source is searched as it is */
	if (fold->work > WARDEN_VBA_WORK_MAX) {
		fold->truncated = TRUE;
		return;
	}
	while (cursor.at < cursor.last) {
		g_autofree char *name = NULL;
		struct warden_vba_value value = {0};
		guint before;
		bool assigns;

		assigns = may_assign(&cursor, first);
		while (is_introduction(&cursor))
			cursor.at++;
		name = assigns ? assigned_name(&cursor) : NULL;
		if (name != NULL)
			forget_old(fold, name);
		before = cursor.at;
		fold_expression(&cursor, 0, &value);
		if (name != NULL && value.kind != WARDEN_VBA_VALUE_UNKNOWN)
			assign(fold, name, &value);
		else
			report(fold, &value);
		warden_vba_value_clear(&value);
		cursor.at += cursor.at == before;
	}
}
