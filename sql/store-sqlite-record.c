#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/facts/fuzzy-digest.h"

#include <string.h>

/* --- what holds for everybody ------------------------------------------------ */

static const struct warden_judgement *
shared_judgement(const struct warden_scan_result *result)
{
	return result->shared != NULL ? &result->shared->judgement :
		&result->judgement;
}

static const GPtrArray *
shared_findings(const struct warden_scan_result *result)
{
	return result->shared != NULL ? result->shared->findings :
		result->findings;
}

static const char *shared_reason(const struct warden_scan_result *result)
{
	return result->shared != NULL ? result->shared->reason :
		result->reason;
}

/* --- messages ------------------------------------------------------------- */

static gint64 find_message(struct warden_store *store, const guint8 *key,
			   bool *sound)
{
	struct statement st;
	gint64 id = 0;
	int ret;

	statement_init(&st, store, "SELECT id FROM messages WHERE key = ?");
	bind_blob(&st, key, WARDEN_SHA256_SIZE);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return id;
}

char *store_symbols_of(const GPtrArray *findings)
{
	GString *symbols = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding =
			g_ptr_array_index(findings, i);

		/* Same symbol in several parts: named once. */
		if (i > 0 && strcmp(((struct warden_finding *)
				     findings->pdata[i - 1])->symbol,
				    finding->symbol) == 0)
			continue;
		g_string_append_printf(symbols, "%s%s",
				       symbols->len > 0 ? " " : "",
				       finding->symbol);
	}
	return g_string_free(symbols, FALSE);
}

static const struct warden_address *
first_address(const struct warden_facts *facts)
{
	static const struct warden_address none = { (char *)"", (char *)"" };

	return facts->header.from->len == 0 ? &none :
		facts->header.from->pdata[0];
}

static void bind_judgement(struct statement *st,
			   const struct warden_scan_result *result,
			   const struct warden_epoch *epoch,
			   const char *reason, const char *symbols)
{
	bind_int(st, store_now());
	bind_int(st, shared_judgement(result)->verdict);
	bind_real(st, shared_judgement(result)->score);
	bind_int(st, epoch->rules);
	bind_int(st, epoch->lists);
	bind_text(st, reason);
	bind_text(st, symbols);
	bind_int(st, result->allowed);
}

