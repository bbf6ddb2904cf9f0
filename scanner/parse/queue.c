#include "warden-config.h"

#include "queue-private.h"
#include "open.h"
#include "text/sensitive.h"
#include "text/urls.h"
#include "web/web-name.h"

#include <openssl/evp.h>
#include <string.h>

/* --- life --------------------------------------------------------------------------- */

static guint hash_hash(const void *hash)
{
	guint value;

	memcpy(&value, hash, sizeof(value));
	return value;
}

static gboolean hash_equal(const void *a, const void *b)
{
	return memcmp(a, b, WARDEN_SHA256_SIZE) == 0;
}

GHashTable *warden_queue_hashes_new(void)
{
	return g_hash_table_new(hash_hash, hash_equal);
}

GHashTable *warden_queue_trait_keys_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

struct warden_queue *warden_queue_new(struct warden_parser *parser,
				      struct warden_facts *facts,
				      gsize message_size)
{
	struct warden_queue *queue = g_new0(struct warden_queue, 1);
	guint64 budget = (guint64)message_size * WARDEN_DECODED_FACTOR +
		WARDEN_DECODED_FIXED;

	queue->parser = parser;
	queue->facts = facts;
	queue->left.decoded = MIN(budget, WARDEN_DECODED_MAX);
	queue->left.members = WARDEN_ARCHIVE_MEMBERS_MAX;
	queue->left.script = WARDEN_UNOBFUSCATE_MAX;
	queue->left.text = WARDEN_FACTS_TEXT_MAX;
	queue->left.pictures = WARDEN_PICTURES_MAX;
	queue->left.pixels = WARDEN_PICTURES_PIXELS_MAX;
	queue->left.effort = WARDEN_PICTURES_EFFORT_MAX;
	queue->sensitive_left = WARDEN_SENSITIVE_MAX;
	g_queue_init(&queue->waiting);
	queue->hashes = warden_queue_hashes_new();
	queue->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     NULL);
	queue->urls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    NULL);
	queue->trait_keys = warden_queue_trait_keys_new();
	queue->parents = g_hash_table_new(NULL, NULL);
	queue->passwords = warden_passwords_new();
	queue->visible = warden_visible_new();
	queue->pictures = g_hash_table_new_full(
		g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
		NULL);
	return queue;
}

static void container_free(struct warden_container *container)
{
	g_bytes_unref(container->bytes);
	g_free(container);
}

void warden_queue_free(struct warden_queue *queue)
{
	struct warden_container *container;

	while ((container = g_queue_pop_head(&queue->waiting)) != NULL)
		container_free(container);
	g_hash_table_unref(queue->hashes);
	g_hash_table_unref(queue->paths);
	g_hash_table_unref(queue->urls);
	g_hash_table_unref(queue->trait_keys);
	g_hash_table_unref(queue->parents);
	warden_passwords_free(queue->passwords);
	warden_visible_free(queue->visible);
	g_hash_table_unref(queue->pictures);
	g_clear_pointer(&queue->joined_passwords, g_ptr_array_unref);
	g_free(queue);
}

struct warden_parser *warden_queue_parser(struct warden_queue *queue)
{
	return queue->parser;
}

struct warden_facts *warden_queue_facts(struct warden_queue *queue)
{
	return queue->facts;
}

/* --- budget --------------------------------------------------------------------------- */

bool warden_queue_spend(struct warden_queue *queue, const char *path,
			guint64 size)
{
	if (size <= queue->left.decoded) {
		queue->left.decoded -= size;
		return TRUE;
	}
	warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_DECODED, path,
			   "expansion");
	return FALSE;
}

bool warden_queue_spend_member(struct warden_queue *queue, const char *path)
{
	if (queue->left.members > 0) {
		queue->left.members--;
		return TRUE;
	}
	warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBERS, path, "count");
	return FALSE;
}

