#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/checks/contact-name.h"
#include "scanner/checks/language.h"

#include <string.h>

/* Whom a user knows: who writes under which name, to whom the user wrote, and in
   which languages mail comes.
   Kept apart from the deliveries: a name would have to be looked for in all of
   them, and the addressees of sent mail stand nowhere else. */

/* Mails over some time are a habit. */
#define OFTEN_MAILS 5
#define OFTEN_USECS (14 * 24 * G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

/* Clean mails from which on a language that is not among theirs is unusual. */
#define HABIT_MAILS 200

gint64 store_name_hash(const char *name)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[WARDEN_SHA256_SIZE];
	gsize size = sizeof(digest);
	guint64 value;

	g_checksum_update(sum, (const guchar *)name, strlen(name));
	g_checksum_get_digest(sum, digest, &size);
	memcpy(&value, digest, sizeof(value));
	return (gint64)(GUINT64_FROM_BE(value) >> 1);
}

static gint64 rotated_id(struct warden_store *store, const char *address,
			 bool *sound)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);
	g_autofree char *rotated = store_rotate_address(lower);

	return store_address_id(store, rotated, sound);
}

static void note_written(struct warden_store *store, guint64 delivery_id,
			 const struct warden_address *to, bool *sound)
{
	struct statement st;
	gint64 address;

	if (strchr(to->address, '@') == NULL)
		return;
	address = rotated_id(store, to->address, sound);
	if (!*sound)
		return;
	statement_init(&st, store, "INSERT INTO written (user_id, address_id, "
		"first, last) SELECT user_id, ?1, time, time FROM deliveries "
		"WHERE id = ?2 ON CONFLICT (user_id, address_id) DO UPDATE "
		"SET first = min(first, excluded.first), "
		"last = max(last, excluded.last)");
	bind_int(&st, address);
	bind_int(&st, (gint64)delivery_id);
	*sound = statement_run(&st) > 0;
}

static void note_name(struct warden_store *store, gint64 message_id,
		      guint64 delivery_id, const char *name,
		      const char *from_address, bool *sound)
{
	gint64 address = rotated_id(store, from_address, sound);
	struct statement st;

	if (!*sound)
		return;
	/* a second copy of one message is no second mail */
	statement_init(&st, store, "INSERT INTO contacts (user_id, name, "
		"address_id, first, last, mails) SELECT d.user_id, ?1, ?2, "
		"d.time, d.time, 1 FROM deliveries d WHERE d.id = ?3 AND NOT "
		"EXISTS (SELECT 1 FROM deliveries o WHERE o.message_id = ?4 "
		"AND o.user_id = d.user_id AND o.id <> ?3) "
		"ON CONFLICT (user_id, name, address_id) DO UPDATE SET "
		"mails = mails + 1, first = min(first, excluded.first), "
		"last = max(last, excluded.last), often = coalesce(often, "
		"CASE WHEN mails + 1 >= ?5 AND excluded.last - first >= ?6 "
		"THEN excluded.last END)");
	bind_int(&st, store_name_hash(name));
	bind_int(&st, address);
	bind_int(&st, (gint64)delivery_id);
	bind_int(&st, message_id);
	bind_int(&st, OFTEN_MAILS);
	bind_int(&st, OFTEN_USECS);
	*sound = statement_run(&st) > 0;
}

/* language '' counts them all. */
static void note_language(struct warden_store *store, gint64 message_id,
			  guint64 delivery_id, const char *language,
			  bool *sound)
{
	struct statement st;

	if (!*sound)
		return;
	/* a second copy of one message is no second mail */
	statement_init(&st, store, "INSERT INTO languages (user_id, language, "
		"first, mails) SELECT d.user_id, ?1, d.time, 1 FROM "
		"deliveries d WHERE d.id = ?2 AND NOT EXISTS (SELECT 1 FROM "
		"deliveries o WHERE o.message_id = ?3 AND o.user_id = "
		"d.user_id AND o.id <> ?2) ON CONFLICT (user_id, language) "
		"DO UPDATE SET mails = mails + 1, "
		"first = min(first, excluded.first), habit = coalesce(habit, "
		"CASE WHEN mails + 1 >= ?4 THEN excluded.first END)");
	bind_text(&st, language);
	bind_int(&st, (gint64)delivery_id);
	bind_int(&st, message_id);
	bind_int(&st, HABIT_MAILS);
	*sound = statement_run(&st) > 0;
}

void store_note_contacts(struct warden_store *store, gint64 message_id,
			 guint64 delivery_id, const struct warden_facts *facts,
			 const struct warden_delivery *delivery, bool *sound)
{
	const struct warden_header_facts *header = &facts->header;

	if (delivery->sent) {
		for (guint i = 0; i < header->to->len && *sound; i++)
			note_written(store, delivery_id,
				     header->to->pdata[i], sound);
		return;
	}
	if (delivery->verdict != WARDEN_VERDICT_CLEAN)
		return;
	const char *language = warden_language_of(facts->text.visible);
	if (language != NULL) {
		note_language(store, message_id, delivery_id, language, sound);
		note_language(store, message_id, delivery_id, "", sound);
	}
	g_autofree char *name = warden_contact_name(header);
	if (name != NULL && name[0] != '\0')
		note_name(store, message_id, delivery_id, name,
			  ((struct warden_address *)
			   header->from->pdata[0])->address, sound);
}
