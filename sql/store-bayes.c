#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/checks/odds.h"
#include "scanner/checks/tokens.h"

#include <math.h>
#include <string.h>

/* What a mail that is learned weighs at bayes_since: twice as much a half-life
   later. Whole numbers, so that what is taken away leaves no trace. */
#define BAYES_UNIT 1024
/* From this weight on all counts are shifted, long before they overflow. */
#define BAYES_SHIFT 20
#define BAYES_WEIGHT_MAX ((gint64)BAYES_UNIT << 30)
/* Tokens are kept so long: a user who moves a mail later teaches nothing. */
#define TOKENS_USECS (G_GINT64_CONSTANT(90) * 86400 * G_USEC_PER_SEC)
#define TOKENS_CHUNK 200
#define SITE 0

/* --- tokens of a message ------------------------------------------------------ */

void store_insert_tokens(struct warden_store *store, const guint8 *key,
			 const GArray *tokens, bool *sound)
{
	guint64 stored[WARDEN_TOKENS_MAX];
	struct statement st;
	guint count = MIN(tokens->len, WARDEN_TOKENS_MAX);

	for (guint i = 0; i < count; i++)
		stored[i] = GUINT64_TO_LE(g_array_index(tokens, guint64, i));
	/* What was learned is what must be unlearned: the first ones stay. */
	statement_init(&st, store, "INSERT OR IGNORE INTO tokens "
		       "(key, time, tokens) VALUES (?,?,?)");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_int(&st, store_now());
	bind_blob(&st, stored, count * sizeof(*stored));
	*sound = statement_run(&st) > 0 && *sound;
}

/* NULL: none are kept. */
static GArray *load_tokens(struct warden_store *store, const guint8 *key,
			   bool *sound)
{
	GArray *tokens = NULL;
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT tokens FROM tokens WHERE key = ?");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	ret = statement_step(&st);
	if (ret > 0) {
		const void *blob = sqlite3_column_blob(st.stmt, 0);
		gsize size = (gsize)sqlite3_column_bytes(st.stmt, 0);
		guint count = (guint)MIN(size / sizeof(guint64),
					 WARDEN_TOKENS_MAX);

		tokens = g_array_new(FALSE, FALSE, sizeof(guint64));
		if (count > 0)
			g_array_append_vals(tokens, blob, count);
		for (guint i = 0; i < count; i++) {
			guint64 *token = &g_array_index(tokens, guint64, i);

			*token = GUINT64_FROM_LE(*token);
		}
	}
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return tokens;
}

int warden_store_tokens(struct warden_store *store, const guint8 *key,
			gsize key_size, GArray **tokens_r, char **error_r)
{
	bool sound = TRUE;

	*tokens_r = key_size < STORE_HALF_KEY_SIZE ? NULL :
		load_tokens(store, key, &sound);
	if (!sound)
		return store_fail(store, "loading tokens", error_r);
	return *tokens_r != NULL ? 1 : 0;
}

bool store_prune_tokens(struct warden_store *store)
{
	struct statement st;

	statement_init(&st, store, "DELETE FROM tokens WHERE id IN (SELECT id "
		       "FROM tokens ORDER BY id LIMIT ?) AND time < ?");
	bind_int(&st, TOKENS_CHUNK);
	bind_int(&st, store_now() - TOKENS_USECS);
	return statement_run(&st) > 0;
}

/* --- counting ------------------------------------------------------------------- */

struct lesson {
	enum warden_class class;
	gint64 weight;		/* < 0: taken away */
	const GArray *tokens;
};

static void bind_counts(struct statement *st, const struct lesson *lesson)
{
	static const enum warden_class classes[] = {
		WARDEN_CLASS_HAM, WARDEN_CLASS_SPAM, WARDEN_CLASS_PHISH,
	};

	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
		bind_int(st, classes[i] == lesson->class ?
			 lesson->weight : 0);
}

