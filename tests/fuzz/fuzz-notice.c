/* The texts of notices as an administrator may have edited them, and a
   stranger's words in a sound one. The first byte says which file it is. */

#include "warden-config.h"

#include "scanner/core/notice.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void compose(const struct warden_notice_texts *texts, const char *words,
		    guint count)
{
	struct warden_notice_item items[3] = { { .from_name = words,
		.from_address = words, .subject = words, .mailbox = words,
		.file = words, .time_secs = 1700000000,
		.verdict = WARDEN_VERDICT_MALWARE, .symbol = words,
		.detail = words } };
	struct warden_notice notice = {
		.user = words, .from = words, .domain = words,
		.quarantine = words, .id = "x", .items = items,
		.count = count, .total = count,
	};

	items[1] = items[2] = items[0];
	g_autofree char *message = warden_notice_compose(texts, &notice);
	const char *body = strstr(message, "\r\n\r\n");

	require(body != NULL && strlen(message) <= WARDEN_NOTICE_SIZE_MAX);
	/* A header of eleven fields, whatever was put in. */
	guint fields = 0;
	for (const char *p = message; p <= body; p = strstr(p, "\r\n") + 2)
		fields += *p != ' ';
	require(fields == 11);
}

static void try_words(const char *words)
{
	static struct warden_notice_texts texts;
	g_autofree char *complaints = NULL;
	g_autofree char *safe = warden_notice_safe(words, 200);

	require(g_utf8_validate(safe, -1, NULL) && strlen(safe) <= 200);
	require(strstr(safe, "://") == NULL);
	if (texts.language == NULL)
		warden_notice_texts_load(NULL, "de", &texts, &complaints);
	compose(&texts, words, 1);
	compose(&texts, words, 3);
}

static void try_text(enum warden_notice_kind kind, const char *data,
		     size_t size)
{
	struct warden_notice_texts texts;
	struct warden_notice_text *text = NULL;
	g_autofree char *complaints = NULL, *error = NULL;

	if (warden_notice_text_parse(kind, data, size, "fuzz", &text,
				     &error) < 0) {
		require(error != NULL && text == NULL);
		return;
	}
	warden_notice_texts_load(NULL, "en", &texts, &complaints);
	warden_notice_text_free(texts.text[kind]);
	texts.text[kind] = text;
	compose(&texts, "a {subject} http://b.example", 1);
	compose(&texts, "a {subject} http://b.example", 3);
	warden_notice_texts_clear(&texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *words = NULL;

	if (size == 0)
		return 0;
	words = g_strndup((const char *)data + 1, size - 1);
	try_words(words);
	try_text(data[0] % WARDEN_NOTICE_KINDS, (const char *)data + 1,
		 size - 1);
	return 0;
}