static gint64 insert_message(struct warden_store *store,
			     const struct warden_scan_result *result,
			     const struct warden_epoch *epoch, gint64 time,
			     const char *symbols, bool *sound)
{
	const struct warden_facts *facts = result->facts;
	const struct warden_address *from = first_address(facts);
	const struct warden_address *reply =
		facts->header.reply_to->len == 0 ? NULL :
		facts->header.reply_to->pdata[0];
	g_autofree char *address = g_utf8_strdown(from->address, -1);
	struct statement st;

	statement_init(&st, store, "INSERT INTO messages (judged, verdict, "
		"score, rules_epoch, list_generation, reason, symbols, "
		"allowed, key, size, subject, from_name, from_address, reply_to, "
		"message_id, date_secs, first_seen) "
		"VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	bind_judgement(&st, result, epoch, shared_reason(result), symbols);
	bind_blob(&st, facts->key, WARDEN_SHA256_SIZE);
	bind_int(&st, (gint64)facts->size);
	bind_text(&st, facts->header.subject);
	bind_text(&st, from->name);
	bind_text(&st, address);
	bind_text(&st, reply == NULL ? "" : reply->address);
	bind_text(&st, facts->header.message_id);
	bind_int(&st, facts->header.date);
	bind_int(&st, time);
	*sound = statement_run(&st) > 0 && *sound;
	return sqlite3_last_insert_rowid(store->db);
}

static void insert_parts(struct warden_store *store, gint64 id,
			 const GPtrArray *parts, bool *sound)
{
	for (guint i = 0; i < parts->len && *sound; i++) {
		const struct warden_part *part = parts->pdata[i];
		/* lives until the statement has run: values are not copied */
		guint8 digest[WARDEN_FUZZY_SIZE];
		struct statement st;

		statement_init(&st, store, "INSERT INTO parts VALUES "
			       "(?,?,?,?,?,?,?,?,?,?,?)");
		bind_int(&st, id);
		bind_int(&st, i);
		bind_text(&st, part->path);
		bind_text(&st, part->name);
		bind_text(&st, part->declared_type);
		bind_text(&st, part->detected_type);
		bind_int(&st, part->kind);
		bind_int(&st, part->flags);
		bind_int(&st, (gint64)part->size);
		bind_blob(&st, part->sha256, WARDEN_SHA256_SIZE);
		if (warden_fuzzy_parse(part->fuzzy, digest))
			bind_blob(&st, digest, sizeof(digest));
		else
			bind_null(&st);
		*sound = statement_run(&st) > 0;
	}
}

static void insert_findings(struct warden_store *store, gint64 id,
			    const GPtrArray *findings, bool *sound)
{
	for (guint i = 0; i < findings->len && *sound; i++) {
		const struct warden_finding *finding = findings->pdata[i];
		struct statement st;

		statement_init(&st, store, "INSERT INTO findings VALUES "
			       "(?,?,?,?,?,?,?,?)");
		bind_int(&st, id);
		bind_int(&st, i);
		bind_text(&st, finding->symbol);
		bind_text(&st, finding->family);
		bind_text(&st, finding->technique);
		bind_real(&st, finding->score);
		bind_text(&st, finding->detail);
		bind_text(&st, finding->part);
		*sound = statement_run(&st) > 0;
	}
}

static void insert_unscanned(struct warden_store *store, gint64 id,
			     const GPtrArray *list, bool *sound)
{
	for (guint i = 0; i < list->len && *sound; i++) {
		const struct warden_unscanned *unscanned = list->pdata[i];
		struct statement st;

		statement_init(&st, store, "INSERT INTO unscanned VALUES "
			       "(?,?,?,?)");
		bind_int(&st, id);
		bind_int(&st, i);
		bind_text(&st, unscanned->part);
		bind_text(&st, unscanned->reason);
		*sound = statement_run(&st) > 0;
	}
}

static void delete_of(struct warden_store *store, const char *text, gint64 id,
		      bool *sound)
{
	struct statement st;

	statement_init(&st, store, text);
	bind_int(&st, id);
	*sound = statement_run(&st) > 0 && *sound;
}

static void update_message(struct warden_store *store, gint64 id,
			   const struct warden_scan_result *result,
			   const struct warden_epoch *epoch,
			   const char *symbols, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "UPDATE messages SET judged = ?, "
		"verdict = ?, score = ?, rules_epoch = ?, "
		"list_generation = ?, reason = ?, symbols = ?, allowed = ? "
		"WHERE id = ?");
	bind_judgement(&st, result, epoch, shared_reason(result), symbols);
	bind_int(&st, id);
	*sound = statement_run(&st) > 0 && *sound;
	delete_of(store, "DELETE FROM findings WHERE message_id = ?", id,
		  sound);
}

/* How much a verdict asks for, to compare two of one message. */
static int severity(enum warden_verdict verdict)
{
	static const enum warden_verdict order[] = {
		WARDEN_VERDICT_CLEAN, WARDEN_VERDICT_UNSCANNABLE,
		WARDEN_VERDICT_SUSPICIOUS, WARDEN_VERDICT_POLICY,
		WARDEN_VERDICT_SPAM, WARDEN_VERDICT_PHISHING,
		WARDEN_VERDICT_MALWARE,
	};

	for (int i = 0; i < (int)G_N_ELEMENTS(order); i++) {
		if (order[i] == verdict)
			return i;
	}
	return -1;
}

enum warden_verdict warden_store_worse(enum warden_verdict one,
				       enum warden_verdict other)
{
	return severity(other) > severity(one) ? other : one;
}

