#include "warden-config.h"

#include "link-lists.h"
#include "url.h"

#include <string.h>

/* Names of brands have at most so many words. */
#define NAME_WORDS_MAX 6u
/* Disguises of shorter names are other words. */
#define DISGUISED_MIN 5u
#define VALUE_MAX 253u

struct alias {
	const struct warden_brand *brand;
	GPtrArray *words;
};

struct warden_link_lists {
	GHashTable *places;	/* host or host/segment → flags */
	GPtrArray *brands;	/* struct warden_brand */
	GHashTable *aliases;	/* first word → GPtrArray of struct alias */
	GHashTable *disguises;	/* folded single word → struct warden_brand */
	GPtrArray *unspaced;	/* struct alias, of writing without spaces */
	struct warden_lookalike_set *names;
	GPtrArray *lines;	/* char*: of brands, until they are finished */
};

static const struct {
	const char *name;
	enum warden_place place;
} groups[] = {
	{ "shorteners", WARDEN_PLACE_SHORTENER },
	{ "free-hosts", WARDEN_PLACE_FREE_HOST },
	{ "forms", WARDEN_PLACE_FORM },
	{ "file-shares", WARDEN_PLACE_FILE_SHARE },
	{ "dynamic-dns", WARDEN_PLACE_DYNAMIC_DNS },
	{ "ipfs", WARDEN_PLACE_IPFS },
	{ "proxies", WARDEN_PLACE_PROXY },
	{ "bulk-senders", WARDEN_PLACE_BULK_SENDER },
	{ "suffixes", WARDEN_PLACE_SUFFIX },
	{ "chat", WARDEN_PLACE_CHAT },
	{ "free-mail", WARDEN_PLACE_FREE_MAIL },
};

static void brand_free(struct warden_brand *brand)
{
	g_free(brand->name);
	g_ptr_array_unref(brand->domains);
	g_free(brand);
}

static void alias_free(struct alias *alias)
{
	g_ptr_array_unref(alias->words);
	g_free(alias);
}

struct warden_link_lists *warden_link_lists_new(void)
{
	struct warden_link_lists *lists = g_new0(struct warden_link_lists, 1);

	lists->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      NULL);
	lists->brands = g_ptr_array_new_with_free_func(
		(GDestroyNotify)brand_free);
	lists->lines = g_ptr_array_new_with_free_func(g_free);
	lists->aliases = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)g_ptr_array_unref);
	lists->disguises = g_hash_table_new_full(g_str_hash, g_str_equal,
						 g_free, NULL);
	lists->unspaced = g_ptr_array_new_with_free_func(
		(GDestroyNotify)alias_free);
	lists->names = warden_lookalike_set_new();
	return lists;
}

void warden_link_lists_free(struct warden_link_lists *lists)
{
	if (lists == NULL)
		return;
	g_hash_table_unref(lists->places);
	g_hash_table_unref(lists->aliases);
	g_hash_table_unref(lists->disguises);
	g_ptr_array_unref(lists->unspaced);
	g_ptr_array_unref(lists->lines);
	warden_lookalike_set_free(lists->names);
	g_ptr_array_unref(lists->brands);
	g_free(lists);
}

/* --- reading ------------------------------------------------------------ */

static int fail(const char *name, guint line, const char *value,
		const char *why, char **error_r)
{
	*error_r = g_strdup_printf("%s: line %u: %s: %s", name, line, value,
				   why);
	return -1;
}

/* "example.com", "xn--….de", "amazon.*", "docs.example.com/forms". */
static bool is_value(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (!g_ascii_islower(*p) && !g_ascii_isdigit(*p) &&
		    strchr("-._/*", *p) == NULL)
			return FALSE;
	}
	return value[0] != '\0' && strlen(value) <= VALUE_MAX &&
	       value[0] != '.' && value[0] != '*' && value[0] != '/';
}

static gboolean is_of_place(gpointer key, gpointer value, gpointer context)
{
	guint32 *place = context;

	return (GPOINTER_TO_UINT(value) & *place) != 0;
}

