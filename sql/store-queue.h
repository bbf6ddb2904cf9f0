#ifndef WARDEN_STORE_QUEUE_H
#define WARDEN_STORE_QUEUE_H

/* The writers' queue: a lock file beside the database. A writer sleeps in the
   kernel until it is its turn (open file description locks are granted in the
   order of arrival) instead of polling in SQLite's busy handler, where single
   mails were seen to wait a second. A dead owner's lock goes with it. */

#include <glib.h>
#include <stdbool.h>

struct warden_store_queue;

/* The file is made if it is missing, with the mode given. 1 or -1. */
int warden_store_queue_open(const char *path, int mode,
			    struct warden_store_queue **queue_r,
			    char **error_r);
void warden_store_queue_close(struct warden_store_queue **queue);
int warden_store_queue_fd(const struct warden_store_queue *queue);

/* 1 it is our turn, 0 not within msecs, -1 error. msecs 0: do not wait. */
int warden_store_queue_enter(struct warden_store_queue *queue, guint msecs,
			     char **error_r);
void warden_store_queue_leave(struct warden_store_queue *queue);

#endif
