#include "warden-config.h"

#include "records.h"

#include "log.h"

#include "../../sql/store-journal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Two failures in a row, and the database is left alone for a while: mail must
   not wait for it again and again. */
#define BREAKER_FAILURES 2
#define BREAKER_USECS (5 * G_USEC_PER_SEC)
/* What a commit needs at least; with less time left, the journal is sure. */
#define COMMIT_USECS_MIN (20 * 1000)
/* Records that are replayed while nobody waits, before looking again whether
   that is still so. */
#define REPLAY_MAX 20

struct warden_records {
	const struct warden_config *config;
	struct warden_store *store;
	struct warden_journal *journal;	/* NULL: none wanted */
	guint64 fingerprint;		/* of our rules */
	struct warden_epoch epoch;	/* last known */
	bool rules_known;		/* since the database was opened */
	struct stat file;		/* the database when it was opened */
	bool publish_said;		/* as said below */
	guint failures;			/* in a row */
	gint64 closed_until;		/* breaker, monotonic µs */
	bool said;			/* the failure has been logged */
	bool journal_said;
	guint replayed;			/* since the journal was empty */
};

struct warden_records *
warden_records_new(const struct warden_config *config, guint64 fingerprint)
{
	struct warden_records *records = g_new0(struct warden_records, 1);

	records->config = config;
	records->fingerprint = fingerprint;
	if (config->journal != NULL)
		records->journal = warden_journal_new(config->journal,
						      config->journal_size_max);
	return records;
}

void warden_records_free(struct warden_records **records)
{
	if (*records == NULL)
		return;
	if ((*records)->store != NULL)
		warden_store_close(&(*records)->store);
	if ((*records)->journal != NULL)
		warden_journal_free(&(*records)->journal);
	g_clear_pointer(records, g_free);
}

/* --- the database's health ---------------------------------------------- */

static void close_store(struct warden_records *records)
{
	if (records->store != NULL)
		warden_store_close(&records->store);
	records->rules_known = false;
}

void warden_records_failed(struct warden_records *records, const char *what,
			   char *error)
{
	/* Once per outage: the same line for every mail helps nobody. */
	if (!records->said)
		warden_log_error("%s: %s", what, error);
	g_free(error);
	records->said = true;
	close_store(records);
	if (++records->failures < BREAKER_FAILURES)
		return;
	records->closed_until = g_get_monotonic_time() + BREAKER_USECS;
}

static void worked(struct warden_records *records)
{
	if (records->said)
		warden_log_info("the verdict database works again");
	records->said = false;
	records->failures = 0;
	records->closed_until = 0;
}

struct warden_store *warden_records_store(struct warden_records *records)
{
	const struct warden_config *config = records->config;
	struct warden_store_settings settings = {
		.mode = WARDEN_STORE_WRITE,
		.commit_msecs = config->commit_msecs,
		.epoch_file = config->epoch_file,
	};
	char *error = NULL;

	if (records->store != NULL || config->database == NULL ||
	    g_get_monotonic_time() < records->closed_until)
		return records->store;
	if (warden_store_open(config->database, &settings, &records->store,
			      &error) < 0) {
		records->store = NULL;
		warden_records_failed(records, "opening the verdict database",
				      error);
	} else if (stat(config->database, &records->file) < 0) {
		memset(&records->file, 0, sizeof(records->file));
	}
	return records->store;
}

const char *warden_records_state(const struct warden_records *records)
{
	if (records->config->database == NULL)
		return "none";
	if (records->failures > 0)
		return "failed";
	return records->store != NULL ? "ok" : "closed";
}

void warden_records_set_rules(struct warden_records *records,
			      guint64 fingerprint)
{
	records->fingerprint = fingerprint;
	records->rules_known = false;
}

/* Advance the rules once, and from then on only look; but several processes
   that notice a change of rules one after the other may each advance them, and
   all are at the last one's in the end. */
static int read_epoch(struct warden_records *records,
		      struct warden_store *store, struct warden_epoch *now_r,
		      char **error_r)
{
	int ret;

	if (!records->rules_known) {
		ret = warden_store_epoch(store, records->fingerprint, now_r,
					 error_r);
	} else {
		ret = warden_store_epoch_of(store, records->fingerprint, now_r,
					    error_r);
		if (ret == 0)
			now_r->rules = records->epoch.rules;
	}
	return ret < 0 ? -1 : 1;
}

