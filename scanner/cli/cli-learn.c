#include "warden-config.h"

#include "cli-commands.h"
#include "cli-input.h"
#include "cli-options.h"
#include "scanner/checks/tokens.h"
#include "scanner/core/scan.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: warden learn ham|spam|phish [OPTIONS] FILE...\n"
	"       warden learn status [--json]\n"
	"\n"
	"Teach the Bayes model what messages are: for the whole site, or one"
	" user's. FILEs\nare read as 'warden scan' reads them. Users teach by"
	" themselves what they move into\nand out of Junk and Quarantine."
	" 'status' says how much was learned.\n"
	"\n"
	"  --user USER      teach USER's model (and the site's)\n"
	"  --forget         take back what was taught of these messages\n"
	"  --mbox           every FILE is an mbox\n"
	"  --config FILE    the configuration, which names the database\n"
	"  --database FILE  another database\n"
	"  --json           one object a line\n"
	"\n"
	"Exit status: 0; 1 some file could not be read or learned; 2 usage or"
	" configuration.\n";

struct run {
	struct cli_options *options;
	struct warden_store *store;
	struct warden_reader *reader;
	const char *user;
	enum warden_class class;
	guint learned, unchanged, failed;
};

/* --- learning ------------------------------------------------------------------ */

static void failed(struct run *run, const char *name, const char *why)
{
	fprintf(stderr, "warden learn: %s: %s\n", name, why);
	run->failed++;
}

static int learn(struct run *run, const struct warden_facts *facts,
		 char **error_r)
{
	g_autoptr(GArray) tokens = warden_tokens(facts);
	const struct warden_lesson lesson = {
		.key = facts->key, .key_size = WARDEN_SHA256_SIZE,
		.user = run->user, .class = run->class, .tokens = tokens,
		.half_life_usecs = run->options->config->learn_half_life_days *
			G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC,
	};

	return warden_store_learn(run->store, &lesson, error_r);
}

static void learn_message(const struct warden_input_message *message,
			  void *context)
{
	struct run *run = context;
	const struct warden_scan_input input = {
		.fd = message->fd, .size = message->size,
		.full_size = message->full_size,
	};
	struct warden_scan_result *result = NULL;
	g_autofree char *error = NULL;
	int ret = -1;

	if (message->error != NULL) {
		failed(run, message->name, message->error);
		return;
	}
	if (warden_scan_fd(run->options->config, run->reader, &input, &result,
			   &error) > 0)
		ret = learn(run, result->facts, &error);
	warden_scan_result_free(result);
	if (ret < 0)
		failed(run, message->name, error);
	else if (ret > 0)
		run->learned++;
	else
		run->unchanged++;
}

static int print_learned(const struct run *run)
{
	if (run->options->json)
		printf("{\"learned\":%u,\"unchanged\":%u,\"failed\":%u}\n",
		       run->learned, run->unchanged, run->failed);
	else
		printf("%u %s, %u as before, %u failed\n", run->learned,
		       run->class == WARDEN_CLASS_NONE ? "forgotten" :
		       "learned", run->unchanged, run->failed);
	return run->failed > 0 ? CLI_FAILED : CLI_OK;
}

static int learn_files(struct cli_options *options, enum warden_class class)
{
	struct run run = {
		.options = options, .class = options->forget ?
			WARDEN_CLASS_NONE : class,
		.user = options->query.user != NULL ? options->query.user :
			"",
	};
	struct warden_reader_settings settings = { 0 };
	char *error = NULL;
	int status;

	if (options->argc < 2)
		return cli_usage_error(options, "no FILE given");
	status = cli_open(options, WARDEN_STORE_WRITE, &run.store);
	if (status < 0) {
		settings.timeout_msecs = options->config->reader_msecs;
		settings.memory_limit = options->config->reader_memory;
		if (warden_reader_init(&settings, &run.reader, &error) < 0)
			status = cli_failed(options, error);
	}
	if (status < 0) {
		for (int i = 1; i < options->argc; i++)
			warden_input_read(options->argv[i], options->mbox,
					  learn_message, &run);
		status = print_learned(&run);
	}
	if (run.reader != NULL)
		warden_reader_deinit(&run.reader);
	cli_close(options, &run.store);
	return status;
}

/* --- status ---------------------------------------------------------------------- */

static void print_json(const struct warden_learn_status *status)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	const struct {
		const char *name;
		gint64 value;
	} counts[] = {
		{ "ham", status->ham }, { "spam", status->spam },
		{ "phish", status->phish }, { "tokens", status->tokens },
	};

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "user");
	json_builder_add_string_value(builder, status->user);
	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
		json_builder_set_member_name(builder, counts[i].name);
		json_builder_add_int_value(builder, counts[i].value);
	}
	json_builder_end_object(builder);
	g_autoptr(JsonNode) root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	g_autofree char *text = json_generator_to_data(generator, NULL);
	puts(text);
}

static void print_status(const struct warden_learn_status *status,
			 void *context)
{
	const struct cli_options *options = context;

	if (options->json)
		print_json(status);
	else
		printf("%-30s %8" G_GINT64_FORMAT " ham %8" G_GINT64_FORMAT
		       " spam %8" G_GINT64_FORMAT " phish %9"
		       G_GINT64_FORMAT " tokens\n",
		       status->user[0] == '\0' ? "(the site)" : status->user,
		       status->ham, status->spam, status->phish,
		       status->tokens);
}

static int show_status(struct cli_options *options)
{
	struct warden_store *store = NULL;
	char *error = NULL;
	int status = cli_open(options, WARDEN_STORE_READ, &store);

	if (status < 0)
		status = warden_store_learn_status(store, print_status,
						   options, &error) < 0 ?
			cli_failed(options, error) : CLI_OK;
	cli_close(options, &store);
	return status;
}

int warden_cli_learn(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum warden_class class;
	} classes[] = {
		{ "ham", WARDEN_CLASS_HAM }, { "spam", WARDEN_CLASS_SPAM },
		{ "phish", WARDEN_CLASS_PHISH },
	};
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_LEARN, usage,
				       &options);

	if (status >= 0)
		return status;
	if (options.argc == 0)
		return cli_usage_error(&options, "ham, spam, phish or status?");
	if (strcmp(options.argv[0], "status") == 0)
		return show_status(&options);
	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (strcmp(options.argv[0], classes[i].name) == 0)
			return learn_files(&options, classes[i].class);
	}
	return cli_usage_error(&options, "'%s' is none of ham, spam, phish,"
			       " status", options.argv[0]);
}
