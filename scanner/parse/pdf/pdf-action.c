#include "warden-config.h"

#include "pdf-expand.h"

#include <string.h>

/* Actions (ISO 32000-1 12.6): what a click, a page or the file itself does. */

/* That one opening runs: chains may branch. */
#define ACTIONS_MAX 500u
#define CHAIN_MAX 16u
/* Nodes of a tree of names. */
#define NODES_MAX 1000u

typedef struct warden_pdf_value value_t;

static value_t value_of(const struct warden_pdf_dict *dict,
			enum warden_pdf_key key)
{
	return dict->values[key];
}

static void add_url(const struct warden_pdf_look *look, const char *url)
{
	if (*url != '\0')
		warden_queue_url(look->queue, look->path, url, strlen(url),
				 NULL, "", "pdf");
}

/* --- files that it opens ------------------------------------------------------- */

/* What Windows runs when it is asked to open it. */
static bool is_program(const char *command)
{
	static const char *const parts[] = {
		".exe", ".com ", ".bat", ".cmd", ".scr", ".pif", ".msi",
		".js", ".jse", ".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".ps1",
		".lnk", ".url", ".jar", ".cpl", ".dll", ".reg", ".chm",
		".sct", ".msc", ".application", ".appref-ms", ".app",
		".command", ".sh", "cmd ", "powershell", "mshta", "wscript",
		"cscript", "rundll32", "regsvr32", "/bin/",
	};
	g_autofree char *lower = g_ascii_strdown(command, -1);
	g_autofree char *padded = g_strconcat(lower, " ", NULL);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(parts); i++) {
		const char *found = strstr(padded, parts[i]);

		/* ".js" is not in ".json" */
		if (found != NULL && (parts[i][0] != '.' ||
		    !g_ascii_isalnum(found[strlen(parts[i])])))
			return TRUE;
	}
	return FALSE;
}

/* Windows sends the user's name and a hash of the password there. */
static bool is_remote(const char *file)
{
	return (g_str_has_prefix(file, "\\\\") && g_ascii_isalnum(file[2])) ||
	       (g_ascii_strncasecmp(file, "file://", 7) == 0 &&
		g_ascii_isalnum(file[7]));
}

static void note_remote(const struct warden_pdf_look *look, value_t value)
{
	g_autofree char *file = NULL;

	if (!warden_pdf_has(value) ||
	    warden_pdf_kind(look->pdf, value) != WARDEN_PDF_STRING)
		return;
	file = warden_pdf_look_text(look, value, WARDEN_FACT_URL_MAX);
	if (is_remote(file))
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_REMOTE_FILE,
				   look->path, file);
}

/* Owned by the caller. */
static char *launch_command(const struct warden_pdf_look *look,
			    const struct warden_pdf_dict *dict)
{
	g_autofree char *file = warden_pdf_look_file(
		look, value_of(dict, WARDEN_PDF_KEY_F));
	g_autofree char *program = NULL, *parameters = NULL;
	struct warden_pdf_dict win;

	if (!warden_pdf_dict(look->pdf, value_of(dict, WARDEN_PDF_KEY_Win),
			     &win))
		return g_steal_pointer(&file);
	program = warden_pdf_look_file(look, value_of(&win,
						      WARDEN_PDF_KEY_F));
	parameters = warden_pdf_look_text(
		look, value_of(&win, WARDEN_PDF_KEY_P), WARDEN_FACT_URL_MAX);
	return g_strdup_printf("%s%s%s%s%s", program,
			       *parameters != '\0' ? " " : "", parameters,
			       *file != '\0' ? " " : "", file);
}

static void do_launch(struct warden_pdf_look *look,
		      const struct warden_pdf_dict *dict, bool opened)
{
	g_autofree char *command = launch_command(look, dict);

	warden_queue_trait(look->queue, is_program(command) ?
			   WARDEN_TRAIT_PDF_LAUNCH_PROGRAM :
			   WARDEN_TRAIT_PDF_LAUNCH_FILE, look->path, command);
	if (opened)
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_OPEN_LAUNCH,
				   look->path, command);
	if (is_remote(command))
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_REMOTE_FILE,
				   look->path, command);
	if (strstr(command, "://") != NULL)
		add_url(look, command);
}

