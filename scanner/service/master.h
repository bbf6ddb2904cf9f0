#ifndef WARDEN_MASTER_H
#define WARDEN_MASTER_H

/* What Dovecot's master expects of a service process, without libdovecot.
   Descriptors (2.3, 2.4.1, 2.4.2 and later): 2 log, 5 status, 6 dead pipe,
   listeners from 7, 8 or 9 up, and in the last a client on 8 that the master
   accepted already. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_LISTENERS_MAX 16

struct warden_master {
	int listeners[WARDEN_LISTENERS_MAX];
	guint n_listeners;
	int accepted_fd;	/* a client to begin with, or -1 */
	int dead_fd;		/* hangs up when we should go, or -1 */
	guint client_limit;	/* what "available" means to the master */
	guint service_count;	/* exit after so many clients, 0 = never */
	/* private */
	guint generation;
	int status_fd;		/* -1: no master */
	guint reported;
};

/* Were we started by Dovecot's master? */
bool warden_master_is_parent(void);

/* Find what the master passed on. Returns 1, or -1 with *error_r. */
int warden_master_init(struct warden_master *master_r, char **error_r);

/* Tell the master whether this process takes clients now. If none does, the
   master listens itself and starts another. Writes only changes; a pipe that
   is full is tried again at the next call. */
void warden_master_report(struct warden_master *master, bool available);

#endif
