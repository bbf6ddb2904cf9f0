#include "warden-config.h"

#include "scanner/checks/features.h"
#include "scanner/checks/model.h"
#include "scanner/checks/phrases.h"
#include "scanner/core/site-load-model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Features of facts made by hand, what a model makes of them, and model
   files. */

static struct warden_facts *facts_from(const char *address)
{
	struct warden_facts *facts = warden_facts_new();

	g_ptr_array_add(facts->header.from, warden_address_new("", address));
	return facts;
}

static bool has(const GArray *features, const char *name)
{
	for (guint i = 0; i < features->len; i++) {
		if (strcmp(g_array_index(features, struct warden_feature,
					 i).name, name) == 0)
			return TRUE;
	}
	return FALSE;
}

static const struct {
	const char *from, *url, *text, *source, *feature;
	bool expected;
} links[] = {
	{ "a@example.com", "https://b.example/x", "Open", "html",
	  "links.lonely", TRUE },
	{ "a@example.com", "https://b.example/x", "https://b.example/x",
	  "text", "links.lonely", FALSE },
	/* a picture that is loaded is no link */
	{ "a@example.com", "https://b.example/x.png", "", "resource",
	  "links.never-own", FALSE },
	{ "a@example.com", "https://mail.example.com/x", "Open", "html",
	  "links.own", TRUE },
	{ "a@example.com", "https://mail.example.com/x", "Open", "html",
	  "links.never-own", FALSE },
	{ "a@mail.shop.de", "https://shop.com/x", "Open", "html",
	  "links.own", TRUE },
	{ "a@example.com", "https://x7k3q9z2.example/", "Open", "html",
	  "link.digits", TRUE },
	{ "a@example.com", "https://bank24.example/", "Open", "html",
	  "link.digits", FALSE },
	{ "a@example.com", "https://b.example/a/next.php", "Open", "html",
	  "link.server-script", TRUE },
	{ "a@example.com", "https://b.example/index.php", "Open", "html",
	  "link.server-script", FALSE },
	{ "a@example.com", "mailto:someone@gmail.com", "us", "html",
	  "links.mail-elsewhere", TRUE },
	{ "someone@gmail.com", "mailto:someone@gmail.com", "us", "html",
	  "links.mail-elsewhere", FALSE },
};

static void test_links(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(links); i++) {
		g_autoptr(warden_facts) facts = facts_from(links[i].from);
		g_autoptr(GPtrArray) findings = g_ptr_array_new();
		const char *host = strstr(links[i].url, "://");
		g_autofree char *name = host == NULL ? g_strdup("") :
			g_strndup(host + 3, strcspn(host + 3, "/"));

		g_assert_true(warden_facts_add_url(
			facts, links[i].url, name, links[i].text,
			links[i].source, "1"));
		g_autoptr(GArray) features = warden_features(facts, findings, NULL);
		if (has(features, links[i].feature) != links[i].expected)
			g_error("row %" G_GSIZE_FORMAT ": %s", i,
				links[i].feature);
	}
}

static const struct {
	const char *text, *feature;
	bool expected;
} texts[] = {
	{ "the sum of $10,500,000.00 is yours", "text.fortune", TRUE },
	{ "2.500.000 Euro", "text.fortune", TRUE },
	{ "your bill: $1,250.00", "text.fortune", FALSE },
	{ "version 10.500.000 of the program", "text.fortune", FALSE },
	{ "call 2025.03.04 12.500.000", "text.fortune", FALSE },
	{ "write to John.Doe55@gmail.com soon", "text.freemail", TRUE },
	{ "write to a@example.com soon", "text.freemail", FALSE },
	{ "write to desk@example.org soon", "text.freemail", FALSE },
	{ "@@@gmail.com @gmail @", "text.freemail", FALSE },
};

static void test_texts(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(warden_facts) facts = facts_from("a@example.com");
		g_autoptr(GPtrArray) findings = g_ptr_array_new();

		warden_facts_set_text(facts, texts[i].text, "", "");
		g_autoptr(GArray) features = warden_features(facts, findings, NULL);
		if (has(features, texts[i].feature) != texts[i].expected)
			g_error("row %" G_GSIZE_FORMAT ": %s", i,
				texts[i].text);
	}
}

static const char spoken[] =
	"[concept account]\naccount\n[concept suspend]\nsuspen*\n"
	"[concept verify]\nverify\n[concept unsubscribe]\nunsubscribe\n"
	"[concept wallet]\nwallet\n[concept fund]\nfunds\n"
	"[concept million]\nmillion\n[threat]\n2 be suspended\n";

