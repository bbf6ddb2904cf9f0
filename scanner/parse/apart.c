/* Large files, apart from the rest of their message: all that comes out of one
   is gathered as facts of its own and then joined to the message's. So what
   was found can be kept (cache.h) and joined again when the same file comes in
   another message. Whether it was kept makes no difference to the result: what
   it cost of the budgets is kept with it, and what a budget, a password or the
   message around it had a part in is not kept. */

#include "warden-config.h"

#include "cache.h"
#include "open.h"
#include "queue-private.h"

#include <string.h>

bool warden_apart_wants(const struct warden_part *part, guint depth)
{
	if (depth != 0 || part->size < WARDEN_CACHE_PART_MIN ||
	    (part->flags & WARDEN_PART_TRUNCATED) != 0)
		return FALSE;
	switch (part->kind) {
	case WARDEN_KIND_TEXT:
	case WARDEN_KIND_HTML:
	case WARDEN_KIND_XML:
	case WARDEN_KIND_SVG:
	case WARDEN_KIND_CALENDAR:
	case WARDEN_KIND_MESSAGE:
		/* looked at as text, for this message */
		return FALSE;
	default:
		return TRUE;
	}
}

/* --- key -------------------------------------------------------------------- */

static void add_text(GChecksum *sum, const char *text)
{
	/* with its NUL, which ends it */
	g_checksum_update(sum, (const guchar *)text,
			  (gssize)strlen(text) + 1);
}

/* Everything that openers look at. */
static void make_key(const struct warden_part *part,
		     guint8 key_r[WARDEN_SHA256_SIZE])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize size = WARDEN_SHA256_SIZE;
	guint32 flags = part->flags;
	guint i;

	g_checksum_update(sum, part->sha256, sizeof(part->sha256));
	g_checksum_update(sum, (const guchar *)&flags, sizeof(flags));
	add_text(sum, part->name);
	for (i = 0; i < part->names->len; i++)
		add_text(sum, g_ptr_array_index(part->names, i));
	add_text(sum, "");
	add_text(sum, part->declared_type);
	add_text(sum, part->detected_type);
	add_text(sum, part->encoding);
	g_checksum_get_digest(sum, key_r, &size);
}

/* --- joining ----------------------------------------------------------------- */

/* In place of from, which path begins with if it is not the message's. */
static void move_path(char **path, gsize from, const char *to)
{
	char *moved;

	if (**path == '\0')
		return;
	moved = g_strconcat(to, *path + from, NULL);
	g_free(*path);
	*path = moved;
}

static void move_paths(struct warden_facts *found, const char *from,
		       const char *to)
{
	gsize length = strlen(from);
	guint i;

	for (i = 0; i < found->parts->len; i++) {
		struct warden_part *part = found->parts->pdata[i];

		move_path(&part->path, length, to);
	}
	for (i = 0; i < found->urls->len; i++) {
		struct warden_url *url = found->urls->pdata[i];

		move_path(&url->part, length, to);
	}
	for (i = 0; i < found->traits->len; i++) {
		struct warden_trait *trait = found->traits->pdata[i];

		move_path(&trait->part, length, to);
	}
	for (i = 0; i < found->unscanned->len; i++) {
		struct warden_unscanned *entry = found->unscanned->pdata[i];

		move_path(&entry->part, length, to);
	}
	for (i = 0; i < found->sensitive->len; i++) {
		struct warden_sensitive *sensitive =
			found->sensitive->pdata[i];

		move_path(&sensitive->part, length, to);
	}
	for (i = 0; i < found->matches->len; i++) {
		struct warden_match *match = found->matches->pdata[i];

		move_path(&match->part, length, to);
	}
}

/* Returns FALSE if they were not all taken. */
static bool join_list(GPtrArray *to, GPtrArray *from, guint max)
{
	bool fits = from->len <= max - MIN(max, to->len);

	/* Those that find no room stay where they are, and go with it. */
	while (from->len > 0 && to->len < max)
		g_ptr_array_add(to, g_ptr_array_steal_index(from, 0));
	return fits;
}

