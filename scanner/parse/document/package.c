#include "warden-config.h"

#include "package-private.h"
#include "../macro/xlm.h"

#include <string.h>

/* --- life --------------------------------------------------------------- */

static void relation_clear(void *data)
{
	struct warden_relation *relation = data;

	g_free(relation->source);
	g_free(relation->id);
	g_free(relation->type);
	g_free(relation->target);
}

static void sheet_clear(void *data)
{
	struct warden_sheet *sheet = data;

	g_free(sheet->id);
	g_free(sheet->name);
}

struct warden_package *warden_package_new(struct warden_queue *queue,
					  struct warden_part *part)
{
	struct warden_package *package = g_new0(struct warden_package, 1);

	package->queue = queue;
	package->part = part;
	package->formulas = g_string_new(NULL);
	package->runs_name = g_string_new(NULL);
	package->basic = g_string_new(NULL);
	warden_office_notes_init(&package->notes);
	package->relations = g_array_new(FALSE, TRUE,
					 sizeof(struct warden_relation));
	g_array_set_clear_func(package->relations, relation_clear);
	package->sheets = g_array_new(FALSE, TRUE,
				      sizeof(struct warden_sheet));
	g_array_set_clear_func(package->sheets, sheet_clear);
	package->shown = g_hash_table_new_full(g_str_hash, g_str_equal,
					       g_free, g_free);
	package->macro_sheets = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, NULL);
	return package;
}

void warden_package_free(struct warden_package *package)
{
	if (package == NULL)
		return;
	warden_office_notes_clear(&package->notes);
	g_array_unref(package->relations);
	g_array_unref(package->sheets);
	g_string_free(package->formulas, TRUE);
	g_string_free(package->runs_name, TRUE);
	g_string_free(package->basic, TRUE);
	g_hash_table_unref(package->shown);
	g_hash_table_unref(package->macro_sheets);
	g_free(package);
}

/* --- members ------------------------------------------------------------ */

/* "word/_rels/document.xml.rels" is of "word/document.xml". */
char *warden_package_relations_of(const char *name)
{
	static const char folder[] = "_rels/";
	gsize size = strlen(name);
	const char *found = NULL, *p;

	if (size < 5 || g_ascii_strcasecmp(name + size - 5, ".rels") != 0)
		return NULL;
	for (p = name; *p != '\0'; p++) {
		if (g_ascii_strncasecmp(p, folder, strlen(folder)) == 0)
			found = p;
	}
	if (found == NULL)
		return g_strndup(name, size - 5);
	p = found + strlen(folder);
	return g_strdup_printf("%.*s%.*s", (int)(found - name), name,
			       (int)(name + size - 5 - p), p);
}

static bool begins(const guint8 *data, gsize size, const char *mark,
		   gsize mark_size)
{
	return size >= mark_size && memcmp(data, mark, mark_size) == 0;
}

/* Pictures may show a code that is a link. */
static bool is_picture(const guint8 *data, gsize size)
{
	return begins(data, size, "\x89PNG", 4) ||
	       begins(data, size, "\xff\xd8\xff", 3) ||
	       begins(data, size, "GIF8", 4) ||
	       begins(data, size, "BM", 2) ||
	       (begins(data, size, "RIFF", 4) && size > 12 &&
		memcmp(data + 8, "WEBP", 4) == 0);
}

