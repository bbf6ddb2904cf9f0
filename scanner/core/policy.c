#include "warden-config.h"

#include "policy.h"
#include "policy-private.h"

#include <string.h>

const enum warden_verdict warden_policy_classes[WARDEN_CLASSES_COUNT] = {
	WARDEN_VERDICT_MALWARE, WARDEN_VERDICT_PHISHING, WARDEN_VERDICT_SPAM,
	WARDEN_VERDICT_POLICY, WARDEN_VERDICT_SUSPICIOUS,
	WARDEN_VERDICT_UNSCANNABLE,
};

static const char *const keywords[WARDEN_VERDICT_LAST + 1] = {
	/* RFC 8621 4.1.1 and IANA's registry; the others are ours. */
	[WARDEN_VERDICT_SPAM] = "$Junk",
	[WARDEN_VERDICT_PHISHING] = "$Phishing",
	[WARDEN_VERDICT_MALWARE] = "$WardenMalware",
	[WARDEN_VERDICT_SUSPICIOUS] = "$WardenSuspicious",
	[WARDEN_VERDICT_POLICY] = "$WardenPolicy",
	[WARDEN_VERDICT_UNSCANNABLE] = "$WardenUnscannable",
};

void warden_policy_free(struct warden_policy *policy)
{
	if (policy == NULL)
		return;
	if (policy->others != NULL)
		g_hash_table_unref(policy->others);
	for (unsigned int i = 0; i < policy->symbols_count; i++)
		g_free(policy->symbols[i].reason);
	g_free(policy->symbols);
	g_free(policy);
}

const struct warden_policy *warden_policy_for(const struct warden_policy *policy,
					      const char *user)
{
	const struct warden_policy *found;
	const char *at = strrchr(user, '@');

	if (policy->others == NULL || user[0] == '\0')
		return policy;
	g_autofree char *lower = g_utf8_strdown(user, -1);
	g_autofree char *name = g_strconcat("user:", lower, NULL);

	found = g_hash_table_lookup(policy->others, name);
	if (found != NULL || at == NULL)
		return found != NULL ? found : policy;
	at = strrchr(lower, '@');
	g_autofree char *domain = g_strconcat("domain:", at + 1, NULL);

	found = g_hash_table_lookup(policy->others, domain);
	return found != NULL ? found : policy;
}

guint64 warden_policy_fingerprint(const struct warden_policy *policy)
{
	return policy->fingerprint;
}

const struct symbol_policy *
warden_policy_symbol(const struct warden_policy *policy, const char *symbol)
{
	const struct warden_symbol *found = warden_symbol_lookup(symbol);
	unsigned int count;

	if (found == NULL)
		return NULL;
	return &policy->symbols[found - warden_symbols(&count)];
}

const char *warden_policy_reason(const struct warden_policy *policy,
				 const char *symbol)
{
	const struct symbol_policy *found =
		warden_policy_symbol(policy, symbol);

	return found == NULL ? "It was found by a rule of another version." :
		found->reason;
}

enum warden_verdict warden_policy_class(const struct warden_policy *policy,
					const char *symbol)
{
	const struct symbol_policy *found =
		warden_policy_symbol(policy, symbol);

	return found == NULL ? WARDEN_VERDICT_SUSPICIOUS : found->verdict;
}

/* --- findings to verdict ------------------------------------------------ */

static int compare_scores(const void *a, const void *b)
{
	const struct warden_finding *const *first = a, *const *second = b;

	if ((*first)->score != (*second)->score)
		return (*first)->score > (*second)->score ? -1 : 1;
	return 0;
}

static bool has_own_score(const struct warden_finding *finding)
{
	const struct warden_symbol *symbol =
		warden_symbol_lookup(finding->symbol);

	return symbol != NULL && warden_symbol_has_own_score(symbol);
}

/* From somebody whom this user knows, and who it really is, what is a little odd
   is less so. */
#define PROVEN_CONTACT "CONTACT_PROVEN"

static bool is_proven_contact(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->symbol, PROVEN_CONTACT) == 0)
			return TRUE;
	}
	return FALSE;
}

