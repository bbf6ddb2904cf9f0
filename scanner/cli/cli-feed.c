#include "warden-config.h"

#include "cli-command.h"
#include "cli-commands.h"
#include "cli-feed.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: warden feed import [--name N] [--format F] [--allow]"
	" [--dry-run] FILE...\n"
	"       warden feed import --name N --command 'PROGRAM WORD...'"
	" [OPTIONS]\n"
	"       warden feed update [NAME...]\n"
	"       warden feed list [--json]\n"
	"       warden feed remove NAME...\n"
	"\n"
	"Lists of known bad (or, with --allow, known good) files, links, hosts"
	" and senders,\nread as they are published. An import replaces the feed"
	" of that name as a whole; a\nbad line refuses the whole import, and the"
	" old set stays. What published files are\nfull of and cannot be used"
	" (MD5 sums, private addresses), and what would hit\neverybody (public"
	" suffixes, the hash of nothing), is skipped and counted. In force\nfor"
	" every scan and FETCH within two seconds.\n"
	"\n"
	"  FILE          - is standard input, a folder a MISP feed; .gz .bz2 .xz"
	" .zst .zip\n                are unpacked; several files are one feed\n"
	"  --name N      name of the feed (default: the first file's name)\n"
	"  --format F    what the files are (default: by name and content)\n"
	"  --allow       an allow-list: beats every other list\n"
	"  --dry-run     read and count, change nothing\n"
	"  --command C   the feed is what this prints, now and at every update;"
	" no shell,\n                five minutes, 1 GiB, as the database's"
	" owner\n"
	"  --json        one object a line\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"'update' imports again what has changed where it came from: all feeds,"
	" or those named.\n"
	"\n"
	"Formats:\n";
static const char usage_end[] =
	"\n"
	"Examples: warden feed import --name urlhaus csv_recent.txt\n"
	"          warden feed import --name openphish --format openphish"
	" --command \\\n"
	"              'curl -sSf https://openphish.com/feed.txt'\n"
	"Exit status: 0 done, 1 refused or failed, 2 usage.\n";

static char *make_usage(void)
{
	GString *text = g_string_new(usage);
	guint count;
	const struct warden_feed_format *formats = warden_feed_formats(&count);

	for (guint i = 0; i < count; i++)
		g_string_append_printf(text, "  %-15s %s\n", formats[i].name,
				       formats[i].summary);
	g_string_append(text, usage_end);
	return g_string_free(text, FALSE);
}

/* --- one import ------------------------------------------------------------------- */

static void append_counts(GString *text, const char *before,
			  const char *(*name)(guint), const guint64 *counts,
			  guint n)
{
	bool first = TRUE;

	for (guint i = 0; i < n; i++) {
		if (counts[i] == 0)
			continue;
		g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT,
				       first ? before : ", ", name(i),
				       counts[i]);
		first = FALSE;
	}
	if (!first)
		g_string_append_c(text, ')');
}

static const char *kind_name(guint i)
{
	return warden_feed_kind_name(i);
}

static const char *skip_name(guint i)
{
	return warden_feed_skip_name(i);
}

static guint64 all_skipped(const struct warden_feed_counts *counts)
{
	guint64 sum = 0;

	for (guint i = 0; i < WARDEN_FEED_SKIPS; i++)
		sum += counts->skipped[i];
	return sum;
}

static void print_line(const struct cli_feed_import *import,
		       const struct cli_feed_source *source, guint64 count,
		       double seconds)
{
	const struct warden_feed_counts *counts = &source->counts;
	g_autoptr(GString) text = g_string_new(NULL);
	guint64 skipped = all_skipped(counts);

	g_string_append_printf(text, "%s: %" G_GUINT64_FORMAT " indicators %s",
			       import->name, count, import->dry_run ?
			       "would be in force" : "in force");
	append_counts(text, " (", kind_name, counts->kinds, WARDEN_FEED_KINDS);
	if (counts->found > count)
		g_string_append_printf(text, ", %" G_GUINT64_FORMAT
				       " duplicates", counts->found - count);
	if (skipped > 0)
		g_string_append_printf(text, ", %" G_GUINT64_FORMAT " skipped",
				       skipped);
	append_counts(text, " (", skip_name, counts->skipped,
		      WARDEN_FEED_SKIPS);
	g_string_append_printf(text, "; %s, %s, %.1f s", source->formats->str,
			       source->allow ? "allow" : "deny", seconds);
	puts(text->str);
}

