#include "warden-config.h"

#include "vba-fold-private.h"

#include <string.h>

/* Functions of the language that make text out of text. */

double warden_vba_call_number(const struct warden_vba_call *call, guint index,
			      double otherwise)
{
	return index < call->count &&
			       call->arguments[index].kind == WARDEN_VBA_VALUE_NUMBER
		       ? call->arguments[index].number
		       : otherwise;
}

static const GString *argument_text(const struct warden_vba_call *call,
				    guint index)
{
	return index < call->count &&
			       warden_vba_value_is_text(&call->arguments[index])
		       ? call->arguments[index].text
		       : NULL;
}

static void call_character(const struct warden_vba_call *call,
			   struct warden_vba_value *value_r)
{
	double number = warden_vba_call_number(call, 0, -1);
	char utf8[6];

	if (number < 0 || number > 0xffff ||
	    !g_unichar_validate((gunichar)number))
		return;
	if (number < 0x80)
		utf8[0] = (char)number;
	warden_vba_value_set_text(
		call->fold, value_r, utf8,
		number < 0x80 ? 1 : g_unichar_to_utf8((gunichar)number, utf8));
}

static void call_reverse(const struct warden_vba_call *call,
			 struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);
	gsize i;

	if (text == NULL)
		return;
	warden_vba_value_set_text(call->fold, value_r, text->str, text->len);
	for (i = 0; i < text->len; i++)
		value_r->text->str[i] = text->str[text->len - 1 - i];
}

static void call_replace(const struct warden_vba_call *call,
			 struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);
	const GString *from = argument_text(call, 1);
	const GString *to = argument_text(call, 2);
	gsize at = 0;

	if (text == NULL || from == NULL || to == NULL || from->len == 0)
		return;
	warden_vba_value_set_text(call->fold, value_r, "", 0);
	call->fold->work += text->len;
	while (at < text->len) {
		const char *found = memmem(text->str + at, text->len - at,
					   from->str, from->len);
		gsize end =
			found == NULL ? text->len : (gsize)(found - text->str);

		warden_vba_value_append(call->fold, value_r->text,
					text->str + at, end - at);
		if (found == NULL)
			break;
		warden_vba_value_append(call->fold, value_r->text, to->str,
					to->len);
		at = end + from->len;
	}
}

static void call_same(const struct warden_vba_call *call,
		      struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);

	if (text != NULL)
		warden_vba_value_set_text(call->fold, value_r, text->str,
					  text->len);
	else if (call->count > 0 &&
		 call->arguments[0].kind == WARDEN_VBA_VALUE_NUMBER)
		warden_vba_value_set_number(value_r, call->arguments[0].number);
}

static void call_left(const struct warden_vba_call *call,
		      struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);

	if (text != NULL)
		warden_vba_value_set_text(
			call->fold, value_r, text->str,
			warden_vba_bounded(warden_vba_call_number(call, 1, 0),
					   text->len));
}

static void call_right(const struct warden_vba_call *call,
		       struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);
	gsize size;

	if (text == NULL)
		return;
	size = warden_vba_bounded(warden_vba_call_number(call, 1, 0),
				  text->len);
	warden_vba_value_set_text(call->fold, value_r,
				  text->str + text->len - size, size);
}

static void call_middle(const struct warden_vba_call *call,
			struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);
	gsize start;

	if (text == NULL || warden_vba_call_number(call, 1, 0) < 1)
		return;
	start = warden_vba_bounded(warden_vba_call_number(call, 1, 1) - 1,
				   text->len);
	warden_vba_value_set_text(
		call->fold, value_r, text->str + start,
		warden_vba_bounded(warden_vba_call_number(call, 2, text->len),
				   text->len - start));
}

/* Array(1, 2), Array("a", "b") */
static void call_array(const struct warden_vba_call *call,
		       struct warden_vba_value *value_r)
{
	guint i;

	warden_vba_value_set_text(call->fold, value_r, "", 0);
	value_r->kind = WARDEN_VBA_VALUE_LIST;
	for (i = 0; i < call->count; i++) {
		const struct warden_vba_value *value = &call->arguments[i];

		if (warden_vba_value_is_text(value)) {
			warden_vba_value_append(call->fold, value_r->text,
						value->text->str,
						value->text->len);
		} else if (value->kind == WARDEN_VBA_VALUE_NUMBER) {
			g_autofree char *number =
				g_strdup_printf("%.0f", value->number);

			warden_vba_value_append(call->fold, value_r->text,
						number, strlen(number));
		}
		warden_vba_value_append(call->fold, value_r->text, "", 1);
	}
}

