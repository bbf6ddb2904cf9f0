#include "warden-config.h"

#include "checks-private.h"

/* What this site's and this user's own moves into and out of Junk and
   Quarantine say of such mail. Alone it sends nothing to Quarantine. */

static const struct warden_symbol symbols[] = {
	{ "BAYES_HAM", "history", "" },
	{ "BAYES_PHISH", "history", "T1566" },
	{ "BAYES_SPAM", "history", "" },
	{ "BAYES_SPAM_WEAK", "history", "" },
};

/* Log-odds × 1000: 99 to 1, and 19 to 1. */
#define SURE 4595
#define LIKELY 2944
/* Of a thousand. */
#define MOSTLY 600

static const char *symbol_for(const struct warden_learned *learned)
{
	if (learned->log_odds <= -SURE)
		return "BAYES_HAM";
	if (learned->log_odds >= SURE)
		return learned->phish >= MOSTLY ? "BAYES_PHISH" :
			"BAYES_SPAM";
	return learned->log_odds >= LIKELY ? "BAYES_SPAM_WEAK" : NULL;
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_history *history = input->history;
	struct warden_learned learned = { .log_odds = 0 };
	const char *symbol;

	if (history == NULL || history->learned == NULL ||
	    input->tokens == NULL)
		return;
	if (history->learned(history->context, input->envelope->user,
			     (const guint64 *)input->tokens->data,
			     input->tokens->len, &learned) <= 0)
		return;
	symbol = symbol_for(&learned);
	if (symbol != NULL)
		warden_findings_add(findings, symbol, "",
				    "mail like this was mostly %s",
				    learned.log_odds < 0 ? "kept" :
				    "moved to Junk or reported");
}

const struct warden_check warden_check_bayes = {
	.name = "bayes",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