static bool count_token(struct warden_store *store, gint64 user, guint64 token,
			const struct lesson *lesson)
{
	struct statement st;

	statement_init(&st, store, "INSERT INTO bayes_tokens "
		"(token, user_id, ham, spam, phish) VALUES (?,?,?,?,?) "
		"ON CONFLICT DO UPDATE SET ham = max(ham + excluded.ham, 0), "
		"spam = max(spam + excluded.spam, 0), "
		"phish = max(phish + excluded.phish, 0)");
	bind_int(&st, (gint64)token);
	bind_int(&st, user);
	bind_counts(&st, lesson);
	if (statement_run(&st) < 0)
		return FALSE;
	if (lesson->weight >= 0)
		return TRUE;
	statement_init(&st, store, "DELETE FROM bayes_tokens WHERE token = ? "
		"AND user_id = ? AND ham <= 0 AND spam <= 0 AND phish <= 0");
	bind_int(&st, (gint64)token);
	bind_int(&st, user);
	return statement_run(&st) > 0;
}

static bool count_mail(struct warden_store *store, gint64 user,
		       const struct lesson *lesson)
{
	const struct lesson one = {
		.class = lesson->class, .weight = lesson->weight < 0 ? -1 : 1,
	};
	struct statement st;

	statement_init(&st, store, "INSERT INTO bayes_users "
		"VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
		"ham = max(ham + excluded.ham, 0), "
		"spam = max(spam + excluded.spam, 0), "
		"phish = max(phish + excluded.phish, 0), "
		"ham_mails = max(ham_mails + excluded.ham_mails, 0), "
		"spam_mails = max(spam_mails + excluded.spam_mails, 0), "
		"phish_mails = max(phish_mails + excluded.phish_mails, 0)");
	bind_int(&st, user);
	bind_counts(&st, lesson);
	bind_counts(&st, &one);
	return statement_run(&st) > 0;
}

static bool count_for(struct warden_store *store, gint64 user,
		      const struct lesson *lesson)
{
	bool sound = count_mail(store, user, lesson);

	for (guint i = 0; i < lesson->tokens->len && sound; i++)
		sound = count_token(store, user,
				    g_array_index(lesson->tokens, guint64, i),
				    lesson);
	return sound;
}

/* What a user teaches, the site learns. */
static bool count_lesson(struct warden_store *store, gint64 user,
			 const struct lesson *lesson)
{
	return (user == SITE || count_for(store, user, lesson)) &&
		count_for(store, SITE, lesson);
}

/* --- decay ------------------------------------------------------------------------ */

static bool shift_all(struct warden_store *store, gint64 half_life)
{
	static const char *const texts[] = {
		"UPDATE bayes_tokens SET ham = ham >> 20, spam = spam >> 20, "
		"phish = phish >> 20",
		"DELETE FROM bayes_tokens WHERE ham = 0 AND spam = 0 "
		"AND phish = 0",
		"UPDATE bayes_users SET ham = ham >> 20, spam = spam >> 20, "
		"phish = phish >> 20",
		"UPDATE learned SET weight = weight >> 20",
	};
	struct statement st;
	bool sound = TRUE;

	for (gsize i = 0; i < G_N_ELEMENTS(texts) && sound; i++) {
		statement_init(&st, store, texts[i]);
		sound = statement_run(&st) > 0;
	}
	statement_init(&st, store, "UPDATE meta SET value = value + ? "
		       "WHERE key = 'bayes_since'");
	bind_int(&st, half_life * BAYES_SHIFT);
	return statement_run(&st) > 0 && sound;
}

static double weight_at(gint64 since, gint64 now, gint64 half_life)
{
	return BAYES_UNIT * exp2((double)MAX(now - since, 0) /
				 (double)half_life);
}

/* Of a mail that is learned now. */
static gint64 weight_now(struct warden_store *store, gint64 half_life,
			 bool *sound)
{
	gint64 since = store_meta(store, "bayes_since"), now = store_now();
	struct statement st;

	if (since < 0) {
		*sound = FALSE;
		return 0;
	}
	if (since == 0) {
		statement_init(&st, store, "UPDATE meta SET value = ? "
			       "WHERE key = 'bayes_since'");
		bind_int(&st, now);
		*sound = statement_run(&st) > 0 && *sound;
		since = now;
	}
	while (*sound && weight_at(since, now, half_life) >
				(double)BAYES_WEIGHT_MAX) {
		*sound = shift_all(store, half_life);
		since += half_life * BAYES_SHIFT;
	}
	return (gint64)llround(weight_at(since, now, half_life));
}

/* --- learning --------------------------------------------------------------------- */