static void set_scores(const struct warden_policy *policy,
		       GPtrArray *findings)
{
	double factor = is_proven_contact(findings) ?
		policy->contact_factor : 1.0;

	for (guint i = 0; i < findings->len; i++) {
		struct warden_finding *finding =
			g_ptr_array_index(findings, i);
		const struct symbol_policy *symbol =
			warden_policy_symbol(policy, finding->symbol);

		if (has_own_score(finding))
			continue;
		finding->score = symbol == NULL ? 0.0 : symbol->score;
		/* what speaks for a mail speaks for it in any case */
		if (symbol != NULL && symbol->damped && symbol->score > 0.0 &&
		    symbol->verdict != WARDEN_VERDICT_MALWARE &&
		    symbol->verdict != WARDEN_VERDICT_POLICY)
			finding->score *= factor;
	}
	/* Stable: ties keep their order. */
	g_ptr_array_sort(findings, compare_scores);
}

/* What speaks for a mail makes nothing good that a file or a leak makes bad, and
   no mail better than clean. Returns what is left of all. */
static double relieve(double *sums, double relief)
{
	static const enum warden_verdict soft[] = {
		WARDEN_VERDICT_PHISHING, WARDEN_VERDICT_SPAM,
		WARDEN_VERDICT_SUSPICIOUS, WARDEN_VERDICT_UNSCANNABLE,
	};
	double total = relief;

	for (gsize i = 0; i < G_N_ELEMENTS(soft); i++) {
		total += sums[soft[i]];
		sums[soft[i]] = MAX(sums[soft[i]] + relief, 0.0);
	}
	return MAX(total, 0.0) + sums[WARDEN_VERDICT_MALWARE] +
		sums[WARDEN_VERDICT_POLICY];
}

/* The same trick ten times is not ten times as bad: a symbol counts once, and
   what counts is what the findings show, so that the scores add up. */
static void add_scores(const struct warden_policy *policy,
		       GPtrArray *findings, double *sums, double *total_r)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	double relief = 0.0;

	for (guint i = 0; i < findings->len; i++) {
		struct warden_finding *finding =
			g_ptr_array_index(findings, i);
		enum warden_verdict class =
			warden_policy_class(policy, finding->symbol);

		if (!g_hash_table_add(seen, (gpointer)finding->symbol))
			finding->score = 0.0;
		if (finding->score < 0.0)
			relief += finding->score;
		else
			sums[class] += finding->score;
	}
	*total_r = relieve(sums, relief);
	/* Sums of decimal fractions: 2.1 + 4.2 is meant to be 6.3. */
	*total_r = (double)(gint64)(*total_r * 1000.0 + 0.5) / 1000.0;
}

guint warden_policy_sums(const struct warden_policy *policy,
			 const GPtrArray *findings,
			 struct warden_policy_sum *sums_r)
{
	double sums[WARDEN_VERDICT_LAST + 1] = { 0.0 }, relief = 0.0, total;
	guint count = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (finding->score < 0.0)
			relief += finding->score;
		else
			sums[warden_policy_class(policy, finding->symbol)] +=
				finding->score;
	}
	total = relieve(sums, relief);
	for (guint i = 0; i < WARDEN_CLASSES_COUNT; i++) {
		enum warden_verdict class = warden_policy_classes[i];

		if (class == WARDEN_VERDICT_UNSCANNABLE)
			continue;
		sums_r[count++] = (struct warden_policy_sum){
			.class = class,
			.sum = class == WARDEN_VERDICT_SUSPICIOUS ? total :
				sums[class],
			.threshold = policy->thresholds[class],
		};
	}
	return count;
}

static bool reaches(double sum, double threshold)
{
	return sum > 0.0 && sum + 1e-9 >= threshold;
}

static enum warden_verdict decide(const struct warden_policy *policy,
				  const struct warden_facts *facts,
				  const GPtrArray *findings,
				  const double *sums, double total)
{
	for (guint i = 0; i < WARDEN_CLASSES_COUNT; i++) {
		enum warden_verdict class = warden_policy_classes[i];

		switch (class) {
		case WARDEN_VERDICT_UNSCANNABLE:
			break;
		case WARDEN_VERDICT_SUSPICIOUS:
			/* Half-proofs of anything make suspicion together. */
			if (reaches(total, policy->thresholds[class]))
				return class;
			break;
		default:
			if (reaches(sums[class], policy->thresholds[class]))
				return class;
		}
	}
	/* Unknown is not clean, whatever it scores. */
	if (facts->unscanned->len > 0)
		return WARDEN_VERDICT_UNSCANNABLE;
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding =
			g_ptr_array_index(findings, i);

		if (warden_policy_class(policy, finding->symbol) ==
		    WARDEN_VERDICT_UNSCANNABLE)
			return WARDEN_VERDICT_UNSCANNABLE;
	}
	return WARDEN_VERDICT_CLEAN;
}

