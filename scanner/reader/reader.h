#ifndef WARDEN_READER_H
#define WARDEN_READER_H

/* The line between bytes and facts: a child process that parses. The parent
   hands it a file descriptor with the message and gets back serialised facts,
   validated on arrival, or learns that the child crashed or overran. The
   child lives on from message to message; after a failure it is killed and
   forked anew at the next scan, from this (warm) parent.

   The child has no descriptor but its own socket (all others are closed, also
   those that the caller opens later), no new privileges, rlimits on memory,
   CPU, file size and processes, and a sandbox (sandbox.h): it can open
   nothing and connect to nothing. */

#include "../facts/facts.h"

struct warden_reader;
struct warden_rules;
struct warden_sensitive_patterns;

enum warden_reader_status {
	WARDEN_READER_OK = 0,
	WARDEN_READER_CRASHED,	/* died, or sent something invalid */
	WARDEN_READER_TIMEOUT,
};

struct warden_reader_settings {
	guint timeout_msecs;		/* wall clock for one message */
	guint64 memory_limit;		/* RLIMIT_AS of the child, bytes */
	/* Look for what should perhaps not leave the house, and for patterns
	   (NULL = none; the caller's). */
	bool sensitive;
	const struct warden_sensitive_patterns *patterns;
	/* Who is believed when mail is signed (parse/signature/signers.h):
	   paths that are read once, by init; NULL = nobody. */
	const char *smime_roots, *openpgp_keys;
};

/* Loads the parser (warm), forks nothing yet. Returns 1 or -1. */
int warden_reader_init(const struct warden_reader_settings *settings,
		       struct warden_reader **reader_r, char **error_r);
void warden_reader_deinit(struct warden_reader **reader);

/* Scan with other rules from the next message on (parse.h): the child is
   forked anew. */
void warden_reader_set_rules(struct warden_reader *reader,
			     struct warden_rules *rules);

/* One attempt at parsing fd's size bytes within min(timeout_msecs,
   deadline_msecs if not 0). Returns 1 with status (and *facts_r on
   WARDEN_READER_OK; *detail_r, g_malloced, says what happened otherwise), or
   -1 with *error_r when no child could be started. */
int warden_reader_parse(struct warden_reader *reader, int fd, guint64 size,
			guint64 full_size, guint deadline_msecs,
			enum warden_reader_status *status_r,
			struct warden_facts **facts_r, char **detail_r,
			char **error_r);
/* The message key (warden_parse_key) of fd's size bytes, computed in this
   process: hashing interprets nothing. For what must be known without trusting
   a child: which message crashed it, and whether facts are about the message
   that was asked for. Returns 1, or -1 if fd cannot be read. */
int warden_reader_key(int fd, guint64 size, guint8 key_r[WARDEN_SHA256_SIZE],
		      char **error_r);

/* Counters since init, for the service's status. */
struct warden_reader_counts {
	guint64 messages;
	guint64 crashes;
	guint64 timeouts;
	guint64 forks;
	/* enum warden_sandbox, once a child has answered */
	bool serving;
	guint64 sandbox;
	/* What the last crash or timeout was; NULL if there was none. Lives
	   until the next message. */
	const char *last_failure;
};
void warden_reader_get_counts(const struct warden_reader *reader,
			      struct warden_reader_counts *counts_r);

#endif
