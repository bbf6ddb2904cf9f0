#ifndef WARDEN_FEED_H
#define WARDEN_FEED_H

/* Published lists of known bad (or good) files, links, hosts and senders, read
   as they are. Bytes come from a callback and leave as indicators in the form
   that they are looked up in (scanner/checks/checks.h); nothing here opens a
   file, asks a database or knows the time. Memory is bounded by
   feed-limits.h whatever the file's size.

   Three things can happen to an entry of a file:
   - it becomes one or several indicators;
   - it is skipped, with a reason, and counted: what published files are full
     of and Warden cannot use (MD5 sums, private addresses), and what would
     hit everybody (public suffixes, the hash of nothing);
   - it is bad: the file is not what it is taken for, or damaged. Then the
     whole file is to be refused. */

#include "../checks/checks.h"

struct warden_feed;

enum warden_feed_skip {
	WARDEN_FEED_WEAK_HASH = 0,	/* MD5, SHA-1 */
	WARDEN_FEED_OTHER_KIND,		/* nothing that Warden looks up */
	WARDEN_FEED_PATTERN,		/* a rule that no indicator expresses */
	WARDEN_FEED_REVOKED,		/* or deleted */
	WARDEN_FEED_EXPIRED,
	WARDEN_FEED_EARLY,		/* not valid yet */
	WARDEN_FEED_NOT_FOR_DETECTION,	/* MISP: to_ids is false */
	WARDEN_FEED_UNVERIFIED,		/* PhishTank: verified is not "yes" */
	WARDEN_FEED_PROTECTED,		/* ClamAV .pdb: a name to protect */
	WARDEN_FEED_LOCAL,		/* private address, local name */
	WARDEN_FEED_ELSEWHERE,		/* hosts: leads to a real address */
	WARDEN_FEED_PUBLIC_SUFFIX,	/* or a bare top-level domain */
	WARDEN_FEED_EMPTY_FILE,		/* the SHA-256 of no bytes */
	WARDEN_FEED_ODD_HOST,		/* a URL whose host cannot exist */
	WARDEN_FEED_TOO_LONG,
	WARDEN_FEED_SKIPS
};
/* "md5-or-sha1", "public-suffix" …: for summaries and JSON. */
const char *warden_feed_skip_name(enum warden_feed_skip skip);

#define WARDEN_FEED_KINDS 4	/* enum warden_known_kind */

/* Of one or several files; the owner clears it. */
struct warden_feed_counts {
	guint64 found;			/* indicators, all kinds */
	guint64 kinds[WARDEN_FEED_KINDS];
	guint64 skipped[WARDEN_FEED_SKIPS];
};
/* "sha256", "url", "host", "sender". */
const char *warden_feed_kind_name(enum warden_known_kind kind);

/* --- formats ------------------------------------------------------------- */

struct warden_feed_format {
	const char *name;
	const char *summary;	/* for --help and the documentation */
	bool allow;		/* such files say what is good */
	/* Endings of file names that say so, " .x .y ", or NULL. */
	const char *endings;
};
/* All, in the order of the documentation. */
const struct warden_feed_format *warden_feed_formats(guint *count_r);
/* NULL unless there is one. */
const struct warden_feed_format *warden_feed_format_find(const char *name);

/* --- reading --------------------------------------------------------------- */

/* Up to size bytes into buf. Returns how many, 0 at the end, -1 with
   *error_r. */
typedef gssize warden_feed_read_t(void *context, void *buf, gsize size,
				  char **error_r);
/* A line that names what was skipped although it looks like a mistake of the
   list's makers: "file:12: 'co.uk' is a public suffix …". */
typedef void warden_feed_warn_t(void *context, const char *text);

struct warden_feed_settings {
	const char *name;	/* of the file, for messages and its ending */
	const char *format;	/* NULL or "auto": by name and content */
	gint64 now_secs;	/* for what expires */
	warden_feed_read_t *read;
	warden_feed_warn_t *warn;	/* or NULL */
	void *context;		/* of both */
};

struct warden_feed_item {
	enum warden_known_kind kind;
	const char *value;	/* until the next call */
	const char *threat;	/* the list's word for it, or "" */
};

/* gzip, bzip2, xz and zstd are unpacked, as is the one file of a zip archive;
   a byte order mark and CRLF line ends do not matter. Settings' strings must
   outlive the reader. Returns 1, or -1 with *error_r (names the file, and the
   line where there is one). */
int warden_feed_open(const struct warden_feed_settings *settings,
		     struct warden_feed_counts *counts,
		     struct warden_feed **feed_r, char **error_r);
/* 1 with the next indicator, 0 at the end, -1 with *error_r: "file:line:
   reason". */
int warden_feed_next(struct warden_feed *feed, struct warden_feed_item *item_r,
		     char **error_r);
/* What the file turned out to be. */
const struct warden_feed_format *
warden_feed_get_format(const struct warden_feed *feed);
void warden_feed_close(struct warden_feed **feed);

/* The names of the event files that a MISP feed's manifest.json lists: safe
   as file names ("5c5be78a-….json"). Sources as for warden_feed_open().
   Returns 1 and g_malloced names, or -1 with *error_r. */
int warden_feed_manifest(const struct warden_feed_settings *settings,
			 GPtrArray **names_r, char **error_r);

#endif
