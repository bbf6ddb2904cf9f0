#include "warden-config.h"

#include "vba-fold-private.h"

#include <string.h>

void warden_vba_value_clear(struct warden_vba_value *value)
{
	if (value->text != NULL)
		g_string_free(value->text, TRUE);
	memset(value, 0, sizeof(*value));
}

void warden_vba_value_set_text(struct warden_vba_fold *fold,
			       struct warden_vba_value *value, const char *text,
			       gsize size)
{
	warden_vba_value_clear(value);
	size = MIN(size, WARDEN_VBA_VALUE_MAX);
	fold->work += size;
	value->kind = WARDEN_VBA_VALUE_TEXT;
	value->text = g_string_new_len(text, size);
}

void warden_vba_value_set_number(struct warden_vba_value *value, double number)
{
	warden_vba_value_clear(value);
	value->kind = WARDEN_VBA_VALUE_NUMBER;
	value->number = number;
}

void warden_vba_value_append(struct warden_vba_fold *fold, GString *to,
			     const char *text, gsize size)
{
	gsize room = to->len < WARDEN_VBA_VALUE_MAX
			     ? WARDEN_VBA_VALUE_MAX - to->len
			     : 0;

	fold->work += MIN(size, room);
	g_string_append_len(to, text, MIN(size, room));
}
