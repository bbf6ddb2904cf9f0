#include "warden-config.h"

#include "store-fail.h"

#include <string.h>

struct store_fail store_fail;

struct warden_store {
	int unused;
};

/* A number is what it would be without the failure. */
static int call(enum store_fail_call which, int ret, char **error_r)
{
	store_fail.calls[which]++;
	if (store_fail.failures[which] == 0)
		return ret;
	if (store_fail.failures[which] != G_MAXUINT)
		store_fail.failures[which]--;
	if (error_r != NULL)
		*error_r = g_strdup("told to fail");
	return -1;
}

static int refuse(char **error_r)
{
	*error_r = g_strdup("not here");
	return -1;
}

/* --- open and close ------------------------------------------------------- */

int warden_store_open(const char *path,
		      const struct warden_store_settings *settings,
		      struct warden_store **store_r, char **error_r)
{
	int ret = call(STORE_FAIL_OPEN, 1, error_r);

	if (ret > 0) {
		*store_r = g_new0(struct warden_store, 1);
		store_fail.open++;
	}
	return ret;
}

void warden_store_close(struct warden_store **store)
{
	if (*store == NULL)
		return;
	store_fail.open--;
	g_clear_pointer(store, g_free);
}

void warden_store_fds(struct warden_store *store,
		      void (*each)(int fd, void *context), void *context)
{
}

void warden_store_idle(struct warden_store *store)
{
	store_fail.idle++;
}

/* --- recording ------------------------------------------------------------ */

int warden_store_epoch(struct warden_store *store, guint64 fingerprint,
		       struct warden_epoch *epoch_r, char **error_r)
{
	int ret = call(STORE_FAIL_EPOCH, 1, error_r);

	if (ret > 0)
		*epoch_r = (struct warden_epoch){ 5, 6 };
	return ret;
}

int warden_store_epoch_of(struct warden_store *store, guint64 fingerprint,
			  struct warden_epoch *epoch_r, char **error_r)
{
	return warden_store_epoch_now(store, epoch_r, error_r);
}

int warden_store_epoch_now(struct warden_store *store,
			   struct warden_epoch *epoch_r, char **error_r)
{
	int ret = call(STORE_FAIL_EPOCH, 1, error_r);

	if (ret > 0)
		*epoch_r = (struct warden_epoch){ 5, 6 };
	return ret;
}

int warden_store_publish(struct warden_store *store, guint wait_msecs,
			 char **error_r)
{
	return call(STORE_FAIL_PUBLISH, 0, error_r);
}

int warden_store_record_scan(struct warden_store *store,
			     const struct warden_scan_result *result,
			     struct warden_epoch *epoch,
			     const struct warden_delivery *delivery,
			     guint64 *delivery_id_r, char **error_r)
{
	int ret = call(STORE_FAIL_RECORD_SCAN, 1, error_r);

	if (ret > 0) {
		store_fail.verdict = delivery->verdict;
		store_fail.with_key = TRUE;
		*delivery_id_r = store_fail.calls[STORE_FAIL_RECORD_SCAN];
	}
	return ret;
}

int warden_store_record_lists(struct warden_store *store, gint64 message_id,
			      const struct warden_scan_result *result,
			      struct warden_epoch *epoch, char **error_r)
{
	return call(STORE_FAIL_RECORD_SCAN, 1, error_r);
}

int warden_store_record_delivery(struct warden_store *store,
				 const guint8 *key,
				 const struct warden_delivery *delivery,
				 guint64 *delivery_id_r, char **error_r)
{
	int ret = call(STORE_FAIL_RECORD_DELIVERY, 1, error_r);

	if (ret > 0) {
		store_fail.verdict = delivery->verdict;
		store_fail.with_key = key != NULL;
		*delivery_id_r = store_fail.calls[STORE_FAIL_RECORD_DELIVERY];
	}
	return ret;
}

int warden_store_place(struct warden_store *store,
		       const struct warden_place *place, char **error_r)
{
	return call(STORE_FAIL_PLACE, place->delivery_id != 0, error_r);
}

int warden_store_gone(struct warden_store *store, const guint8 *mailbox_guid,
		      guint32 uid_validity,
		      const struct warden_uid_range *uids, gsize n,
		      guint64 *count_r, char **error_r)
{
	return call(STORE_FAIL_PLACE, 1, error_r);
}

