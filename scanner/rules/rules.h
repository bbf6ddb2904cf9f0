#ifndef WARDEN_RULES_H
#define WARDEN_RULES_H

/* Rules of other people: a folder of YARA files, compiled into one set. The
   only place that speaks to libyara.

   Files are read and compiled by the parent (they are an administrator's, and
   trusted); the reader's child inherits the set and only scans with it: then no
   file is opened, and no module that would open one is let in.

   A file that does not compile is refused with its line; the others load. In
   its place stands the last version of it that did compile, if it was kept. */

#include "../facts/limits.h"

#include <glib.h>
#include <stdbool.h>

struct warden_rules_settings {
	char *folder;		/* of *.yar and *.yara; NULL = no rules */
	char *kept;		/* of last good versions; NULL = none */
	char *verdict;		/* of rules that name none; a name as in facts */
	double score;		/* likewise */
	guint part_msecs;	/* for one part */
	guint message_msecs;	/* for all parts of one message */
	guint64 part_size_max;	/* larger ones are not scanned */
};

enum warden_rule_file_state {
	WARDEN_RULE_FILE_GOOD = 0,
	WARDEN_RULE_FILE_KEPT,		/* bad: its last good version */
	WARDEN_RULE_FILE_REFUSED,	/* bad, and there is none */
};

struct warden_rule_file {
	char *name;
	enum warden_rule_file_state state;
	guint rules;		/* that report; private ones are not counted */
};

/* What the compiler said. */
struct warden_rule_fault {
	char *file;
	guint line;		/* 0 = of the whole file */
	char *message;
	bool warning;
};

/* One rule, or a match of it. Strings are the set's. */
struct warden_rule {
	const char *file, *name, *description;
	const char *verdict;	/* "malware phishing spam suspicious policy" */
	double score;
};

struct warden_rules;

/* Compile what is in the folder. Returns 1 and a set, which may be empty and
   has the files that were refused, or -1 with *error_r if the folder cannot be
   read. keep: write good files to settings' kept folder; what goes wrong there
   is among the faults. settings and its strings must outlive the set. */
int warden_rules_load(const struct warden_rules_settings *settings, bool keep,
		      struct warden_rules **rules_r, char **error_r);
void warden_rules_free(struct warden_rules *rules);

/* A number that changes when any file of the folder does; 0 if it cannot be
   read. Costs a stat() a file. */
guint64 warden_rules_stamp(const char *folder);

/* Of the rules in force and what they say without saying it; 0 = none. */
guint64 warden_rules_fingerprint(const struct warden_rules *rules);
/* No rule at all: nothing to scan for. */
bool warden_rules_is_empty(const struct warden_rules *rules);
/* struct warden_rule_file, struct warden_rule_fault: by name, then line. */
const GPtrArray *warden_rules_files(const struct warden_rules *rules);
const GPtrArray *warden_rules_faults(const struct warden_rules *rules);

typedef void warden_rule_t(const struct warden_rule *rule, void *context);
void warden_rules_foreach(const struct warden_rules *rules,
			  warden_rule_t *callback, void *context);

/* What the bytes are, for rules that ask: "" if not known. */
struct warden_rules_subject {
	const char *name;	/* external variables filename, extension */
	const char *type;	/* mime_type */
};

enum warden_rules_status {
	WARDEN_RULES_DONE = 0,
	WARDEN_RULES_TIME,	/* not finished in msecs, or not begun */
	WARDEN_RULES_SIZE,	/* larger than part_size_max: not scanned */
	WARDEN_RULES_FAILED,
};

/* Scan size bytes within min(part_msecs, msecs) and call back for each rule
   that matches, in the order of files and of rules in them. Not for two
   threads. */
enum warden_rules_status
warden_rules_scan(struct warden_rules *rules,
		  const struct warden_rules_subject *subject,
		  const guint8 *data, gsize size, guint msecs,
		  warden_rule_t *callback, void *context);
/* settings' message_msecs. */
guint warden_rules_message_msecs(const struct warden_rules *rules);

#endif
