#ifndef WARDEN_PARSE_WEB_NAME_H
#define WARDEN_PARSE_WEB_NAME_H

#include "../queue.h"

/* Subject, senders and file names that are written to run as a script where
   web mail shows them unescaped: a trait for each. To be called when all parts
   are there. */
void warden_web_names(struct warden_queue *queue,
		      const struct warden_facts *facts);

#endif