/* A host that is in another group as well is read again with that one. */
static void forget_place(struct warden_link_lists *lists, guint32 place)
{
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, lists->places);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		if (is_of_place(key, value, &place))
			g_hash_table_iter_replace(
				&iter, GUINT_TO_POINTER(
					GPOINTER_TO_UINT(value) & ~place));
	}
}

static bool find_group(const char *line, guint32 *place_r, bool *only_r)
{
	const char *end = strchr(line, ']');

	for (gsize i = 0; end != NULL && i < G_N_ELEMENTS(groups); i++) {
		if (strlen(groups[i].name) == (gsize)(end - line - 1) &&
		    strncmp(line + 1, groups[i].name, end - line - 1) == 0) {
			*place_r = groups[i].place;
			*only_r = strcmp(end + 1, " only") == 0;
			return *only_r || end[1] == '\0';
		}
	}
	return FALSE;
}

static int add_places(struct warden_link_lists *lists, const char *line,
		      guint32 place, const char *name, guint number,
		      char **error_r)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);

	for (char **word = words; *word != NULL; word++) {
		const char *value = **word == '-' ? *word + 1 : *word;
		guint32 flags;

		if (**word == '\0')
			continue;
		if (place == 0)
			return fail(name, number, *word, "outside a group",
				    error_r);
		if (!is_value(value))
			return fail(name, number, *word,
				    "not a host in lower case", error_r);
		flags = GPOINTER_TO_UINT(
			g_hash_table_lookup(lists->places, value));
		flags = **word == '-' ? flags & ~place : flags | place;
		g_hash_table_insert(lists->places, g_strdup(value),
				    GUINT_TO_POINTER(flags));
	}
	return 1;
}

int warden_link_lists_add_hosts(struct warden_link_lists *lists,
				const char *text, const char *name,
				char **error_r)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint32 place = 0;
	bool only;

	for (guint i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);

		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (line[0] != '[') {
			if (add_places(lists, line, place, name, i + 1,
				       error_r) < 0)
				return -1;
			continue;
		}
		if (!find_group(line, &place, &only))
			return fail(name, i + 1, line, "unknown group",
				    error_r);
		if (only)
			forget_place(lists, place);
	}
	return 1;
}

static void remove_brand(struct warden_link_lists *lists, const char *name)
{
	for (guint i = lists->lines->len; i > 0; i--) {
		const char *line = g_ptr_array_index(lists->lines, i - 1);
		gsize size = strlen(name);

		line += line[0] == '~' ? 1 : 0;
		if (strncmp(line, name, size) == 0 &&
		    (line[size] == ',' || g_str_has_prefix(line + size, " =")))
			g_ptr_array_remove_index(lists->lines, i - 1);
	}
}

static int check_brand(const char *line, const char *name, guint number,
		       char **error_r)
{
	const char *equals = strstr(line, " = ");
	g_auto(GStrv) words = NULL;

	if (equals == NULL || equals == line)
		return fail(name, number, line, "not \"Name = domain …\"",
			    error_r);
	words = g_strsplit_set(equals + 3, " \t", -1);
	for (char **word = words; *word != NULL; word++) {
		const char *value = **word == '~' ? *word + 1 : *word;

		if (**word != '\0' && !is_value(value))
			return fail(name, number, *word,
				    "not a domain in lower case", error_r);
	}
	return 1;
}

int warden_link_lists_add_brands(struct warden_link_lists *lists,
				 const char *text, const char *name,
				 char **error_r)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	if (!g_utf8_validate(text, -1, NULL))
		return fail(name, 1, "text", "not UTF-8", error_r);
	for (guint i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);

		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (strcmp(line, "only") == 0) {
			g_ptr_array_set_size(lists->lines, 0);
		} else if (line[0] == '-') {
			remove_brand(lists, g_strchug(line + 1));
		} else {
			if (check_brand(line, name, i + 1, error_r) < 0)
				return -1;
			g_ptr_array_add(lists->lines, g_strdup(line));
		}
	}
	return 1;
}

