#ifndef WARDEN_CLI_FEED_SOURCE_H
#define WARDEN_CLI_FEED_SOURCE_H

/* Where a feed's entries come from: files, one after the other, a MISP folder,
   standard input, or what a command printed. Opens them and hands the bytes to
   scanner/feed/. */

#include "cli-options.h"

#include "scanner/feed/feed.h"

#define CLI_FEED_WARNINGS_MAX 20	/* said; the rest is counted */

/* A file as it was when it was read. */
struct cli_feed_file {
	char *path;		/* absolute; "-" a pipe, which is gone now */
	guint64 size;
	gint64 mtime;		/* nanoseconds since 1970 */
	char *sha256;		/* of its bytes as they are, hex */
};

struct cli_feed_source {
	/* What to read; set by the caller, not owned. */
	char **paths;		/* NULL-terminated */
	int fd;			/* ≥ 0: read this instead (a command's) */
	const char *format;	/* NULL = by name and content */
	bool allow;		/* asked for, or so by its format */

	/* What was read. */
	struct warden_feed_counts counts;
	GPtrArray *files;	/* struct cli_feed_file, owned */
	GString *formats;	/* names, separated by "+" */
	guint64 warnings;

	/* Progress. */
	GPtrArray *todo;	/* struct cli_feed_job, owned */
	guint next;
	struct warden_feed *feed;
	int open_fd;
	char *open_path;
	bool is_stream;		/* it cannot be read again */
	GChecksum *checksum;
};

/* Opens the first file, so that allow is known. 1 or -1. */
int cli_feed_source_open(struct cli_feed_source *source, char **error_r);
/* As warden_store_feed_replace() wants it; context is the source. */
int cli_feed_source_next(void *context, struct warden_indicator *indicator_r,
			 char **error_r);
void cli_feed_source_close(struct cli_feed_source *source);

/* Has a file another content than when it was read? 1 yes, 0 no, -1. */
int cli_feed_file_changed(const struct cli_feed_file *file, char **error_r);
/* The SHA-256 of what can be read from fd, which is rewound. NULL with
   *error_r. */
char *cli_feed_hash(int fd, char **error_r);
void cli_feed_file_free(void *file);

#endif
