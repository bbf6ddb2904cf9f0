#include "warden-config.h"

#include "package-private.h"
#include "../macro/xlm.h"

#include <string.h>

/* Members of binary workbooks (MS-XLSB): sheets' names and states, defined
   names, formulas, links, DDE. */

#define NULL_TEXT 0xffffffffu
/* Characters of one text that are kept. */
#define TEXT_MAX 4096u
/* Before a formula's cell: column, style. */
#define CELL_SIZE 8u
#define FLAGS_SIZE 2u

enum record_kind {
	RECORD_FORMULA_TEXT = 8,
	RECORD_FORMULA_NUMBER = 9,
	RECORD_FORMULA_BOOLEAN = 10,
	RECORD_FORMULA_ERROR = 11,
	RECORD_NAME = 39,
	RECORD_SHEET_BEGIN = 129,
	RECORD_BOOK_BEGIN = 131,
	RECORD_SHEET = 156,
	RECORD_BOOK_LINK_BEGIN = 360,
	RECORD_LINK = 494,
};

/* A record's data, or the whole. */
struct cursor {
	const guint8 *data;
	gsize size, at;
};

static bool has(const struct cursor *cursor, gsize size)
{
	return cursor->size - cursor->at >= size;
}

static bool skip(struct cursor *cursor, gsize size)
{
	if (!has(cursor, size))
		return FALSE;
	cursor->at += size;
	return TRUE;
}

static bool take_number(struct cursor *cursor, guint bytes, guint32 *value_r)
{
	guint i;

	if (!has(cursor, bytes))
		return FALSE;
	*value_r = 0;
	for (i = 0; i < bytes; i++)
		*value_r |= (guint32)cursor->data[cursor->at++] << (8 * i);
	return TRUE;
}

/* Seven bits a byte, the eighth says that there are more (2.1.4). */
static bool take_packed(struct cursor *cursor, guint bytes, guint32 *value_r)
{
	guint i;

	*value_r = 0;
	for (i = 0; i < bytes && cursor->at < cursor->size; i++) {
		guint8 byte = cursor->data[cursor->at++];

		*value_r |= (guint32)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0)
			return TRUE;
	}
	return i == bytes;
}

static void append_wide(GString *out, const guint8 *data, gsize count)
{
	gsize i;

	for (i = 0; i < MIN(count, TEXT_MAX); i++) {
		gunichar c = data[2 * i] | data[2 * i + 1] << 8;

		if (c != 0 && (c < 0xd800 || c > 0xdfff))
			g_string_append_unichar(out, c);
	}
}

/* XLWideString and its like; "" for one that is NULL. */
static bool take_text(struct cursor *cursor, char **text_r)
{
	guint32 count;
	GString *out;

	if (!take_number(cursor, 4, &count))
		return FALSE;
	if (count == NULL_TEXT)
		count = 0;
	if ((cursor->size - cursor->at) / 2 < count)
		return FALSE;
	out = g_string_new(NULL);
	append_wide(out, cursor->data + cursor->at, count);
	cursor->at += 2 * (gsize)count;
	*text_r = g_string_free(out, FALSE);
	return TRUE;
}

/* --- formulas ----------------------------------------------------------- */

enum token {
	TOKEN_TEXT = 0x17,
	TOKEN_LIST = 0x18,
	TOKEN_ATTRIBUTE = 0x19,
	TOKEN_FUNCTION = 0x21,
	TOKEN_FUNCTION_VARIABLE = 0x22,
};

#define ATTRIBUTE_CHOOSE 0x04

/* Bytes behind the token (2.5.97), those with a length of their own are 0. */
static const guint8 token_sizes[0x40] = {
	[0x01] = 4, [0x02] = 4, [TOKEN_LIST] = 13, [0x1c] = 1, [0x1d] = 1,
	[0x1e] = 2, [0x1f] = 8, [0x20] = 14, [0x21] = 2, [0x22] = 3,
	[0x23] = 4, [0x24] = 6, [0x25] = 12, [0x26] = 6, [0x27] = 6,
	[0x28] = 6, [0x29] = 2, [0x2a] = 6, [0x2b] = 12, [0x2c] = 6,
	[0x2d] = 12, [0x39] = 6, [0x3a] = 8, [0x3b] = 14, [0x3c] = 8,
	[0x3d] = 14,
};

