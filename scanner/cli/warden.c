/* `warden`: the administrator's command line. */

#include "warden-config.h"

#include "cli-commands.h"
#include "cli-scan.h"

#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "scan", warden_cli_scan, "judge message files, record nothing" },
	{ "eval", warden_cli_eval, "how well good and bad mail are told apart" },
	{ "features", warden_cli_features,
	  "what the classifier knows of a mail" },
	{ "list", warden_cli_list, "judged mail and where it stands" },
	{ "show", warden_cli_show, "everything known of one message" },
	{ "hunt", warden_cli_hunt, "who has this file, link or sender?" },
	{ "stats", warden_cli_stats, "counts by verdict, finding, service" },
	{ "feed", warden_cli_feed, "import, update, list and remove indicator lists" },
	{ "yara", warden_cli_yara, "check and list the rules of this site" },
	{ "learn", warden_cli_learn, "teach what mail is ham, spam, phishing" },
	{ "allow", warden_cli_own, "whom the site or a user lets in" },
	{ "deny", warden_cli_own, "whom the site or a user keeps out" },
	{ "notice", warden_cli_notice, "show what users are told of Quarantine" },
	{ "db", warden_cli_db, "check and prune the database" },
};

static void print_usage(FILE *out)
{
	fputs("usage: warden COMMAND [OPTIONS]\n\n", out);
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-7s %s\n", commands[i].name,
			commands[i].summary);
	fputs("\n'warden COMMAND --help' explains a command. --config FILE "
	      "names the configuration,\n--json prints one object a line. "
	      "'warden --version' prints the version.\n", out);
}

/* Options may stand before the command too: they are moved behind it. These
   take the next word as their value. */
static const char *const with_value[] = {
	"--config", "-c", "--database", "--since", "--until", "--user",
	"--verdict", "--action", "--sender", "--sha256", "--hash", "--host",
	"--subject", "--mailbox", "--message-id", "--limit", "--older-than",
	"--name", "--format", "--command", "--language", "--domain", "--manifest", "--svg",
	"--by", "--without", NULL
};

static int find_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (g_strv_contains(with_value, argv[i]))
			i++;
		else if (argv[i][0] != '-')
			return i;
	}
	return 0;
}

static int run_command(int argc, char **argv, int at)
{
	g_autofree char **words = g_new0(char *, argc + 1);
	int n = 0;

	words[n++] = argv[at];
	for (int i = 1; i < argc; i++) {
		if (i != at)
			words[n++] = argv[i];
	}
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].name, words[0]) == 0)
			return commands[i].run(n, words);
	}
	fprintf(stderr, "warden: unknown command '%s'\n", words[0]);
	print_usage(stderr);
	return 2;
}

int main(int argc, char **argv)
{
	int at = find_command(argc, argv);

	setlocale(LC_ALL, "");
	if (at > 0) {
		int status = run_command(argc, argv, at);

		/* a full disk, a reader that is gone */
		if (fflush(stdout) != 0 || ferror(stdout)) {
			perror("warden: standard output");
			return status == 0 ? 1 : status;
		}
		return status;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("warden " PACKAGE_VERSION_STRING);
		return 0;
	}
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 ||
			  strcmp(argv[1], "-h") == 0)) {
		print_usage(stdout);
		return 0;
	}
	print_usage(stderr);
	return 2;
}
