#ifndef WARDEN_STORE_H
#define WARDEN_STORE_H

/* What callers may ask of the verdict database. One implementation:
   store-sqlite*.c (WAL, prepared statements only, forward-only migrations in
   schema/). No message body is ever stored.

   Writers queue fairly on a lock file beside the database and never poll;
   checkpoints run in warden_store_idle(), never inside a commit. A call that
   cannot finish within the store's commit budget returns -1 and has changed
   nothing. Times are microseconds since 1970 unless named _secs. */

#include "../scanner/core/scan.h"
#include "../scanner/facts/fuzzy-digest.h"

struct warden_store;

enum warden_store_mode {
	WARDEN_STORE_READ,	/* must exist, never written */
	WARDEN_STORE_WRITE,	/* created and migrated when needed */
};

struct warden_store_settings {
	enum warden_store_mode mode;
	guint commit_msecs;	/* waiting its turn + commit; 0 = default 2000 */
	/* What warden_store_publish() writes; NULL = nothing. WRITE only. */
	const char *epoch_file;
};

/* Returns 1, or -1 with *error_r (path and SQLite's words). */
int warden_store_open(const char *path,
		      const struct warden_store_settings *settings,
		      struct warden_store **store_r, char **error_r);
void warden_store_close(struct warden_store **store);
/* Descriptors that a forked child must close. */
void warden_store_fds(struct warden_store *store,
		      void (*each)(int fd, void *context), void *context);

/* --- epochs ------------------------------------------------------------- */

struct warden_epoch {
	guint32 rules;		/* grows when the fingerprint changes */
	guint32 lists;		/* grows with every feed change */
};
/* Current epoch; in write mode the rules epoch is advanced first when
   fingerprint differs from the stored one. 1 or -1. */
int warden_store_epoch(struct warden_store *store, guint64 fingerprint,
		       struct warden_epoch *epoch_r, char **error_r);

/* The same without advancing anything: 1, or 0 if these are not the rules of
   the database (any more). */
int warden_store_epoch_of(struct warden_store *store, guint64 fingerprint,
			  struct warden_epoch *epoch_r, char **error_r);

/* The epoch now, with the rules as they stand; nothing is advanced. 1, -1. */
int warden_store_epoch_now(struct warden_store *store,
			   struct warden_epoch *epoch_r, char **error_r);

/* Write the epoch file (scanner/protocol/epoch.h) if it is not what the
   database says: temporary file, fsync, rename. Cheap when nothing has
   changed. Changes of feeds do it themselves, right after their commit; this
   is for whoever advances the rules, or finds the file missing or left behind
   by a process that was killed. wait_msecs: for another one that writes it.
   1 written, 0 it was right (or another is at it), -1 with *error_r: mail goes
   on, and asks more often than needed. */
int warden_store_publish(struct warden_store *store, guint wait_msecs,
			 char **error_r);

/* --- recording ---------------------------------------------------------- */

struct warden_delivery {
	gint64 time;
	const char *user, *recipient, *sender, *service, *session;
	const char *actor;		/* "" = the user */
	const char *mailbox;		/* where the client wanted it */
	const char *origin;		/* COPY/MOVE: from where */
	enum warden_operation operation;
	enum warden_verdict verdict;	/* may be PENDING or RELEASED */
	enum warden_action action;
	const char *keyword;
	/* FETCH, RESCAN: where the copy stands already, NULL = not said. Such a
	   copy gets a row only if none is there that may be it; a rescan that
	   does not say where gets one, until a place is said. */
	const struct warden_place *stands;
	bool sent;		/* a mail that the user wrote: saved as sent */
	/* Of warden_store_record_delivery(): what was found for this copy, by
	   these rules. NULL = what was found for the user's last copy. */
	const struct warden_scan_result *result;
	guint32 rules;
};

/* One transaction: message, parts, URLs, senders, findings, verdict, delivery.
   A message seen before keeps its row (parts and URLs are not repeated;
   verdict and findings are replaced when the epoch is newer). epoch: in which
   lists were asked, read before the first look-up; its lists become 0 if they
   have changed since: then the verdict is not fresh. */
int warden_store_record_scan(struct warden_store *store,
			     const struct warden_scan_result *result,
			     struct warden_epoch *epoch,
			     const struct warden_delivery *delivery,
			     guint64 *delivery_id_r, char **error_r);
/* A delivery of a message whose findings are stored already, or (PENDING)
   of one that was not judged; then key may be NULL. */
