#include "warden-config.h"

#include "names.h"
#include "words.h"

#include "../../facts/facts.h"

#include <stdlib.h>
#include <string.h>

void warden_names_init(struct warden_names *names)
{
	names->name = g_strdup("");
	names->others = g_ptr_array_new_with_free_func(g_free);
}

void warden_names_clear(struct warden_names *names)
{
	g_clear_pointer(&names->name, g_free);
	g_clear_pointer(&names->others, g_ptr_array_unref);
}

void warden_names_add(struct warden_names *names, const char *name)
{
	char *cleaned = g_strstrip(warden_facts_sanitise(
		name, strlen(name), WARDEN_FACT_NAME_MAX, FALSE));
	guint i;

	if (*cleaned == '\0' || strcmp(cleaned, names->name) == 0 ||
	    names->others->len >= WARDEN_FACT_NAMES_MAX) {
		g_free(cleaned);
		return;
	}
	if (*names->name == '\0') {
		g_free(names->name);
		names->name = cleaned;
		return;
	}
	for (i = 0; i < names->others->len; i++) {
		if (strcmp(g_ptr_array_index(names->others, i),
			   cleaned) == 0) {
			g_free(cleaned);
			return;
		}
	}
	g_ptr_array_add(names->others, cleaned);
}

/* --- RFC 2231 pieces ------------------------------------------------------- */

struct piece {
	guint number;
	bool extended;		/* ends in '*': percent signs, charset */
	const char *value;
};

/* "name*3*" of key "name": 3. Returns FALSE if it is no piece. */
static bool parse_piece(const struct warden_param *param, const char *key,
			struct piece *piece)
{
	gsize size = strlen(key);
	const char *p = param->name + size;
	char *end;

	if (strncmp(param->name, key, size) != 0 || *p != '*' ||
	    !g_ascii_isdigit(p[1]))
		return FALSE;
	piece->number = strtoul(p + 1, &end, 10);
	piece->extended = *end == '*';
	piece->value = param->value;
	return *end == '\0' || strcmp(end, "*") == 0;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *first = a, *second = b;

	return first->number < second->number ? -1 :
		first->number > second->number;
}

/* Joined, then decoded: a character may be split between two pieces. */
static char *join(struct warden_charsets *charsets, const GArray *pieces,
		  guint count)
{
	GString *joined = g_string_new(NULL);
	bool extended = FALSE;
	char *name;
	guint i;

	for (i = 0; i < count; i++) {
		const struct piece *piece =
			&g_array_index(pieces, struct piece, i);

		g_string_append(joined, piece->value);
		extended |= piece->extended;
	}
	name = extended ?
		warden_words_decode_extended(charsets, joined->str,
					     WARDEN_FACT_NAME_MAX) :
		warden_words_decode(charsets, joined->str,
				    WARDEN_FACT_NAME_MAX, NULL);
	g_string_free(joined, TRUE);
	return name;
}

static void
add_joined(struct warden_charsets *charsets, const GArray *pieces,
	   guint count, struct warden_names *names)
{
	g_autofree char *name = count == 0 ? NULL :
		join(charsets, pieces, count);

	if (name != NULL)
		warden_names_add(names, name);
}

void warden_names_collect_pieces(struct warden_charsets *charsets,
				 const struct warden_params *params,
				 const char *key, struct warden_names *names,
				 struct warden_trait_set *traits)
{
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE,
					       sizeof(struct piece));
	g_autoptr(GArray) written = NULL;
	guint i, whole = 0;

	for (i = 0; i < params->params->len; i++) {
		struct piece piece;

		if (parse_piece(&g_array_index(params->params,
					       struct warden_param, i),
				key, &piece))
			g_array_append_val(pieces, piece);
	}
	if (pieces->len == 0)
		return;
	written = g_array_copy(pieces);
	g_array_sort(pieces, compare_pieces);
	while (whole < pieces->len &&
	       g_array_index(pieces, struct piece, whole).number == whole)
		whole++;
	add_joined(charsets, pieces, whole, names);
	if (whole < pieces->len ||
	    memcmp(pieces->data, written->data,
		   pieces->len * sizeof(struct piece)) != 0) {
		warden_trait_set_add(traits, WARDEN_TRAIT_NAME_PIECES);
		/* in numeric order across gaps; as written */
		add_joined(charsets, pieces, pieces->len, names);
		add_joined(charsets, written, written->len, names);
	}
}