bool warden_queue_spend_picture(struct warden_queue *queue, const char *path,
				guint64 pixels)
{
	if (queue->left.pictures > 0 && pixels <= queue->left.pixels) {
		queue->left.pictures--;
		queue->left.pixels -= pixels;
		return TRUE;
	}
	warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_PICTURES, path,
			   queue->left.pictures == 0 ? "count" : "size");
	return FALSE;
}

guint64 *warden_queue_effort(struct warden_queue *queue)
{
	return &queue->left.effort;
}

bool warden_queue_spend_script(struct warden_queue *queue, guint64 size)
{
	if (size > queue->left.script)
		return FALSE;
	queue->left.script -= size;
	return TRUE;
}

/* Facts' own size: once it is used up nothing more is added. */
static bool spend_text(struct warden_queue *queue, gsize size)
{
	if (size <= queue->left.text) {
		queue->left.text -= size;
		return TRUE;
	}
	warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_FACTS, "", "count");
	return FALSE;
}

/* --- small facts ------------------------------------------------------------------------ */

bool warden_queue_is_new_trait(struct warden_queue *queue, const char *code,
			       const char *path)
{
	return g_hash_table_add(queue->trait_keys,
				g_strconcat(code, "\n", path, NULL));
}

void warden_queue_trait(struct warden_queue *queue,
			enum warden_trait_index trait, const char *path,
			const char *detail)
{
	const char *code = warden_trait_code(trait);

	if (!warden_queue_is_new_trait(queue, code, path))
		return;
	(void)warden_facts_add_trait(queue->facts, code, path, detail);
}

void warden_queue_traits(struct warden_queue *queue,
			 const struct warden_trait_set *traits,
			 const char *path)
{
	enum warden_trait_index trait;

	if (warden_trait_set_is_empty(traits))
		return;
	for (trait = 0; trait < WARDEN_TRAITS_COUNT; trait++) {
		if (warden_trait_set_has(traits, trait))
			warden_queue_trait(queue, trait, path, "");
	}
}

void warden_queue_unscanned(struct warden_queue *queue, const char *path,
			    const char *reason)
{
	if (!warden_facts_add_unscanned(queue->facts, path, reason))
		/* no room to name this part: say it of the message */
		(void)warden_facts_add_unscanned(queue->facts, "", "count");
}

void warden_queue_match(struct warden_queue *queue,
			const struct warden_match *match)
{
	if (!spend_text(queue, strlen(match->rule) + strlen(match->detail) +
			strlen(match->part) + 64) ||
	    !warden_facts_add_match(queue->facts, match))
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_FACTS, "",
				   "count");
}

void warden_queue_limit(struct warden_queue *queue,
			enum warden_trait_index trait, const char *path,
			const char *reason)
{
	warden_queue_trait(queue, trait, path, "");
	warden_queue_unscanned(queue, path, reason);
}

void warden_queue_url(struct warden_queue *queue, const char *path,
		      const char *text, gsize size, const char *base,
		      const char *shown, const char *source)
{
	struct warden_link link;
	char *key;

	if (!warden_link_parse(text, size, base, &link))
		return;
	key = g_strconcat(path, "\n", link.url, "\n", shown, NULL);
	if (!g_hash_table_add(queue->urls, key)) {
		warden_link_clear(&link);
		return;
	}
	if (!spend_text(queue, strlen(link.url) + strlen(link.host) +
			strlen(shown) + 64) ||
	    !warden_facts_add_url(queue->facts, link.url, link.host, shown,
				  source, path))
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_FACTS, "",
				   "count");
	if (!warden_trait_set_is_empty(&link.traits)) {
		enum warden_trait_index trait;

		for (trait = 0; trait < WARDEN_TRAITS_COUNT; trait++) {
			if (warden_trait_set_has(&link.traits, trait))
				warden_queue_trait(queue, trait, path,
						   link.url);
		}
	}
	warden_link_clear(&link);
}

/* --- passwords ------------------------------------------------------------------------------ */

