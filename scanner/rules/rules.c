#include "warden-config.h"

#include "rules-private.h"

#include "../facts/facts.h"

#include <string.h>
#include <yara.h>

/* What public collections ask for, and ours. A rule that needs more does not
   compile. */
static const char *const externals[] = {
	"filename", "filepath", "extension", "filetype", "owner", "mime_type",
};

/* They open files while scanning. */
static const char *const refused_modules[] = { "magic" };

/* Our scores go to 10; collections that count to 100 are understood. */
#define SCORE_MAX 10.0

struct warden_rules {
	const struct warden_rules_settings *settings;
	GPtrArray *files, *faults;
	guint64 fingerprint;
	YR_RULES *compiled;	/* NULL: none */
	YR_SCANNER *scanner;
};

/* --- compiling -------------------------------------------------------------- */

struct compilation {
	YR_COMPILER *compiler;
	struct rule_source *source;	/* being added */
	GPtrArray *faults;		/* NULL: nobody wants to know */
};

static void fault_free(void *data)
{
	struct warden_rule_fault *fault = data;

	g_free(fault->file);
	g_free(fault->message);
	g_free(fault);
}

static void file_free(void *data)
{
	struct warden_rule_file *file = data;

	g_free(file->name);
	g_free(file);
}

/* It quotes the file: one line, and fit to be printed. */
static char *line_of(const char *message)
{
	return warden_facts_sanitise(message, strlen(message),
				     WARDEN_FACT_TEXT_MAX, FALSE);
}

static struct warden_rule_fault *
add_fault(GPtrArray *faults, const char *file, guint line, const char *message)
{
	struct warden_rule_fault *fault = g_new0(struct warden_rule_fault, 1);

	fault->file = g_strdup(file);
	fault->line = line;
	fault->message = line_of(message);
	g_ptr_array_add(faults, fault);
	return fault;
}

static void compiler_said(int level, const char *file, int line,
			  const YR_RULE *rule G_GNUC_UNUSED,
			  const char *message, void *context)
{
	struct compilation *compilation = context;
	struct rule_source *source = compilation->source;
	g_autofree char *text = NULL;
	struct warden_rule_fault *fault;

	if (compilation->faults == NULL)
		return;
	text = source->problem == NULL ? g_strdup(message) :
		g_strdup_printf("%s (%s)", message, source->problem);
	fault = add_fault(compilation->faults, file != NULL ? file :
			  warden_rules_source_name(source), MAX(line, 0),
			  text);
	fault->warning = level == YARA_ERROR_LEVEL_WARNING;
}

/* libyara sees it as well, a round later, and then loses memory. */
static bool includes_itself(const struct compilation *compilation,
			    const char *name)
{
	const YR_COMPILER *compiler = compilation->compiler;

	if (strcmp(name, warden_rules_source_name(compilation->source)) == 0)
		return TRUE;
	for (int i = 0; i < compiler->file_name_stack_ptr; i++) {
		if (strcmp(compiler->file_name_stack[i], name) == 0)
			return TRUE;
	}
	return FALSE;
}

static const char *include(const char *name,
			   const char *calling_file G_GNUC_UNUSED,
			   const char *calling_namespace G_GNUC_UNUSED,
			   void *context)
{
	struct compilation *compilation = context;

	if (g_str_has_prefix(name, "./"))
		name += 2;
	if (includes_itself(compilation, name)) {
		warden_rules_source_problem(compilation->source, name,
					    "includes itself");
		return NULL;
	}
	return warden_rules_source_include(compilation->source, name);
}

static void include_done(const char *text G_GNUC_UNUSED,
			 void *context G_GNUC_UNUSED)
{
	/* The source's. */
}

static bool compilation_begin(struct compilation *compilation)
{
	if (yr_compiler_create(&compilation->compiler) != ERROR_SUCCESS)
		return FALSE;
	yr_compiler_set_callback(compilation->compiler, compiler_said,
				 compilation);
	yr_compiler_set_include_callback(compilation->compiler, include,
					 include_done, compilation);
	for (gsize i = 0; i < G_N_ELEMENTS(externals); i++) {
		if (yr_compiler_define_string_variable(
			    compilation->compiler, externals[i], "") !=
		    ERROR_SUCCESS)
			return FALSE;
	}
	return TRUE;
}

