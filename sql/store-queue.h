#ifndef WARDEN_STORE_QUEUE_H
#define WARDEN_STORE_QUEUE_H

/* The writers' queue: a lock file beside the database. A writer sleeps in the
   kernel until it is its turn instead of polling in SQLite's busy handler,
   where single mails were seen to wait a second. A dead owner's locks go with
   it.

   There are two locks, bytes of the file. Whoever holds the turn and wants it
   again at once (an import, in a thousand small transactions) would always be
   faster than the one that the kernel has yet to wake: so the next in turn
   already holds the door while it waits, and all others queue before the
   door. */

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

/* One byte of an open file (open file description locks). 1 locked, 0 not
   within msecs, -1 with errno. */
int warden_store_lock(int fd, gint64 byte, guint msecs);
void warden_store_unlock(int fd, gint64 byte);

#endif
