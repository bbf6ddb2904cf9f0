#include "warden-config.h"

#include "from.h"
#include "tokens.h"

#include "url.h"

#include <string.h>

/* Shorter words say nothing in most languages, longer ones are no words. */
#define WORD_CHARS_MIN 3
#define WORD_CHARS_MAX 24
#define WORD_BYTES_MAX (WORD_CHARS_MAX * 4)
/* Before the sample: the text alone may have ten thousand words. */
#define GATHERED_MAX 32768u
#define HOSTS_MAX 64u
/* Steps of a link's path whose shape counts. */
#define PATH_STEPS_MAX 4

/* Names of people, in To and Cc, are no words of the text. */
struct gathering {
	GHashTable *seen;	/* gint64 → itself, owned by the table */
	GHashTable *names;	/* of recipients, folded */
};

/* --- hashing ---------------------------------------------------------------- */

/* FNV-1a, 64 bits, with a last round that spreads it (MurmurHash3's). */
static guint64 hash_bytes(guint64 hash, const char *data, gsize size)
{
	for (gsize i = 0; i < size; i++)
		hash = (hash ^ (guint8)data[i]) *
			G_GUINT64_CONSTANT(0x100000001b3);
	return hash;
}

static gint64 hash_finish(guint64 hash)
{
	hash = (hash ^ hash >> 33) * G_GUINT64_CONSTANT(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * G_GUINT64_CONSTANT(0xc4ceb9fe1a85ec53);
	return (gint64)(hash ^ hash >> 33);
}

static void add(struct gathering *to, const char *kind, const char *first,
		const char *second)
{
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

	if (g_hash_table_size(to->seen) >= GATHERED_MAX)
		return;
	hash = hash_bytes(hash, kind, strlen(kind) + 1);
	hash = hash_bytes(hash, first, strlen(first) + 1);
	if (second != NULL)
		hash = hash_bytes(hash, second, strlen(second) + 1);
	gint64 *token = g_new(gint64, 1);
	*token = hash_finish(hash);
	g_hash_table_add(to->seen, token);
}

/* --- words ------------------------------------------------------------------- */

/* Written without spaces: two characters are about a word. */
static bool is_dense(gunichar c)
{
	switch (g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
	case G_UNICODE_SCRIPT_THAI:
		return true;
	default:
		return false;
	}
}

struct word {
	char text[WORD_BYTES_MAX + 8];
	gsize size;
	guint chars;
	bool has_digit, has_letter;
};

/* Characters that nobody sees do not part words. */
static bool is_word_char(gunichar c)
{
	return g_unichar_isalnum(c) || g_unichar_ismark(c) || c == '$' ||
		g_unichar_type(c) == G_UNICODE_CURRENCY_SYMBOL;
}

static void word_append(struct word *word, gunichar c)
{
	word->chars++;
	/* One number is like another. */
	if (g_unichar_isdigit(c)) {
		word->has_digit = true;
		c = '0';
	} else {
		word->has_letter = true;
		c = g_unichar_tolower(c);
	}
	if (word->size < WORD_BYTES_MAX)
		word->size += (gsize)g_unichar_to_utf8(
			c, word->text + word->size);
	word->text[word->size] = '\0';
}

/* Next word of *text; false at its end. A word of a dense script is one
   character. */
static bool next_word(const char **text, struct word *word, bool *dense_r)
{
	const char *p = *text;

	memset(word, 0, sizeof(*word));
	for (; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_type(c) == G_UNICODE_FORMAT)
			continue;
		*dense_r = is_dense(c);
		if (*dense_r && word->chars > 0) {
			*dense_r = false;
			break;
		}
		if (is_word_char(c))
			word_append(word, c);
		else if (word->chars > 0)
			break;
		if (*dense_r && word->chars > 0) {
			p = g_utf8_next_char(p);
			break;
		}
	}
	*text = p;
	return word->chars > 0;
}

static bool is_telling(const struct gathering *to, const struct word *word,
		       bool dense)
{
	if (dense)
		return true;
	return word->chars >= WORD_CHARS_MIN &&
	       word->chars <= WORD_CHARS_MAX && word->has_letter &&
	       !g_hash_table_contains(to->names, word->text);
}

static void add_words(struct gathering *to, const char *kind,
		      const char *pair_kind, const char *text)
{
	struct word word, before = { .size = 0 };
	bool dense, dense_before = false;

	while (next_word(&text, &word, &dense)) {
		if (!is_telling(to, &word, dense)) {
			/* A pair does not reach over a name or a number. */
			if (word.chars >= WORD_CHARS_MIN || word.has_digit)
				before.size = 0;
			continue;
		}
		if (!dense)
			add(to, kind, word.text, NULL);
		if (before.size > 0 && dense == dense_before)
			add(to, pair_kind, before.text, word.text);
		before = word;
		dense_before = dense;
	}
}

static void note_names(struct gathering *to, const char *text)
{
	struct word word;
	bool dense;

	while (next_word(&text, &word, &dense)) {
		if (!dense && word.chars >= WORD_CHARS_MIN)
			g_hash_table_add(to->names, g_strdup(word.text));
	}
}

/* --- links ------------------------------------------------------------------- */

static char shape_of(const char *step, gsize size)
{
	bool letters = false, digits = false, other = false;

	for (gsize i = 0; i < size; i++) {
		letters |= g_ascii_isalpha(step[i]) != 0;
		digits |= g_ascii_isdigit(step[i]) != 0;
		other |= !g_ascii_isalnum(step[i]);
	}
	if (size > 24)
		return 'L';	/* a token, an address, a document's number */
	if (letters && digits)
		return 'x';
	if (digits)
		return '0';
	return other ? 'w' : 'a';
}

