#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* What was found for one copy of a message. With the message stands what holds
   for everybody; with the copy, where it differs: what this user's past, lists,
   address and policy say. */

/* --- differences --------------------------------------------------------------- */

static const struct warden_finding *
find_same(const GPtrArray *findings, const struct warden_finding *wanted)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->symbol, wanted->symbol) == 0 &&
		    strcmp(finding->part, wanted->part) == 0 &&
		    strcmp(finding->detail, wanted->detail) == 0)
			return finding;
	}
	return NULL;
}

static void insert_finding(struct warden_store *store, guint64 delivery_id,
			   guint n, const struct warden_finding *finding,
			   bool has_it, bool *sound)
{
	struct statement st;

	if (!*sound)
		return;
	statement_init(&st, store, "INSERT INTO delivery_findings VALUES "
		       "(?,?,?,?,?,?,?,?)");
	bind_int(&st, (gint64)delivery_id);
	bind_int(&st, n);
	bind_text(&st, finding->symbol);
	bind_text(&st, finding->family);
	bind_text(&st, finding->technique);
	if (has_it)
		bind_real(&st, finding->score);
	else
		bind_null(&st);
	bind_text(&st, finding->detail);
	bind_text(&st, finding->part);
	*sound = statement_run(&st) > 0;
}

static void insert_differences(struct warden_store *store,
			       guint64 delivery_id,
			       const GPtrArray *findings,
			       const GPtrArray *shared, bool *sound)
{
	guint n = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];
		const struct warden_finding *same = find_same(shared, finding);

		if (same == NULL || same->score != finding->score)
			insert_finding(store, delivery_id, n++, finding, TRUE,
				       sound);
	}
	for (guint i = 0; i < shared->len; i++) {
		const struct warden_finding *finding = shared->pdata[i];

		if (find_same(findings, finding) == NULL)
			insert_finding(store, delivery_id, n++, finding,
				       FALSE, sound);
	}
}

static void delete_differences(struct warden_store *store,
			       guint64 delivery_id, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "DELETE FROM delivery_findings "
		       "WHERE delivery_id = ?");
	bind_int(&st, (gint64)delivery_id);
	*sound = statement_run(&st) > 0 && *sound;
}

/* NULL where it is the message's. */
static void bind_if_other(struct statement *st, const char *own,
			  const char *shared)
{
	if (strcmp(own, shared) == 0)
		bind_null(st);
	else
		bind_text(st, own);
}

static void set_words(struct warden_store *store, guint64 delivery_id,
		      const struct warden_scan_result *result, guint32 rules,
		      bool *sound)
{
	const struct warden_scan_shared *shared = result->shared;
	g_autofree char *symbols = store_symbols_of(result->findings);
	g_autofree char *others = shared == NULL ? g_strdup(symbols) :
		store_symbols_of(shared->findings);
	struct statement st;

	statement_init(&st, store, "UPDATE deliveries SET rules_epoch = ?, "
		       "score = ?, symbols = ?, reason = ? WHERE id = ?");
	bind_int(&st, rules);
	if (shared == NULL ||
	    shared->judgement.score == result->judgement.score)
		bind_null(&st);
	else
		bind_real(&st, result->judgement.score);
	bind_if_other(&st, symbols, others);
	bind_if_other(&st, result->reason, shared == NULL ? result->reason :
		      shared->reason);
	bind_int(&st, (gint64)delivery_id);
	*sound = statement_run(&st) > 0 && *sound;
}

void store_set_copy(struct warden_store *store, guint64 delivery_id,
		    const struct warden_scan_result *result, guint32 rules,
		    bool update, bool *sound)
{
	set_words(store, delivery_id, result, rules, sound);
	if (update)
		delete_differences(store, delivery_id, sound);
	if (*sound && result->shared != NULL)
		insert_differences(store, delivery_id, result->findings,
				   result->shared->findings, sound);
}

void store_inherit_copy(struct warden_store *store, guint64 delivery_id,
			gint64 message_id, bool *sound)
{
	struct statement st;
	gint64 last = 0;
	int ret;

	if (message_id == 0 || !*sound)
		return;
	statement_init(&st, store, "SELECT id FROM deliveries WHERE "
		"message_id = ?1 AND user_id = (SELECT user_id FROM "
		"deliveries WHERE id = ?2) AND rules_epoch > 0 AND id <> ?2 "
		"ORDER BY id DESC LIMIT 1");
	bind_int(&st, message_id);
	bind_int(&st, (gint64)delivery_id);
	ret = statement_step(&st);
	if (ret > 0)
		last = column_int(&st, 0);
	statement_reset(&st);
	*sound = ret >= 0;
	if (last == 0)
		return;
	statement_init(&st, store, "UPDATE deliveries SET (rules_epoch, "
		"score, symbols, reason) = (SELECT rules_epoch, score, "
		"symbols, reason FROM deliveries WHERE id = ?) WHERE id = ?");
	bind_int(&st, last);
	bind_int(&st, (gint64)delivery_id);
	*sound = statement_run(&st) > 0;
	statement_init(&st, store, "INSERT OR REPLACE INTO delivery_findings "
		"SELECT ?, n, symbol, family, technique, score, detail, part "
		"FROM delivery_findings WHERE delivery_id = ?");
	bind_int(&st, (gint64)delivery_id);
	bind_int(&st, last);
	*sound = statement_run(&st) > 0 && *sound;
}