/* --- verdict to action -------------------------------------------------- */

int warden_policy_parse_actions(const char *text, enum warden_action *actions,
				char **error_r)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t,", -1);

	for (char **word = words; *word != NULL; word++) {
		enum warden_verdict verdict;
		enum warden_action action;
		char *equals = strchr(*word, '=');

		if (**word == '\0')
			continue;
		if (equals == NULL) {
			*error_r = g_strdup_printf(
				"action override \"%s\" is not verdict=action",
				*word);
			return -1;
		}
		*equals = '\0';
		if (!warden_verdict_parse(*word, &verdict) ||
		    verdict == WARDEN_VERDICT_UNKNOWN ||
		    verdict >= WARDEN_VERDICT_PENDING) {
			*error_r = g_strdup_printf(
				"action override: \"%s\" is no verdict", *word);
			return -1;
		}
		if (!warden_action_parse(equals + 1, &action) ||
		    action == WARDEN_ACTION_NONE) {
			*error_r = g_strdup_printf(
				"action override: \"%s\" is no action",
				equals + 1);
			return -1;
		}
		actions[verdict] = action;
	}
	return 1;
}

/* A user who files spam must not see it vanish: into Junk and Trash only
   malware is diverted, what they write themselves is never taken away, and
   what goes to Quarantine is there already. */
static enum warden_action bound_by_role(enum warden_action action,
					enum warden_verdict verdict,
					enum warden_mailbox_role role)
{
	bool diverts = action == WARDEN_ACTION_QUARANTINE ||
		       action == WARDEN_ACTION_DEFER;

	switch (role) {
	case WARDEN_ROLE_JUNK:
	case WARDEN_ROLE_TRASH:
		if (diverts && verdict != WARDEN_VERDICT_MALWARE)
			return WARDEN_ACTION_FLAG;
		return action;
	case WARDEN_ROLE_DRAFTS:
	case WARDEN_ROLE_SENT:
	case WARDEN_ROLE_QUARANTINE:
		return diverts ? WARDEN_ACTION_FLAG : action;
	case WARDEN_ROLE_NONE:
		break;
	}
	return action;
}

int warden_policy_action(const struct warden_policy *policy,
			 enum warden_verdict verdict, const char *overrides,
			 enum warden_mailbox_role role,
			 struct warden_judgement *judgement_r, char **error_r)
{
	enum warden_action actions[WARDEN_VERDICT_LAST + 1];

	memcpy(actions, policy->actions, sizeof(actions));
	if (overrides != NULL &&
	    warden_policy_parse_actions(overrides, actions, error_r) < 0)
		return -1;
	judgement_r->verdict = verdict;
	judgement_r->action = bound_by_role(actions[verdict], verdict, role);
	judgement_r->keyword = "";
	if (judgement_r->action != WARDEN_ACTION_ALLOW &&
	    keywords[verdict] != NULL)
		judgement_r->keyword = keywords[verdict];
	return 1;
}

static double strength_of(const struct warden_policy *policy,
			  const double *sums)
{
	static const enum warden_verdict classes[] = {
		WARDEN_VERDICT_MALWARE, WARDEN_VERDICT_PHISHING,
		WARDEN_VERDICT_SPAM,
	};
	double strength = 0.0;

	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		double threshold = policy->thresholds[classes[i]];

		if (sums[classes[i]] > 0.0)
			strength = MAX(strength, threshold > 0.0 ?
				       sums[classes[i]] / threshold : 1.0);
	}
	return strength;
}

int warden_policy_judge(const struct warden_policy *policy,
			const struct warden_facts *facts, GPtrArray *findings,
			const char *overrides, enum warden_mailbox_role role,
			struct warden_judgement *judgement_r, char **error_r)
{
	double sums[WARDEN_VERDICT_LAST + 1] = { 0.0 };
	struct warden_judgement judgement = { .keyword = "" };
	enum warden_verdict verdict;

	set_scores(policy, findings);
	add_scores(policy, findings, sums, &judgement.score);
	judgement.strength = strength_of(policy, sums);
	verdict = decide(policy, facts, findings, sums, judgement.score);
	if (warden_policy_action(policy, verdict, overrides, role, &judgement,
				 error_r) < 0)
		return -1;
	*judgement_r = judgement;
	return 1;
}

bool warden_policy_may_release(const struct warden_policy *policy,
			       enum warden_verdict verdict, bool admin)
{
	return admin || policy->user_release[verdict];
}
