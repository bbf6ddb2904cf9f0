#include "warden-config.h"

#include "cli-scan.h"

#include "cli-explain.h"
#include "cli-input.h"
#include "cli-profile.h"
#include "cli-report.h"
#include "scanner/core/rulebook.h"
#include "scanner/core/scan.h"
#include "sql/store.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
	const char *config, *user;
	bool json, mbox, profile, explain;
};

struct scan {
	struct warden_config *config;
	struct warden_reader *reader;
	struct warden_rulebook *rulebook;
	struct warden_clamd *clamd;
	struct warden_store *store;	/* NULL: no lists */
	struct cli_profile *profile;	/* NULL: nobody asked */
	struct warden_known known;
	struct warden_envelope envelope;
	struct warden_store_own own_lists;
	struct warden_own own;
	struct warden_store_history past;
	struct warden_history history;
	bool use_known;
	guint32 epoch;
	bool json, colour, explain;
	guint scanned, failed;
	guint verdicts[WARDEN_VERDICT_LAST + 1];
};

static void print_usage(FILE *out)
{
	fputs("usage: warden scan [--json] [--config FILE] [--mbox] FILE...\n"
	      "\n"
	      "Scan messages and say what was found. A FILE is one message, -"
	      " is standard\ninput, a folder is walked, and a file called"
	      " *.mbox is split into its messages.\nNothing is written, and no"
	      " service is needed.\n"
	      "\n"
	      "  --json         one line of JSON a message\n"
	      "  --config FILE  scores, thresholds, and the database whose lists"
	      " of known bad\n                 files and links are asked\n"
	      "  --user USER    as for this user: with the policy, and what was"
	      " learned, for them\n"
	      "  --mbox         every FILE is an mbox\n"
	      "  --explain      say how findings add up, what would have changed"
	      " the verdict, and\n                 what else was asked\n"
	      "  --profile      say at the end what reading and each family of"
	      " checks took\n"
	      "\n"
	      "Exit status: 0 everything was scanned, whatever was found; 1 some"
	      " file could not\nbe read; 2 usage or configuration.\n", out);
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *options_r)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "config", required_argument, NULL, 'c' },
		{ "mbox", no_argument, NULL, 'm' },
		{ "profile", no_argument, NULL, 'p' },
		{ "explain", no_argument, NULL, 'e' },
		{ "user", required_argument, NULL, 'u' },
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
		case 'e':
			options_r->explain = TRUE;
			break;
		case 'u':
			options_r->user = optarg;
			break;
		case 'm':
			options_r->mbox = TRUE;
			break;
		case 'p':
			options_r->profile = TRUE;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (optind == argc) {
		fputs("warden scan: no FILE given\n", stderr);
		print_usage(stderr);
		return 2;
	}
	return -1;
}

/* --- the lists ---------------------------------------------------------- */

/* There are lists, and they cannot be read: each verdict says so. */
static int known_unavailable(void *context, enum warden_known_kind kind,
			     const char *value, struct warden_known_hit *hit_r)
{
	return -1;
}

static void open_history(struct scan *scan)
{
	const struct warden_config *config = scan->config;

	warden_store_own_init(&scan->own_lists, scan->store,
			      scan->envelope.user);
	scan->own = (struct warden_own){
		.lookup = warden_store_own, .context = &scan->own_lists,
	};
	scan->past = (struct warden_store_history){
		.store = scan->store, .before = g_get_real_time(),
		.learn_minimum = config->learn_minimum,
		.learn_half_life = config->learn_half_life_days *
			G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC,
	};
	scan->history = (struct warden_history){
		.learned = config->learn ? warden_store_learned : NULL,
		.context = &scan->past,
	};
}

static void open_lists(struct scan *scan)
{
	const struct warden_store_settings settings = {
		.mode = WARDEN_STORE_READ,
	};
	const char *path = scan->config->database;
	struct warden_epoch epoch;
	g_autofree char *error = NULL;

	scan->epoch = WARDEN_CHECKS_EPOCH;
	if (scan->config->path == NULL || path == NULL ||
	    !g_file_test(path, G_FILE_TEST_EXISTS))
		return;
	scan->use_known = TRUE;
	if (warden_store_open(path, &settings, &scan->store, &error) < 0 ||
	    warden_store_epoch(scan->store, warden_rulebook_fingerprint(
			scan->rulebook), &epoch, &error) < 0) {
		fprintf(stderr, "warden scan: %s\n", error);
		scan->known.lookup = known_unavailable;
		return;
	}
	scan->epoch = epoch.rules;
	scan->known.lookup = warden_store_known;
	scan->known.context = scan->store;
	open_history(scan);
}

/* --- one message -------------------------------------------------------- */

static void print_error(struct scan *scan, const char *file,
			const char *error)
{
	scan->failed++;
	if (scan->json) {
		g_autofree char *line =
			warden_scan_report_error_json(file, error);

		puts(line);
	} else {
		warden_report_print_error(stdout, scan->colour, file, error);
	}
}

