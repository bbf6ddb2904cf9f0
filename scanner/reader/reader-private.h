#ifndef WARDEN_READER_PRIVATE_H
#define WARDEN_READER_PRIVATE_H

/* Between the reader's parent and its child, over a socket pair. Both are the
   same program, so structs cross as they are.

   parent → child: struct reader_request, with the message's descriptor
   child → parent: struct reader_answer, then length bytes of serialised facts

   The serial number ties an answer to its request: a parser that answered
   twice must not have its facts taken for those of the next message. */

#include "../parse/parse.h"
#include "reader.h"

/* The child's only descriptor beyond 0, 1 and 2 (which are /dev/null). */
#define READER_SOCKET_FD 3

struct reader_request {
	guint64 serial;		/* counts this child's messages from 1 */
	guint64 size;
	guint64 full_size;
	guint64 cpu_secs;	/* for this message */
};

struct reader_answer {
	guint64 serial;
	guint64 length;
	guint64 sandbox;	/* enum warden_sandbox: for the status only */
};

enum reader_exit {
	READER_EXIT_DONE = 0,		/* the parent is gone */
	READER_EXIT_SETUP = 70,
	READER_EXIT_PROTOCOL = 71,
	READER_EXIT_MESSAGE = 72,	/* could not be read or mapped */
	READER_EXIT_FACTS = 73,		/* more than a reader may send */
};

/* Never returns. socket_fd is the child's end. */
void warden_reader_child(struct warden_parser *parser, int socket_fd,
			 guint64 memory_limit) G_GNUC_NORETURN;

/* A message in memory: mapped if it is a sealed memfd, else copied, because a
   regular file may shrink under a mapping (SIGBUS). size is capped at
   WARDEN_MESSAGE_MAX, and smaller if the file has less. */
struct reader_message {
	const guint8 *data;
	gsize size;
	void *map;		/* NULL if nothing to unmap */
	gsize map_size;
};
/* Returns 1, or -1 with errno. */
int warden_reader_message_open(int fd, guint64 size,
			       struct reader_message *message_r);
void warden_reader_message_close(struct reader_message *message);

#endif
