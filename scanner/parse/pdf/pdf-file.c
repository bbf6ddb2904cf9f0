#include "warden-config.h"

#include "pdf-expand.h"

#include <string.h>

/* Files inside a PDF (ISO 32000-1 7.11.4), and forms of the older kind, which
   are XML in streams. */

typedef struct warden_pdf_value value_t;

static const enum warden_pdf_key file_keys[] = {
	WARDEN_PDF_KEY_UF, WARDEN_PDF_KEY_F, WARDEN_PDF_KEY_DOS,
	WARDEN_PDF_KEY_Unix, WARDEN_PDF_KEY_Mac,
};

/* Where a packed file is a picture as it is, the picture is the file. */
static void add_stream(struct warden_pdf_look *look, guint index,
		       const struct warden_names *names, const char *what,
		       const char *type)
{
	struct warden_pdf_stream stream;
	struct warden_part *part;

	if (!g_hash_table_add(look->files, GUINT_TO_POINTER(index + 1)))
		return;
	warden_pdf_stream_read(look->pdf, index, WARDEN_ARCHIVE_MEMBER_MAX,
			       &stream);
	if (stream.outcome == WARDEN_PDF_UNSUPPORTED &&
	    stream.filter == WARDEN_PDF_FILTER_DCT)
		stream.outcome = WARDEN_PDF_WHOLE;
	part = warden_pdf_look_member(look, stream.bytes, names, what, type);
	if (part != NULL) {
		warden_pdf_look_outcome(look, &stream, part->path);
		if (stream.outcome != WARDEN_PDF_WHOLE)
			part->flags |= WARDEN_PART_TRUNCATED;
	}
	g_bytes_unref(stream.bytes);
}

static gint stream_index(struct warden_pdf_look *look, value_t value)
{
	gint index;

	(void)warden_pdf_resolve(look->pdf, value, &index);
	return index >= 0 &&
	       warden_pdf_object(look->pdf, index)->stream_end > 0 ?
		index : -1;
}

/* Under every name that a reader may save it as. */
static void collect_names(const struct warden_pdf_look *look,
			  const struct warden_pdf_dict *dict,
			  struct warden_names *names)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(file_keys); i++) {
		g_autofree char *name = warden_pdf_look_text(
			look, dict->values[file_keys[i]],
			WARDEN_FACT_NAME_MAX);

		if (*name != '\0')
			warden_names_add(names, name);
	}
}

void warden_pdf_look_embedded(struct warden_pdf_look *look,
			      const struct warden_pdf_dict *dict)
{
	struct warden_pdf_dict files;
	struct warden_names names;
	gsize i;

	if (!warden_pdf_dict(look->pdf, dict->values[WARDEN_PDF_KEY_EF],
			     &files))
		return;
	warden_names_init(&names);
	collect_names(look, dict, &names);
	warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_EMBEDDED_FILE,
			   look->path, names.name);
	for (i = 0; !look->opaque && i < G_N_ELEMENTS(file_keys); i++) {
		gint index = stream_index(look, files.values[file_keys[i]]);

		if (index >= 0)
			add_stream(look, index, &names, "file", "");
	}
	warden_names_clear(&names);
}

void warden_pdf_look_nameless(struct warden_pdf_look *look)
{
	guint i;

	for (i = 0; i < look->embedded->len; i++) {
		guint index = g_array_index(look->embedded, guint, i);

		if (g_hash_table_contains(look->files,
					  GUINT_TO_POINTER(index + 1)))
			continue;
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_EMBEDDED_FILE, look->path,
				   "");
		add_stream(look, index, NULL, "file", "");
	}
}

/* One stream, or names and streams in turn (12.7.8). */
void warden_pdf_look_forms(struct warden_pdf_look *look,
			   const struct warden_pdf_dict *dict)
{
	struct warden_pdf_array array;
	value_t value;

	warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_XFA, look->path, "");
	if (look->opaque)
		return;
	warden_pdf_array_init(&array, look->pdf,
			      dict->values[WARDEN_PDF_KEY_XFA]);
	while (warden_pdf_array_next(&array, &value)) {
		gint index = stream_index(look, value);

		if (index >= 0)
			add_stream(look, index, NULL, "xfa", "text/xml");
	}
}