static void call_split(const struct warden_vba_call *call,
		       struct warden_vba_value *value_r)
{
	static const struct warden_vba_value space = {
		.kind = WARDEN_VBA_VALUE_UNKNOWN};
	const GString *text = argument_text(call, 0);
	const GString *by = argument_text(call, 1);
	struct warden_vba_value arguments[3] = {space, space, space};
	struct warden_vba_call replace = {
		.fold = call->fold,
		.arguments = arguments,
		.count = 3,
	};

	if (text == NULL)
		return;
	arguments[0] = call->arguments[0];
	warden_vba_value_set_text(call->fold, &arguments[1],
				  by == NULL ? " " : by->str,
				  by == NULL ? 1 : by->len);
	warden_vba_value_set_text(call->fold, &arguments[2], "", 1);
	call_replace(&replace, value_r);
	if (value_r->text != NULL) {
		warden_vba_value_append(call->fold, value_r->text, "", 1);
		value_r->kind = WARDEN_VBA_VALUE_LIST;
	}
	warden_vba_value_clear(&arguments[1]);
	warden_vba_value_clear(&arguments[2]);
}

static void call_join(const struct warden_vba_call *call,
		      struct warden_vba_value *value_r)
{
	const GString *by = argument_text(call, 1), *list;
	gsize i;

	if (call->count == 0 || call->arguments[0].kind != WARDEN_VBA_VALUE_LIST)
		return;
	list = call->arguments[0].text;
	warden_vba_value_set_text(call->fold, value_r, "", 0);
	for (i = 0; i < list->len; i++) {
		if (list->str[i] != '\0')
			warden_vba_value_append(call->fold, value_r->text,
						list->str + i, 1);
		else if (i + 1 < list->len)
			warden_vba_value_append(call->fold, value_r->text,
						by == NULL ? " " : by->str,
						by == NULL ? 1 : by->len);
	}
}

static void call_code(const struct warden_vba_call *call,
		      struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);

	if (text != NULL && text->len > 0)
		warden_vba_value_set_number(value_r, (guint8)text->str[0]);
}

static void call_value(const struct warden_vba_call *call,
		       struct warden_vba_value *value_r)
{
	const GString *text = argument_text(call, 0);

	if (text == NULL)
		call_same(call, value_r);
	else if (g_ascii_strncasecmp(text->str, "&h", 2) == 0)
		warden_vba_value_set_number(
			value_r, g_ascii_strtoull(text->str + 2, NULL, 16));
	else
		warden_vba_value_set_number(value_r,
					    g_ascii_strtod(text->str, NULL));
}

static void call_space(const struct warden_vba_call *call,
		       struct warden_vba_value *value_r)
{
	gsize count =
		warden_vba_bounded(warden_vba_call_number(call, 0, 0), 1000);

	warden_vba_value_set_text(call->fold, value_r, "", 0);
	while (count-- > 0)
		warden_vba_value_append(call->fold, value_r->text, " ", 1);
}

static const struct {
	const char *name;
	void (*call)(const struct warden_vba_call *call,
		     struct warden_vba_value *value_r);
} functions[] = {
	{"chr", call_character},   {"chrw", call_character},
	{"chrb", call_character},  {"strreverse", call_reverse},
	{"replace", call_replace}, {"left", call_left},
	{"right", call_right},     {"mid", call_middle},
	{"lcase", call_same},      {"ucase", call_same},
	{"trim", call_same},       {"ltrim", call_same},
	{"rtrim", call_same},      {"cstr", call_same},
	{"cvar", call_same},       {"cint", call_value},
	{"clng", call_value},      {"cbyte", call_value},
	{"cdbl", call_value},      {"val", call_value},
	{"asc", call_code},        {"ascw", call_code},
	{"array", call_array},     {"split", call_split},
	{"join", call_join},       {"space", call_space},
};

bool warden_vba_call_known(const char *name, const struct warden_vba_call *call,
			   struct warden_vba_value *value_r)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(functions); i++) {
		if (strcmp(functions[i].name, name) == 0) {
			functions[i].call(call, value_r);
			return TRUE;
		}
	}
	return FALSE;
}
