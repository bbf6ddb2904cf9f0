#ifndef WARDEN_CLAMD_H
#define WARDEN_CLAMD_H

/* ClamAV's daemon, if there is one: the message goes to it once as it is, over
   its socket (INSTREAM), while the reader works, and its answer joins the
   facts. We do not look at the bytes; what it says is read strictly.

   Without an answer the facts say "not checked" and why. After two failures in
   a row it is left alone for some seconds: mail must not wait for it again and
   again. */

#include "../facts/facts.h"

struct warden_clamd;

struct warden_clamd_settings {
	const char *socket;	/* a path, or an address of this machine */
	guint msecs;		/* from begin to answer */
	guint64 stream_max;	/* larger messages are not sent */
	bool required;
};

/* "127.0.0.1:3310", "localhost:3310", "[::1]:3310" */
bool warden_clamd_is_loopback(const char *text);

/* settings' socket is borrowed. */
struct warden_clamd *
warden_clamd_new(const struct warden_clamd_settings *settings);
void warden_clamd_free(struct warden_clamd **clamd);

/* Send size bytes of fd within min(its own, msecs if not 0). Failures are told
   by warden_clamd_finish(). */
void warden_clamd_begin(struct warden_clamd *clamd, int fd, guint64 size,
			guint msecs);
/* Wait for the answer until that time is over, and add it to facts: a match of
   the engine "clamd", nothing if it found nothing, or a trait. */
void warden_clamd_finish(struct warden_clamd *clamd,
			 struct warden_facts *facts);

/* One answer. 1 found (*name_r, at most name_size bytes), 0 nothing found, -1
   an error or nonsense (*why_r: static, or within answer). */
int warden_clamd_parse(const char *answer, char *name_r, gsize name_size,
		       const char **why_r);

#endif