static void join(struct warden_queue *queue, struct warden_facts *found)
{
	struct warden_facts *facts = queue->facts;
	bool fits;
	guint i;

	for (i = 0; i < found->parts->len; i++) {
		struct warden_part *part = found->parts->pdata[i];

		if (facts->parts->len + i < WARDEN_PARTS_MAX &&
		    !g_hash_table_contains(queue->hashes, part->sha256))
			g_hash_table_insert(queue->hashes, part->sha256, part);
	}
	fits = join_list(facts->parts, found->parts, WARDEN_PARTS_MAX);
	fits &= join_list(facts->urls, found->urls, WARDEN_FACT_URLS_MAX);
	fits &= join_list(facts->sensitive, found->sensitive,
			  WARDEN_FACT_SENSITIVE_MAX);
	fits &= join_list(facts->matches, found->matches,
			  WARDEN_FACT_MATCHES_MAX);
	for (i = 0; i < found->traits->len; i++) {
		const struct warden_trait *trait = found->traits->pdata[i];

		if (warden_queue_is_new_trait(queue, trait->code, trait->part))
			(void)warden_facts_add_trait(facts, trait->code,
						     trait->part,
						     trait->detail);
	}
	for (i = 0; i < found->unscanned->len; i++) {
		const struct warden_unscanned *entry =
			found->unscanned->pdata[i];

		warden_queue_unscanned(queue, entry->part, entry->reason);
	}
	if (!fits)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_FACTS, "",
				   "count");
}

/* --- from the cache ------------------------------------------------------------ */

/* Parts take their paths, if none of them is taken. */
static bool take_paths(struct warden_queue *queue,
		       const struct warden_facts *found)
{
	guint i;

	for (i = 0; i < found->parts->len; i++) {
		const struct warden_part *part = found->parts->pdata[i];

		if (g_hash_table_contains(queue->paths, part->path))
			return FALSE;
	}
	for (i = 0; i < found->parts->len; i++) {
		const struct warden_part *part = found->parts->pdata[i];

		g_hash_table_insert(queue->paths, g_strdup(part->path),
				    GUINT_TO_POINTER(2));
	}
	return TRUE;
}

static void name_parents(struct warden_queue *queue,
			 const struct warden_facts *found,
			 struct warden_part *part, const guint *parents)
{
	guint i;

	for (i = 0; i < found->parts->len; i++) {
		g_hash_table_insert(
			queue->parents, found->parts->pdata[i],
			parents[i] == 0 ? part :
			found->parts->pdata[parents[i] - 1]);
	}
}

static bool recall(struct warden_queue *queue, struct warden_part *part,
		   const guint8 *key)
{
	const struct warden_cached *cached =
		warden_cache_lookup(queue->parser->cache, key);
	struct warden_facts *found;
	g_autofree char *error = NULL;
	bool ok;

	if (cached == NULL || !warden_budget_has(&queue->left, &cached->cost) ||
	    warden_facts_deserialise(cached->facts, &found, &error) < 0)
		return FALSE;
	move_paths(found, cached->path, part->path);
	ok = take_paths(queue, found);
	if (ok) {
		name_parents(queue, found, part, cached->parents);
		part->flags = cached->flags;
		warden_part_set_fuzzy(part, cached->fuzzy);
		queue->left = warden_budget_subtract(&queue->left,
						     &cached->cost);
		join(queue, found);
	}
	warden_facts_free(found);
	return ok;
}

/* --- anew ---------------------------------------------------------------------- */

