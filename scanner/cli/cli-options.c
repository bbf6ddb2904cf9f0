#include "warden-config.h"

#include "cli-options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_MAX 10000000
#define NAME_SIZE 64	/* struct warden_known_hit.feed */

enum option_id {
	OPT_DATABASE = 256, OPT_SINCE, OPT_UNTIL, OPT_USER, OPT_VERDICT,
	OPT_ACTION, OPT_SENDER, OPT_SHA256, OPT_HOST, OPT_SUBJECT,
	OPT_MAILBOX, OPT_MESSAGE_ID, OPT_LIMIT, OPT_OLDER_THAN, OPT_ALL,
	OPT_DRY_RUN, OPT_ALLOW, OPT_NAME, OPT_FORMAT, OPT_COMMAND,
	OPT_FORGET, OPT_MBOX, OPT_DOMAIN, OPT_LIST, OPT_REMOVE,
};

#define QUERY(field) G_STRUCT_OFFSET(struct cli_options, query.field)
#define OWN(field) G_STRUCT_OFFSET(struct cli_options, field)
#define NEEDS required_argument

static const struct {
	struct option option;
	unsigned int takes;	/* 0 = every command */
	gsize text;		/* where the value goes as it is; 0 = see
				   set_option() */
} known[] = {
	{ { "config", NEEDS, NULL, 'c' }, 0, OWN(config_path) },
	{ { "database", NEEDS, NULL, OPT_DATABASE }, 0, OWN(database) },
	{ { "json", no_argument, NULL, 'j' }, 0, 0 },
	{ { "help", no_argument, NULL, 'h' }, 0, 0 },
	{ { "since", NEEDS, NULL, OPT_SINCE },
	  CLI_TAKES_FILTERS | CLI_TAKES_SINCE, 0 },
	{ { "until", NEEDS, NULL, OPT_UNTIL }, CLI_TAKES_FILTERS, 0 },
	{ { "user", NEEDS, NULL, OPT_USER },
	  CLI_TAKES_FILTERS | CLI_TAKES_LEARN | CLI_TAKES_OWN, QUERY(user) },
	{ { "domain", NEEDS, NULL, OPT_DOMAIN }, CLI_TAKES_OWN,
	  QUERY(domain) },
	{ { "list", no_argument, NULL, OPT_LIST }, CLI_TAKES_OWN, 0 },
	{ { "remove", no_argument, NULL, OPT_REMOVE }, CLI_TAKES_OWN, 0 },
	{ { "forget", no_argument, NULL, OPT_FORGET }, CLI_TAKES_LEARN, 0 },
	{ { "mbox", no_argument, NULL, OPT_MBOX }, CLI_TAKES_LEARN, 0 },
	{ { "verdict", NEEDS, NULL, OPT_VERDICT }, CLI_TAKES_FILTERS,
	  QUERY(verdict) },
	{ { "action", NEEDS, NULL, OPT_ACTION }, CLI_TAKES_FILTERS,
	  QUERY(action) },
	{ { "sender", NEEDS, NULL, OPT_SENDER }, CLI_TAKES_FILTERS,
	  QUERY(sender) },
	{ { "sha256", NEEDS, NULL, OPT_SHA256 }, CLI_TAKES_FILTERS, 0 },
	{ { "hash", NEEDS, NULL, OPT_SHA256 }, CLI_TAKES_FILTERS, 0 },
	{ { "host", NEEDS, NULL, OPT_HOST }, CLI_TAKES_FILTERS, QUERY(host) },
	{ { "subject", NEEDS, NULL, OPT_SUBJECT }, CLI_TAKES_FILTERS,
	  QUERY(subject) },
	{ { "mailbox", NEEDS, NULL, OPT_MAILBOX }, CLI_TAKES_FILTERS,
	  QUERY(mailbox) },
	{ { "message-id", NEEDS, NULL, OPT_MESSAGE_ID }, CLI_TAKES_FILTERS,
	  QUERY(message_id) },
	{ { "limit", NEEDS, NULL, OPT_LIMIT }, CLI_TAKES_FILTERS, 0 },
	{ { "older-than", NEEDS, NULL, OPT_OLDER_THAN }, CLI_TAKES_PRUNE, 0 },
	{ { "all", no_argument, NULL, OPT_ALL },
	  CLI_TAKES_PRUNE | CLI_TAKES_HUNT, 0 },
	{ { "dry-run", no_argument, NULL, OPT_DRY_RUN },
	  CLI_TAKES_PRUNE | CLI_TAKES_FEED, 0 },
	{ { "allow", no_argument, NULL, OPT_ALLOW }, CLI_TAKES_FEED, 0 },
	{ { "name", NEEDS, NULL, OPT_NAME }, CLI_TAKES_FEED, OWN(name) },
	{ { "format", NEEDS, NULL, OPT_FORMAT }, CLI_TAKES_FEED, OWN(format) },
	{ { "command", NEEDS, NULL, OPT_COMMAND }, CLI_TAKES_FEED,
	  OWN(feed_command) },
};

