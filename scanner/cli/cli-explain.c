#include "warden-config.h"

#include "cli-explain.h"

#include <string.h>

/* --- sums ------------------------------------------------------------------ */

static void print_sums(FILE *out, const struct warden_policy *policy,
		       const GPtrArray *findings)
{
	struct warden_policy_sum sums[WARDEN_POLICY_SUMS_MAX];
	guint count = warden_policy_sums(policy, findings, sums);

	for (guint i = 0; i < count; i++) {
		double missing = sums[i].threshold - sums[i].sum;

		fprintf(out, "  %-10s %6.1f of %4.1f%s",
			warden_verdict_name(sums[i].class), sums[i].sum,
			sums[i].threshold,
			sums[i].class == WARDEN_VERDICT_SUSPICIOUS ?
			", all together" : "");
		if (sums[i].sum > 0.0 && missing <= 1e-9)
			fputs(", reached\n", out);
		else
			fprintf(out, ", %.1f short\n", missing);
	}
}

static void print_findings(FILE *out, const struct warden_policy *policy,
			   const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		fprintf(out, "  %+6.1f %-10s %s%s\n", finding->score,
			warden_verdict_name(warden_policy_class(
				policy, finding->symbol)), finding->symbol,
			warden_finding_is_personal(finding) ?
			" (for this user)" : "");
	}
}

/* --- what would have changed it --------------------------------------------- */

static GPtrArray *without(const GPtrArray *findings, const char *symbol)
{
	GPtrArray *rest = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->symbol, symbol) != 0)
			g_ptr_array_add(rest, warden_finding_copy(finding));
	}
	return rest;
}

static void print_without(FILE *out, const struct warden_policy *policy,
			  const struct warden_scan_input *input,
			  const struct warden_scan_result *result,
			  const char *symbol)
{
	g_autoptr(GPtrArray) rest = without(result->findings, symbol);
	struct warden_judgement other;
	g_autofree char *error = NULL;

	if (warden_policy_judge(policy, result->facts, rest, input->overrides,
				input->role, &other, &error) > 0 &&
	    other.verdict != result->judgement.verdict)
		fprintf(out, "  without %s it would be %s\n", symbol,
			warden_verdict_name(other.verdict));
}

static void print_changes(FILE *out, const struct warden_policy *policy,
			  const struct warden_scan_input *input,
			  const struct warden_scan_result *result)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < result->findings->len; i++) {
		const struct warden_finding *finding =
			result->findings->pdata[i];

		if (g_hash_table_add(seen, (gpointer)finding->symbol))
			print_without(out, policy, input, result,
				      finding->symbol);
	}
	for (guint i = 0; i < result->facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			result->facts->unscanned->pdata[i];

		fprintf(out, "  not looked at: %s (%s)\n",
			unscanned->part[0] != '\0' ? unscanned->part :
			"the message", unscanned->reason);
	}
}

static void print_signatures(FILE *out, const GPtrArray *signatures)
{
	for (guint i = 0; i < signatures->len; i++) {
		const struct warden_signature *signature = signatures->pdata[i];

		fprintf(out, "  signature: %s, %s%s%s; %s\n", signature->kind,
			signature->status, signature->signer[0] == '\0' ? "" :
			", ", signature->signer, signature->detail);
	}
}

/* --- the whole ------------------------------------------------------------------ */

static void print_knowledge(FILE *out, const struct warden_config *config,
			    const struct warden_policy *policy,
			    const struct warden_scan_input *input,
			    const struct warden_scan_result *result)
{
	fprintf(out, "  policy: %s; lists: %s; history: %s\n",
		policy == config->policy ? "the site's" :
		"this user's or their domain's",
		input->known == NULL ? "none" : result->lists_failed ?
		"could not be asked" : "asked",
		input->history == NULL ? "none" : "asked");
}

void cli_explain(FILE *out, const struct warden_config *config,
		 const struct warden_scan_input *input,
		 const struct warden_scan_result *result)
{
	const struct warden_policy *policy = warden_policy_for(
		config->policy, input->envelope->user);

	print_findings(out, policy, result->findings);
	print_sums(out, policy, result->findings);
	print_changes(out, policy, input, result);
	print_signatures(out, result->facts->signatures);
	print_knowledge(out, config, policy, input, result);
}
