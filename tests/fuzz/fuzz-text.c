/* Texts: charsets, bodies as people see them, codes that are drawn, words that
   may be passwords, what should not leave the house, calendars. The first byte
   of the input says which. */

#include "warden-config.h"

#include "fuzz-queue.h"

#include "scanner/parse/text/charset.h"
#include "scanner/parse/text/drawn.h"
#include "scanner/parse/text/passwords.h"
#include "scanner/parse/text/sensitive.h"
#include "scanner/parse/encoding/unpack.h"
#include "scanner/parse/text/visible.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Text as the parser hands it on: UTF-8 without NUL. */
static char *make_text(const uint8_t *data, size_t size, const char *charset)
{
	GString *decoded = warden_charset_decode(fuzz_parser()->charsets,
						 charset, data, size,
						 WARDEN_TEXT_MAX, NULL);
	char *text = g_strdup(decoded->str);

	require(g_utf8_validate(text, -1, NULL));
	g_string_free(decoded, TRUE);
	return text;
}

/* The first line is the charset's name. */
static void decode(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t name = line == NULL ? 0 : (size_t)(line - data);
	g_autofree char *charset = g_strndup((const char *)data, name);
	bool unknown;
	GString *text = warden_charset_decode(fuzz_parser()->charsets, charset,
					      data + name, size - name,
					      500, &unknown);

	require(text->len <= 500);
	require(g_utf8_validate_len(text->str, text->len, NULL) ||
		memchr(text->str, '\0', text->len) != NULL);
	g_string_free(text, TRUE);
	(void)warden_charset_keeps_ascii(charset);
	(void)warden_charset_sniff(data, size);
}

/* Bodies with a NUL between them: pages and plain text in turn. */
static void show(const uint8_t *data, size_t size)
{
	struct warden_visible *visible = warden_visible_new();
	struct warden_facts *facts = warden_facts_new();

	for (guint i = 0; size > 0; i++) {
		const uint8_t *end = memchr(data, '\0', size);
		size_t length = end == NULL ? size : (size_t)(end - data);
		g_autofree char *text = make_text(data, length, "utf-8");
		g_autofree char *path = g_strdup_printf("1.%u", i + 1);

		if (i % 2 == 0)
			warden_visible_add_html(visible, path, "utf-8", text,
						strlen(text));
		else
			warden_visible_add_plain(visible, path, "", text,
						 strlen(text));
		(void)warden_visible_count_invisible(text);
		length += end != NULL;
		data += length;
		size -= length;
	}
	warden_visible_alternative(visible, "1");
	(void)warden_visible_finish(visible, facts);
	require(g_utf8_validate(facts->text.visible, -1, NULL));
	require(g_utf8_validate(facts->text.hidden, -1, NULL));
	warden_facts_free(facts);
	warden_visible_free(visible);
}

static void look_drawn(const uint8_t *data, size_t size, bool html)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_queue *queue = warden_queue_new(fuzz_parser(), facts,
						      size);
	g_autofree char *text = make_text(data, size, "utf-8");

	if (html)
		warden_drawn_html_look(queue, "1", text, strlen(text));
	else
		warden_drawn_text_look(queue, "1", text, strlen(text));
	warden_queue_free(queue);
	warden_facts_free(facts);
}

static void draw_text(const uint8_t *data, size_t size)
{
	look_drawn(data, size, FALSE);
}

static void draw_page(const uint8_t *data, size_t size)
{
	look_drawn(data, size, TRUE);
}

static void find_passwords(const uint8_t *data, size_t size)
{
	struct warden_passwords *passwords = warden_passwords_new();
	g_autofree char *text = make_text(data, size, "utf-8");
	const GPtrArray *list;

	warden_passwords_read_text(passwords, text, strlen(text));
	warden_passwords_read_html(passwords, text, strlen(text));
	warden_passwords_read_name(passwords, text);
	list = warden_passwords_list(passwords);
	require(list->len <= WARDEN_PASSWORDS_MAX);
	for (guint i = 0; i < list->len; i++)
		require(g_utf8_validate(list->pdata[i], -1, NULL));
	warden_passwords_free(passwords);
}

/* The same bytes as an administrator's patterns, too. */
static void find_sensitive(const uint8_t *data, size_t size)
{
	static struct warden_sensitive_patterns *patterns;
	struct warden_sensitive_patterns *others;
	struct warden_facts *facts = warden_facts_new();
	g_autofree char *text = make_text(data, size, "utf-8");
	char *error = NULL;

	if (patterns == NULL && warden_sensitive_patterns_new(
		    "word = \\bsecret (plan|list)\\b\n", &patterns,
		    &error) < 0)
		abort();
	warden_sensitive_look(facts, patterns, "1", text, strlen(text), FALSE);
	warden_sensitive_look(facts, NULL, "2", text, strlen(text), TRUE);
	/* as it is, without being made valid */
	warden_sensitive_look(facts, patterns, "3", (const char *)data, size,
			      FALSE);
	require(facts->sensitive->len <= WARDEN_FACT_SENSITIVE_MAX);
	warden_facts_free(facts);
	if (size > 200)
		return;
	if (warden_sensitive_patterns_new(text, &others, &error) < 0)
		g_free(error);
	else
		warden_sensitive_patterns_free(others);
}

static bool take_unpacked(void *context, GBytes *bytes, const char *how)
{
	require(context != NULL && how != NULL);
	require(g_bytes_get_size(bytes) > 0);
	return FALSE;
}

static bool spend_unpacked(void *context, gsize size)
{
	gsize *left = context;

	if (size > *left)
		return FALSE;
	*left -= size;
	return TRUE;
}

static void unpack(const uint8_t *data, size_t size)
{
	g_autofree char *text = make_text(data, size, "utf-8");
	gsize left = 64 * size;
	struct warden_unpack how = {
		.found = take_unpacked, .spend = spend_unpacked,
		.context = &left,
	};

	(void)warden_unpack_text(&how, text, strlen(text));
}

static void open_calendar(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "text/calendar", "");
}

static void open_card(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "text/vcard", "a.vcf");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* make-seeds-text.py has the same list */
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		decode, show, draw_text, draw_page, find_passwords,
		find_sensitive, unpack, open_calendar, open_card,
	};
	uint8_t *copy;

	if (size < 2)
		return 0;
	/* of its exact size, so that what is read behind it is seen */
	copy = g_memdup2(data + 1, size - 1);
	readers[data[0] % G_N_ELEMENTS(readers)](copy, size - 1);
	g_free(copy);
	return 0;
}