/* Those that matter; others are written as their number. */
static const struct {
	guint number;
	const char *name;
} functions[] = {
	{ 96, "FORMULA" }, { 108, "SET.VALUE" }, { 110, "EXEC" },
	{ 111, "CHAR" }, { 132, "FOPEN" }, { 137, "FWRITELN" },
	{ 138, "FWRITE" }, { 149, "REGISTER" }, { 150, "CALL" },
	{ 267, "REGISTER.ID" }, { 359, "HYPERLINK" },
};

static void append_call(GString *out, GString *arguments, guint number)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(functions); i++) {
		if (functions[i].number == number)
			break;
	}
	if (i < G_N_ELEMENTS(functions))
		g_string_append(out, functions[i].name);
	else
		g_string_append_printf(out, "F%u", number);
	g_string_append_printf(out, "(%s) ", arguments->str);
	g_string_truncate(arguments, 0);
}

static bool take_literal(struct cursor *cursor, GString *arguments)
{
	guint32 count;

	if (!take_number(cursor, 2, &count) || !has(cursor, 2 * count))
		return FALSE;
	g_string_append(arguments, arguments->len > 0 ? ",\"" : "\"");
	append_wide(arguments, cursor->data + cursor->at, count);
	g_string_append_c(arguments, '"');
	return skip(cursor, 2 * count);
}

static bool take_attribute(struct cursor *cursor)
{
	guint32 kind, count;

	if (!take_number(cursor, 1, &kind) || !take_number(cursor, 2, &count))
		return FALSE;
	return (kind & ATTRIBUTE_CHOOSE) == 0 ||
		skip(cursor, 2 * ((gsize)count + 1));
}

static bool take_function(struct cursor *cursor, bool variable, GString *out,
			  GString *arguments)
{
	guint32 number;

	if ((variable && !skip(cursor, 1)) ||
	    !take_number(cursor, 2, &number))
		return FALSE;
	append_call(out, arguments, number & 0x7fff);
	return TRUE;
}

/* One token; operands have three classes with one meaning. */
static bool take_token(struct cursor *cursor, GString *out,
		       GString *arguments)
{
	guint8 byte = cursor->data[cursor->at++];
	guint8 token = byte < 0x40 ? byte : (byte & 0x1f) | 0x20;

	switch (token) {
	case TOKEN_TEXT:
		return take_literal(cursor, arguments);
	case TOKEN_ATTRIBUTE:
		return take_attribute(cursor);
	case TOKEN_FUNCTION:
		return take_function(cursor, FALSE, out, arguments);
	case TOKEN_FUNCTION_VARIABLE:
		return take_function(cursor, TRUE, out, arguments);
	default:
		return skip(cursor, token_sizes[token]);
	}
}

/* Functions with the texts before them: no more is needed to know what a
   macro does. */
static void take_formula(struct warden_package *package,
			 struct cursor *cursor)
{
	guint32 size;
	GString *out, *arguments;
	struct cursor tokens;

	if (!take_number(cursor, 4, &size))
		return;
	tokens = (struct cursor){
		.data = cursor->data + cursor->at,
		.size = MIN(size, cursor->size - cursor->at),
	};
	out = g_string_new(NULL);
	arguments = g_string_new(NULL);
	while (tokens.at < tokens.size && out->len < TEXT_MAX) {
		if (!take_token(&tokens, out, arguments))
			break;
	}
	if (out->len > 0)
		warden_package_note_formula(package, out->str, TRUE);
	g_string_free(out, TRUE);
	g_string_free(arguments, TRUE);
}

/* --- records ------------------------------------------------------------ */

static void take_cell(struct warden_package *package, struct cursor *cursor,
		      enum record_kind kind)
{
	g_autofree char *value = NULL;
	gsize size = kind == RECORD_FORMULA_NUMBER ? 8 : 1;

