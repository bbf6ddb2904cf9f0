#include "warden-config.h"

#include "../encoding/decode.h"
#include "mail.h"
#include "../signature/signature.h"
#include "../text/visible.h"

#include <string.h>

/* Above this, flagged mail does without GMime: its views may differ from ours
   in a way that makes it slow, and ours cover the rest. */
#define GMIME_FLAGGED_MAX (4u * 1024 * 1024)

/* --- paths ------------------------------------------------------------------------- */

static char *full_path(const struct warden_mail *mail, const char *path)
{
	const struct warden_part *part = mail->container->part;

	/* the outermost multipart has no number of its own */
	if (*path == '\0')
		path = "1";
	return part == NULL ? g_strdup(path) :
		g_strconcat(part->path, "/", path, NULL);
}

static GBytes *range_bytes(const struct warden_mail *mail, gsize start,
			   gsize end)
{
	return g_bytes_new_from_bytes(mail->container->bytes, start,
				      MAX(start, end) - start);
}

/* --- hidden or not -------------------------------------------------------------------- */

/* Text formats are taken for what they are by patterns, and quoted in honest
   mail: finding one somewhere is no proof of hiding. */
static bool is_textual(enum warden_content_kind kind)
{
	return kind == WARDEN_KIND_HTML || kind == WARDEN_KIND_SVG ||
	       kind == WARDEN_KIND_SCRIPT;
}

static bool is_known(const struct warden_mail *mail,
		     const struct warden_found *found,
		     const struct warden_part *part)
{
	bool eicar = (part->flags & WARDEN_PART_EICAR) != 0;
	guint i;

	for (i = 0; i < mail->known->len; i++) {
		const struct warden_known_range *known = &g_array_index(
			mail->known, struct warden_known_range, i);

		if (known->end > found->start && known->start < found->end &&
		    (eicar ? known->eicar : known->kind == part->kind))
			return TRUE;
	}
	return FALSE;
}

static void judge(struct warden_mail *mail, const struct warden_found *found,
		  const struct warden_part *part)
{
	bool eicar = (part->flags & WARDEN_PART_EICAR) != 0;

	if ((!eicar && !warden_kind_is_active(part->kind)) ||
	    is_known(mail, found, part))
		return;
	warden_queue_trait(mail->queue, WARDEN_TRAIT_HIDDEN_CONTENT,
			   part->path, part->detected_type);
	if (eicar || !is_textual(part->kind))
		warden_queue_unscanned(mail->queue, part->path, "ambiguous");
}

void warden_mail_add_found(struct warden_mail *mail,
			   const struct warden_found *found, GBytes *bytes)
{
	g_autofree char *path = NULL;
	struct warden_item item = {
		.names = found->names, .encoding = found->encoding,
		.declared_type = found->declared_type,
		.charset = found->charset, .flags = found->flags,
		.parent = mail->container->part,
		.depth = mail->container->depth,
		.only_active = !found->certain,
	};
	struct warden_part *part;

	if (g_bytes_get_size(bytes) == 0 ||
	    warden_queue_has(mail->queue, bytes))
		return;
	path = full_path(mail, found->path);
	item.path = path;
	part = warden_queue_add(mail->queue, &item, bytes);
	if (part != NULL)
		judge(mail, found, part);
}

/* --- readings of one body ------------------------------------------------------------------ */

/* One file under an encoding that brings its own frame. */
static bool find_embedded(const guint8 *data, gsize size, guint32 encoding,
			  struct warden_embedded *file)
{
	gsize at = 0;

	if (encoding == WARDEN_ENCODING_YENC)
		return warden_decode_yenc(data, size, &at, file);
	if (encoding == WARDEN_ENCODING_BINHEX)
		return warden_decode_binhex(data, size, TRUE, &at, file);
	if (warden_decode_uu(data, size, FALSE, &at, file))
		return TRUE;
	at = 0;
	return warden_decode_uu(data, size, TRUE, &at, file);
}