/* What is stored, against what was just found. */
struct stored {
	guint32 rules, lists;
	enum warden_verdict verdict;
	bool same_symbols;
};

static bool load_stored(struct warden_store *store, gint64 id,
			const char *symbols, struct stored *stored_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT rules_epoch, list_generation, "
		       "verdict, symbols FROM messages WHERE id = ?");
	bind_int(&st, id);
	ret = statement_step(&st);
	if (ret > 0) {
		stored_r->rules = (guint32)column_int(&st, 0);
		stored_r->lists = (guint32)column_int(&st, 1);
		stored_r->verdict = (enum warden_verdict)column_int(&st, 2);
		stored_r->same_symbols = strcmp(column_text(&st, 3),
						symbols) == 0;
	}
	statement_reset(&st);
	return ret > 0;
}

/* Two messages of one key differ in their line ends only, but a parser may see
   more in one than in the other: within an epoch the worse verdict stays. A
   record that waited in the journal must not undo what was judged since. */
static bool stored_stays(const struct stored *stored,
			 const struct warden_scan_result *result,
			 const struct warden_epoch *epoch)
{
	int old = severity(stored->verdict);
	int new = severity(shared_judgement(result)->verdict);

	if (stored->rules != epoch->rules)
		return stored->rules > epoch->rules;
	/* 0: the lists had moved on when it was recorded. */
	if (stored->lists != epoch->lists && epoch->lists != 0)
		return stored->lists > epoch->lists;
	return new < old || (new == old && stored->same_symbols);
}

/* What newer rules read out of it takes the place of what older ones did. */
static void delete_values(struct warden_store *store, gint64 id, bool *sound)
{
	delete_of(store, "DELETE FROM parts WHERE message_id = ?", id, sound);
	delete_of(store, "DELETE FROM urls WHERE message_id = ?", id, sound);
	delete_of(store, "DELETE FROM odd_urls WHERE message_id = ?", id,
		  sound);
	delete_of(store, "DELETE FROM senders WHERE message_id = ?", id,
		  sound);
}

static void insert_values(struct warden_store *store, gint64 id,
			  const struct warden_facts *facts,
			  const char *envelope_sender, bool *sound)
{
	insert_parts(store, id, facts->parts, sound);
	store_insert_urls(store, id, facts->urls, sound);
	store_insert_senders(store, id, facts, envelope_sender, sound);
}

/* The envelope senders of earlier deliveries are not forgotten. */
static void keep_senders(struct warden_store *store, gint64 id, bool *sound)
{
	g_autoptr(GPtrArray) senders = g_ptr_array_new_with_free_func(g_free);
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT DISTINCT sender FROM deliveries "
		       "WHERE message_id = ? ORDER BY sender");
	bind_int(&st, id);
	while ((ret = statement_step(&st)) > 0)
		g_ptr_array_add(senders, g_strdup(column_text(&st, 0)));
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	for (guint i = 0; i < senders->len && *sound; i++)
		store_add_sender(store, id, senders->pdata[i], sound);
}

/* A message seen before keeps its row. Its parts and URLs are written again
   only when the rules that read them are newer. *grew_r: there is something
   new that lists may know. */
static gint64 record_message(struct warden_store *store,
			     const struct warden_scan_result *result,
			     const struct warden_epoch *epoch, gint64 time,
			     const char *envelope_sender, bool *grew_r,
			     bool *sound)
{
	g_autofree char *symbols = store_symbols_of(shared_findings(result));
	gint64 id = find_message(store, result->facts->key, sound);
	struct stored stored = { 0 };
	bool is_new = id == 0, newer = FALSE;

	*grew_r = is_new;
	if (is_new) {
		id = insert_message(store, result, epoch, time, symbols,
				    sound);
	} else {
		*grew_r = store_add_sender(store, id, envelope_sender, sound);
		*sound = *sound && load_stored(store, id, symbols, &stored);
		if (!*sound || stored_stays(&stored, result, epoch))
			return id;
		newer = stored.rules < epoch->rules;
		update_message(store, id, result, epoch, symbols, sound);
	}
	if (!is_new)
		delete_of(store, "DELETE FROM unscanned WHERE message_id = ?",
			  id, sound);
	if (newer)
		delete_values(store, id, sound);
	if (is_new || newer)
		insert_values(store, id, result->facts, envelope_sender,
			      sound);
	if (newer)
		keep_senders(store, id, sound);
	insert_findings(store, id, shared_findings(result), sound);
	insert_unscanned(store, id, result->facts->unscanned, sound);
	*grew_r = *grew_r || newer;
	return id;
}

