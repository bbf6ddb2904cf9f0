#include "warden-config.h"

#include "pdf-expand.h"

#include <string.h>

/* --- shared ------------------------------------------------------------------ */

char *warden_pdf_look_text(const struct warden_pdf_look *look,
			   struct warden_pdf_value value, gsize max)
{
	g_autoptr(GByteArray) bytes = look->opaque ? NULL :
		warden_pdf_string(look->pdf, value, max);
	const char *charset;
	GString *text;
	gsize mark = 0;

	if (bytes == NULL || bytes->len == 0)
		return g_strdup("");
	charset = warden_charset_sniff(bytes->data, bytes->len);
	if (charset != NULL && (bytes->data[0] >= 0xef))
		mark = bytes->data[0] == 0xef ? 3 : 2;
	text = warden_charset_decode(
		warden_queue_parser(look->queue)->charsets, charset,
		bytes->data + mark, bytes->len - mark, 3 * max, NULL);
	return g_string_free(text, FALSE);
}

char *warden_pdf_look_file(const struct warden_pdf_look *look,
			   struct warden_pdf_value value)
{
	static const enum warden_pdf_key keys[] = {
		WARDEN_PDF_KEY_UF, WARDEN_PDF_KEY_F, WARDEN_PDF_KEY_DOS,
		WARDEN_PDF_KEY_Unix, WARDEN_PDF_KEY_Mac,
	};
	struct warden_pdf_dict dict;
	gsize i;

	if (!warden_pdf_dict(look->pdf, value, &dict))
		return warden_pdf_look_text(look, value, WARDEN_FACT_URL_MAX);
	for (i = 0; i < G_N_ELEMENTS(keys); i++) {
		char *name = warden_pdf_look_text(look, dict.values[keys[i]],
						  WARDEN_FACT_URL_MAX);

		if (*name != '\0')
			return name;
		g_free(name);
	}
	return g_strdup("");
}

struct warden_part *
warden_pdf_look_member(const struct warden_pdf_look *look, GBytes *bytes,
		       const struct warden_names *names, const char *what,
		       const char *type)
{
	g_autofree char *path = g_strdup_printf(
		"%s/%s", look->path, names == NULL || *names->name == '\0' ?
		what : names->name);
	struct warden_item item = {
		.path = path, .names = names, .declared_type = type,
		.encoding = "", .charset = "", .flags = WARDEN_PART_MEMBER,
		.parent = look->container->part,
		.depth = look->container->depth,
	};
	struct warden_part *part;

	if (!warden_queue_spend_member(look->queue, look->path))
		return NULL;
	part = warden_queue_add(look->queue, &item, bytes);
	if (part != NULL)
		look->container->part->flags |= WARDEN_PART_CONTAINER;
	return part;
}

void warden_pdf_look_outcome(const struct warden_pdf_look *look,
			     const struct warden_pdf_stream *stream,
			     const char *path)
{
	switch (stream->outcome) {
	case WARDEN_PDF_WHOLE:
		break;
	case WARDEN_PDF_DAMAGED:
		warden_queue_unscanned(look->queue, path, "damaged");
		break;
	case WARDEN_PDF_CUT:
		warden_queue_limit(look->queue, WARDEN_TRAIT_LIMIT_MEMBER,
				   path, "size");
		break;
	case WARDEN_PDF_UNSUPPORTED:
		warden_queue_unscanned(look->queue, path, "unsupported");
		break;
	}
}

/* --- one file ----------------------------------------------------------------- */

static void look_field(struct warden_pdf_look *look,
		       const struct warden_pdf_dict *dict)
{
	/* bit 14 (12.7.4.3); buttons and choices use it otherwise */
	gint64 flags = warden_pdf_number(
		look->pdf, dict->values[WARDEN_PDF_KEY_Ff], 0);

	if ((flags & 1 << 13) == 0)
		return;
	if (!warden_pdf_has(dict->values[WARDEN_PDF_KEY_FT]) ||
	    warden_pdf_is(look->pdf, dict->values[WARDEN_PDF_KEY_FT], "Tx"))
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_PASSWORD_FIELD,
				   look->path, "");
}

