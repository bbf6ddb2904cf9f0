#include "warden-config.h"

#include "javascript-private.h"

#include <string.h>

static struct script_value *new_value(enum script_kind kind)
{
	struct script_value *value = g_new0(struct script_value, 1);

	value->refs = 1;
	value->kind = kind;
	return value;
}

struct script_value *script_value_text(GString *text)
{
	struct script_value *value = new_value(SCRIPT_TEXT);

	value->text = text;
	return value;
}

struct script_value *script_value_number(double number)
{
	struct script_value *value = new_value(SCRIPT_NUMERIC);

	value->number = number;
	return value;
}

struct script_value *script_value_list(void)
{
	struct script_value *value = new_value(SCRIPT_LIST);

	value->numbers = g_array_new(FALSE, FALSE, sizeof(gint32));
	return value;
}

struct script_value *script_value_ref(struct script_value *value)
{
	if (value != NULL)
		value->refs++;
	return value;
}

static void unref_item(void *item)
{
	script_value_unref(item);
}

void script_value_unref(struct script_value *value)
{
	if (value == NULL || --value->refs > 0)
		return;
	if (value->text != NULL)
		g_string_free(value->text, TRUE);
	g_clear_pointer(&value->numbers, g_array_unref);
	g_clear_pointer(&value->items, g_ptr_array_unref);
	g_free(value);
}

/* --- lists ----------------------------------------------------------------------- */

static bool is_small_number(const struct script_value *value)
{
	return value != NULL && value->kind == SCRIPT_NUMERIC &&
	       script_is_integer(value->number);
}

static void make_items(struct script_value *list)
{
	guint i;

	list->items = g_ptr_array_new_with_free_func(unref_item);
	for (i = 0; i < list->numbers->len; i++)
		g_ptr_array_add(list->items, script_value_number(
			g_array_index(list->numbers, gint32, i)));
	g_clear_pointer(&list->numbers, g_array_unref);
}

void script_value_append(struct script_value *list,
			 struct script_value *item)
{
	if (list->numbers != NULL && is_small_number(item)) {
		gint32 number = item->number;

		g_array_append_val(list->numbers, number);
		script_value_unref(item);
		return;
	}
	if (list->items == NULL)
		make_items(list);
	g_ptr_array_add(list->items, item);
}

guint script_value_length(const struct script_value *value)
{
	switch (value->kind) {
	case SCRIPT_TEXT:
		return MIN(value->text->len, G_MAXINT32);
	case SCRIPT_LIST:
		return value->items != NULL ? value->items->len :
			value->numbers->len;
	default:
		return 0;
	}
}

struct script_value *script_value_item(const struct script_value *value,
				       guint index)
{
	if (index >= script_value_length(value))
		return NULL;
	if (value->kind == SCRIPT_TEXT)
		return script_value_text(g_string_new_len(
			value->text->str + index, 1));
	if (value->items != NULL)
		return script_value_ref(g_ptr_array_index(value->items,
							  index));
	return script_value_number(g_array_index(value->numbers, gint32,
						 index));
}

bool script_value_print(const struct script_value *value, GString *out)
{
	if (value == NULL)
		return FALSE;
	switch (value->kind) {
	case SCRIPT_TEXT:
		g_string_append_len(out, value->text->str, value->text->len);
		return !value->partial;
	case SCRIPT_NUMERIC:
		if (!is_small_number(value))
			return FALSE;
		g_string_append_printf(out, "%d", (int)value->number);
		return TRUE;
	default:
		return FALSE;
	}
}

/* --- addition ------------------------------------------------------------------------ */

/* Left is extended where nobody else has it: joining a thousand pieces is
   linear. Takes both over. */
struct script_value *script_concat(struct script_reader *reader,
				   struct script_value *left,
				   struct script_value *right)
{
	struct script_value *sum;
	bool made = (left != NULL && left->made) ||
		(right != NULL && right->made);

	if (left != NULL && right != NULL && left->kind == SCRIPT_NUMERIC &&
	    right->kind == SCRIPT_NUMERIC) {
		sum = script_value_number(left->number + right->number);
	} else if ((left == NULL || left->kind != SCRIPT_TEXT) &&
		   (right == NULL || right->kind != SCRIPT_TEXT)) {
		sum = NULL;
	} else if (left != NULL && left->kind == SCRIPT_TEXT &&
		   left->refs == 1) {
		if (right == NULL || right->kind != SCRIPT_TEXT ||
		    script_spend(reader, right->text->len))
			left->partial |= !script_value_print(right,
							     left->text);
		else
			left->partial = TRUE;
		sum = left;
		left = NULL;
		sum->noted = sum->kept = FALSE;
	} else {
		gsize size = (left != NULL && left->kind == SCRIPT_TEXT ?
			      left->text->len : 0) +
			(right != NULL && right->kind == SCRIPT_TEXT ?
			 right->text->len : 0);

		sum = NULL;
		if (script_spend(reader, size)) {
			sum = script_value_text(g_string_sized_new(size + 1));
			sum->partial = !script_value_print(left, sum->text);
			sum->partial |= !script_value_print(right, sum->text);
		}
	}
	if (sum != NULL)
		sum->made |= made;
	script_value_unref(left);
	script_value_unref(right);
	return sum;
}
