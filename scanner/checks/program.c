#include "warden-config.h"

#include "checks-private.h"
#include "filename.h"

#include <string.h>

/* Files that run or start something when they are opened, and what that is. */

static const struct warden_symbol symbols[] = {
	{ "CONSOLE_SCRIPT", "program", "T1218.014" },
	{ "INSTALLER_REMOTE", "program", "T1127.002" },
	{ "LINK_OPENS_HANDLER", "program", "T1204.001" },
	{ "ONENOTE_EMBEDDED_FILE", "program", "T1204.002" },
	{ "ONENOTE_EMBEDDED_PROGRAM", "program", "T1204.002" },
	{ "PROGRAM_IN_DISK_IMAGE", "program", "T1553.005" },
	{ "RDP_FILE", "program", "T1219" },
	{ "RDP_GIVES_ACCESS", "program", "T1219" },
	{ "SCRIPT_CARRIES_PROGRAM", "program", "T1027.009" },
	{ "SCRIPT_DISABLES_PROTECTION", "program", "T1562.001" },
	{ "SCRIPT_DOWNLOADS", "program", "T1105" },
	{ "SCRIPT_DOWNLOADS_AND_RUNS", "program", "T1105" },
	{ "SCRIPT_DOWNLOADS_IN_SOURCE", "program", "T1105" },
	{ "SCRIPT_ENCODED", "program", "T1027.010" },
	{ "SCRIPT_HIDES", "program", "T1564.003" },
	{ "SCRIPT_INJECTS_CODE", "program", "T1055" },
	{ "SCRIPT_OBFUSCATED", "program", "T1027.010" },
	{ "SCRIPT_PERSISTS", "program", "T1547" },
	{ "SEARCH_CONNECTOR", "program", "T1204.002" },
	{ "SETTINGS_SHORTCUT", "program", "T1218" },
	{ "SHEET_AUTO_MACRO", "program", "T1204.002" },
	{ "SHEET_FETCHES", "program", "T1221" },
	{ "SHEET_RUNS_COMMAND", "program", "T1559.002" },
	{ "SHORTCUT_APPENDED_DATA", "program", "T1027.009" },
	{ "SHORTCUT_DISGUISED_ICON", "program", "T1036" },
	{ "SHORTCUT_HIDDEN_ARGUMENTS", "program", "T1027.012" },
	{ "SHORTCUT_REMOTE_ICON", "program", "T1187" },
	{ "SHORTCUT_REMOTE_PROGRAM", "program", "T1204.002" },
	{ "SHORTCUT_REMOTE_TARGET", "program", "T1187" },
	{ "SHORTCUT_RUNS_INTERPRETER", "program", "T1204.002" },
};

/* What is evidence by itself. */
static const struct warden_trait_symbol alone[] = {
	{ WARDEN_TRAIT_SHORTCUT_INTERPRETER, "SHORTCUT_RUNS_INTERPRETER",
	  "starts" },
	{ WARDEN_TRAIT_SHORTCUT_PADDED, "SHORTCUT_HIDDEN_ARGUMENTS",
	  "white space pushes the command out of sight" },
	{ WARDEN_TRAIT_SHORTCUT_ICON, "SHORTCUT_DISGUISED_ICON",
	  "bears the picture of" },
	{ WARDEN_TRAIT_SHORTCUT_REMOTE, "SHORTCUT_REMOTE_TARGET",
	  "leads to" },
	{ WARDEN_TRAIT_SHORTCUT_REMOTE_PROGRAM, "SHORTCUT_REMOTE_PROGRAM",
	  "starts" },
	{ WARDEN_TRAIT_SHORTCUT_REMOTE_ICON, "SHORTCUT_REMOTE_ICON",
	  "loads" },
	{ WARDEN_TRAIT_SHORTCUT_OVERLAY, "SHORTCUT_APPENDED_DATA",
	  "has something behind its end" },
	{ WARDEN_TRAIT_SETTINGS_COMMAND, "SETTINGS_SHORTCUT", "starts" },
	{ WARDEN_TRAIT_SEARCH_REMOTE, "SEARCH_CONNECTOR", "shows" },
	{ WARDEN_TRAIT_RDP_HOST, "RDP_FILE", "connects to" },
	{ WARDEN_TRAIT_INSTALLER_REMOTE, "INSTALLER_REMOTE",
	  "installs from" },
	{ WARDEN_TRAIT_SHEET_COMMAND, "SHEET_RUNS_COMMAND", "runs" },
	{ WARDEN_TRAIT_SHEET_MACRO, "SHEET_AUTO_MACRO",
	  "has a macro that runs by itself" },
	{ WARDEN_TRAIT_SHEET_FETCH, "SHEET_FETCHES", "fetches its content" },
	{ WARDEN_TRAIT_NOTEBOOK_FILE, "ONENOTE_EMBEDDED_FILE", "holds" },
	{ WARDEN_TRAIT_NOTEBOOK_PROGRAM, "ONENOTE_EMBEDDED_PROGRAM",
	  "holds" },
	{ WARDEN_TRAIT_CONSOLE_SCRIPT, "CONSOLE_SCRIPT", "has script in it" },
};

