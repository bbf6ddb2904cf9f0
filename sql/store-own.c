#include "warden-config.h"

#include "store-sqlite-private.h"

#include <string.h>

/* Lists of one's own: kept as feeds with a scope, so that a change of them
   reaches stored mail as any change of lists does. */

#define HOST_LABELS_MAX 12
/* Of one list: it is written by hand, and read whole to change it. */
#define OWN_ENTRIES_MAX 10000

static char *feed_name(const char *scope, bool allow)
{
	return g_strconcat(allow ? "allowed:" : "denied:", scope, NULL);
}

/* --- asking ------------------------------------------------------------------ */

/* An administrator's deny, the user's own word, an administrator's allow: who
   comes first, wins. */
static int lookup(const struct warden_store_own *own,
		  enum warden_known_kind kind, const char *value,
		  struct warden_own_hit *hit_r)
{
	struct statement st;
	int ret;

	statement_init(&st, own->store, "SELECT f.allow, f.scope, i.value, "
		"f.scope = ? AS mine FROM indicators i JOIN feeds f "
		"ON f.id = i.feed_id AND f.active = 1 "
		"WHERE i.kind = ? AND i.value = ? AND f.scope IN "
		"('site', ?, ?) ORDER BY NOT mine AND NOT f.allow DESC, "
		"mine DESC, f.allow LIMIT 1");
	bind_text(&st, own->user_scope);
	bind_int(&st, kind);
	bind_text(&st, value);
	bind_text(&st, own->domain_scope);
	bind_text(&st, own->user_scope);
	ret = statement_step(&st);
	if (ret > 0) {
		hit_r->allow = column_int(&st, 0) != 0;
		hit_r->mine = column_int(&st, 3) != 0;
		g_strlcpy(hit_r->scope, column_text(&st, 1),
			  sizeof(hit_r->scope));
		g_strlcpy(hit_r->value, column_text(&st, 2),
			  sizeof(hit_r->value));
	}
	statement_reset(&st);
	return ret;
}

/* The more exact entry says it, but for an administrator's deny. */
static int lookup_wider(const struct warden_store_own *own,
			enum warden_known_kind kind, const char *wider,
			int found, struct warden_own_hit *hit)
{
	struct warden_own_hit other = { .allow = FALSE };
	int ret = lookup(own, kind, wider, &other);

	if (ret > 0 && (found == 0 || (!other.allow && !other.mine)))
		*hit = other;
	return ret < 0 ? -1 : MAX(ret, found);
}

/* All of an address's domain, the host above a host; NULL if that was all. */
static const char *wider(enum warden_known_kind kind, const char *value)
{
	const char *dot;

	switch (kind) {
	case WARDEN_KNOWN_SENDER:
		return value[0] == '@' ? NULL : strrchr(value, '@');
	case WARDEN_KNOWN_HOST:
		dot = strchr(value, '.');
		return dot == NULL ? NULL : dot + 1;
	case WARDEN_KNOWN_SHA256:
	case WARDEN_KNOWN_URL:
		break;
	}
	return NULL;
}

int warden_store_own(void *context, enum warden_known_kind kind,
		     const char *value, struct warden_own_hit *hit_r)
{
	const struct warden_store_own *own = context;
	int found;

	memset(hit_r, 0, sizeof(*hit_r));
	if (!own->any)
		return 0;
	found = lookup(own, kind, value, hit_r);
	for (int i = 0; found >= 0 && i < HOST_LABELS_MAX; i++) {
		value = wider(kind, value);
		if (value == NULL)
			break;
		found = lookup_wider(own, kind, value, found, hit_r);
	}
	return found;
}

void warden_store_own_init(struct warden_store_own *own_r,
			   struct warden_store *store, const char *user)
{
	g_autofree char *lower = g_utf8_strdown(user, -1);
	const char *at = strrchr(lower, '@');
	struct statement st;

	memset(own_r, 0, sizeof(*own_r));
	own_r->store = store;
	if (lower[0] != '\0')
		g_snprintf(own_r->user_scope, sizeof(own_r->user_scope),
			   "user:%s", lower);
	if (at != NULL)
		g_snprintf(own_r->domain_scope, sizeof(own_r->domain_scope),
			   "domain:%s", at + 1);
	/* Most users have none: then nothing more is asked. */
	statement_init(&st, store, "SELECT 1 FROM feeds WHERE active = 1 "
		       "AND scope <> '' AND scope IN ('site', ?, ?) LIMIT 1");
	bind_text(&st, own_r->domain_scope);
	bind_text(&st, own_r->user_scope);
	own_r->any = statement_step(&st) != 0;
	statement_reset(&st);
}

