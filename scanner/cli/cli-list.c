#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>

static const char list_usage[] =
	"usage: warden list [OPTIONS]\n"
	"\n"
	"List judged mail, newest first: every copy that was delivered, saved,"
	" copied or\nmoved, and where it stands.\n"
	"\n"
	"  --since TIME, --until TIME  2026-11-24, \"2026-11-24 12:30\", or an"
	" age: 90s 15m\n                              2h 3d 2w\n"
	"  --user NAME                 owner of the mailbox\n"
	"  --verdict V                 clean suspicious spam phishing malware"
	" policy\n                              unscannable pending released\n"
	"  --action A                  allow flag quarantine defer\n"
	"  --sender ADDRESS            envelope sender or From (@DOMAIN:"
	" anybody there)\n"
	"  --subject TEXT              part of the subject\n"
	"  --mailbox NAME              where it stands\n"
	"  --sha256 HASH               has a file with this SHA-256\n"
	"  --host NAME                 has a link to this host\n"
	"  --message-id ID             its Message-ID\n"
	"  --limit N                   at most N (default 100)\n"
	"  --json                      one object a line\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"Example: warden list --verdict malware --since 7d\n"
	"Exit status: 0 done, 1 the database could not be read, 2 usage.\n";

struct listing {
	bool json;
	guint count;
};

static bool print_copy(const struct warden_copy *copy, void *context)
{
	struct listing *listing = context;

	if (listing->json)
		cli_print_copy_json(copy);
	else if (listing->count == 0)
		cli_print_copy_header();
	if (!listing->json)
		cli_print_copy(copy);
	listing->count++;
	return TRUE;
}

static int run(struct cli_options *options)
{
	struct listing listing = { .json = options->json };
	struct warden_store *store = NULL;
	char *error = NULL;
	int status = cli_open(options, WARDEN_STORE_READ, &store);

	if (status < 0) {
		status = CLI_OK;
		if (warden_store_list(store, &options->query, print_copy,
				      &listing, &error) < 0)
			status = cli_failed(options, error);
		else if (!listing.json && listing.count == 0)
			puts("Nothing matches.");
		else if (!listing.json && listing.count ==
			 (options->query.limit == 0 ? 100 :
			  options->query.limit))
			printf("(the newest %u; more with --limit)\n",
			       listing.count);
	}
	cli_close(options, &store);
	return status;
}

int warden_cli_list(int argc, char **argv)
{
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_FILTERS,
				       list_usage, &options);

	if (status >= 0)
		return status;
	if (options.argc > 0)
		return cli_usage_error(&options, "unknown word '%s'",
				       options.argv[0]);
	return run(&options);
}
