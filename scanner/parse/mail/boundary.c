#include "warden-config.h"

#include "boundary.h"
#include "words.h"

#include "../../facts/limits.h"

#include <string.h>

static void add(GPtrArray *boundaries, const char *text, gsize size)
{
	guint i;

	if (size == 0 || size > WARDEN_BOUNDARY_MAX ||
	    boundaries->len >= WARDEN_BOUNDARY_CANDIDATES_MAX)
		return;
	for (i = 0; i < boundaries->len; i++) {
		const char *other = g_ptr_array_index(boundaries, i);

		if (strlen(other) == size && memcmp(other, text, size) == 0)
			return;
	}
	g_ptr_array_add(boundaries, g_strndup(text, size));
}

/* text and what is left of it without white space around it. */
static void add_trimmed(GPtrArray *boundaries, const char *text, gsize size)
{
	while (size > 0 && g_ascii_isspace(text[size - 1]))
		size--;
	add(boundaries, text, size);
	while (size > 0 && g_ascii_isspace(*text)) {
		text++;
		size--;
	}
	add(boundaries, text, size);
}

/* --- the regular readings ----------------------------------------------------- */

static void note(const char *boundary, struct warden_trait_set *traits)
{
	gsize size = strlen(boundary), i;

	if (size > WARDEN_BOUNDARY_FLAG)
		warden_trait_set_add(traits, WARDEN_TRAIT_LONG_BOUNDARY);
	if (size > WARDEN_BOUNDARY_MAX)
		warden_trait_set_add(traits, WARDEN_TRAIT_LIMIT_BOUNDARY);
	for (i = 0; i < size; i++) {
		guchar c = boundary[i];

		if (c < 0x20 || c >= 0x7f || strchr("\"\\;", c) != NULL) {
			warden_trait_set_add(traits,
					     WARDEN_TRAIT_ODD_BOUNDARY);
			return;
		}
	}
	if (size > 0 && (g_ascii_isspace(boundary[size - 1]) ||
			 g_ascii_isspace(boundary[0])))
		warden_trait_set_add(traits, WARDEN_TRAIT_ODD_BOUNDARY);
}

static bool is_extended(const struct warden_param *param)
{
	return g_str_has_prefix(param->name, "boundary*");
}

/* boundary*0, boundary*1* …, as written, joined. */
static char *join_pieces(const struct warden_params *params)
{
	GString *joined = g_string_new(NULL);
	guint number, i;

	for (number = 0; number < WARDEN_PARAMS_MAX; number++) {
		g_autofree char *plain =
			g_strdup_printf("boundary*%u", number);
		g_autofree char *extended =
			g_strdup_printf("boundary*%u*", number);
		gsize before = joined->len;

		for (i = 0; i < params->params->len; i++) {
			const struct warden_param *param = &g_array_index(
				params->params, struct warden_param, i);

			if (strcmp(param->name, plain) == 0 ||
			    strcmp(param->name, extended) == 0) {
				g_string_append(joined, param->value);
				break;
			}
		}
		/* some begin to count at one */
		if (number > 0 && joined->len == before)
			break;
	}
	return g_string_free(joined, FALSE);
}

static void add_extended(struct warden_charsets *charsets, const char *value,
			 GPtrArray *boundaries)
{
	g_autofree char *decoded = warden_words_decode_extended(
		charsets, value, WARDEN_BOUNDARY_MAX + 1);
	g_autofree char *percent = warden_words_unpercent(value);
	const char *quote = strrchr(percent, '\'');

	add_trimmed(boundaries, decoded, strlen(decoded));
	if (quote != NULL)
		add_trimmed(boundaries, quote + 1, strlen(quote + 1));
	add_trimmed(boundaries, percent, strlen(percent));
	add_trimmed(boundaries, value, strlen(value));
}

static void collect_regular(struct warden_charsets *charsets,
			    const struct warden_params *params, bool last,
			    GPtrArray *boundaries,
			    struct warden_trait_set *traits)
{
	const struct warden_param *param =
		warden_params_find(params, "boundary", last);
	g_autofree char *joined = NULL;
	guint i, plain = 0, extended = 0;

