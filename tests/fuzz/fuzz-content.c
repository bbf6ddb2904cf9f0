/* Pages as people see them, and what is made of their text; tables of phrases,
   too. */

#include "warden-config.h"

#include "scanner/checks/language.h"
#include "scanner/checks/normal-text.h"
#include "scanner/checks/phrases.h"
#include "scanner/checks/wallet.h"
#include "scanner/parse/text/charset.h"
#include "scanner/parse/text/visible.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char table[] =
	"[threat]\n2 a (b c|d*)? ... e\n1 your x?\n3 (a|b) # c\n2 您的账户\n"
	"[concept account]\na*\n[concept block]\n(b|c d)\n账户\n";

static void try_text(const char *text)
{
	struct warden_phrases *phrases = warden_phrases_new();
	struct warden_normal_text normal;
	struct warden_phrase_hits hits;
	char *error = NULL;

	if (warden_phrases_add(phrases, "a", table, &error) < 0)
		abort();
	if (warden_phrases_add(phrases, "b", text, &error) < 0)
		g_free(error);
	warden_normal_text_init(&normal, text);
	if (!g_utf8_validate(normal.text, -1, NULL))
		abort();
	warden_phrases_match(phrases, normal.text, NULL, &hits);
	for (guint i = 0; i < WARDEN_INTENTS_COUNT; i++) {
		if (hits.ends[i] > strlen(normal.text) ||
		    hits.starts[i] > hits.ends[i])
			abort();
	}
	warden_normal_text_clear(&normal);
	warden_phrases_free(phrases);
	(void)warden_language_of(text);
	(void)warden_wallet_find(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct warden_charsets *charsets;
	struct warden_visible *visible = warden_visible_new();
	struct warden_facts *facts = warden_facts_new();
	g_autofree char *copy = NULL;
	GString *text;

	if (charsets == NULL)
		charsets = warden_charsets_new();
	text = warden_charset_decode(charsets, "utf-8", data, size,
				     WARDEN_HTML_MAX, NULL);
	copy = g_strndup(text->str, text->len);
	warden_visible_add_html(visible, "1.2", "", copy, strlen(copy));
	warden_visible_add_plain(visible, "1.1", "", copy, strlen(copy));
	warden_visible_alternative(visible, "1");
	(void)warden_visible_finish(visible, facts);
	if (!g_utf8_validate(facts->text.visible, -1, NULL) ||
	    !g_utf8_validate(facts->text.hidden, -1, NULL))
		abort();
	try_text(facts->text.visible);
	if (g_utf8_validate(copy, -1, NULL))
		try_text(copy);
	warden_facts_free(facts);
	warden_visible_free(visible);
	g_string_free(text, TRUE);
	return 0;
}