/* --- the other actions ------------------------------------------------------------ */

static void do_link(struct warden_pdf_look *look,
		    const struct warden_pdf_dict *dict, bool opened)
{
	g_autofree char *url = warden_pdf_look_text(
		look, value_of(dict, WARDEN_PDF_KEY_URI),
		WARDEN_FACT_URL_MAX);

	add_url(look, url);
	if (is_remote(url))
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_REMOTE_FILE,
				   look->path, url);
	if (opened)
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_OPEN_LINK,
				   look->path, url);
}

static void do_submit(struct warden_pdf_look *look,
		      const struct warden_pdf_dict *dict, bool opened)
{
	g_autofree char *url = warden_pdf_look_file(
		look, value_of(dict, WARDEN_PDF_KEY_F));

	add_url(look, url);
	warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_SUBMIT_FORM,
			   look->path, url);
	if (opened)
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_OPEN_SUBMIT,
				   look->path, url);
}

static void do_import(struct warden_pdf_look *look,
		      const struct warden_pdf_dict *dict,
		      bool opened G_GNUC_UNUSED)
{
	g_autofree char *file = warden_pdf_look_file(
		look, value_of(dict, WARDEN_PDF_KEY_F));

	add_url(look, file);
	warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_IMPORT_DATA,
			   look->path, file);
}

static void do_go(struct warden_pdf_look *look,
		  const struct warden_pdf_dict *dict, bool opened)
{
	g_autofree char *file = warden_pdf_look_file(
		look, value_of(dict, WARDEN_PDF_KEY_F));

	if (strstr(file, "://") != NULL)
		add_url(look, file);
	/* whether or not it is opened is noted for all dictionaries */
	if (opened && is_remote(file))
		warden_queue_trait(look->queue, WARDEN_TRAIT_PDF_OPEN_REMOTE,
				   look->path, file);
}

static void do_script(struct warden_pdf_look *look,
		      const struct warden_pdf_dict *dict, bool opened)
{
	if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_JS)))
		warden_pdf_look_script(look, value_of(dict,
						      WARDEN_PDF_KEY_JS),
				       opened);
}

static const struct {
	const char *name;
	void (*run)(struct warden_pdf_look *look,
		    const struct warden_pdf_dict *dict, bool opened);
} actions[] = {
	{ "JavaScript", do_script },
	{ "Rendition", do_script },
	{ "URI", do_link },
	{ "Launch", do_launch },
	{ "SubmitForm", do_submit },
	{ "ImportData", do_import },
	{ "GoToR", do_go },
	{ "GoToE", do_go },
};

static bool run(struct warden_pdf_look *look,
		const struct warden_pdf_dict *dict, bool opened)
{
	value_t type = value_of(dict, WARDEN_PDF_KEY_S);
	gsize i;

	for (i = 0; warden_pdf_has(type) && i < G_N_ELEMENTS(actions); i++) {
		if (warden_pdf_is(look->pdf, type, actions[i].name)) {
			actions[i].run(look, dict, opened);
			return TRUE;
		}
	}
	return FALSE;
}

/* --- when opened ------------------------------------------------------------------- */

/* An action and those that follow it, breadth first. */
static void run_opened(struct warden_pdf_look *look, value_t first)
{
	g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(value_t));
	guint i;

	g_array_append_val(chain, first);
	for (i = 0; i < chain->len && i < CHAIN_MAX &&
	     look->actions < ACTIONS_MAX; i++) {
		struct warden_pdf_dict dict;
		struct warden_pdf_array next;
		value_t value;

		/* an array is a place in the document */
		if (!warden_pdf_dict(look->pdf,
				     g_array_index(chain, value_t, i), &dict))
			continue;
		look->actions += run(look, &dict, TRUE);
		warden_pdf_array_init(&next, look->pdf,
				      value_of(&dict, WARDEN_PDF_KEY_Next));
		while (chain->len < CHAIN_MAX &&
		       warden_pdf_array_next(&next, &value))
			g_array_append_val(chain, value);
	}
}

