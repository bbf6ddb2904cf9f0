#include "warden-config.h"

#include "scanner/rules/rules.h"

#include <glib/gstdio.h>
#include <string.h>

/* A folder of rules in a temporary folder, and the last good versions. */
struct fixture {
	char *root;
	struct warden_rules_settings settings;
};

static void setup(struct fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;

	f->root = g_dir_make_tmp("test-rules-XXXXXX", &error);
	g_assert_no_error(error);
	f->settings = (struct warden_rules_settings){
		.folder = g_build_filename(f->root, "rules", NULL),
		.kept = g_build_filename(f->root, "kept", NULL),
		.verdict = g_strdup("suspicious"), .score = 4.0,
		.part_msecs = 10000, .message_msecs = 20000,
		.part_size_max = 1024 * 1024,
	};
	g_assert_cmpint(g_mkdir(f->settings.folder, 0700), ==, 0);
}

static void remove_folder(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		g_assert_cmpint(g_unlink(file), ==, 0);
	}
	(void)g_rmdir(path);
}

static void teardown(struct fixture *f, const void *data)
{
	remove_folder(f->settings.folder);
	remove_folder(f->settings.kept);
	g_assert_cmpint(g_rmdir(f->root), ==, 0);
	g_free(f->settings.folder);
	g_free(f->settings.kept);
	g_free(f->settings.verdict);
	g_free(f->root);
}

static void put(const struct fixture *f, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(f->settings.folder, name,
						 NULL);
	g_autoptr(GError) error = NULL;

	g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
}

static struct warden_rules *load(const struct fixture *f, bool keep)
{
	struct warden_rules *rules;
	char *error = NULL;

	g_assert_cmpint(warden_rules_load(&f->settings, keep, &rules, &error),
			==, 1);
	return rules;
}

/* --- scanning ----------------------------------------------------------------- */

static void note(const struct warden_rule *rule, void *context)
{
	g_string_append_printf(context, "%s%s:%s", ((GString *)context)->len ==
			       0 ? "" : " ", rule->file, rule->name);
}

static void note_whole(const struct warden_rule *rule, void *context)
{
	g_string_append_printf(context, "%s %s %.2f %s\n", rule->name,
			       rule->verdict, rule->score, rule->description);
}

static char *scan(struct warden_rules *rules, const char *name,
		  const char *type, const char *text)
{
	const struct warden_rules_subject subject = { name, type };
	GString *found = g_string_new(NULL);

	g_assert_cmpint(warden_rules_scan(rules, &subject,
					  (const guint8 *)text, strlen(text),
					  10000, note, found), ==,
			WARDEN_RULES_DONE);
	return g_string_free(found, FALSE);
}

static void assert_scan(struct warden_rules *rules, const char *text,
			const char *wanted)
{
	g_autofree char *found = scan(rules, "", "text/plain", text);

	g_assert_cmpstr(found, ==, wanted);
}

static const char simple[] =
	"rule simple { strings: $a = \"zebra\" condition: $a }\n";
static const char broken[] = "rule simple {\n  condition: nothing_known\n}\n";

static void test_scan(struct fixture *f, const void *data)
{
	struct warden_rules *rules;

	put(f, "b.yar", simple);
	/* the same name in another file; not a rule file; hidden */
	put(f, "a.yara", simple);
	put(f, "c.txt", broken);
	put(f, ".d.yar", broken);
	rules = load(f, FALSE);
	g_assert_cmpuint(warden_rules_files(rules)->len, ==, 2);
	g_assert_cmpuint(warden_rules_faults(rules)->len, ==, 0);
	assert_scan(rules, "a zebra", "a.yara:simple b.yar:simple");
	assert_scan(rules, "a horse", "");
	assert_scan(rules, "zebra", "a.yara:simple b.yar:simple");
	warden_rules_free(rules);
}

static void test_externals(struct fixture *f, const void *data)
{
	struct warden_rules *rules;
	g_autofree char *script = NULL, *page = NULL;

	put(f, "x.yar",
	    "rule js { condition: extension == \".js\" and "
	    "filename == \"A.Js\" }\n"
	    "rule page { condition: mime_type == \"text/html\" }\n"
	    "rule others { condition: filetype == \"EXE\" or owner == \"x\" "
	    "or filepath == \"y\" }\n");
	rules = load(f, FALSE);
	script = scan(rules, "A.Js", "text/plain", "x");
	g_assert_cmpstr(script, ==, "x.yar:js");
	page = scan(rules, "", "text/html", "x");
	g_assert_cmpstr(page, ==, "x.yar:page");
	warden_rules_free(rules);
}

