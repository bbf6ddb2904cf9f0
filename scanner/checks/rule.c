#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What the site's own rules say: they bring verdict and score, we only pass
   them on. */

static const struct warden_symbol symbols[] = {
	{ "YARA_MALWARE", "rule", "" },
	{ "YARA_PHISHING", "rule", "" },
	{ "YARA_POLICY", "rule", "" },
	{ "YARA_SPAM", "rule", "" },
	{ "YARA_SUSPICIOUS", "rule", "" },
	{ "YARA_UNFINISHED", "rule", "" },
};

static const struct {
	const char *verdict, *symbol;
} verdict_symbols[] = {
	{ "malware", "YARA_MALWARE" },
	{ "phishing", "YARA_PHISHING" },
	{ "policy", "YARA_POLICY" },
	{ "spam", "YARA_SPAM" },
	{ "suspicious", "YARA_SUSPICIOUS" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_RULES_UNFINISHED, "YARA_UNFINISHED",
	  "the rules were not through with it" },
};

static const char *symbol_of(const struct warden_match *match)
{
	for (gsize i = 0; i < G_N_ELEMENTS(verdict_symbols); i++) {
		if (strcmp(verdict_symbols[i].verdict, match->verdict) == 0)
			return verdict_symbols[i].symbol;
	}
	return "YARA_SUSPICIOUS";
}

static int compare_scores(const void *a, const void *b)
{
	const struct warden_match *const *first = a, *const *second = b;

	if ((*first)->score != (*second)->score)
		return (*first)->score > (*second)->score ? -1 : 1;
	return 0;
}

/* The message as a whole contains the texts of its parts, too: naming the part
   says more. */
static bool is_repeated(const struct warden_facts *facts,
			const struct warden_match *match)
{
	for (guint i = 0; match->part[0] == '\0' && i < facts->matches->len;
	     i++) {
		const struct warden_match *other = facts->matches->pdata[i];

		if (other->part[0] != '\0' &&
		    strcmp(other->engine, match->engine) == 0 &&
		    strcmp(other->rule, match->rule) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Strongest first, since a symbol has room for a few only. */
static GPtrArray *sorted_matches(const struct warden_facts *facts)
{
	GPtrArray *matches = g_ptr_array_new();

	for (guint i = 0; i < facts->matches->len; i++) {
		struct warden_match *match = facts->matches->pdata[i];

		if (strcmp(match->engine, "yara") == 0 &&
		    !is_repeated(facts, match))
			g_ptr_array_add(matches, match);
	}
	g_ptr_array_sort(matches, compare_scores);
	return matches;
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	g_autoptr(GPtrArray) matches = sorted_matches(input->facts);

	for (guint i = 0; i < matches->len; i++) {
		const struct warden_match *match = matches->pdata[i];

		warden_findings_add_scored(findings, symbol_of(match),
					   match->score, match->part,
					   "rule %s%s%s", match->rule,
					   match->detail[0] != '\0' ? ": " : "",
					   match->detail);
	}
	warden_checks_traits(input, trait_symbols, G_N_ELEMENTS(trait_symbols),
			     findings);
}

const struct warden_check warden_check_rule = {
	.name = "rule",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