/* "/track/click/123456/page.html?u=1" is "/a/a/0/a.html?". Returns FALSE for
   a link to a site as such. */
static bool path_shape(const char *url, char *shape_r, gsize size)
{
	const char *path = strstr(url, "://");
	gsize used = 0;

	path = path == NULL ? NULL : strpbrk(path + 3, "/?#");
	shape_r[0] = '\0';
	for (guint step = 0; path != NULL && *path == '/' &&
	     step < PATH_STEPS_MAX && used + 12 < size; step++) {
		gsize length = strcspn(++path, "/?#");
		const char *dot = g_strrstr_len(path, (gssize)length, ".");

		if (length == 0)
			continue;
		gsize stem = dot == NULL ? length : (gsize)(dot - path);
		shape_r[used++] = '/';
		shape_r[used++] = shape_of(path, stem);
		gsize rest = length - stem;
		if (rest > 1 && rest <= 6) {
			memcpy(shape_r + used, path + stem, rest);
			used += rest;
		}
		path += length;
	}
	if (path != NULL && *path != '\0' && strpbrk(path, "?") != NULL)
		shape_r[used++] = '?';
	shape_r[used] = '\0';
	return used > 0;
}

static void add_links(struct gathering *to, const GPtrArray *urls)
{
	char shape[64];
	guint hosts = 0;

	for (guint i = 0; i < urls->len && hosts < HOSTS_MAX; i++) {
		const struct warden_url *url = urls->pdata[i];
		const char *domain;

		if (url->host[0] == '\0' ||
		    strcmp(url->source, "header") == 0)
			continue;
		domain = warden_url_registrable(url->host);
		add(to, "host", domain != NULL ? domain : url->host, NULL);
		if (path_shape(url->url, shape, sizeof(shape)))
			add(to, "path", shape, NULL);
		hosts++;
	}
}

/* --- sender and structure ----------------------------------------------------- */

static void add_domain(struct gathering *to, const char *kind,
		       const char *address)
{
	g_autofree char *host = warden_address_host(address);

	if (*host != '\0')
		add(to, kind, warden_host_domain(host), NULL);
}

static void add_sender(struct gathering *to,
		       const struct warden_header_facts *header)
{
	if (header->from->len > 0) {
		const struct warden_address *from = header->from->pdata[0];

		add_domain(to, "from", from->address);
		add_words(to, "name", "names", from->name);
	}
	if (header->reply_to->len > 0) {
		const struct warden_address *reply = header->reply_to->pdata[0];

		add_domain(to, "reply", reply->address);
	}
	if (header->list_id != NULL && header->list_id[0] != '\0')
		add(to, "list", header->list_id, NULL);
}

/* 0 1 2 4 8 …: how many, roughly. */
static void add_amount(struct gathering *to, const char *kind, guint64 amount)
{
	char text[8];
	guint bits = 0;

	for (; amount > 0; amount >>= 1)
		bits++;
	g_snprintf(text, sizeof(text), "%u", bits);
	add(to, kind, text, NULL);
}

static void add_structure(struct gathering *to,
			  const struct warden_facts *facts)
{
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		if ((part->flags & WARDEN_PART_ATTACHMENT) != 0)
			add(to, "file", warden_kind_name(part->kind), NULL);
		else
			add(to, "part", warden_kind_name(part->kind), NULL);
	}
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		add(to, "trait", trait->code, NULL);
	}
	add_amount(to, "links", facts->urls->len);
	add_amount(to, "chars", facts->text.visible_chars / 128);
	add_amount(to, "images", facts->text.images);
}

/* --- the whole ----------------------------------------------------------------- */

static int compare_tokens(const void *a, const void *b)
{
	guint64 first = *(const guint64 *)a, second = *(const guint64 *)b;

	return first < second ? -1 : first > second;
}

/* The smallest hashes are the sample. */
static GArray *take(struct gathering *from)
{
	GArray *tokens = g_array_sized_new(FALSE, FALSE, sizeof(guint64),
					   g_hash_table_size(from->seen));
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, from->seen);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		guint64 token = (guint64)*(gint64 *)key;

		g_array_append_val(tokens, token);
	}
	g_array_sort(tokens, compare_tokens);
	if (tokens->len > WARDEN_TOKENS_MAX)
		g_array_set_size(tokens, WARDEN_TOKENS_MAX);
	return tokens;
}

GArray *warden_tokens(const struct warden_facts *facts)
{
	const struct warden_header_facts *header = &facts->header;
	struct gathering to = {
		.seen = g_hash_table_new_full(g_int64_hash, g_int64_equal,
					      g_free, NULL),
		.names = g_hash_table_new_full(g_str_hash, g_str_equal,
					       g_free, NULL),
	};
	GArray *tokens;

	for (guint i = 0; i < header->to->len; i++) {
		const struct warden_address *address = header->to->pdata[i];

		note_names(&to, address->name);
		note_names(&to, address->address);
	}
	add_sender(&to, header);
	add_structure(&to, facts);
	add_links(&to, facts->urls);
	add_words(&to, "subject", "subjects", header->subject);
	add_words(&to, "word", "words", facts->text.visible);
	tokens = take(&to);
	g_hash_table_unref(to.seen);
	g_hash_table_unref(to.names);
	return tokens;
}