	if (!skip(cursor, CELL_SIZE) ||
	    (kind == RECORD_FORMULA_TEXT ? !take_text(cursor, &value) :
	     !skip(cursor, size)) || !skip(cursor, FLAGS_SIZE))
		return;
	take_formula(package, cursor);
}

static void take_name(struct warden_package *package, struct cursor *cursor)
{
	g_autofree char *name = NULL;
	const char *plain;

	if (!skip(cursor, 9) || !take_text(cursor, &name))
		return;
	plain = g_str_has_prefix(name, "_xlnm.") ? name + 6 : name;
	if (warden_xlm_is_autorun(plain))
		g_string_assign(package->runs_name, plain);
	take_formula(package, cursor);
}

static void take_sheet(struct warden_package *package, struct cursor *cursor)
{
	struct warden_sheet sheet = { .id = NULL };
	guint32 state;

	if (package->sheets->len >= WARDEN_PACKAGE_SHEETS_MAX ||
	    !take_number(cursor, 4, &state) || !skip(cursor, 4) ||
	    !take_text(cursor, &sheet.id))
		return;
	if (!take_text(cursor, &sheet.name))
		sheet.name = g_strdup("");
	sheet.hidden = state != 0;
	g_array_append_val(package->sheets, sheet);
}

/* Another workbook, or a DDE service and its topic. */
static void take_book_link(struct warden_package *package,
			   struct cursor *cursor)
{
	g_autofree char *service = NULL, *topic = NULL;
	guint32 kind;

	if (take_number(cursor, 2, &kind) && kind == 1 &&
	    take_text(cursor, &service) && take_text(cursor, &topic))
		warden_target_note_dde(&package->notes, service, topic);
}

static void take_link(struct warden_package *package, const char *member,
		      struct cursor *cursor)
{
	g_autofree char *id = NULL, *location = NULL, *tip = NULL;
	char *shown = NULL;

	if (!skip(cursor, 16) || !take_text(cursor, &id) ||
	    !take_text(cursor, &location) || !take_text(cursor, &tip) ||
	    !take_text(cursor, &shown))
		return;
	if (g_hash_table_size(package->shown) < WARDEN_PACKAGE_SHOWN_MAX)
		g_hash_table_replace(package->shown, g_strconcat(
					     member, "\n", id, NULL), shown);
	else
		g_free(shown);
}

static void take_record(struct warden_package *package, const char *member,
			enum record_kind kind, struct cursor *cursor)
{
	switch (kind) {
	case RECORD_FORMULA_TEXT:
	case RECORD_FORMULA_NUMBER:
	case RECORD_FORMULA_BOOLEAN:
	case RECORD_FORMULA_ERROR:
		take_cell(package, cursor, kind);
		break;
	case RECORD_NAME:
		take_name(package, cursor);
		break;
	case RECORD_SHEET:
		take_sheet(package, cursor);
		break;
	case RECORD_BOOK_LINK_BEGIN:
		take_book_link(package, cursor);
		break;
	case RECORD_LINK:
		take_link(package, member, cursor);
		break;
	default:
		break;
	}
}

/* A member begins with the record that says what it is. */
bool warden_package_is_binary_sheet(const guint8 *data, gsize size)
{
	struct cursor cursor = { .data = data, .size = size };
	guint32 kind;

	return take_packed(&cursor, 2, &kind) &&
	       (kind == RECORD_SHEET_BEGIN || kind == RECORD_BOOK_BEGIN ||
		kind == RECORD_BOOK_LINK_BEGIN);
}

void warden_package_read_binary_sheet(struct warden_package *package,
				      const char *name, const guint8 *data,
				      gsize size)
{
	struct cursor cursor = { .data = data, .size = size };
	guint32 kind, length;

	while (take_packed(&cursor, 2, &kind) &&
	       take_packed(&cursor, 4, &length)) {
		struct cursor record = {
			.data = data + cursor.at,
			.size = MIN(length, size - cursor.at),
		};

		take_record(package, name, kind, &record);
		if (!skip(&cursor, length))
			break;
	}
}
