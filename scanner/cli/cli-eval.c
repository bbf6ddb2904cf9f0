#include "warden-config.h"

#include "cli-commands.h"
#include "cli-eval-manifest.h"
#include "cli-input.h"
#include "scanner/core/eval.h"
#include "scanner/core/scan.h"

#include <getopt.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

struct options {
	const char *config, *by, *svg, *without;
	GPtrArray *manifests;	/* const char * */
	bool json;
};

struct run {
	struct warden_config *config;
	struct warden_reader *reader;
	struct warden_eval *eval;
	const char *family;	/* to be left out of the next; NULL = none */
	struct warden_eval *without;
	struct cli_manifest *manifest;
	const char *by;		/* what mails are grouped by; NULL = nothing */
	bool bad;
	guint failed;
	guint verdicts[2][WARDEN_VERDICT_LAST + 1];
};

static void print_usage(FILE *out)
{
	fputs("usage: warden eval [--json] [--config FILE] [--manifest FILE]... "
	      "[--by KEY]\n                   [--without FAMILY] [--svg FILE]"
	      " GOOD BAD\n"
	      "\n"
	      "Scan a folder (or mbox) of good and one of bad mail, and say how"
	      " well they are told\napart: verdicts, detection at 0.1% and 1%"
	      " false positives, which findings carried\nor misled, and every"
	      " good mail that would go to Quarantine. Lists and history of\na"
	      " database are not asked.\n"
	      "\n"
	      "  --manifest FILE  a table with tabs and a header line: columns"
	      " file, source, notes\n                   (\"cluster=NAME;KEY="
	      "VALUE\"); mails of a cluster count as one.\n                  "
	      " May be given several times\n"
	      "  --by KEY         figures for each source, or other key of the"
	      " notes\n"
	      "  --without FAMILY the same figures without a family of checks"
	      " (classifier)\n"
	      "  --svg FILE       draw the ROC curve\n"
	      "\n"
	      "Exit status: 0; 1 some mail could not be read; 2 usage or"
	      " configuration.\n", out);
}

static int parse_options(int argc, char **argv, struct options *options_r)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "config", required_argument, NULL, 'c' },
		{ "manifest", required_argument, NULL, 'm' },
		{ "by", required_argument, NULL, 'b' },
		{ "without", required_argument, NULL, 'w' },
		{ "svg", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			options_r->json = TRUE;
			break;
		case 'c':
			options_r->config = optarg;
			break;
		case 'm':
			g_ptr_array_add(options_r->manifests, optarg);
			break;
		case 'b':
			options_r->by = optarg;
			break;
		case 'w':
			options_r->without = optarg;
			break;
		case 's':
			options_r->svg = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (argc - optind != 2) {
		fputs("warden eval: a folder of good and one of bad mail are"
		      " wanted\n", stderr);
		print_usage(stderr);
		return 2;
	}
	return -1;
}

/* --- scanning ------------------------------------------------------------ */

static struct warden_eval_mail *
new_mail(const struct run *run, const char *file,
	 const struct warden_judgement *judgement)
{
	struct warden_eval_mail *mail = warden_eval_mail_new(
		file, run->bad, cli_manifest_get(run->manifest, file,
						 "cluster"));

	mail->strength = judgement->strength;
	mail->verdict = judgement->verdict;
	mail->action = judgement->action;
	if (run->by != NULL) {
		mail->group = g_intern_string(cli_manifest_get(
			run->manifest, file, run->by));
	}
	return mail;
}

static void add_symbols(struct warden_eval_mail *mail,
			const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		warden_eval_mail_add(mail, finding->symbol, finding->score);
	}
}

/* The same mail as if one family of checks did not exist. */
static void add_without(struct run *run, const char *file,
			const struct warden_scan_result *result)
{
	g_autoptr(GPtrArray) rest = g_ptr_array_new();
	struct warden_judgement judgement;
	struct warden_eval_mail *mail;
	g_autofree char *error = NULL;

	for (guint i = 0; i < result->findings->len; i++) {
		struct warden_finding *finding = result->findings->pdata[i];

		if (strcmp(finding->family, run->family) != 0)
			g_ptr_array_add(rest, finding);
	}
	if (warden_policy_judge(run->config->policy, result->facts, rest, NULL,
				WARDEN_ROLE_NONE, &judgement, &error) < 0)
		return;
	mail = new_mail(run, file, &judgement);
	add_symbols(mail, rest);
	warden_eval_add(run->without, mail);
}

