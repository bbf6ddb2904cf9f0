#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* Rows that one transaction changes: about 20 ms of the writers' time. */
#define CHUNK_ROWS 500

static void bind_guid(struct statement *st, const guint8 *guid)
{
	if (guid != NULL)
		bind_blob(st, guid, WARDEN_GUID_SIZE);
	else
		bind_null(st);
}

static bool update_place(struct warden_store *store, guint64 delivery_id,
			 enum store_state state,
			 const struct warden_place *place)
{
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET state = ?, "
		"mailbox = ?, mailbox_guid = ?, uid_validity = ?, uid = ?, "
		"guid = ? WHERE id = ?");
	bind_int(&st, state);
	bind_text(&st, place->mailbox);
	bind_guid(&st, place->mailbox_guid);
	bind_int(&st, place->uid_validity);
	bind_int(&st, place->uid);
	bind_text(&st, place->guid);
	bind_int(&st, (gint64)delivery_id);
	return statement_run(&st) > 0;
}

int warden_store_place(struct warden_store *store,
		       const struct warden_place *place, char **error_r)
{
	bool sound;
	int changed;

	if (store_begin(store, error_r) < 0)
		return -1;
	sound = update_place(store, place->delivery_id,
			     place->aborted ? STORE_STATE_ABORTED :
			     STORE_STATE_STORED, place);
	changed = sqlite3_changes(store->db);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	return changed > 0 ? 1 : 0;
}

void store_set_place(struct warden_store *store, guint64 delivery_id,
		     const struct warden_place *place, bool *sound)
{
	*sound = *sound && update_place(store, delivery_id,
					STORE_STATE_STORED, place);
}

/* --- copies that stand already ------------------------------------------------- */

static guint64 get_id(struct statement *st, bool *sound)
{
	guint64 id = 0;
	int ret = statement_step(st);

	if (ret > 0)
		id = (guint64)column_int(st, 0);
	statement_reset(st);
	*sound = *sound && ret >= 0;
	return id;
}

/* What this copy is judged to be now: also one that was saved without being
   judged. */
static void set_message(struct warden_store *store, guint64 delivery_id,
			gint64 message_id,
			const struct warden_delivery *delivery, bool *sound)
{
	struct statement st;

	if (message_id == 0)
		return;
	statement_init(&st, store, "UPDATE deliveries SET message_id = ?1, "
		       "verdict = ?2, action = ?3, keyword = ?4 WHERE id = ?5 AND "
		       "(message_id IS NOT ?1 OR verdict <> ?2 OR "
		       "action <> ?3)");
	bind_int(&st, message_id);
	bind_int(&st, delivery->verdict);
	bind_int(&st, delivery->action);
	bind_text(&st, delivery->keyword);
	bind_int(&st, (gint64)delivery_id);
	*sound = statement_run(&st) > 0 && *sound;
}

static guint64 find_at_place(struct warden_store *store,
			     const struct warden_place *place, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "SELECT id FROM deliveries WHERE state = 1 "
		"AND mailbox_guid = ? AND uid_validity = ? AND uid = ? "
		"ORDER BY id DESC LIMIT 1");
	bind_blob(&st, place->mailbox_guid, WARDEN_GUID_SIZE);
	bind_int(&st, place->uid_validity);
	bind_int(&st, place->uid);
	return get_id(&st, sound);
}

/* placed: also one of which the place is known. */
static guint64 find_of_user(struct warden_store *store, gint64 message_id,
			    const char *user, bool placed, bool *sound)
{
	struct statement st;

	if (message_id == 0)
		return 0;
	statement_init(&st, store, "SELECT id FROM deliveries WHERE "
		"message_id = ?1 AND user_id = (SELECT id FROM users WHERE "
		"name = ?2) AND (state = 0 OR (state = 1 AND (?3 OR "
		"mailbox_guid IS NULL))) ORDER BY id DESC LIMIT 1");
	bind_int(&st, message_id);
	bind_text(&st, user);
	bind_int(&st, placed);
	return get_id(&st, sound);
}