static void add_embedded(GArray *readings, const guint8 *data, gsize size,
			 guint32 encoding)
{
	struct warden_embedded file;

	if (!find_embedded(data, size, encoding, &file))
		return;
	warden_readings_add(readings, g_bytes_ref(file.bytes), TRUE);
	if (file.resource != NULL)
		warden_readings_add(readings, g_bytes_ref(file.resource),
				    FALSE);
	warden_embedded_clear(&file);
}

static guint count_bits(guint32 bits)
{
	guint count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/* Every reading that the declared encodings allow, the likeliest first. */
static GArray *
read_body(const struct warden_mail *mail, const struct warden_entity *entity,
	  struct warden_trait_set *traits)
{
	GArray *readings = warden_readings_new();
	const struct warden_content *content = &entity->content;
	const guint8 *data = mail->data + entity->body;
	gsize size = entity->end - entity->body;
	guint32 encodings = content->encodings;
	bool several = count_bits(encodings) > 1;
	/* "unknown" and the like: as it stands, if nothing better is found */
	bool guess = encodings == (WARDEN_ENCODING_IDENTITY |
				   WARDEN_ENCODING_BASE64 |
				   WARDEN_ENCODING_QP) &&
		strstr(content->encoding, "64") == NULL &&
		strstr(content->encoding, "printable") == NULL;
	guint i, first;

	if (encodings == WARDEN_ENCODING_IDENTITY || guess)
		warden_readings_add(readings, range_bytes(
			mail, entity->body, entity->end), TRUE);
	first = readings->len;
	if ((encodings & WARDEN_ENCODING_BASE64) != 0)
		warden_decode_base64(data, size, readings, traits);
	if ((encodings & WARDEN_ENCODING_QP) != 0)
		warden_decode_qp(data, size, readings, traits);
	for (i = WARDEN_ENCODING_UU; i <= WARDEN_ENCODING_BINHEX; i <<= 1) {
		if ((encodings & i) != 0)
			add_embedded(readings, data, size, i);
	}
	for (i = MAX(first, 1); several && i < readings->len; i++) {
		g_array_index(readings, struct warden_reading, i).certain =
			FALSE;
	}
	if ((encodings & WARDEN_ENCODING_IDENTITY) != 0 || readings->len == 0)
		warden_readings_add(readings, range_bytes(
			mail, entity->body, entity->end),
			readings->len == 0);
	return readings;
}

/* --- entities ------------------------------------------------------------------------------- */

static guint32 content_flags(const struct warden_content *content)
{
	guint32 flags = 0;

	if (content->attachment || *content->names.name != '\0' ||
	    (*content->type != '\0' && !content->is_inline &&
	     !g_str_has_prefix(content->type, "text/") &&
	     !g_str_has_prefix(content->type, "multipart/") &&
	     !g_str_has_prefix(content->type, "message/")))
		flags |= WARDEN_PART_ATTACHMENT;
	if (content->is_inline)
		flags |= WARDEN_PART_INLINE;
	return flags;
}

static void note_known(struct warden_mail *mail,
		       const struct warden_entity *entity,
		       const struct warden_part *part)
{
	struct warden_known_range known = {
		entity->body, entity->end, part->kind,
		(part->flags & WARDEN_PART_EICAR) != 0,
	};

	g_array_append_val(mail->known, known);
}

/* The same range read by the same rules: once. Returns FALSE if it was. */
static bool take_range(struct warden_mail *mail,
		       const struct warden_entity *entity)
{
	return g_hash_table_add(mail->taken, g_strdup_printf(
		"%" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %x", entity->body,
		entity->end, entity->content.encodings));
}

static void add_main(struct warden_mail *mail,
		     const struct warden_entity *entity, const char *path,
		     GBytes *bytes)
{
	const struct warden_content *content = &entity->content;
	struct warden_item item = {
		.path = path, .names = &content->names,
		.declared_type = content->type,
		.encoding = content->encoding, .charset = content->charset,
		.delsp = content->delsp,
		.flags = content_flags(content),
		.parent = mail->container->part,
		.depth = mail->container->depth,
		.opened = entity->descended,
	};
	struct warden_part *part;

	if (mail->container->depth > 0)
		item.flags |= WARDEN_PART_MEMBER;
	part = warden_queue_add(mail->queue, &item, bytes);
	if (part == NULL)
		return;
	if (!entity->descended)
		note_known(mail, entity, part);
	if (strcmp(content->type, "message/partial") == 0)
		warden_queue_limit(mail->queue, WARDEN_TRAIT_PARTIAL,
				   part->path, "unsupported");
	if (strcmp(content->type, "message/external-body") == 0)
		warden_queue_trait(mail->queue, WARDEN_TRAIT_EXTERNAL_BODY,
				   part->path, "");
}

/* main: of the strict view, whose first readings are the ordinary parts. */
static void take_entity(struct warden_mail *mail,
			const struct warden_entity *entity, bool main)
{
	const struct warden_content *content = &entity->content;
	struct warden_trait_set traits = { { 0 } };
	struct warden_found found = {
		.start = entity->body, .end = entity->end,
		.path = entity->path, .names = &content->names,
		.flags = content_flags(content) | WARDEN_PART_ALTERNATE,
		.declared_type = content->type,
		.encoding = content->encoding, .charset = content->charset,
	};
	g_autofree char *path = full_path(mail, entity->path);
	GArray *readings;
	guint i;

	if (!take_range(mail, entity))
		return;
	if (!warden_queue_spend(mail->queue, path, entity->end -
				entity->body))
		return;
	readings = read_body(mail, entity, &traits);
	for (i = 0; i < readings->len; i++) {
		const struct warden_reading *reading = &g_array_index(
			readings, struct warden_reading, i);

		found.certain = reading->certain;
		if (i == 0 && main)
			add_main(mail, entity, path, reading->bytes);
		else
			warden_mail_add_found(mail, &found, reading->bytes);
	}
	g_array_unref(readings);
	if (main)
		warden_queue_traits(mail->queue, &traits, path);
}

/* --- multiparts that hold more than their parts ------------------------------------------------ */

/* Encoded as a whole, against RFC 2045 6.4: some clients undo that. The header
   that makes sense of the result is made anew. */
static void take_encoded_multipart(struct warden_mail *mail,
				   const struct warden_entity *entity)
{
	const struct warden_content *content = &entity->content;
	struct warden_trait_set traits = { { 0 } };
	struct warden_found found = {
		.start = entity->body, .end = entity->end,
		.path = entity->path, .flags = WARDEN_PART_ALTERNATE,
		.declared_type = "message/rfc822", .encoding = "",
		.charset = "", .certain = TRUE,
	};
	GArray *readings;
	guint i;

	if (content->boundaries->len == 0 ||
	    !warden_queue_spend(mail->queue, "", entity->end - entity->body))
		return;
	readings = read_body(mail, entity, &traits);
	for (i = 0; i < readings->len; i++) {
		gsize size;
		const void *data = g_bytes_get_data(g_array_index(
			readings, struct warden_reading, i).bytes, &size);
		const char *boundary =
			g_ptr_array_index(content->boundaries, 0);
		GByteArray *made;
		g_autofree char *head = NULL;
		g_autoptr(GBytes) bytes = NULL;

		if (memmem(data, size, boundary, strlen(boundary)) == NULL)
			continue;
		head = g_strdup_printf("Content-Type: %s; boundary=\"%s\"\n\n",
				       content->type, boundary);
		made = g_byte_array_new();
		g_byte_array_append(made, (const guint8 *)head, strlen(head));
		g_byte_array_append(made, data, size);
		bytes = g_byte_array_free_to_bytes(made);
		warden_mail_add_found(mail, &found, bytes);
	}
	g_array_unref(readings);
}

/* No delimiter of it was ever seen: some clients show its body as text, or as
   a file, encoded as it says. */
static void take_unused_multipart(struct warden_mail *mail,
				  const struct warden_entity *entity)
{
	struct warden_trait_set traits = { { 0 } };
	struct warden_found found = {
		.start = entity->body, .end = entity->end,
		.path = entity->path, .flags = WARDEN_PART_ALTERNATE,
		.declared_type = "text/plain", .encoding = "",
		.charset = entity->content.charset, .certain = TRUE,
	};
	GArray *readings;
	guint i;

	if (!warden_queue_spend(mail->queue, "", entity->end - entity->body))
		return;
	readings = read_body(mail, entity, &traits);
	for (i = 0; i < readings->len; i++) {
		const struct warden_reading *reading = &g_array_index(
			readings, struct warden_reading, i);

		found.certain = reading->certain;
		warden_mail_add_found(mail, &found, reading->bytes);
	}
	g_array_unref(readings);
}

static void take_multiparts(struct warden_mail *mail,
			    const struct warden_view *view)
{
	guint i;

	for (i = 0; i < view->multiparts->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->multiparts, i);
		const struct warden_trait_set *traits =
			&entity->content.traits;

		if (warden_trait_set_has(traits,
					 WARDEN_TRAIT_ENCODED_MULTIPART))
			take_encoded_multipart(mail, entity);
		if (warden_trait_set_has(traits,
					      WARDEN_TRAIT_UNUSED_BOUNDARY))
			take_unused_multipart(mail, entity);
	}
}