static void print_object(const struct cli_feed_import *import,
			 const struct cli_feed_source *source, guint64 count,
			 double seconds)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	cli_member(builder, "name", import->name);
	cli_member(builder, "format", source->formats->str);
	cli_member(builder, "kind", source->allow ? "allow" : "deny");
	cli_member_int(builder, "indicators", (gint64)count);
	json_builder_set_member_name(builder, "by_kind");
	cli_feed_add_kinds(builder, &source->counts);
	cli_member_int(builder, "duplicates",
		       (gint64)(source->counts.found - count));
	json_builder_set_member_name(builder, "skipped");
	cli_feed_add_skipped(builder, &source->counts);
	json_builder_set_member_name(builder, "dry_run");
	json_builder_add_boolean_value(builder, import->dry_run);
	cli_member_real(builder, "seconds", seconds);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

struct running {
	struct cli_feed_source source;
	const struct cli_feed_import *import;
	char *details;
};

static int next_indicator(void *context, struct warden_indicator *indicator_r,
			  char **error_r)
{
	struct running *running = context;

	return cli_feed_source_next(&running->source, indicator_r, error_r);
}

static const char *make_details(void *context)
{
	struct running *running = context;

	running->details = cli_feed_details_make(&running->source,
						 running->import);
	return running->details;
}

static int run_store(struct warden_store *store, struct running *running,
		     guint64 *count_r, char **error_r)
{
	g_autofree char *path = running->import->command == NULL &&
		strcmp(running->import->paths[0], "-") != 0 ?
		g_canonicalize_filename(running->import->paths[0], NULL) :
		NULL;
	const struct warden_feed_import feed = {
		.name = running->import->name,
		.source = path != NULL ? path :
			running->import->command != NULL ?
			running->import->command : "-",
		.allow = running->source.allow,
		.next = next_indicator, .details = make_details,
		.context = running,
	};

	return warden_store_feed_replace(store, &feed, count_r, error_r);
}

static int run_dry(struct running *running, guint64 *count_r, char **error_r)
{
	struct warden_indicator indicator;
	int ret;

	while ((ret = next_indicator(running, &indicator, error_r)) > 0)
		continue;
	*count_r = running->source.counts.found;
	return ret < 0 ? -1 : 1;
}

int cli_feed_import(struct warden_store *store,
		    const struct cli_feed_import *import, bool json,
		    char **error_r)
{
	struct running running = {
		.import = import,
		.source = {
			.paths = import->paths, .fd = import->fd,
			.format = import->format, .allow = import->allow,
		},
	};
	struct cli_feed_source *source = &running.source;
	gint64 started = g_get_monotonic_time();
	g_autofree char *error = NULL;
	guint64 count = 0;
	int ret = cli_feed_source_open(source, &error);

	if (ret > 0)
		ret = import->dry_run ? run_dry(&running, &count, &error) :
			run_store(store, &running, &count, &error);
	if (source->warnings > CLI_FEED_WARNINGS_MAX)
		fprintf(stderr, "warden feed: and %" G_GUINT64_FORMAT
			" more such lines\n",
			source->warnings - CLI_FEED_WARNINGS_MAX);
	if (ret < 0)
		*error_r = g_strdup_printf("%s; nothing was imported", error);
	else
		(json ? print_object : print_line)(import, source, count,
			(double)(g_get_monotonic_time() - started) /
			G_USEC_PER_SEC);
	cli_feed_source_close(source);
	g_free(running.details);
	return ret < 0 ? -1 : 1;
}

/* --- the verbs ------------------------------------------------------------------------ */

static int import_opened(struct cli_options *options,
			 struct cli_feed_import *import,
			 struct warden_store *store)
{
	char *error = NULL;
	int ret = 1;

	if (import->command != NULL)
		ret = cli_command_run(import->command,
				      cli_database(options),
				      &cli_command_limits, &import->fd, &error);
	if (ret > 0)
		ret = cli_feed_import(store, import, options->json, &error);
	if (import->fd >= 0)
		close(import->fd);
	return ret < 0 ? cli_failed(options, error) : CLI_OK;
}