guint64 store_find_copy(struct warden_store *store, gint64 message_id,
			const struct warden_delivery *delivery, bool *sound)
{
	const struct warden_place *place = delivery->stands;
	bool placed = place != NULL && place->mailbox_guid != NULL &&
		place->uid != 0;
	guint64 id = 0;

	if (placed)
		id = find_at_place(store, place, sound);
	if (id == 0 && *sound) {
		id = find_of_user(store, message_id, delivery->user, !placed,
				  sound);
		/* Its PLACE was lost. */
		if (id != 0 && placed)
			store_set_place(store, id, place, sound);
	}
	if (id != 0 && *sound)
		set_message(store, id, message_id, delivery, sound);
	return id;
}

/* --- expunged and renamed --------------------------------------------------- */

/* A mailbox may hold 50,000 mails: its rows are looked for without holding up
   a writer, and changed some at a time. They are walked in the order of their
   index. */
struct walk {
	const guint8 *mailbox_guid;
	guint32 uid_validity;	/* 0 = any */
	struct warden_uid_range uids;
	gint64 after_validity, after_uid, after_id;
	GArray *ids;
};

static int find_rows(struct warden_store *store, struct walk *walk,
		     char **error_r)
{
	struct statement st;
	int ret;

	g_array_set_size(walk->ids, 0);
	statement_init(&st, store, "SELECT id, uid_validity, uid "
		"FROM deliveries WHERE state = 1 AND mailbox_guid = ?1 AND "
		"(uid_validity, uid, id) > (?2, ?3, ?4) AND "
		"uid_validity <= ?5 AND (?6 = 0 OR uid <= ?6) "
		"ORDER BY uid_validity, uid, id LIMIT ?7");
	bind_blob(&st, walk->mailbox_guid, WARDEN_GUID_SIZE);
	bind_int(&st, walk->after_validity);
	bind_int(&st, walk->after_uid);
	bind_int(&st, walk->after_id);
	bind_int(&st, walk->uid_validity != 0 ? walk->uid_validity :
		 G_MAXUINT32);
	bind_int(&st, walk->uid_validity != 0 ? walk->uids.last : 0);
	bind_int(&st, CHUNK_ROWS);
	while ((ret = statement_step(&st)) > 0) {
		walk->after_id = column_int(&st, 0);
		walk->after_validity = column_int(&st, 1);
		walk->after_uid = column_int(&st, 2);
		g_array_append_val(walk->ids, walk->after_id);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "looking for a place", error_r) : 1;
}

typedef bool change_t(struct warden_store *store, gint64 id,
		      const struct walk *walk, const void *context);

static int change_rows(struct warden_store *store, const struct walk *walk,
		       change_t *change, const void *context, guint64 *count,
		       char **error_r)
{
	guint64 changed = 0;
	bool sound = TRUE;

	if (store_begin(store, error_r) < 0)
		return -1;
	for (guint i = 0; i < walk->ids->len && sound; i++) {
		sound = change(store, g_array_index(walk->ids, gint64, i),
			       walk, context);
		changed += (guint64)sqlite3_changes(store->db);
	}
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*count += changed;
	return 1;
}

static int walk_rows(struct warden_store *store, struct walk *walk,
		     change_t *change, const void *context, guint64 *count,
		     char **error_r)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	int ret;

	walk->ids = ids;
	walk->after_validity = walk->uid_validity;
	walk->after_uid = (gint64)walk->uids.first - 1;
	walk->after_id = G_MAXINT64;
	while ((ret = find_rows(store, walk, error_r)) > 0 && ids->len > 0) {
		if (change_rows(store, walk, change, context, count,
				error_r) < 0)
			return -1;
	}
	return ret;
}

/* The place is looked at again: another mail's row may have come meanwhile. */
static bool set_gone(struct warden_store *store, gint64 id,
		     const struct walk *walk, const void *context)
{
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET state = 3 "
		       "WHERE id = ? AND state = 1 AND mailbox_guid = ?");
	bind_int(&st, id);
	bind_blob(&st, walk->mailbox_guid, WARDEN_GUID_SIZE);
	return statement_run(&st) > 0;
}

