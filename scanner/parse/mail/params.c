#include "warden-config.h"

#include "params.h"

#include <string.h>

static void param_clear(void *data)
{
	struct warden_param *param = data;

	g_free(param->name);
	g_free(param->value);
	g_free(param->raw);
}

void warden_params_clear(struct warden_params *params)
{
	g_clear_pointer(&params->value, g_free);
	g_clear_pointer(&params->params, g_array_unref);
}

/* Longer ones are none: keeps nested openings linear. */
#define COMMENT_MAX 1000

/* Behind the comment that begins at p; an unclosed one is none. */
static const char *skip_comment(const char *p)
{
	const char *start = p;
	guint depth = 0;

	for (; *p != '\0' && p - start < COMMENT_MAX; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return start;
}

static const char *skip_separators(const char *p, bool *odd)
{
	for (;;) {
		const char *behind;

		while (g_ascii_isspace(*p) || *p == ';' || *p == ',')
			p++;
		if (*p != '(' || (behind = skip_comment(p)) == p)
			return p;
		*odd = TRUE;
		p = behind;
	}
}

/* Returns where to go on. */
static const char *read_quoted(const char *p, GString *value, bool *odd)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		g_string_append_c(value, *p);
	}
	if (*p == '\0') {
		*odd = TRUE;
		return p;
	}
	p++;
	if (*p != '\0' && *p != ';' && !g_ascii_isspace(*p)) {
		*odd = TRUE;
		p += strcspn(p, ";");
	}
	return p;
}

/* Unquoted: to the semicolon. Spaces are no part of a token, but file names
   with them are common. */
static const char *read_plain(const char *p, GString *value, bool *odd)
{
	gsize size = strcspn(p, ";");

	g_string_append_len(value, p, size);
	if (strpbrk(value->str, "()<>@,\"\\[] \t") != NULL)
		*odd = TRUE;
	g_strchomp(value->str);
	value->len = strlen(value->str);
	return p + size;
}

static const char *read_value(const char *p, GString *value, bool *odd)
{
	const char *behind;

	while (g_ascii_isspace(*p))
		p++;
	if (*p == '(' && (behind = skip_comment(p)) != p) {
		const char *q = behind;

		while (g_ascii_isspace(*q))
			q++;
		/* "(a)b" is a comment and b; "(a)" may be all there is */
		if (*q == '"') {
			*odd = TRUE;
			p = q;
		}
	}
	if (*p == '"')
		return read_quoted(p, value, odd);
	return read_plain(p, value, odd);
}

static char *clean_name(const char *start, gsize size, bool *odd)
{
	GString *name = g_string_sized_new(size);
	gsize i;

	for (i = 0; i < size; i++) {
		guint8 c = start[i];

		if (c > 0x20 && c < 0x7f && c != '"' && c != '\\')
			g_string_append_c(name, g_ascii_tolower(c));
		else if (c != ' ' && c != '\t')
			*odd = TRUE;
	}
	return g_string_free(name, FALSE);
}

static const char *read_param(const char *p, struct warden_params *params)
{
	struct warden_param param = { .odd = FALSE };
	gsize size = strcspn(p, "=;");
	const char *start;
	GString *value;

	if (p[size] != '=') {
		/* "attachment filename" without '=': nothing to keep */
		return p + size;
	}
	param.name = clean_name(p, size, &param.odd);
	value = g_string_new(NULL);
	start = p + size + 1;
	p = read_value(start, value, &param.odd);
	param.value = g_string_free(value, FALSE);
	if (param.odd)
		param.raw = g_strstrip(g_strndup(start, p - start));
	g_array_append_val(params->params, param);
	return p;
}

void warden_params_parse(const char *text, struct warden_params *params_r)
{
	/* "text/plain charset=x" lacks its semicolon: a space will do, if
	   what follows has a '='. */
	gsize size = strcspn(text, ";");
	const char *space = strpbrk(text, " \t");
	bool odd = FALSE;

	if (space != NULL && space < text + size) {
		const char *next = space + strspn(space, " \t");
		gsize name = strcspn(next, "=;/ \t(");

		if (name > 0 && next[name] == '=')
			size = space - text;
	}
	params_r->value = g_strstrip(g_strndup(text, size));
	params_r->params = g_array_new(FALSE, FALSE,
				       sizeof(struct warden_param));
	g_array_set_clear_func(params_r->params, param_clear);
	text += size;
	while (params_r->params->len < WARDEN_PARAMS_MAX) {
		text = skip_separators(text, &odd);
		if (*text == '\0')
			break;
		text = read_param(text, params_r);
	}
}

const struct warden_param *
warden_params_find(const struct warden_params *params, const char *name,
		   bool last)
{
	const struct warden_param *found = NULL;
	guint i;

	for (i = 0; i < params->params->len; i++) {
		const struct warden_param *param = &g_array_index(
			params->params, struct warden_param, i);

		if (strcmp(param->name, name) != 0)
			continue;
		found = param;
		if (!last)
			break;
	}
	return found;
}

char *warden_params_strip_comments(const char *text)
{
	GString *out = g_string_new(NULL);

	while (*text != '\0') {
		const char *behind;

		if (*text == '(' && (behind = skip_comment(text)) != text) {
			text = behind;
			continue;
		}
		g_string_append_c(out, *text++);
	}
	return g_string_free(out, FALSE);
}
