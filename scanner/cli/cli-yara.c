#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: warden yara check [FOLDER] [--json]\n"
	"       warden yara list [--json]\n"
	"\n"
	"The rules of this site ([yara] in the configuration).\n"
	"check compiles every *.yar and *.yara file of FOLDER (default: the"
	" configuration's)\nfrom scratch, and says what is wrong with it: try"
	" rules with it before they are\ninstalled.\n"
	"list shows the rules in force, with the verdict and the score that they"
	" argue\nfor, and files that are refused.\n"
	"\n"
	"  --config FILE\n"
	"\n"
	"Example: warden yara check ./new-rules\n"
	"Exit status: 0 all is well, 1 a file is refused or the folder cannot be"
	" read,\n2 usage or configuration.\n";

#define NAME_COLUMNS 36
#define VERDICT_COLUMNS 12

static const char *const states[] = {
	[WARDEN_RULE_FILE_GOOD] = "good",
	[WARDEN_RULE_FILE_KEPT] = "kept",
	[WARDEN_RULE_FILE_REFUSED] = "refused",
};

/* --- what is wrong ------------------------------------------------------------ */

static void print_fault(const struct warden_rule_fault *fault)
{
	if (fault->line == 0)
		printf("%s: ", fault->file);
	else
		printf("%s:%u: ", fault->file, fault->line);
	printf("%s%s\n", fault->warning ? "warning: " : "", fault->message);
}

static void print_fault_json(const struct warden_rule_fault *fault)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	cli_member(builder, "file", fault->file);
	cli_member_int(builder, "line", fault->line);
	cli_member(builder, "severity", fault->warning ? "warning" : "error");
	cli_member(builder, "message", fault->message);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

static void print_file_json(const struct warden_rule_file *file)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	cli_member(builder, "file", file->name);
	cli_member(builder, "state", states[file->state]);
	cli_member_int(builder, "rules", file->rules);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

static void print_faults(const struct warden_rules *rules, bool json)
{
	const GPtrArray *faults = warden_rules_faults(rules);

	for (guint i = 0; i < faults->len; i++) {
		if (json)
			print_fault_json(faults->pdata[i]);
		else
			print_fault(faults->pdata[i]);
	}
}

static guint count_bad(const struct warden_rules *rules)
{
	const GPtrArray *files = warden_rules_files(rules);
	guint bad = 0;

	for (guint i = 0; i < files->len; i++) {
		const struct warden_rule_file *file = files->pdata[i];

		bad += file->state != WARDEN_RULE_FILE_GOOD;
	}
	return bad;
}

/* --- check -------------------------------------------------------------------- */

static int check(const struct warden_rules *rules, bool json)
{
	const GPtrArray *files = warden_rules_files(rules);
	guint bad = count_bad(rules), count = 0;

	print_faults(rules, json);
	for (guint i = 0; i < files->len; i++) {
		const struct warden_rule_file *file = files->pdata[i];

		count += file->rules;
		if (json)
			print_file_json(file);
	}
	if (!json)
		printf("%u rule%s in %u good file%s, %u refused\n", count,
		       count == 1 ? "" : "s", files->len - bad,
		       files->len - bad == 1 ? "" : "s", bad);
	return bad > 0 ? CLI_FAILED : CLI_OK;
}

/* --- list --------------------------------------------------------------------- */

static void print_rule(const struct warden_rule *rule,
		       void *context G_GNUC_UNUSED)
{
	g_autofree char *full = g_strconcat(rule->file, ":", rule->name, NULL);
	g_autofree char *name = cli_cell(full, NAME_COLUMNS);
	g_autofree char *verdict = cli_cell(rule->verdict, VERDICT_COLUMNS);
	g_autofree char *description = cli_cell(rule->description, 0);

	printf("%s %s%s%s %5.1f  %s\n", name,
	       cli_verdict_colour(rule->verdict), verdict, cli_colour_end(),
	       rule->score, description);
}

static void print_rule_json(const struct warden_rule *rule,
			    void *context G_GNUC_UNUSED)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree char *description =
		g_utf8_make_valid(rule->description, -1);

	json_builder_begin_object(builder);
	cli_member(builder, "file", rule->file);
	cli_member(builder, "rule", rule->name);
	cli_member(builder, "verdict", rule->verdict);
	cli_member_real(builder, "score", rule->score);
	cli_member(builder, "description", description);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

static int list(const struct warden_rules *rules, bool json)
{
	const GPtrArray *files = warden_rules_files(rules);

	warden_rules_foreach(rules, json ? print_rule_json : print_rule, NULL);
	for (guint i = 0; i < files->len; i++) {
		const struct warden_rule_file *file = files->pdata[i];

		if (file->state == WARDEN_RULE_FILE_GOOD)
			continue;
		if (json)
			print_file_json(file);
		else
			printf("%s is refused: %s\n", file->name,
			       file->state == WARDEN_RULE_FILE_KEPT ?
			       "its last good version is in force" :
			       "there is no good version of it");
	}
	return count_bad(rules) > 0 ? CLI_FAILED : CLI_OK;
}

/* --- the command -------------------------------------------------------------- */

static int run(struct cli_options *options, bool is_check)
{
	struct warden_rules_settings settings = options->config->rules;
	struct warden_rules *rules;
	char *error = NULL;
	int status;

	if (options->argc > 1)
		settings.folder = options->argv[1];
	/* From scratch: as if there were no better version. */
	if (is_check)
		settings.kept = NULL;
	if (settings.folder == NULL)
		return cli_failed(options, g_strdup(
			"no folder is configured ([yara] folder)"));
	if (warden_rules_load(&settings, FALSE, &rules, &error) < 0)
		return cli_failed(options, error);
	status = is_check ? check(rules, options->json) :
		list(rules, options->json);
	warden_rules_free(rules);
	return status;
}

int warden_cli_yara(int argc, char **argv)
{
	struct cli_options options;
	int status = cli_options_parse(argc, argv, 0, usage, &options);
	bool is_check, is_list;
	char *error = NULL;

	if (status >= 0)
		return status;
	is_check = options.argc >= 1 && options.argc <= 2 &&
		strcmp(options.argv[0], "check") == 0;
	is_list = options.argc == 1 && strcmp(options.argv[0], "list") == 0;
	if (!is_check && !is_list)
		return cli_usage_error(&options, "check or list is wanted");
	if (warden_config_load(options.config_path, &options.config,
			       &error) < 0) {
		cli_failed(&options, error);
		return CLI_USAGE;
	}
	status = run(&options, is_check);
	warden_config_free(options.config);
	return status;
}