/* --- views -------------------------------------------------------------------------------------- */

static void take_view(struct warden_mail *mail, const struct warden_view *view,
		      bool main)
{
	guint i;

	for (i = 0; i < view->entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->entities, i);

		if (main || !entity->descended)
			take_entity(mail, entity, main);
	}
}

/* GMime leaves the line end before a delimiter out in its own way. */
static gsize trimmed_end(const struct warden_mail *mail,
			 const struct warden_entity *entity)
{
	gsize end = entity->end;

	while (end > entity->body && (mail->data[end - 1] == '\n' ||
				      mail->data[end - 1] == '\r'))
		end--;
	return end;
}

static bool has_body(const struct warden_mail *mail,
		     const struct warden_view *view,
		     const struct warden_entity *wanted)
{
	guint i;

	for (i = 0; i < view->entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->entities, i);

		if (!entity->descended && entity->body == wanted->body &&
		    trimmed_end(mail, entity) == trimmed_end(mail, wanted) &&
		    entity->content.encodings == wanted->content.encodings)
			return TRUE;
	}
	return FALSE;
}

static guint count_leaves(const struct warden_mail *mail,
			  const struct warden_view *view)
{
	guint i, count = 0;

	for (i = 0; i < view->entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->entities, i);

		count += !entity->descended &&
			trimmed_end(mail, entity) > entity->body;
	}
	return count;
}