int cli_usage_error(const struct cli_options *options, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "warden %s: ", options->command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry 'warden %s --help'.\n", options->command);
	return CLI_USAGE;
}

int cli_failed(const struct cli_options *options, char *error)
{
	fprintf(stderr, "warden %s: %s\n", options->command, error);
	g_free(error);
	return CLI_FAILED;
}

/* --- values ------------------------------------------------------------------ */

static bool parse_age(const char *text, gint64 *usecs_r)
{
	static const struct {
		char unit;
		gint64 seconds;
	} units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 7 * 86400 },
	};
	char *end;
	guint64 n = g_ascii_strtoull(text, &end, 10);

	if (end == text || !g_ascii_isdigit(*text) || n > 1000000 ||
	    *end == '\0' || end[1] != '\0')
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (units[i].unit == *end) {
			*usecs_r = (gint64)n * units[i].seconds *
				G_USEC_PER_SEC;
			return TRUE;
		}
	}
	return FALSE;
}

bool cli_parse_time(const char *text, gint64 now, gint64 *time_r)
{
	g_autoptr(GTimeZone) local = g_time_zone_new_local();
	g_autofree char *full = g_strdup(text);
	g_autoptr(GDateTime) date = NULL;
	gint64 age;

	if (parse_age(text, &age)) {
		*time_r = now - age;
		return TRUE;
	}
	if (strlen(full) == 10) {
		char *more = g_strconcat(full, "T00:00:00", NULL);

		g_free(full);
		full = more;
	} else if (strlen(full) == 16) {
		char *more = g_strconcat(full, ":00", NULL);

		g_free(full);
		full = more;
	}
	date = g_date_time_new_from_iso8601(full, local);
	if (date == NULL)
		return FALSE;
	*time_r = g_date_time_to_unix(date) * G_USEC_PER_SEC;
	return TRUE;
}

bool cli_parse_hex(const char *text, guint8 *bytes_r, gsize max,
		   gsize *size_r)
{
	gsize length = strlen(text);

	if (length == 0 || length % 2 != 0 || length / 2 > max)
		return FALSE;
	for (gsize i = 0; i < length; i += 2) {
		int high = g_ascii_xdigit_value(text[i]);
		int low = g_ascii_xdigit_value(text[i + 1]);

		if (high < 0 || low < 0)
			return FALSE;
		bytes_r[i / 2] = (guint8)(high << 4 | low);
	}
	*size_r = length / 2;
	return TRUE;
}

static bool is_verdict(const char *text)
{
	enum warden_verdict verdict;

	return warden_verdict_parse(text, &verdict);
}

static bool is_action(const char *text)
{
	enum warden_action action;

	return warden_action_parse(text, &action);
}

bool cli_is_name(const char *text)
{
	return *text != '\0' && strlen(text) < NAME_SIZE &&
		g_utf8_validate(text, -1, NULL);
}

static bool set_sha256(struct cli_options *options, const char *value)
{
	gsize size;

	options->query.sha256 = options->sha256;
	return cli_parse_hex(value, options->sha256, sizeof(options->sha256),
			     &size) && size == sizeof(options->sha256);
}

static bool set_limit(struct cli_options *options, const char *value)
{
	char *end;
	guint64 limit = g_ascii_strtoull(value, &end, 10);

	options->query.limit = (guint)MIN(limit, LIMIT_MAX);
	return g_ascii_isdigit(*value) && *end == '\0' && limit > 0 &&
		limit <= LIMIT_MAX;
}

static void set_text(struct cli_options *options, int id, const char *value)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		if (known[i].option.val == id && known[i].text != 0)
			G_STRUCT_MEMBER(const char *, options, known[i].text) =
				value;
	}
}

