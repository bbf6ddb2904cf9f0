#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* A list of one message's envelope senders that grows without end is an
   attack; what stands in the message itself comes first. */
#define SENDERS_MAX 1000

char *store_rotate_address(const char *address)
{
	const char *at = strrchr(address, '@');

	if (at == NULL)
		return g_strdup(address);
	g_autofree char *local = g_strndup(address, (gsize)(at - address));
	return g_strconcat(at + 1, "@", local, NULL);
}

/* "example.org@ben" → "ben@example.org". No domain has an '@'. */
char *store_unrotate_address(const char *rotated)
{
	const char *at = strchr(rotated, '@');

	if (at == NULL)
		return g_strdup(rotated);
	g_autofree char *domain = g_strndup(rotated, (gsize)(at - rotated));
	return g_strconcat(at + 1, "@", domain, NULL);
}

/* --- recording -------------------------------------------------------------- */

/* As checks/list.c asks: in lower case, and only what has an '@'. */
static void add_address(GPtrArray *rotated, const char *address)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);
	g_autofree char *turned = store_rotate_address(lower);

	if (strchr(lower, '@') == NULL || rotated->len >= SENDERS_MAX ||
	    g_ptr_array_find_with_equal_func(rotated, turned, g_str_equal,
					     NULL))
		return;
	g_ptr_array_add(rotated, g_steal_pointer(&turned));
}

static void add_addresses(GPtrArray *rotated, const GPtrArray *addresses)
{
	for (guint i = 0; i < addresses->len; i++) {
		const struct warden_address *address = addresses->pdata[i];

		add_address(rotated, address->address);
	}
}

/* In the order in which they are looked up. */
static GPtrArray *senders_of(const struct warden_facts *facts,
			     const char *envelope_sender)
{
	const struct warden_header_facts *header = &facts->header;
	GPtrArray *rotated = g_ptr_array_new_with_free_func(g_free);

	add_addresses(rotated, header->from);
	add_addresses(rotated, header->reply_to);
	if (header->sender != NULL)
		add_address(rotated, header->sender->address);
	add_address(rotated, header->return_path);
	add_address(rotated, envelope_sender);
	return rotated;
}

gint64 store_address_id(struct warden_store *store, const char *rotated,
			bool *sound)
{
	struct statement st;
	gint64 id = 0;
	int ret;

	statement_init(&st, store, "SELECT id FROM addresses "
		       "WHERE rotated = ?");
	bind_text(&st, rotated);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	if (id != 0 || !*sound)
		return id;
	statement_init(&st, store, "INSERT INTO addresses (rotated) "
		       "VALUES (?)");
	bind_text(&st, rotated);
	*sound = statement_run(&st) > 0;
	return sqlite3_last_insert_rowid(store->db);
}

static void insert_sender(struct warden_store *store, gint64 message_id,
			  guint n, const char *rotated, bool *sound)
{
	gint64 address = store_address_id(store, rotated, sound);
	struct statement st;

	if (!*sound)
		return;
	statement_init(&st, store, "INSERT INTO senders VALUES (?,?,?)");
	bind_int(&st, message_id);
	bind_int(&st, n);
	bind_int(&st, address);
	*sound = statement_run(&st) > 0;
}

void store_insert_senders(struct warden_store *store, gint64 message_id,
			  const struct warden_facts *facts,
			  const char *envelope_sender, bool *sound)
{
	g_autoptr(GPtrArray) rotated = senders_of(facts, envelope_sender);

	for (guint i = 0; i < rotated->len && *sound; i++)
		insert_sender(store, message_id, i, rotated->pdata[i], sound);
}

/* How many there are, and whether rotated is one of them. */
static bool find_sender(struct warden_store *store, gint64 message_id,
			const char *rotated, guint *count_r, bool *found_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT count(*), "
		"coalesce(max(a.rotated = ?), 0) FROM senders s "
		"JOIN addresses a ON a.id = s.address_id "
		"WHERE s.message_id = ?");
	bind_text(&st, rotated);
	bind_int(&st, message_id);
	ret = statement_step(&st);
	if (ret > 0) {
		*count_r = (guint)column_int(&st, 0);
		*found_r = column_int(&st, 1) != 0;
	}
	statement_reset(&st);
	return ret > 0;
}

bool store_add_sender(struct warden_store *store, gint64 message_id,
		      const char *envelope_sender, bool *sound)
{
	g_autofree char *lower = g_utf8_strdown(envelope_sender, -1);
	g_autofree char *rotated = store_rotate_address(lower);
	bool found = FALSE;
	guint count = 0;

	if (strchr(lower, '@') == NULL)
		return FALSE;
	*sound = *sound && find_sender(store, message_id, rotated, &count,
				       &found);
	if (!*sound || found || count >= SENDERS_MAX)
		return FALSE;
	insert_sender(store, message_id, count, rotated, sound);
	return TRUE;
}

/* --- loading ---------------------------------------------------------------- */

int store_load_senders(struct warden_store *store, gint64 message_id,
		       GPtrArray *addresses)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT a.rotated FROM senders s "
		"JOIN addresses a ON a.id = s.address_id "
		"WHERE s.message_id = ? ORDER BY s.n");
	bind_int(&st, message_id);
	while ((ret = statement_step(&st)) > 0) {
		g_autofree char *address =
			store_unrotate_address(column_text(&st, 0));

		g_ptr_array_add(addresses, warden_address_new("", address));
	}
	statement_reset(&st);
	return ret;
}