static gint64 find_user(struct warden_store *store, const char *name,
			bool make, bool *sound)
{
	struct statement st;
	gint64 id = -1;
	int ret;

	if (name[0] == '\0')
		return SITE;
	if (make) {
		statement_init(&st, store, "INSERT OR IGNORE INTO users "
			       "(name) VALUES (?)");
		bind_text(&st, name);
		*sound = statement_run(&st) > 0 && *sound;
	}
	statement_init(&st, store, "SELECT id FROM users WHERE name = ?");
	bind_text(&st, name);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return id;
}

struct known_lesson {
	enum warden_class class;	/* NONE = nothing was learned of it */
	gint64 weight;
};

static struct known_lesson
find_lesson(struct warden_store *store, const guint8 *key, gint64 user,
	    bool *sound)
{
	struct known_lesson known = { WARDEN_CLASS_NONE, 0 };
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT class, weight FROM learned "
		       "WHERE key = ? AND user_id = ?");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_int(&st, user);
	ret = statement_step(&st);
	if (ret > 0) {
		known.class = (enum warden_class)column_int(&st, 0);
		known.weight = column_int(&st, 1);
	}
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	return known;
}

static bool forget(struct warden_store *store, const guint8 *key, gint64 user,
		   const struct known_lesson *known, const GArray *tokens)
{
	const struct lesson lesson = {
		.class = known->class, .weight = -known->weight,
		.tokens = tokens,
	};
	struct statement st;

	statement_init(&st, store, "DELETE FROM learned WHERE key = ? "
		       "AND user_id = ?");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_int(&st, user);
	return statement_run(&st) > 0 && count_lesson(store, user, &lesson);
}

static bool remember(struct warden_store *store, const guint8 *key,
		     gint64 user, const struct lesson *lesson)
{
	struct statement st;

	statement_init(&st, store, "INSERT INTO learned VALUES (?,?,?,?,?)");
	bind_blob(&st, key, STORE_HALF_KEY_SIZE);
	bind_int(&st, user);
	bind_int(&st, lesson->class);
	bind_int(&st, lesson->weight);
	bind_int(&st, store_now());
	return statement_run(&st) > 0 && count_lesson(store, user, lesson);
}

/* Returns whether something changed. */
static bool learn(struct warden_store *store,
		  const struct warden_lesson *wanted, const GArray *tokens,
		  bool *sound)
{
	gint64 user = find_user(store, wanted->user,
				wanted->class != WARDEN_CLASS_NONE, sound);
	struct lesson lesson = { .class = wanted->class, .tokens = tokens };
	struct known_lesson known;

	if (!*sound || user < 0)
		return FALSE;
	known = find_lesson(store, wanted->key, user, sound);
	if (!*sound || known.class == wanted->class)
		return FALSE;
	if (known.class != WARDEN_CLASS_NONE)
		*sound = forget(store, wanted->key, user, &known, tokens);
	if (*sound && wanted->class != WARDEN_CLASS_NONE) {
		lesson.weight = weight_now(store, wanted->half_life_usecs,
					   sound);
		*sound = *sound && remember(store, wanted->key, user, &lesson);
	}
	return TRUE;
}

int warden_store_learn(struct warden_store *store,
		       const struct warden_lesson *lesson, char **error_r)
{
	g_autoptr(GArray) tokens = NULL;
	bool sound = TRUE, changed = FALSE;

	if (lesson->key_size < STORE_HALF_KEY_SIZE) {
		*error_r = g_strdup_printf("learning: a key of %" G_GSIZE_FORMAT
					   " bytes is too short",
					   lesson->key_size);
		return -1;
	}
	if (store_begin(store, error_r) < 0)
		return -1;
	if (lesson->tokens != NULL)
		store_insert_tokens(store, lesson->key, lesson->tokens,
				    &sound);
	if (sound)
		tokens = load_tokens(store, lesson->key, &sound);
	if (sound && tokens != NULL)
		changed = learn(store, lesson, tokens, &sound);
	if (store_end(store, sound, error_r) < 0)
		return -1;
	return changed ? 1 : 0;
}

/* --- asking -------------------------------------------------------------------------- */

struct totals {
	struct warden_counts counts;
	bool trained;
};

