#include "warden-config.h"

#include "../office/biff.h"
#include "xlm-formula.h"

#include <math.h>
#include <string.h>

/* Tokens; those that are operands have three classes, see class_of(). */
enum token {
	TOKEN_ADD = 0x03,
	TOKEN_CONCAT = 0x08,
	TOKEN_RANGE = 0x11,
	TOKEN_PLUS = 0x12,
	TOKEN_MINUS = 0x13,
	TOKEN_PERCENT = 0x14,
	TOKEN_PAREN = 0x15,
	TOKEN_MISSING = 0x16,
	TOKEN_TEXT = 0x17,
	TOKEN_ATTRIBUTE = 0x19,
	TOKEN_ERROR = 0x1c,
	TOKEN_BOOLEAN = 0x1d,
	TOKEN_INTEGER = 0x1e,
	TOKEN_NUMBER = 0x1f,
	TOKEN_FUNCTION = 0x21,
	TOKEN_FUNCTION_VARIABLE = 0x22,
	TOKEN_REFERENCE = 0x24,
	TOKEN_REFERENCE_3D = 0x3a,
};

#define ATTRIBUTE_CHOOSE 0x04
#define ATTRIBUTE_SUM 0x10
#define FUNCTION_CHAR 111u
#define FUNCTION_USER 255u
#define FUNCTION_COMMAND 0x8000u

struct machine {
	struct warden_xlm_reader *reader;
	const guint8 *data;
	gsize size;
	GArray *stack;		/* struct warden_xlm_formula */
};

/* --- functions ----------------------------------------------------------- */

/* Those of macros, and what they are fed with; arguments: 0xff if there may
   be several, else how many TOKEN_FUNCTION takes. */
static const struct {
	guint16 number;
	guint8 arguments;
	const char *name;
} functions[] = {
	{ 1, 0xff, "IF" }, { 4, 0xff, "SUM" }, { 10, 0, "NA" },
	{ 25, 1, "INT" }, { 27, 2, "ROUND" }, { 29, 0xff, "INDEX" },
	{ 30, 2, "REPT" }, { 31, 3, "MID" }, { 32, 1, "LEN" },
	{ 33, 1, "VALUE" }, { 34, 0, "TRUE" }, { 35, 0, "FALSE" },
	{ 36, 0xff, "AND" }, { 37, 0xff, "OR" }, { 38, 1, "NOT" },
	{ 39, 2, "MOD" }, { 48, 2, "TEXT" }, { 53, 1, "GOTO" },
	{ 54, 0xff, "HALT" }, { 55, 0xff, "RETURN" }, { 63, 0, "RAND" },
	{ 67, 1, "DAY" }, { 74, 0, "NOW" }, { 78, 0xff, "OFFSET" },
	{ 79, 2, "ABSREF" }, { 80, 2, "RELREF" }, { 81, 0xff, "ARGUMENT" },
	{ 82, 0xff, "SEARCH" }, { 84, 0xff, "ERROR" }, { 86, 1, "TYPE" },
	{ 88, 0xff, "SET.NAME" }, { 89, 0, "CALLER" }, { 90, 1, "DEREF" },
	{ 94, 0, "ACTIVE.CELL" }, { 95, 0, "SELECTION" },
	{ 96, 0xff, "RESULT" }, { 100, 0xff, "CHOOSE" },
	{ 104, 0xff, "INPUT" }, { 106, 1, "GET.FORMULA" },
	{ 107, 0xff, "GET.NAME" }, { 108, 2, "SET.VALUE" },
	{ 110, 0xff, "EXEC" }, { 111, 1, "CHAR" }, { 112, 1, "LOWER" },
	{ 113, 1, "UPPER" }, { 115, 0xff, "LEFT" }, { 116, 0xff, "RIGHT" },
	{ 117, 2, "EXACT" }, { 118, 1, "TRIM" }, { 119, 4, "REPLACE" },
	{ 120, 0xff, "SUBSTITUTE" }, { 121, 1, "CODE" },
	{ 123, 0xff, "DIRECTORY" }, { 124, 0xff, "FIND" },
	{ 126, 1, "ISERR" }, { 128, 1, "ISNUMBER" }, { 130, 1, "T" },
	{ 132, 0xff, "FOPEN" }, { 133, 1, "FCLOSE" }, { 134, 1, "FSIZE" },
	{ 135, 1, "FREADLN" }, { 136, 2, "FREAD" }, { 137, 2, "FWRITELN" },
	{ 138, 2, "FWRITE" }, { 139, 0xff, "FPOS" },
	{ 148, 0xff, "INDIRECT" }, { 149, 0xff, "REGISTER" },
	{ 150, 0xff, "CALL" }, { 166, 0xff, "FILES" },
	{ 175, 2, "INITIATE" }, { 177, 3, "POKE" }, { 178, 2, "EXECUTE" },
	{ 185, 0xff, "GET.CELL" }, { 186, 1, "GET.WORKSPACE" },
	{ 187, 0xff, "GET.WINDOW" }, { 188, 0xff, "GET.DOCUMENT" },
	{ 219, 0xff, "ADDRESS" }, { 221, 0, "TODAY" },
	{ 257, 1, "EVALUATE" }, { 267, 0xff, "REGISTER.ID" },
	{ 268, 0xff, "GET.WORKBOOK" }, { 336, 0xff, "CONCATENATE" },
	/* commands */
	{ 0x8001, 0xff, "OPEN" }, { 0x8005, 0xff, "SAVE.AS" },
	{ 0x8006, 0xff, "FILE.DELETE" }, { 0x8010, 0xff, "CLOSE" },
	{ 0x8011, 0xff, "RUN" }, { 0x8060, 0xff, "FORMULA" },
	{ 0x8061, 0xff, "FORMULA.FILL" }, { 0x8062, 0xff, "FORMULA.ARRAY" },
	{ 0x8076, 0xff, "ALERT" }, { 0x8083, 0xff, "SEND.KEYS" },
	{ 0x8094, 0xff, "ON.TIME" }, { 0x8095, 0xff, "WAIT" },
	{ 0x80a5, 0xff, "ERROR" },
};

