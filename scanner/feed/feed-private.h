#ifndef WARDEN_FEED_PRIVATE_H
#define WARDEN_FEED_PRIVATE_H

/* What the readers of the formats share. A reader is one function, called
   again and again: it takes the next line or record of the input and gives
   what it finds there to feed_add() or feed_skip(). */

#include "feed.h"
#include "feed-limits.h"

/* --- input.c: bytes, unpacked ---------------------------------------------- */

struct feed_input;

int feed_input_open(const struct warden_feed_settings *settings,
		    struct feed_input **input_r, char **error_r);
void feed_input_close(struct feed_input **input);
/* Up to the buffer's size of what comes next, without taking it. */
int feed_input_peek(struct feed_input *input, const char **data_r,
		    gsize *size_r, char **error_r);
/* The next line, without its end, NUL-terminated, until the next call. 1, 0 at
   the end, -1 (too long, not UTF-8, holds a NUL). */
int feed_input_line(struct feed_input *input, char **line_r, char **error_r);
/* The next byte, or -1 at the end, or -2 with *error_r. */
int feed_input_byte(struct feed_input *input, char **error_r);
/* Of the line last returned, or the byte's; from 1. */
guint64 feed_input_line_number(const struct feed_input *input);

/* --- csv.c -------------------------------------------------------------- */

/* Split a line in place: RFC 4180, with blanks allowed before a quote. fields
   has room for WARDEN_FEED_COLUMNS_MAX. Returns how many, or -1 with the
   reason (static). */
int feed_csv_split(char *line, char **fields, const char **why_r);

/* --- json.c: RFC 8259, one token at a time ------------------------------- */

struct feed_json;

enum feed_json_event {
	FEED_JSON_OPEN,		/* { or [ */
	FEED_JSON_CLOSE,
	FEED_JSON_VALUE,	/* string, number, true, false, null */
};

struct feed_json *feed_json_new(struct feed_input *input, const char *name);
void feed_json_free(struct feed_json *json);
/* 1, 0 after the one value of the file, -1 with *error_r. */
int feed_json_next(struct feed_json *json, enum feed_json_event *event_r,
		   char **error_r);
/* How many containers enclose what was last returned; for OPEN and CLOSE not
   counting the container itself. */
guint feed_json_depth(const struct feed_json *json);
/* Is the container just opened or closed an object? */
bool feed_json_is_object(const struct feed_json *json);
/* The member's name, of what was last returned or of the array around it; ""
   at the top. */
const char *feed_json_key(const struct feed_json *json);
/* "file:line: $.objects[12].pattern: " and what; always -1. */
int feed_json_refuse(const struct feed_json *json, const char *what,
		     char **error_r);

/* Records: objects of which some members are wanted. */
struct feed_record {
	const char *const *names;	/* wanted members, NULL-terminated */
	GString **values;		/* as many; see feed_record_get() */
	bool *present;
	guint count;
	bool inside;		/* progress: within such an object… */
	guint depth;		/* …that has so many around it */
};
void feed_record_init(struct feed_record *record, const char *const *names);
void feed_record_clear(struct feed_record *record);
/* Read on to the end of the next object that is_wanted() says (asked when it
   opens). 1, 0 at the end, -1. */
int feed_record_next(struct feed_record *record, struct feed_json *json,
		     bool (*is_wanted)(const struct feed_json *json),
		     char **error_r);
/* NULL if the member was missing, null, or no simple value. */
const char *feed_record_get(const struct feed_record *record, guint member);

/* --- stix-pattern.c --------------------------------------------------------- */

/* STIX 2.1 9: patterns that are a list of alternatives "path = value". each is
   called for every one; path as written without spaces. Returns 1, 0 if the
   pattern asks for more than any one value (AND, FOLLOWEDBY, WITHIN …), -1 if
   it is no pattern (*why_r static). each returns 1, or -1 to end. *others_r:
   alternatives that are no plain comparison. */
int feed_stix_pattern(const char *pattern,
		      int (*each)(void *context, const char *path,
				  const char *value),
		      void *context, guint *others_r, const char **why_r);

/* --- feed.c ------------------------------------------------------------------ */

