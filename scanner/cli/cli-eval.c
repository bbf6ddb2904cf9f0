#include "warden-config.h"

#include "cli-commands.h"
#include "cli-input.h"
#include "scanner/core/eval.h"
#include "scanner/core/scan.h"

#include <getopt.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

struct options {
	const char *config, *manifest, *svg;
	bool json;
};

struct run {
	struct warden_config *config;
	struct warden_reader *reader;
	struct warden_eval *eval;
	GHashTable *clusters;	/* file's base name → cluster; NULL */
	bool bad;
	guint failed;
	guint verdicts[2][WARDEN_VERDICT_LAST + 1];
};

static void print_usage(FILE *out)
{
	fputs("usage: warden eval [--json] [--config FILE] [--manifest FILE] "
	      "[--svg FILE] GOOD BAD\n"
	      "\n"
	      "Scan a folder (or mbox) of good and one of bad mail, and say how"
	      " well they are told\napart: verdicts, detection at 0.1% and 1%"
	      " false positives, which findings carried\nor misled, and every"
	      " good mail that would go to Quarantine. Lists and history of\na"
	      " database are not asked.\n"
	      "\n"
	      "  --manifest FILE  a table with tabs whose third column is a file"
	      " and whose last\n                   has \"cluster=NAME\": mails of"
	      " a cluster count as one\n"
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
			options_r->manifest = optarg;
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

/* --- the manifest -------------------------------------------------------- */

static void read_line(GHashTable *clusters, char **columns)
{
	guint count = g_strv_length(columns);
	const char *mark;

	if (count < 4)
		return;
	mark = strstr(columns[count - 1], "cluster=");
	if (mark == NULL)
		return;
	mark += strlen("cluster=");
	g_hash_table_replace(clusters, g_path_get_basename(columns[2]),
			     g_strndup(mark, strcspn(mark, ";")));
}

static GHashTable *read_manifest(const char *path, char **error_r)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	GHashTable *clusters;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*error_r = g_strdup(error->message);
		return NULL;
	}
	clusters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					 g_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_auto(GStrv) columns = g_strsplit(*line, "\t", -1);

		read_line(clusters, columns);
	}
	return clusters;
}

/* --- scanning ------------------------------------------------------------ */

static const char *cluster_of(const struct run *run, const char *file)
{
	g_autofree char *name = g_path_get_basename(file);
	const char *found = run->clusters == NULL ? NULL :
		g_hash_table_lookup(run->clusters, name);

	return found == NULL ? "" : found;
}

static void add_mail(struct run *run, const char *file,
		     const struct warden_scan_result *result)
{
	struct warden_eval_mail *mail = warden_eval_mail_new(
		file, run->bad, cluster_of(run, file));

	mail->strength = result->judgement.strength;
	mail->verdict = result->judgement.verdict;
	mail->action = result->judgement.action;
	for (guint i = 0; i < result->findings->len; i++) {
		const struct warden_finding *finding =
			result->findings->pdata[i];

		warden_eval_mail_add(mail, finding->symbol, finding->score);
	}
	run->verdicts[run->bad][mail->verdict]++;
	warden_eval_add(run->eval, mail);
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

static void print_report(const struct run *run)
{
	print_verdicts(run);
	putchar('\n');
	print_point(run->eval, "detected as configured", -1.0);
	print_point(run->eval, "at 0.1 % false positives", 0.001);
	print_point(run->eval, "at 1 % false positives", 0.01);
	printf("area under the ROC curve   %.4f\n",
	       warden_eval_area(run->eval));
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
	struct warden_reader_settings settings;

	run->eval = warden_eval_new();
	if (options->manifest != NULL) {
		run->clusters = read_manifest(options->manifest, error_r);
		if (run->clusters == NULL)
			return -1;
	}
	if (warden_config_load(options->config, &run->config, error_r) < 0)
		return -1;
	settings.timeout_msecs = run->config->reader_msecs;
	settings.memory_limit = run->config->reader_memory;
	return warden_reader_init(&settings, &run->reader, error_r);
}

static void run_deinit(struct run *run)
{
	if (run->reader != NULL)
		warden_reader_deinit(&run->reader);
	if (run->clusters != NULL)
		g_hash_table_unref(run->clusters);
	warden_config_free(run->config);
	warden_eval_free(run->eval);
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
	struct options options = { .config = NULL };
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