struct warden_visible *warden_queue_visible(struct warden_queue *queue)
{
	return queue->visible;
}

struct warden_passwords *warden_queue_password_source(
	struct warden_queue *queue)
{
	return queue->passwords;
}

/* A file apart has a list of its own, behind the message's. */
static const GPtrArray *join_passwords(struct warden_queue *queue)
{
	const GPtrArray *own = warden_passwords_list(queue->passwords);
	guint i;

	if (queue->outer_passwords == NULL)
		return own;
	if (queue->joined_passwords != NULL)
		g_ptr_array_unref(queue->joined_passwords);
	queue->joined_passwords = g_ptr_array_new();
	for (i = 0; i < queue->outer_passwords->len; i++)
		g_ptr_array_add(queue->joined_passwords,
				queue->outer_passwords->pdata[i]);
	for (i = 0; i < own->len; i++)
		g_ptr_array_add(queue->joined_passwords, own->pdata[i]);
	return queue->joined_passwords;
}

const GPtrArray *warden_queue_passwords(struct warden_queue *queue)
{
	const GPtrArray *parts = queue->facts->parts;

	queue->passwords_asked = TRUE;
	if (queue->named == 0 && queue->facts->header.subject != NULL)
		warden_passwords_read_text(queue->passwords,
					   queue->facts->header.subject,
					   strlen(queue->facts->header.subject));
	for (; queue->named < parts->len; queue->named++) {
		const struct warden_part *part =
			g_ptr_array_index(parts, queue->named);

		warden_passwords_read_name(queue->passwords, part->name);
	}
	return join_passwords(queue);
}

void warden_queue_sensitive(struct warden_queue *queue, const char *path,
			    const char *text, gsize size, bool markup)
{
	size = MIN(size, queue->sensitive_left);
	if (!queue->parser->sensitive || size == 0)
		return;
	queue->sensitive_left -= size;
	warden_sensitive_look(queue->facts, queue->parser->patterns, path,
			      text, size, markup);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* Paths are unique: "a", "a#2", "a#3" … without trying each. */
static char *unique_path(struct warden_queue *queue, const char *path)
{
	char *cleaned = warden_facts_sanitise(path, strlen(path),
					      WARDEN_FACT_PATH_MAX - 12,
					      FALSE);
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(queue->paths,
							    cleaned));
	char *numbered;

	if (number == 0) {
		g_hash_table_insert(queue->paths, g_strdup(cleaned),
				    GUINT_TO_POINTER(2));
		return cleaned;
	}
	do {
		numbered = g_strdup_printf("%s#%u", cleaned, number++);
		if (!g_hash_table_contains(queue->paths, numbered))
			break;
		g_free(numbered);
	} while (TRUE);
	g_hash_table_insert(queue->paths, cleaned, GUINT_TO_POINTER(number));
	g_hash_table_insert(queue->paths, g_strdup(numbered),
			    GUINT_TO_POINTER(2));
	return numbered;
}

static void hash_bytes(GBytes *bytes, guint8 *hash)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	if (EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL) != 1)
		g_error("SHA-256 failed");
}

bool warden_queue_has(const struct warden_queue *queue, GBytes *bytes)
{
	guint8 hash[WARDEN_SHA256_SIZE];

	hash_bytes(bytes, hash);
	return g_hash_table_contains(queue->hashes, hash);
}

static void set_text(char **to, const char *text)
{
	g_free(*to);
	*to = warden_facts_sanitise(text, strlen(text), WARDEN_FACT_NAME_MAX,
				    FALSE);
}

static void add_names(struct warden_part *part,
		      const struct warden_names *names)
{
	guint i;

	for (i = 0; names != NULL && i < names->others->len; i++) {
		(void)warden_part_add_name(
			part, g_ptr_array_index(names->others, i));
	}
}

