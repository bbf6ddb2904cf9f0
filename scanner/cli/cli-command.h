#ifndef WARDEN_CLI_COMMAND_H
#define WARDEN_CLI_COMMAND_H

/* The command that a feed is fetched with: no shell, an empty environment,
   limits on time and output. It never runs as root on behalf of a database
   that another user can write to. */

#include <glib.h>

struct cli_command_limits {
	guint secs;
	guint64 output_max;	/* bytes */
};
/* Five minutes: a slow mirror's full dump; a timer comes again. One GiB: packed
   or not, more than any published list. */
extern const struct cli_command_limits cli_command_limits;

/* Run command (words are split as a shell would, nothing else is) as owner's
   user if we are root. Returns 1 with *fd_r, a nameless file that holds its
   standard output, rewound; the caller closes it. -1 with *error_r if it could
   not be run, failed, took too long or said too much. */
int cli_command_run(const char *command, const char *owner,
		    const struct cli_command_limits *limits, int *fd_r,
		    char **error_r);
/* For good: if we are root, go on as the user who owns this file. 1 or -1. */
int cli_become_owner(const char *path, char **error_r);

#endif
