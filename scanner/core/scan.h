#ifndef WARDEN_SCAN_H
#define WARDEN_SCAN_H

/* The pipeline, once: bytes → (reader) facts → checks → findings → policy →
   verdict. Used by wardend and by `warden scan` alike. */

#include "clamd.h"
#include "conf.h"
#include "../reader/reader.h"

#define WARDEN_ALLOWED_UNKNOWN (-1)

/* What holds of a message whoever gets it. */
struct warden_scan_shared {
	GPtrArray *findings;
	struct warden_judgement judgement;
	char *reason;
};

struct warden_scan_result {
	struct warden_facts *facts;
	GPtrArray *findings;	/* struct warden_finding, strongest first */
	GArray *tokens;		/* of warden_tokens(), NULL = not wanted */
	struct warden_judgement judgement;
	char *reason;		/* warden_scan_reason() of it all */
	/* Without this user's address, history, lists and policy: what is
	   stored with the message. NULL (of who makes results by hand) = the
	   same. */
	struct warden_scan_shared *shared;
	/* Which of its links' hosts were on an allow-list, as one number: 0 =
	   none, WARDEN_ALLOWED_UNKNOWN. What other checks than those of lists
	   found holds as long as this is the same. */
	gint64 allowed;
	bool lists_failed;	/* some look-up could not be made */
	guint64 elapsed_usecs;
};

/* Scan the message in fd (a memfd or regular file; read from offset 0).
   A reader that fails twice gives facts with only key, size and an unscanned
   entry ("crash", "time" or "damaged"): the verdict is then unscannable.
   clamd is asked meanwhile, NULL = not.
   Returns 1, or -1 with *error_r if the pipeline could not run at all. */
struct warden_scan_input {
	int fd;
	guint64 size, full_size;	/* as warden_reader_parse() has them */
	const struct warden_envelope *envelope;	/* NULL = nobody's */
	const struct warden_known *known;	/* NULL = no lists */
	const struct warden_own *own;		/* NULL = none */
	const struct warden_history *history;	/* NULL = nothing remembered */
	const char *overrides;			/* of actions, NULL = none */
	enum warden_mailbox_role role;
	guint deadline_msecs;			/* 0 = the reader's own */
	struct warden_clamd *clamd;		/* NULL = not asked */
	/* called with "reader" before the first check; NULL = nobody */
	const struct warden_checks_watch *watch;
};
int warden_scan_fd(const struct warden_config *config,
		   struct warden_reader *reader,
		   const struct warden_scan_input *input,
		   struct warden_scan_result **result_r, char **error_r);
/* The same without the body, from what is stored of the message and of this
   copy: when feeds, own lists or what was learned have changed. Of input only
   envelope, known, own, history, overrides and role are looked at. No bytes are
   read. The result is what a scan of the body would be, if its allowed is still
   what it was. */
struct warden_scan_stored {
	struct warden_facts *facts;	/* all that lists are asked for, and
					   what is unscanned; taken over, also
					   on failure */
	GArray *tokens;			/* NULL = none kept; taken over */
	const GPtrArray *shared;	/* findings of the message */
	const GPtrArray *findings;	/* of this copy */
	bool lists;			/* ask them again */
};
int warden_scan_stored(const struct warden_config *config,
		       const struct warden_scan_stored *stored,
		       const struct warden_scan_input *input,
		       struct warden_scan_result **result_r, char **error_r);
/* By config's [clamd]; NULL if there is none. config is borrowed. */
struct warden_clamd *warden_scan_clamd(const struct warden_config *config);
void warden_scan_result_free(struct warden_scan_result *result);

/* One line of JSON as ARCHITECTURE's contract says, without newline. */
char *warden_scan_report_json(const struct warden_config *config,
			      const char *file,
			      const struct warden_scan_result *result,
			      guint32 epoch);
/* Text that is shown as it is, at most max bytes: no controls, and characters
   that turn the direction of writing or are invisible as "<U+202E>". */
char *warden_scan_safe_text(const char *text, gsize max);
/* The line for a file that could not be read: only "file" and "error". */
char *warden_scan_report_error_json(const char *file, const char *error);
/* The user's one line: "This message was …: <strongest reason>". */
char *warden_scan_reason(const struct warden_config *config,
			 const struct warden_scan_result *result);

/* Grows by hand with every change of a check's or parser's meaning. The rules
   epoch of a database also grows when config scores change. */
#define WARDEN_CHECKS_EPOCH 3

#endif