static void scan_message(const struct warden_input_message *message,
			 void *context)
{
	struct scan *scan = context;
	struct warden_scan_result *result;
	g_autofree char *error = NULL;

	if (message->error != NULL) {
		print_error(scan, message->name, message->error);
		return;
	}
	const struct warden_scan_input input = {
		.fd = message->fd, .size = message->size,
		.full_size = message->full_size,
		.envelope = &scan->envelope,
		.known = scan->use_known ? &scan->known : NULL,
		.own = scan->own.context != NULL ? &scan->own : NULL,
		.history = scan->history.context != NULL ?
			&scan->history : NULL,
		.clamd = scan->clamd,
		.watch = scan->profile == NULL ? NULL :
			cli_profile_begin(scan->profile),
	};

	if (warden_scan_fd(scan->config, scan->reader, &input, &result,
			   &error) < 0) {
		print_error(scan, message->name, error);
		return;
	}
	if (scan->profile != NULL)
		cli_profile_end(scan->profile, result->facts, message->size);
	scan->scanned++;
	scan->verdicts[result->judgement.verdict]++;
	if (scan->json) {
		g_autofree char *line = warden_scan_report_json(
			scan->config, message->name, result, scan->epoch);

		puts(line);
	} else {
		warden_report_print(stdout, scan->colour, scan->config,
				    message->name, result);
		if (scan->explain)
			cli_explain(stdout, scan->config, &input, result);
	}
	warden_scan_result_free(result);
}

static void print_summary(const struct scan *scan)
{
	if (scan->json || scan->scanned + scan->failed < 2)
		return;
	printf("\n%u message%s", scan->scanned, scan->scanned == 1 ? "" : "s");
	for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++) {
		if (scan->verdicts[i] > 0)
			printf(", %u %s", scan->verdicts[i],
			       warden_verdict_name(i));
	}
	if (scan->failed > 0)
		printf(", %u not scanned", scan->failed);
	putchar('\n');
}

/* --- the command -------------------------------------------------------- */

/* What is in force is for `warden yara list`. */
static void say_rules(enum warden_rulebook_news news, const char *line)
{
	if (news == WARDEN_RULEBOOK_REFUSED)
		fprintf(stderr, "warden scan: %s\n", line);
}

static int scan_init(struct scan *scan, const struct options *options,
		     char **error_r)
{
	struct warden_reader_settings settings = { 0 };

	scan->json = options->json;
	scan->explain = options->explain;
	scan->profile = options->profile ? cli_profile_new() : NULL;
	scan->envelope = (struct warden_envelope){
		.user = options->user == NULL ? "" : options->user,
		.recipient = "", .sender = "", .service = "",
	};
	scan->colour = !options->json && isatty(STDOUT_FILENO) &&
		getenv("NO_COLOR") == NULL;
	if (warden_config_load(options->config, &scan->config, error_r) < 0)
		return -1;
	settings.timeout_msecs = scan->config->reader_msecs;
	settings.memory_limit = scan->config->reader_memory;
	settings.sensitive = scan->config->site.dlp->enabled;
	settings.patterns = scan->config->site.dlp->patterns;
	settings.smime_roots = scan->config->smime_roots;
	settings.openpgp_keys = scan->config->openpgp_keys;
	if (warden_reader_init(&settings, &scan->reader, error_r) < 0)
		return -1;
	scan->rulebook = warden_rulebook_new(scan->config, scan->reader,
					     FALSE, say_rules);
	scan->clamd = warden_scan_clamd(scan->config);
	open_lists(scan);
	return 1;
}

static void scan_deinit(struct scan *scan)
{
	cli_profile_free(scan->profile);
	warden_rulebook_free(&scan->rulebook);
	warden_clamd_free(&scan->clamd);
	if (scan->reader != NULL)
		warden_reader_deinit(&scan->reader);
	if (scan->store != NULL)
		warden_store_close(&scan->store);
	warden_config_free(scan->config);
}

int warden_cli_scan(int argc, char **argv)
{
	struct options options = { .config = NULL };
	struct scan scan = { .config = NULL };
	g_autofree char *error = NULL;
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (scan_init(&scan, &options, &error) < 0) {
		fprintf(stderr, "warden scan: %s\n", error);
		scan_deinit(&scan);
		return 2;
	}
	for (int i = optind; i < argc; i++) {
		warden_input_read(argv[i], options.mbox, scan_message, &scan);
		/* Whoever reads a pipe wants each message when it is done. */
		if (fflush(stdout) != 0)
			break;
	}
	print_summary(&scan);
	if (scan.profile != NULL)
		cli_profile_print(scan.profile, stderr);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("warden scan: cannot write the report\n", stderr);
		scan.failed++;
	}
	scan_deinit(&scan);
	return scan.failed > 0 ? 1 : 0;
}
