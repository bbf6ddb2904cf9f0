#include "warden-config.h"

#include "office.h"
#include "../macro/vba.h"
#include "../macro/vba-code.h"

#include <string.h>

/* Of texts outside the source; shorter runs say nothing. */
#define TEXTS_MAX (256u * 1024)
#define RUN_MIN 6u
/* Compiled code of an empty module is smaller. */
#define CODE_MIN 200u

/* One project: its sources one after the other, for what they do together. */
struct project {
	struct warden_office *office;
	struct warden_vba_dir dir;
	char charset[24];
	GByteArray *sources;
	GString *missing;	/* texts of compiled code alone, one a line */
	guint stomped;		/* modules with such texts */
};

bool warden_office_is_vba(const struct warden_office *office, guint storage)
{
	return warden_ole_find(office->ole, storage, "_VBA_PROJECT") > 0 ||
	       (warden_ole_find(office->ole, storage, "dir") > 0 &&
		g_ascii_strcasecmp(warden_ole_entry(office->ole,
						    storage)->name,
				   "VBA") == 0);
}

/* --- modules ------------------------------------------------------------- */

/* What one place holds; appended to out. */
static bool unpack(struct project *project, const guint8 *data, gsize size,
		   GByteArray *out)
{
	struct warden_office *office = project->office;
	gsize bound = MIN(warden_vba_bound(data, size),
			  WARDEN_VBA_SOURCE_MAX), before = out->len;
	int ret;

	if (!warden_queue_spend(office->queue, office->path, bound))
		return FALSE;
	ret = warden_vba_decompress(data, size, WARDEN_VBA_SOURCE_MAX, out);
	if (ret == 0 && out->len - before >= WARDEN_VBA_SOURCE_MAX)
		warden_queue_limit(office->queue, WARDEN_TRAIT_LIMIT_TEXT,
				   office->path, "size");
	return ret >= 0;
}

static void read_dir(struct project *project, guint storage)
{
	guint entry = warden_ole_find(project->office->ole, storage, "dir");
	GByteArray *out = g_byte_array_new();
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(project->office, entry);
	gsize size;
	const guint8 *data;

	if (bytes != NULL) {
		data = g_bytes_get_data(bytes, &size);
		(void)unpack(project, data, size, out);
	}
	(void)warden_vba_dir_read(out->data, out->len, &project->dir);
	if (project->dir.code_page > 0)
		g_snprintf(project->charset, sizeof(project->charset),
			   "cp%u", project->dir.code_page);
	g_byte_array_unref(out);
}

/* Every module has lines that Office writes; most have nothing else. */
static bool has_code(const guint8 *data, gsize size)
{
	const char *text = (const char *)data, *end = text + size;

	while (text < end) {
		const char *next = memchr(text, '\n', end - text);
		gsize length = (next == NULL ? end : next) - text;

		while (length > 0 && g_ascii_isspace(*text)) {
			text++;
			length--;
		}
		if (length > 0 &&
		    g_ascii_strncasecmp(text, "Attribute ", 10) != 0 &&
		    g_ascii_strncasecmp(text, "Option ", 7) != 0)
			return TRUE;
		text = next == NULL ? end : next + 1;
	}
	return FALSE;
}

static void add_source(struct project *project, guint entry, GBytes *source)
{
	struct warden_office_member member = {
		.entry = entry, .name = "", .declared_type = "text/x-vba",
		.charset = project->charset,
	};
	gsize size;
	const guint8 *data = g_bytes_get_data(source, &size);

	if (!has_code(data, size))
		return;
	(void)warden_office_add(project->office, &member, source);
	if (project->sources->len + size > WARDEN_VBA_CODE_MAX) {
		warden_queue_limit(project->office->queue,
				   WARDEN_TRAIT_LIMIT_TEXT,
				   project->office->path, "size");
		return;
	}
	g_byte_array_append(project->sources, data, size);
	g_byte_array_append(project->sources, (const guint8 *)"\n", 1);
}