/* --- scripts -------------------------------------------------------------- */

/* What was seen of one part. */
struct program {
	const char *path;
	guint8 seen[WARDEN_TRAITS_COUNT];
};

static bool has(const struct program *program, enum warden_trait_index trait)
{
	return program->seen[trait] != 0;
}

static const char *name_of(const struct warden_facts *facts, const char *path)
{
	const struct warden_part *part = warden_facts_find_part(facts, path);

	return part == NULL || part->name[0] == '\0' ?
		"a file without name" : part->name;
}

/* Source code and texts that open in an editor download and run all day, on
   paper. */
static bool runs_when_opened(const struct warden_facts *facts,
			     const char *path)
{
	const struct warden_part *part = warden_facts_find_part(facts, path);
	struct warden_filename name;
	bool runs;

	if (part == NULL)
		return FALSE;
	if (part->kind == WARDEN_KIND_SHORTCUT ||
	    part->kind == WARDEN_KIND_OFFICE ||
	    part->kind == WARDEN_KIND_EXECUTABLE)
		return TRUE;
	/* without a name it is what another file runs */
	if (part->name[0] == '\0')
		return (part->flags & WARDEN_PART_MEMBER) != 0;
	warden_filename_parse(part->name, &name);
	runs = warden_filename_runs(name.extension_class) ||
	       strcmp(name.extension, "inf") == 0 ||
	       strcmp(name.extension, "au3") == 0;
	warden_filename_clear(&name);
	return runs;
}

static void add(struct warden_findings *findings, const char *symbol,
		const struct warden_facts *facts, const struct program *program,
		const char *what)
{
	warden_findings_add(findings, symbol, program->path, "%s %s",
			    name_of(facts, program->path), what);
}

/* Archives of so many files are source code, more often than not, whose build
   scripts fetch what they need. */
#define SOURCE_MEMBERS_MIN 20u

static bool is_among_sources(const struct warden_facts *facts,
			     const struct program *program)
{
	g_autofree char *prefix = g_strdup(program->path);
	const struct warden_part *around = NULL;
	guint count = 0;
	char *slash;

	while (around == NULL && (slash = strrchr(prefix, '/')) != NULL) {
		*slash = '\0';
		around = warden_facts_find_part(facts, prefix);
	}
	if (around == NULL || around->kind != WARDEN_KIND_ARCHIVE ||
	    has(program, WARDEN_TRAIT_SCRIPT_HIDES) ||
	    has(program, WARDEN_TRAIT_SCRIPT_OBFUSCATED))
		return FALSE;
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		count += g_str_has_prefix(part->path, prefix) &&
			part->path[strlen(prefix)] == '/';
	}
	return count >= SOURCE_MEMBERS_MIN;
}