struct feed_reader {
	struct warden_feed_format format;
	/* Does the content look like it? Asked in order; head is valid for
	   size bytes, no more. NULL = never. */
	bool (*looks_like)(const char *head, gsize size);
	/* One of these: a line, or a step of JSON. 1 go on, 0 at the end (of
	   step), -1 with *error_r. */
	int (*line)(struct warden_feed *feed, char *line, char **error_r);
	int (*step)(struct warden_feed *feed, char **error_r);
	/* JSON: which members of which objects. */
	const char *const *members;
	/* Values that are refused elsewhere are typed by people here. */
	bool lenient;
	/* Why such a file is not read at all, or NULL. */
	const char *refused;
};
extern const struct feed_reader
	feed_reader_list, feed_reader_sha256, feed_reader_url,
	feed_reader_host, feed_reader_sender, feed_reader_hosts,
	feed_reader_adblock, feed_reader_urlhaus, feed_reader_phishtank_csv,
	feed_reader_phishtank_json, feed_reader_openphish,
	feed_reader_malwarebazaar, feed_reader_misp, feed_reader_stix,
	feed_reader_clamav_hash, feed_reader_clamav_allow,
	feed_reader_clamav_pdb, feed_reader_clamav_wdb, feed_reader_yara;

struct warden_feed {
	const struct warden_feed_settings *settings;
	const struct feed_reader *reader;
	struct warden_feed_counts *counts;
	struct feed_input *input;
	/* What the last line or record gave, not yet taken. */
	GPtrArray *pending;	/* struct feed_pending */
	guint taken;
	/* JSON */
	struct feed_json *json;
	struct feed_record record;
	struct warden_feed_settings own;
};

/* Take an entry's value: normalise it, and keep it as an indicator or count it
   as skipped. Returns 1, or -1 if it is none (*why_r: "no SHA-256 …"). */
int feed_add(struct warden_feed *feed, enum warden_known_kind kind,
	     const char *text, const char *threat, const char **why_r);
void feed_skip(struct warden_feed *feed, enum warden_feed_skip skip);
/* feed_skip(), and say it: "file:line: 'value' " and what. */
void feed_skip_loudly(struct warden_feed *feed, enum warden_feed_skip skip,
		      const char *value, const char *what);
/* "file:line: 'value': why"; always -1. value may be NULL. */
int feed_refuse(const struct warden_feed *feed, const char *value,
		const char *why, char **error_r);
/* feed_add() or feed_refuse(). */
int feed_take(struct warden_feed *feed, enum warden_known_kind kind,
	      const char *text, const char *threat, char **error_r);

/* --- lines, in format-list.c ---------------------------------------------------- */

/* Without blanks at both ends and without what follows " #". NULL if nothing
   is left, or only a comment (#, ;). line is changed. */
char *feed_line_text(char *line);
/* The first line of text in a file's head that is no comment, or NULL; owned
   by the caller. */
char *feed_head_line(const char *head, gsize size);
/* Is every line of text one? Some must be there; the last may be cut and does
   not count then. So a mixed list is not taken for what it begins with. */
bool feed_head_all(const char *head, gsize size,
		   bool (*is_one)(const char *text));
/* An address and something behind it. */
bool feed_is_hosts_line(const char *text);
/* The first byte that is no white space, 0 if there is none. */
char feed_head_sign(const char *head, gsize size);
bool feed_head_has(const char *head, gsize size, const char *text);

/* --- value.c ----------------------------------------------------------------- */

enum feed_value {
	FEED_VALUE_GOOD,
	FEED_VALUE_BAD,		/* *what_r: "no SHA-256 (64 …)" */
	FEED_VALUE_SKIP,	/* *skip_r, *what_r: a reason to say, or NULL */
};
/* On GOOD *value_r is the form that is looked up; owned by the caller. */
enum feed_value feed_value_make(enum warden_known_kind kind, const char *text,
				char **value_r, enum warden_feed_skip *skip_r,
				const char **what_r);
bool feed_is_hex(const char *text, gsize digits);
/* A name of this machine or none at all, as every hosts file begins with. */
bool feed_is_own_name(const char *name);

#endif