/* --- whole values ----------------------------------------------------------- */

static void add_extended(struct warden_charsets *charsets, const char *value,
			 struct warden_names *names)
{
	g_autofree char *name = warden_words_decode_extended(
		charsets, value, WARDEN_FACT_NAME_MAX);

	warden_names_add(names, name);
}

static void collect_extended(struct warden_charsets *charsets,
			     const struct warden_params *params,
			     const char *key, struct warden_names *names)
{
	g_autofree char *extended = g_strconcat(key, "*", NULL);
	guint i;

	for (i = 0; i < params->params->len; i++) {
		const struct warden_param *param = &g_array_index(
			params->params, struct warden_param, i);
		const char *nul;

		if (strcmp(param->name, extended) != 0)
			continue;
		add_extended(charsets, param->value, names);
		/* some client's string ends there */
		nul = strstr(param->value, "%00");
		if (nul != NULL) {
			g_autofree char *cut = g_strndup(
				param->value, nul - param->value);

			add_extended(charsets, cut, names);
		}
	}
}

static void add_without(struct warden_charsets *charsets, const char *text,
			const char *drop, struct warden_names *names)
{
	GString *left = g_string_new(NULL);
	g_autofree char *name = NULL;

	for (; *text != '\0'; text++) {
		if (strchr(drop, *text) == NULL)
			g_string_append_c(left, *text);
	}
	name = warden_words_decode(charsets, left->str, WARDEN_FACT_NAME_MAX,
				   NULL);
	warden_names_add(names, name);
	g_string_free(left, TRUE);
}

/* What clients make of a value that is not written by the rules: end a token
   at white space, drop quotes amid it, drop comments. */
static void add_odd(struct warden_charsets *charsets,
		    const struct warden_param *param,
		    struct warden_names *names)
{
	g_autofree char *token = g_strndup(param->value,
					   strcspn(param->value, " \t,"));
	g_autofree char *plain = NULL;

	add_without(charsets, token, "", names);
	if (strchr(param->raw, '"') != NULL)
		add_without(charsets, param->raw, "\"\\", names);
	if (strchr(param->raw, '(') != NULL) {
		plain = warden_params_strip_comments(param->raw);
		add_without(charsets, plain, "\"\\", names);
	}
}

static void add_plain(struct warden_charsets *charsets,
		      const struct warden_param *param,
		      struct warden_names *names,
		      struct warden_trait_set *traits)
{
	bool encoded;
	g_autofree char *name = warden_words_decode(
		charsets, param->value, WARDEN_FACT_NAME_MAX, &encoded);
	gsize size = strlen(name);

	if (encoded)
		warden_trait_set_add(traits, WARDEN_TRAIT_NAME_ENCODED_WORD);
	warden_names_add(names, name);
	/* 'a.zip': quotes to some, part of the name to others */
	if (size > 2 && name[0] == '\'' && name[size - 1] == '\'') {
		name[size - 1] = '\0';
		warden_names_add(names, name + 1);
	}
	if (param->odd)
		add_odd(charsets, param, names);
}

void warden_names_collect(struct warden_charsets *charsets,
			  const struct warden_params *params, const char *key,
			  struct warden_names *names,
			  struct warden_trait_set *traits)
{
	guint i;

	collect_extended(charsets, params, key, names);
	warden_names_collect_pieces(charsets, params, key, names, traits);
	for (i = 0; i < params->params->len; i++) {
		const struct warden_param *param = &g_array_index(
			params->params, struct warden_param, i);

		if (strcmp(param->name, key) == 0)
			add_plain(charsets, param, names, traits);
	}
}
