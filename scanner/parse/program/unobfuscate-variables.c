#include "warden-config.h"

#include "unobfuscate.h"

#include <string.h>

/* Variables with constant values, put in where they are used. */

#define NAME_SIZE_MAX 100u
#define VARIABLES_MAX 2000u
#define VALUE_MAX (64u * 1024)

struct state {
	GHashTable *values;	/* name, lower case → GString */
	GString *out;
	gsize max;		/* of out */
	const char *p, *end;
};

static void value_free(void *value)
{
	g_string_free(value, TRUE);
}

static void state_init(struct state *state, const char *text, gsize size)
{
	state->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      value_free);
	state->out = g_string_sized_new(size + 1);
	state->max = 2 * size + VALUE_MAX;
	state->p = text;
	state->end = text + size;
}

static void set_value(struct state *state, const char *name, gsize name_size,
		      const char *value, gsize size, bool append)
{
	g_autofree char *key = g_ascii_strdown(name, name_size);
	GString *old = g_hash_table_lookup(state->values, key);

	size = MIN(size, VALUE_MAX);
	if (append && old != NULL) {
		if (old->len + size <= VALUE_MAX)
			g_string_append_len(old, value, size);
	} else if (old != NULL) {
		g_string_truncate(old, 0);
		g_string_append_len(old, value, size);
	} else if (g_hash_table_size(state->values) < VARIABLES_MAX) {
		g_hash_table_insert(state->values, g_steal_pointer(&key),
				    g_string_new_len(value, size));
	}
}

static const GString *get_value(const struct state *state, const char *name,
				gsize size)
{
	g_autofree char *key = NULL;

	if (size == 0 || size > NAME_SIZE_MAX)
		return NULL;
	key = g_ascii_strdown(name, size);
	return g_hash_table_lookup(state->values, key);
}

/* --- batch files -------------------------------------------------------------- */

