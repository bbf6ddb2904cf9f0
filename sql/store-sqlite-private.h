#ifndef WARDEN_STORE_SQLITE_PRIVATE_H
#define WARDEN_STORE_SQLITE_PRIVATE_H

/* What the store's files share. Every statement is prepared from a constant
   text, kept, and reset after use; values are always bound. */

#include "store.h"
#include "store-queue.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* The column deliveries.state. */
enum store_state {
	STORE_STATE_INTENDED, STORE_STATE_STORED, STORE_STATE_ABORTED,
	STORE_STATE_GONE,
};

/* Of message keys, in releases and pulls: what index records have of them. */
#define STORE_HALF_KEY_SIZE 16

struct warden_store {
	char *path;
	sqlite3 *db;
	struct warden_store_queue *queue;	/* NULL when read-only */
	enum warden_store_mode mode;
	guint commit_msecs;
	gint64 budget_ends;	/* monotonic µs, of the running transaction */
	char *failure;		/* SQLite's words at the first failed step */
	int wal_pages;		/* in the log at our last commit */
	int wal_copied;		/* of these, in the database already */
	GHashTable *statements;	/* text (static) → sqlite3_stmt */
	char *epoch_file;	/* NULL = none */
	/* When the file was last seen to be right: SQLite's data_version then
	   (0 = never), and the file. */
	gint64 published_version;
	struct stat published;
};

/* One use of a statement: sound stays true until the first failure, so that a
   row of binds needs one check at the end. */
struct statement {
	struct warden_store *store;
	sqlite3_stmt *stmt;
	int next;	/* parameter to bind */
	bool sound;
};

/* text must be a string constant. */
void statement_init(struct statement *st, struct warden_store *store,
		    const char *text);
void bind_int(struct statement *st, gint64 value);
void bind_real(struct statement *st, double value);
void bind_text(struct statement *st, const char *value);	/* NULL = "" */
void bind_blob(struct statement *st, const void *data, gsize size);
void bind_null(struct statement *st);

/* Functions of our own, for SQL: tlsh_distance(). */
int store_add_functions(struct warden_store *store, char **error_r);
/* SQLITE_ROW → 1, done → 0, else -1. */
int statement_step(struct statement *st);
/* Also after failures. */
void statement_reset(struct statement *st);
/* bind…, then this: run to the end and reset. 1 or -1. */
int statement_run(struct statement *st);

const char *column_text(struct statement *st, int column);
gint64 column_int(struct statement *st, int column);

/* A writer's turn and transaction. _begin: 1 or -1 (nothing begun). _end with
   sound FALSE, or when the commit fails, rolls back and returns -1 with
   *error_r; else 1. */
int store_begin(struct warden_store *store, char **error_r);
int store_end(struct warden_store *store, bool sound, char **error_r);
/* "path: what: SQLite's words" of the first failure since the last call. */
char *store_error(struct warden_store *store, const char *what);
/* For reads that failed. Always -1. */
int store_fail(struct warden_store *store, const char *what, char **error_r);
gint64 store_now(void);
/* Give the database's files that root has made to the directory's owner. */
void store_adopt_files(struct warden_store *store);
/* The schema's version in the file, -1 on failure. */
gint64 store_schema_version(struct warden_store *store);

/* "www.example.org" → "org.example.www.", so that all of a domain stands
   together in an index; "" stays "". Owned by the caller. */
char *store_reverse_host(const char *host);
/* What an index keeps of a URL: of the form in indicator lists, where it has
   one. *host_r (host_r may be NULL): the host of that form, NULL if there is
   none; owned by the caller. */
gint64 store_url_hash(const char *url, char **host_r);
/* "ben@example.org" → "example.org@ben"; "@example.org" → "example.org@".
   Owned by the caller. */
char *store_rotate_address(const char *address);
/* The way back. Owned by the caller. */
char *store_unrotate_address(const char *rotated);
/* The row of a rotated address, which is made if there is none. */
gint64 store_address_id(struct warden_store *store, const char *rotated,
			bool *sound);
/* What contacts has of a folded name. */
gint64 store_name_hash(const char *name);
/* A delivery of that user that is new: whom, and which language it
   makes known. */
void store_note_contacts(struct warden_store *store, gint64 message_id,
			 guint64 delivery_id, const struct warden_facts *facts,
			 const struct warden_delivery *delivery, bool *sound);
/* What was found for a copy, and where that differs from the message. The row
   is there; update: it may have such words and findings already. */
void store_set_copy(struct warden_store *store, guint64 delivery_id,
		    const struct warden_scan_result *result, guint32 rules,
		    bool update, bool *sound);
/* The same as for the user's last copy of that message. */
void store_inherit_copy(struct warden_store *store, guint64 delivery_id,
			gint64 message_id, bool *sound);
/* struct warden_finding; of a statement's six columns symbol, family, technique,
   score, detail, part from first on. */
struct warden_finding *store_read_finding(struct statement *st, int first);
char *store_symbols_of(const GPtrArray *findings);
/* All addresses that lists are asked for, each once, in that order. */
void store_insert_senders(struct warden_store *store, gint64 message_id,
			  const struct warden_facts *facts,
			  const char *envelope_sender, bool *sound);
/* One more envelope sender. Returns whether it was not there yet. */
bool store_add_sender(struct warden_store *store, gint64 message_id,
		      const char *envelope_sender, bool *sound);
/* struct warden_address, in that order. 0, or -1. */
int store_load_senders(struct warden_store *store, gint64 message_id,
		       GPtrArray *addresses);
/* A value of the table meta. -1 if it cannot be read: all are above. */
gint64 store_meta(struct warden_store *store, const char *key);
/* A message's links, each once. */
void store_insert_urls(struct warden_store *store, gint64 message_id,
		       const GPtrArray *urls, bool *sound);
/* Inside a transaction: the row's id. message_id 0: not judged. */
guint64 store_insert_delivery(struct warden_store *store, gint64 message_id,
			      const struct warden_delivery *delivery,
			      bool *sound);
/* A row of the delivery's user that may be the copy that it speaks of: at that
   place, or else of that message and without a place; it is put there. 0 =
   there is none. */
guint64 store_find_copy(struct warden_store *store, gint64 message_id,
			const struct warden_delivery *delivery, bool *sound);
void store_set_place(struct warden_store *store, guint64 delivery_id,
		     const struct warden_place *place, bool *sound);
void store_insert_audit(struct warden_store *store, const char *actor,
			const char *what, const char *object,
			const char *comment, bool *sound);
/* user "": everybody's. */
void store_delete_pulls(struct warden_store *store, const guint8 *key,
			const char *user, bool *sound);
/* The message with that key or first half of one, 0 if there is none. */
gint64 store_find_message(struct warden_store *store, const guint8 *key,
			  gsize size, bool *sound);
/* Owned by the caller. */
char *store_hex(const guint8 *data, gsize size);
/* Unless some are kept already. */
void store_insert_tokens(struct warden_store *store, const guint8 *key,
			 const GArray *tokens, bool *sound);
/* Some of those that are too old. */
bool store_prune_tokens(struct warden_store *store);
/* Bounds of all 32-byte keys that begin so. */
void store_key_range(const guint8 *key, gsize size, guint8 *low_r,
		     guint8 *high_r);

#endif