int warden_store_gone(struct warden_store *store, const guint8 *mailbox_guid,
		      guint32 uid_validity,
		      const struct warden_uid_range *uids, gsize n,
		      guint64 *count_r, char **error_r)
{
	static const struct warden_uid_range all = { 0, G_MAXUINT32 };

	*count_r = 0;
	if (n == 0) {
		uids = &all;
		uid_validity = 0;
		n = 1;
	}
	for (gsize i = 0; i < n; i++) {
		struct walk walk = {
			.mailbox_guid = mailbox_guid,
			.uid_validity = uid_validity, .uids = uids[i],
		};

		if (walk_rows(store, &walk, set_gone, NULL, count_r,
			      error_r) < 0)
			return -1;
	}
	return 1;
}

struct rename {
	const char *user, *mailbox;
};

static bool set_name(struct warden_store *store, gint64 id,
		     const struct walk *walk, const void *context)
{
	const struct rename *rename = context;
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET mailbox = ?1 "
		"WHERE id = ?2 AND state = 1 AND mailbox_guid = ?3 AND "
		"mailbox <> ?1 AND user_id = (SELECT id FROM users WHERE "
		"name = ?4)");
	bind_text(&st, rename->mailbox);
	bind_int(&st, id);
	bind_blob(&st, walk->mailbox_guid, WARDEN_GUID_SIZE);
	bind_text(&st, rename->user);
	return statement_run(&st) > 0;
}

int warden_store_renamed(struct warden_store *store,
			 const guint8 *mailbox_guid, const char *user,
			 const char *mailbox, guint64 *count_r,
			 char **error_r)
{
	struct walk walk = { .mailbox_guid = mailbox_guid };
	const struct rename rename = { user, mailbox };

	*count_r = 0;
	return walk_rows(store, &walk, set_name, &rename, count_r, error_r);
}

/* --- moved by us -------------------------------------------------------------- */

/* Who stands at a place, and what is known of that copy. */
struct standing {
	gint64 id, message_id;
	enum warden_verdict verdict;
	char *recipient, *sender;
};

static void standing_clear(struct standing *standing)
{
	g_free(standing->recipient);
	g_free(standing->sender);
}

/* id 0: nobody, as far as is known. */
static bool find_standing(struct warden_store *store,
			  const guint8 *mailbox_guid, guint32 uid_validity,
			  guint32 uid, struct standing *standing_r)
{
	struct statement st;
	int ret;

	memset(standing_r, 0, sizeof(*standing_r));
	if (mailbox_guid == NULL || uid == 0)
		return TRUE;
	statement_init(&st, store, "SELECT id, message_id, recipient, sender, "
		"verdict FROM deliveries WHERE state = 1 AND mailbox_guid = ? AND "
		"uid_validity = ? AND uid = ? ORDER BY id DESC LIMIT 1");
	bind_blob(&st, mailbox_guid, WARDEN_GUID_SIZE);
	bind_int(&st, uid_validity);
	bind_int(&st, uid);
	ret = statement_step(&st);
	if (ret > 0) {
		standing_r->id = column_int(&st, 0);
		standing_r->message_id = column_int(&st, 1);
		standing_r->recipient = g_strdup(column_text(&st, 2));
		standing_r->sender = g_strdup(column_text(&st, 3));
		standing_r->verdict = (enum warden_verdict)column_int(&st, 4);
	}
	statement_reset(&st);
	return ret >= 0;
}

static bool clear_place(struct warden_store *store,
			const guint8 *mailbox_guid, guint32 uid_validity,
			guint32 uid)
{
	struct statement st;

	if (mailbox_guid == NULL || uid == 0)
		return TRUE;
	statement_init(&st, store, "UPDATE deliveries SET state = 3 "
		"WHERE state = 1 AND mailbox_guid = ? AND uid_validity = ? "
		"AND uid = ?");
	bind_blob(&st, mailbox_guid, WARDEN_GUID_SIZE);
	bind_int(&st, uid_validity);
	bind_int(&st, uid);
	return statement_run(&st) > 0;
}