/* A namespace each: two files may have rules of one name. */
static bool add_source(struct compilation *compilation,
		       struct rule_source *source)
{
	const struct rule_text *text = source->texts->pdata[0];

	compilation->source = source;
	return yr_compiler_add_string(compilation->compiler, text->text,
				      text->name) == 0;
}

static int note_module(YR_SCAN_CONTEXT *scan G_GNUC_UNUSED, int message,
		       void *data, void *context)
{
	const char **refused = context;
	const YR_MODULE_IMPORT *import = data;

	if (message != CALLBACK_MSG_IMPORT_MODULE)
		return CALLBACK_CONTINUE;
	for (gsize i = 0; i < G_N_ELEMENTS(refused_modules); i++) {
		if (strcmp(import->module_name, refused_modules[i]) != 0)
			continue;
		*refused = refused_modules[i];
		return CALLBACK_ABORT;
	}
	return CALLBACK_CONTINUE;
}

/* The module that they must not have, or NULL: libyara tells when it is about
   to load one. */
static const char *refused_module(YR_RULES *rules)
{
	const char *refused = NULL;

	(void)yr_rules_scan_mem(rules, (const guint8 *)" ", 1,
				SCAN_FLAGS_NO_TRYCATCH, note_module,
				&refused, 1);
	return refused;
}

/* FALSE if anything does not compile. faults may be NULL. */
static bool compile(const GPtrArray *sources, GPtrArray *faults,
		    YR_RULES **rules_r)
{
	struct compilation compilation = { .faults = faults };
	YR_RULES *rules = NULL;
	const char *module = NULL;
	bool sound = compilation_begin(&compilation);

	for (guint i = 0; sound && i < sources->len; i++)
		sound = add_source(&compilation, sources->pdata[i]);
	sound = sound && yr_compiler_get_rules(compilation.compiler,
					       &rules) == ERROR_SUCCESS;
	if (sound && (module = refused_module(rules)) != NULL) {
		g_autofree char *why = g_strdup_printf(
			"module \"%s\" opens files and cannot be used",
			module);

		if (faults != NULL && compilation.source != NULL)
			add_fault(faults, warden_rules_source_name(
					  compilation.source), 0, why);
		yr_rules_destroy(rules);
		sound = FALSE;
	}
	if (compilation.compiler != NULL)
		yr_compiler_destroy(compilation.compiler);
	if (sound)
		*rules_r = rules;
	return sound;
}

static bool compiles_alone(struct rule_source *source, GPtrArray *faults)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	YR_RULES *rules;

	g_ptr_array_add(one, source);
	if (!compile(one, faults, &rules))
		return FALSE;
	yr_rules_destroy(rules);
	return TRUE;
}

/* --- a folder ----------------------------------------------------------------- */

static struct warden_rule_file *add_file(struct warden_rules *rules,
					 const char *name)
{
	struct warden_rule_file *file = g_new0(struct warden_rule_file, 1);

	file->name = g_strdup(name);
	g_ptr_array_add(rules->files, file);
	return file;
}

static void source_free(void *source)
{
	warden_rules_source_free(source);
}

/* The last good version in place of a bad file, or NULL. */
static struct rule_source *fall_back(const struct warden_rules *rules,
				     const char *name)
{
	const char *kept = rules->settings->kept;
	struct rule_source *source = kept == NULL ? NULL :
		warden_rules_source_kept(kept, name);

	if (source != NULL && !compiles_alone(source, NULL))
		g_clear_pointer(&source, warden_rules_source_free);
	return source;
}

/* Which of them is it? The compiler is of no use after its first error, so each
   is compiled for itself. */
