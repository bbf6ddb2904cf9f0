#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What clamd says of the message. Its names begin with a platform and a
   category (Win.Trojan.Agent-1); those of its heuristics and of potentially
   unwanted programs are no proof of anything. */

static const struct warden_symbol symbols[] = {
	{ "CLAMD_HEURISTIC", "av", "" },
	{ "CLAMD_MALWARE", "av", "T1566" },
	{ "CLAMD_PHISHING", "av", "T1566" },
	{ "CLAMD_PUA", "av", "" },
	{ "CLAMD_REQUIRED", "av", "" },
	{ "CLAMD_SPAM", "av", "" },
	{ "CLAMD_UNAVAILABLE", "av", "" },
};

/* The first that fits. A word is looked for between dots, anywhere, unless it
   must be the first. */
static const struct {
	const char *word;
	bool first;
	const char *symbol;
} name_symbols[] = {
	{ "Phishing", FALSE, "CLAMD_PHISHING" },
	{ "Phish", FALSE, "CLAMD_PHISHING" },
	{ "Scam", FALSE, "CLAMD_SPAM" },
	{ "Spam", FALSE, "CLAMD_SPAM" },
	{ "Junk", FALSE, "CLAMD_SPAM" },
	{ "PUA", TRUE, "CLAMD_PUA" },
	{ "Heuristics", TRUE, "CLAMD_HEURISTIC" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_CLAMD_UNAVAILABLE, "CLAMD_UNAVAILABLE",
	  "not checked by clamd" },
	{ WARDEN_TRAIT_CLAMD_REQUIRED, "CLAMD_REQUIRED",
	  "not checked by clamd" },
};

static bool has_word(char **words, const char *word, bool first)
{
	for (guint i = 0; words[i] != NULL && (i == 0 || !first); i++) {
		if (strcmp(words[i], word) == 0)
			return TRUE;
	}
	return FALSE;
}

static const char *symbol_of(const char *name)
{
	g_auto(GStrv) words = g_strsplit(name, ".", 8);

	for (gsize i = 0; i < G_N_ELEMENTS(name_symbols); i++) {
		if (has_word(words, name_symbols[i].word,
			     name_symbols[i].first))
			return name_symbols[i].symbol;
	}
	return "CLAMD_MALWARE";
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;

	for (guint i = 0; i < facts->matches->len; i++) {
		const struct warden_match *match = facts->matches->pdata[i];

		if (strcmp(match->engine, "clamd") == 0)
			warden_findings_add(findings, symbol_of(match->rule),
					    match->part, "clamd says %s",
					    match->rule);
	}
	warden_checks_traits(input, trait_symbols, G_N_ELEMENTS(trait_symbols),
			     findings);
}

const struct warden_check warden_check_antivirus = {
	.name = "antivirus",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