static const char *function_name(guint number, guint *arguments_r)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(functions); i++) {
		if (functions[i].number == number) {
			if (functions[i].arguments != 0xff)
				*arguments_r = functions[i].arguments;
			return functions[i].name;
		}
	}
	return NULL;
}

/* --- the stack ----------------------------------------------------------- */

static void formula_clear(void *data)
{
	struct warden_xlm_formula *formula = data;

	g_string_free(formula->text, TRUE);
}

static void push(struct machine *machine, const char *text, bool literal)
{
	struct warden_xlm_formula formula = { .literal = literal };
	gsize size = MIN(strlen(text), WARDEN_XLM_FORMULA_MAX);

	if (machine->stack->len >= WARDEN_XLM_STACK_MAX)
		return;
	size = MIN(size, machine->reader->work);
	machine->reader->work -= size;
	formula.text = g_string_new_len(text, size);
	g_array_append_val(machine->stack, formula);
}

static const struct warden_xlm_formula *top(const struct machine *machine,
					    guint below)
{
	return machine->stack->len <= below ? NULL :
		&g_array_index(machine->stack, struct warden_xlm_formula,
			       machine->stack->len - 1 - below);
}

static void drop(struct machine *machine, guint count)
{
	g_array_set_size(machine->stack, machine->stack->len -
			 MIN(count, machine->stack->len));
}

/* A text is quoted among other things, and bare alone. */
static void append_operand(GString *out,
			   const struct warden_xlm_formula *operand)
{
	if (operand == NULL)
		g_string_append_c(out, '?');
	else if (operand->literal)
		g_string_append_printf(out, "\"%s\"", operand->text->str);
	else
		g_string_append_len(out, operand->text->str,
				    operand->text->len);
}

static void binary(struct machine *machine, guint token)
{
	static const char *const signs[] = {
		"+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>",
		" ", ",", ":",
	};
	const struct warden_xlm_formula *right = top(machine, 0);
	const struct warden_xlm_formula *left = top(machine, 1);
	GString *out = g_string_new(NULL);
	bool literal = token == TOKEN_CONCAT && left != NULL &&
		left->literal && right->literal;

	if (literal) {
		g_string_append(out, left->text->str);
		g_string_append(out, right->text->str);
	} else {
		append_operand(out, left);
		g_string_append(out, signs[token - TOKEN_ADD]);
		append_operand(out, right);
	}
	drop(machine, 2);
	push(machine, out->str, literal);
	g_string_free(out, TRUE);
}

static void unary(struct machine *machine, const char *before,
		  const char *behind)
{
	GString *out = g_string_new(before);

	append_operand(out, top(machine, 0));
	g_string_append(out, behind);
	drop(machine, 1);
	push(machine, out->str, FALSE);
	g_string_free(out, TRUE);
}