/* --- making it quick to ask ------------------------------------------------ */

GPtrArray *warden_link_words(const char *text)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *lower = g_utf8_strdown(text, -1);
	const char *start = NULL, *p = lower;

	for (;; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c != 0 && (g_unichar_isalnum(c) || g_unichar_ismark(c))) {
			start = start == NULL ? p : start;
			continue;
		}
		if (start != NULL)
			g_ptr_array_add(words, g_strndup(start, p - start));
		start = NULL;
		if (c == 0)
			break;
	}
	return words;
}

/* Chinese and Japanese names stand within others' words. */
static bool is_unspaced(const char *word)
{
	for (; *word != '\0'; word = g_utf8_next_char(word)) {
		gunichar c = g_utf8_get_char(word);

		if (c >= 0x2e80 && c < 0xa000)
			return TRUE;
	}
	return FALSE;
}

static void add_alias(struct warden_link_lists *lists,
		      const struct warden_brand *brand, const char *name)
{
	struct alias *alias = g_new0(struct alias, 1);
	GPtrArray *others;
	const char *first;

	alias->brand = brand;
	alias->words = warden_link_words(name);
	if (alias->words->len == 0 || alias->words->len > NAME_WORDS_MAX) {
		alias_free(alias);
		return;
	}
	first = g_ptr_array_index(alias->words, 0);
	if (is_unspaced(first)) {
		g_ptr_array_add(lists->unspaced, alias);
		return;
	}
	others = g_hash_table_lookup(lists->aliases, first);
	if (others == NULL) {
		others = g_ptr_array_new_with_free_func(
			(GDestroyNotify)alias_free);
		g_hash_table_insert(lists->aliases, g_strdup(first), others);
	}
	g_ptr_array_add(others, alias);
	if (alias->words->len == 1 && !brand->is_word &&
	    strlen(first) >= DISGUISED_MIN)
		g_hash_table_insert(lists->disguises,
				    warden_lookalike_fold(first),
				    (gpointer)brand);
}

static void finish_brand(struct warden_link_lists *lists, const char *line)
{
	struct warden_brand *brand = g_new0(struct warden_brand, 1);
	const char *start = line + (line[0] == '~' ? 1 : 0);
	const char *equals = strstr(start, " = ");
	g_autofree char *names = g_strndup(start, equals - start);
	g_auto(GStrv) aliases = g_strsplit(names, ",", -1);
	g_auto(GStrv) domains = g_strsplit_set(equals + 3, " \t", -1);

	brand->is_word = line[0] == '~';
	brand->name = g_strdup(g_strstrip(aliases[0]));
	brand->domains = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(lists->brands, brand);
	for (char **alias = aliases; *alias != NULL; alias++)
		add_alias(lists, brand, *alias);
	for (char **domain = domains; *domain != NULL; domain++) {
		if (**domain == '\0')
			continue;
		bool is_plain = **domain == '~';
		const char *value = *domain + (is_plain ? 1 : 0);

		g_ptr_array_add(brand->domains, g_strdup(value));
		warden_lookalike_set_add(lists->names, value,
					 is_plain || brand->is_word, brand);
	}
}

void warden_link_lists_finish(struct warden_link_lists *lists)
{
	for (guint i = 0; i < lists->lines->len; i++)
		finish_brand(lists, g_ptr_array_index(lists->lines, i));
	g_ptr_array_set_size(lists->lines, 0);
}

/* --- asking ----------------------------------------------------------------- */