void warden_records_epoch(struct warden_records *records,
			  struct warden_epoch *epoch_r)
{
	struct warden_store *store = warden_records_store(records);
	struct warden_epoch now;
	char *error = NULL;
	int ret = 0;

	if (store != NULL)
		ret = read_epoch(records, store, &now, &error);
	if (ret < 0)
		warden_records_failed(records, "reading the rules epoch",
				      error);
	if (ret > 0) {
		records->epoch = now;
		records->rules_known = true;
	}
	*epoch_r = records->epoch;
}

/* A database that was put in the place of ours: ours has no name any more. */
static bool is_replaced(const struct warden_records *records)
{
	struct stat now;

	return stat(records->config->database, &now) < 0 ?
		errno == ENOENT : now.st_ino != records->file.st_ino ||
				  now.st_dev != records->file.st_dev;
}

static void publish(struct warden_records *records)
{
	g_autofree char *error = NULL;

	if (warden_store_publish(records->store, 0, &error) >= 0) {
		records->publish_said = false;
		return;
	}
	if (!records->publish_said)
		warden_log_error("writing the epoch file: %s (mail is judged "
				 "again more often than needed)", error);
	records->publish_said = true;
}

void warden_records_watch(struct warden_records *records)
{
	struct warden_epoch epoch;

	if (records->store != NULL && is_replaced(records)) {
		warden_log_warning("%s was replaced: using the new one",
				   records->config->database);
		close_store(records);
	}
	/* At first this opens it, and advances the rules. */
	if (warden_records_store(records) != NULL && !records->rules_known)
		warden_records_epoch(records, &epoch);
	if (records->store != NULL)
		publish(records);
}

/* --- recording ---------------------------------------------------------- */

/* Is there time for a commit? Its own budget is the store's. */
static bool has_time(gint64 deadline)
{
	return deadline == 0 ||
	       deadline - g_get_monotonic_time() >= COMMIT_USECS_MIN;
}

/* What came of an append. Its failure is logged once as well: the next step is
   the client's fail policy. Takes error over. */
static enum warden_recorded
journaled(struct warden_records *records, int ret, char *error)
{
	if (ret >= 0) {
		records->journal_said = false;
		return WARDEN_RECORDED_LATER;
	}
	if (!records->journal_said)
		warden_log_error("writing the journal: %s", error);
	records->journal_said = true;
	g_free(error);
	return WARDEN_RECORDED_NOT;
}

/* The second best. */
static enum warden_recorded
to_journal(struct warden_records *records,
	   const struct warden_scan_result *result,
	   const struct warden_epoch *epoch, const guint8 *key,
	   const struct warden_delivery *delivery)
{
	char *error = NULL;

	/* Without a database there is nothing to replay into. */
	if (records->config->database == NULL)
		return WARDEN_RECORDED_LATER;
	if (records->journal == NULL)
		return WARDEN_RECORDED_NOT;
	int ret = warden_journal_append(records->journal, result, epoch, key,
					delivery, &error);
	return journaled(records, ret, error);
}

enum warden_recorded
warden_records_scan(struct warden_records *records, gint64 deadline,
		    const struct warden_scan_result *result,
		    struct warden_epoch *epoch,
		    const struct warden_delivery *delivery,
		    guint64 *delivery_id_r)
{
	struct warden_store *store = warden_records_store(records);
	enum warden_recorded recorded;
	char *error = NULL;

	if (store != NULL && has_time(deadline)) {
		if (warden_store_record_scan(store, result, epoch, delivery,
					     delivery_id_r, &error) >= 0) {
			worked(records);
			return WARDEN_RECORDED;
		}
		warden_records_failed(records, "recording a verdict", error);
	}
	recorded = to_journal(records, result, epoch, result->facts->key,
			      delivery);
	/* Until it is in the database no change of lists finds it. */
	epoch->lists = 0;
	return recorded;
}

void warden_records_lists(struct warden_records *records, gint64 deadline,
			  gint64 message_id,
			  const struct warden_scan_result *result,
			  struct warden_epoch *epoch)
{
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	if (store != NULL && has_time(deadline)) {
		if (warden_store_record_lists(store, message_id, result, epoch,
					      &error) >= 0) {
			worked(records);
			return;
		}
		warden_records_failed(records, "recording a verdict", error);
	}
	epoch->lists = 0;
}

