#ifndef WARDEN_CLI_INPUT_H
#define WARDEN_CLI_INPUT_H

/* What the command line was given, as messages: files, standard input, folders
   (walked in sorted order), and mbox files split on their From_ lines. */

#include <glib.h>
#include <stdbool.h>

struct warden_input_message {
	const char *name;	/* as given; "path:3" in an mbox */
	const char *error;	/* why there is no message; NULL = there is */
	int fd;			/* regular file or memfd, from offset 0 */
	guint64 size;		/* bytes to read, at most WARDEN_MESSAGE_MAX */
	guint64 full_size;	/* of the whole, 0 when size is all of it */
};

typedef void warden_input_each_t(const struct warden_input_message *message,
				 void *context);

/* Calls each for every message of argument, and for every file that could not
   be read. mbox: files are mailboxes whatever they are called. */
void warden_input_read(const char *argument, bool mbox,
		       warden_input_each_t *each, void *context);

#endif
