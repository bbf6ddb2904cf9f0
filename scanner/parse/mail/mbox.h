#ifndef WARDEN_PARSE_MBOX_H
#define WARDEN_PARSE_MBOX_H

/* A file of several messages (RFC 4155), as mail programs save folders. */

#include "../queue.h"

/* Two messages at least; one with a "From " line before it is a message. */
bool warden_mbox_is(const guint8 *data, gsize size);
void warden_mbox_expand(struct warden_queue *queue,
			const struct warden_container *container);

#endif