static gsize item_text(const struct warden_item *item)
{
	gsize size = strlen(item->path) + 300;
	guint i;

	if (item->names == NULL)
		return size;
	size += strlen(item->names->name);
	for (i = 0; i < item->names->others->len; i++)
		size += strlen(g_ptr_array_index(item->names->others, i));
	return size;
}

static struct warden_part *
new_part(struct warden_queue *queue, const struct warden_item *item)
{
	g_autofree char *path = NULL;
	struct warden_part *part;

	if (!spend_text(queue, item_text(item)))
		return NULL;
	path = unique_path(queue, item->path);
	part = warden_facts_add_part(queue->facts, path,
				     item->names == NULL ? "" :
				     item->names->name);
	if (part == NULL) {
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_PARTS, "",
				   "count");
		return NULL;
	}
	add_names(part, item->names);
	set_text(&part->declared_type, item->declared_type);
	set_text(&part->encoding, item->encoding);
	part->flags = item->flags;
	g_hash_table_insert(queue->parents, part, (gpointer)item->parent);
	return part;
}

/* Returns FALSE if nothing will look at it. */
static bool push(struct warden_queue *queue, GBytes *bytes,
		 struct warden_part *part, guint depth, bool apart)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	/* nothing can be in an empty file, whose data may be NULL */
	guint32 wanted = part != NULL && size == 0 ? 0 :
		warden_open_wanted(part, data, size);
	struct warden_container *container;
	const char *path = part == NULL ? "" : part->path;

	if (wanted == 0 && !apart)
		return FALSE;
	if (depth > WARDEN_ARCHIVE_DEPTH_MAX) {
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_DEPTH, path,
				   "depth");
		return FALSE;
	}
	if (part != NULL &&
	    queue->held + size > WARDEN_HELD_MAX) {
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_DECODED, path,
				   "size");
		return FALSE;
	}
	queue->held += size;
	container = g_new0(struct warden_container, 1);
	container->bytes = g_bytes_ref(bytes);
	container->part = part;
	container->depth = depth;
	container->wanted = wanted;
	container->apart = apart;
	g_queue_push_tail(&queue->waiting, container);
	return TRUE;
}

void warden_queue_push(struct warden_queue *queue, GBytes *bytes,
		       struct warden_part *part, guint depth)
{
	(void)push(queue, bytes, part, depth, FALSE);
}

/* A container that was opened already: what is known of the first one. */
static void copy_state(struct warden_part *part,
		       const struct warden_part *first)
{
	part->flags |= first->flags & (WARDEN_PART_CONTAINER |
				       WARDEN_PART_ENCRYPTED);
	warden_part_set_fuzzy(part, first->fuzzy);
}

void warden_queue_inspect_message(struct warden_queue *queue, GBytes *bytes)
{
	warden_inspect(queue, &queue->inspection, NULL, bytes);
}

static void look(struct warden_queue *queue, struct warden_part *part,
		 const struct warden_item *item, GBytes *bytes)
{
	struct warden_part *first =
		g_hash_table_lookup(queue->hashes, part->sha256);

	if (first != NULL)
		copy_state(part, first);
	else
		g_hash_table_insert(queue->hashes, part->sha256, part);
	if (first == NULL && !item->opened &&
	    warden_apart_wants(part, item->depth) &&
	    push(queue, bytes, part, item->depth + 1, TRUE)) {
		warden_text_look(queue, part, item, bytes);
		return;
	}
	if (first == NULL)
		warden_inspect(queue, &queue->inspection, part, bytes);
	if (item->opened) {
		part->flags |= WARDEN_PART_CONTAINER;
		return;
	}
	if (first == NULL)
		warden_queue_push(queue, bytes, part, item->depth + 1);
	warden_text_look(queue, part, item, bytes);
}

/* An attachment that is declared a message is one, whatever it looks like:
   clients open it as such. */
static bool is_message(const struct warden_item *item,
		       enum warden_content_kind kind)
{
	const char *dot = item->names == NULL ? NULL :
		strrchr(item->names->name, '.');