/* What writers of documents call the places for other people's files. */
static bool is_embedded(const char *name)
{
	static const char *const marks[] = {
		"embeddings/", "afchunk", "oleobject", "altchunk",
	};
	g_autofree char *lower = g_ascii_strdown(name, -1);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (strstr(lower, marks[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static bool is_xml(const guint8 *data, gsize size)
{
	gsize i = 0;

	while (i < size && i < 256 && (g_ascii_isspace(data[i]) ||
				       data[i] >= 0x80 || data[i] == 0))
		i++;
	return i < size && data[i] == '<';
}

/* The encoding that the XML declaration names, NULL if it names none or one
   that keeps ASCII: what matters is ASCII. */
static char *declared_charset(const guint8 *data, gsize size)
{
	g_autofree char *start = g_strndup((const char *)data,
					   MIN(size, 200));
	const char *p = strstr(start, "encoding");
	g_autofree char *charset = NULL;

	if (p == NULL || p > start + 100)
		return NULL;
	p += strlen("encoding");
	p += strspn(p, " \t\r\n=\"'");
	charset = g_strndup(p, strspn(p, "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.:"));
	return *charset == '\0' || warden_charset_keeps_ascii(charset) ?
		NULL : g_steal_pointer(&charset);
}

static void read_xml(struct warden_package *package, const char *name,
		     const guint8 *data, gsize size)
{
	const char *charset = warden_charset_sniff(data, size);
	g_autofree char *declared = charset != NULL ? NULL :
		declared_charset(data, size);
	GString *decoded;

	if (charset == NULL)
		charset = declared;
	if (charset == NULL ||
	    g_ascii_strcasecmp(charset, "UTF-8") == 0) {
		warden_package_read_xml(package, name, (const char *)data,
					size);
		return;
	}
	if (!warden_queue_spend(package->queue, package->part->path, size))
		return;
	decoded = warden_charset_decode(
		warden_queue_parser(package->queue)->charsets, charset, data,
		size, 2 * size, NULL);
	warden_package_read_xml(package, name, decoded->str, decoded->len);
	g_string_free(decoded, TRUE);
}

bool warden_package_take(struct warden_package *package, const char *name,
			 GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (is_xml(data, size)) {
		read_xml(package, name, data, size);
		return is_embedded(name);
	}
	if (warden_package_is_binary_sheet(data, size))
		warden_package_read_binary_sheet(package, name, data, size);
	return is_picture(data, size) || is_embedded(name);
}

/* --- relations ---------------------------------------------------------- */

static const struct {
	const char *type;
	enum warden_target_use use;
} uses[] = {
	{ "hyperlink", WARDEN_USE_LINK },
	{ "attachedTemplate", WARDEN_USE_TEMPLATE },
	{ "image", WARDEN_USE_PICTURE },
	{ "audio", WARDEN_USE_PICTURE },
	{ "video", WARDEN_USE_PICTURE },
	{ "media", WARDEN_USE_PICTURE },
	{ "externalLinkPath", WARDEN_USE_DATA },
	{ "externalLinkLongPath", WARDEN_USE_DATA },
	{ "xlExternalLinkPath", WARDEN_USE_DATA },
	{ "xlAlternateStartup", WARDEN_USE_DATA },
	{ "mailMergeSource", WARDEN_USE_DATA },
	{ "mailMergeHeaderSource", WARDEN_USE_DATA },
	{ "mailMergeRecipientData", WARDEN_USE_DATA },
	{ "queryTable", WARDEN_USE_DATA },
	{ "linkedObject", WARDEN_USE_OBJECT },
};

/* What is not in the table is a piece of the document. */
static enum warden_target_use use_of(const struct warden_relation *relation)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(uses); i++) {
		if (g_ascii_strcasecmp(relation->type, uses[i].type) == 0)
			return uses[i].use;
	}
	return WARDEN_USE_OBJECT;
}

static void report_relation(struct warden_package *package,
			    const struct warden_relation *relation)
{
	g_autofree char *key = g_strconcat(relation->source, "\n",
					   relation->id, NULL);
	const char *shown = g_hash_table_lookup(package->shown, key);

	/* Internal ones name members. */
	if (relation->external || strstr(relation->target, "://") != NULL)
		warden_target_note(&package->notes, use_of(relation),
				   relation->target, shown == NULL ? "" :
				   shown);
}

/* --- macro sheets ------------------------------------------------------- */

static const struct warden_sheet *
find_sheet(const struct warden_package *package, const char *id)
{
	guint i;

	for (i = 0; i < package->sheets->len; i++) {
		const struct warden_sheet *sheet = &g_array_index(
			package->sheets, struct warden_sheet, i);

		if (strcmp(sheet->id, id) == 0)
			return sheet;
	}
	return NULL;
}

static bool is_macro_sheet(const struct warden_package *package,
			   const struct warden_relation *relation)
{
	g_autofree char *lower = g_ascii_strdown(relation->target, -1);
	GHashTableIter iter;
	void *name;

	if (g_ascii_strcasecmp(relation->type, "xlMacrosheet") == 0 ||
	    g_ascii_strcasecmp(relation->type, "xlIntlMacrosheet") == 0)
		return TRUE;
	g_hash_table_iter_init(&iter, package->macro_sheets);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		/* targets are relative to the workbook */
		if (g_str_has_suffix(name, lower) && *lower != '\0')
			return TRUE;
	}
	return FALSE;
}

static void report_macro_sheets(struct warden_package *package)
{
	bool any = g_hash_table_size(package->macro_sheets) > 0;
	guint i;

	for (i = 0; i < package->relations->len; i++) {
		const struct warden_relation *relation = &g_array_index(
			package->relations, struct warden_relation, i);
		const struct warden_sheet *sheet;

		if (!is_macro_sheet(package, relation))
			continue;
		any = TRUE;
		sheet = find_sheet(package, relation->id);
		if (sheet != NULL && sheet->hidden)
			warden_office_note(&package->notes,
					   WARDEN_TRAIT_OFFICE_XLM_HIDDEN,
					   sheet->name);
	}
	if (!any)
		return;
	warden_office_note(&package->notes, WARDEN_TRAIT_OFFICE_XLM, "");
	warden_xlm_judge(package->formulas->str, &package->notes);
	if (package->runs_name->len > 0)
		warden_office_note(&package->notes,
				   WARDEN_TRAIT_OFFICE_XLM_AUTORUN,
				   package->runs_name->str);
}

/* --- the whole ---------------------------------------------------------- */

void warden_package_finish(struct warden_package *package)
{
	const char *path = package->part->path;
	guint i;

	for (i = 0; i < package->relations->len; i++)
		report_relation(package, &g_array_index(
			package->relations, struct warden_relation, i));
	report_macro_sheets(package);
	if (package->basic->len > 0)
		warden_package_judge_basic(package);
	warden_office_notes_report(&package->notes, package->queue, path);
	if (package->encrypted) {
		package->part->flags |= WARDEN_PART_ENCRYPTED;
		warden_queue_unscanned(package->queue, path, "encrypted");
	}
	if (package->truncated)
		warden_queue_limit(package->queue, WARDEN_TRAIT_LIMIT_MEMBERS,
				   path, "count");
}