static GPtrArray *sort_out(struct warden_rules *rules, const GPtrArray *names)
{
	GPtrArray *sound = g_ptr_array_new_with_free_func(source_free);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		struct warden_rule_file *file = rules->files->pdata[i];
		g_autofree char *error = NULL;
		struct rule_source *source = warden_rules_source_read(
			rules->settings->folder, name, &error);

		if (source == NULL) {
			add_fault(rules->faults, name, 0, error);
		} else if (!compiles_alone(source, rules->faults)) {
			g_clear_pointer(&source, warden_rules_source_free);
		}
		file->state = WARDEN_RULE_FILE_GOOD;
		if (source == NULL) {
			source = fall_back(rules, name);
			file->state = source != NULL ?
				WARDEN_RULE_FILE_KEPT :
				WARDEN_RULE_FILE_REFUSED;
		}
		if (source != NULL)
			g_ptr_array_add(sound, source);
	}
	return sound;
}

/* NULL if one cannot be read. */
static GPtrArray *read_all(const struct warden_rules *rules,
			   const GPtrArray *names)
{
	g_autoptr(GPtrArray) sources =
		g_ptr_array_new_with_free_func(source_free);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *error = NULL;
		struct rule_source *source = warden_rules_source_read(
			rules->settings->folder, names->pdata[i], &error);

		if (source == NULL)
			return NULL;
		g_ptr_array_add(sources, source);
	}
	return g_steal_pointer(&sources);
}

/* Mostly all are sound: at once, and only else one by one. Returns the sources
   that made it, NULL if even those do not compile together. */
static GPtrArray *compile_folder(struct warden_rules *rules,
				 const GPtrArray *names)
{
	GPtrArray *sources = read_all(rules, names);

	if (sources != NULL && compile(sources, rules->faults,
				       &rules->compiled))
		return sources;
	if (sources != NULL)
		g_ptr_array_unref(sources);
	g_ptr_array_set_size(rules->faults, 0);
	sources = sort_out(rules, names);
	if (compile(sources, NULL, &rules->compiled))
		return sources;
	g_ptr_array_unref(sources);
	return NULL;
}

static void keep_sources(struct warden_rules *rules, const GPtrArray *sources,
			 const GPtrArray *names)
{
	const char *kept = rules->settings->kept;

	for (guint i = 0; i < sources->len; i++) {
		const struct rule_source *source = sources->pdata[i];
		g_autofree char *error = NULL, *line = NULL;

		if (source->kept ||
		    warden_rules_source_keep(kept, source, &error) > 0)
			continue;
		line = g_strdup_printf("is not kept for worse times: %s",
				       error);
		add_fault(rules->faults, warden_rules_source_name(source), 0,
			  line);
	}
	warden_rules_forget_kept(kept, names);
}

static void add_string(GChecksum *sum, const char *text)
{
	g_checksum_update(sum, (const guchar *)text,
			  (gssize)strlen(text) + 1);
}

static guint64 make_fingerprint(const struct warden_rules_settings *settings,
				const GPtrArray *sources)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *numbers = g_strdup_printf(
		"%s %.3f %u %u %" G_GUINT64_FORMAT, YR_VERSION,
		settings->score, settings->part_msecs, settings->message_msecs,
		settings->part_size_max);
	guint8 digest[32];
	gsize size = sizeof(digest);
	guint64 number;

	add_string(sum, numbers);
	add_string(sum, settings->verdict);
	for (guint i = 0; i < sources->len; i++) {
		const struct rule_source *source = sources->pdata[i];

		for (guint n = 0; n < source->texts->len; n++) {
			const struct rule_text *text = source->texts->pdata[n];

			add_string(sum, text->name);
			add_string(sum, text->text);
		}
	}
	g_checksum_get_digest(sum, digest, &size);
	memcpy(&number, digest, sizeof(number));
	return GUINT64_FROM_BE(number) | 1;
}

/* --- rules -------------------------------------------------------------------- */

static const char *const verdicts[] = {
	"malware", "phishing", "spam", "suspicious", "policy", NULL
};

static void read_verdict(const YR_META *meta, struct warden_rule *rule)
{
	/* Other people's "class" may mean anything. */
	if (meta->type == META_TYPE_STRING &&
	    g_strv_contains(verdicts, meta->string))
		rule->verdict = meta->string;
}