int warden_store_renamed(struct warden_store *store,
			 const guint8 *mailbox_guid, const char *user,
			 const char *mailbox, guint64 *count_r,
			 char **error_r)
{
	return call(STORE_FAIL_PLACE, 1, error_r);
}

int warden_store_moved(struct warden_store *store,
		       const struct warden_moved *moved,
		       guint64 *delivery_id_r, char **error_r)
{
	int ret = call(STORE_FAIL_MOVED, 1, error_r);

	if (ret > 0) {
		store_fail.moved = moved->delivery->operation;
		*delivery_id_r = store_fail.calls[STORE_FAIL_MOVED];
	}
	return ret;
}

int warden_store_is_pulled(struct warden_store *store, const guint8 *key,
			   gsize key_size, const char *user, char **error_r)
{
	return call(STORE_FAIL_LOOKUP, 0, error_r);
}

int warden_store_hunt(struct warden_store *store,
		      const struct warden_query *query, const char *user,
		      guint64 cursor,
		      bool (*each)(const struct warden_hit *hit,
				   void *context),
		      void *context, guint64 *cursor_r, char **error_r)
{
	return refuse(error_r);
}

int warden_store_release(struct warden_store *store, const guint8 *key,
			 gsize key_size, const char *user, bool global,
			 const char *actor, const char *comment,
			 const struct warden_delivery *delivery,
			 guint64 *delivery_id_r, char **error_r)
{
	return refuse(error_r);
}

int warden_store_audit(struct warden_store *store, const char *actor,
		       const char *what, const char *object,
		       const char *comment, char **error_r)
{
	return refuse(error_r);
}

/* --- asking ---------------------------------------------------------------- */

int warden_store_lookup_message(struct warden_store *store, const guint8 *key,
				gsize key_size,
				struct warden_stored_message **message_r,
				char **error_r)
{
	return call(STORE_FAIL_LOOKUP, 0, error_r);
}

void warden_stored_message_free(struct warden_stored_message *message)
{
	g_free(message);
}

int warden_store_is_released(struct warden_store *store, const guint8 *key,
			     gsize key_size, const char *user, char **error_r)
{
	return call(STORE_FAIL_LOOKUP, 0, error_r);
}

int warden_store_known(void *store, enum warden_known_kind kind,
		       const char *value, struct warden_known_hit *hit_r)
{
	memset(hit_r, 0, sizeof(*hit_r));
	return call(STORE_FAIL_KNOWN, 0, NULL);
}

int warden_store_list(struct warden_store *store,
		      const struct warden_query *query,
		      bool (*each)(const struct warden_copy *copy,
				   void *context),
		      void *context, char **error_r)
{
	return call(STORE_FAIL_LIST, 1, error_r);
}

int warden_store_load_facts(struct warden_store *store, gint64 message_id,
			    struct warden_facts **facts_r, char **error_r)
{
	return refuse(error_r);
}

int warden_store_stats(struct warden_store *store, gint64 since,
		       void (*each)(const char *table, const char *key,
				    gint64 count, void *context),
		       void *context, char **error_r)
{
	return refuse(error_r);
}

/* --- upkeep ---------------------------------------------------------------- */

int warden_store_feed_replace(struct warden_store *store,
			      const struct warden_feed_import *import,
			      guint64 *count_r, char **error_r)
{
	return refuse(error_r);
}

int warden_store_feed_remove(struct warden_store *store, const char *name,
			     char **error_r)
{
	return refuse(error_r);
}

int warden_store_feed_list(struct warden_store *store,
			   void (*each)(const struct warden_feed *feed,
					void *context),
			   void *context, char **error_r)
{
	return refuse(error_r);
}

int warden_store_check(struct warden_store *store,
		       void (*each)(const char *problem, void *context),
		       void *context, char **error_r)
{
	return refuse(error_r);
}

int warden_store_prune(struct warden_store *store, gint64 before, bool all,
		       bool dry_run, guint64 *deliveries_r,
		       guint64 *messages_r, char **error_r)
{
	return refuse(error_r);
}

void warden_untold_free(struct warden_untold *untold)
{
	g_free(untold);
}

int warden_store_notice_claim(struct warden_store *store,
			      const struct warden_notice_claim *claim,
			      GPtrArray **list_r, guint64 *total_r,
			      gint64 *told_r, char **error_r)
{
	return refuse(error_r);
}

int warden_store_notice_unclaim(struct warden_store *store, const char *user,
				gint64 told, char **error_r)
{
	return refuse(error_r);
}
