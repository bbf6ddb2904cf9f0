#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>

#define HUNT_LIMIT 100000

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

static const char hunt_usage[] =
	"usage: warden hunt KIND:VALUE [OPTIONS]\n"
	"\n"
	"Who has it? Lists every stored copy of mail with\n"
	"\n"
	"  sha256:HASH      a file with this SHA-256, at any depth\n"
	"  url:URL          a link to exactly this URL\n"
	"  host:NAME        a link to this host\n"
	"  domain:NAME      a link to this host or one below it\n"
	"  sender:ADDRESS   this envelope sender or From (@DOMAIN: anybody"
	" there)\n"
	"  subject:TEXT     this in the subject\n"
	"  message-id:ID    this Message-ID\n"
	"\n"
	"  --since TIME, --until TIME, --user NAME, --verdict V, --action A,\n"
	"  --limit N, --json, --config FILE, --database FILE: as for list\n"
	"\n"
	"Example: warden hunt host:login.example.net --since 30d\n"
	"Exit status: 0 done (also when nothing was found), 1 the database"
	" could not be\nread, 2 usage.\n";

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

static int run(struct cli_options *options, const char *nothing)
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
			puts(nothing);
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
	return run(&options, "Nothing matches.");
}

/* --- hunt ---------------------------------------------------------------------- */

/* As 'warden show' prints it: "hxxp://a[.]example". */
static char *undo_defang(const char *url)
{
	g_autoptr(GString) text = g_string_new(url);

	g_string_replace(text, "[.]", ".", 0);
	if (g_ascii_strncasecmp(text->str, "hxxp", 4) == 0)
		memcpy(text->str + 1, "tt", 2);
	return g_strdup(text->str);
}

static bool set_hunt(struct cli_options *options, const char *kind,
		     const char *value)
{
	struct warden_query *query = &options->query;
	gsize size;

	if (strcmp(kind, "sha256") == 0) {
		query->sha256 = options->sha256;
		return cli_parse_hex(value, options->sha256,
				     sizeof(options->sha256), &size) &&
			size == sizeof(options->sha256);
	}
	if (*value == '\0')
		return FALSE;
	if (strcmp(kind, "host") == 0)
		query->host = value;
	else if (strcmp(kind, "domain") == 0)
		query->domain = value;
	else if (strcmp(kind, "url") == 0)
		query->url = options->url = undo_defang(value);
	else if (strcmp(kind, "sender") == 0)
		query->sender = value;
	else if (strcmp(kind, "subject") == 0)
		query->subject = value;
	else if (strcmp(kind, "message-id") == 0)
		query->message_id = value;
	else
		return FALSE;
	return TRUE;
}

int warden_cli_hunt(int argc, char **argv)
{
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_FILTERS,
				       hunt_usage, &options);
	const char *colon;

	if (status >= 0)
		return status;
	if (options.argc != 1)
		return cli_usage_error(&options, "one KIND:VALUE is wanted");
	colon = strchr(options.argv[0], ':');
	if (colon == NULL)
		return cli_usage_error(&options, "'%s' is no KIND:VALUE",
				       options.argv[0]);
	g_autofree char *kind = g_strndup(options.argv[0],
		(gsize)(colon - options.argv[0]));
	if (!set_hunt(&options, kind, colon + 1))
		return cli_usage_error(&options, "'%s' is no kind, or '%s' no "
				       "value of it", kind, colon + 1);
	if (options.query.limit == 0)
		options.query.limit = HUNT_LIMIT;
	return run(&options, "Nobody has it.");
}
