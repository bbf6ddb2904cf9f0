#include "warden-config.h"

#include "xml-entities.h"

#include "../../facts/limits.h"

#include <string.h>

/* References lead to entities that are declared before or behind. So sizes are
   reckoned until they stay as they are, or have grown often enough: chains are
   short in documents, and each round makes those of a bomb larger. */
#define ENDLESS G_MAXUINT32
#define ROUNDS_MAX 32
#define DECLARATIONS_SIZE_MAX (1024u * 1024)

static const char start[] = "<!ENTITY";

static bool is_name(char c)
{
	return g_ascii_isalnum(c) || strchr("._-:", c) != NULL ||
	       (c & 0x80) != 0;
}

static gsize name_size(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && *p != '\0' && is_name(*p))
		p++;
	return p - from;
}

static guint64 size_of(GHashTable *sizes, const char *name, gsize size)
{
	g_autofree char *key = g_strndup(name, size);

	return GPOINTER_TO_UINT(g_hash_table_lookup(sizes, key));
}

/* Of the text with what it refers to; never above ENDLESS. */
static guint64 expanded(GHashTable *sizes, const char *p, const char *end)
{
	guint64 total = end - p;

	while (total < ENDLESS &&
	       (p = memchr(p, '&', end - p)) != NULL) {
		gsize size = name_size(++p, end);

		if (p + size < end && p[size] == ';')
			total += size_of(sizes, p, size);
		p += size;
	}
	return MIN(total, ENDLESS);
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && g_ascii_isspace(*p))
		p++;
	return p;
}

/* Reckon the size of what is declared at p, behind the word. Returns where to go
   on. */
static const char *declare(GHashTable *sizes, GHashTable *seen, const char *p,
			   const char *end, bool *grown)
{
	const char *name = skip_space(p, end), *value, *close;
	gsize size = name_size(name, end);
	guint now;

	value = skip_space(name + size, end);
	if (size == 0 || value >= end || (*value != '"' && *value != '\''))
		return value;
	close = memchr(value + 1, *value, end - value - 1);
	if (close == NULL)
		return end;
	/* Of several with one name the first counts (XML 4.2). */
	char *key = g_strndup(name, size);
	if (!g_hash_table_add(seen, key))
		return close + 1;
	now = (guint)expanded(sizes, value + 1, close);
	if (now > GPOINTER_TO_UINT(g_hash_table_lookup(sizes, key))) {
		g_hash_table_insert(sizes, g_strdup(key),
				    GUINT_TO_POINTER(now));
		*grown = TRUE;
	}
	return close + 1;
}

/* Returns behind the last declaration. */
static const char *declare_all(GHashTable *sizes, const char *p,
			       const char *end, bool *grown)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, NULL);
	const char *next;

	*grown = FALSE;
	while ((next = memmem(p, end - p, start, strlen(start))) != NULL)
		p = declare(sizes, seen, next + strlen(start), end, grown);
	return p;
}

bool warden_xml_entities_explode(const char *text, gsize size)
{
	g_autoptr(GHashTable) sizes = NULL;
	const char *first = memmem(text, size, start, strlen(start)), *p;
	const char *end = text + size;
	bool grown = TRUE;

	if (first == NULL)
		return FALSE;
	sizes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p = first;
	for (guint i = 0; i < ROUNDS_MAX && grown; i++)
		p = declare_all(sizes, first,
				first + MIN((gsize)(end - first),
					    DECLARATIONS_SIZE_MAX), &grown);
	return expanded(sizes, p, end) > WARDEN_ENTITIES_MAX;
}