static void look_subtype(struct warden_pdf_look *look,
			 const struct warden_pdf_dict *dict)
{
	static const char *const media[] = {
		"RichMedia", "3D", "Movie", "Screen", "Flash",
	};
	struct warden_pdf_value subtype =
		dict->values[WARDEN_PDF_KEY_Subtype];
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(media); i++) {
		if (warden_pdf_is(look->pdf, subtype, media[i]))
			warden_queue_trait(look->queue,
					   WARDEN_TRAIT_PDF_RICH_MEDIA,
					   look->path, media[i]);
	}
}

static void look_stream(struct warden_pdf_look *look,
			const struct warden_pdf_dict *dict, guint stream)
{
	if (warden_pdf_is(look->pdf, dict->values[WARDEN_PDF_KEY_Type],
			  "EmbeddedFile"))
		g_array_append_val(look->embedded, stream);
	if (warden_pdf_is(look->pdf, dict->values[WARDEN_PDF_KEY_Subtype],
			  "Image"))
		g_array_append_val(look->images, stream);
}

static void look_dict(void *context, const struct warden_pdf_dict *dict,
		      gint stream)
{
	struct warden_pdf_look *look = context;

	warden_pdf_look_action(look, dict);
	if (stream >= 0)
		look_stream(look, dict, stream);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_EF]))
		warden_pdf_look_embedded(look, dict);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_XFA]))
		warden_pdf_look_forms(look, dict);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_Ff]))
		look_field(look, dict);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_Contents]) &&
	    warden_pdf_is(look->pdf, dict->values[WARDEN_PDF_KEY_Type],
			  "Page"))
		g_array_append_val(look->pages, dict->self);
	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_Subtype]))
		look_subtype(look, dict);
}

static void report_state(struct warden_pdf_look *look)
{
	const struct warden_pdf_state *state = warden_pdf_state(look->pdf);
	const char *path = look->path;
	const struct {
		bool seen;
		const char *reason;
	} unread[] = {
		{ state->too_many, "count" }, { state->too_deep, "depth" },
		{ state->out_of_work, "time" }, { state->cut, "expansion" },
		{ state->damaged, "damaged" },
		{ state->unsupported, "unsupported" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(unread); i++) {
		if (unread[i].seen)
			warden_queue_unscanned(look->queue, path,
					       unread[i].reason);
	}
	if (state->obfuscated[0] != '\0')
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_OBFUSCATED_NAME, path,
				   state->obfuscated);
	if (state->no_xref)
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_DAMAGED,
				   path, "");
	if (state->hidden)
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_HIDDEN_OBJECT, path, "");
}

static void look_at(struct warden_pdf_look *look)
{
	guint count = warden_pdf_objects(look->pdf), i;

	look->scripts = g_ptr_array_new_with_free_func(g_free);
	look->script_places = g_hash_table_new(NULL, NULL);
	look->files = g_hash_table_new(NULL, NULL);
	look->embedded = g_array_new(FALSE, FALSE, sizeof(guint));
	look->images = g_array_new(FALSE, FALSE, sizeof(guint));
	look->pages = g_array_new(FALSE, FALSE,
				  sizeof(struct warden_pdf_value));
	for (i = 0; i < count; i++)
		warden_pdf_walk(look->pdf, i, look_dict, look);
	if (!look->opaque)
		warden_pdf_look_nameless(look);
	warden_pdf_look_scripts(look);
	if (!look->opaque) {
		look->showing = TRUE;
		warden_pdf_look_images(look);
		warden_pdf_look_pages(look);
	}
	report_state(look);
	g_ptr_array_unref(look->scripts);
	g_hash_table_unref(look->script_places);
	g_hash_table_unref(look->files);
	g_array_unref(look->embedded);
	g_array_unref(look->images);
	g_array_unref(look->pages);
}

/* --- encryption --------------------------------------------------------------- */

static bool spend(void *context, gsize size)
{
	struct warden_pdf_look *look = context;

	if (!look->showing)
		return warden_queue_spend(look->queue, look->path, size);
	if (size > look->shown_left) {
		look->shown_left = 0;
		return FALSE;
	}
	look->shown_left -= size;
	return TRUE;
}

