/* Findings to verdict to action. */

#include "warden-config.h"

#include "scanner/core/keyfile.h"
#include "scanner/core/policy.h"
#include "scanner/core/scan.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static struct warden_policy *load(const char *text)
{
	struct warden_policy *policy = NULL;
	g_autoptr(GKeyFile) file = NULL;
	g_autofree char *error = NULL;

	g_assert_cmpint(warden_keyfile_parse(text, strlen(text), "test", &file,
					     &error), ==, 1);
	if (warden_policy_load(file, "/", &policy, &error) < 0)
		g_error("%s", error);
	return policy;
}

static GPtrArray *make_findings(const char *symbols)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);
	g_auto(GStrv) words = g_strsplit(symbols, " ", -1);

	for (char **word = words; *word != NULL && **word != '\0'; word++) {
		const struct warden_symbol *symbol =
			warden_symbol_lookup(*word);
		struct warden_finding *finding =
			g_new0(struct warden_finding, 1);

		g_assert_nonnull(symbol);
		finding->symbol = symbol->name;
		finding->family = symbol->family;
		finding->technique = symbol->technique;
		finding->detail = g_strdup("");
		finding->part = g_strdup("");
		g_ptr_array_add(findings, finding);
	}
	return findings;
}

static const char scores[] =
	"[scores]\n"
	"DOUBLE_EXTENSION = 8\nLINK_TEXT_MISMATCH = 6\n"
	"LINK_USERINFO_HOST = 5\nLINK_USERINFO = 2\nTYPE_MISMATCH = 1\n"
	"KNOWN_BAD_HOST = 1.1\nMULTIPLE_FROM = 2\nSENDER_NAME_ADDRESS = 2\n";

static const struct {
	const char *symbols;
	bool unscanned;
	enum warden_verdict verdict;
	double score;
	const char *sorted;
} judge_rows[] = {
	{ "", FALSE, WARDEN_VERDICT_CLEAN, 0.0, "" },
	{ "TYPE_MISMATCH", FALSE, WARDEN_VERDICT_CLEAN, 1.0,
	  "TYPE_MISMATCH" },
	{ "", TRUE, WARDEN_VERDICT_UNSCANNABLE, 0.0, "" },
	{ "TYPE_MISMATCH", TRUE, WARDEN_VERDICT_UNSCANNABLE, 1.0,
	  "TYPE_MISMATCH" },
	{ "LISTS_UNAVAILABLE", FALSE, WARDEN_VERDICT_UNSCANNABLE, 0.0,
	  "LISTS_UNAVAILABLE" },
	{ "DOUBLE_EXTENSION", TRUE, WARDEN_VERDICT_MALWARE, 8.0,
	  "DOUBLE_EXTENSION" },
	{ "TYPE_MISMATCH LINK_TEXT_MISMATCH DOUBLE_EXTENSION", FALSE,
	  WARDEN_VERDICT_MALWARE, 15.0,
	  "DOUBLE_EXTENSION LINK_TEXT_MISMATCH TYPE_MISMATCH" },
	{ "LINK_TEXT_MISMATCH", FALSE, WARDEN_VERDICT_PHISHING, 6.0,
	  "LINK_TEXT_MISMATCH" },
	/* a class's own sum, exactly at its threshold (5 + 1.1 - rounding) */
	{ "LINK_USERINFO_HOST KNOWN_BAD_HOST", FALSE,
	  WARDEN_VERDICT_PHISHING, 6.1,
	  "LINK_USERINFO_HOST KNOWN_BAD_HOST" },
	/* five of phishing's points and one of suspicion's: not phishing */
	{ "LINK_USERINFO_HOST TYPE_MISMATCH", FALSE,
	  WARDEN_VERDICT_SUSPICIOUS, 6.0,
	  "LINK_USERINFO_HOST TYPE_MISMATCH" },
	{ "MULTIPLE_FROM SENDER_NAME_ADDRESS", FALSE,
	  WARDEN_VERDICT_SUSPICIOUS, 4.0,
	  "MULTIPLE_FROM SENDER_NAME_ADDRESS" },
	/* the same again does not count again */
	{ "MULTIPLE_FROM MULTIPLE_FROM", FALSE, WARDEN_VERDICT_CLEAN, 2.0,
	  "MULTIPLE_FROM MULTIPLE_FROM" },
};

