#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/checks/url.h"

#include <string.h>

char *store_reverse_host(const char *host)
{
	GString *reversed = g_string_sized_new(strlen(host) + 1);
	const char *end = host + strlen(host);

	while (end > host) {
		const char *dot = g_strrstr_len(host, end - host, ".");
		const char *label = dot == NULL ? host : dot + 1;

		g_string_append_len(reversed, label, end - label);
		g_string_append_c(reversed, '.');
		end = dot == NULL ? host : dot;
	}
	return g_string_free(reversed, FALSE);
}

gint64 store_url_hash(const char *url, char **host_r)
{
	g_autofree char *normal = warden_url_normalise(url);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct warden_url_parts parts;
	guint8 digest[WARDEN_SHA256_SIZE];
	gsize size = sizeof(digest);
	gint64 hash;

	g_checksum_update(sum, (const guchar *)(normal == NULL ? url : normal),
			  -1);
	g_checksum_get_digest(sum, digest, &size);
	memcpy(&hash, digest, sizeof(hash));
	if (host_r != NULL) {
		*host_r = NULL;
		if (normal != NULL && warden_url_split(normal, &parts)) {
			*host_r = g_strdup(parts.host);
			warden_url_parts_clear(&parts);
		}
	}
	/* The same number on every machine: databases are copied. */
	return GINT64_FROM_BE(hash);
}

static gint64 host_id(struct warden_store *store, const char *host,
		      bool *sound)
{
	g_autofree char *reversed = store_reverse_host(host);
	struct statement st;
	gint64 id = 0;
	int ret;

	statement_init(&st, store, "SELECT id FROM hosts WHERE reversed = ?");
	bind_text(&st, reversed);
	ret = statement_step(&st);
	if (ret > 0)
		id = column_int(&st, 0);
	statement_reset(&st);
	*sound = *sound && ret >= 0;
	if (id != 0 || !*sound)
		return id;
	statement_init(&st, store, "INSERT INTO hosts (name, reversed) "
		       "VALUES (?,?)");
	bind_text(&st, host);
	bind_text(&st, reversed);
	*sound = statement_run(&st) > 0;
	return sqlite3_last_insert_rowid(store->db);
}

/* The form in lists may have another host: what the parser took for an odd way
   to write an address stands there as it was written. */
static void insert_odd_url(struct warden_store *store, gint64 message_id,
			   gint64 hash, bool *sound)
{
	struct statement st;

	statement_init(&st, store, "INSERT OR IGNORE INTO odd_urls "
		       "(url_hash, message_id) VALUES (?,?)");
	bind_int(&st, hash);
	bind_int(&st, message_id);
	*sound = statement_run(&st) > 0;
}

static void insert_url(struct warden_store *store, gint64 message_id, guint n,
		       const struct warden_url *url, bool *sound)
{
	gint64 host = host_id(store, url->host, sound);
	g_autofree char *listed_host = NULL;
	gint64 hash = store_url_hash(url->url, &listed_host);
	struct statement st;

	if (!*sound)
		return;
	statement_init(&st, store, "INSERT INTO urls (message_id, n, host_id, "
		       "url_hash, url, text, source, part) "
		       "VALUES (?,?,?,?,?,?,?,?)");
	bind_int(&st, message_id);
	bind_int(&st, n);
	bind_int(&st, host);
	bind_int(&st, hash);
	bind_text(&st, url->url);
	bind_text(&st, url->text);
	bind_text(&st, url->source);
	bind_text(&st, url->part);
	*sound = statement_run(&st) > 0;
	if (*sound && listed_host != NULL &&
	    strcmp(listed_host, url->host) != 0)
		insert_odd_url(store, message_id, hash, sound);
}

void store_insert_urls(struct warden_store *store, gint64 message_id,
		       const GPtrArray *urls, bool *sound)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < urls->len && *sound; i++) {
		const struct warden_url *url = urls->pdata[i];

		/* A newsletter links the same page twenty times. */
		if (g_hash_table_add(seen, url->url))
			insert_url(store, message_id, i, url, sound);
	}
}