static void test_meta(struct fixture *f, const void *data)
{
	g_autoptr(GString) all = g_string_new(NULL);
	struct warden_rules *rules;

	put(f, "m.yar",
	    "rule r1 { condition: true }\n"
	    "rule r2 { meta: score = 5 verdict = \"malware\" "
	    "description = \"words\" condition: true }\n"
	    "rule r3 { meta: score = \"2.5\" class = \"phishing\" "
	    "condition: true }\n"
	    /* of a hundred */
	    "rule r4 { meta: score = 75 class = \"apt\" condition: true }\n"
	    "rule r5 { meta: score = \"-1\" condition: true }\n"
	    "rule r6 { meta: score = \"nan\" condition: true }\n"
	    "rule r7 { meta: score = \"5x\" verdict = \"clean\" "
	    "condition: true }\n"
	    "rule r8 { meta: score = \"1e9\" description = 5 "
	    "condition: true }\n"
	    "rule r9 { meta: score = 0 verdict = \"policy\" "
	    "condition: true }\n"
	    "private rule hidden { condition: true }\n");
	rules = load(f, FALSE);
	warden_rules_foreach(rules, note_whole, all);
	g_assert_cmpstr(all->str, ==,
			"r1 suspicious 4.00 \n"
			"r2 malware 5.00 words\n"
			"r3 phishing 2.50 \n"
			"r4 suspicious 7.50 \n"
			"r5 suspicious 4.00 \n"
			"r6 suspicious 4.00 \n"
			"r7 suspicious 4.00 \n"
			"r8 suspicious 10.00 \n"
			"r9 policy 0.00 \n");
	g_assert_cmpuint(((struct warden_rule_file *)
			  warden_rules_files(rules)->pdata[0])->rules, ==, 9);
	warden_rules_free(rules);
}

/* --- files that are refused ------------------------------------------------------ */

static const struct {
	const char *what, *file, *text;	/* of bad.yar; file: is blamed */
	guint line;
	const char *message;	/* contained in it */
} bad_files[] = {
	{ "syntax", "bad.yar", "rule x {\n  condition\n}\n", 3, "syntax" },
	{ "unknown name", "bad.yar", broken, 2, "nothing_known" },
	{ "include outside", "bad.yar", "\n\ninclude \"../x.yar\"\n", 3,
	  "only files of the same folder" },
	{ "include of an absolute path", "bad.yar",
	  "include \"/etc/passwd\"\n", 1, "only files of the same folder" },
	{ "include that is missing", "bad.yar", "include \"none.inc\"\n", 1,
	  "No such file" },
	{ "include of itself", "bad.yar", "include \"./bad.yar\"\n", 1,
	  "includes itself" },
	{ "includes in a circle", "second.inc", "\ninclude \"circle.inc\"\n", 1,
	  "circle.inc: includes itself" },
	{ "a module that opens files", "bad.yar",
	  "import \"magic\"\nrule x { condition: magic.type() == \"x\" }\n",
	  0, "magic" },
	{ "an unknown module", "bad.yar", "import \"nonsense\"\n", 1,
	  "nonsense" },
	{ "an external that is not there", "bad.yar",
	  "rule x { condition: md5_of_host == \"\" }\n", 1, "md5_of_host" },
};

static void test_refused(struct fixture *f, const void *data)
{
	for (gsize i = 0; i < G_N_ELEMENTS(bad_files); i++) {
		const struct warden_rule_fault *fault;
		const struct warden_rule_file *file;
		struct warden_rules *rules;

		put(f, "good.yar", simple);
		put(f, "circle.inc", "include \"second.inc\"\n");
		put(f, "second.inc", "include \"circle.inc\"\n");
		put(f, "bad.yar", bad_files[i].text);
		rules = load(f, TRUE);
		g_assert_cmpuint(warden_rules_faults(rules)->len, >=, 1);
		fault = warden_rules_faults(rules)->pdata[0];
		g_test_message("%s: %s:%u: %s", bad_files[i].what, fault->file,
			       fault->line, fault->message);
		g_assert_cmpstr(fault->file, ==, bad_files[i].file);
		g_assert_cmpuint(fault->line, ==, bad_files[i].line);
		g_assert_nonnull(strstr(fault->message, bad_files[i].message));
		g_assert_false(fault->warning);
		file = warden_rules_files(rules)->pdata[0];
		g_assert_cmpint(file->state, ==, WARDEN_RULE_FILE_REFUSED);
		assert_scan(rules, "zebra", "good.yar:simple");
		warden_rules_free(rules);
	}
}