int warden_store_record_delivery(struct warden_store *store,
				 const guint8 *key,
				 const struct warden_delivery *delivery,
				 guint64 *delivery_id_r, char **error_r);

struct warden_place {
	guint64 delivery_id;
	bool aborted;			/* the save was rolled back */
	const char *mailbox;		/* where it stands: target or Quarantine */
	const guint8 *mailbox_guid;	/* 16 bytes, NULL unknown */
	guint32 uid_validity, uid;	/* 0 unknown */
	const char *guid;		/* "" unknown */
};
/* 1 updated, 0 no such delivery, -1 error. */
int warden_store_place(struct warden_store *store,
		       const struct warden_place *place, char **error_r);

/* Mails were expunged (n ranges of UIDs of that validity), or (n 0) their
   whole mailbox is no more: their rows' state becomes gone, in transactions of
   bounded size. *count_r: rows that changed. 1 or -1 (some may have). */
struct warden_uid_range {
	guint32 first, last;
};
int warden_store_gone(struct warden_store *store, const guint8 *mailbox_guid,
		      guint32 uid_validity,
		      const struct warden_uid_range *uids, gsize n,
		      guint64 *count_r, char **error_r);
/* That user's mailbox has a new name. Likewise. */
int warden_store_renamed(struct warden_store *store,
			 const guint8 *mailbox_guid, const char *user,
			 const char *mailbox, guint64 *count_r,
			 char **error_r);

/* A mail that we moved ourselves. */
struct warden_moved {
	const guint8 *key;
	gsize key_size;		/* 16 or 32; 0 = not known */
	/* operation: FETCH, PULL, RESTORE or RESCAN; verdict and action are
	   not looked at: they are the stored message's, and quarantine (after
	   RESTORE allow) */
	const struct warden_delivery *delivery;
	const guint8 *origin_guid;	/* 16 bytes, NULL unknown */
	guint32 origin_uid_validity, origin_uid;
	struct warden_place place;	/* where it stands now */
	const char *comment;		/* PULL, RESTORE: for the trail */
};
/* The old row is gone, the new one stored; nothing the second time. PULL and
   RESTORE are audited, and bind or free the user's RELEASE. 1 or -1. */
int warden_store_moved(struct warden_store *store,
		       const struct warden_moved *moved,
		       guint64 *delivery_id_r, char **error_r);

/* --- looking up --------------------------------------------------------- */

struct warden_stored_message {
	gint64 id;
	guint8 key[WARDEN_SHA256_SIZE];
	guint64 size;
	char *subject, *from_name, *from_address, *message_id;
	gint64 first_seen;
	enum warden_verdict verdict;
	double score;
	struct warden_epoch epoch;	/* that judged it; lists 0: none */
	/* The epoch when it was looked up, and whether the lists have changed
	   between the two in a way that may concern it. */
	struct warden_epoch now;
	bool concerned;
	GPtrArray *findings;	/* struct warden_finding; symbol, family and
				   technique may be interned strings */
	GPtrArray *unscanned;	/* struct warden_unscanned */
	char *reason;		/* the user's one line */
	gint64 allowed;		/* as in struct warden_scan_result */
};
/* By 16 or 32 bytes of the key. 1 found, 0 not, -1. */
int warden_store_lookup_message(struct warden_store *store, const guint8 *key,
				gsize key_size,
				struct warden_stored_message **message_r,
				char **error_r);
/* A message was judged again by lists, without its body: verdict, findings and
   generation, unless somebody else has recorded something newer. epoch: its
   lists become 0 when they have changed since, as for a scan. What holds for one
   copy is recorded with a delivery. 1 or -1. */
int warden_store_record_lists(struct warden_store *store, gint64 message_id,
			      const struct warden_scan_result *result,
			      struct warden_epoch *epoch, char **error_r);
void warden_stored_message_free(struct warden_stored_message *message);

/* A user's copy of a message: what was found for this user. */
struct warden_stored_copy {
	gint64 delivery_id;
	guint32 rules;		/* that judged it; 0 = none, or not known */
	/* Of this copy; when it is pending or released, the message's. */
	enum warden_verdict verdict;
	enum warden_verdict recorded;	/* as it stands in its row */
	enum warden_action action;
	double score;
	char *reason;
	GPtrArray *findings;	/* as in struct warden_stored_message, all */
};
/* The last one of user that was judged by these rules (0 = any). 1, 0, -1. */
int warden_store_lookup_copy(struct warden_store *store,
			     const struct warden_stored_message *message,
			     const char *user, guint32 rules,
			     struct warden_stored_copy **copy_r,
			     char **error_r);
