#ifndef WARDEN_SIGNALS_H
#define WARDEN_SIGNALS_H

/* SIGTERM and SIGINT stop the service, SIGCHLD wakes the parent of workers.
   They are blocked and delivered only where somebody waits: no call in between
   is interrupted, and none is missed. SIGPIPE, SIGHUP and SIGXFSZ are ignored.
   */

#include <glib.h>
#include <poll.h>
#include <stdbool.h>

void warden_signals_init(void);
bool warden_signals_stopping(void);

/* poll() during which signals are delivered. timeout_usecs < 0 = none. */
int warden_signals_poll(struct pollfd *polls, guint count,
			gint64 timeout_usecs);
/* Wait for a signal, at most so long. */
void warden_signals_wait(guint msecs);

#endif