/* --- deliveries ------------------------------------------------------------ */

static gint64 user_id(struct warden_store *store, const char *name,
		      bool *sound)
{
	struct statement st;
	gint64 id = 0;
	int ret;

	statement_init(&st, store, "SELECT id FROM users WHERE name = ?");
	bind_text(&st, name);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	if (id != 0 || !*sound)
		return id;
	statement_init(&st, store, "INSERT INTO users (name) VALUES (?)");
	bind_text(&st, name);
	*sound = statement_run(&st) > 0;
	return sqlite3_last_insert_rowid(store->db);
}

guint64 store_insert_delivery(struct warden_store *store, gint64 message_id,
			      const struct warden_delivery *delivery,
			      bool *sound)
{
	gint64 user = user_id(store, delivery->user, sound);
	struct statement st;

	statement_init(&st, store, "INSERT INTO deliveries (message_id, time, "
		"user_id, recipient, sender, service, session, actor, "
		"operation, wanted_mailbox, origin, verdict, action, keyword) "
		"VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	if (message_id != 0)
		bind_int(&st, message_id);
	else
		bind_null(&st);
	bind_int(&st, delivery->time != 0 ? delivery->time : store_now());
	bind_int(&st, user);
	bind_text(&st, delivery->recipient);
	bind_text(&st, delivery->sender);
	bind_text(&st, delivery->service);
	bind_text(&st, delivery->session);
	bind_text(&st, delivery->actor);
	bind_int(&st, delivery->operation);
	bind_text(&st, delivery->mailbox);
	bind_text(&st, delivery->origin);
	bind_int(&st, delivery->verdict);
	bind_int(&st, delivery->action);
	bind_text(&st, delivery->keyword);
	*sound = statement_run(&st) > 0 && *sound;
	return (guint64)sqlite3_last_insert_rowid(store->db);
}

/* The lists were asked before this transaction. If they have changed since,
   the message must not count as judged by today's. */
static bool check_lists(struct warden_store *store, struct warden_epoch *epoch)
{
	gint64 lists = store_meta(store, "list_generation");

	if (lists != epoch->lists)
		epoch->lists = 0;
	return lists >= 0;
}

/* New values of a message while a feed is being compared with what is stored,
   and no new delivery to find it by: it is noted at once. */
static void note_grown(struct warden_store *store, gint64 message_id,
		       bool *sound)
{
	gint64 importing = store_meta(store, "importing");
	struct statement st;

	*sound = *sound && importing >= 0;
	if (importing <= 0)
		return;
	statement_init(&st, store, "INSERT OR REPLACE INTO affected "
		"SELECT substr(key, 1, 16), (SELECT value + 1 FROM meta "
		"WHERE key = 'list_generation') FROM messages WHERE id = ?");
	bind_int(&st, message_id);
	*sound = statement_run(&st) > 0 && *sound;
}

static void set_found(struct warden_store *store, guint64 delivery_id,
		      gint64 message_id,
		      const struct warden_delivery *delivery, bool is_new,
		      bool *sound)
{
	if (delivery->result != NULL)
		store_set_copy(store, delivery_id, delivery->result,
			       delivery->rules, !is_new, sound);
	else if (is_new)
		store_inherit_copy(store, delivery_id, message_id, sound);
}

/* A copy that stands somewhere already has a row, mostly. A rescan that does not
   say where could only guess which of a user's copies it is. */
static guint64 find_or_insert(struct warden_store *store, gint64 message_id,
			      const struct warden_delivery *delivery,
			      bool *is_new_r, bool *sound)
{
	guint64 id = 0;

	if (delivery->operation == WARDEN_OPERATION_FETCH ||
	    (delivery->operation == WARDEN_OPERATION_RESCAN &&
	     delivery->stands != NULL))
		id = store_find_copy(store, message_id, delivery, sound);
	*is_new_r = id == 0;
	if (id == 0 && *sound) {
		id = store_insert_delivery(store, message_id, delivery, sound);
		if (delivery->stands != NULL)
			store_set_place(store, id, delivery->stands, sound);
	}
	if (*sound)
		set_found(store, id, message_id, delivery, *is_new_r, sound);
	return id;
}

int warden_store_record_scan(struct warden_store *store,
			     const struct warden_scan_result *result,
			     struct warden_epoch *epoch,
			     const struct warden_delivery *delivery,
			     guint64 *delivery_id_r, char **error_r)
{
	struct warden_epoch judged = *epoch;
	struct warden_delivery found = *delivery;
	guint64 delivery_id = 0;
	bool sound, grew, is_new = TRUE;

	found.result = result;
	found.rules = epoch->rules;
	if (store_begin(store, error_r) < 0)
		return -1;
	sound = check_lists(store, &judged);
	if (result->lists_failed)
		judged.lists = 0;
	gint64 id = record_message(store, result, &judged,
				   delivery->time != 0 ? delivery->time :
				   store_now(), delivery->sender, &grew,
				   &sound);
	if (sound && result->tokens != NULL)
		store_insert_tokens(store, result->facts->key, result->tokens,
				    &sound);
	if (sound)
		delivery_id = find_or_insert(store, id, &found, &is_new,
					     &sound);
	if (sound && is_new)
		store_note_contacts(store, id, delivery_id, result->facts,
				    delivery, &sound);
	if (sound && grew && !is_new)
		note_grown(store, id, &sound);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*epoch = judged;
	*delivery_id_r = delivery_id;
	return 1;
}

int warden_store_record_delivery(struct warden_store *store,
				 const guint8 *key,
				 const struct warden_delivery *delivery,
				 guint64 *delivery_id_r, char **error_r)
{
	bool sound = TRUE, is_new;
	gint64 id = 0;
	guint64 delivery_id = 0;

	if (store_begin(store, error_r) < 0)
		return -1;
	if (key != NULL)
		id = find_message(store, key, &sound);
	if (sound)
		delivery_id = find_or_insert(store, id, delivery, &is_new,
					     &sound);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*delivery_id_r = delivery_id;
	return 1;
}

/* What a newer scan has recorded stays; what another process has found in the
   same lists is the same. */
static bool is_outdated(const struct stored *stored,
			const struct warden_epoch *epoch)
{
	return stored->rules != epoch->rules ||
	       (epoch->lists != 0 && stored->lists >= epoch->lists) ||
	       (epoch->lists == 0 && stored->lists != 0);
}

int warden_store_record_lists(struct warden_store *store, gint64 message_id,
			      const struct warden_scan_result *result,
			      struct warden_epoch *epoch, char **error_r)
{
	g_autofree char *symbols = store_symbols_of(shared_findings(result));
	struct warden_epoch judged = *epoch;
	struct stored stored = { 0 };
	bool sound;

	if (store_begin(store, error_r) < 0)
		return -1;
	sound = check_lists(store, &judged);
	if (result->lists_failed)
		judged.lists = 0;
	if (!sound || !load_stored(store, message_id, symbols, &stored)) {
		judged.lists = 0;
	} else if (!is_outdated(&stored, &judged)) {
		update_message(store, message_id, result, &judged, symbols,
			       &sound);
		insert_findings(store, message_id, shared_findings(result), &sound);
	}
	if (store_end(store, sound, error_r) < 0)
		return -1;
	*epoch = judged;
	return 1;
}

/* --- releases and the audit trail ------------------------------------------- */

void store_insert_audit(struct warden_store *store, const char *actor,
			const char *what, const char *object,
			const char *comment, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "INSERT INTO audit (time, actor, what, "
		       "object, comment) VALUES (?,?,?,?,?)");
	bind_int(&st, store_now());
	bind_text(&st, actor);
	bind_text(&st, what);
	bind_text(&st, object);
	bind_text(&st, comment);
	*sound = statement_run(&st) > 0 && *sound;
}