guint32 warden_link_lists_place(const struct warden_link_lists *lists,
				const char *host, const char *path)
{
	const char *rest = host, *last = strrchr(host, '.');
	guint32 flags = 0;

	if (path[0] == '/' && path[1] != '\0') {
		g_autofree char *page = g_strdup_printf(
			"%s/%.*s", host, (int)strcspn(path + 1, "/?#"),
			path + 1);

		flags = GPOINTER_TO_UINT(
			g_hash_table_lookup(lists->places, page));
	}
	while (rest != NULL) {
		flags |= GPOINTER_TO_UINT(
			g_hash_table_lookup(lists->places, rest)) &
			~(guint32)WARDEN_PLACE_SUFFIX;
		rest = strchr(rest, '.');
		rest = rest == NULL ? NULL : rest + 1;
	}
	if (last != NULL)
		flags |= GPOINTER_TO_UINT(
			g_hash_table_lookup(lists->places, last + 1)) &
			WARDEN_PLACE_SUFFIX;
	return flags;
}

const struct warden_lookalike_set *
warden_link_lists_names(const struct warden_link_lists *lists)
{
	return lists->names;
}

bool warden_link_lists_is_of(const struct warden_link_lists *lists,
			     const struct warden_brand *brand,
			     const char *host)
{
	for (guint i = 0; i < brand->domains->len; i++) {
		if (warden_lookalike_covers(
			    g_ptr_array_index(brand->domains, i), host))
			return (warden_link_lists_place(lists, host, "") &
				(WARDEN_PLACE_FREE_HOST | WARDEN_PLACE_FORM)) ==
				0;
	}
	return FALSE;
}

static bool is_alias_at(const struct alias *alias, const GPtrArray *words,
			guint at)
{
	if (at + alias->words->len > words->len)
		return FALSE;
	for (guint i = 1; i < alias->words->len; i++) {
		if (strcmp(alias->words->pdata[i],
			   words->pdata[at + i]) != 0)
			return FALSE;
	}
	return TRUE;
}

/* The longest name that begins with the word at. */
static const struct alias *
find_alias(const struct warden_link_lists *lists, const GPtrArray *words,
	   guint at)
{
	const GPtrArray *aliases = g_hash_table_lookup(
		lists->aliases, g_ptr_array_index(words, at));
	const struct alias *best = NULL;

	for (guint i = 0; aliases != NULL && i < aliases->len; i++) {
		const struct alias *alias = g_ptr_array_index(aliases, i);

		if ((best == NULL || alias->words->len > best->words->len) &&
		    is_alias_at(alias, words, at))
			best = alias;
	}
	return best;
}

static void add_mention(GArray *mentions, const struct warden_brand *brand,
			guint start, guint end, bool disguised)
{
	const struct warden_brand_mention mention = {
		.brand = brand, .start = start, .end = end,
		.disguised = disguised,
	};

	g_array_append_val(mentions, mention);
}

static void add_disguised(const struct warden_link_lists *lists,
			  const char *word, guint at, GArray *mentions)
{
	const struct warden_brand *brand;

	if (strlen(word) < DISGUISED_MIN)
		return;
	g_autofree char *folded = warden_lookalike_fold(word);
	brand = g_hash_table_lookup(lists->disguises, folded);
	if (brand != NULL)
		add_mention(mentions, brand, at, at + 1, TRUE);
}

GArray *warden_link_lists_mentions(const struct warden_link_lists *lists,
				   const char *text, const GPtrArray *words,
				   bool fold, guint max)
{
	GArray *mentions = g_array_new(FALSE, FALSE,
				       sizeof(struct warden_brand_mention));

	for (guint at = 0; at < words->len && mentions->len < max; at++) {
		const struct alias *alias = find_alias(lists, words, at);

		if (alias != NULL) {
			add_mention(mentions, alias->brand, at,
				    at + alias->words->len, FALSE);
			at += alias->words->len - 1;
		} else if (fold) {
			add_disguised(lists, words->pdata[at], at, mentions);
		}
	}
	for (guint i = 0; i < lists->unspaced->len && mentions->len < max &&
	     !g_str_is_ascii(text); i++) {
		const struct alias *alias = lists->unspaced->pdata[i];

		if (strstr(text, alias->words->pdata[0]) != NULL)
			add_mention(mentions, alias->brand, 0, 0, FALSE);
	}
	return mentions;
}