/* That very row, of that message. 1, 0 (none, or of another one), -1. */
int warden_store_load_copy(struct warden_store *store,
			   const struct warden_stored_message *message,
			   gint64 delivery_id,
			   struct warden_stored_copy **copy_r,
			   char **error_r);
void warden_stored_copy_free(struct warden_stored_copy *copy);
/* Which of two verdicts of one message asks for more. */
enum warden_verdict warden_store_worse(enum warden_verdict one,
				       enum warden_verdict other);

/* Releases: sticky, by user, or global (user ""). 1 yes, by the user; 2 yes,
   by an administrator (an actor other than the user) for this user or for
   all; 0 no; -1. */
int warden_store_is_released(struct warden_store *store, const guint8 *key,
			     gsize key_size, const char *user, char **error_r);
int warden_store_release(struct warden_store *store, const guint8 *key,
			 gsize key_size, const char *user, bool global,
			 const char *actor, const char *comment,
			 const struct warden_delivery *delivery,
			 guint64 *delivery_id_r, char **error_r);
/* Has an administrator pulled this message from this user, and neither
   released nor restored it? 1, 0, -1. */
int warden_store_is_pulled(struct warden_store *store, const guint8 *key,
			   gsize key_size, const char *user, char **error_r);
/* One line of the audit trail. */
int warden_store_audit(struct warden_store *store, const char *actor,
		       const char *what, const char *object,
		       const char *comment, char **error_r);

/* Callbacks of struct warden_history; context is one of these, about one
   message of one user: mail that came before that user got it first, without
   copies of itself. So a copy that is judged again, even of a message that
   others had long before, is judged by the same past. The store is borrowed. */
struct warden_store_history {
	struct warden_store *store;
	gint64 before;		/* microseconds since 1970 */
	guint8 key[WARDEN_SHA256_SIZE];
	/* of the envelope with which it came then; "" = not known */
	char recipient[321], sender[321];
	/* For warden_store_learned() only: */
	guint learn_minimum;	/* mails of each kind before a model speaks */
	gint64 learn_half_life;	/* microseconds */
};
/* now: when it comes, if the user does not have it yet. */
void warden_store_history_init(struct warden_store_history *history,
			       struct warden_store *store, const guint8 *key,
			       const char *user, gint64 now);
/* Of a domain's senders at most 1000 mails are looked at. */
int warden_store_contact(void *history, const char *sender, const char *user,
			 struct warden_contact *contact_r);
/* Whose mails (5 clean ones, over 14 days) bore the name, or whom the user wrote
   to and got 2 from. */
int warden_store_namesake(void *history, const char *name, const char *user,
			  struct warden_namesake *namesake_r);
/* Of at least 200 clean mails in known languages; before there are so many, no
   language is unusual. */
int warden_store_language(void *history, const char *language,
			  const char *user, guint32 *mails_r, guint32 *all_r);
/* -1 also while the user's mail is known for less than thirty days. */
int warden_store_thread(void *history, const char *message_id,
			const char *user);

/* Indicators: the callback of struct warden_known, context = store. */
int warden_store_known(void *store, enum warden_known_kind kind,
		       const char *value, struct warden_known_hit *hit_r);

/* --- learning ------------------------------------------------------------- */

enum warden_class {
	WARDEN_CLASS_NONE = 0,	/* as if never taught */
	WARDEN_CLASS_HAM,
	WARDEN_CLASS_SPAM,
	WARDEN_CLASS_PHISH,
};
struct warden_lesson {
	const guint8 *key;	/* of the message, 16 or 32 bytes */
	gsize key_size;
	const char *user;	/* "" = an administrator, for the site */
	enum warden_class class;
	/* Of warden_tokens(); NULL: those that its scan has left. */
	const GArray *tokens;
	gint64 half_life_usecs;
};
/* One word a user and message: the same again changes nothing, another one
   takes the old one back first, exactly. The site learns what its users teach.
   1 learned (or forgotten), 0 nothing to do or no tokens are kept, -1. */
int warden_store_learn(struct warden_store *store,
		       const struct warden_lesson *lesson, char **error_r);
/* guint64, ascending; owned by the caller. 1, 0 none are kept, -1. */
int warden_store_tokens(struct warden_store *store, const guint8 *key,
			gsize key_size, GArray **tokens_r, char **error_r);

/* The context is a struct warden_store_history. */
int warden_store_learned(void *history, const char *user,
			 const guint64 *tokens, guint count,
			 struct warden_learned *learned_r);

