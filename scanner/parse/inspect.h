#ifndef WARDEN_PARSE_INSPECT_H
#define WARDEN_PARSE_INSPECT_H

/* What is done with every distinct run of bytes of a message, whatever format
   they have: other people's rules (rules/rules.h), and the fuzzy digest. */

#include "queue.h"

/* Of one message: what is left of its time. */
struct warden_inspection {
	guint64 used_usecs;	/* by the rules */
};

/* Look at the message itself (part NULL), or at a part's bytes. */
void warden_inspect(struct warden_queue *queue,
		    struct warden_inspection *inspection,
		    struct warden_part *part, GBytes *bytes);

#endif