static bool views_agree(const struct warden_mail *mail,
			const struct warden_view *ours,
			const struct warden_view *theirs)
{
	guint i;

	for (i = 0; i < theirs->entities->len; i++) {
		if (!has_body(mail, ours,
			      g_ptr_array_index(theirs->entities, i)))
			return FALSE;
	}
	return count_leaves(mail, ours) == count_leaves(mail, theirs);
}

/* --- limits of the pre-pass ---------------------------------------------------------------------- */

static const struct {
	enum warden_trait_index trait;
	const char *reason;
} limits[] = {
	{ WARDEN_TRAIT_LIMIT_FIELD, "size" },
	{ WARDEN_TRAIT_LIMIT_FIELD_NAME, "size" },
	{ WARDEN_TRAIT_LIMIT_HEADER, "size" },
	{ WARDEN_TRAIT_LIMIT_FIELDS, "count" },
	{ WARDEN_TRAIT_LIMIT_BOUNDARY, "size" },
	{ WARDEN_TRAIT_LIMIT_DEPTH, "depth" },
	{ WARDEN_TRAIT_LIMIT_PARTS, "count" },
};

/* Returns TRUE if one was hit: nothing for GMime. */
static bool note_limits(struct warden_mail *mail,
			const struct warden_trait_set *traits,
			const char *path)
{
	bool hit = FALSE;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(limits); i++) {
		if (!warden_trait_set_has(traits, limits[i].trait))
			continue;
		warden_queue_limit(mail->queue, limits[i].trait, path,
				   limits[i].reason);
		hit = TRUE;
	}
	return hit;
}