static void add_mail(struct run *run, const char *file,
		     const struct warden_scan_result *result)
{
	struct warden_eval_mail *mail = new_mail(run, file,
						 &result->judgement);

	add_symbols(mail, result->findings);
	run->verdicts[run->bad][mail->verdict]++;
	warden_eval_add(run->eval, mail);
	if (run->family != NULL)
		add_without(run, file, result);
}

static void scan_one(const struct warden_input_message *message,
		     void *context)
{
	struct run *run = context;
	const struct warden_scan_input input = {
		.fd = message->fd, .size = message->size,
		.full_size = message->full_size,
	};
	struct warden_scan_result *result;
	g_autofree char *error = NULL;

	if (message->error != NULL) {
		fprintf(stderr, "warden eval: %s: %s\n", message->name,
			message->error);
		run->failed++;
	} else if (warden_scan_fd(run->config, run->reader, &input, &result,
				  &error) < 0) {
		fprintf(stderr, "warden eval: %s: %s\n", message->name, error);
		run->failed++;
	} else {
		add_mail(run, message->name, result);
		warden_scan_result_free(result);
	}
}

/* --- for people ---------------------------------------------------------- */

static void print_verdicts(const struct run *run)
{
	printf("%-12s %8s %8s\n", "verdict", "good", "bad");
	for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++) {
		if (run->verdicts[0][i] + run->verdicts[1][i] > 0)
			printf("%-12s %8u %8u\n", warden_verdict_name(i),
			       run->verdicts[0][i], run->verdicts[1][i]);
	}
}

static void print_point(const struct warden_eval *eval, const char *what,
			double false_positives)
{
	struct warden_eval_point point;

	if (false_positives < 0.0)
		warden_eval_at_limit(eval, 1.0, &point);
	else
		warden_eval_at(eval, false_positives, &point);
	printf("%-26s %5.1f %% of mails, %5.1f %% of clusters, %u good mail%s",
	       what, 100.0 * point.detected, 100.0 * point.detected_clusters,
	       point.good_above, point.good_above == 1 ? "" : "s");
	if (point.limit < G_MAXDOUBLE)
		printf(" (at %.2f of the thresholds)", point.limit);
	putchar('\n');
}

static void print_uses(const struct warden_eval *eval)
{
	g_autoptr(GArray) uses = warden_eval_uses(eval);

	printf("\n%-28s %6s %6s %8s %7s %6s\n", "finding", "bad", "good",
	       "carried", "misled", "score");
	for (guint i = 0; i < uses->len; i++) {
		const struct warden_eval_use *use = &g_array_index(
			uses, struct warden_eval_use, i);

		printf("%-28s %6u %6u %8u %7u %6.1f\n", use->name, use->bad,
		       use->good, use->carried, use->misled, use->score);
	}
}

static void print_good(const struct warden_eval *eval)
{
	const GPtrArray *mails = warden_eval_mails(eval);
	bool any = FALSE;

	for (guint i = 0; i < mails->len; i++) {
		const struct warden_eval_mail *mail = mails->pdata[i];

		if (mail->bad || mail->action != WARDEN_ACTION_QUARANTINE)
			continue;
		if (!any)
			puts("\ngood mail that would go to Quarantine");
		any = TRUE;
		printf("  %s: %s", mail->file,
		       warden_verdict_name(mail->verdict));
		for (guint j = 0; j < mail->symbols->len; j++) {
			const struct warden_eval_symbol *symbol =
				&g_array_index(mail->symbols,
					       struct warden_eval_symbol, j);

			if (symbol->score > 0.0)
				printf(" %s %.1f", symbol->name,
				       symbol->score);
		}
		putchar('\n');
	}
	if (!any)
		puts("\nno good mail would go to Quarantine");
}

