#ifndef WARDEN_CLIENT_H
#define WARDEN_CLIENT_H

/* One exchange with wardend over its UNIX socket, by the wire format of
   scanner/protocol. Blocking, with poll() and one deadline for everything
   (connect, send, wait, read): the processes that use it serve one client
   each. Nothing that comes back is believed before the decoder accepted it. */

#include "scanner/protocol/protocol.h"

struct event;
struct warden_spool;

/* Failures in a row after which a process stops asking for a while: a dead
   scanner must cost the second user in line nothing. */
#define WARDEN_CLIENT_BREAKER_FAILURES 2
#define WARDEN_CLIENT_BREAKER_MSECS (10 * 1000)
/* Notifications kept for later when the service's backlog is full: a MOVE of
   some thousand mails at once. They are about 200 bytes each. */
#define WARDEN_CLIENT_QUEUE_MAX 4096
/* A process that ends waits so long for the service to take them. */
#define WARDEN_CLIENT_LAST_WAIT_MSECS 500

struct warden_client_input {
	struct event *event;
	/* absolute path */
	const char *socket_path;
};

/* Milliseconds of a clock that never jumps. */
uint64_t warden_client_now(void);

/* Ask and wait for the answer until deadline (warden_client_now()'s clock).
   request->deadline_msecs and body_size are filled in here; body may be NULL.
   frame is where the reply's strings live: the caller keeps it as long as
   them. Returns 1 with any valid reply (whatever its status), or -1 and
   *error_r. */
int warden_client_ask(const struct warden_client_input *input,
		      struct warden_request *request,
		      struct warden_spool *body, uint64_t deadline,
		      buffer_t *frame, struct warden_reply *reply_r,
		      const char **error_r);

/* Send a request without body and forget it: never waits, never fails. What
   cannot be sent at once is kept (bounded) and tried again at the next call
   of any function here. */
void warden_client_tell(const struct warden_client_input *input,
			const struct warden_request *request);
/* Try to send what was kept. */
void warden_client_flush(void);
/* The last chance: waits a little, and drops what is left. */
void warden_client_flush_last(void);

/* doveadm wears its users' uids, one after the other, but acts for whoever
   started it: while root is its real uid it connects as root, so that the
   service may believe that an administrator asks. */
void warden_client_set_admin(bool admin);

/* Is the breaker open: would ask() fail at once? */
bool warden_client_is_broken(void);
/* Close the breaker again (tests; doveadm warden status). */
void warden_client_reset(void);

#endif
