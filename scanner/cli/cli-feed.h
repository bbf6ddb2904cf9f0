#ifndef WARDEN_CLI_FEED_H
#define WARDEN_CLI_FEED_H

/* What the verbs of `warden feed` share: one import, and what is kept of it
   beside the indicators. */

#include "cli-feed-source.h"

#include <json-glib/json-glib.h>

/* What to import, and how. Strings belong to the caller. */
struct cli_feed_import {
	const char *name;
	const char *format;	/* as asked for; NULL = by name and content */
	const char *command;	/* NULL = files */
	int fd;			/* its output */
	char **paths;		/* NULL-terminated; { "-" } for a command */
	bool allow;
	bool dry_run;
};
/* Read, put into force unless it is a dry run (then store may be NULL), print
   the summary. 1 or -1. */
int cli_feed_import(struct warden_store *store,
		    const struct cli_feed_import *import, bool json,
		    char **error_r);

/* Kept with the feed as one JSON object; all but format may be missing in what
   another version wrote. */
struct cli_feed_details {
	char *format, *asked_format, *command;	/* NULL if there is none */
	GPtrArray *files;	/* struct cli_feed_file */
	JsonObject *by_kind, *skipped;
};
char *cli_feed_details_make(const struct cli_feed_source *source,
			    const struct cli_feed_import *import);
void cli_feed_details_parse(const char *text,
			    struct cli_feed_details *details_r);
void cli_feed_details_clear(struct cli_feed_details *details);

/* The verbs; the options' words are what follows the verb. */
int cli_feed_list(struct cli_options *options, struct warden_store *store);
int cli_feed_update(struct cli_options *options);
/* {"sha256": 2, "url": 0, …} */
void cli_feed_add_kinds(JsonBuilder *builder,
			const struct warden_feed_counts *counts);
void cli_feed_add_skipped(JsonBuilder *builder,
			  const struct warden_feed_counts *counts);

#endif