/* Compiled code with texts that its source does not have. */
static void compare(struct project *project, const guint8 *data, gsize size,
		    const GByteArray *source)
{
	if (warden_vba_missing_strings(data, size,
				       (const char *)source->data,
				       source->len, project->missing) > 0)
		project->stomped++;
}

static void look_in_module(struct project *project, guint entry)
{
	const struct warden_ole *ole = project->office->ole;
	g_autoptr(GBytes) bytes = warden_office_read(project->office, entry);
	gsize starts[WARDEN_VBA_STARTS_MAX], offset = 0, size;
	const guint8 *data;
	GByteArray *all;
	guint count, i;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	(void)warden_vba_dir_offset(&project->dir,
				    warden_ole_entry(ole, entry)->name,
				    &offset);
	count = warden_vba_find_source(data, size, offset, starts);
	all = g_byte_array_new();
	for (i = 0; i < count; i++) {
		g_autoptr(GBytes) source = NULL;
		gsize before = all->len;

		if (!unpack(project, data + starts[i], size - starts[i], all))
			continue;
		source = g_bytes_new(all->data + before, all->len - before);
		add_source(project, entry, source);
	}
	compare(project, data, count > 0 ? starts[0] : size, all);
	if (all->len == 0 && size > CODE_MIN) {
		/* compiled code alone */
		g_string_append(project->missing, "no source\n");
		project->stomped++;
	}
	g_byte_array_unref(all);
}

static bool is_module(const struct warden_ole *ole, guint index)
{
	const struct warden_ole_entry *entry = warden_ole_entry(ole, index);

	return !entry->storage &&
	       g_ascii_strcasecmp(entry->name, "dir") != 0 &&
	       g_ascii_strcasecmp(entry->name, "_VBA_PROJECT") != 0 &&
	       g_ascii_strncasecmp(entry->name, "__SRP_", 6) != 0;
}

/* --- compiled code alone ------------------------------------------------- */

/* The project's names, as if each were a procedure that calls itself: which
   of them are procedures, only compiled code says. */
static void add_names(struct project *project, guint storage)
{
	guint entry = warden_ole_find(project->office->ole, storage,
				      "_VBA_PROJECT");
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(project->office, entry);
	GString *out = g_string_new(NULL);
	gsize size = 0, start = 0, i;
	const guint8 *data = bytes == NULL ? NULL :
		g_bytes_get_data(bytes, &size);

	for (i = 0; i <= size; i++) {
		if (i < size && (g_ascii_isalnum(data[i]) || data[i] == '_'))
			continue;
		if (i - start >= 4 && i - start < 64 &&
		    g_ascii_isalpha(data[start]))
			g_string_append_printf(out,
				"Sub %.*s()\n%.*s\nEnd Sub\n",
				(int)(i - start), data + start,
				(int)(i - start), data + start);
		start = i + 1;
	}
	g_byte_array_append(project->sources, (const guint8 *)out->str,
			    MIN(out->len, WARDEN_VBA_CODE_MAX));
	g_string_free(out, TRUE);
}

/* Texts as a statement each. */
static void add_missing(struct project *project)
{
	g_auto(GStrv) lines = g_strsplit(project->missing->str, "\n", 0);
	guint i;

	for (i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) pieces = g_strsplit(lines[i], "\"", 0);
		g_autofree char *quoted = g_strjoinv("\"\"", pieces);
		g_autofree char *line = g_strdup_printf("\"%s\"\n", quoted);

		g_byte_array_append(project->sources, (const guint8 *)line,
				    strlen(line));
	}
}

/* --- what it does -------------------------------------------------------- */

/* Addresses that are only put together; the others are the members'. */
static void add_urls(struct project *project, const GString *strings)
{
	GString *utf8 = warden_charset_decode(
		warden_queue_parser(project->office->queue)->charsets,
		project->charset, (const guint8 *)strings->str, strings->len,
		WARDEN_TEXT_MAX, NULL);

	warden_office_add_urls(project->office, utf8->str, utf8->len);
	g_string_free(utf8, TRUE);
}