static const char *download_symbol(const struct warden_facts *facts,
				   const struct program *program)
{
	if (!runs_when_opened(facts, program->path))
		return "SCRIPT_DOWNLOADS";
	return is_among_sources(facts, program) ?
		"SCRIPT_DOWNLOADS_IN_SOURCE" : "SCRIPT_DOWNLOADS_AND_RUNS";
}

static void check_download(const struct warden_facts *facts,
			   const struct program *program,
			   struct warden_findings *findings)
{
	bool downloads = has(program, WARDEN_TRAIT_SCRIPT_DOWNLOADS);
	bool runs = has(program, WARDEN_TRAIT_SCRIPT_RUNS);
	bool remote = has(program, WARDEN_TRAIT_SCRIPT_RUNS_REMOTE);

	if (remote || (downloads && runs))
		add(findings, download_symbol(facts, program), facts, program,
		    "fetches something and runs it");
	else if (downloads)
		add(findings, "SCRIPT_DOWNLOADS", facts, program,
		    "fetches something");
}

static void check_script(const struct warden_facts *facts,
			 const struct program *program,
			 struct warden_findings *findings)
{
	check_download(facts, program, findings);
	if (!runs_when_opened(facts, program->path))
		return;
	if (has(program, WARDEN_TRAIT_SCRIPT_CARRIES_PROGRAM))
		add(findings, "SCRIPT_CARRIES_PROGRAM", facts, program,
		    "holds a program, encoded");
	if (has(program, WARDEN_TRAIT_SCRIPT_INJECTS))
		add(findings, "SCRIPT_INJECTS_CODE", facts, program,
		    "runs code from memory");
	if (has(program, WARDEN_TRAIT_SCRIPT_DISABLES))
		add(findings, "SCRIPT_DISABLES_PROTECTION", facts, program,
		    "turns protection off or destroys backups");
	if (has(program, WARDEN_TRAIT_SCRIPT_PERSISTS))
		add(findings, "SCRIPT_PERSISTS", facts, program,
		    "makes something start by itself from now on");
	if (has(program, WARDEN_TRAIT_SCRIPT_HIDES) ||
	    has(program, WARDEN_TRAIT_SCRIPT_BYPASSES))
		add(findings, "SCRIPT_HIDES", facts, program,
		    "hides what it runs, or gets round a policy");
	if (has(program, WARDEN_TRAIT_SCRIPT_ENCODED))
		add(findings, "SCRIPT_ENCODED", facts, program,
		    "has its commands encoded");
	if (has(program, WARDEN_TRAIT_SCRIPT_OBFUSCATED))
		add(findings, "SCRIPT_OBFUSCATED", facts, program,
		    "is written so that people cannot read it");
}

/* Remote desktop files of one's own office give drives away, too; those of
   strangers are for that. */
static void check_rdp(const struct program *program,
		      struct warden_findings *findings)
{
	if (has(program, WARDEN_TRAIT_RDP_GIVES_DRIVES))
		warden_findings_add(findings, "RDP_GIVES_ACCESS",
				    program->path, "gives another machine"
				    " access to this one's drives%s",
				    has(program, WARDEN_TRAIT_RDP_PROGRAM) ?
				    " and runs a program there" : "");
}

static struct program *program_of(GHashTable *programs, GPtrArray *order,
				  const char *path)
{
	struct program *program = g_hash_table_lookup(programs, path);

	if (program == NULL) {
		program = g_new0(struct program, 1);
		program->path = path;
		g_hash_table_insert(programs, (gpointer)path, program);
		g_ptr_array_add(order, program);
	}
	return program;
}

static bool is_ours(enum warden_trait_index trait)
{
	return trait >= WARDEN_TRAIT_SHORTCUT_TARGET &&
	       trait <= WARDEN_TRAIT_SCRIPT_CARRIES_PROGRAM;
}

static void note_trait(GHashTable *programs, GPtrArray *order,
		       const struct warden_trait *trait)
{
	for (guint i = 0; i < WARDEN_TRAITS_COUNT; i++) {
		if (is_ours(i) && strcmp(warden_checks_trait_code(i),
					 trait->code) == 0)
			program_of(programs, order, trait->part)->seen[i] = 1;
	}
}