/* Of object streams, how much is packed, and in one layer only? */
static bool is_packed_little(struct warden_pdf_look *look)
{
	guint count = warden_pdf_objects(look->pdf), i;
	gsize packed = 0;

	for (i = 0; i < count; i++) {
		const struct warden_pdf_object *object =
			warden_pdf_object(look->pdf, i);
		struct warden_pdf_value value = {
			.buffer = object->buffer, .at = object->start,
		};
		struct warden_pdf_array filters;
		struct warden_pdf_dict dict;

		if (object->stream_end == 0 ||
		    !warden_pdf_dict(look->pdf, value, &dict) ||
		    !warden_pdf_is(look->pdf,
				   dict.values[WARDEN_PDF_KEY_Type],
				   "ObjStm"))
			continue;
		packed += object->stream_end - object->stream;
		warden_pdf_array_init(&filters, look->pdf,
				      dict.values[WARDEN_PDF_KEY_Filter]);
		if (packed > WARDEN_PDF_ENCRYPTED_PACKED_MAX ||
		    (warden_pdf_array_next(&filters, &value) &&
		     warden_pdf_array_next(&filters, &value)))
			return FALSE;
	}
	return TRUE;
}

/* qpdf follows nesting and unpacks object streams as they come: it only gets
   what has little of either. */
static bool is_fit_for_qpdf(struct warden_pdf_look *look)
{
	const struct warden_pdf_state *state = warden_pdf_state(look->pdf);

	return !state->too_many && !state->too_deep && !state->out_of_work &&
	       !state->cut && state->deepest <= WARDEN_PDF_DEPTH_MAX &&
	       is_packed_little(look);
}

/* By no password, as anybody's reader does, or by one that the message tells.
   Returns what warden_pdf_decrypt() does. */
static int decrypt(struct warden_pdf_look *look, GBytes **plain_r)
{
	GBytes *bytes = look->container->bytes;
	gsize size = g_bytes_get_size(bytes), left;
	const GPtrArray *passwords;
	int ret = warden_pdf_decrypt(bytes, "", plain_r);
	guint i;

	if (ret >= 0) {
		if (ret > 0)
			warden_queue_trait(look->queue,
					   WARDEN_TRAIT_PDF_ENCRYPTED,
					   look->path, "");
		return ret;
	}
	passwords = warden_queue_passwords(look->queue);
	left = WARDEN_PASSWORD_TRIAL_BYTES;
	for (i = 0; ret < 0 && i < passwords->len && left >= size; i++) {
		left -= size;
		ret = warden_pdf_decrypt(bytes, passwords->pdata[i], plain_r);
	}
	if (ret > 0)
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_OPENED,
				   look->path, "");
	return ret;
}

/* Opens it anew without encryption, or leaves it as it is and says so. */
static void open_encrypted(struct warden_pdf_look *look)
{
	GBytes *bytes = look->container->bytes, *plain = NULL;
	int ret = -1;

	if (is_fit_for_qpdf(look) &&
	    warden_queue_spend(look->queue, look->path,
			       g_bytes_get_size(bytes)))
		ret = decrypt(look, &plain);
	if (ret < 0) {
		look->opaque = TRUE;
		look->container->part->flags |= WARDEN_PART_ENCRYPTED;
		warden_queue_unscanned(look->queue, look->path, "encrypted");
		return;
	}
	warden_pdf_free(look->pdf);
	look->pdf = warden_pdf_new(plain == NULL ? bytes : plain, FALSE,
				   spend, look);
	if (plain != NULL)
		g_bytes_unref(plain);
}

void warden_pdf_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	struct warden_pdf_look look = {
		.queue = queue, .container = container,
		.path = container->part->path,
	};

	look.pdf = warden_pdf_new(container->bytes, TRUE, spend, &look);
	if (warden_pdf_state(look.pdf)->encrypted)
		open_encrypted(&look);
	if (warden_pdf_objects(look.pdf) > 0)
		look_at(&look);
	else if (container->part->kind == WARDEN_KIND_PDF)
		warden_queue_unscanned(queue, look.path, "damaged");
	warden_pdf_free(look.pdf);
}
