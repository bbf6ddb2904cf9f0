#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* Earlier mail, as checks ask for it (checks/history.h), from the rows that
   there are. Only what came before the message itself: judging it again does
   not change what is remembered for it. */

/* Newest mails of a sender that are looked at. */
#define MAILS_MAX 1000
#define USECS_PER_HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
/* A database that has not seen a user's mail for so long does not know which
   threads the user is in. */
#define THREADS_USECS (30 * 24 * USECS_PER_HOUR)

void warden_store_history_init(struct warden_store_history *history,
			       struct warden_store *store,
			       const guint8 *key)
{
	struct statement st;

	history->store = store;
	history->before = store_now();
	memcpy(history->key, key, sizeof(history->key));
	statement_init(&st, store, "SELECT first_seen FROM messages "
		       "WHERE key = ?");
	bind_blob(&st, key, sizeof(history->key));
	if (statement_step(&st) > 0)
		history->before = column_int(&st, 0);
	statement_reset(&st);
}

static int read_contact(struct statement *st,
			struct warden_contact *contact_r)
{
	int ret = statement_step(st);

	memset(contact_r, 0, sizeof(*contact_r));
	if (ret > 0 && column_int(st, 0) == 0)
		ret = 0;
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

int warden_store_contact(void *context, const char *sender, const char *user,
			 struct warden_contact *contact_r)
{
	const struct warden_store_history *history = context;
	g_autofree char *rotated = store_rotate_address(sender);
	/* "example.org@" up to, not with, "example.orgA" */
	g_autofree char *end = NULL;
	struct statement st;

	if (sender[0] == '@') {
		end = g_strdup(rotated);
		end[strlen(end) - 1] = '@' + 1;
	} else {
		end = g_strconcat(rotated, "\x01", NULL);
	}
	statement_init(&st, history->store, "WITH mine AS MATERIALIZED "
		"(SELECT s.message_id FROM addresses a "
		"JOIN senders s ON s.address_id = a.id "
		"WHERE a.rotated >= ?2 AND a.rotated < ?3 AND s.n = 0 "
		"LIMIT 1000) " CONTACT_COLUMNS
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
	return read_contact(&st, contact_r);
}

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
