/* HTML and the URLs in it, and plain text as well. */

#include "warden-config.h"

#include "scanner/parse/text/charset.h"
#include "scanner/parse/web/html.h"
#include "scanner/parse/text/urls.h"

#include "scanner/facts/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_url(const char *text, size_t size, const char *base)
{
	struct warden_link link;

	if (!warden_link_parse(text, size, base, &link))
		return;
	if (*link.url == '\0' || strpbrk(link.url, "\t\r\n") != NULL)
		abort();
	warden_link_clear(&link);
}

static void try_html(const GString *text)
{
	struct warden_html html;
	guint i;

	warden_html_parse(text->str, text->len, &html);
	if (html.links->len > WARDEN_FACT_URLS_MAX)
		abort();
	for (i = 0; i < html.links->len; i++) {
		const struct warden_html_link *link =
			g_ptr_array_index(html.links, i);

		if (!g_utf8_validate(link->text, -1, NULL) &&
		    strlen(link->text) < WARDEN_FACT_TEXT_MAX)
			abort();
		try_url(link->url, strlen(link->url), html.base);
	}
	warden_html_clear(&html);
}

static void try_text(const GString *text)
{
	struct warden_url_iter iter;
	gsize start, end, before = 0;

	warden_url_iter_init(&iter, text->str, text->len);
	while (warden_url_iter_next(&iter, &start, &end)) {
		if (start < before || end <= start || end > text->len)
			abort();
		before = end;
		try_url(text->str + start, end - start, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct warden_charsets *charsets;
	GString *text;

	if (charsets == NULL)
		charsets = warden_charsets_new();
	text = warden_charset_decode(charsets, "utf-8", data, size,
				     WARDEN_HTML_MAX, NULL);
	if (!g_utf8_validate_len(text->str, text->len, NULL) &&
	    memchr(text->str, '\0', text->len) == NULL)
		abort();
	try_html(text);
	try_text(text);
	g_string_free(text, TRUE);
	return 0;
}