static enum warden_verdict
stored_verdict(struct warden_store *store, gint64 message_id, bool *sound)
{
	enum warden_verdict verdict = WARDEN_VERDICT_UNKNOWN;
	struct statement st;
	int ret;

	if (message_id == 0)
		return verdict;
	statement_init(&st, store, "SELECT verdict FROM messages "
		       "WHERE id = ?");
	bind_int(&st, message_id);
	ret = statement_step(&st);
	if (ret > 0)
		verdict = (enum warden_verdict)column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return verdict;
}

/* The copy's own, which may be another than others' of that message. */
static enum warden_verdict
verdict_of(struct warden_store *store, gint64 message_id,
	   const struct standing *old, bool *sound)
{
	if (old->id != 0 && old->message_id == message_id &&
	    old->verdict != WARDEN_VERDICT_UNKNOWN &&
	    old->verdict < WARDEN_VERDICT_PENDING)
		return old->verdict;
	return stored_verdict(store, message_id, sound);
}

void store_delete_pulls(struct warden_store *store, const guint8 *key,
			const char *user, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "DELETE FROM pulls WHERE key = ?1 AND "
		       "(user = ?2 OR ?2 = '')");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_text(&st, user);
	*sound = statement_run(&st) > 0 && *sound;
}

/* A user's own release ends with it: what was pulled is not to come in again
   as something that this user wants. */
static void insert_pull(struct warden_store *store,
			const struct warden_moved *moved, bool *sound)
{
	const struct warden_delivery *delivery = moved->delivery;
	struct statement st;

	statement_init(&st, store, "INSERT OR REPLACE INTO pulls "
		       "(key, user, time, actor, comment) VALUES (?,?,?,?,?)");
	bind_blob(&st, moved->key, STORE_HALF_KEY_SIZE);
	bind_text(&st, delivery->user);
	bind_int(&st, delivery->time != 0 ? delivery->time : store_now());
	bind_text(&st, delivery->actor);
	bind_text(&st, moved->comment);
	*sound = statement_run(&st) > 0 && *sound;
	statement_init(&st, store, "DELETE FROM releases "
		       "WHERE key = ? AND user = ?");
	bind_blob(&st, moved->key, STORE_HALF_KEY_SIZE);
	bind_text(&st, delivery->user);
	*sound = statement_run(&st) > 0 && *sound;
}

/* What an administrator did: on the trail, and binding for the user. */
static void note_deed(struct warden_store *store,
		      const struct warden_moved *moved, bool *sound)
{
	const struct warden_delivery *delivery = moved->delivery;
	bool has_key = moved->key_size >= STORE_HALF_KEY_SIZE;
	g_autofree char *key = store_hex(moved->key, moved->key_size);
	g_autofree char *object = g_strdup_printf("%s of %s", has_key ? key :
						  "a mail", delivery->user);
	const char *what;

	if (delivery->operation == WARDEN_OPERATION_PULL)
		what = "pull";
	else if (delivery->operation == WARDEN_OPERATION_RESTORE)
		what = "restore";
	else
		return;
	store_insert_audit(store, delivery->actor, what, object,
			   moved->comment, sound);
	if (has_key && delivery->operation == WARDEN_OPERATION_PULL)
		insert_pull(store, moved, sound);
	else if (has_key)
		store_delete_pulls(store, moved->key, delivery->user, sound);
}

/* What an administrator puts back was released first: that is its row. */
static guint64 find_released(struct warden_store *store, gint64 message_id,
			     const char *user, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "SELECT id FROM deliveries WHERE "
		"message_id = ? AND user_id = (SELECT id FROM users WHERE "
		"name = ?) AND operation = 7 AND state = 0 "
		"ORDER BY id DESC LIMIT 1");
	bind_int(&st, message_id);
	bind_text(&st, user);
	return get_id(&st, sound);
}