	if (kind != WARDEN_KIND_TEXT && kind != WARDEN_KIND_HTML &&
	    kind != WARDEN_KIND_UNKNOWN)
		return FALSE;
	return g_str_has_prefix(item->declared_type, "message/rfc822") ||
	       g_str_has_prefix(item->declared_type, "message/global") ||
	       (dot != NULL && g_ascii_strcasecmp(dot, ".eml") == 0);
}

/* Text that is declared or named HTML is shown as such, however it begins. */
static bool is_declared_html(const struct warden_item *item)
{
	static const char *const extensions[] = {
		".htm", ".html", ".shtml", ".xhtml", ".xht",
	};
	const char *dot = item->names == NULL ? NULL :
		strrchr(item->names->name, '.');
	gsize i;

	if (strcmp(item->declared_type, "text/html") == 0 ||
	    strcmp(item->declared_type, "application/xhtml+xml") == 0)
		return TRUE;
	for (i = 0; dot != NULL && i < G_N_ELEMENTS(extensions); i++) {
		if (g_ascii_strcasecmp(dot, extensions[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Text whose bytes do not look like it: UTF-32, EBCDIC. */
static bool is_declared_text(const struct warden_item *item)
{
	return g_str_has_prefix(item->declared_type, "text/") &&
	       !warden_charset_keeps_ascii(item->charset);
}

/* A picture inside a page is no part, but may hold a code. Once: readings of
   one page repeat it. */
static void look_at_picture(struct warden_queue *queue,
			    const struct warden_item *item, GBytes *bytes)
{
	guint8 hash[WARDEN_SHA256_SIZE];
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (item->parent == NULL)
		return;
	hash_bytes(bytes, hash);
	if (g_hash_table_add(queue->pictures,
			     g_bytes_new(hash, sizeof(hash))))
		warden_picture_look(queue, item->parent->path, data, size);
}

struct warden_part *warden_queue_add(struct warden_queue *queue,
				     const struct warden_item *item,
				     GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	const char *name = item->names == NULL ? "" : item->names->name;
	struct warden_filetype type;
	struct warden_part *part;
	bool eicar = warden_filetype_is_eicar(data, size);

	warden_filetype_detect(queue->parser->magic, data, size,
			       *name == '\0' && !item->only_active ? NULL :
			       name, &type);
	if (is_message(item, type.kind)) {
		type.kind = WARDEN_KIND_MESSAGE;
		type.type = "message/rfc822";
	} else if ((type.kind == WARDEN_KIND_TEXT ||
		    (type.kind == WARDEN_KIND_UNKNOWN &&
		     is_declared_text(item))) &&
		   is_declared_html(item)) {
		type.kind = WARDEN_KIND_HTML;
		type.type = "text/html";
	} else if (type.kind == WARDEN_KIND_UNKNOWN &&
		   is_declared_text(item)) {
		type.kind = WARDEN_KIND_TEXT;
		type.type = "text/plain";
	}
	if (item->only_active && !eicar && !warden_kind_is_active(type.kind)) {
		if (type.kind == WARDEN_KIND_IMAGE)
			look_at_picture(queue, item, bytes);
		return NULL;
	}
	part = new_part(queue, item);
	if (part == NULL)
		return NULL;
	set_text(&part->detected_type, type.type);
	part->kind = type.kind;
	part->size = MAX(size, item->full_size);
	if (item->full_size > size)
		part->flags |= WARDEN_PART_TRUNCATED;
	if (eicar)
		part->flags |= WARDEN_PART_EICAR;
	hash_bytes(bytes, part->sha256);
	look(queue, part, item, bytes);
	return part;
}

/* --- order ------------------------------------------------------------------------------------ */

struct node {
	struct warden_part *part;
	guint first, next;	/* child, sibling: index + 1, 0 = none */
};

/* Breadth first is how parts were found; a reader wants members behind what
   they came out of. */
static void order_parts(struct warden_queue *queue, GHashTable *ranks)
{
	GPtrArray *parts = queue->facts->parts;
	guint count = parts->len, i, used = 0;
	g_autofree struct node *nodes = g_new0(struct node, count + 1);
	g_autofree guint *stack = g_new0(guint, count + 1);
	g_autofree struct warden_part **sorted =
		g_new0(struct warden_part *, count + 1);
	g_autoptr(GHashTable) indexes = g_hash_table_new(NULL, NULL);
	guint depth = 0, out = 0;

	/* node 0 is the message, part i is node i + 1 */
	for (i = 0; i < count; i++) {
		nodes[i + 1].part = g_ptr_array_index(parts, i);
		g_hash_table_insert(indexes, nodes[i + 1].part,
				    GUINT_TO_POINTER(i + 1));
	}
	for (i = count; i > 0; i--) {
		const void *parent = g_hash_table_lookup(queue->parents,
							 nodes[i].part);
		guint up = parent == NULL ? 0 : GPOINTER_TO_UINT(
			g_hash_table_lookup(indexes, parent));

		nodes[i].next = nodes[up].first;
		nodes[up].first = i;
	}
	stack[depth++] = nodes[0].first;
	while (depth > 0) {
		guint node = stack[depth - 1];

		if (node == 0) {
			depth--;
			continue;
		}
		stack[depth - 1] = nodes[node].next;
		sorted[out++] = nodes[node].part;
		stack[depth++] = nodes[node].first;
	}
	g_assert(out == count);
	for (used = 0; used < count; used++) {
		parts->pdata[used] = sorted[used];
		g_hash_table_insert(ranks, sorted[used]->path,
				    GUINT_TO_POINTER(used + 1));
	}
}

static int compare_urls(const void *a, const void *b, void *ranks)
{
	const struct warden_url *const *first = a, *const *second = b;
	guint x = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*first)->part));
	guint y = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*second)->part));

	return x < y ? -1 : x > y;
}