static const struct {
	const char *name, *from, *subject, *text, *feature;
	bool expected;
} speeches[] = {
	{ "", "a@example.com", "", "Your account", "says:account", TRUE },
	{ "", "a@example.com", "", "Your account", "subject:account", FALSE },
	{ "", "a@example.com", "Account", "", "subject:account", TRUE },
	{ "", "a@example.com", "Account", "", "says:account", TRUE },
	{ "Account", "a@example.com", "", "", "name:account", TRUE },
	{ "", "a@example.com", "", "account suspended", "near:thing+loss",
	  TRUE },
	{ "", "a@example.com", "", "verify the account or it is suspended",
	  "near:thing+act+loss", TRUE },
	{ "", "a@example.com", "", "account suspended", "near:thing+act+loss",
	  FALSE },
	/* a wallet has two families, but is one thing */
	{ "", "a@example.com", "", "a wallet", "near:thing+crypto", FALSE },
	{ "", "a@example.com", "", "funds, a million", "much:fund-2", TRUE },
	{ "", "a@example.com", "", "funds, funds", "much:fund-2", FALSE },
	{ "", "a@example.com", "", "account suspended", "linkless:thing+loss",
	  TRUE },
	{ "", "a@example.com", "", "account suspended", "freemail:thing",
	  FALSE },
	{ "", "a@gmail.com", "", "account suspended", "freemail:thing", TRUE },
	{ "", "a@example.com", "", "will be suspended", "phrase:threat",
	  TRUE },
	/* what it answers to is not its own speech */
	{ "", "a@example.com", "", "Fine.\n> account suspended",
	  "says:account", FALSE },
	{ "", "a@example.com", "", "Dear b@example.org!",
	  "says:greeting-by-address", TRUE },
	{ "", "a@example.com", "", "Write to c@example.com!",
	  "says:greeting-by-address", FALSE },
	{ "other.org help", "a@example.com", "", "x", "from.name-domain",
	  TRUE },
	{ "example.de help", "a@example.com", "", "x", "from.name-domain",
	  FALSE },
	{ "Robert Elz", "kre@x.example", "", "x", "from.stranger", FALSE },
	{ "Robert Elz", "info@x.example", "", "x", "from.stranger", TRUE },
};

static void test_speeches(void)
{
	struct warden_phrases *phrases = warden_phrases_new();
	char *error = NULL;

	g_assert_cmpint(warden_phrases_add(phrases, "x", spoken, &error), ==,
			1);
	for (gsize i = 0; i < G_N_ELEMENTS(speeches); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		g_autoptr(GPtrArray) findings = g_ptr_array_new();

		g_ptr_array_add(facts->header.from, warden_address_new(
			speeches[i].name, speeches[i].from));
		g_free(facts->header.subject);
		facts->header.subject = g_strdup(speeches[i].subject);
		warden_facts_set_text(facts, speeches[i].text, "", "");
		g_autoptr(GArray) features = warden_features(facts, findings,
							     phrases);
		if (has(features, speeches[i].feature) !=
		    speeches[i].expected)
			g_error("row %" G_GSIZE_FORMAT ": %s", i,
				speeches[i].feature);
	}
	warden_phrases_free(phrases);
}

static struct warden_finding *finding(const char *symbol, const char *family)
{
	struct warden_finding *made = g_new0(struct warden_finding, 1);

	made->symbol = symbol;
	made->family = family;
	made->detail = g_strdup("seen");
	made->part = g_strdup("");
	return made;
}

/* Each once; not those that a list, rule or the classifier itself found. */
static void test_findings(void)
{
	g_autoptr(warden_facts) facts = facts_from("a@example.com");
	g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);

	g_ptr_array_add(findings, finding("LINK_USERINFO", "link"));
	g_ptr_array_add(findings, finding("LINK_USERINFO", "link"));
	g_ptr_array_add(findings, finding("KNOWN_BAD_URL", "list"));
	g_ptr_array_add(findings, finding("YARA_SPAM", "rule"));
	g_ptr_array_add(findings, finding("CLASSIFIER_SPAM", "classifier"));
	g_autoptr(GArray) features = warden_features(facts, findings, NULL);
	guint found = 0;

	for (guint i = 0; i < features->len; i++) {
		found += g_str_has_prefix(g_array_index(
			features, struct warden_feature, i).name, "finding:");
	}
	g_assert_cmpuint(found, ==, 1);
	g_assert_true(has(features, "finding:LINK_USERINFO"));
}

