#include "warden-config.h"

#include "pdf-expand.h"

#include <string.h>

/* Scripts of a PDF: each becomes a part, so that lists and rules see it. */

/* Calls that had holes in Adobe Reader which let machine code run, and are of
   no use in a document that is sent by mail. */
static const char *const exploited[] = {
	"Collab.collectEmailInfo", "Collab.getIcon", "media.newPlayer",
	"spell.customDictionaryOpen", "Doc.printSeps", "doc.printSeps",
	"this.printSeps", "app.doc.Collab.getIcon",
};

void warden_pdf_look_script(struct warden_pdf_look *look,
			    struct warden_pdf_value value, bool autorun)
{
	struct warden_pdf_value place =
		warden_pdf_resolve(look->pdf, value, NULL);
	gpointer key = GSIZE_TO_POINTER((gsize)place.buffer << 40 |
					place.at);
	struct warden_pdf_script *script =
		g_hash_table_lookup(look->script_places, key);

	if (place.buffer == 0)
		return;
	if (script == NULL) {
		script = g_new0(struct warden_pdf_script, 1);
		script->value = value;
		g_hash_table_insert(look->script_places, key, script);
		g_ptr_array_add(look->scripts, script);
	}
	script->autorun |= autorun;
}

/* --- what it does -------------------------------------------------------------- */

/* "%u9090%u9090…": machine code, to be put into memory. */
static bool has_machine_code(const char *text)
{
	const char *p = text;
	guint run = 0;

	while ((p = strstr(p, "%u")) != NULL) {
		guint digits = strspn(p + 2, "0123456789abcdefABCDEF");

		run = digits >= 4 && g_str_has_prefix(p + 6, "%u") ?
			run + 1 : 0;
		if (run >= 8)
			return TRUE;
		p += 2;
	}
	return FALSE;
}

static guint count_of(const char *text, const char *word)
{
	guint count = 0;

	while ((text = strstr(text, word)) != NULL) {
		count++;
		text += strlen(word);
	}
	return count;
}

/* Code that is text until it runs; one eval alone stands in honest forms. */
static bool makes_code(const char *text)
{
	return strstr(text, "eval") != NULL &&
	       (strstr(text, "unescape") != NULL ||
		strstr(text, "fromCharCode") != NULL ||
		count_of(text, ".replace") >= 2 ||
		strstr(text, "getAnnots") != NULL ||
		strstr(text, "info.") != NULL ||
		strstr(text, "parseInt") != NULL);
}

static void note_behaviour(const struct warden_pdf_look *look,
			   const char *text)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(exploited); i++) {
		if (strstr(text, exploited[i]) != NULL)
			warden_queue_trait(
				look->queue,
				WARDEN_TRAIT_PDF_JAVASCRIPT_EXPLOIT,
				look->path, exploited[i]);
	}
	if (has_machine_code(text))
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_JAVASCRIPT_EXPLOIT,
				   look->path, "machine code");
	if (makes_code(text))
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_JAVASCRIPT_HIDDEN,
				   look->path, "");
	/* saves a file out of the PDF and opens it */
	if (strstr(text, "exportDataObject") != NULL &&
	    strstr(text, "nLaunch") != NULL)
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_JAVASCRIPT_EXPORT,
				   look->path, "");
}

/* --- as a part -------------------------------------------------------------------- */

static GBytes *script_bytes(const struct warden_pdf_look *look,
			    const struct warden_pdf_script *script)
{
	struct warden_pdf_stream stream;
	char *text;
	gint index;

	(void)warden_pdf_resolve(look->pdf, script->value, &index);
	if (index >= 0 &&
	    warden_pdf_object(look->pdf, index)->stream_end > 0) {
		warden_pdf_stream_read(look->pdf, index,
				       WARDEN_PDF_SCRIPT_SIZE_MAX, &stream);
		warden_pdf_look_outcome(look, &stream, look->path);
		return stream.bytes;
	}
	text = warden_pdf_look_text(look, script->value,
				    WARDEN_PDF_SCRIPT_SIZE_MAX);
	return g_bytes_new_take(text, strlen(text));
}

/* Readers take UTF-16 in streams, too. */
static GBytes *utf8(const struct warden_pdf_look *look, GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	const char *charset = warden_charset_sniff(data, size);

	if (charset == NULL || strcmp(charset, "UTF-8") == 0)
		return g_bytes_ref(bytes);
	return g_string_free_to_bytes(warden_charset_decode(
		warden_queue_parser(look->queue)->charsets, charset, data,
		size, 3 * WARDEN_PDF_SCRIPT_SIZE_MAX, NULL));
}

static void look_at_script(const struct warden_pdf_look *look, GBytes *bytes)
{
	g_autoptr(GBytes) text = utf8(look, bytes);
	gsize size;
	const char *data = g_bytes_get_data(text, &size);
	g_autofree char *terminated = g_strndup(data, size);

	note_behaviour(look, terminated);
}

/* Forms have a short one for each field: the rest is one part together. */
static void add_script(const struct warden_pdf_look *look, guint number,
		       GBytes *bytes, GByteArray *rest)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (number < WARDEN_PDF_SCRIPTS_MAX) {
		if (!warden_queue_has(look->queue, bytes) &&
		    warden_queue_spend(look->queue, look->path, size))
			(void)warden_pdf_look_member(look, bytes, NULL,
						     "javascript", "");
		return;
	}
	if (rest->len + size > WARDEN_PDF_SCRIPT_SIZE_MAX) {
		warden_queue_limit(look->queue, WARDEN_TRAIT_LIMIT_MEMBER,
				   look->path, "size");
		return;
	}
	g_byte_array_append(rest, data, size);
	g_byte_array_append(rest, (const guint8 *)"\n", 1);
}

static void note_scripts(const struct warden_pdf_look *look)
{
	char count[16];
	guint i;

	g_snprintf(count, sizeof(count), "%u", look->scripts->len);
	warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_JAVASCRIPT,
			   look->path, count);
	for (i = 0; i < look->scripts->len; i++) {
		const struct warden_pdf_script *script =
			g_ptr_array_index(look->scripts, i);

		if (script->autorun)
			warden_queue_trait(
				look->queue,
				WARDEN_TRAIT_PDF_JAVASCRIPT_AUTORUN,
				look->path, "");
	}
}

void warden_pdf_look_scripts(struct warden_pdf_look *look)
{
	g_autoptr(GByteArray) rest = g_byte_array_new();
	guint i;

	if (look->scripts->len == 0)
		return;
	note_scripts(look);
	for (i = 0; !look->opaque && i < look->scripts->len; i++) {
		GBytes *bytes = script_bytes(
			look, g_ptr_array_index(look->scripts, i));

		if (g_bytes_get_size(bytes) > 0) {
			look_at_script(look, bytes);
			add_script(look, i, bytes, rest);
		}
		g_bytes_unref(bytes);
	}
	if (rest->len > 0 &&
	    warden_queue_spend(look->queue, look->path, rest->len)) {
		g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(
			g_steal_pointer(&rest));

		(void)warden_pdf_look_member(look, bytes, NULL, "javascript",
					     "");
	}
}