/* Returns FALSE if the value makes no sense. */
static bool set_option(struct cli_options *options, int id, const char *value)
{
	gint64 now = g_get_real_time();

	set_text(options, id, value);
	switch (id) {
	case 'j':
		options->json = TRUE;
		return TRUE;
	case 'h':
		options->help = TRUE;
		return TRUE;
	case OPT_ALL:
		options->all = TRUE;
		return TRUE;
	case OPT_DRY_RUN:
		options->dry_run = TRUE;
		return TRUE;
	case OPT_LIST:
		options->list = TRUE;
		return TRUE;
	case OPT_REMOVE:
		options->remove = TRUE;
		return TRUE;
	case OPT_FORGET:
		options->forget = TRUE;
		return TRUE;
	case OPT_MBOX:
		options->mbox = TRUE;
		return TRUE;
	case OPT_ALLOW:
		options->allow = TRUE;
		return TRUE;
	case OPT_SINCE:
		return cli_parse_time(value, now, &options->query.since);
	case OPT_UNTIL:
		return cli_parse_time(value, now, &options->query.until);
	case OPT_OLDER_THAN:
		return cli_parse_time(value, now, &options->older_than);
	case OPT_VERDICT:
		return is_verdict(value);
	case OPT_ACTION:
		return is_action(value);
	case OPT_SHA256:
		return set_sha256(options, value);
	case OPT_LIMIT:
		return set_limit(options, value);
	case OPT_NAME:
		return cli_is_name(value);
	}
	return TRUE;
}

int cli_options_parse(int argc, char **argv, unsigned int takes,
		      const char *usage, struct cli_options *options)
{
	struct option longs[G_N_ELEMENTS(known) + 1] = { 0 };
	int n = 0, id, index = -1;

	memset(options, 0, sizeof(*options));
	options->command = argv[0];
	options->usage = usage;
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		if (known[i].takes == 0 || (known[i].takes & takes) != 0)
			longs[n++] = known[i].option;
	}
	opterr = 0;
	optind = 1;
	while ((id = getopt_long(argc, argv, ":c:h", longs, &index)) != -1) {
		if (id == '?')
			return cli_usage_error(options, "unknown option '%s'",
					       argv[optind - 1]);
		if (id == ':')
			return cli_usage_error(options, "'%s' needs a value",
					       argv[optind - 1]);
		if (!set_option(options, id, optarg))
			return cli_usage_error(options,
				"--%s: '%s' makes no sense here",
				index < 0 ? "?" : longs[index].name, optarg);
		index = -1;
	}
	if (options->help) {
		fputs(usage, stdout);
		return CLI_OK;
	}
	options->argc = argc - optind;
	options->argv = argv + optind;
	return -1;
}

int cli_load(struct cli_options *options)
{
	char *error = NULL;

	if (options->config == NULL &&
	    warden_config_load(options->config_path, &options->config,
			       &error) < 0) {
		cli_failed(options, error);
		return CLI_USAGE;
	}
	if (cli_database(options) != NULL)
		return -1;
	fprintf(stderr, "warden %s: %s names no database ([store] database)\n",
		options->command, options->config->path == NULL ?
		"the built-in configuration" : options->config->path);
	return CLI_USAGE;
}

const char *cli_database(const struct cli_options *options)
{
	return options->database != NULL ? options->database :
		options->config->database;
}

int cli_open(struct cli_options *options, enum warden_store_mode mode,
	     struct warden_store **store_r)
{
	struct warden_store_settings settings = {
		.mode = mode, .commit_msecs = 30000,
	};
	char *error = NULL;
	int status = cli_load(options);

	if (status >= 0)
		return status;
	/* Of another database than the configuration's it would be a lie. */
	if (g_strcmp0(cli_database(options), options->config->database) == 0)
		settings.epoch_file = options->config->epoch_file;
	if (warden_store_open(cli_database(options), &settings, store_r,
			      &error) < 0)
		return cli_failed(options, error);
	return -1;
}

/* Lists that have changed told of themselves. A failure is said here; the
   service makes up for it. */
static void publish(struct cli_options *options, struct warden_store *store)
{
	g_autofree char *error = NULL;

	if (warden_store_publish(store, 0, &error) < 0)
		fprintf(stderr, "warden %s: warning: the epoch file was not "
			"written, the service will do it: %s\n",
			options->command, error);
}

void cli_close(struct cli_options *options, struct warden_store **store)
{
	if (store != NULL && *store != NULL) {
		publish(options, *store);
		warden_store_idle(*store);
		warden_store_close(store);
	}
	g_clear_pointer(&options->config, warden_config_free);
}