/* Nothing that the message around it had a part in, no limit. */
static bool may_be_kept(const struct warden_queue *queue,
			const struct warden_facts *found,
			const struct warden_part *part, const char *type)
{
	guint i;

	if (queue->passwords_asked || strcmp(part->detected_type, type) != 0 ||
	    (part->flags & WARDEN_PART_ENCRYPTED) != 0)
		return FALSE;
	for (i = 0; i < found->traits->len; i++) {
		const struct warden_trait *trait = found->traits->pdata[i];

		if (g_str_has_prefix(trait->code, "limit-") ||
		    *trait->part == '\0')
			return FALSE;
	}
	for (i = 0; i < found->parts->len; i++) {
		const struct warden_part *member = found->parts->pdata[i];

		/* a longer path in front would cut others off */
		if (strlen(member->path) > WARDEN_FACT_PATH_MAX / 2 ||
		    !g_str_has_prefix(member->path, part->path))
			return FALSE;
	}
	for (i = 0; i < found->unscanned->len; i++) {
		const struct warden_unscanned *entry =
			found->unscanned->pdata[i];

		if (strcmp(entry->reason, "damaged") != 0 &&
		    strcmp(entry->reason, "unsupported") != 0 &&
		    strcmp(entry->reason, "ambiguous") != 0)
			return FALSE;
	}
	return TRUE;
}

static guint *list_parents(const struct warden_queue *queue,
			   const struct warden_facts *found)
{
	guint *parents = g_new0(guint, found->parts->len + 1), i;
	g_autoptr(GHashTable) indexes = g_hash_table_new(NULL, NULL);

	for (i = 0; i < found->parts->len; i++)
		g_hash_table_insert(indexes, found->parts->pdata[i],
				    GUINT_TO_POINTER(i + 1));
	for (i = 0; i < found->parts->len; i++) {
		const void *parent = g_hash_table_lookup(
			queue->parents, found->parts->pdata[i]);

		parents[i] = GPOINTER_TO_UINT(
			g_hash_table_lookup(indexes, parent));
	}
	return parents;
}

static void keep(struct warden_queue *queue, const guint8 *key,
		 const struct warden_facts *found,
		 const struct warden_part *part,
		 const struct warden_budget *before)
{
	struct warden_cached cached = {
		.facts = warden_facts_serialise(found),
		.path = g_strdup(part->path),
		.parents = list_parents(queue, found),
		.flags = part->flags,
		.fuzzy = g_strdup(part->fuzzy),
		.cost = warden_budget_subtract(before, &queue->left),
	};

	warden_cache_insert(queue->parser->cache, key, &cached);
}

static void open_anew(struct warden_queue *queue,
		      const struct warden_container *container,
		      const guint8 *key)
{
	struct warden_part *part = container->part;
	struct warden_facts *facts = queue->facts;
	struct warden_facts *found = warden_facts_new();
	GHashTable *hashes = queue->hashes;
	GHashTable *trait_keys = queue->trait_keys;
	GQueue waiting = queue->waiting;
	struct warden_passwords *passwords = queue->passwords;
	guint named;
	struct warden_budget before = queue->left;
	g_autofree char *type = g_strdup(part->detected_type);

	/* Passwords around it are good for it, its own for nothing else. */
	queue->outer_passwords = warden_queue_passwords(queue);
	queue->passwords = warden_passwords_new();
	queue->passwords_asked = FALSE;
	named = queue->named;
	queue->named = 0;
	queue->facts = found;
	queue->hashes = warden_queue_hashes_new();
	queue->trait_keys = warden_queue_trait_keys_new();
	g_queue_init(&queue->waiting);
	warden_inspect(queue, &queue->inspection, part, container->bytes);
	warden_open(queue, container, container->wanted);
	warden_queue_drain(queue);
	g_hash_table_unref(queue->hashes);
	g_hash_table_unref(queue->trait_keys);
	queue->trait_keys = trait_keys;
	queue->named = named;
	warden_passwords_free(queue->passwords);
	queue->passwords = passwords;
	queue->outer_passwords = NULL;
	g_clear_pointer(&queue->joined_passwords, g_ptr_array_unref);
	queue->waiting = waiting;
	queue->hashes = hashes;
	queue->facts = facts;
	if (may_be_kept(queue, found, part, type))
		keep(queue, key, found, part, &before);
	join(queue, found);
	warden_facts_free(found);
}

void warden_apart_open(struct warden_queue *queue,
		       const struct warden_container *container)
{
	guint8 key[WARDEN_SHA256_SIZE];

	make_key(container->part, key);
	if (!recall(queue, container->part, key))
		open_anew(queue, container, key);
}