/* --- the whole ------------------------------------------------------------------ */

static int compare_scores(const void *a, const void *b)
{
	const struct warden_finding *const *first = a, *const *second = b;

	if ((*first)->score != (*second)->score)
		return (*first)->score > (*second)->score ? -1 : 1;
	return 0;
}

static void remove_finding(GPtrArray *findings,
			   const struct warden_finding *finding)
{
	const struct warden_finding *same = find_same(findings, finding);

	if (same != NULL)
		g_ptr_array_remove(findings, (gpointer)same);
}

static int apply_differences(struct warden_store *store,
			     struct warden_stored_copy *copy)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT symbol, family, technique, score, "
		       "detail, part FROM delivery_findings "
		       "WHERE delivery_id = ? ORDER BY n");
	bind_int(&st, copy->delivery_id);
	while ((ret = statement_step(&st)) > 0) {
		struct warden_finding *finding = store_read_finding(&st, 0);

		remove_finding(copy->findings, finding);
		if (sqlite3_column_type(st.stmt, 3) == SQLITE_NULL)
			warden_finding_free(finding);
		else
			g_ptr_array_add(copy->findings, finding);
	}
	statement_reset(&st);
	/* stable: the message's come first */
	g_ptr_array_sort(copy->findings, compare_scores);
	return ret;
}

void warden_stored_copy_free(struct warden_stored_copy *copy)
{
	if (copy == NULL)
		return;
	g_free(copy->reason);
	g_ptr_array_unref(copy->findings);
	g_free(copy);
}

static GPtrArray *copy_findings(const GPtrArray *findings)
{
	GPtrArray *copies = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *from = findings->pdata[i];
		struct warden_finding *finding = warden_finding_copy(from);

		finding->score = from->score;
		g_ptr_array_add(copies, finding);
	}
	return copies;
}

static bool is_judged(enum warden_verdict verdict)
{
	return verdict != WARDEN_VERDICT_UNKNOWN &&
	       verdict != WARDEN_VERDICT_PENDING &&
	       verdict != WARDEN_VERDICT_RELEASED;
}

static struct warden_stored_copy *
read_copy(struct statement *st, const struct warden_stored_message *message)
{
	struct warden_stored_copy *copy =
		g_new0(struct warden_stored_copy, 1);

	copy->delivery_id = column_int(st, 0);
	copy->rules = (guint32)column_int(st, 1);
	copy->recorded = (enum warden_verdict)column_int(st, 2);
	copy->verdict = is_judged(copy->recorded) ? copy->recorded :
		message->verdict;
	copy->action = (enum warden_action)column_int(st, 3);
	copy->score = sqlite3_column_type(st->stmt, 4) == SQLITE_NULL ?
		message->score : sqlite3_column_double(st->stmt, 4);
	copy->reason = g_strdup(sqlite3_column_type(st->stmt, 5) ==
				SQLITE_NULL ? message->reason :
				column_text(st, 5));
	copy->findings = copy_findings(message->findings);
	return copy;
}

/* Resets the statement. */
static int finish_lookup(struct statement *st,
			 const struct warden_stored_message *message,
			 struct warden_stored_copy **copy_r, char **error_r)
{
	struct warden_stored_copy *copy = NULL;
	int ret = statement_step(st);

	if (ret > 0)
		copy = read_copy(st, message);
	statement_reset(st);
	if (ret > 0 && apply_differences(st->store, copy) < 0)
		ret = -1;
	if (ret < 0) {
		warden_stored_copy_free(copy);
		return store_fail(st->store, "looking for a copy", error_r);
	}
	if (ret > 0)
		*copy_r = copy;
	return ret;
}

#define COPY_COLUMNS \
	"SELECT id, rules_epoch, verdict, action, score, reason " \
	"FROM deliveries WHERE message_id = ? AND "

int warden_store_lookup_copy(struct warden_store *store,
			     const struct warden_stored_message *message,
			     const char *user, guint32 rules,
			     struct warden_stored_copy **copy_r,
			     char **error_r)
{
	struct statement st;

	statement_init(&st, store, COPY_COLUMNS "user_id = (SELECT id FROM "
		"users WHERE name = ?) AND (rules_epoch = ?3 OR ?3 = 0) "
		"ORDER BY id DESC LIMIT 1");
	bind_int(&st, message->id);
	bind_text(&st, user);
	bind_int(&st, rules);
	return finish_lookup(&st, message, copy_r, error_r);
}

int warden_store_load_copy(struct warden_store *store,
			   const struct warden_stored_message *message,
			   gint64 delivery_id,
			   struct warden_stored_copy **copy_r, char **error_r)
{
	struct statement st;

	statement_init(&st, store, COPY_COLUMNS "id = ?");
	bind_int(&st, message->id);
	bind_int(&st, delivery_id);
	return finish_lookup(&st, message, copy_r, error_r);
}