static void test_judge(void)
{
	struct warden_policy *policy = load(scores);

	for (gsize i = 0; i < G_N_ELEMENTS(judge_rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		g_autoptr(GPtrArray) findings =
			make_findings(judge_rows[i].symbols);
		g_autoptr(GString) sorted = g_string_new(NULL);
		struct warden_judgement judgement;
		double sum = 0.0;
		char *error = NULL;

		if (judge_rows[i].unscanned)
			warden_facts_add_unscanned(facts, "1", "encrypted");
		g_assert_cmpint(warden_policy_judge(policy, facts, findings,
						    NULL, WARDEN_ROLE_NONE,
						    &judgement, &error), ==,
				1);
		g_assert_cmpint(judgement.verdict, ==, judge_rows[i].verdict);
		g_assert_cmpfloat(judgement.score, ==, judge_rows[i].score);
		for (guint n = 0; n < findings->len; n++) {
			const struct warden_finding *finding =
				g_ptr_array_index(findings, n);

			sum += finding->score;
			g_string_append_printf(sorted, "%s%s", n ? " " : "",
					       finding->symbol);
		}
		g_assert_cmpstr(sorted->str, ==, judge_rows[i].sorted);
		g_assert_cmpfloat_with_epsilon(sum, judgement.score, 1e-6);
	}
	warden_policy_free(policy);
}

static const struct {
	enum warden_verdict verdict;
	const char *overrides;
	enum warden_mailbox_role role;
	enum warden_action action;
	const char *keyword;
} action_rows[] = {
#define V(x) WARDEN_VERDICT_##x
#define R(x) WARDEN_ROLE_##x
#define A(x) WARDEN_ACTION_##x
	{ V(CLEAN), NULL, R(NONE), A(ALLOW), "" },
	{ V(MALWARE), NULL, R(NONE), A(QUARANTINE), "$WardenMalware" },
	{ V(PHISHING), NULL, R(NONE), A(QUARANTINE), "$Phishing" },
	{ V(SPAM), NULL, R(NONE), A(QUARANTINE), "$Junk" },
	{ V(SUSPICIOUS), NULL, R(NONE), A(FLAG), "$WardenSuspicious" },
	{ V(POLICY), NULL, R(NONE), A(FLAG), "$WardenPolicy" },
	{ V(UNSCANNABLE), NULL, R(NONE), A(FLAG), "$WardenUnscannable" },
	{ V(PENDING), NULL, R(NONE), A(ALLOW), "" },
	{ V(RELEASED), NULL, R(NONE), A(ALLOW), "" },
	{ V(MALWARE), NULL, R(JUNK), A(QUARANTINE), "$WardenMalware" },
	{ V(PHISHING), NULL, R(JUNK), A(FLAG), "$Phishing" },
	{ V(SPAM), NULL, R(TRASH), A(FLAG), "$Junk" },
	{ V(MALWARE), NULL, R(DRAFTS), A(FLAG), "$WardenMalware" },
	{ V(MALWARE), NULL, R(SENT), A(FLAG), "$WardenMalware" },
	{ V(PHISHING), NULL, R(QUARANTINE), A(FLAG), "$Phishing" },
	{ V(PHISHING), "phishing=flag spam=allow", R(NONE), A(FLAG),
	  "$Phishing" },
	{ V(SPAM), "phishing=flag spam=allow", R(NONE), A(ALLOW), "" },
	{ V(MALWARE), "malware=defer", R(NONE), A(DEFER), "$WardenMalware" },
	{ V(MALWARE), "malware=defer", R(SENT), A(FLAG), "$WardenMalware" },
	{ V(CLEAN), "clean=quarantine", R(NONE), A(QUARANTINE), "" },
	{ V(SPAM), "", R(NONE), A(QUARANTINE), "$Junk" },
};

/* --- of a contact that is proven ------------------------------------------------ */

static const struct {
	const char *config, *symbols;
	double score;
} contact_rows[] = {
	{ "", "CONTENT_OFFER", 2.0 },
	{ "", "CONTENT_OFFER CONTACT_PROVEN", 1.0 },
	/* a contact or a proof alone is not enough */
	{ "", "CONTENT_OFFER KNOWN_CONTACT AUTH_PASS", 2.0 },
	{ "", "CLASSIFIER_PHISH SENDER_NAME_ADDRESS CONTACT_PROVEN", 2.25 },
	/* never what harms, is denied, looks alike or is sure */
	{ "", "EICAR_TEST_FILE CONTACT_PROVEN", 10.0 },
	{ "", "OWN_DENIED CONTACT_PROVEN", 10.0 },
	{ "", "KNOWN_BAD_HOST CONTACT_PROVEN", 7.0 },
	{ "", "LINK_LOOKALIKE_OWN REPLY_TO_LOOKALIKE CONTACT_PROVEN", 7.5 },
	{ "", "CONTENT_PAYMENT_CHANGE CONTACT_PROVEN", 1.0 },
	{ "", "CLASSIFIER_PHISH_SURE CONTACT_PROVEN", 5.5 },
	/* what speaks for it counts in full */
	{ "", "BAYES_HAM EICAR_TEST_FILE CONTACT_PROVEN", 10.0 },
	{ "[policy]\ncontact_factor = 1\n", "CONTENT_OFFER CONTACT_PROVEN",
	  2.0 },
	{ "[policy]\ncontact_factor = 0\n", "CONTENT_OFFER CONTACT_PROVEN",
	  0.0 },
	{ "[scores]\nCONTENT_OFFER = 4\n", "CONTENT_OFFER CONTACT_PROVEN",
	  2.0 },
};

static void test_contact(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	for (gsize i = 0; i < G_N_ELEMENTS(contact_rows); i++) {
		struct warden_policy *policy = load(contact_rows[i].config);
		g_autoptr(GPtrArray) findings =
			make_findings(contact_rows[i].symbols);
		struct warden_judgement judgement;
		char *error = NULL;

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpint(warden_policy_judge(
			policy, facts, findings, NULL, WARDEN_ROLE_NONE,
			&judgement, &error), ==, 1);
		g_assert_cmpfloat_with_epsilon(judgement.score,
					       contact_rows[i].score, 0.0005);
		warden_policy_free(policy);
	}
}

static void test_damped(void)
{
	static const char text[] = "[EICAR_TEST_FILE]\ndamped = yes\n";
	g_autofree char *path = NULL, *config = NULL, *error = NULL;
	g_autoptr(GKeyFile) file = NULL;
	struct warden_policy *policy = NULL;
	int fd = g_file_open_tmp("warden-scores-XXXXXX", &path, NULL);

	g_assert_cmpint(fd, >=, 0);
	close(fd);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	config = g_strdup_printf("[policy]\nscores = %s\n", path);
	g_assert_cmpint(warden_keyfile_parse(config, strlen(config), "test",
					     &file, &error), ==, 1);
	g_assert_cmpint(warden_policy_load(file, "/", &policy, &error), ==,
			-1);
	g_assert_nonnull(strstr(error, "damped"));
	g_unlink(path);
}

static void test_actions(void)
{
	struct warden_policy *policy = load("");

	for (gsize i = 0; i < G_N_ELEMENTS(action_rows); i++) {
		struct warden_judgement judgement = { .score = 0.0 };
		char *error = NULL;

		g_assert_cmpint(warden_policy_action(
			policy, action_rows[i].verdict,
			action_rows[i].overrides, action_rows[i].role,
			&judgement, &error), ==, 1);
		g_assert_cmpint(judgement.action, ==, action_rows[i].action);
		g_assert_cmpstr(judgement.keyword, ==,
				action_rows[i].keyword);
	}
	warden_policy_free(policy);
}

static void test_bad_overrides(void)
{
	static const char *const rows[] = {
		"phishing", "phish=flag", "phishing=flog", "phishing=",
		"pending=flag", "unknown=allow", "phishing=none",
	};
	struct warden_policy *policy = load("");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_judgement judgement = { .score = 0.0 };
		g_autofree char *error = NULL;

		g_assert_cmpint(warden_policy_action(
			policy, WARDEN_VERDICT_SPAM, rows[i],
			WARDEN_ROLE_NONE, &judgement, &error), ==, -1);
		g_assert_nonnull(error);
	}
	warden_policy_free(policy);
}

