#include "warden-config.h"

#include "../encoding/decode.h"
#include "javascript-private.h"

#include <string.h>

/* The functions, methods and properties that pages decode, write and send
   with. */

/* --- names ---------------------------------------------------------------------- */

/* Lower case, sorted. */
static const struct {
	const char *name;
	guint32 acts;
} telling[] = {
	{"activexobject", WARDEN_JAVASCRIPT_SYSTEM},
	{"ajax", WARDEN_JAVASCRIPT_SENDS},
	{"atob", WARDEN_JAVASCRIPT_DECODES},
	{"axios", WARDEN_JAVASCRIPT_SENDS},
	{"blob", WARDEN_JAVASCRIPT_BLOB},
	{"charcodeat", WARDEN_JAVASCRIPT_DECODES},
	{"click", WARDEN_JAVASCRIPT_CLICKS},
	{"createobjecturl", WARDEN_JAVASCRIPT_OBJECT_URL},
	{"cryptojs", WARDEN_JAVASCRIPT_DECIPHERS},
	{"debugger", WARDEN_JAVASCRIPT_HIDES},
	{"decodeuri", WARDEN_JAVASCRIPT_DECODES},
	{"decodeuricomponent", WARDEN_JAVASCRIPT_DECODES},
	{"decrypt", WARDEN_JAVASCRIPT_DECIPHERS},
	{"dispatchevent", WARDEN_JAVASCRIPT_CLICKS},
	{"download", WARDEN_JAVASCRIPT_SAVES},
	{"eval", WARDEN_JAVASCRIPT_RUNS},
	{"execscript", WARDEN_JAVASCRIPT_RUNS},
	{"fetch", WARDEN_JAVASCRIPT_SENDS},
	{"fromcharcode", WARDEN_JAVASCRIPT_DECODES},
	{"innerhtml", WARDEN_JAVASCRIPT_WRITES},
	{"insertadjacenthtml", WARDEN_JAVASCRIPT_WRITES},
	{"mssaveblob", WARDEN_JAVASCRIPT_SAVES},
	{"mssaveoropenblob", WARDEN_JAVASCRIPT_SAVES},
	{"oncontextmenu", WARDEN_JAVASCRIPT_HIDES},
	{"outerhtml", WARDEN_JAVASCRIPT_WRITES},
	{"saveas", WARDEN_JAVASCRIPT_SAVES},
	{"sendbeacon", WARDEN_JAVASCRIPT_SENDS},
	{"showsavefilepicker", WARDEN_JAVASCRIPT_SAVES},
	{"srcdoc", WARDEN_JAVASCRIPT_WRITES},
	{"uint8array", WARDEN_JAVASCRIPT_BLOB},
	{"unescape", WARDEN_JAVASCRIPT_DECODES},
	{"webassembly", WARDEN_JAVASCRIPT_ASSEMBLY},
	{"worker", WARDEN_JAVASCRIPT_WORKER},
	{"write", WARDEN_JAVASCRIPT_WRITES},
	{"writeln", WARDEN_JAVASCRIPT_WRITES},
	{"wscript", WARDEN_JAVASCRIPT_SYSTEM},
	{"xmlhttprequest", WARDEN_JAVASCRIPT_SENDS},
};

