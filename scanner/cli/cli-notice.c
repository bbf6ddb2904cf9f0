/* warden notice: what the texts of notices make, from an example. */

#include "warden-config.h"

#include "cli-commands.h"
#include "cli-options.h"

#include "../core/conf.h"
#include "../core/notice.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: warden notice [--language LANG] [--digest] [--config FILE]\n"
	"\n"
	"Show, for an example, what a user is told of mail in Quarantine, and "
	"check the\nfiles of [notice] folder in warden.conf that it takes.\n"
	"\n"
	"  --language LANG  de, pt-BR … (default en); built in are\n"
	"                   de en es fr it ja nl pl pt ru zh\n"
	"  --digest         the text for several messages\n"
	"  --config FILE\n"
	"\n"
	"Example: warden notice --language de --digest\n"
	"Exit status: 0 done, 1 a file is wrong (the built-in one was taken), "
	"2 usage.\n";

/* What people send. */
static const struct warden_notice_item examples[] = {
	{
		.from_name = "Customer Care",
		.from_address = "care@mail.example.com",
		.subject = "Sign in at https://www.example.com/ within 24 hours",
		.mailbox = "INBOX", .file = "",
		.time_secs = 1700000000, .verdict = WARDEN_VERDICT_PHISHING,
		.symbol = "LINK_TEXT_MISMATCH", .user_release = true,
	}, {
		.from_name = "B\xd0\xb5n Roth", .from_address = "ben@example.org",
		.subject = "Invoice 2024-118", .mailbox = "INBOX",
		.file = "Invoice.pdf.exe", .time_secs = 1700003600,
		.verdict = WARDEN_VERDICT_MALWARE,
		.symbol = "DOUBLE_EXTENSION", .user_release = false,
	}, {
		.from_name = "", .from_address = "", .subject = "",
		.mailbox = "", .file = "", .time_secs = 1700007200,
		.verdict = WARDEN_VERDICT_CLEAN, .symbol = "", .detail = "",
		.user_release = false,
	},
};
/* Said to be there, to show what is said of what is not listed. */
#define EXAMPLES_MORE 12

struct notice_options {
	const char *config, *language;
	bool digest, help;
};

/* Returns FALSE after saying what is wrong. */
static bool parse_options(int argc, char **argv, struct notice_options *options)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "language", required_argument, NULL, 'l' },
		{ "digest", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct cli_options named = { .command = argv[0] };
	int id;

	opterr = 0;
	optind = 1;
	while ((id = getopt_long(argc, argv, ":c:l:dh", longs, NULL)) != -1) {
		switch (id) {
		case 'c':
			options->config = optarg;
			break;
		case 'l':
			options->language = optarg;
			break;
		case 'd':
			options->digest = true;
			break;
		case 'h':
			options->help = true;
			break;
		default:
			cli_usage_error(&named, "%s '%s'", id == ':' ?
					"no value behind" : "unknown option",
					argv[optind - 1]);
			return false;
		}
	}
	if (optind == argc)
		return true;
	cli_usage_error(&named, "unknown word '%s'", argv[optind]);
	return false;
}

static void show(const struct warden_config *config,
		 const struct notice_options *options,
		 const struct warden_notice_texts *texts)
{
	struct warden_notice_item items[G_N_ELEMENTS(examples)];
	struct warden_notice notice = {
		.user = "anna", .quarantine = "Quarantine", .items = items,
		.count = options->digest ? G_N_ELEMENTS(items) : 1,
	};
	g_autofree char *subject = NULL, *body = NULL;

	notice.total = notice.count + (options->digest ? EXAMPLES_MORE : 0);
	for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
		items[i] = examples[i];
		if (*items[i].symbol != '\0')
			items[i].detail = warden_policy_reason(
				config->policy, items[i].symbol);
	}
	warden_notice_render(texts, &notice, &subject, &body);
	printf("Subject: %s\n\n%s", subject, body);
}

static int run(const struct notice_options *options)
{
	struct warden_config *config = NULL;
	struct warden_notice_texts texts;
	g_autofree char *complaints = NULL, *error = NULL;

	if (warden_config_load(options->config, &config, &error) < 0) {
		fprintf(stderr, "warden notice: %s\n", error);
		return CLI_USAGE;
	}
	warden_notice_texts_load(config->notice_folder, options->language,
				 &texts, &complaints);
	if (complaints != NULL)
		fprintf(stderr, "%s\n", complaints);
	show(config, options, &texts);
	warden_notice_texts_clear(&texts);
	warden_config_free(config);
	return complaints == NULL ? CLI_OK : CLI_FAILED;
}

int warden_cli_notice(int argc, char **argv)
{
	struct notice_options options = { .language = "en" };

	if (!parse_options(argc, argv, &options))
		return CLI_USAGE;
	if (options.help) {
		fputs(usage, stdout);
		return CLI_OK;
	}
	return run(&options);
}