static guint64 update_released(struct warden_store *store, guint64 id,
			       const struct warden_moved *moved, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET operation = 9 "
		       "WHERE id = ?");
	bind_int(&st, (gint64)id);
	*sound = statement_run(&st) > 0 &&
		update_place(store, id, STORE_STATE_STORED, &moved->place);
	return id;
}

/* The new row: of the message that the key names, or else the old row says,
   to and from whom the old one was. */
static guint64 insert_moved(struct warden_store *store,
			    const struct warden_moved *moved,
			    const struct standing *old, bool *sound)
{
	struct warden_delivery delivery = *moved->delivery;
	gint64 message = 0;
	guint64 id;

	if (moved->key_size >= STORE_HALF_KEY_SIZE)
		message = store_find_message(store, moved->key,
					     moved->key_size, sound);
	if (message == 0)
		message = old->message_id;
	if (old->id != 0) {
		delivery.recipient = old->recipient;
		delivery.sender = old->sender;
	}
	if (delivery.operation == WARDEN_OPERATION_RESTORE && message != 0) {
		id = find_released(store, message, delivery.user, sound);
		if (id != 0 && *sound)
			return update_released(store, id, moved, sound);
	}
	delivery.verdict = verdict_of(store, message, old, sound);
	delivery.action = delivery.operation == WARDEN_OPERATION_RESTORE ?
		WARDEN_ACTION_ALLOW : WARDEN_ACTION_QUARANTINE;
	id = store_insert_delivery(store, message, &delivery, sound);
	store_inherit_copy(store, id, message, sound);
	*sound = *sound && update_place(store, id, STORE_STATE_STORED,
					&moved->place);
	return id;
}

/* The same news again (a client that asked twice, a journal replayed twice)
   changes nothing. */
static guint64 find_told(struct warden_store *store,
			 const struct warden_moved *moved, bool *sound)
{
	const struct warden_place *place = &moved->place;
	struct statement st;

	if (place->mailbox_guid == NULL || place->uid == 0)
		return 0;
	statement_init(&st, store, "SELECT id FROM deliveries WHERE state = 1 "
		"AND mailbox_guid = ? AND uid_validity = ? AND uid = ? AND "
		"operation = ? LIMIT 1");
	bind_blob(&st, place->mailbox_guid, WARDEN_GUID_SIZE);
	bind_int(&st, place->uid_validity);
	bind_int(&st, place->uid);
	bind_int(&st, moved->delivery->operation);
	return get_id(&st, sound);
}

static guint64 record_moved(struct warden_store *store,
			    const struct warden_moved *moved, bool *sound)
{
	const struct warden_place *place = &moved->place;
	struct standing old = { 0 };
	guint64 id = find_told(store, moved, sound);

	if (id != 0 || !*sound)
		return id;
	*sound = find_standing(store, moved->origin_guid,
			       moved->origin_uid_validity, moved->origin_uid,
			       &old) &&
		clear_place(store, moved->origin_guid,
			    moved->origin_uid_validity, moved->origin_uid) &&
		clear_place(store, place->mailbox_guid, place->uid_validity,
			    place->uid);
	if (*sound)
		id = insert_moved(store, moved, &old, sound);
	if (*sound)
		note_deed(store, moved, sound);
	standing_clear(&old);
	return id;
}

int warden_store_moved(struct warden_store *store,
		       const struct warden_moved *moved,
		       guint64 *delivery_id_r, char **error_r)
{
	bool sound = TRUE;
	guint64 id;

	if (store_begin(store, error_r) < 0)
		return -1;
	id = record_moved(store, moved, &sound);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*delivery_id_r = id;
	return 1;
}

int warden_store_is_pulled(struct warden_store *store, const guint8 *key,
			   gsize key_size, const char *user, char **error_r)
{
	struct statement st;
	int ret;

	if (key_size < STORE_HALF_KEY_SIZE)
		return 0;
	statement_init(&st, store, "SELECT 1 FROM pulls WHERE key = ? AND "
		       "user = ?");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_text(&st, user);
	ret = statement_step(&st);
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "looking for a pull", error_r) :
		ret;
}