struct warden_learn_status {
	const char *user;	/* "" = the site */
	gint64 ham, spam, phish, tokens;
};
/* The site first, then users by name. 1 or -1. */
int warden_store_learn_status(struct warden_store *store,
			      void (*each)(const struct warden_learn_status *s,
					   void *context),
			      void *context, char **error_r);

/* --- feeds --------------------------------------------------------------- */

struct warden_indicator {
	enum warden_known_kind kind;
	const char *value;	/* normalised as warden_known_kind says */
	const char *threat;
};
struct warden_feed_import {
	const char *name;
	const char *source;	/* where it comes from, for people */
	const char *scope;	/* NULL: a feed, for everybody; see below */
	bool allow;
	/* Returns 1 and the next indicator, 0 at the end, -1 (with *error_r)
	   to abandon everything. */
	int (*next)(void *context, struct warden_indicator *indicator_r,
		    char **error_r);
	/* Asked once, after the last indicator: what is kept with the feed for
	   the importer itself. NULL = nothing. */
	const char *(*details)(void *context);
	void *context;		/* of both */
};
/* Replace a feed's indicators as a whole, atomically. *count_r: how many
   different ones. 1 or -1. */
int warden_store_feed_replace(struct warden_store *store,
			      const struct warden_feed_import *import,
			      guint64 *count_r, char **error_r);
/* 1 removed, 0 no such feed, -1. */
int warden_store_feed_remove(struct warden_store *store, const char *name,
			     char **error_r);
struct warden_feed {
	const char *name, *source;
	bool allow;
	gint64 imported;
	guint64 indicators;
	const char *details;	/* the importer's, or "" */
};
/* By name. 1 or -1. */
int warden_store_feed_list(struct warden_store *store,
			   void (*each)(const struct warden_feed *feed,
					void *context),
			   void *context, char **error_r);

/* --- lists of one's own ------------------------------------------------------ */

struct warden_own_entry {
	const char *scope;	/* "site", "domain:DOMAIN", "user:USER" */
	bool allow;
	enum warden_known_kind kind;	/* not URL */
	const char *value;		/* as warden_known_kind says */
};
/* Put on that scope's list, or take off. 1 changed, 0 it was so, -1. */
int warden_store_own_set(struct warden_store *store,
			 const struct warden_own_entry *entry, bool remove,
			 char **error_r);
/* By scope. 1 or -1. */
int warden_store_own_list(struct warden_store *store,
			  void (*each)(const struct warden_own_entry *entry,
				       void *context),
			  void *context, char **error_r);
/* The context of struct warden_own: for one user ("" = only the site's). */
struct warden_store_own {
	struct warden_store *store;
	char user_scope[300], domain_scope[300];
	bool any;
};
void warden_store_own_init(struct warden_store_own *own_r,
			   struct warden_store *store, const char *user);
int warden_store_own(void *own, enum warden_known_kind kind,
		     const char *value, struct warden_own_hit *hit_r);

/* --- notices -------------------------------------------------------------- */

#define WARDEN_STORE_NOTICE_KEY_SIZE 16
struct warden_notice_claim {
	const char *user;
	/* keys_count × 16 bytes, each the first half of a message key: what was
	   just put into Quarantine. None: a digest. */
	const guint8 *keys;
	gsize keys_count;
	guint64 more;		/* mails like these, without key */
	guint limit;		/* of the list */
};
/* A message that the user is to be told of. */
struct warden_untold {
	gint64 time;
	char *mailbox;			/* where it was meant to go */
	enum warden_verdict verdict;
	bool have_key;
	guint8 key[WARDEN_SHA256_SIZE];
	char *from_name, *from_address, *subject;	/* "" if never judged */
};
void warden_untold_free(struct warden_untold *untold);

/* Mark as told what the keys name and what stands in the user's Quarantine
   untold (without keys of any age, else of the last day), and list (struct
   warden_untold, newest first, at most limit; *total_r counts all) what the
   user was not told of within a day already. With keys nothing is claimed when
   the user had many notices within the hour. *told_r: for unclaim. Returns 1,
   0 if there is nothing to tell (*list_r is empty), -1. */
int warden_store_notice_claim(struct warden_store *store,
			      const struct warden_notice_claim *claim,
			      GPtrArray **list_r, guint64 *total_r,
			      gint64 *told_r, char **error_r);
/* That notice was not saved: none of it is told. 1 or -1. */
int warden_store_notice_unclaim(struct warden_store *store, const char *user,
				gint64 told, char **error_r);

/* --- queries for the command line ---------------------------------------- */

