#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* Earlier mail, as checks ask for it (checks/history.h), from the rows that
   there are. Only what came before the user's own copy of the message: judging
   it again does not change what is remembered for it. */

/* Mails of a sender that are looked at, in no order of time. */
#define MAILS_MAX 1000
#define USECS_PER_HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
/* A database that has not seen a user's mail for so long does not know which
   threads the user is in. */
#define THREADS_USECS (30 * 24 * USECS_PER_HOUR)

void warden_store_history_init(struct warden_store_history *history,
			       struct warden_store *store, const guint8 *key,
			       const char *user, gint64 now)
{
	struct statement st;

	history->store = store;
	history->before = now;
	history->recipient[0] = history->sender[0] = '\0';
	memcpy(history->key, key, sizeof(history->key));
	statement_init(&st, store, "SELECT d.time, d.recipient, d.sender "
		"FROM messages m CROSS JOIN deliveries d "
		"ON d.message_id = m.id WHERE m.key = ? AND d.user_id = "
		"(SELECT id FROM users WHERE name = ?) "
		"ORDER BY d.time, d.id LIMIT 1");
	bind_blob(&st, key, sizeof(history->key));
	bind_text(&st, user);
	if (statement_step(&st) > 0) {
		history->before = MIN(column_int(&st, 0), now);
		g_strlcpy(history->recipient, column_text(&st, 1),
			  sizeof(history->recipient));
		g_strlcpy(history->sender, column_text(&st, 2),
			  sizeof(history->sender));
	}
	statement_reset(&st);
}

static int read_contact(struct statement *st,
			struct warden_contact *contact_r)
{
	int ret = statement_step(st);

	memset(contact_r, 0, sizeof(*contact_r));
	/* the user's may be among those that were not looked at */
	if (ret > 0 && column_int(st, 0) == 0)
		ret = column_int(st, 6) >= MAILS_MAX ? -1 : 0;
	if (ret > 0) {
		contact_r->first_secs = column_int(st, 1) / G_USEC_PER_SEC;
		contact_r->last_secs = column_int(st, 2) / G_USEC_PER_SEC;
		contact_r->mails = (guint32)MIN(column_int(st, 3), MAILS_MAX);
		contact_r->bad = (guint32)column_int(st, 4);
		contact_r->last_hour = (guint32)column_int(st, 5);
		/* more than were looked at: certainly a habit */
		if (column_int(st, 6) >= MAILS_MAX)
			contact_r->mails = MAILS_MAX;
	}
	statement_reset(st);
	return ret;
}

/* Count, first, last, clean or released, bad, of the last hour; mails looked
   at. From alone (n = 0): Reply-To and the envelope are others' places. */
#define CONTACT_COLUMNS \
	"SELECT count(*), min(d.time), max(d.time), " \
	"sum(d.verdict IN (1, 9)), sum(d.verdict IN (3, 4, 5)), " \
	"sum(d.time > ?1), (SELECT count(*) FROM mine) "

/* Has the user written there? 1, 0, -1. */
static int find_written(const struct warden_store_history *history,
			const char *rotated, const char *user)
{
	struct statement st;
	int ret;

	statement_init(&st, history->store, "SELECT 1 FROM written w "
		"JOIN addresses a ON a.id = w.address_id WHERE a.rotated = ? "
		"AND w.user_id = (SELECT id FROM users WHERE name = ?) "
		"AND w.first < ?");
	bind_text(&st, rotated);
	bind_text(&st, user);
	bind_int(&st, history->before);
	ret = statement_step(&st);
	statement_reset(&st);
	return ret;
}

static int add_written(const struct warden_store_history *history,
		       const char *rotated, const char *user, int ret,
		       struct warden_contact *contact)
{
	int written = find_written(history, rotated, user);

	if (written <= 0)
		return written < 0 ? -1 : ret;
	contact->written = TRUE;
	return 1;
}

/* Rotated addresses from start up to, not with, end. */
#define SENDERS_WITHIN \
	"FROM addresses a JOIN senders s ON s.address_id = a.id " \
	"WHERE a.rotated >= ?2 AND a.rotated < ?3 AND s.n = 0 " \
	"LIMIT " G_STRINGIFY(MAILS_MAX)

/* Of a large domain nothing else is asked, and its mails need not be read.
   1, 0, -1. */
static int is_habit(const struct warden_store_history *history,
		    const char *start, const char *end)
{
	struct statement st;
	int ret;

	statement_init(&st, history->store, "SELECT count(*) >= ?1 FROM "
		       "(SELECT 1 " SENDERS_WITHIN ")");
	bind_int(&st, MAILS_MAX);
	bind_text(&st, start);
	bind_text(&st, end);
	ret = statement_step(&st);
	if (ret > 0)
		ret = column_int(&st, 0) != 0;
	statement_reset(&st);
	return ret;
}

int warden_store_contact(void *context, const char *sender, const char *user,
			 struct warden_contact *contact_r)
{
	const struct warden_store_history *history = context;
	g_autofree char *rotated = store_rotate_address(sender);
	/* "example.org@" up to, not with, "example.orgA" */
	g_autofree char *end = NULL;
	struct statement st;
	int ret;