static int compare_traits(const void *a, const void *b, void *ranks)
{
	const struct warden_trait *const *first = a, *const *second = b;
	guint x = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*first)->part));
	guint y = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*second)->part));

	return x < y ? -1 : x > y;
}

static int compare_matches(const void *a, const void *b, void *ranks)
{
	const struct warden_match *const *first = a, *const *second = b;
	guint x = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*first)->part));
	guint y = GPOINTER_TO_UINT(g_hash_table_lookup(ranks,
						       (*second)->part));

	return x < y ? -1 : x > y;
}

void warden_queue_drain(struct warden_queue *queue)
{
	struct warden_container *container;

	while ((container = g_queue_pop_head(&queue->waiting)) != NULL) {
		if (container->apart)
			warden_apart_open(queue, container);
		else
			warden_open(queue, container, container->wanted);
		queue->held -= g_bytes_get_size(container->bytes);
		container_free(container);
	}
}

void warden_queue_run(struct warden_queue *queue)
{
	g_autoptr(GHashTable) ranks = g_hash_table_new(g_str_hash,
						       g_str_equal);

	warden_queue_drain(queue);
	if (warden_visible_finish(queue->visible, queue->facts))
		warden_queue_trait(queue, WARDEN_TRAIT_ALTERNATIVES_DIFFER, "",
				   "");
	if (queue->facts->header.subject != NULL)
		warden_queue_sensitive(queue, "", queue->facts->header.subject,
				       strlen(queue->facts->header.subject),
				       FALSE);
	warden_web_names(queue, queue->facts);
	order_parts(queue, ranks);
	/* stable, says GLib */
	g_ptr_array_sort_with_data(queue->facts->urls, compare_urls, ranks);
	g_ptr_array_sort_with_data(queue->facts->traits, compare_traits,
				   ranks);
	g_ptr_array_sort_with_data(queue->facts->matches, compare_matches,
				   ranks);
}