static void read_score(const YR_META *meta, struct warden_rule *rule)
{
	double score = (double)meta->integer;
	char *end;

	if (meta->type == META_TYPE_STRING) {
		score = g_ascii_strtod(meta->string, &end);
		if (end == meta->string || *end != '\0')
			return;
	} else if (meta->type != META_TYPE_INTEGER) {
		return;
	}
	if (!(score >= 0.0))
		return;
	if (score > SCORE_MAX)
		score /= 10.0;
	rule->score = MIN(score, SCORE_MAX);
}

static void read_description(const YR_META *meta, struct warden_rule *rule)
{
	if (meta->type == META_TYPE_STRING)
		rule->description = meta->string;
}

static const struct {
	const char *name;
	void (*read)(const YR_META *meta, struct warden_rule *rule);
} metas[] = {
	{ "class", read_verdict },
	{ "verdict", read_verdict },
	{ "score", read_score },
	{ "description", read_description },
};

static void rule_get(const struct warden_rules *rules, YR_RULE *compiled,
		     struct warden_rule *rule_r)
{
	YR_META *meta;

	*rule_r = (struct warden_rule){
		.file = compiled->ns->name, .name = compiled->identifier,
		.description = "", .verdict = rules->settings->verdict,
		.score = rules->settings->score,
	};
	yr_rule_metas_foreach(compiled, meta) {
		for (gsize i = 0; i < G_N_ELEMENTS(metas); i++) {
			if (strcmp(metas[i].name, meta->identifier) == 0)
				metas[i].read(meta, rule_r);
		}
	}
}

void warden_rules_foreach(const struct warden_rules *rules,
			  warden_rule_t *callback, void *context)
{
	YR_RULE *compiled;

	if (rules->compiled == NULL)
		return;
	yr_rules_foreach(rules->compiled, compiled) {
		struct warden_rule rule;

		if (RULE_IS_PRIVATE(compiled))
			continue;
		rule_get(rules, compiled, &rule);
		callback(&rule, context);
	}
}

static void count_rule(const struct warden_rule *rule, void *context)
{
	struct warden_rules *rules = context;

	for (guint i = 0; i < rules->files->len; i++) {
		struct warden_rule_file *file = rules->files->pdata[i];

		if (strcmp(file->name, rule->file) == 0)
			file->rules++;
	}
}

/* --- the set ------------------------------------------------------------------ */

static gpointer init_yara(gpointer unused G_GNUC_UNUSED)
{
	return GINT_TO_POINTER(yr_initialize() == ERROR_SUCCESS);
}

static int fill(struct warden_rules *rules, bool keep, char **error_r)
{
	const struct warden_rules_settings *settings = rules->settings;
	g_autoptr(GPtrArray) names = NULL;
	g_autoptr(GPtrArray) sources = NULL;

	if (warden_rules_folder_list(settings->folder, &names, error_r) < 0)
		return -1;
	for (guint i = 0; i < names->len; i++)
		add_file(rules, names->pdata[i]);
	sources = compile_folder(rules, names);
	if (sources == NULL ||
	    yr_scanner_create(rules->compiled, &rules->scanner) !=
	    ERROR_SUCCESS) {
		*error_r = g_strdup_printf("%s: the rules cannot be compiled"
					   " into one set", settings->folder);
		return -1;
	}
	if (keep && settings->kept != NULL)
		keep_sources(rules, sources, names);
	if (sources->len > 0)
		rules->fingerprint = make_fingerprint(settings, sources);
	warden_rules_foreach(rules, count_rule, rules);
	return 1;
}

int warden_rules_load(const struct warden_rules_settings *settings, bool keep,
		      struct warden_rules **rules_r, char **error_r)
{
	static GOnce once = G_ONCE_INIT;
	struct warden_rules *rules;