static void note_traits(struct warden_mail *mail, const GPtrArray *entities)
{
	guint i;

	for (i = 0; i < entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(entities, i);
		g_autofree char *path = full_path(mail, entity->path);

		warden_queue_traits(mail->queue, &entity->content.traits,
				    path);
	}
}

/* --- the message ----------------------------------------------------------------------------------- */

/* The second look at mail that can be read in more than one way. */
static void look_again(struct warden_mail *mail,
		       const struct warden_view *strict)
{
	struct warden_charsets *charsets =
		warden_queue_parser(mail->queue)->charsets;
	struct warden_view lenient;

	take_multiparts(mail, strict);
	warden_view_linear(charsets, mail->data, mail->size,
			   WARDEN_LINEAR_LENIENT, &lenient);
	take_view(mail, &lenient, FALSE);
	take_multiparts(mail, &lenient);
	warden_view_clear(&lenient);
	warden_carve(mail);
}

static void note_alternatives(const struct warden_mail *mail,
			      const struct warden_view *view)
{
	struct warden_visible *visible = warden_queue_visible(mail->queue);

	if (mail->container->part != NULL)
		return;
	for (guint i = 0; i < view->multiparts->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->multiparts, i);

		if (strcmp(entity->content.type, "multipart/alternative") == 0)
			warden_visible_alternative(visible, entity->path);
	}
}

static void read_views(struct warden_mail *mail, const char *path)
{
	struct warden_charsets *charsets =
		warden_queue_parser(mail->queue)->charsets;
	struct warden_view strict, gmime;
	struct warden_trait_set traits;
	bool limited, flagged;

	warden_view_linear(charsets, mail->data, mail->size,
			   WARDEN_LINEAR_STRICT, &strict);
	warden_view_all_traits(&strict, &traits);
	limited = note_limits(mail, &traits, path);
	flagged = limited || warden_trait_set_is_ambiguous(&traits);
	warden_queue_traits(mail->queue, &strict.traits, path);
	note_traits(mail, strict.multiparts);
	note_traits(mail, strict.entities);
	take_view(mail, &strict, TRUE);
	note_alternatives(mail, &strict);
	warden_mail_take_elsewhere(mail, &strict);
	if (!limited && !strict.long_field &&
	    (!flagged || mail->size <= GMIME_FLAGGED_MAX)) {
		warden_view_gmime(charsets, mail->data, mail->size, &gmime);
		if (!views_agree(mail, &strict, &gmime)) {
			warden_queue_trait(mail->queue,
					   WARDEN_TRAIT_VIEWS_DIFFER, path,
					   "");
			flagged = TRUE;
			take_view(mail, &gmime, FALSE);
		}
		warden_view_clear(&gmime);
	}
	warden_signature_look(mail, &strict, flagged);
	if (flagged)
		look_again(mail, &strict);
	warden_view_clear(&strict);
}

void warden_mail_expand(struct warden_queue *queue,
			const struct warden_container *container)
{
	struct warden_mail mail = {
		.queue = queue, .container = container,
		.starts_left = WARDEN_CARVE_STARTS_MAX,
	};

	mail.data = g_bytes_get_data(container->bytes, &mail.size);
	mail.carve_left = (guint64)mail.size * WARDEN_CARVE_FACTOR +
		WARDEN_CARVE_FIXED;
	mail.known = g_array_new(FALSE, FALSE,
				 sizeof(struct warden_known_range));
	mail.taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   NULL);
	if (container->part != NULL)
		container->part->flags |= WARDEN_PART_CONTAINER;
	read_views(&mail, container->part == NULL ? "" :
		   container->part->path);
	g_array_unref(mail.known);
	g_hash_table_unref(mail.taken);
}
