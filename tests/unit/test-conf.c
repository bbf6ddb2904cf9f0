/* warden.conf: what is taken, and what is refused with which words. */

#include "warden-config.h"

#include "scanner/core/conf.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static void write_text(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Returns its path. */
static char *write_file(const char *name, const char *text)
{
	write_text(name, text);
	return g_build_filename(folder, name, NULL);
}

static struct warden_config *load(const char *text)
{
	g_autofree char *path = write_file("warden.conf", text);
	struct warden_config *config = NULL;
	g_autofree char *error = NULL;

	if (warden_config_load(path, &config, &error) < 0)
		g_error("%s", error);
	return config;
}

static void test_defaults(void)
{
	struct warden_config *config = load("");

	g_assert_nonnull(config->path);
	g_assert_true(g_path_is_absolute(config->database));
	g_assert_true(g_path_is_absolute(config->journal));
	g_assert_cmpuint(config->journal_size_max, ==, 16 * 1024 * 1024);
	g_assert_cmpuint(config->commit_msecs, ==, 2000);
	g_assert_cmpuint(config->client_msecs, ==, WARDEN_CLIENT_MSECS);
	g_assert_cmpuint(config->reader_msecs, ==, WARDEN_READER_MSECS);
	g_assert_cmpuint(config->reader_memory, >, 64 * 1024 * 1024);
	g_assert_cmpuint(config->retention_days, ==, 0);
	g_assert_null(config->rules.folder);
	g_assert_true(g_path_is_absolute(config->rules.kept));
	g_assert_cmpstr(config->rules.verdict, ==, "suspicious");
	g_assert_cmpfloat(config->rules.score, ==, 4.0);
	g_assert_cmpuint(config->rules.part_msecs, ==, 1000);
	g_assert_cmpuint(config->rules.message_msecs, ==, 5000);
	g_assert_cmpuint(config->rules.part_size_max, ==, 64 * 1024 * 1024);
	g_assert_null(config->clamd_socket);
	g_assert_cmpuint(config->clamd_msecs, ==, 10000);
	g_assert_cmpuint(config->clamd_stream_max, ==, 25 * 1024 * 1024);
	g_assert_false(config->clamd_required);
	warden_config_free(config);
}

static void test_rules_and_clamd(void)
{
	struct warden_config *config = load(
		"[yara]\nfolder = rules\nkept =\nverdict = spam\n"
		"score = 2.5\ntimeout_msecs = 50\nmessage_msecs = 70\n"
		"part_size_max = 1M\n[clamd]\nsocket = [::1]:3310\n"
		"timeout_msecs = 90\nstream_max = 2M\nrequired = yes\n");
	g_autofree char *rules = g_build_filename(folder, "rules", NULL);

	g_assert_cmpstr(config->rules.folder, ==, rules);
	g_assert_null(config->rules.kept);
	g_assert_cmpstr(config->rules.verdict, ==, "spam");
	g_assert_cmpfloat(config->rules.score, ==, 2.5);
	g_assert_cmpuint(config->rules.part_msecs, ==, 50);
	g_assert_cmpuint(config->rules.message_msecs, ==, 70);
	g_assert_cmpuint(config->rules.part_size_max, ==, 1024 * 1024);
	g_assert_cmpstr(config->clamd_socket, ==, "[::1]:3310");
	g_assert_cmpuint(config->clamd_msecs, ==, 90);
	g_assert_cmpuint(config->clamd_stream_max, ==, 2 * 1024 * 1024);
	g_assert_true(config->clamd_required);
	warden_config_free(config);
}

static void test_values(void)
{
	struct warden_config *config = load(
		"[store]\ndatabase = db/v.sqlite\njournal = /x/journal\n"
		"epoch_file = epoch\n"
		"journal_size_max = 2M\ncommit_msecs = 500\n"
		"retention_days = 90\n[reader]\ntimeout_msecs = 1000\n"
		"memory_limit = 2G\n[service]\nclient_msecs = 5000\n"
		"[notice]\nfolder =\nfrom = Post <post@example.org>\n");
	g_autofree char *database =
		g_build_filename(folder, "db/v.sqlite", NULL);

	g_assert_cmpstr(config->database, ==, database);
	g_assert_cmpstr(config->journal, ==, "/x/journal");
	g_assert_true(g_path_is_absolute(config->epoch_file));
	g_assert_true(g_str_has_suffix(config->epoch_file, "/epoch"));
	g_assert_cmpuint(config->journal_size_max, ==, 2 * 1024 * 1024);
	g_assert_cmpuint(config->commit_msecs, ==, 500);
	g_assert_cmpuint(config->retention_days, ==, 90);
	g_assert_cmpuint(config->reader_msecs, ==, 1000);
	g_assert_cmpuint(config->reader_memory, ==,
			 G_GUINT64_CONSTANT(2) << 30);
	g_assert_cmpuint(config->client_msecs, ==, 5000);
	g_assert_null(config->notice_folder);
	g_assert_cmpstr(config->notice_from, ==, "Post <post@example.org>");
	warden_config_free(config);
}