int warden_store_audit(struct warden_store *store, const char *actor,
		       const char *what, const char *object,
		       const char *comment, char **error_r)
{
	bool sound = TRUE;

	if (store_begin(store, error_r) < 0)
		return -1;
	store_insert_audit(store, actor, what, object, comment, &sound);
	return store_end(store, sound, error_r);
}

int warden_store_is_released(struct warden_store *store, const guint8 *key,
			     gsize key_size, const char *user, char **error_r)
{
	struct statement st;
	int ret, found = 0;

	if (key_size < STORE_HALF_KEY_SIZE)
		return 0;
	statement_init(&st, store, "SELECT max(CASE WHEN user = '' OR "
		       "actor <> user THEN 2 ELSE 1 END) FROM releases "
		       "WHERE key = ? AND user IN ('', ?)");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_text(&st, user);
	ret = statement_step(&st);
	if (ret > 0)
		found = (int)column_int(&st, 0);
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "looking for a release", error_r) :
		found;
}

gint64 store_find_message(struct warden_store *store, const guint8 *key,
			  gsize size, bool *sound)
{
	guint8 low[WARDEN_SHA256_SIZE], high[WARDEN_SHA256_SIZE];
	struct statement st;
	gint64 id = 0;
	int ret;

	store_key_range(key, size, low, high);
	statement_init(&st, store, "SELECT id FROM messages "
		       "WHERE key BETWEEN ? AND ? LIMIT 1");
	bind_blob(&st, low, sizeof(low));
	bind_blob(&st, high, sizeof(high));
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return id;
}