static int import_feed(struct cli_options *options)
{
	static char standard_input[] = "-";
	static char *from_command[] = { standard_input, NULL };
	g_autofree char *name = options->name != NULL ?
		g_strdup(options->name) :
		strcmp(options->argv[0], "-") == 0 ? g_strdup("stdin") :
		g_path_get_basename(options->argv[0]);
	struct cli_feed_import import = {
		.name = name, .format = options->format,
		.command = options->feed_command, .fd = -1,
		.paths = options->feed_command != NULL ? from_command :
			options->argv,
		.allow = options->allow, .dry_run = options->dry_run,
	};
	struct warden_store *store = NULL;
	int status;

	if (!cli_is_name(name))
		return cli_usage_error(options, "'%s' is too long for a name:"
				       " give one with --name", name);
	/* A command needs to know the database's owner. */
	status = import.dry_run && import.command == NULL ? -1 :
		cli_open(options, import.dry_run ? WARDEN_STORE_READ :
			 WARDEN_STORE_WRITE, &store);
	if (status < 0)
		status = import_opened(options, &import, store);
	cli_close(options, &store);
	return status;
}

static int remove_feeds(struct cli_options *options)
{
	struct warden_store *store = NULL;
	int status = cli_open(options, WARDEN_STORE_WRITE, &store);

	if (status >= 0) {
		cli_close(options, &store);
		return status;
	}
	status = CLI_OK;
	for (int i = 0; i < options->argc; i++) {
		char *error = NULL;
		int ret = warden_store_feed_remove(store, options->argv[i],
						   &error);

		if (ret == 0)
			error = g_strdup_printf("there is no feed '%s'",
						options->argv[i]);
		if (ret <= 0)
			status = cli_failed(options, error);
	}
	cli_close(options, &store);
	return status;
}

static int list_feeds(struct cli_options *options)
{
	struct warden_store *store = NULL;
	int status = cli_open(options, WARDEN_STORE_READ, &store);

	if (status < 0)
		status = cli_feed_list(options, store);
	cli_close(options, &store);
	return status;
}

static const struct {
	const char *name;
	int (*run)(struct cli_options *options);
	bool takes_words, needs_words, imports;
} verbs[] = {
	{ "import", import_feed, TRUE, TRUE, TRUE },
	{ "update", cli_feed_update, TRUE, FALSE, FALSE },
	{ "list", list_feeds, FALSE, FALSE, FALSE },
	{ "remove", remove_feeds, TRUE, TRUE, FALSE },
};

static int check_command(struct cli_options *options)
{
	if (options->argc > 0)
		return cli_usage_error(options, "import: --command and files "
				       "are two things");
	if (options->name == NULL)
		return cli_usage_error(options, "import: --command needs "
				       "--name");
	return -1;
}

static int check_format(struct cli_options *options)
{
	if (options->format == NULL || strcmp(options->format, "auto") == 0) {
		options->format = NULL;
		return -1;
	}
	return warden_feed_format_find(options->format) != NULL ? -1 :
		cli_usage_error(options, "--format: '%s' is unknown",
				options->format);
}

static int run_verb(struct cli_options *options, gsize i)
{
	int status = -1;
	bool command = options->feed_command != NULL;

	options->argc--;
	options->argv++;
	if (!verbs[i].imports &&
	    (command || options->allow || options->dry_run ||
	     options->name != NULL || options->format != NULL))
		return cli_usage_error(options, "%s: takes none of import's "
				       "options", verbs[i].name);
	if (options->argc > 0 && !verbs[i].takes_words)
		return cli_usage_error(options, "%s: too many words",
				       verbs[i].name);
	if (options->argc == 0 && verbs[i].needs_words && !command)
		return cli_usage_error(options, "%s: a name or file is "
				       "missing", verbs[i].name);
	if (command)
		status = check_command(options);
	if (status < 0)
		status = check_format(options);
	return status < 0 ? verbs[i].run(options) : status;
}

int warden_cli_feed(int argc, char **argv)
{
	g_autofree char *whole_usage = make_usage();
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_FEED, whole_usage,
				       &options);
	const char *verb;

	if (status >= 0)
		return status;
	verb = options.argc == 0 ? "" : options.argv[0];
	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strcmp(verbs[i].name, verb) == 0)
			return run_verb(&options, i);
	}
	return cli_usage_error(&options, "import, update, list or remove is "
			       "wanted");
}