static bool push_character(struct machine *machine)
{
	const struct warden_xlm_formula *operand = top(machine, 0);
	guint64 number = operand == NULL || operand->literal ? 0 :
		g_ascii_strtoull(operand->text->str, NULL, 10);
	char text[7] = { 0 };

	if (number == 0 || number > 255)
		return FALSE;
	g_unichar_to_utf8((gunichar)number, text);
	drop(machine, 1);
	push(machine, text, TRUE);
	return TRUE;
}

static void call(struct machine *machine, guint number, guint arguments)
{
	const char *name;
	GString *out;
	guint i;

	name = function_name(number, &arguments);
	if (number == FUNCTION_CHAR && push_character(machine))
		return;
	arguments = MIN(arguments, machine->stack->len);
	out = g_string_new(name);
	if (number == FUNCTION_USER && arguments > 0)
		/* the first argument is its name */
		append_operand(out, top(machine, --arguments));
	else if (name == NULL)
		g_string_append_printf(out, "%s%u",
				       (number & FUNCTION_COMMAND) != 0 ?
				       "COMMAND" : "FUNCTION",
				       number & ~FUNCTION_COMMAND);
	g_string_append_c(out, '(');
	for (i = 0; i < arguments && out->len < WARDEN_XLM_FORMULA_MAX; i++) {
		if (i > 0)
			g_string_append_c(out, ',');
		append_operand(out, top(machine, arguments - 1 - i));
	}
	g_string_append_c(out, ')');
	drop(machine, arguments + (number == FUNCTION_USER));
	push(machine, out->str, FALSE);
	g_string_free(out, TRUE);
}

/* --- tokens -------------------------------------------------------------- */

/* Bytes behind each token without a text, by version; 0xff: unknown. */
static guint token_size(guint token, bool wide)
{
	static const struct {
		guint8 token, size, size_old;
	} sizes[] = {
		{ 0x01, 4, 4 }, { 0x02, 4, 4 }, { 0x18, 5, 5 },
		{ 0x1a, 7, 7 }, { 0x1b, 4, 4 },
		{ TOKEN_ERROR, 1, 1 }, { TOKEN_BOOLEAN, 1, 1 },
		{ TOKEN_INTEGER, 2, 2 }, { TOKEN_NUMBER, 8, 8 },
		{ 0x20, 7, 7 }, { TOKEN_FUNCTION, 2, 2 },
		{ TOKEN_FUNCTION_VARIABLE, 3, 3 }, { 0x23, 4, 14 },
		{ TOKEN_REFERENCE, 4, 3 }, { 0x25, 8, 6 }, { 0x26, 6, 6 },
		{ 0x27, 6, 6 }, { 0x28, 6, 6 }, { 0x29, 2, 2 },
		{ 0x2a, 4, 3 }, { 0x2b, 8, 6 }, { 0x2c, 4, 3 },
		{ 0x2d, 8, 6 }, { 0x39, 6, 24 }, { TOKEN_REFERENCE_3D, 6, 17 },
		{ 0x3b, 10, 20 }, { 0x3c, 6, 17 }, { 0x3d, 10, 20 },
	};
	gsize i;

	if (token >= TOKEN_ADD && token <= TOKEN_MISSING)
		return 0;
	for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
		if (sizes[i].token == token)
			return wide ? sizes[i].size : sizes[i].size_old;
	}
	return 0xff;
}

/* Reference, value and array classes of one token. */
static guint class_of(guint8 byte)
{
	return byte < 0x20 ? byte : (byte & 0x1f) | 0x20;
}

/* Returns the bytes it takes, 0: damaged. */
static gsize take_text(struct machine *machine, const guint8 *data, gsize size)
{
	g_autofree char *text = NULL;
	gsize head = machine->reader->wide ? 2 : 1, count, bytes;
	bool wide;

	if (size < head)
		return 0;
	count = data[0];
	wide = machine->reader->wide && (data[1] & 1) != 0;
	bytes = count << wide;
	if (bytes > size - head)
		return 0;
	text = warden_biff_text(data + head, size - head, count, wide);
	push(machine, text, TRUE);
	return head + bytes;
}

static gsize take_attribute(struct machine *machine, const guint8 *data,
			    gsize size)
{
	gsize length = 3;

	if (size < 3)
		return 0;
	if ((data[0] & ATTRIBUTE_CHOOSE) != 0)
		length += ((gsize)warden_biff_u16(data + 1) + 1) * 2;
	if ((data[0] & ATTRIBUTE_SUM) != 0)
		call(machine, 4, 1);
	return MIN(length, size);
}