static void test_unreadable(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->settings.folder, "n.yar",
						 NULL);
	const struct warden_rule_fault *fault;
	struct warden_rules *rules;

	put(f, "good.yar", simple);
	g_assert_true(g_file_set_contents(path, "rule a\0", 7, NULL));
	rules = load(f, FALSE);
	fault = warden_rules_faults(rules)->pdata[0];
	g_assert_cmpstr(fault->file, ==, "n.yar");
	g_assert_nonnull(strstr(fault->message, "NUL"));
	assert_scan(rules, "zebra", "good.yar:simple");
	warden_rules_free(rules);
}

static void test_no_folder(struct fixture *f, const void *data)
{
	struct warden_rules *rules = NULL;
	char *error = NULL;

	g_assert_cmpint(g_rmdir(f->settings.folder), ==, 0);
	g_assert_cmpint(warden_rules_load(&f->settings, TRUE, &rules, &error),
			==, -1);
	g_assert_nonnull(strstr(error, f->settings.folder));
	g_free(error);
	g_assert_cmpuint(warden_rules_stamp(f->settings.folder), ==, 0);
	g_assert_cmpint(g_mkdir(f->settings.folder, 0700), ==, 0);
	rules = load(f, TRUE);
	g_assert_true(warden_rules_is_empty(rules));
	assert_scan(rules, "zebra", "");
	warden_rules_free(rules);
}

/* --- last good versions ----------------------------------------------------------- */

static void assert_state(const struct warden_rules *rules,
			 enum warden_rule_file_state state)
{
	const struct warden_rule_file *file =
		warden_rules_files(rules)->pdata[0];

	g_assert_cmpint(file->state, ==, state);
}

static void test_kept(struct fixture *f, const void *data)
{
	struct warden_rules *rules;
	guint64 good, bad;

	put(f, "r.yar", "include \"r.inc\"\n"
	    "rule r { condition: word }\n");
	put(f, "r.inc", "private rule word { strings: $a = \"zebra\" "
	    "condition: $a }\n");
	rules = load(f, TRUE);
	good = warden_rules_fingerprint(rules);
	warden_rules_free(rules);

	/* an include goes bad, and one that nobody keeps */
	put(f, "r.inc", broken);
	put(f, "s.yar", broken);
	rules = load(f, TRUE);
	assert_state(rules, WARDEN_RULE_FILE_KEPT);
	assert_scan(rules, "zebra", "r.yar:r");
	bad = warden_rules_fingerprint(rules);
	g_assert_cmpuint(good, ==, bad);
	warden_rules_free(rules);

	/* another process, later: the same set */
	rules = load(f, FALSE);
	assert_state(rules, WARDEN_RULE_FILE_KEPT);
	g_assert_cmpuint(warden_rules_fingerprint(rules), ==, good);
	warden_rules_free(rules);

	/* good again */
	put(f, "r.inc", "private rule word { strings: $a = \"horse\" "
	    "condition: $a }\n");
	rules = load(f, TRUE);
	assert_state(rules, WARDEN_RULE_FILE_GOOD);
	assert_scan(rules, "horse", "r.yar:r");
	g_assert_cmpuint(warden_rules_fingerprint(rules), !=, good);
	warden_rules_free(rules);
}

/* A file that was removed and comes back bad has no last good version. */
static void test_forgotten(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->settings.folder, "r.yar",
						 NULL);
	struct warden_rules *rules;

	put(f, "r.yar", simple);
	warden_rules_free(load(f, TRUE));
	g_assert_cmpint(g_unlink(path), ==, 0);
	warden_rules_free(load(f, TRUE));
	put(f, "r.yar", broken);
	rules = load(f, TRUE);
	assert_state(rules, WARDEN_RULE_FILE_REFUSED);
	warden_rules_free(rules);
}

/* What anybody may have written is not compiled. */
static void test_kept_by_others(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->settings.kept,
						 "r.yar.kept", NULL);
	struct warden_rules *rules;

	put(f, "r.yar", simple);
	warden_rules_free(load(f, TRUE));
	put(f, "r.yar", broken);
	g_assert_cmpint(g_chmod(path, 0666), ==, 0);
	rules = load(f, FALSE);
	assert_state(rules, WARDEN_RULE_FILE_REFUSED);
	warden_rules_free(rules);
	g_assert_true(g_file_set_contents(path, "garbage", 7, NULL));
	rules = load(f, FALSE);
	assert_state(rules, WARDEN_RULE_FILE_REFUSED);
	warden_rules_free(rules);
}