char *store_hex(const guint8 *data, gsize size)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i < size; i++)
		g_string_append_printf(text, "%02x", data[i]);
	return g_string_free(text, FALSE);
}

int warden_store_release(struct warden_store *store, const guint8 *key,
			 gsize key_size, const char *user, bool global,
			 const char *actor, const char *comment,
			 const struct warden_delivery *delivery,
			 guint64 *delivery_id_r, char **error_r)
{
	struct statement st;
	guint64 delivery_id = 0;
	bool sound = TRUE;

	if (key_size < STORE_HALF_KEY_SIZE) {
		*error_r = g_strdup_printf("release: a key of %" G_GSIZE_FORMAT
					   " bytes is too short", key_size);
		return -1;
	}
	if (store_begin(store, error_r) < 0)
		return -1;
	statement_init(&st, store, "INSERT OR REPLACE INTO releases "
		       "(key, user, time, actor, comment) VALUES (?,?,?,?,?)");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_text(&st, global ? "" : user);
	bind_int(&st, store_now());
	bind_text(&st, actor);
	bind_text(&st, comment);
	sound = statement_run(&st) > 0;
	/* An administrator's word ends an administrator's pull. */
	if (global || strcmp(actor, user) != 0)
		store_delete_pulls(store, key, global ? "" : user, &sound);
	g_autofree char *object = store_hex(key, key_size);
	store_insert_audit(store, actor, global ? "release-global" : "release",
		     object, comment, &sound);
	if (sound && delivery != NULL) {
		gint64 id = store_find_message(store, key, key_size, &sound);

		delivery_id = store_insert_delivery(store, id, delivery, &sound);
		if (sound)
			store_inherit_copy(store, delivery_id, id, &sound);
	}
	if (store_end(store, sound, error_r) < 0)
		return -1;
	if (delivery_id_r != NULL)
		*delivery_id_r = delivery_id;
	return 1;
}
