#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: warden db check [--json]\n"
	"       warden db prune [--older-than AGE] [--all] [--dry-run]"
	" [--json]\n"
	"\n"
	"check looks for damage: SQLite's integrity, references, schema,"
	" journal mode.\n"
	"prune removes rows older than AGE (90d; default: retention_days of the"
	"\nconfiguration) of mail that is gone or never was saved, with --all"
	" also rows of\nmail that may still stand in a mailbox; messages of which"
	" no copy is\nleft; and the audit trail of before then.\n"
	"\n"
	"  --dry-run  only count\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"Example: warden db prune --older-than 90d --dry-run\n"
	"Exit status: 0 sound or done, 1 a problem was found or it failed,"
	" 2 usage.\n";

struct problems {
	bool json;
	guint count;
};

static void print_problem(const char *problem, void *context)
{
	struct problems *problems = context;

	problems->count++;
	if (problems->json) {
		g_autoptr(JsonBuilder) builder = json_builder_new();

		json_builder_begin_object(builder);
		cli_member(builder, "problem", problem);
		json_builder_end_object(builder);
		cli_print_json(builder);
	} else {
		printf("problem: %s\n", problem);
	}
}

static int check(struct cli_options *options, struct warden_store *store)
{
	struct problems problems = { .json = options->json };
	char *error = NULL;
	int ret = warden_store_check(store, print_problem, &problems, &error);

	if (ret < 0)
		return cli_failed(options, error);
	if (ret > 0 && options->json)
		puts("{\"sound\":true}");
	else if (ret > 0)
		puts("The database is sound.");
	return ret > 0 ? CLI_OK : CLI_FAILED;
}

static int prune(struct cli_options *options, struct warden_store *store)
{
	gint64 before = options->older_than;
	guint64 deliveries, messages;
	char *error = NULL;

	if (before == 0 && options->config->retention_days == 0)
		return cli_usage_error(options, "--older-than is missing, and "
				       "retention_days is not set");
	if (before == 0)
		before = g_get_real_time() - options->config->retention_days *
			(gint64)86400 * G_USEC_PER_SEC;
	if (warden_store_prune(store, before, options->all, options->dry_run,
			       &deliveries, &messages, &error) < 0)
		return cli_failed(options, error);
	if (!options->dry_run) {
		g_autofree char *object = g_strdup_printf(
			"%" G_GUINT64_FORMAT " deliveries, %" G_GUINT64_FORMAT
			" messages", deliveries, messages);

		if (warden_store_audit(store, g_get_user_name(), "prune",
				       object, "", &error) < 0)
			return cli_failed(options, error);
	}
	if (options->json) {
		printf("{\"deliveries\":%" G_GUINT64_FORMAT ",\"messages\":%"
		       G_GUINT64_FORMAT ",\"dry_run\":%s}\n", deliveries,
		       messages, options->dry_run ? "true" : "false");
	} else {
		printf("%s %" G_GUINT64_FORMAT " deliveries and %"
		       G_GUINT64_FORMAT " messages\n", options->dry_run ?
		       "would remove" : "removed", deliveries, messages);
	}
	return CLI_OK;
}

int warden_cli_db(int argc, char **argv)
{
	struct cli_options options;
	struct warden_store *store = NULL;
	int status = cli_options_parse(argc, argv, CLI_TAKES_PRUNE, usage,
				       &options);
	bool is_check, is_prune;

	if (status >= 0)
		return status;
	is_check = options.argc == 1 && strcmp(options.argv[0], "check") == 0;
	is_prune = options.argc == 1 && strcmp(options.argv[0], "prune") == 0;
	if (!is_check && !is_prune)
		return cli_usage_error(&options, "check or prune is wanted");
	status = cli_open(&options, is_check || options.dry_run ?
			  WARDEN_STORE_READ : WARDEN_STORE_WRITE, &store);
	if (status < 0)
		status = is_check ? check(&options, store) :
			prune(&options, store);
	cli_close(&options, &store);
	return status;
}
