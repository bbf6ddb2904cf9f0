#ifndef WARDEN_CLI_OPTIONS_H
#define WARDEN_CLI_OPTIONS_H

/* What the database commands share: their options, the database, exit
   statuses. */

#include "sql/store.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,		/* could not do it, or found a problem */
	CLI_USAGE = 2,		/* usage or configuration */
};

/* Which options a command takes, besides --config, --database, --json and
   --help. */
enum cli_takes {
	CLI_TAKES_FILTERS	= 1 << 0,
	CLI_TAKES_PRUNE		= 1 << 1,
	CLI_TAKES_FEED		= 1 << 2,
	CLI_TAKES_SINCE		= 1 << 3,
	CLI_TAKES_HUNT		= 1 << 4,
	CLI_TAKES_LEARN		= 1 << 5,
	CLI_TAKES_OWN		= 1 << 6,
};

struct cli_options {
	const char *command;
	const char *usage;	/* the whole help text */
	const char *config_path, *database;
	bool json, help;
	struct warden_query query;
	guint8 sha256[WARDEN_SHA256_SIZE];
	gint64 older_than;	/* µs since 1970; 0 = not given */
	bool all, dry_run, allow, forget, mbox, list,
		remove;
	const char *name, *format, *feed_command;
	int argc;		/* what is left */
	char **argv;
	struct warden_config *config;
};

/* Returns -1 to go on, or the exit status (help was printed, or an error). */
int cli_options_parse(int argc, char **argv, unsigned int takes,
		      const char *usage, struct cli_options *options_r);
/* The configuration, which names a database unless the options do. The status
   when it fails (said on stderr), else -1. */
int cli_load(struct cli_options *options);
/* Its path, once the configuration is loaded. */
const char *cli_database(const struct cli_options *options);
/* May a feed be called so? */
bool cli_is_name(const char *text);
/* Load, and open the database that the options or the configuration name. The status
   when it fails (said on stderr), else -1. */
int cli_open(struct cli_options *options, enum warden_store_mode mode,
	     struct warden_store **store_r);
void cli_close(struct cli_options *options, struct warden_store **store);
/* "warden list: what" and a hint to --help. Returns CLI_USAGE. */
int cli_usage_error(const struct cli_options *options, const char *format,
		    ...) G_GNUC_PRINTF(2, 3);
/* Prints and frees error. Returns CLI_FAILED. */
int cli_failed(const struct cli_options *options, char *error);

/* "2026-11-24", "2026-11-24 12:30", "2026-11-24T12:30:00Z", or an age: "90s
   15m 2h 3d 2w". Microseconds since 1970. */
bool cli_parse_time(const char *text, gint64 now, gint64 *time_r);
/* At most max bytes of hexadecimal text. */
bool cli_parse_hex(const char *text, guint8 *bytes_r, gsize max,
		   gsize *size_r);

#endif
