#ifndef WARDEN_PARSE_OPEN_H
#define WARDEN_PARSE_OPEN_H

/* What looks into a part beyond its text: readers of containers and of
   documents. Each has one entry in the table in open.c. A part is given to
   all that want it, in table order: a file that is two types at once is
   opened as both.

   An opener adds what it finds to the queue: members (warden_queue_add with
   WARDEN_PART_MEMBER and the part as parent), links, traits, and an unscanned
   entry for what it could not read. Before it makes bytes it spends them
   (warden_queue_spend); it never keeps the container. */

#include "queue.h"

#define WARDEN_OPENERS_MAX 32

/* One bit for each entry of the table that wants the part; 0: none does. Cheap:
   it is asked for every part. part: NULL for the message itself. */
guint32 warden_open_wanted(const struct warden_part *part, const guint8 *data,
			   gsize size);

/* Give the container to those. */
void warden_open(struct warden_queue *queue,
		 const struct warden_container *container, guint32 wanted);

#endif
