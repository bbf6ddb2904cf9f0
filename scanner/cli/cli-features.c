#include "warden-config.h"

#include "cli-commands.h"
#include "cli-input.h"
#include "scanner/checks/features.h"
#include "scanner/core/scan.h"

#include <getopt.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* What tools/train.py learns from, and an administrator who wonders about the
   classifier looks at. */

struct options {
	const char *config;
	bool json, all;
};

struct run {
	struct warden_config *config;
	struct warden_reader *reader;
	bool json;
	guint failed;
};

static void print_usage(FILE *out)
{
	fputs("usage: warden features [--json] [--config FILE] FILE...\n"
	      "       warden features --all\n"
	      "\n"
	      "Print what the classifier knows of each message: names of"
	      " features, and whether\neach speaks for (bad) or against (good) an"
	      " attack, or takes its meaning from\nothers (either). --all prints"
	      " every feature there is but those of findings.\n"
	      "\n"
	      "  --json         one line of JSON a message\n"
	      "  --config FILE  as for warden scan\n"
	      "\n"
	      "Exit status: 0; 1 some file could not be read; 2 usage or"
	      " configuration.\n", out);
}

static int parse_options(int argc, char **argv, struct options *options_r)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "all", no_argument, NULL, 'a' },
		{ "config", required_argument, NULL, 'c' },
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
		case 'a':
			options_r->all = TRUE;
			break;
		case 'c':
			options_r->config = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (optind == argc && !options_r->all) {
		fputs("warden features: no FILE given\n", stderr);
		print_usage(stderr);
		return 2;
	}
	return -1;
}

static void print_json(const char *file, const GArray *features)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "file");
	json_builder_add_string_value(builder, file);
	json_builder_set_member_name(builder, "features");
	json_builder_begin_object(builder);
	for (guint i = 0; i < features->len; i++) {
		const struct warden_feature *feature = &g_array_index(
			features, struct warden_feature, i);

		json_builder_set_member_name(builder, feature->name);
		json_builder_add_string_value(
			builder, warden_feature_sign_name(feature->sign));
	}
	json_builder_end_object(builder);
	json_builder_end_object(builder);
	g_autoptr(JsonNode) root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	g_autofree char *text = json_generator_to_data(generator, NULL);
	puts(text);
}

static void print_feature(const struct warden_feature *feature)
{
	printf("  %-26s %-6s  %s\n", feature->name,
	       warden_feature_sign_name(feature->sign), feature->words);
}

static void print_message(const struct run *run, const char *file,
			  const struct warden_scan_result *result)
{
	g_autoptr(GArray) features = warden_features(result->facts,
						     result->findings,
						     run->config->site.phrases);

	if (run->json) {
		print_json(file, features);
		return;
	}
	puts(file);
	for (guint i = 0; i < features->len; i++)
		print_feature(&g_array_index(features, struct warden_feature,
					     i));
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
		fprintf(stderr, "warden features: %s: %s\n", message->name,
			message->error);
		run->failed++;
	} else if (warden_scan_fd(run->config, run->reader, &input, &result,
				  &error) < 0) {
		fprintf(stderr, "warden features: %s: %s\n", message->name,
			error);
		run->failed++;
	} else {
		print_message(run, message->name, result);
		warden_scan_result_free(result);
	}
}

static void print_all(void)
{
	guint count;
	const struct warden_feature *all = warden_features_all(&count);

	for (guint i = 0; i < count; i++)
		print_feature(&all[i]);
}

static int run_init(struct run *run, const char *config, char **error_r)
{
	struct warden_reader_settings settings = { 0 };

	if (warden_config_load(config, &run->config, error_r) < 0)
		return -1;
	settings.timeout_msecs = run->config->reader_msecs;
	settings.memory_limit = run->config->reader_memory;
	settings.smime_roots = run->config->smime_roots;
	settings.openpgp_keys = run->config->openpgp_keys;
	return warden_reader_init(&settings, &run->reader, error_r);
}

int warden_cli_features(int argc, char **argv)
{
	struct options options = { .config = NULL };
	struct run run = { .config = NULL };
	g_autofree char *error = NULL;
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (options.all)
		print_all();
	run.json = options.json;
	if (run_init(&run, options.config, &error) < 0) {
		fprintf(stderr, "warden features: %s\n", error);
		status = 2;
	} else {
		for (int i = optind; i < argc; i++)
			warden_input_read(argv[i], FALSE, scan_one, &run);
		status = run.failed > 0 ? 1 : 0;
	}
	if (run.reader != NULL)
		warden_reader_deinit(&run.reader);
	warden_config_free(run.config);
	return status;
}