/* --- changing ------------------------------------------------------------------ */

struct entry {
	enum warden_known_kind kind;
	char *value;
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	g_free(entry->value);
	g_free(entry);
}

static struct entry *entry_new(enum warden_known_kind kind, const char *value)
{
	struct entry *entry = g_new0(struct entry, 1);

	entry->kind = kind;
	entry->value = g_strdup(value);
	return entry;
}

static gboolean same_entry(gconstpointer a, gconstpointer b)
{
	const struct entry *first = a, *second = b;

	return first->kind == second->kind &&
		strcmp(first->value, second->value) == 0;
}

static int load_entries(struct warden_store *store, const char *name,
			GPtrArray *entries, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT i.kind, i.value FROM feeds f "
		"JOIN indicators i ON i.feed_id = f.id "
		"WHERE f.name = ? AND f.active = 1 ORDER BY i.kind, i.value");
	bind_text(&st, name);
	while ((ret = statement_step(&st)) > 0)
		g_ptr_array_add(entries, entry_new(
			(enum warden_known_kind)column_int(&st, 0),
			column_text(&st, 1)));
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "reading a list", error_r) : 1;
}

struct entries_iter {
	const GPtrArray *entries;
	guint next;
};

static int next_entry(void *context, struct warden_indicator *indicator_r,
		      char **error_r)
{
	struct entries_iter *iter = context;
	const struct entry *entry;

	if (iter->next == iter->entries->len)
		return 0;
	entry = iter->entries->pdata[iter->next++];
	indicator_r->kind = entry->kind;
	indicator_r->value = entry->value;
	indicator_r->threat = "";
	return 1;
}

static int write_entries(struct warden_store *store, const char *name,
			 const struct warden_own_entry *wanted,
			 const GPtrArray *entries, char **error_r)
{
	struct entries_iter iter = { .entries = entries };
	const struct warden_feed_import import = {
		.name = name, .source = "set by hand", .scope = wanted->scope,
		.allow = wanted->allow, .next = next_entry, .context = &iter,
	};
	guint64 count;

	if (entries->len == 0)
		return warden_store_feed_remove(store, name, error_r);
	return warden_store_feed_replace(store, &import, &count, error_r);
}

int warden_store_own_set(struct warden_store *store,
			 const struct warden_own_entry *wanted, bool remove,
			 char **error_r)
{
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func(entry_free);
	g_autofree char *name = feed_name(wanted->scope, wanted->allow);
	struct entry *entry = entry_new(wanted->kind, wanted->value);
	guint at = 0;
	bool found;

	if (load_entries(store, name, entries, error_r) < 0) {
		entry_free(entry);
		return -1;
	}
	found = g_ptr_array_find_with_equal_func(
		entries, entry, same_entry, &at);
	if (found == !remove) {
		entry_free(entry);
		return 0;
	}
	if (remove)
		g_ptr_array_remove_index(entries, at);
	if (remove || entries->len >= OWN_ENTRIES_MAX)
		entry_free(entry);
	else
		g_ptr_array_add(entries, entry);
	if (!remove && entries->len >= OWN_ENTRIES_MAX) {
		*error_r = g_strdup_printf("%s has %d entries already", name,
					   OWN_ENTRIES_MAX);
		return -1;
	}
	return write_entries(store, name, wanted, entries, error_r) < 0 ?
		-1 : 1;
}

int warden_store_own_list(struct warden_store *store,
			  void (*each)(const struct warden_own_entry *entry,
				       void *context),
			  void *context, char **error_r)
{
	struct statement st;
	int ret;

	statement_init(&st, store, "SELECT f.scope, f.allow, i.kind, i.value "
		"FROM feeds f JOIN indicators i ON i.feed_id = f.id "
		"WHERE f.active = 1 AND f.scope <> '' "
		"ORDER BY f.scope, f.allow, i.kind, i.value");
	while ((ret = statement_step(&st)) > 0) {
		const struct warden_own_entry entry = {
			.scope = column_text(&st, 0),
			.allow = column_int(&st, 1) != 0,
			.kind = (enum warden_known_kind)column_int(&st, 2),
			.value = column_text(&st, 3),
		};

		each(&entry, context);
	}
	statement_reset(&st);
	return ret < 0 ? store_fail(store, "reading lists", error_r) : 1;
}