static void take_number(struct machine *machine, const guint8 *data)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	guint64 bits = warden_biff_u32(data) |
		(guint64)warden_biff_u32(data + 4) << 32;
	double number;

	memcpy(&number, &bits, sizeof(number));
	push(machine, isfinite(number) ?
	     g_ascii_formatd(text, sizeof(text), "%.15g", number) : "?",
	     FALSE);
}

/* A cell whose text is known is that text. */
static void take_reference(struct machine *machine, const guint8 *data,
			   guint size)
{
	guint row = warden_biff_u16(data);
	guint column = size >= 4 ? warden_biff_u16(data + 2) & 0xff : data[2];
	const char *known;
	char text[32];

	if (!machine->reader->wide)
		row &= 0x3fff;
	known = machine->reader->cell(machine->reader->context, row,
				      column);
	if (known != NULL) {
		push(machine, known, TRUE);
		return;
	}
	g_snprintf(text, sizeof(text), "R%uC%u", row + 1, column + 1);
	push(machine, text, FALSE);
}

static void take_token(struct machine *machine, guint token,
		       const guint8 *data, guint size)
{
	char text[32];

	if (token >= TOKEN_ADD && token <= TOKEN_RANGE) {
		binary(machine, token);
		return;
	}
	switch (token) {
	case TOKEN_MINUS:
		unary(machine, "-", "");
		break;
	case TOKEN_PERCENT:
		unary(machine, "", "%");
		break;
	case TOKEN_PLUS:
	case TOKEN_PAREN:
		break;
	case TOKEN_MISSING:
		push(machine, "", FALSE);
		break;
	case TOKEN_INTEGER:
		g_snprintf(text, sizeof(text), "%u", warden_biff_u16(data));
		push(machine, text, FALSE);
		break;
	case TOKEN_NUMBER:
		take_number(machine, data);
		break;
	case TOKEN_BOOLEAN:
		push(machine, data[0] != 0 ? "TRUE" : "FALSE", FALSE);
		break;
	case TOKEN_FUNCTION:
		call(machine, warden_biff_u16(data), 1);
		break;
	case TOKEN_FUNCTION_VARIABLE:
		call(machine, warden_biff_u16(data + 1), data[0] & 0x7f);
		break;
	case TOKEN_REFERENCE:
		take_reference(machine, data, size);
		break;
	case TOKEN_REFERENCE_3D:
		take_reference(machine, data + (machine->reader->wide ? 2 : 14),
			       machine->reader->wide ? 4 : 3);
		break;
	default:
		/* areas, names and the like; some leave nothing */
		if (token >= 0x20 && token != 0x26 && token != 0x27 &&
		    token != 0x28 && token != 0x29)
			push(machine, "?", FALSE);
		break;
	}
}

static void run(struct machine *machine)
{
	gsize at = 0;

	while (at < machine->size) {
		guint token = class_of(machine->data[at++]);
		const guint8 *data = machine->data + at;
		gsize left = machine->size - at, size;

		if (token == TOKEN_TEXT || token == TOKEN_ATTRIBUTE) {
			size = token == TOKEN_TEXT ?
				take_text(machine, data, left) :
				take_attribute(machine, data, left);
			if (size == 0)
				return;
		} else {
			size = token_size(token, machine->reader->wide);
			if (size > left)
				return;
			take_token(machine, token, data, size);
		}
		at += size;
	}
}

void warden_xlm_formula_read(struct warden_xlm_reader *reader,
			     const guint8 *data, gsize size,
			     struct warden_xlm_formula *formula_r)
{
	struct machine machine = {
		.reader = reader, .data = data, .size = size,
	};
	guint i;

	machine.stack = g_array_new(FALSE, FALSE,
				    sizeof(struct warden_xlm_formula));
	g_array_set_clear_func(machine.stack, formula_clear);
	run(&machine);
	formula_r->literal = machine.stack->len == 1 &&
		top(&machine, 0)->literal;
	formula_r->text = g_string_new(NULL);
	/* of a damaged formula, everything that was understood */
	for (i = 0; i < machine.stack->len &&
	     formula_r->text->len < WARDEN_XLM_FORMULA_MAX; i++) {
		if (i > 0)
			g_string_append_c(formula_r->text, ' ');
		if (formula_r->literal)
			g_string_append(formula_r->text,
					top(&machine, 0)->text->str);
		else
			append_operand(formula_r->text, &g_array_index(
				machine.stack, struct warden_xlm_formula, i));
	}
	g_array_unref(machine.stack);
}