	if (g_once(&once, init_yara, NULL) == NULL) {
		*error_r = g_strdup("libyara cannot be initialised");
		return -1;
	}
	rules = g_new0(struct warden_rules, 1);
	rules->settings = settings;
	rules->files = g_ptr_array_new_with_free_func(file_free);
	rules->faults = g_ptr_array_new_with_free_func(fault_free);
	if (settings->folder != NULL && fill(rules, keep, error_r) < 0) {
		warden_rules_free(rules);
		return -1;
	}
	*rules_r = rules;
	return 1;
}

void warden_rules_free(struct warden_rules *rules)
{
	if (rules == NULL)
		return;
	if (rules->scanner != NULL)
		yr_scanner_destroy(rules->scanner);
	if (rules->compiled != NULL)
		yr_rules_destroy(rules->compiled);
	g_ptr_array_unref(rules->files);
	g_ptr_array_unref(rules->faults);
	g_free(rules);
}

guint64 warden_rules_fingerprint(const struct warden_rules *rules)
{
	return rules->fingerprint;
}

bool warden_rules_is_empty(const struct warden_rules *rules)
{
	return rules->fingerprint == 0;
}

const GPtrArray *warden_rules_files(const struct warden_rules *rules)
{
	return rules->files;
}

const GPtrArray *warden_rules_faults(const struct warden_rules *rules)
{
	return rules->faults;
}

guint warden_rules_message_msecs(const struct warden_rules *rules)
{
	return rules->settings->message_msecs;
}

/* --- scanning ----------------------------------------------------------------- */

struct scanning {
	struct warden_rules *rules;
	warden_rule_t *callback;
	void *context;
};

static int scan_event(YR_SCAN_CONTEXT *scan G_GNUC_UNUSED, int message,
		      void *data, void *context)
{
	struct scanning *scanning = context;
	struct warden_rule rule;

	/* A string that is found too often is not looked for any more: a rule
	   that counts higher than libyara does cannot match anyway. */
	if (message != CALLBACK_MSG_RULE_MATCHING)
		return CALLBACK_CONTINUE;
	rule_get(scanning->rules, data, &rule);
	scanning->callback(&rule, scanning->context);
	return CALLBACK_CONTINUE;
}

static void define_externals(YR_SCANNER *scanner,
			     const struct warden_rules_subject *subject)
{
	const char *dot = strrchr(subject->name, '.');
	g_autofree char *extension =
		g_ascii_strdown(dot != NULL ? dot : "", -1);

	yr_scanner_define_string_variable(scanner, "filename", subject->name);
	yr_scanner_define_string_variable(scanner, "filepath", subject->name);
	yr_scanner_define_string_variable(scanner, "extension", extension);
	yr_scanner_define_string_variable(scanner, "mime_type", subject->type);
}

enum warden_rules_status
warden_rules_scan(struct warden_rules *rules,
		  const struct warden_rules_subject *subject,
		  const guint8 *data, gsize size, guint msecs,
		  warden_rule_t *callback, void *context)
{
	struct scanning scanning = {
		.rules = rules, .callback = callback, .context = context,
	};
	YR_SCANNER *scanner = rules->scanner;
	int ret;

	if (warden_rules_is_empty(rules))
		return WARDEN_RULES_DONE;
	if (size > rules->settings->part_size_max)
		return WARDEN_RULES_SIZE;
	if (msecs == 0)
		return WARDEN_RULES_TIME;
	define_externals(scanner, subject);
	yr_scanner_set_callback(scanner, scan_event, &scanning);
	/* No handlers for signals: a crash is to be seen as one. */
	yr_scanner_set_flags(scanner, SCAN_FLAGS_FAST_MODE |
			     SCAN_FLAGS_NO_TRYCATCH |
			     SCAN_FLAGS_REPORT_RULES_MATCHING);
	/* Its setter takes whole seconds. */
	scanner->timeout = (guint64)MIN(msecs, rules->settings->part_msecs) *
		1000 * 1000;
	ret = yr_scanner_scan_mem(scanner, data, size);
	if (ret == ERROR_SUCCESS)
		return WARDEN_RULES_DONE;
	return ret == ERROR_SCAN_TIMEOUT ? WARDEN_RULES_TIME :
		WARDEN_RULES_FAILED;
}