/* What Windows sets on every machine; scripts cut letters out of them. */
static const struct {
	const char *name, *value;
} environment[] = {
	{ "comspec", "C:\\Windows\\system32\\cmd.exe" },
	{ "programfiles", "C:\\Program Files" },
	{ "programdata", "C:\\ProgramData" },
	{ "public", "C:\\Users\\Public" },
	{ "systemroot", "C:\\Windows" },
	{ "windir", "C:\\Windows" },
	{ "pathext", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC" },
	{ "os", "Windows_NT" },
	{ "path", "C:\\Windows\\system32;C:\\Windows;"
	  "C:\\Windows\\System32\\Wbem" },
};

/* ":~start,length" as cmd takes it: negative ones count from the end. */
static void cut(const char *spec, gsize spec_size, const char **value,
		gsize *size)
{
	g_autofree char *copy = g_strndup(spec, MIN(spec_size, 30));
	char *comma = strchr(copy, ',');
	gint64 total = *size, start, length;

	start = g_ascii_strtoll(copy, NULL, 10);
	length = comma == NULL ? total : g_ascii_strtoll(comma + 1, NULL, 10);
	start = CLAMP(start < 0 ? total + start : start, 0, total);
	length = CLAMP(length < 0 ? total - start + length : length, 0,
		       total - start);
	*value += start;
	*size = length;
}

/* "%name%", "%name:~1,2%" at p; TRUE and p moved if it is one. */
static bool put_variable(struct state *state)
{
	char mark = *state->p;
	const char *name = state->p + 1;
	gsize left = MIN((gsize)(state->end - name), NAME_SIZE_MAX), size;
	const char *close = memchr(name, mark, left), *value, *colon;
	const GString *found;

	if (close == NULL)
		return FALSE;
	colon = memmem(name, close - name, ":~", 2);
	found = get_value(state, name, (colon == NULL ? close : colon) - name);
	if (found == NULL)
		return FALSE;
	value = found->str;
	size = found->len;
	if (colon != NULL)
		cut(colon + 2, close - colon - 2, &value, &size);
	if (state->out->len + size <= state->max)
		g_string_append_len(state->out, value, size);
	state->p = close + 1;
	return TRUE;
}

/* "set name=value", "set "name=value"" in what has been put out since the
   line began: its variables are in already. */
static void take_set(struct state *state, gsize start)
{
	const char *line = state->out->str + start;
	gsize size = state->out->len - start;
	const char *end = line + size, *equals, *name, *value;

	while (line < end && (*line == '@' || *line == ' ' ||
			      *line == '\t' || *line == '(' || *line == '&'))
		line++;
	if (end - line < 6 || g_ascii_strncasecmp(line, "set ", 4) != 0)
		return;
	name = line + 4;
	while (name < end && (*name == ' ' || *name == '"' || *name == '/' ||
			      (name[-1] == '/' && g_ascii_isalpha(*name))))
		name++;
	equals = memchr(name, '=', MIN((gsize)(end - name), NAME_SIZE_MAX));
	if (equals == NULL || equals == name)
		return;
	value = equals + 1;
	while (end > value && (end[-1] == '\r' || end[-1] == '"'))
		end--;
	set_value(state, name, equals - name, value, end - value, FALSE);
}

GString *warden_unobfuscate_batch(const char *text, gsize size)
{
	struct state state;
	gsize line = 0, i;

	state_init(&state, text, size);
	for (i = 0; i < G_N_ELEMENTS(environment); i++)
		set_value(&state, environment[i].name,
			  strlen(environment[i].name), environment[i].value,
			  strlen(environment[i].value), FALSE);
	while (state.p < state.end) {
		char c = *state.p;

		if ((c == '%' || c == '!') && put_variable(&state))
			continue;
		if (c == '\n' || c == '&')
			take_set(&state, line);
		g_string_append_c(state.out, c);
		state.p++;
		if (c == '\n' || c == '&')
			line = state.out->len;
	}
	take_set(&state, line);
	g_hash_table_unref(state.values);
	return state.out;
}

/* --- constants ------------------------------------------------------------------ */

static bool is_name(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '$';
}

static const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* A string's end, NULL if the line ends before. */
static const char *string_end(const char *quote, const char *end)
{
	const char *p = quote + 1;

	while (p < end && *p != *quote && *p != '\n')
		p++;
	return p < end && *p == *quote ? p : NULL;
}

static bool ends_statement(const char *p, const char *end)
{
	p = skip_blank(p, end);
	return p == end || strchr("\r\n;:,)'", *p) != NULL;
}

/* name = "value", name += "value", name = name & "value"; name is size long,
   p behind it. Returns the value's closing quote, NULL if it is none. */
static const char *take_assignment(struct state *state, const char *name,
				   gsize size, const char *p)
{
	const char *end = state->end, *close;
	bool append = FALSE;

	p = skip_blank(p, end);
	if (p < end && (*p == '+' || *p == '&')) {
		append = TRUE;
		p++;
	}
	if (p == end || *p != '=')
		return NULL;
	p = skip_blank(p + 1, end);
	if ((gsize)(end - p) > size &&
	    g_ascii_strncasecmp(p, name, size) == 0) {
		p = skip_blank(p + size, end);
		if (p == end || (*p != '+' && *p != '&'))
			return NULL;
		append = TRUE;
		p = skip_blank(p + 1, end);
	}
	if (p == end || (*p != '"' && *p != '\''))
		return NULL;
	close = string_end(p, end);
	if (close == NULL || !ends_statement(close + 1, end))
		return NULL;
	set_value(state, name, size, p + 1, close - p - 1, append);
	return close;
}

/* "name[3]" is as good as a name. */
static const char *element_end(const char *p, const char *end)
{
	const char *digit = p + 1;

	if (p == end || *p != '[')
		return p;
	while (digit < end && digit - p < 8 && g_ascii_isdigit(*digit))
		digit++;
	return digit < end && digit > p + 1 && *digit == ']' ? digit + 1 : p;
}

/* A name at p: an assignment is kept as it is and noted, a use becomes the
   value as a string. */
static void take_name(struct state *state)
{
	const char *name = state->p, *p = name, *close;
	const GString *value;
	gsize size;

	while (p < state->end && is_name(*p))
		p++;
	p = element_end(p, state->end);
	size = p - name;
	state->p = p;
	close = size > NAME_SIZE_MAX ? NULL :
		take_assignment(state, name, size, p);
	value = close != NULL ? NULL : get_value(state, name, size);
	if (close != NULL) {
		g_string_append_len(state->out, name, close + 1 - name);
		state->p = close + 1;
	} else if (value != NULL && state->out->len + value->len + 2 <=
		   state->max && (p == state->end || (*p != '(' &&
						      *p != '.'))) {
		g_string_append_printf(state->out, "\"%s\"", value->str);
	} else {
		g_string_append_len(state->out, name, size);
	}
}

GString *warden_unobfuscate_constants(const char *text, gsize size)
{
	struct state state;

	state_init(&state, text, size);
	while (state.p < state.end) {
		const char *p = state.p, *close;

		if (is_name(*p)) {
			take_name(&state);
		} else if ((*p == '"' || *p == '\'') &&
			   (close = string_end(p, state.end)) != NULL) {
			g_string_append_len(state.out, p, close + 1 - p);
			state.p = close + 1;
		} else {
			g_string_append_c(state.out, *p);
			state.p++;
		}
	}
	g_hash_table_unref(state.values);
	return state.out;
}
