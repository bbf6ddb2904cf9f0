#ifndef WARDEN_STORE_JOURNAL_H
#define WARDEN_STORE_JOURNAL_H

/* Verdicts that could not be committed in time, kept in a bounded file until
   the database takes them.

   A record is length:u32 checksum[8] and GVariant bytes (little-endian; the
   checksum is the first 8 bytes of SHA-256). Locks let several processes share
   the file; appending never waits for another's replay. The file's header says
   where the records begin and end: a torn append (kill -9, full disk) lies
   behind the end and is overwritten. A replay that is cut short tries its last
   record again, and finds by user, time and session that it is there. */

#include "store.h"

struct warden_journal;

/* Nothing is opened or made before the first append. size_max 0 = no journal:
   every append fails. */
struct warden_journal *warden_journal_new(const char *path, guint64 size_max);
void warden_journal_free(struct warden_journal **journal);

/* 1, or -1 with *error_r (full, unwritable). result NULL: a delivery alone,
   of the message with that key (NULL: unknown). */
int warden_journal_append(struct warden_journal *journal,
			  const struct warden_scan_result *result,
			  const struct warden_epoch *epoch,
			  const guint8 *key,
			  const struct warden_delivery *delivery,
			  char **error_r);

/* A mail that we moved. Likewise. */
int warden_journal_append_moved(struct warden_journal *journal,
				const struct warden_moved *moved,
				char **error_r);

/* Write up to max records into the store. Returns how many, or -1 with
   *error_r (the rest stays). Cheap when the journal is empty. A record that
   is unsound is dropped and said in a warning through *dropped_r. */
int warden_journal_replay(struct warden_journal *journal,
			  struct warden_store *store, guint max,
			  guint *dropped_r, char **error_r);

/* Bytes waiting; 0 = empty. */
guint64 warden_journal_size(const struct warden_journal *journal);

#endif
