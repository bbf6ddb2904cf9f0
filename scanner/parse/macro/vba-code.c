#include "warden-config.h"

#include "vba-code.h"
#include "vba-decode.h"
#include "vba-fold.h"

#include <string.h>

#define NAMES_MAX 50000u
#define DETAIL_MAX 200u
/* Longer texts without a space are data, not words. */
#define ENCODED_MIN 100u

/* --- tables -------------------------------------------------------------- */

/* Procedures that Office calls when a document is opened, closed or shown.
   The names of controls come before those that begin with '_'. */
static const char *const autorun[] = {
	"autoexec", "autoopen", "auto_open", "autonew", "autoclose",
	"auto_close", "autoexit", "document_open", "document_new",
	"document_close", "documentopen", "documentchange",
	"document_contentcontrolonenter", "document_beforeclose",
	"documentbeforeclose", "workbook_open", "workbook_activate",
	"workbook_beforeclose", "workbook_windowactivate",
	"workbook_deactivate", "workbook_addininstall",
	"presentation_open", "slideshow_begin", "onslideshowpagechange",
	"application_startup", "application_newmail", "app_documentopen",
	"app_workbookopen", "_layout", "_painted", "_painting",
	"_gotfocus", "_documentcomplete", "_beforenavigate2",
	"_navigatecomplete2", "_statustextchange", "_titlechange",
	"_progresschange", "_downloadbegin", "_propertychange",
	"_mousemove", "_mouseenter", "_onconnecting", "_resize",
};

struct clue {
	const char *word;
	enum warden_vba_act act;
};