struct warden_query {
	gint64 since, until;	/* 0 = open */
	const char *user, *sender, *host, *mailbox;	/* NULL = any */
	const char *domain;	/* a host, or any below it */
	const char *url;	/* exactly */
	const char *verdict, *action;	/* names; NULL = any */
	const guint8 *sha256;		/* of a part, 32 bytes; NULL = any */
	const guint8 *fuzzy;		/* TLSH of a part; NULL = any */
	guint fuzzy_distance;		/* no farther than this */
	const guint8 *key;		/* of the message; NULL = any */
	gsize key_size;
	const char *subject, *message_id;
	gint64 delivery_id;		/* 0 = any */
	bool gone;			/* hunt: also copies that are gone */
	guint limit;			/* 0 = 100 */
};
/* One stored copy. Strings live until the next step. */
struct warden_copy {
	gint64 delivery_id;
	gint64 time;
	const char *user, *recipient, *sender, *service, *operation;
	const char *mailbox, *wanted_mailbox, *state;
	guint32 uid, uid_validity;
	const char *guid, *mailbox_guid;
	const char *subject, *from, *message_id;
	gint64 date_secs;
	const char *verdict, *action, *symbols;
	double score;
	const guint8 *key;	/* 32 bytes, NULL if never judged */
	const char *session;
};
/* Newest first. each returns FALSE to stop. Returns 1 or -1. */
int warden_store_list(struct warden_store *store,
		      const struct warden_query *query,
		      bool (*each)(const struct warden_copy *copy,
				   void *context),
		      void *context, char **error_r);
/* "kind:value", kind one of sha256 tlsh url host domain sender subject
   message-id key; tlsh:DIGEST~DISTANCE. 1, or -1 with *error_r, which names the kind and the value. */
struct warden_hunt {
	struct warden_query query;
	/* what query points to */
	char *value;
	guint8 digest[WARDEN_SHA256_SIZE];
	guint8 fuzzy[WARDEN_FUZZY_SIZE];
};
int warden_hunt_parse(const char *text, struct warden_hunt **hunt_r,
		      char **error_r);
void warden_hunt_free(struct warden_hunt *hunt);

/* Copies that stand somewhere, or may (state stored or intended; query's gone:
   or did), and match.
   Without user: who has any; each gets users only, each once. With user: all
   that this user has. In the order of an id, those above cursor: each returns
   FALSE to stop before what it was given. *cursor_r: to go on from there, 0 =
   that was all. query's user and limit are not looked at. 1 or -1. */
struct warden_hit {
	gint64 id;		/* of the user, or of the delivery */
	const char *user;
	/* with user only */
	const guint8 *key;		/* 32 bytes, NULL if never judged */
	const guint8 *mailbox_guid;	/* 16 bytes, NULL if not known */
	guint32 uid_validity, uid;	/* 0 = not known */
	enum warden_action action;
	/* where it was meant to go, or stood before it was moved */
	const char *wanted_mailbox;
};
int warden_store_hunt(struct warden_store *store,
		      const struct warden_query *query, const char *user,
		      guint64 cursor,
		      bool (*each)(const struct warden_hit *hit,
				   void *context),
		      void *context, guint64 *cursor_r, char **error_r);
/* Parts, URLs and unscanned of a stored message, as facts (no traits); all
   addresses that lists are asked for stand in header.from. 1, 0, -1. */
int warden_store_load_facts(struct warden_store *store, gint64 message_id,
			    struct warden_facts **facts_r, char **error_r);
/* Counts: each(table, key, n): ("verdict","malware",3), ("action",…),
   ("state",…), ("service",…), ("symbol",…), ("rows","messages",…),
   ("file","bytes",…). */
int warden_store_stats(struct warden_store *store, gint64 since,
		       void (*each)(const char *table, const char *key,
				    gint64 count, void *context),
		       void *context, char **error_r);
/* integrity_check, foreign_key_check, schema version, journal mode. each gets
   a line per problem. 1 sound, 0 problems, -1. */
int warden_store_check(struct warden_store *store,
		       void (*each)(const char *problem, void *context),
		       void *context, char **error_r);
/* Remove deliveries older than before that no mail needs (state aborted or
   gone; with all also what may still stand somewhere), messages of which no
   delivery is left, with all that is known of them, and the audit trail before
   then. In small transactions. */
int warden_store_prune(struct warden_store *store, gint64 before, bool all,
		       bool dry_run, guint64 *deliveries_r,
		       guint64 *messages_r, char **error_r);

/* After the answer, when nobody waits: checkpoint if the WAL is long. */
void warden_store_idle(struct warden_store *store);

#endif