static void print_points(const struct warden_eval *eval)
{
	print_point(eval, "detected as configured", -1.0);
	print_point(eval, "at 0.1 % false positives", 0.001);
	print_point(eval, "at 1 % false positives", 0.01);
	printf("area under the ROC curve   %.4f\n", warden_eval_area(eval));
}

static void print_groups(const struct run *run)
{
	g_autoptr(GArray) groups = warden_eval_groups(run->eval);

	printf("\n%-24s %6s %6s %6s %6s %6s %6s\n", run->by, "good", "stopped",
	       "bad", "found", "at 0.1", "at 1%");
	for (guint i = 0; i < groups->len; i++) {
		const struct warden_eval_group *group = &g_array_index(
			groups, struct warden_eval_group, i);

		printf("%-24s %6u %6u  %6u", group->name[0] == '\0' ? "–" :
		       group->name, group->good, group->good_above,
		       group->bad);
		if (group->bad > 0)
			printf(" %5.1f%% %5.1f%% %5.1f%%",
			       100.0 * group->detected,
			       100.0 * group->detected_strict,
			       100.0 * group->detected_loose);
		putchar('\n');
	}
}

static void print_report(const struct run *run)
{
	print_verdicts(run);
	putchar('\n');
	print_points(run->eval);
	if (run->family != NULL) {
		printf("\nwithout the checks of the family %s\n",
		       run->family);
		print_points(run->without);
	}
	if (run->by != NULL)
		print_groups(run);
	print_uses(run->eval);
	print_good(run->eval);
}

/* --- for programs -------------------------------------------------------- */

static void build_point(JsonBuilder *builder, const char *name,
			const struct warden_eval_point *point)
{
	json_builder_set_member_name(builder, name);
	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "detected");
	json_builder_add_double_value(builder, point->detected);
	json_builder_set_member_name(builder, "detected_clusters");
	json_builder_add_double_value(builder, point->detected_clusters);
	json_builder_set_member_name(builder, "good_above");
	json_builder_add_int_value(builder, point->good_above);
	json_builder_end_object(builder);
}

static void build_verdicts(JsonBuilder *builder, const struct run *run)
{
	static const char *const names[] = { "good", "bad" };

	for (guint class = 0; class < 2; class++) {
		json_builder_set_member_name(builder, names[class]);
		json_builder_begin_object(builder);
		for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++) {
			if (run->verdicts[class][i] == 0)
				continue;
			json_builder_set_member_name(builder,
						     warden_verdict_name(i));
			json_builder_add_int_value(builder,
						   run->verdicts[class][i]);
		}
		json_builder_end_object(builder);
	}
}

static void build_uses(JsonBuilder *builder, const struct warden_eval *eval)
{
	g_autoptr(GArray) uses = warden_eval_uses(eval);

	json_builder_set_member_name(builder, "findings");
	json_builder_begin_object(builder);
	for (guint i = 0; i < uses->len; i++) {
		const struct warden_eval_use *use = &g_array_index(
			uses, struct warden_eval_use, i);

		json_builder_set_member_name(builder, use->name);
		json_builder_begin_object(builder);
		json_builder_set_member_name(builder, "bad");
		json_builder_add_int_value(builder, use->bad);
		json_builder_set_member_name(builder, "good");
		json_builder_add_int_value(builder, use->good);
		json_builder_set_member_name(builder, "carried");
		json_builder_add_int_value(builder, use->carried);
		json_builder_set_member_name(builder, "misled");
		json_builder_add_int_value(builder, use->misled);
		json_builder_end_object(builder);
	}
	json_builder_end_object(builder);
}

static void build_share(JsonBuilder *builder, const char *name, double value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_double_value(builder, value);
}

static void build_count(JsonBuilder *builder, const char *name, guint value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_int_value(builder, value);
}