static int load_totals(struct warden_store *store, gint64 user, double unit,
		       guint minimum, struct totals *totals_r)
{
	struct statement st;
	int ret;

	memset(totals_r, 0, sizeof(*totals_r));
	statement_init(&st, store, "SELECT ham, spam, phish, ham_mails, "
		       "spam_mails + phish_mails FROM bayes_users "
		       "WHERE user_id = ?");
	bind_int(&st, user);
	ret = statement_step(&st);
	if (ret > 0) {
		totals_r->counts.ham = (double)column_int(&st, 0) / unit;
		totals_r->counts.spam = (double)column_int(&st, 1) / unit;
		totals_r->counts.phish = (double)column_int(&st, 2) / unit;
		totals_r->trained = column_int(&st, 3) >= minimum &&
			column_int(&st, 4) >= minimum;
	}
	statement_reset(&st);
	return ret;
}

static int load_token(struct warden_store *store, guint64 token, gint64 user,
		      double unit, struct warden_token_counts *counts_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT user_id, ham, spam, phish "
		       "FROM bayes_tokens WHERE token = ? AND user_id IN (0, ?)");
	bind_int(&st, (gint64)token);
	bind_int(&st, user);
	while ((ret = statement_step(&st)) > 0) {
		struct warden_counts *counts = column_int(&st, 0) == SITE ?
			&counts_r->site : &counts_r->user;

		counts->ham = (double)column_int(&st, 1) / unit;
		counts->spam = (double)column_int(&st, 2) / unit;
		counts->phish = (double)column_int(&st, 3) / unit;
	}
	statement_reset(&st);
	return ret;
}

/* In one snapshot: SQLite's locks would cost more than the look-ups. */
static int load_all(struct warden_store *store, const GArray *tokens,
		    gint64 user, double unit,
		    struct warden_token_counts *counts)
{
	bool own = sqlite3_get_autocommit(store->db) != 0 &&
		sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) ==
			SQLITE_OK;
	int ret = 0;

	for (guint i = 0; i < tokens->len && ret >= 0; i++)
		ret = load_token(store, g_array_index(tokens, guint64, i),
				 user, unit, &counts[i]);
	if (own)
		sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
	return ret;
}

static int ask(struct warden_store *store, const struct totals *site,
	       const struct totals *own, gint64 user, double unit,
	       const GArray *tokens, struct warden_learned *learned_r)
{
	g_autofree struct warden_token_counts *counts =
		g_new0(struct warden_token_counts, tokens->len + 1);
	const struct warden_odds_input input = {
		.site_all = site->trained ? &site->counts : NULL,
		.user_all = own->trained ? &own->counts : NULL,
		.tokens = counts, .tokens_count = tokens->len,
	};

	if (load_all(store, tokens, user, unit, counts) < 0)
		return -1;
	return warden_odds(&input, learned_r) ? 1 : 0;
}

int warden_store_learned(void *context, const char *user,
			 const guint64 *tokens, guint count,
			 struct warden_learned *learned_r)
{
	const struct warden_store_history *history = context;
	struct warden_store *store = history->store;
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(guint64));
	struct totals site, own = { .trained = FALSE };
	bool sound = TRUE;
	double unit;
	gint64 id;

	unit = weight_at(store_meta(store, "bayes_since"), store_now(),
			 history->learn_half_life);
	if (load_totals(store, SITE, unit, history->learn_minimum, &site) < 0)
		return -1;
	id = find_user(store, user, FALSE, &sound);
	if (!sound || (id > SITE && load_totals(store, id, unit,
						history->learn_minimum, &own) < 0))
		return -1;
	if (!site.trained && !own.trained)
		return 0;
	g_array_append_vals(list, tokens, MIN(count, WARDEN_TOKENS_MAX));
	return ask(store, &site, &own, id, unit, list, learned_r);
}

/* --- status --------------------------------------------------------------------------- */

int warden_store_learn_status(struct warden_store *store,
			      void (*each)(const struct warden_learn_status *s,
					   void *context),
			      void *context, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT coalesce(u.name, ''), b.ham_mails, "
		"b.spam_mails, b.phish_mails, (SELECT count(*) FROM "
		"bayes_tokens t WHERE t.user_id = b.user_id) "
		"FROM bayes_users b LEFT JOIN users u ON u.id = b.user_id "
		"ORDER BY b.user_id <> 0, u.name");
	while ((ret = statement_step(&st)) > 0) {
		const struct warden_learn_status status = {
			.user = column_text(&st, 0),
			.ham = column_int(&st, 1), .spam = column_int(&st, 2),
			.phish = column_int(&st, 3),
			.tokens = column_int(&st, 4),
		};

		each(&status, context);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "reading what was learned",
				    error_r) : 1;
}