/* --- texts elsewhere ----------------------------------------------------- */

/* Runs of letters, of one byte or two each. */
static void add_runs(const guint8 *data, gsize size, guint width, GString *out)
{
	gsize i, start = out->len;

	for (i = 0; i + width <= size; i += width) {
		if (data[i] >= 0x20 && data[i] < 0x7f &&
		    (width == 1 || data[i + 1] == 0)) {
			g_string_append_c(out, data[i]);
			continue;
		}
		if (out->len - start < RUN_MIN)
			g_string_truncate(out, start);
		else
			g_string_append_c(out, '\n');
		start = out->len;
	}
	g_string_append_c(out, '\n');
}

/* Controls of forms, and the document's properties. */
static bool may_hold_texts(const struct warden_ole_entry *entry)
{
	static const char *const names[] = {
		"o", "f", "contents", "\3VBFrame", "\5SummaryInformation",
		"\5DocumentSummaryInformation",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!entry->storage &&
		    g_ascii_strcasecmp(entry->name, names[i]) == 0)
			return entry->size > 0;
	}
	return FALSE;
}

static void look_elsewhere(struct warden_office *office,
			   struct warden_vba_code *code)
{
	GString *texts = g_string_new(NULL);
	guint i;

	for (i = 1; i < office->ole->entries->len &&
	     texts->len < TEXTS_MAX; i++) {
		g_autoptr(GBytes) bytes = NULL;
		gsize size;
		const guint8 *data;

		if (!may_hold_texts(warden_ole_entry(office->ole, i)))
			continue;
		bytes = warden_office_read(office, i);
		if (bytes == NULL)
			break;
		data = g_bytes_get_data(bytes, &size);
		size = MIN(size, TEXTS_MAX);
		add_runs(data, size, 1, texts);
		add_runs(data, size, 2, texts);
	}
	warden_vba_code_read_elsewhere(code, texts->str, texts->len);
	g_string_free(texts, TRUE);
}

static void judge(struct project *project)
{
	struct warden_office *office = project->office;
	struct warden_vba_code code;

	warden_vba_code_read((const char *)project->sources->data,
			     project->sources->len, &code);
	look_elsewhere(office, &code);
	warden_office_note_code(&office->notes, &code);
	if (code.encoded > 0) {
		g_autofree char *detail = g_strdup_printf("%u bytes",
							  code.encoded);

		warden_queue_trait(office->queue,
				   WARDEN_TRAIT_OFFICE_MACRO_ENCODED,
				   office->path, detail);
	}
	if (code.truncated)
		warden_queue_limit(office->queue, WARDEN_TRAIT_LIMIT_TEXT,
				   office->path, "size");
	add_urls(project, code.strings);
	warden_vba_code_clear(&code);
}

static void look_at_missing(struct project *project, guint storage)
{
	const char *line_end = strchr(project->missing->str, '\n');
	g_autofree char *detail = g_strndup(project->missing->str, MIN(
		line_end - project->missing->str, 60));

	warden_queue_trait(project->office->queue,
			   WARDEN_TRAIT_OFFICE_STOMPED,
			   project->office->path, detail);
	add_missing(project);
	add_names(project, storage);
}

void warden_office_look_vba(struct warden_office *office, guint storage)
{
	struct project project = { .office = office };
	guint i;

	project.sources = g_byte_array_new();
	project.missing = g_string_new(NULL);
	read_dir(&project, storage);
	for (i = 1; i < office->ole->entries->len; i++) {
		if (warden_ole_entry(office->ole, i)->parent == storage &&
		    is_module(office->ole, i))
			look_in_module(&project, i);
	}
	if (project.stomped > 0)
		look_at_missing(&project, storage);
	if (project.sources->len > 0) {
		warden_queue_trait(office->queue, WARDEN_TRAIT_OFFICE_MACRO,
				   office->path, "");
		judge(&project);
	}
	g_byte_array_unref(project.sources);
	g_string_free(project.missing, TRUE);
	warden_vba_dir_clear(&project.dir);
}
