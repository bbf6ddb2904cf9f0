#include "warden-config.h"

#include "checks-private.h"
#include "model.h"

#include <string.h>

/* All evidence weighed together, by a model that was trained. It comes after
   the others, whose findings it weighs. Alone it sends nothing to
   Quarantine, see scores.conf. */

static const struct warden_symbol symbols[] = {
	{ "CLASSIFIER_PHISH", "classifier", "T1566" },
	{ "CLASSIFIER_PHISH_SURE", "classifier", "T1566" },
	{ "CLASSIFIER_PHISH_WEAK", "classifier", "T1566" },
	{ "CLASSIFIER_SPAM", "classifier", "" },
	{ "CLASSIFIER_SPAM_SURE", "classifier", "" },
	{ "CLASSIFIER_SPAM_WEAK", "classifier", "" },
};

/* Something was found that is a pretence by itself: what is added up for one
   class must not be split between two. */
static bool pretends(const struct warden_findings *findings)
{
	static const char *const starts[] = {
		"BRAND_", "LINK_IP_ADDRESS", "LINK_LOOKALIKE",
		"LINK_PLACE_LURE", "LINK_TEXT_MISMATCH", "LURE_",
		"SENDER_NAME_DOMAIN",
	};
	const GPtrArray *list = warden_findings_list(findings);

	for (guint i = 0; i < list->len; i++) {
		const struct warden_finding *finding = list->pdata[i];

		for (gsize k = 0; k < G_N_ELEMENTS(starts); k++) {
			if (g_str_has_prefix(finding->symbol, starts[k]) &&
			    strcmp(finding->symbol, "LURE_OFFER") != 0)
				return TRUE;
		}
	}
	return FALSE;
}

static const char *symbol_for(const struct warden_model_limits *limits,
			      const struct warden_model_answer *answer,
			      const struct warden_findings *findings)
{
	bool phishing = answer->phishing >= answer->spam ||
		pretends(findings);

	if (answer->log_odds >= limits->sure)
		return phishing ? "CLASSIFIER_PHISH_SURE" :
			"CLASSIFIER_SPAM_SURE";
	if (answer->log_odds >= limits->likely)
		return phishing ? "CLASSIFIER_PHISH" : "CLASSIFIER_SPAM";
	if (answer->log_odds >= limits->weak)
		return phishing ? "CLASSIFIER_PHISH_WEAK" :
			"CLASSIFIER_SPAM_WEAK";
	return NULL;
}

/* "it shouts; answers go to another domain" */
static char *explain(const struct warden_model_answer *answer)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < answer->reasons_count; i++) {
		g_autofree char *words = g_utf8_substring(
			answer->reasons[i]->words, 0,
			MIN(g_utf8_strlen(answer->reasons[i]->words, -1), 80));

		g_string_append_printf(out, "%s%s", i > 0 ? "; " : "", words);
	}
	return g_string_free(out, FALSE);
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	struct warden_model_answer answer;
	const struct warden_model *model;
	const char *symbol;

	if (input->site == NULL || input->site->model == NULL)
		return;
	model = input->site->model;
	g_autoptr(GArray) features = warden_features(
		input->facts, warden_findings_list(findings),
		input->site->phrases);
	warden_model_ask(model, features, &answer);
	symbol = symbol_for(warden_model_limits(model), &answer, findings);
	if (symbol == NULL || answer.reasons_count == 0)
		return;
	g_autofree char *why = explain(&answer);
	warden_findings_add(findings, symbol, "", "%s", why);
}

const struct warden_check warden_check_classifier = {
	.name = "classifier",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