static void test_answer(void)
{
	const struct warden_model_limits limits = { 0.0, 1.0, 2.0 };
	const struct warden_feature made[] = {
		{ "a", "first", WARDEN_FEATURE_BAD, WARDEN_FEATURE_PHISHING },
		{ "b", "second", WARDEN_FEATURE_BAD, WARDEN_FEATURE_SPAM },
		{ "c", "third", WARDEN_FEATURE_GOOD, WARDEN_FEATURE_ANY },
		{ "d", "fourth", WARDEN_FEATURE_BAD, WARDEN_FEATURE_ANY },
		{ "e", "fifth", WARDEN_FEATURE_BAD, WARDEN_FEATURE_ANY },
		{ "f", "unknown", WARDEN_FEATURE_BAD, WARDEN_FEATURE_ANY },
	};
	struct warden_model *model = warden_model_new(-1.0, &limits);
	g_autoptr(GArray) features = g_array_new(FALSE, FALSE,
						 sizeof(*made));
	struct warden_model_answer answer;

	warden_model_ask(model, features, &answer);
	g_assert_cmpfloat(answer.log_odds, ==, -1.0);
	g_assert_cmpuint(answer.reasons_count, ==, 0);
	g_array_append_vals(features, made, G_N_ELEMENTS(made));
	g_assert_true(warden_model_add(model, "a", 0.5));
	g_assert_true(warden_model_add(model, "b", 2.0));
	g_assert_true(warden_model_add(model, "c", -0.25));
	g_assert_true(warden_model_add(model, "d", 1.0));
	g_assert_true(warden_model_add(model, "e", 0.75));
	warden_model_ask(model, features, &answer);
	g_assert_cmpfloat(fabs(answer.log_odds - 3.0), <, 1e-9);
	g_assert_cmpfloat(answer.phishing, ==, 0.5);
	g_assert_cmpfloat(answer.spam, ==, 2.0);
	g_assert_cmpuint(answer.reasons_count, ==, WARDEN_MODEL_REASONS);
	g_assert_cmpstr(answer.reasons[0]->words, ==, "second");
	g_assert_cmpstr(answer.reasons[1]->words, ==, "fourth");
	g_assert_cmpstr(answer.reasons[2]->words, ==, "fifth");
	warden_model_free(model);
}

static const struct {
	const char *text, *error;	/* NULL = it is sound */
} files[] = {
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\nsure=2\n", NULL },
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\nsure=2\n[weights]\n"
	  "finding:A=0.5\n", NULL },
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\n", "no sure" },
	{ "[model]\nconstant=-1\nweak=2\nlikely=1\nsure=2\n",
	  "likely = 1: not between" },
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\nsure=2\n[weights]\na=x\n",
	  "a = x: not a number" },
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\nsure=2\n[weights]\na=99\n",
	  "a = 99" },
	{ "[model]\nconstant=-1\nweak=0\nlikely=1\nsure=2\nx=1\n", "x" },
	{ "[other]\n", "[other]" },
};

static void test_files(void)
{
	g_autofree char *dir = g_dir_make_tmp("warden-model-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "model.conf", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *error = NULL;
		struct warden_model *model = NULL;
		int ret;

		g_assert_true(g_file_set_contents(path, files[i].text, -1,
						  NULL));
		ret = warden_site_load_model(path, &model, &error);
		g_assert_cmpint(ret, ==, files[i].error == NULL ? 1 : -1);
		if (files[i].error != NULL) {
			g_assert_nonnull(strstr(error, files[i].error));
			g_assert_nonnull(strstr(error, path));
		}
		warden_model_free(model);
	}
	(void)g_unlink(path);
	(void)g_rmdir(dir);
}

/* What we ship loads, and "sure" is above "weak". */
static void test_builtin(void)
{
	g_autofree char *error = NULL;
	struct warden_model *model = NULL;
	const struct warden_model_limits *limits;

	g_assert_cmpint(warden_site_load_model(NULL, &model, &error), ==, 1);
	limits = warden_model_limits(model);
	g_assert_cmpfloat(limits->weak, <=, limits->sure);
	warden_model_free(model);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/links", test_links);
	g_test_add_func("/model/texts", test_texts);
	g_test_add_func("/model/speeches", test_speeches);
	g_test_add_func("/model/findings", test_findings);
	g_test_add_func("/model/answer", test_answer);
	g_test_add_func("/model/files", test_files);
	g_test_add_func("/model/builtin", test_builtin);
	return g_test_run();
}