void script_note_name(struct script_reader *reader, const char *name)
{
	gsize low = 0, high = G_N_ELEMENTS(telling);

	while (low < high) {
		gsize middle = (low + high) / 2;
		int order = g_ascii_strcasecmp(name, telling[middle].name);

		if (order == 0) {
			reader->script->acts |= telling[middle].acts;
			return;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return TRUE;
	}
	return FALSE;
}

/* --- decoding ------------------------------------------------------------------------ */

GString *warden_javascript_unescape(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	gsize i = 0;

	while (i < size) {
		gsize digits = 2, start = i + 1, at;
		guint32 c = 0;

		if (text[i] != '%') {
			g_string_append_c(out, text[i++]);
			continue;
		}
		if (start < size && (text[start] == 'u' ||
				     text[start] == 'U')) {
			digits = 4;
			start++;
		}
		for (at = start; at < size && at < start + digits &&
		     g_ascii_isxdigit(text[at]); at++)
			c = c << 4 | g_ascii_xdigit_value(text[at]);
		if (at < start + digits) {
			g_string_append_c(out, text[i++]);
			continue;
		}
		if (c < 0x100)
			g_string_append_c(out, c);
		else if (c < 0xd800 || c >= 0xe000)
			g_string_append_unichar(out, c);
		i = at;
	}
	return out;
}

static struct script_value *as_text(struct script_reader *reader,
				    GString *text)
{
	if (!script_spend(reader, text->len)) {
		g_string_free(text, TRUE);
		return NULL;
	}
	return script_value_text(text);
}

/* What comes out is written in other characters than what went in. */
static struct script_value *as_decoded(struct script_reader *reader,
				       GString *text)
{
	struct script_value *value = as_text(reader, text);

	if (value != NULL)
		value->made = TRUE;
	return value;
}

static struct script_value *as_changed(struct script_reader *reader,
				       GString *text,
				       const struct script_value *from)
{
	struct script_value *value = as_text(reader, text);

	if (value != NULL)
		value->made = from->made;
	return value;
}

static struct script_value *decode_base64(struct script_reader *reader,
					  const struct script_value *value)
{
	GArray *readings;
	struct warden_trait_set traits = { { 0 } };
	struct script_value *result;
	gsize size;
	const char *data;

	if (value == NULL || value->kind != SCRIPT_TEXT)
		return NULL;
	readings = warden_readings_new();
	warden_decode_base64((const guint8 *)value->text->str,
			     value->text->len, readings, &traits);
	data = g_bytes_get_data(g_array_index(readings, struct warden_reading,
					      0).bytes, &size);
	result = as_decoded(reader, g_string_new_len(data, size));
	g_array_unref(readings);
	return result;
}

static struct script_value *decode_percent(struct script_reader *reader,
					   const struct script_value *value)
{
	if (value == NULL || value->kind != SCRIPT_TEXT)
		return NULL;
	return as_decoded(reader, warden_javascript_unescape(value->text->str,
							     value->text->len));
}

static void append_code(GString *out, double number)
{
	if (number >= 0 && number < 0x100)
		g_string_append_c(out, (char)number);
	else if (number >= 0x100 && number < 0xd800)
		g_string_append_unichar(out, (gunichar)number);
}

static struct script_value *from_codes(struct script_reader *reader,
				       const struct script_call *call)
{
	GString *out = g_string_new(NULL);
	guint i, j;

	for (i = 0; i < call->count; i++) {
		const struct script_value *value = call->arguments[i];

		if (value != NULL && value->kind == SCRIPT_NUMERIC)
			append_code(out, value->number);
		if (value == NULL || value->kind != SCRIPT_LIST ||
		    value->numbers == NULL)
			continue;
		for (j = 0; j < value->numbers->len; j++)
			append_code(out, g_array_index(value->numbers, gint32,
						       j));
	}
	if (out->len == 0) {
		g_string_free(out, TRUE);
		return NULL;
	}
	return as_decoded(reader, out);
}

static struct script_value *parse_int(const struct script_call *call)
{
	const struct script_value *text = call->count == 0 ? NULL :
		call->arguments[0];
	const struct script_value *base = call->count < 2 ? NULL :
		call->arguments[1];
	guint64 number;
	char *end;

	if (text == NULL || text->kind != SCRIPT_TEXT || text->text->len > 20)
		return NULL;
	number = g_ascii_strtoull(text->text->str, &end,
				  base != NULL && base->number >= 2 &&
				  base->number <= 36 ? (guint)base->number :
				  10);
	if (end == text->text->str || number > G_MAXINT32)
		return NULL;
	return script_value_number(number);
}

/* --- methods of texts and lists ------------------------------------------------------------ */

/* A pattern that stands for single characters ("[xy]", "\.", "x"), or for a
   text without meta characters. */
struct pattern {
	bool set[256];
	bool is_set;
	const char *text;
	gsize size;
	bool all;
};

static bool read_class(const char *p, gsize size, struct pattern *pattern)
{
	gsize i;

	if (size < 3 || p[0] != '[' || p[1] == '^' || p[size - 1] != ']')
		return FALSE;
	for (i = 1; i + 1 < size; i++) {
		guchar c = p[i];

		if (c == '\\')
			return FALSE;
		if (i + 3 < size && p[i + 1] == '-') {
			guint to = (guchar)p[i + 2], from = c;

			for (; from <= to; from++)
				pattern->set[from] = TRUE;
			i += 2;
		} else {
			pattern->set[c] = TRUE;
		}
	}
	pattern->is_set = TRUE;
	return TRUE;
}

static bool read_pattern(const struct script_value *value,
			 struct pattern *pattern)
{
	const char *p = value->text->str;
	gsize size = value->text->len;

	memset(pattern, 0, sizeof(*pattern));
	pattern->text = p;
	pattern->size = size;
	if (size == 0)
		return FALSE;
	if (value->kind != SCRIPT_PATTERN)
		return TRUE;
	pattern->all = value->number != 0;
	/* "x+" with "g" is the same as "x", unless something is put there */
	if (size > 1 && p[size - 1] == '+')
		size--;
	if (size == 2 && p[0] == '\\' && !g_ascii_isalnum(p[1])) {
		pattern->set[(guchar)p[1]] = TRUE;
		pattern->is_set = TRUE;
		return TRUE;
	}
	if (size == 2 && p[0] == '\\' && p[1] == 's') {
		pattern->set[' '] = pattern->set['\t'] = TRUE;
		pattern->set['\n'] = pattern->set['\r'] = TRUE;
		pattern->is_set = TRUE;
		return TRUE;
	}
	if (read_class(p, size, pattern))
		return TRUE;
	pattern->size = size;
	return strcspn(p, "\\^$.|?*+()[]{}") >= size;
}

/* The next match at or behind from: its length, 0 if there is none. */
static gsize match(const struct pattern *pattern, const GString *text,
		   gsize from, gsize *at_r)
{
	if (pattern->is_set) {
		for (; from < text->len; from++) {
			if (pattern->set[(guchar)text->str[from]]) {
				*at_r = from;
				return 1;
			}
		}
		return 0;
	} else {
		const char *found = memmem(text->str + from,
					   text->len - from, pattern->text,
					   pattern->size);

		if (found == NULL)
			return 0;
		*at_r = found - text->str;
		return pattern->size;
	}
}

static struct script_value *replace(struct script_reader *reader,
				    const struct script_call *call)
{
	const GString *text = call->object->text;
	const struct script_value *by = call->count < 2 ? NULL :
		call->arguments[1];
	struct pattern pattern;
	gsize from = 0, at, length;
	GString *out;

	if (by == NULL || by->kind != SCRIPT_TEXT ||
	    call->arguments[0] == NULL || call->arguments[0]->text == NULL ||
	    !read_pattern(call->arguments[0], &pattern))
		return NULL;
	if (strcmp(call->name, "replaceAll") == 0)
		pattern.all = TRUE;
	out = g_string_sized_new(text->len);
	while ((length = match(&pattern, text, from, &at)) > 0) {
		g_string_append_len(out, text->str + from, at - from);
		if (out->len > reader->left)
			break;
		g_string_append_len(out, by->text->str, by->text->len);
		from = at + length;
		if (!pattern.all)
			break;
	}
	g_string_append_len(out, text->str + from, text->len - from);
	return as_changed(reader, out, call->object);
}

#define SPLIT_MAX 1000000u

static struct script_value *split(const struct script_call *call)
{
	const GString *text = call->object->text;
	struct script_value *list = script_value_list();
	struct pattern pattern;
	gsize from = 0, at, length;

	if (call->count == 0 || call->arguments[0] == NULL ||
	    call->arguments[0]->text == NULL) {
		script_value_unref(list);
		return script_value_ref(call->object);
	}
	/* split("") is in characters: what join("") undoes anyway */
	if (!read_pattern(call->arguments[0], &pattern)) {
		script_value_unref(list);
		return script_value_ref(call->object);
	}
	while ((length = match(&pattern, text, from, &at)) > 0 &&
	       script_value_length(list) < SPLIT_MAX) {
		script_value_append(list, script_value_text(g_string_new_len(
			text->str + from, at - from)));
		from = at + length;
	}
	script_value_append(list, script_value_text(g_string_new_len(
		text->str + from, text->len - from)));
	return list;
}

static struct script_value *join(struct script_reader *reader,
				 const struct script_call *call)
{
	const struct script_value *list = call->object;
	const struct script_value *between = call->count == 0 ? NULL :
		call->arguments[0];
	struct script_value *item, *result;
	bool partial = FALSE;
	GString *out;
	guint i, length;

	if (list->kind == SCRIPT_TEXT)
		return script_value_ref(call->object);
	out = g_string_new(NULL);
	length = script_value_length(list);
	for (i = 0; i < length && out->len <= reader->left; i++) {
		if (i > 0 && between == NULL)
			g_string_append_c(out, ',');
		else if (i > 0)
			(void)script_value_print(between, out);
		item = script_value_item(list, i);
		partial |= !script_value_print(item, out);
		script_value_unref(item);
	}
	result = as_text(reader, out);
	if (result != NULL)
		result->partial = partial;
	return result;
}

static struct script_value *reverse(struct script_reader *reader,
				    const struct script_call *call)
{
	struct script_value *value = call->object, *result;
	guint length = script_value_length(value), i;

	if (value->kind == SCRIPT_TEXT) {
		GString *out = g_string_new_len(value->text->str,
						value->text->len);

		for (i = 0; i < length; i++)
			out->str[i] = value->text->str[length - 1 - i];
		return as_decoded(reader, out);
	}
	result = script_value_list();
	for (i = length; i > 0; i--)
		script_value_append(result, script_value_item(value, i - 1));
	return result;
}

/* An argument as an offset; otherwise if there is none. */
static gsize offset(const struct script_call *call, guint index,
		    gsize length, gsize otherwise, bool from_end)
{
	const struct script_value *value = index >= call->count ? NULL :
		call->arguments[index];

	if (value == NULL || value->kind != SCRIPT_NUMERIC)
		return otherwise;
	if (value->number < 0)
		return !from_end || -value->number > length ? 0 :
			length - (gsize)-value->number;
	return value->number > length ? length : (gsize)value->number;
}

static struct script_value *cut(struct script_reader *reader,
				const struct script_call *call)
{
	const GString *text = call->object->text;
	bool from_end = strcmp(call->name, "substring") != 0;
	gsize start = offset(call, 0, text->len, 0, from_end);
	gsize end = offset(call, 1, text->len, text->len, from_end);

	/* a bound that is not constant */
	if ((call->count > 0 && call->arguments[0] == NULL) ||
	    (call->count > 1 && call->arguments[1] == NULL))
		return NULL;
	if (strcmp(call->name, "substr") == 0 && call->count > 1)
		end = MIN(text->len, start + end);
	if (end < start)
		end = start;
	return as_changed(reader, g_string_new_len(text->str + start,
						   end - start), call->object);
}

static struct script_value *concat_all(struct script_reader *reader,
				       const struct script_call *call)
{
	struct script_value *result = script_value_ref(call->object);
	guint i;

	for (i = 0; i < call->count; i++)
		result = script_concat(reader, result,
				       script_value_ref(call->arguments[i]));
	return result;
}

static struct script_value *code_at(const struct script_call *call)
{
	const GString *text = call->object->text;
	gsize at = offset(call, 0, text->len, 0, FALSE);

	return call->count > 0 && call->arguments[0] == NULL ? NULL :
		at >= text->len ? NULL :
		script_value_number((guchar)text->str[at]);
}

static struct script_value *character_at(const struct script_call *call)
{
	gsize at = offset(call, 0, call->object->text->len, 0, FALSE);

	return call->count > 0 && call->arguments[0] == NULL ? NULL :
		script_value_item(call->object, at);
}

static struct script_value *call_text(struct script_reader *reader,
				      const struct script_call *call)
{
	static const char *const cuts[] = {
		"slice", "substr", "substring", NULL,
	};
	static const char *const same[] = {
		"trim", "toString", "valueOf", "normalize", "match", "join",
		NULL,
	};

	if (strcmp(call->name, "split") == 0)
		return split(call);
	if (strcmp(call->name, "replace") == 0 ||
	    strcmp(call->name, "replaceAll") == 0)
		return replace(reader, call);
	if (is_one_of(call->name, cuts))
		return cut(reader, call);
	if (strcmp(call->name, "concat") == 0)
		return concat_all(reader, call);
	if (strcmp(call->name, "reverse") == 0)
		return reverse(reader, call);
	if (strcmp(call->name, "charAt") == 0)
		return character_at(call);
	if (strcmp(call->name, "charCodeAt") == 0)
		return code_at(call);
	return is_one_of(call->name, same) ? script_value_ref(call->object) :
		NULL;
}

/* --- functions ------------------------------------------------------------------------------- */

/* What is written, run or called up. */
static void note_use(struct script_reader *reader,
		     const struct script_call *call)
{
	static const char *const runs[] = {
		"eval", "Function", "setTimeout", "setInterval",
		"execScript", NULL,
	};
	static const char *const pages[] = {
		"write", "writeln", "append", "html", "parseFromString",
		"createContextualFragment", NULL,
	};
	static const char *const sends[] = {
		"fetch", "sendBeacon", "post", "ajax", "getJSON", "axios",
		NULL,
	};
	struct script_value *first = call->count == 0 ? NULL :
		call->arguments[0];
	struct script_value *second = call->count < 2 ? NULL :
		call->arguments[1];

	if (is_one_of(call->name, runs))
		script_note(reader, first, WARDEN_JAVASCRIPT_CODE);
	else if (is_one_of(call->name, pages))
		script_note(reader, first, WARDEN_JAVASCRIPT_PAGE);
	else if (is_one_of(call->name, sends))
		script_note(reader, first, WARDEN_JAVASCRIPT_SEND);
	else if (strcmp(call->name, "insertAdjacentHTML") == 0)
		script_note(reader, second, WARDEN_JAVASCRIPT_PAGE);
	else if (strcmp(call->name, "open") == 0 &&
		 strcmp(call->owner, "window") != 0 && second != NULL)
		script_note(reader, second, WARDEN_JAVASCRIPT_SEND);
	else if (strcmp(call->name, "open") == 0)
		script_note(reader, first, WARDEN_JAVASCRIPT_LINK);
	else if (strcmp(call->name, "setAttribute") == 0 && first != NULL &&
		 first->kind == SCRIPT_TEXT)
		script_assign(reader, "", first->text->str,
			      script_value_ref(second));
	else if ((strcmp(call->name, "replace") == 0 ||
		  strcmp(call->name, "assign") == 0) &&
		 strcmp(call->owner, "location") == 0) {
		reader->script->acts |= WARDEN_JAVASCRIPT_REDIRECTS;
		script_note(reader, first, WARDEN_JAVASCRIPT_TARGET);
	}
}

/* Functions whose result is, for us, their argument: a file made of bytes, a
   list turned into another kind of list. */
static struct script_value *pass(const struct script_call *call)
{
	static const char *const same[] = {
		"Uint8Array", "Array", "Uint16Array", "String", "from", "of",
		"decode", "encode", "Blob", "File", "escape",
		"encodeURIComponent", "decodeURIComponent", NULL,
	};
	static const char *const methods[] = {
		"map", "forEach", "filter", "slice", NULL,
	};
	struct script_value *first = call->count == 0 ? NULL :
		call->arguments[0];

	if (call->object != NULL && call->object->kind == SCRIPT_LIST &&
	    is_one_of(call->name, methods))
		return script_value_ref(call->object);
	if (first != NULL && is_one_of(call->name, same)) {
		/* new Blob(["…"]) */
		if (first->kind == SCRIPT_LIST &&
		    script_value_length(first) == 1)
			return script_value_item(first, 0);
		return script_value_ref(first);
	}
	return NULL;
}

struct script_value *script_call(struct script_reader *reader,
				 const struct script_call *call)
{
	const struct script_value *first = call->count == 0 ? NULL :
		call->arguments[0];
	struct script_value *object = call->object;

	note_use(reader, call);
	if (strcmp(call->name, "atob") == 0)
		return decode_base64(reader, first);
	if (strcmp(call->name, "unescape") == 0 ||
	    g_str_has_prefix(call->name, "decodeURI"))
		return decode_percent(reader, first);
	if (strcmp(call->name, "fromCharCode") == 0 ||
	    strcmp(call->name, "fromCodePoint") == 0)
		return from_codes(reader, call);
	/* String.fromCharCode.apply(null, list) */
	if (strcmp(call->owner, "fromCharCode") == 0)
		return from_codes(reader, call);
	if (strcmp(call->name, "parseInt") == 0)
		return parse_int(call);
	if (object != NULL && object->kind == SCRIPT_TEXT)
		return call_text(reader, call);
	if (object != NULL && object->kind == SCRIPT_LIST) {
		if (strcmp(call->name, "join") == 0)
			return join(reader, call);
		if (strcmp(call->name, "reverse") == 0)
			return reverse(reader, call);
	}
	return pass(call);
}

/* --- assignments ------------------------------------------------------------------------------- */

static bool is_location(const char *owner, const char *name)
{
	static const char *const places[] = {
		"location", "window", "document", "self", "top", "parent",
		"this", "", NULL,
	};

	return (strcmp(name, "location") == 0 && is_one_of(owner, places)) ||
	       (strcmp(name, "href") == 0 && strcmp(owner, "location") == 0);
}

static void note_assignment(struct script_reader *reader, const char *owner,
			    const char *name, struct script_value *value)
{
	static const char *const pages[] = {
		"innerHTML", "outerHTML", "srcdoc", NULL,
	};
	static const char *const links[] = {
		"href", "src", "action", "data", "xlink:href", "formAction",
		NULL,
	};

	if (is_location(owner, name)) {
		reader->script->acts |= WARDEN_JAVASCRIPT_REDIRECTS;
		script_note(reader, value, WARDEN_JAVASCRIPT_TARGET);
	} else if (is_one_of(name, pages)) {
		script_note(reader, value, WARDEN_JAVASCRIPT_PAGE);
	} else if (is_one_of(name, links)) {
		script_note(reader, value, WARDEN_JAVASCRIPT_LINK);
	} else if (strcmp(name, "url") == 0 &&
		   (reader->script->acts & WARDEN_JAVASCRIPT_SENDS) != 0) {
		script_note(reader, value, WARDEN_JAVASCRIPT_SEND);
	} else if (strcmp(name, "download") == 0) {
		reader->script->acts |= WARDEN_JAVASCRIPT_SAVES;
		script_note(reader, value, WARDEN_JAVASCRIPT_NAME);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void release(struct script_reader *reader, struct script_value *value)
{
	value->kept = FALSE;
	script_note(reader, value, WARDEN_JAVASCRIPT_VALUE);
}

void script_assign(struct script_reader *reader, const char *owner,
		   const char *name, struct script_value *value)
{
	struct script_value *old;

	note_assignment(reader, owner, name, value);
	if (*name == '\0') {
		script_value_unref(value);
		return;
	}
	old = g_hash_table_lookup(reader->names, name);
	if (old == value && value != NULL) {
		script_value_unref(value);
		return;
	}
	if (old != NULL)
		release(reader, old);
	if (value == NULL) {
		g_hash_table_remove(reader->names, name);
		return;
	}
	value->kept = TRUE;
	g_hash_table_insert(reader->names, g_strdup(name), value);
}

void script_note_names(struct script_reader *reader)
{
	/* in the order of their names, so that the result is always the same */
	g_autoptr(GList) names = g_list_sort(
		g_hash_table_get_keys(reader->names), compare_names);
	GList *name;

	for (name = names; name != NULL; name = name->next)
		release(reader, g_hash_table_lookup(reader->names,
						    name->data));
}