static void build_groups(JsonBuilder *builder, const struct warden_eval *eval)
{
	g_autoptr(GArray) groups = warden_eval_groups(eval);

	json_builder_set_member_name(builder, "groups");
	json_builder_begin_object(builder);
	for (guint i = 0; i < groups->len; i++) {
		const struct warden_eval_group *group = &g_array_index(
			groups, struct warden_eval_group, i);

		json_builder_set_member_name(builder, group->name);
		json_builder_begin_object(builder);
		build_count(builder, "good", group->good);
		build_count(builder, "good_above", group->good_above);
		build_count(builder, "bad", group->bad);
		build_share(builder, "detected", group->detected);
		build_share(builder, "at_0.1_percent", group->detected_strict);
		build_share(builder, "at_1_percent", group->detected_loose);
		json_builder_end_object(builder);
	}
	json_builder_end_object(builder);
}

static void print_json(const struct run *run)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	struct warden_eval_point now, strict, loose;

	warden_eval_at_limit(run->eval, 1.0, &now);
	warden_eval_at(run->eval, 0.001, &strict);
	warden_eval_at(run->eval, 0.01, &loose);
	json_builder_begin_object(builder);
	build_verdicts(builder, run);
	build_point(builder, "configured", &now);
	build_point(builder, "at_0.1_percent", &strict);
	build_point(builder, "at_1_percent", &loose);
	json_builder_set_member_name(builder, "area");
	json_builder_add_double_value(builder, warden_eval_area(run->eval));
	build_uses(builder, run->eval);
	if (run->by != NULL)
		build_groups(builder, run->eval);
	json_builder_end_object(builder);
	g_autoptr(JsonNode) root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	g_autofree char *text = json_generator_to_data(generator, NULL);
	puts(text);
}

/* --- the command --------------------------------------------------------- */

static int run_init(struct run *run, const struct options *options,
		    char **error_r)
{
	struct warden_reader_settings settings = { 0 };

	run->eval = warden_eval_new();
	run->without = warden_eval_new();
	run->family = options->without;
	run->by = options->by;
	run->manifest = cli_manifest_new();
	for (guint i = 0; i < options->manifests->len; i++) {
		if (cli_manifest_read(run->manifest,
				      options->manifests->pdata[i],
				      error_r) < 0)
			return -1;
	}
	if (warden_config_load(options->config, &run->config, error_r) < 0)
		return -1;
	settings.timeout_msecs = run->config->reader_msecs;
	settings.memory_limit = run->config->reader_memory;
	settings.smime_roots = run->config->smime_roots;
	settings.openpgp_keys = run->config->openpgp_keys;
	return warden_reader_init(&settings, &run->reader, error_r);
}

static void run_deinit(struct run *run)
{
	if (run->reader != NULL)
		warden_reader_deinit(&run->reader);
	cli_manifest_free(run->manifest);
	warden_config_free(run->config);
	warden_eval_free(run->eval);
	warden_eval_free(run->without);
}

static int write_svg(const struct run *run, const char *path)
{
	g_autofree char *svg = warden_eval_svg(run->eval, "warden eval");
	g_autoptr(GError) error = NULL;

	if (g_file_set_contents(path, svg, -1, &error))
		return 0;
	fprintf(stderr, "warden eval: %s\n", error->message);
	return 1;
}

int warden_cli_eval(int argc, char **argv)
{
	g_autoptr(GPtrArray) manifests = g_ptr_array_new();
	struct options options = { .manifests = manifests };
	struct run run = { .config = NULL };
	g_autofree char *error = NULL;
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (run_init(&run, &options, &error) < 0) {
		fprintf(stderr, "warden eval: %s\n", error);
		run_deinit(&run);
		return 2;
	}
	warden_input_read(argv[optind], FALSE, scan_one, &run);
	run.bad = TRUE;
	warden_input_read(argv[optind + 1], FALSE, scan_one, &run);
	warden_eval_finish(run.eval);
	warden_eval_finish(run.without);
	if (options.json)
		print_json(&run);
	else
		print_report(&run);
	status = run.failed > 0 ? 1 : 0;
	if (options.svg != NULL && write_svg(&run, options.svg) != 0)
		status = 1;
	run_deinit(&run);
	return status;
}
