#ifndef WARDEN_RECORDS_H
#define WARDEN_RECORDS_H

/* The verdict database as the service sees it: opened when first needed,
   closed and opened again after errors, left alone for some seconds after two
   failures in a row, and backed by the journal. Nothing here fails in a way
   that stops mail: callers learn whether something was recorded, journaled or
   neither. Errors are logged here, once. */

#include "../core/scan.h"
#include "../../sql/store.h"

struct warden_records;

enum warden_recorded {
	WARDEN_RECORDED,	/* committed */
	WARDEN_RECORDED_LATER,	/* in the journal, replayed when possible */
	WARDEN_RECORDED_NOT,	/* neither: the fail policy decides */
};

/* Opens nothing yet. config is borrowed. fingerprint: of the rules. */
struct warden_records *
warden_records_new(const struct warden_config *config, guint64 fingerprint);
void warden_records_free(struct warden_records **records);

/* The open database, or NULL when there is none (now). Borrowed until the
   next call of this module. */
struct warden_store *warden_records_store(struct warden_records *records);

/* A call to the store failed: log, close, and perhaps keep off for a while.
   Takes error over. */
void warden_records_failed(struct warden_records *records, const char *what,
			   char *error);

/* Verdicts are by other rules from now on (warden_rulebook_fingerprint()): the
   rules epoch is advanced when it is next asked for. */
void warden_records_set_rules(struct warden_records *records,
			      guint64 fingerprint);

/* The current epoch; the last known one when the database cannot say. The
   rules are this process's: it advances them when it opens the database, and
   when its rules change. A process of an older configuration that lives on does
   not undo what a newer one has advanced, and its verdicts do not count as
   fresh. */
void warden_records_epoch(struct warden_records *records,
			  struct warden_epoch *epoch_r);

/* About once a second, also when idle: is the epoch file what the database
   says, and the database still the one at that path? Puts right what is not;
   what cannot be is logged once. */
void warden_records_watch(struct warden_records *records);

/* Record a judged message and its delivery, a delivery alone, or a place.
   deadline: when the client's patience ends (monotonic microseconds, 0 = none
   known); what cannot be committed before goes to the journal. epoch: in which
   lists were asked; its lists become 0 unless the message is on record as of
   these very lists, so that a change of them can find it. */
enum warden_recorded
warden_records_scan(struct warden_records *records, gint64 deadline,
		    const struct warden_scan_result *result,
		    struct warden_epoch *epoch,
		    const struct warden_delivery *delivery,
		    guint64 *delivery_id_r);
/* A stored message was judged again by today's lists: not journaled, since it
   can be done again. */
void warden_records_lists(struct warden_records *records, gint64 deadline,
			  gint64 message_id,
			  const struct warden_scan_result *result,
			  struct warden_epoch *epoch);
enum warden_recorded
warden_records_delivery(struct warden_records *records, gint64 deadline,
			const guint8 *key,
			const struct warden_delivery *delivery,
			guint64 *delivery_id_r);
/* *known_r: whether there is such a delivery. */
enum warden_recorded
warden_records_place(struct warden_records *records,
		     const struct warden_place *place, bool *known_r);

/* Likewise: FALSE if it could not be written. It is not kept for later. */
bool warden_records_gone(struct warden_records *records,
			 const guint8 *mailbox_guid, guint32 uid_validity,
			 const struct warden_uid_range *uids, gsize n);
bool warden_records_renamed(struct warden_records *records,
			    const guint8 *mailbox_guid, const char *user,
			    const char *mailbox);
/* A mail that we moved. It goes to the journal when that is not empty, too:
   a pull must not be replayed after the restore that followed it. */
enum warden_recorded
warden_records_moved(struct warden_records *records,
		     const struct warden_moved *moved,
		     guint64 *delivery_id_r);

/* Nobody waits: checkpoint, replay a bit of the journal. Returns microseconds
   until this should be called again (0: at the next quiet moment), or -1 if
   there is nothing to do. */
gint64 warden_records_idle(struct warden_records *records);

/* For the status: "ok", "none", "closed" or "failed". */
const char *warden_records_state(const struct warden_records *records);

#endif