	if (param != NULL) {
		note(param->value, traits);
		add_trimmed(boundaries, param->value, strlen(param->value));
	}
	for (i = 0; i < params->params->len; i++) {
		param = &g_array_index(params->params, struct warden_param,
				       i);
		if (strcmp(param->name, "boundary") == 0) {
			plain++;
			if (param->odd)
				warden_trait_set_add(
					traits, WARDEN_TRAIT_ODD_BOUNDARY);
			add_trimmed(boundaries, param->value,
				    strlen(param->value));
		}
		extended += is_extended(param);
	}
	if (plain > 1 || (plain > 0 && extended > 0))
		warden_trait_set_add(traits, WARDEN_TRAIT_DUPLICATE_BOUNDARY);
	if (extended == 0)
		return;
	param = warden_params_find(params, "boundary*", last);
	if (param != NULL)
		add_extended(charsets, param->value, boundaries);
	joined = join_pieces(params);
	add_extended(charsets, joined, boundaries);
	if (plain == 0)
		warden_trait_set_add(traits, WARDEN_TRAIT_ODD_BOUNDARY);
}

/* --- what else can be read out of it ------------------------------------------- */

static void add_without(GPtrArray *boundaries, const char *text, gsize size,
			const char *drop)
{
	GString *left = g_string_sized_new(size);
	gsize i;

	for (i = 0; i < size; i++) {
		if (strchr(drop, text[i]) == NULL)
			g_string_append_c(left, text[i]);
	}
	add_trimmed(boundaries, left->str, left->len);
	g_string_free(left, TRUE);
}

/* tail: what stands behind "boundary" and its '='. */
static void collect_tail(const char *tail, GPtrArray *boundaries)
{
	gsize size = strcspn(tail, ";"), quoted, equals;
	g_autofree char *comments = NULL;

	if (tail[0] == '"') {
		quoted = strcspn(tail + 1, "\"");
		add(boundaries, tail + 1, quoted);	/* escapes kept */
		add_without(boundaries, tail + 1, quoted, "\\");
		if (tail[1 + quoted] == '"') {
			const char *behind = tail + quoted + 2;

			add_trimmed(boundaries, behind,
				    strcspn(behind, ";"));
		}
	}
	add_trimmed(boundaries, tail, size);
	add_without(boundaries, tail, size, "\"\\");
	add_trimmed(boundaries, tail, strcspn(tail, ";, \t("));
	add_without(boundaries, tail, size, " \t");
	comments = warden_params_strip_comments(tail);
	add_trimmed(boundaries, comments, strcspn(comments, ";"));
	add_trimmed(boundaries, tail, strlen(tail));
	equals = strcspn(tail, "=;");
	if (tail[equals] == '=')
		add_without(boundaries, tail + equals + 1,
			    strcspn(tail + equals + 1, ";"), "\"");
}

/* More are a flood. */
#define OCCURRENCES_MAX 8

static void collect_odd(const char *text, GPtrArray *boundaries)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	const char *p = lower;
	guint found;

	for (found = 0; found < OCCURRENCES_MAX &&
	     (p = strstr(p, "boundary")) != NULL; found++) {
		const char *tail;

		p += strlen("boundary");
		tail = text + (p - lower);
		tail += strspn(tail, " \t\r\v\f\"*0123456789");
		if (*tail != '=')
			continue;
		tail++;
		collect_tail(tail, boundaries);
		tail += strspn(tail, " \t\r\v\f");
		collect_tail(tail, boundaries);
	}
}

void warden_boundary_collect(struct warden_charsets *charsets,
			     const char *text,
			     const struct warden_params *params, bool last,
			     GPtrArray *boundaries,
			     struct warden_trait_set *traits)
{
	collect_regular(charsets, params, last, boundaries, traits);
	collect_odd(text, boundaries);
}