static void test_release(void)
{
	struct warden_policy *policy = load("");
	struct warden_policy *strict = load("[policy]\nuser_release = none\n");

	g_assert_false(warden_policy_may_release(
		policy, WARDEN_VERDICT_MALWARE, FALSE));
	g_assert_true(warden_policy_may_release(
		policy, WARDEN_VERDICT_MALWARE, TRUE));
	g_assert_true(warden_policy_may_release(
		policy, WARDEN_VERDICT_PHISHING, FALSE));
	g_assert_true(warden_policy_may_release(
		policy, WARDEN_VERDICT_CLEAN, FALSE));
	g_assert_false(warden_policy_may_release(
		strict, WARDEN_VERDICT_SPAM, FALSE));
	g_assert_true(warden_policy_may_release(
		strict, WARDEN_VERDICT_CLEAN, FALSE));
	warden_policy_free(policy);
	warden_policy_free(strict);
}

static void test_fingerprint(void)
{
	struct warden_policy *plain = load("");
	struct warden_policy *again = load("");
	struct warden_policy *score = load("[scores]\nLINK_USERINFO = 2.5\n");
	struct warden_policy *threshold =
		load("[policy]\nspam_threshold = 7\n");
	struct warden_policy *action = load("[actions]\nspam = flag\n");
	guint64 value = warden_policy_fingerprint(plain);

	g_assert_cmpuint(value, ==, warden_policy_fingerprint(again));
	g_assert_cmpuint(value, !=, warden_policy_fingerprint(score));
	g_assert_cmpuint(value, !=, warden_policy_fingerprint(threshold));
	/* What is done with a verdict does not change the verdict. */
	g_assert_cmpuint(value, ==, warden_policy_fingerprint(action));
	warden_policy_free(plain);
	warden_policy_free(again);
	warden_policy_free(score);
	warden_policy_free(threshold);
	warden_policy_free(action);
}