enum warden_recorded
warden_records_delivery(struct warden_records *records, gint64 deadline,
			const guint8 *key,
			const struct warden_delivery *delivery,
			guint64 *delivery_id_r)
{
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	if (store != NULL && has_time(deadline)) {
		if (warden_store_record_delivery(store, key, delivery,
						 delivery_id_r, &error) >= 0) {
			worked(records);
			return WARDEN_RECORDED;
		}
		warden_records_failed(records, "recording a delivery", error);
	}
	return to_journal(records, NULL, &records->epoch, key, delivery);
}

enum warden_recorded
warden_records_place(struct warden_records *records,
		     const struct warden_place *place, bool *known_r)
{
	struct warden_store *store = warden_records_store(records);
	char *error = NULL;

	*known_r = true;
	if (store == NULL)
		return WARDEN_RECORDED_NOT;
	int ret = warden_store_place(store, place, &error);
	if (ret >= 0) {
		*known_r = ret > 0;
		worked(records);
		return WARDEN_RECORDED;
	}
	warden_records_failed(records, "recording a place", error);
	return WARDEN_RECORDED_NOT;
}

bool warden_records_gone(struct warden_records *records,
			 const guint8 *mailbox_guid, guint32 uid_validity,
			 const struct warden_uid_range *uids, gsize n)
{
	struct warden_store *store = warden_records_store(records);
	guint64 count;
	char *error = NULL;

	if (store == NULL)
		return false;
	if (warden_store_gone(store, mailbox_guid, uid_validity, uids, n,
			      &count, &error) >= 0) {
		worked(records);
		return true;
	}
	warden_records_failed(records, "recording expunged mail", error);
	return false;
}

bool warden_records_renamed(struct warden_records *records,
			    const guint8 *mailbox_guid, const char *user,
			    const char *mailbox)
{
	struct warden_store *store = warden_records_store(records);
	guint64 count;
	char *error = NULL;

	if (store == NULL)
		return false;
	if (warden_store_renamed(store, mailbox_guid, user, mailbox, &count,
				 &error) >= 0) {
		worked(records);
		return true;
	}
	warden_records_failed(records, "recording a mailbox's name", error);
	return false;
}

static enum warden_recorded
moved_to_journal(struct warden_records *records,
		 const struct warden_moved *moved)
{
	char *error = NULL;

	if (records->config->database == NULL)
		return WARDEN_RECORDED_LATER;
	if (records->journal == NULL)
		return WARDEN_RECORDED_NOT;
	int ret = warden_journal_append_moved(records->journal, moved, &error);
	return journaled(records, ret, error);
}

enum warden_recorded
warden_records_moved(struct warden_records *records,
		     const struct warden_moved *moved,
		     guint64 *delivery_id_r)
{
	struct warden_store *store = warden_records_store(records);
	bool in_order = records->journal == NULL ||
		warden_journal_size(records->journal) == 0;
	char *error = NULL;

	if (store != NULL && in_order) {
		if (warden_store_moved(store, moved, delivery_id_r,
				       &error) >= 0) {
			worked(records);
			return WARDEN_RECORDED;
		}
		warden_records_failed(records, "recording a move", error);
	}
	return moved_to_journal(records, moved);
}

/* --- housekeeping ------------------------------------------------------- */

static void log_replayed(struct warden_records *records, guint dropped)
{
	if (dropped > 0)
		warden_log_warning("%u unsound records of the journal were "
				   "dropped", dropped);
	if (records->replayed > 0 &&
	    warden_journal_size(records->journal) == 0) {
		warden_log_info("%u verdicts written from the journal",
				records->replayed);
		records->replayed = 0;
	}
}

static gint64 replay(struct warden_records *records)
{
	struct warden_store *store;
	guint dropped = 0;
	char *error = NULL;

	if (records->journal == NULL ||
	    warden_journal_size(records->journal) == 0)
		return -1;
	store = warden_records_store(records);
	if (store == NULL)
		return BREAKER_USECS;
	int count = warden_journal_replay(records->journal, store, REPLAY_MAX,
					  &dropped, &error);
	if (count < 0) {
		warden_records_failed(records, "replaying the journal", error);
		return BREAKER_USECS;
	}
	records->replayed += count;
	log_replayed(records, dropped);
	return count + dropped > 0 ? 0 : BREAKER_USECS;
}

gint64 warden_records_idle(struct warden_records *records)
{
	if (records->store != NULL)
		warden_store_idle(records->store);
	return replay(records);
}
