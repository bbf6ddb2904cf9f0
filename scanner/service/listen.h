#ifndef WARDEN_LISTEN_H
#define WARDEN_LISTEN_H

/* wardend on its own, without Dovecot's master: a socket and worker processes
   that are forked before they are needed. */

#include <glib.h>
#include <stdbool.h>

/* Listen at path with this mode. A socket that nobody listens on any more is
   replaced; one that is in use, or anything else at path, is an error.
   Returns 1 and a non-blocking descriptor, or -1 with *error_r. */
int warden_listen_open(const char *path, guint mode, int *fd_r,
		       char **error_r);

/* Keep count workers running until SIGTERM or SIGINT, then tell them to stop
   and wait for them; none survives us. In a worker, returns TRUE: it goes on
   to serve and exits. In the parent, returns FALSE when all is over. */
bool warden_listen_prefork(guint count);

#endif