static void test_no_database(void)
{
	struct warden_config *config = load("[store]\ndatabase =\n");

	g_assert_null(config->database);
	g_assert_nonnull(config->journal);
	warden_config_free(config);
}

/* Every word of words (separated by '|') stands in the message. */
static void assert_words(const char *message, const char *words)
{
	g_auto(GStrv) list = g_strsplit(words, "|", -1);

	for (char **word = list; *word != NULL; word++) {
		if (strstr(message, *word) == NULL)
			g_error("\"%s\" does not say \"%s\"", message, *word);
	}
}

static const struct {
	const char *text, *words;
} bad_rows[] = {
	{ "[stor]\ndatabase = x\n", "warden.conf|[stor]|unknown group" },
	{ "[store]\ndatabse = x\n", "warden.conf|[store]|databse|x" },
	{ "[store]\ncommit_msecs = 2s\n",
	  "warden.conf|[store]|commit_msecs|2s" },
	{ "[store]\ncommit_msecs = -1\n", "commit_msecs|-1" },
	{ "[store]\ncommit_msecs = 5\n", "commit_msecs|5|between" },
	{ "[store]\ncommit_msecs =\n", "commit_msecs" },
	{ "[store]\njournal_size_max = 1X\n", "journal_size_max|1X" },
	{ "[store]\njournal_size_max = 99999999999G\n", "journal_size_max" },
	{ "[store]\njournal_size_max = 99999999999999999999999\n",
	  "journal_size_max" },
	{ "[reader]\nmemory_limit = 1M\n", "[reader]|memory_limit|1M" },
	{ "[yara]\nverdict = clean\n", "[yara]|verdict|clean" },
	{ "[yara]\nscore = 11\n", "[yara]|score|11|between" },
	{ "[yara]\nscore = high\n", "[yara]|score|high" },
	{ "[yara]\nfolders = x\n", "[yara]|folders|unknown key" },
	{ "[clamd]\nsocket = clamd.example:3310\n",
	  "[clamd]|socket|clamd.example|127.0.0.1" },
	{ "[clamd]\nsocket = clamd.ctl\n", "[clamd]|socket|clamd.ctl" },
	{ "[clamd]\nrequired = maybe\n", "[clamd]|required|maybe|yes" },
	{ "[notice]\nfrom = nobody\n", "[notice]|from|nobody|<address>" },
	{ "[notice]\nform = x\n", "[notice]|form|unknown key" },
	{ "[policy]\nmalware_treshold = 1\n", "[policy]|malware_treshold" },
	{ "[policy]\nmalware_threshold = many\n",
	  "[policy]|malware_threshold|many" },
	{ "[policy]\nmalware_threshold = nan\n", "malware_threshold|nan" },
	{ "[policy]\nmalware_threshold = 0\n", "malware_threshold|0" },
	{ "[policy]\nunscannable_threshold = 1\n", "unscannable_threshold" },
	{ "[policy]\nuser_release = everything\n",
	  "user_release|everything" },
	{ "[policy]\nscores = /nonexistent/scores.conf\n",
	  "/nonexistent/scores.conf" },
	{ "[actions]\nmalware = delete\n", "[actions]|malware|delete" },
	{ "[actions]\nmalwear = flag\n", "[actions]|malwear" },
	{ "[actions]\npending = flag\n", "[actions]|pending" },
	{ "[scores]\nNO_SUCH = 1\n", "[scores]|NO_SUCH" },
	{ "[scores]\nDOUBLE_EXTENSION = -101\n", "DOUBLE_EXTENSION|-101" },
	{ "[scores]\nDOUBLE_EXTENSION = inf\n", "DOUBLE_EXTENSION|inf" },
	{ "no group\n", "warden.conf" },
	{ "[store\n", "warden.conf" },
};

static void test_refused(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(bad_rows); i++) {
		g_autofree char *path = write_file("warden.conf",
						   bad_rows[i].text);
		struct warden_config *config = NULL;
		g_autofree char *error = NULL;

		if (warden_config_load(path, &config, &error) != -1)
			g_error("taken: %s", bad_rows[i].text);
		assert_words(error, bad_rows[i].words);
	}
}