/* Names in the code. */
static const struct clue names[] = {
	{ "shell", WARDEN_VBA_EXECUTES },
	{ "macscript", WARDEN_VBA_EXECUTES },
	{ "applescripttask", WARDEN_VBA_EXECUTES },
	{ "shellexecute", WARDEN_VBA_EXECUTES },
	{ "shellexecutea", WARDEN_VBA_EXECUTES },
	{ "shellexecutew", WARDEN_VBA_EXECUTES },
	{ "shellexecuteexa", WARDEN_VBA_EXECUTES },
	{ "createprocess", WARDEN_VBA_EXECUTES },
	{ "createprocessa", WARDEN_VBA_EXECUTES },
	{ "createprocessw", WARDEN_VBA_EXECUTES },
	{ "winexec", WARDEN_VBA_EXECUTES },
	{ "wshshell", WARDEN_VBA_EXECUTES },
	{ "iwshshell3", WARDEN_VBA_EXECUTES },
	{ "ddeexecute", WARDEN_VBA_EXECUTES },
	{ "ddeinitiate", WARDEN_VBA_EXECUTES },
	{ "executeexcel4macro", WARDEN_VBA_EXECUTES },
	{ "serverxmlhttp", WARDEN_VBA_DOWNLOADS },
	{ "serverxmlhttp60", WARDEN_VBA_DOWNLOADS },
	{ "xmlhttp", WARDEN_VBA_DOWNLOADS },
	{ "xmlhttp30", WARDEN_VBA_DOWNLOADS },
	{ "xmlhttp60", WARDEN_VBA_DOWNLOADS },
	{ "winhttprequest", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtofile", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtofilea", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtofilew", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtocachefile", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtocachefilea", WARDEN_VBA_DOWNLOADS },
	{ "internetreadfile", WARDEN_VBA_DOWNLOADS },
	{ "internetopenurla", WARDEN_VBA_DOWNLOADS },
	{ "savetofile", WARDEN_VBA_WRITES },
	{ "createtextfile", WARDEN_VBA_WRITES },
	{ "virtualalloc", WARDEN_VBA_INJECTS },
	{ "virtualallocex", WARDEN_VBA_INJECTS },
	{ "virtualprotect", WARDEN_VBA_INJECTS },
	{ "virtualprotectex", WARDEN_VBA_INJECTS },
	{ "ntallocatevirtualmemory", WARDEN_VBA_INJECTS },
	{ "zwallocatevirtualmemory", WARDEN_VBA_INJECTS },
	{ "ntwritevirtualmemory", WARDEN_VBA_INJECTS },
	{ "writeprocessmemory", WARDEN_VBA_INJECTS },
	{ "createthread", WARDEN_VBA_INJECTS },
	{ "createremotethread", WARDEN_VBA_INJECTS },
	{ "ntcreatethreadex", WARDEN_VBA_INJECTS },
	{ "queueuserapc", WARDEN_VBA_INJECTS },
	{ "rtlmovememory", WARDEN_VBA_INJECTS },
	{ "heapcreate", WARDEN_VBA_INJECTS },
	{ "callwindowproca", WARDEN_VBA_INJECTS },
	{ "enumsystemlanguagegroupsw", WARDEN_VBA_INJECTS },
	{ "enumsystemlocalesa", WARDEN_VBA_INJECTS },
	{ "enumdateformatsa", WARDEN_VBA_INJECTS },
	{ "certenumsystemstore", WARDEN_VBA_INJECTS },
	{ "builtindocumentproperties", WARDEN_VBA_FETCHES },
	{ "customdocumentproperties", WARDEN_VBA_FETCHES },
	{ "alternativetext", WARDEN_VBA_FETCHES },
	{ "controltiptext", WARDEN_VBA_FETCHES },
	{ "organizercopy", WARDEN_VBA_SPREADS },
	{ "insertlines", WARDEN_VBA_SPREADS },
	{ "addfromstring", WARDEN_VBA_SPREADS },
	{ "addfromfile", WARDEN_VBA_SPREADS },
	{ "virusprotection", WARDEN_VBA_SPREADS },
};

/* Parts of texts. Whatever stands for a program has a boundary before it:
   see is_boundary(). */
static const struct clue texts[] = {
	{ "powershell", WARDEN_VBA_COMMANDS },
	{ "pwsh", WARDEN_VBA_COMMANDS },
	{ "cmd /", WARDEN_VBA_EXECUTES },
	{ "cmd.exe", WARDEN_VBA_EXECUTES },
	{ "%comspec%", WARDEN_VBA_EXECUTES },
	{ "mshta", WARDEN_VBA_COMMANDS },
	{ "rundll32", WARDEN_VBA_COMMANDS },
	{ "regsvr32", WARDEN_VBA_COMMANDS },
	{ "wscript.exe", WARDEN_VBA_COMMANDS },
	{ "wscript ", WARDEN_VBA_COMMANDS },
	{ "cscript", WARDEN_VBA_COMMANDS },
	{ "certutil", WARDEN_VBA_COMMANDS },
	{ "bitsadmin", WARDEN_VBA_COMMANDS },
	{ "schtasks", WARDEN_VBA_COMMANDS },
	{ "msiexec", WARDEN_VBA_COMMANDS },
	{ "installutil", WARDEN_VBA_COMMANDS },
	{ "msbuild", WARDEN_VBA_COMMANDS },
	{ "regasm", WARDEN_VBA_COMMANDS },
	{ "forfiles", WARDEN_VBA_COMMANDS },
	{ "conhost", WARDEN_VBA_COMMANDS },
	{ "wmic ", WARDEN_VBA_COMMANDS },
	{ "win32_processstartup", WARDEN_VBA_COMMANDS },
	{ "wscript.shell", WARDEN_VBA_EXECUTES },
	{ "shell.application", WARDEN_VBA_EXECUTES },
	{ "scriptcontrol", WARDEN_VBA_EXECUTES },
	{ "schedule.service", WARDEN_VBA_COMMANDS },
	/* the classes of WScript.Shell, Shell.Application, ShellWindows,
	   ShellBrowserWindow, MMC20.Application: nobody honest writes them
	   as numbers */
	{ "72c24dd5-d70a-438b-8a42-98424b88afb8", WARDEN_VBA_COMMANDS },
	{ "f935dc22-1cf0-11d0-adb9-00c04fd58a0b", WARDEN_VBA_COMMANDS },
	{ "13709620-c279-11ce-a49e-444553540000", WARDEN_VBA_COMMANDS },
	{ "9ba05972-f6a8-11cf-a442-00a0c90a8f39", WARDEN_VBA_COMMANDS },
	{ "c08afd90-f2a1-11d1-8455-00a0c91f3880", WARDEN_VBA_COMMANDS },
	{ "49b2791a-b1ae-4c90-9b8e-e860ba07f889", WARDEN_VBA_COMMANDS },
	{ "/bin/sh", WARDEN_VBA_EXECUTES },
	{ "/bin/bash", WARDEN_VBA_EXECUTES },
	{ "osascript", WARDEN_VBA_EXECUTES },
	{ "do shell script", WARDEN_VBA_EXECUTES },
	{ "xmlhttp", WARDEN_VBA_DOWNLOADS },
	{ "winhttprequest", WARDEN_VBA_DOWNLOADS },
	{ "internetexplorer.application", WARDEN_VBA_DOWNLOADS },
	{ "downloadfile", WARDEN_VBA_DOWNLOADS },
	{ "downloadstring", WARDEN_VBA_DOWNLOADS },
	{ "downloaddata", WARDEN_VBA_DOWNLOADS },
	{ "invoke-webrequest", WARDEN_VBA_DOWNLOADS },
	{ "start-bitstransfer", WARDEN_VBA_DOWNLOADS },
	{ "urldownloadtofile", WARDEN_VBA_DOWNLOADS },
	{ "curl ", WARDEN_VBA_DOWNLOADS },
	{ "wget ", WARDEN_VBA_DOWNLOADS },
	{ "adodb.stream", WARDEN_VBA_WRITES },
	{ "scripting.filesystemobject", WARDEN_VBA_WRITES },
	{ "accessvbom", WARDEN_VBA_SPREADS },
	{ "vbawarnings", WARDEN_VBA_SPREADS },
};

/* --- reading ------------------------------------------------------------- */

struct state {
	struct warden_vba_code *code;
	GHashTable *names;	/* all that occur */
	struct warden_vba_fold fold;
	bool second;		/* the pass that counts */
	bool in_autorun;
	char procedure[64];
};

static void add_act(struct warden_vba_code *code, enum warden_vba_act act,
		    const char *word)
{
	GString *words = code->acts[act];

	if (words->len + strlen(word) > DETAIL_MAX ||
	    strstr(words->str, word) != NULL)
		return;
	if (words->len > 0)
		g_string_append(words, ", ");
	g_string_append(words, word);
}

static bool word_is(const struct warden_vba_reader *reader, guint at,
		    const char *text)
{
	const struct warden_vba_word *word;

	if (at >= reader->words->len)
		return FALSE;
	word = &g_array_index(reader->words, struct warden_vba_word, at);
	return word->kind == WARDEN_VBA_NAME && word->size == strlen(text) &&
		memcmp(reader->text->str + word->start, text,
		       word->size) == 0;
}

static bool any_word_is(const struct warden_vba_reader *reader, guint at,
			const char *const *texts_list)
{
	for (; *texts_list != NULL; texts_list++) {
		if (word_is(reader, at, *texts_list))
			return TRUE;
	}
	return FALSE;
}

static bool is_autorun(const char *name)
{
	gsize i;

	/* a form is shown by other code */
	if (g_str_has_prefix(name, "userform"))
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(autorun); i++) {
		if (autorun[i][0] == '_' ? g_str_has_suffix(name, autorun[i]) :
		    strcmp(name, autorun[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

/* "Private Sub Name(", "End Sub". */
static bool take_procedure(struct state *state,
			   const struct warden_vba_reader *reader, guint at,
			   guint last)
{
	static const char *const visibility[] = {
		"public", "private", "friend", "static", "global", NULL };
	static const char *const kinds[] = { "sub", "function", NULL };
	const struct warden_vba_word *word;

	if (word_is(reader, at, "end") &&
	    any_word_is(reader, at + 1, kinds)) {
		state->in_autorun = FALSE;
		return TRUE;
	}
	while (at < last && any_word_is(reader, at, visibility))
		at++;
	if (at + 1 >= last || !any_word_is(reader, at, kinds))
		return FALSE;
	word = &g_array_index(reader->words, struct warden_vba_word, at + 1);
	g_snprintf(state->procedure, sizeof(state->procedure), "%.*s",
		   (int)word->size, reader->text->str + word->start);
	state->in_autorun = is_autorun(state->procedure);
	return TRUE;
}

/* Lines that do nothing by themselves. */
static bool is_declaration(const struct warden_vba_reader *reader, guint at,
			   guint last)
{
	static const char *const words[] = {
		"attribute", "option", "dim", "exit", "on", "const", "public",
		"private", "declare", "global", "type", "enum", "static",
		"implements", NULL };

	return at >= last || any_word_is(reader, at, words);
}

/* Open … For Binary, Put #: bytes into a file. */
static void take_file(struct state *state,
		      const struct warden_vba_reader *reader, guint at,
		      guint last)
{
	guint i;

	if (!word_is(reader, at, "open"))
		return;
	for (i = at + 1; i + 1 < last; i++) {
		if (word_is(reader, i, "for") &&
		    word_is(reader, i + 1, "binary"))
			add_act(state->code, WARDEN_VBA_WRITES,
				"Open For Binary");
	}
}

static void take_statement(struct state *state,
			   const struct warden_vba_reader *reader,
			   guint first, guint last)
{
	if (state->second && !take_procedure(state, reader, first, last) &&
	    !is_declaration(reader, first, last)) {
		state->code->statements++;
		take_file(state, reader, first, last);
		if (state->in_autorun)
			add_act(state->code, WARDEN_VBA_AUTORUN,
				state->procedure);
	}
	/* names, keys and the like: nothing that runs */
	if (!word_is(reader, first, "attribute"))
		warden_vba_fold_statement(&state->fold, reader, first, last);
}

static void take_names(struct state *state,
		       const struct warden_vba_reader *reader)
{
	guint i;

	if (word_is(reader, 0, "attribute"))
		return;
	for (i = 0; i < reader->words->len; i++) {
		const struct warden_vba_word *word = &g_array_index(
			reader->words, struct warden_vba_word, i);
		const char *text = reader->text->str + word->start;

		if ((word->kind != WARDEN_VBA_NAME &&
		     /* Declare … Alias "ShellExecuteA" */
		     !(word->kind == WARDEN_VBA_TEXT &&
		       word_is(reader, i - 1, "alias"))) ||
		    g_hash_table_size(state->names) >= NAMES_MAX)
			continue;
		g_hash_table_add(state->names,
				 g_ascii_strdown(text, word->size));
	}
}

static bool is_colon(const struct warden_vba_reader *reader, guint at)
{
	const struct warden_vba_word *word = &g_array_index(
		reader->words, struct warden_vba_word, at);

	return word->kind == WARDEN_VBA_SIGN && word->number == 0 &&
		reader->text->str[word->start] == ':';
}

static void read_source(struct state *state, const char *source, gsize size)
{
	struct warden_vba_reader reader;
	guint first, i;

	warden_vba_reader_init(&reader, source, size);
	while (warden_vba_reader_next(&reader)) {
		if (state->second)
			take_names(state, &reader);
		for (first = i = 0; i <= reader.words->len; i++) {
			if (i < reader.words->len && !is_colon(&reader, i))
				continue;
			if (i > first)
				take_statement(state, &reader, first, i);
			first = i + 1;
		}
	}
	warden_vba_reader_clear(&reader);
}

/* --- judging ------------------------------------------------------------- */

/* "cmd.exe" in "mycmd.exe" is another program; behind a path, a quote or at
   the beginning it is the one. */
static bool is_boundary(const char *text, const char *found)
{
	return found == text || !g_ascii_isalnum(found[-1]);
}

static bool has_word(const char *text, const char *word)
{
	const char *found;

	for (found = strstr(text, word); found != NULL;
	     found = strstr(found + 1, word)) {
		if (is_boundary(text, found) || strlen(word) > 12)
			return TRUE;
	}
	return FALSE;
}

static char *lower(const char *text, gsize size)
{
	char *copy = g_ascii_strdown(text, size);
	gsize i;

	for (i = 0; i < size; i++) {
		if (copy[i] == '\0')
			copy[i] = ' ';
	}
	return copy;
}

static bool is_hideable(enum warden_vba_act act)
{
	return act == WARDEN_VBA_EXECUTES || act == WARDEN_VBA_COMMANDS ||
	       act == WARDEN_VBA_DOWNLOADS;
}

static void add_hidden(struct warden_vba_code *code, const char *word)
{
	if (code->hidden->len > DETAIL_MAX)
		return;
	if (code->hidden->len > 0)
		g_string_append(code->hidden, ", ");
	g_string_append(code->hidden, word);
}

static void judge_strings(struct warden_vba_code *code, const char *source,
			  gsize size)
{
	g_autofree char *strings = lower(code->strings->str,
					 code->strings->len);
	g_autofree char *plain = lower(source, size);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		const struct clue *clue = &texts[i];

		/* of a flood of texts, comments are believed as well */
		if (!has_word(strings, clue->word) &&
		    !(code->truncated && has_word(plain, clue->word)))
			continue;
		add_act(code, clue->act, clue->word);
		if (is_hideable(clue->act) &&
		    strstr(plain, clue->word) == NULL)
			add_hidden(code, clue->word);
	}
}

void warden_vba_code_read_elsewhere(struct warden_vba_code *code,
				    const char *text, gsize size)
{
	GString *all = g_string_new_len(text, size);
	g_autofree char *strings = NULL;
	gsize i;

	if (!warden_vba_code_does(code, WARDEN_VBA_EXECUTES) &&
	    !warden_vba_code_does(code, WARDEN_VBA_COMMANDS)) {
		g_string_free(all, TRUE);
		return;
	}
	warden_vba_decode(text, size, all);
	strings = lower(all->str, all->len);
	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		const struct clue *clue = &texts[i];

		if (clue->act != WARDEN_VBA_COMMANDS ||
		    !has_word(strings, clue->word))
			continue;
		add_act(code, clue->act, clue->word);
		add_hidden(code, clue->word);
	}
	g_string_append_len(code->strings, all->str, all->len);
	g_string_free(all, TRUE);
}

static bool has_name(const struct state *state, const char *name)
{
	return g_hash_table_contains(state->names, name);
}

/* Memory that can be run, filled and started: one of these alone stands in
   honest code. */
static bool may_inject(const struct state *state)
{
	static const char *const memory[] = {
		"virtualalloc", "virtualallocex", "virtualprotect",
		"virtualprotectex", "ntallocatevirtualmemory",
		"zwallocatevirtualmemory", "heapcreate", NULL };
	static const char *const start[] = {
		"createthread", "createremotethread", "ntcreatethreadex",
		"queueuserapc", "writeprocessmemory", "ntwritevirtualmemory",
		"enumsystemlanguagegroupsw", "enumsystemlocalesa",
		"enumdateformatsa", "certenumsystemstore", "callwindowproca",
		NULL };
	bool has_memory = FALSE, has_start = FALSE;
	gsize i;

	for (i = 0; memory[i] != NULL; i++)
		has_memory |= has_name(state, memory[i]);
	for (i = 0; start[i] != NULL; i++)
		has_start |= has_name(state, start[i]);
	return has_memory && has_start;
}

static void judge_names(struct state *state)
{
	bool injects = may_inject(state);
	gsize i;

	/* GetObject("winmgmts:…\\Win32_Process").Create: asking for processes
	   is one thing, making one another */
	if (has_name(state, "create") &&
	    strstr(state->code->strings->str, "Win32_Process") != NULL)
		add_act(state->code, WARDEN_VBA_COMMANDS, "Win32_Process");

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		if (has_name(state, names[i].word) &&
		    (names[i].act != WARDEN_VBA_INJECTS || injects))
			add_act(state->code, names[i].act, names[i].word);
	}
}

/* Long runs without a space: keys, bytes, another script. */
static void count_encoded(struct warden_vba_code *code)
{
	const char *text = code->strings->str;
	gsize size = code->strings->len, start = 0, i;

	for (i = 0; i <= size; i++) {
		if (i < size && (guint8)text[i] > ' ')
			continue;
		if (i - start >= ENCODED_MIN &&
		    g_strstr_len(text + start, i - start, "://") == NULL)
			code->encoded += i - start;
		start = i + 1;
	}
}

void warden_vba_code_read(const char *source, gsize size,
			  struct warden_vba_code *code_r)
{
	struct state state = { .code = code_r };
	guint i;

	memset(code_r, 0, sizeof(*code_r));
	for (i = 0; i < WARDEN_VBA_ACTS; i++)
		code_r->acts[i] = g_string_new(NULL);
	code_r->hidden = g_string_new(NULL);
	state.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    NULL);
	warden_vba_fold_init(&state.fold);
	/* constants and functions may stand behind what uses them */
	read_source(&state, source, size);
	warden_vba_fold_again(&state.fold);
	state.second = TRUE;
	read_source(&state, source, size);
	warden_vba_fold_finish(&state.fold);
	code_r->truncated = state.fold.truncated;
	code_r->strings = g_string_new_len(state.fold.strings->str,
					   state.fold.strings->len);
	count_encoded(code_r);
	warden_vba_decode(state.fold.strings->str, state.fold.strings->len,
			  code_r->strings);
	judge_names(&state);
	judge_strings(code_r, source, size);
	warden_vba_fold_clear(&state.fold);
	g_hash_table_unref(state.names);
}

void warden_vba_code_clear(struct warden_vba_code *code)
{
	guint i;

	for (i = 0; i < WARDEN_VBA_ACTS; i++)
		g_string_free(code->acts[i], TRUE);
	g_string_free(code->hidden, TRUE);
	g_string_free(code->strings, TRUE);
}

bool warden_vba_code_does(const struct warden_vba_code *code,
			  enum warden_vba_act act)
{
	return code->acts[act]->len > 0;
}
