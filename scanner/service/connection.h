#ifndef WARDEN_CONNECTION_H
#define WARDEN_CONNECTION_H

/* One client: reads a request frame and, for SCAN, the body into a sealed
   memfd, without ever blocking. Then the answer is written and it is closed:
   one connection is one exchange.

   States: HEADER → PAYLOAD → BODY → READY. Whatever is wrong on the way ends
   in REFUSED, with a reply that says why, or in GONE. */

#include "../protocol/protocol.h"

#include <glib.h>
#include <sys/types.h>

enum warden_connection_state {
	WARDEN_CONNECTION_HEADER,
	WARDEN_CONNECTION_PAYLOAD,
	WARDEN_CONNECTION_BODY,
	WARDEN_CONNECTION_READY,
	WARDEN_CONNECTION_REFUSED,
	WARDEN_CONNECTION_GONE,
};

struct warden_connection {
	int fd;
	enum warden_connection_state state;
	gint64 accepted;	/* monotonic microseconds */
	gint64 started;		/* of the first byte, 0 = none yet */
	uid_t peer_uid;
	/* May claim to be an administrator: root, ourselves, or the owner of
	   the socket. Anybody else came in by group or other permissions. */
	bool trusted;
	struct warden_request request;	/* strings point into frame */
	int body_fd;		/* -1: none */
	guint64 body_received;
	guint64 body_stored;	/* at most WARDEN_MESSAGE_MAX */
	enum warden_status refusal;
	const char *refusal_text;	/* static */
	/* private */
	guint8 *frame;
	gsize frame_size, frame_used;
};

/* Takes over fd (non-blocking from then on). listener is where it came from,
   or -1. */
struct warden_connection *
warden_connection_new(int fd, int listener, gint64 now);
void warden_connection_free(struct warden_connection *connection);

/* Read what there is, up to a fair share, and advance the state. spool_left
   is what bodies may still take in memory. */
void warden_connection_read(struct warden_connection *connection, gint64 now,
			    guint64 spool_left);

/* When it has taken too long (monotonic microseconds). */
gint64 warden_connection_deadline(const struct warden_connection *connection,
				  guint client_msecs);

/* Write a whole reply. A client that does not take a few kilobytes at once is
   lost: nobody waits for it. Returns whether it was written. */
bool warden_connection_reply(struct warden_connection *connection,
			     const struct warden_reply *reply);

#endif