static void test_unknown_symbol(void)
{
	struct warden_policy *policy = load("");

	g_assert_cmpstr(warden_policy_reason(policy, "GONE"), !=, "");
	g_assert_cmpint(warden_policy_class(policy, "GONE"), ==,
			WARDEN_VERDICT_SUSPICIOUS);
	warden_policy_free(policy);
}

static void test_reason(void)
{
	struct warden_config config = { .policy = load("") };
	struct warden_scan_result result = {
		.facts = warden_facts_new(),
		.findings = make_findings("DOUBLE_EXTENSION"),
	};
	struct warden_finding *finding =
		g_ptr_array_index(result.findings, 0);
	struct warden_part *part = warden_facts_add_part(
		result.facts, "1.2", "bill.pdf.exe");
	g_autofree char *clean = warden_scan_reason(&config, &result);
	g_autofree char *bad = NULL, *long_one = NULL, *turned = NULL;
	char *error = NULL;

	g_assert_cmpstr(clean, !=, "");
	g_free(finding->part);
	finding->part = g_strdup("1.2");
	g_assert_cmpint(warden_policy_judge(config.policy, result.facts,
					    result.findings, NULL,
					    WARDEN_ROLE_NONE,
					    &result.judgement, &error), ==, 1);
	bad = warden_scan_reason(&config, &result);
	g_assert_nonnull(strstr(bad, "malware"));
	g_assert_nonnull(strstr(bad, "bill.pdf.exe"));
	/* An override would turn the client's own words around. */
	g_free(part->name);
	part->name = g_strdup("photo\xe2\x80\xaegpj.exe");
	turned = warden_scan_reason(&config, &result);
	g_assert_nonnull(strstr(turned, "photo<U+202E>gpj.exe"));
	g_free(part->name);
	part->name = g_strnfill(500, 'x');
	long_one = warden_scan_reason(&config, &result);
	g_assert_cmpuint(strlen(long_one), <=, 400);
	g_assert_null(strchr(long_one, '\n'));
	warden_policy_free(config.policy);
	warden_facts_free(result.facts);
	g_ptr_array_unref(result.findings);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/judge", test_judge);
	g_test_add_func("/policy/contact", test_contact);
	g_test_add_func("/policy/damped", test_damped);
	g_test_add_func("/policy/actions", test_actions);
	g_test_add_func("/policy/bad-overrides", test_bad_overrides);
	g_test_add_func("/policy/release", test_release);
	g_test_add_func("/policy/fingerprint", test_fingerprint);
	g_test_add_func("/policy/unknown-symbol", test_unknown_symbol);
	g_test_add_func("/policy/reason", test_reason);
	return g_test_run();
}