	if (sender[0] == '@') {
		end = g_strdup(rotated);
		end[strlen(end) - 1] = '@' + 1;
		ret = is_habit(history, rotated, end);
		if (ret != 0) {
			memset(contact_r, 0, sizeof(*contact_r));
			contact_r->mails = MAILS_MAX;
			return ret;
		}
	} else {
		end = g_strconcat(rotated, "\x01", NULL);
	}
	statement_init(&st, history->store, "WITH mine AS MATERIALIZED "
		"(SELECT s.message_id " SENDERS_WITHIN ") " CONTACT_COLUMNS
		"FROM mine JOIN messages m ON m.id = mine.message_id "
		"JOIN deliveries d ON d.message_id = m.id "
		"WHERE d.time < ?4 AND m.key <> ?5 AND (?6 = '' OR "
		"d.user_id = (SELECT id FROM users WHERE name = ?6))");
	bind_int(&st, history->before - USECS_PER_HOUR);
	bind_text(&st, rotated);
	bind_text(&st, end);
	bind_int(&st, history->before);
	bind_blob(&st, history->key, sizeof(history->key));
	bind_text(&st, user);
	ret = read_contact(&st, contact_r);
	return user[0] == '\0' || sender[0] == '@' ? ret :
		add_written(history, rotated, user, ret, contact_r);
}

/* --- names ------------------------------------------------------------------- */

/* Under the name, by address. */
int warden_store_namesake(void *context, const char *name, const char *user,
			  struct warden_namesake *namesake_r)
{
	const struct warden_store_history *history = context;
	struct statement st;
	guint count = 0;
	int ret;

	memset(namesake_r, 0, sizeof(*namesake_r));
	statement_init(&st, history->store, "SELECT a.rotated "
		"FROM contacts c JOIN addresses a ON a.id = c.address_id "
		"LEFT JOIN written w ON w.user_id = c.user_id AND "
		"w.address_id = c.address_id AND w.first < ?1 "
		"WHERE c.user_id = (SELECT id FROM users WHERE name = ?2) "
		"AND c.name = ?3 AND (c.often < ?1 OR (w.id IS NOT NULL AND "
		"c.mails > 1 AND c.first < ?1)) ORDER BY c.id LIMIT 10");
	bind_int(&st, history->before);
	bind_text(&st, user);
	bind_int(&st, store_name_hash(name));
	while ((ret = statement_step(&st)) > 0) {
		g_autofree char *address =
			store_unrotate_address(column_text(&st, 0));

		if (count++ == 0)
			g_strlcpy(namesake_r->address, address,
				  sizeof(namesake_r->address));
	}
	statement_reset(&st);
	namesake_r->others = count > 0 ? count - 1 : 0;
	return ret < 0 ? -1 : count > 0 ? 1 : 0;
}

/* --- threads ----------------------------------------------------------------- */

/* Returns 1 for a user whose mail is known for long enough, 0, or -1. */
static int knows_threads(const struct warden_store_history *history,
			 const char *user)
{
	struct statement st;
	int ret;

	statement_init(&st, history->store, "SELECT 1 FROM deliveries "
		"WHERE user_id = (SELECT id FROM users WHERE name = ?) "
		"AND time < ? LIMIT 1");
	bind_text(&st, user);
	bind_int(&st, history->before - THREADS_USECS);
	ret = statement_step(&st);
	statement_reset(&st);
	return ret;
}

int warden_store_thread(void *context, const char *message_id,
			const char *user)
{
	const struct warden_store_history *history = context;
	struct statement st;
	int ret;

	if (knows_threads(history, user) <= 0)
		return -1;
	/* CROSS and +: by the message, not through all that the user ever got */
	statement_init(&st, history->store, "SELECT 1 FROM messages m "
		"CROSS JOIN deliveries d ON d.message_id = m.id "
		"WHERE m.message_id = ? AND m.message_id <> '' "
		"AND m.key <> ? AND d.time < ? AND +d.user_id = "
		"(SELECT id FROM users WHERE name = ?) LIMIT 1");
	bind_text(&st, message_id);
	bind_blob(&st, history->key, sizeof(history->key));
	bind_int(&st, history->before);
	bind_text(&st, user);
	ret = statement_step(&st);
	statement_reset(&st);
	return ret;
}

int warden_store_language(void *context, const char *language,
			  const char *user, guint32 *mails_r, guint32 *all_r)
{
	const struct warden_store_history *history = context;
	struct statement st;
	int ret;

	*mails_r = *all_r = 0;
	statement_init(&st, history->store, "SELECT w.mails, coalesce(l.mails, "
		"0) FROM users u JOIN languages w ON w.user_id = u.id AND "
		"w.language = '' AND w.habit < ?1 LEFT JOIN languages l ON "
		"l.user_id = u.id AND l.language = ?2 AND l.first < ?1 "
		"WHERE u.name = ?3");
	bind_int(&st, history->before);
	bind_text(&st, language);
	bind_text(&st, user);
	ret = statement_step(&st);
	if (ret > 0) {
		*all_r = (guint32)MIN(column_int(&st, 0), G_MAXUINT32);
		*mails_r = (guint32)MIN(column_int(&st, 1), G_MAXUINT32);
	}
	statement_reset(&st);
	return ret < 0 ? -1 : *mails_r > 0 ? 1 : 0;
}