/* --- limits ----------------------------------------------------------------------- */

static void test_limits(struct fixture *f, const void *data)
{
	const struct warden_rules_subject subject = { "", "" };
	gsize size = 1024 * 1024;
	g_autofree guint8 *zeros = g_malloc0(size + 1);
	g_autoptr(GString) found = g_string_new(NULL);
	struct warden_rules *rules;
	gint64 started;

	/* a loop over every byte, squared */
	put(f, "slow.yar", "rule slow { condition: for all i in "
	    "(0..filesize) : ( for all j in (0..filesize) : "
	    "( uint8(i) + uint8(j) < 1000 ) ) }\n");
	rules = load(f, FALSE);
	started = g_get_monotonic_time();
	g_assert_cmpint(warden_rules_scan(rules, &subject, zeros, size, 50,
					  note, found), ==,
			WARDEN_RULES_TIME);
	/* far below a second, its granularity by itself */
	g_assert_cmpint(g_get_monotonic_time() - started, <, 900 * 1000);
	g_assert_cmpint(warden_rules_scan(rules, &subject, zeros, size, 0,
					  note, found), ==,
			WARDEN_RULES_TIME);
	g_assert_cmpint(warden_rules_scan(rules, &subject, zeros, size + 1,
					  50, note, found), ==,
			WARDEN_RULES_SIZE);
	g_assert_cmpuint(found->len, ==, 0);
	/* and the next one is not harmed */
	g_assert_cmpint(warden_rules_scan(rules, &subject, zeros, 4, 5000,
					  note, found), ==,
			WARDEN_RULES_DONE);
	warden_rules_free(rules);
}

/* A million matches of one string, with regular expressions among them. */
static void test_many_matches(struct fixture *f, const void *data)
{
	const struct warden_rules_subject subject = { "", "" };
	gsize size = 1024 * 1024;
	g_autofree guint8 *text = g_malloc(size);
	g_autoptr(GString) found = g_string_new(NULL);
	struct warden_rules *rules;

	memset(text, 'a', size);
	put(f, "many.yar",
	    "rule many { strings: $a = \"aa\" condition: $a }\n"
	    "rule count { strings: $a = \"aaa\" condition: #a > 5 }\n");
	rules = load(f, FALSE);
	g_assert_cmpint(warden_rules_scan(rules, &subject, text, size, 60000,
					  note, found), ==,
			WARDEN_RULES_DONE);
	g_assert_cmpstr(found->str, ==, "many.yar:many many.yar:count");
	warden_rules_free(rules);
}

/* --- changes ---------------------------------------------------------------------- */

static void test_fingerprint(struct fixture *f, const void *data)
{
	struct warden_rules *rules;
	guint64 first, stamp = warden_rules_stamp(f->settings.folder);

	put(f, "a.yar", simple);
	g_assert_cmpuint(warden_rules_stamp(f->settings.folder), !=, stamp);
	rules = load(f, FALSE);
	first = warden_rules_fingerprint(rules);
	g_assert_cmpuint(first, !=, 0);
	warden_rules_free(rules);
	rules = load(f, FALSE);
	g_assert_cmpuint(warden_rules_fingerprint(rules), ==, first);
	warden_rules_free(rules);
	f->settings.score = 5.0;
	rules = load(f, FALSE);
	g_assert_cmpuint(warden_rules_fingerprint(rules), !=, first);
	warden_rules_free(rules);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct fixture *f, const void *data);
	} tests[] = {
		{ "/rules/scan", test_scan },
		{ "/rules/externals", test_externals },
		{ "/rules/meta", test_meta },
		{ "/rules/refused", test_refused },
		{ "/rules/unreadable", test_unreadable },
		{ "/rules/no-folder", test_no_folder },
		{ "/rules/kept", test_kept },
		{ "/rules/forgotten", test_forgotten },
		{ "/rules/kept-by-others", test_kept_by_others },
		{ "/rules/limits", test_limits },
		{ "/rules/many-matches", test_many_matches },
		{ "/rules/fingerprint", test_fingerprint },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, setup,
			   tests[i].run, teardown);
	return g_test_run();
}