static void test_missing(void)
{
	struct warden_config *config = NULL;
	g_autofree char *error = NULL;

	g_assert_cmpint(warden_config_load("/nonexistent/warden.conf", &config,
					   &error), ==, -1);
	assert_words(error, "/nonexistent/warden.conf");
}

static void test_scores_file(void)
{
	static const struct { const char *text, *words; } rows[] = {
		{ "[NO_SUCH]\nscore = 1\n", "own.conf|NO_SUCH" },
		{ "[DOUBLE_EXTENSION]\nscor = 1\n", "own.conf|scor" },
		{ "[DOUBLE_EXTENSION]\nscore = x\n", "own.conf|score|x" },
		{ "[DOUBLE_EXTENSION]\nclass = clean\n",
		  "own.conf|class|clean" },
	};
	struct warden_config *config;

	write_text("own.conf", "[DOUBLE_EXTENSION]\nscore = 1.5\n"
		   "class = policy\nreason = Two\\nlines\n");
	config = load("[policy]\nscores = own.conf\n");

	g_assert_cmpint(warden_policy_class(config->policy,
					    "DOUBLE_EXTENSION"), ==,
			WARDEN_VERDICT_POLICY);
	g_assert_null(strchr(warden_policy_reason(
		config->policy, "DOUBLE_EXTENSION"), '\n'));
	/* What it leaves out is as it was. */
	g_assert_cmpint(warden_policy_class(config->policy,
					    "EICAR_TEST_FILE"), ==,
			WARDEN_VERDICT_MALWARE);
	warden_config_free(config);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = write_file(
			"warden.conf", "[policy]\nscores = own.conf\n");
		g_autofree char *error = NULL;

		write_text("own.conf", rows[i].text);
		g_assert_cmpint(warden_config_load(path, &config, &error), ==,
				-1);
		assert_words(error, rows[i].words);
	}
}

/* The shipped files are taken as they are, and scores.conf is complete: what
   is built in is checked by the policy when it loads. */
static void test_shipped(void)
{
	const char *source = g_getenv("srcdir");
	g_autofree char *path = g_build_filename(
		source != NULL ? source : ".", "config", "warden.conf", NULL);
	struct warden_config *config = NULL;
	g_autofree char *error = NULL;

	if (warden_config_load(path, &config, &error) < 0)
		g_error("%s", error);
	warden_config_free(config);
}

static guint64 fingerprint_of(const char *text)
{
	struct warden_config *config = load(text);
	guint64 fingerprint = config->site_fingerprint;

	warden_config_free(config);
	return fingerprint;
}

/* What is said of the site changes it, also in a file that is named; how the
   service runs does not. */
static void test_site_fingerprint(void)
{
	const char *vips = "[sender]\nvip_file = vips\n";
	g_autofree char *path = write_file("vips",
					   "Ann <ann@example.org>\n");
	guint64 before, after;

	g_assert_cmpuint(fingerprint_of(""), ==, 0);
	g_assert_cmpuint(fingerprint_of("[service]\nclient_msecs = 5000\n"),
			 ==, 0);
	g_assert_cmpuint(fingerprint_of("[sender]\nown_domains = a.example\n"),
			 !=,
			 fingerprint_of("[sender]\nown_domains = b.example\n"));
	before = fingerprint_of(vips);
	g_assert_cmpuint(fingerprint_of(vips), ==, before);
	write_text("vips", "Ben <ben@example.org>\n");
	after = fingerprint_of(vips);
	g_assert_cmpuint(after, !=, before);
	g_unlink(path);
}

int main(int argc, char **argv)
{
	int ret;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("warden-conf-XXXXXX", NULL);
	g_test_add_func("/conf/defaults", test_defaults);
	g_test_add_func("/conf/rules-and-clamd", test_rules_and_clamd);
	g_test_add_func("/conf/site-fingerprint", test_site_fingerprint);
	g_test_add_func("/conf/values", test_values);
	g_test_add_func("/conf/no-database", test_no_database);
	g_test_add_func("/conf/refused", test_refused);
	g_test_add_func("/conf/missing", test_missing);
	g_test_add_func("/conf/scores-file", test_scores_file);
	g_test_add_func("/conf/shipped", test_shipped);
	ret = g_test_run();
	for (const char *const *name = (const char *const[])
		     { "warden.conf", "own.conf", NULL }; *name; name++) {
		g_autofree char *path = g_build_filename(folder, *name, NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(folder);
	g_free(folder);
	return ret;
}