/* --- disk images -------------------------------------------------------------- */

/* Discs with many files are what they say: installers, archives of data. */
#define LONE_FILES_MAX 10u

static const struct warden_part *
image_around(const struct warden_facts *facts, const struct warden_part *part)
{
	g_autofree char *prefix = g_strdup(part->path);
	const struct warden_part *around;
	char *slash;

	while ((slash = strrchr(prefix, '/')) != NULL) {
		*slash = '\0';
		around = warden_facts_find_part(facts, prefix);
		if (around != NULL &&
		    around->kind == WARDEN_KIND_DISK_IMAGE)
			return around;
	}
	return NULL;
}

static bool starts_something(const struct warden_part *part)
{
	struct warden_filename name;
	bool runs;

	if (part->kind == WARDEN_KIND_EXECUTABLE ||
	    part->kind == WARDEN_KIND_SHORTCUT)
		return TRUE;
	warden_filename_parse(part->name, &name);
	runs = part->kind == WARDEN_KIND_SCRIPT &&
	       warden_filename_runs(name.extension_class);
	warden_filename_clear(&name);
	return runs;
}

static void check_images(const struct warden_facts *facts,
			 struct warden_findings *findings)
{
	g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) first = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];
		const struct warden_part *image =
			(part->flags & WARDEN_PART_MEMBER) == 0 ? NULL :
			image_around(facts, part);

		if (image == NULL)
			continue;
		g_hash_table_insert(counts, (gpointer)image, GUINT_TO_POINTER(
			GPOINTER_TO_UINT(g_hash_table_lookup(counts, image)) +
			1));
		if (starts_something(part) &&
		    !g_hash_table_contains(first, image))
			g_hash_table_insert(first, (gpointer)image,
					    (gpointer)part);
	}
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *image = facts->parts->pdata[i];
		const struct warden_part *part = g_hash_table_lookup(first,
								     image);

		if (part != NULL && GPOINTER_TO_UINT(g_hash_table_lookup(
				counts, image)) <= LONE_FILES_MAX)
			warden_findings_add(findings, "PROGRAM_IN_DISK_IMAGE",
					    part->path, "%s (%s)", part->name,
					    part->detected_type);
	}
}

/* --- links ---------------------------------------------------------------- */

/* Addresses that Windows gives to a program of its own, with arguments. */
static bool opens_handler(const struct warden_url *url)
{
	static const char *const always[] = {
		"ms-msdt:", "ms-officecmd:", "ms-appinstaller:", "ms-cxh:",
		"ms-cxh-full:", "jnlp:", "jnlps:", "shell:", "librarian:",
	};
	g_autofree char *lower = g_ascii_strdown(url->url, -1);

	for (gsize i = 0; i < G_N_ELEMENTS(always); i++) {
		if (g_str_has_prefix(lower, always[i]))
			return TRUE;
	}
	return (g_str_has_prefix(lower, "search-ms:") ||
		g_str_has_prefix(lower, "search:")) &&
	       (strstr(lower, "\\\\") != NULL ||
		strstr(lower, "%5c%5c") != NULL ||
		strstr(lower, "//") != NULL);
}

static void check_links(const struct warden_facts *facts,
			struct warden_findings *findings)
{
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];

		if (opens_handler(url))
			warden_findings_add(findings, "LINK_OPENS_HANDLER",
					    url->part, "%s", url->url);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;
	g_autoptr(GHashTable) programs = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	warden_checks_traits(input, alone, G_N_ELEMENTS(alone), findings);
	for (guint i = 0; i < facts->traits->len; i++)
		note_trait(programs, order, facts->traits->pdata[i]);
	for (guint i = 0; i < order->len; i++) {
		check_script(facts, order->pdata[i], findings);
		check_rdp(order->pdata[i], findings);
	}
	check_images(facts, findings);
	check_links(facts, findings);
}

const struct warden_check warden_check_program = {
	.name = "program",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
