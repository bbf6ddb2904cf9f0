#include "warden-config.h"

#include "cache.h"

#include <string.h>

struct entry {
	guint8 key[WARDEN_SHA256_SIZE];
	struct warden_cached cached;
	GList link;		/* in recent */
};

struct warden_cache {
	GHashTable *entries;	/* key → struct entry, which it owns */
	GQueue recent;		/* the last used first */
	guint64 hits;
};

static guint key_hash(const void *key)
{
	guint hash;

	memcpy(&hash, key, sizeof(hash));
	return hash;
}

static gboolean key_equal(const void *a, const void *b)
{
	return memcmp(a, b, WARDEN_SHA256_SIZE) == 0;
}

static void cached_clear(struct warden_cached *cached)
{
	g_clear_pointer(&cached->facts, g_bytes_unref);
	g_clear_pointer(&cached->path, g_free);
	g_clear_pointer(&cached->parents, g_free);
	g_clear_pointer(&cached->fuzzy, g_free);
}

static void entry_free(void *data)
{
	struct entry *entry = data;

	cached_clear(&entry->cached);
	g_free(entry);
}

struct warden_cache *warden_cache_new(void)
{
	struct warden_cache *cache = g_new0(struct warden_cache, 1);

	cache->entries = g_hash_table_new_full(key_hash, key_equal, NULL,
					       entry_free);
	g_queue_init(&cache->recent);
	return cache;
}

void warden_cache_free(struct warden_cache *cache)
{
	if (cache == NULL)
		return;
	g_hash_table_unref(cache->entries);
	g_free(cache);
}

const struct warden_cached *
warden_cache_lookup(struct warden_cache *cache,
		    const guint8 key[WARDEN_SHA256_SIZE])
{
	struct entry *entry = g_hash_table_lookup(cache->entries, key);

	if (entry == NULL)
		return NULL;
	g_queue_unlink(&cache->recent, &entry->link);
	g_queue_push_head_link(&cache->recent, &entry->link);
	cache->hits++;
	return &entry->cached;
}

static void remove_last(struct warden_cache *cache)
{
	struct entry *entry = g_queue_peek_tail(&cache->recent);

	g_queue_unlink(&cache->recent, &entry->link);
	g_hash_table_remove(cache->entries, entry->key);
}

void warden_cache_insert(struct warden_cache *cache,
			 const guint8 key[WARDEN_SHA256_SIZE],
			 struct warden_cached *cached)
{
	gsize size = g_bytes_get_size(cached->facts);
	struct entry *entry;

	if (size > WARDEN_CACHE_ENTRY_MAX ||
	    g_hash_table_contains(cache->entries, key)) {
		cached_clear(cached);
		return;
	}
	while (cache->recent.length >= WARDEN_CACHE_ENTRIES_MAX)
		remove_last(cache);
	entry = g_new0(struct entry, 1);
	memcpy(entry->key, key, sizeof(entry->key));
	entry->cached = *cached;
	memset(cached, 0, sizeof(*cached));
	entry->link.data = entry;
	g_queue_push_head_link(&cache->recent, &entry->link);
	g_hash_table_insert(cache->entries, entry->key, entry);
}

guint64 warden_cache_hits(const struct warden_cache *cache)
{
	return cache->hits;
}