/* Additional actions that need no click (12.6.3): a page's or annotation's
   opening, the document's closing, saving and printing. */
static void run_additional(struct warden_pdf_look *look, value_t value)
{
	static const enum warden_pdf_key triggers[] = {
		WARDEN_PDF_KEY_O, WARDEN_PDF_KEY_PO, WARDEN_PDF_KEY_PV,
		WARDEN_PDF_KEY_WC, WARDEN_PDF_KEY_WS, WARDEN_PDF_KEY_DS,
		WARDEN_PDF_KEY_WP, WARDEN_PDF_KEY_DP,
	};
	struct warden_pdf_dict dict;
	gsize i;

	if (!warden_pdf_dict(look->pdf, value, &dict))
		return;
	for (i = 0; i < G_N_ELEMENTS(triggers); i++) {
		if (warden_pdf_has(value_of(&dict, triggers[i])))
			run_opened(look, value_of(&dict, triggers[i]));
	}
}

/* Scripts by name (7.9.6) run when the document is opened. */
static void run_names(struct warden_pdf_look *look, value_t root)
{
	g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(value_t));
	guint i;

	g_array_append_val(nodes, root);
	for (i = 0; i < nodes->len; i++) {
		struct warden_pdf_dict dict;
		struct warden_pdf_array array;
		value_t value;

		if (!warden_pdf_dict(look->pdf,
				     g_array_index(nodes, value_t, i), &dict))
			continue;
		warden_pdf_array_init(&array, look->pdf,
				      value_of(&dict, WARDEN_PDF_KEY_Names));
		/* names and actions in turn: names are no dictionaries */
		while (look->actions < ACTIONS_MAX &&
		       warden_pdf_array_next(&array, &value))
			run_opened(look, value);
		warden_pdf_array_init(&array, look->pdf,
				      value_of(&dict, WARDEN_PDF_KEY_Kids));
		while (nodes->len < NODES_MAX &&
		       warden_pdf_array_next(&array, &value))
			g_array_append_val(nodes, value);
	}
}

static void look_opened(struct warden_pdf_look *look,
			const struct warden_pdf_dict *dict)
{
	guint before = look->actions;

	if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_OpenAction)))
		run_opened(look, value_of(dict, WARDEN_PDF_KEY_OpenAction));
	if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_AA)))
		run_additional(look, value_of(dict, WARDEN_PDF_KEY_AA));
	if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_JavaScript)))
		run_names(look, value_of(dict, WARDEN_PDF_KEY_JavaScript));
	if (!warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_Type)) ||
	    !warden_pdf_is(look->pdf, value_of(dict, WARDEN_PDF_KEY_Type),
			   "Catalog"))
		return;
	/* in the order in which they stand: the later one is an update */
	if (look->actions == before)
		look->passive = TRUE;
	else if (look->passive)
		warden_queue_trait(look->queue,
				   WARDEN_TRAIT_PDF_UPDATED_ACTION,
				   look->path, "");
}

void warden_pdf_look_action(struct warden_pdf_look *look,
			    const struct warden_pdf_dict *dict)
{
	static const enum warden_pdf_key files[] = {
		WARDEN_PDF_KEY_F, WARDEN_PDF_KEY_UF, WARDEN_PDF_KEY_DOS,
	};
	gsize i;

	if (!run(look, dict, FALSE)) {
		/* some readers do without the type */
		if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_JS)))
			do_script(look, dict, FALSE);
		if (warden_pdf_has(value_of(dict, WARDEN_PDF_KEY_URI)))
			do_link(look, dict, FALSE);
	}
	for (i = 0; i < G_N_ELEMENTS(files); i++)
		note_remote(look, value_of(dict, files[i]));
	look_opened(look, dict);
}
