#include "warden-config.h"

#include "../web/html.h"
#include "program.h"
#include "../text/urls.h"

#include <string.h>

/* Shortcuts that are text: lines of key and value, or XML. What matters is a
   few values of each, wherever they stand; formats with their real parsers
   would only see less than the lenient programs that read these files. */

/* A formula's beginning tells what it is. */
#define FORMULA_MAX 256u

struct shortcut {
	struct warden_queue *queue;
	const struct warden_container *container;
	const char *path;
	GString *text;
	char *lower;
};

/* --- values --------------------------------------------------------------------- */

/* The value of the number'th line "key=value" (separator as given), spaces
   around it removed; NULL if there is none. Owned by the caller. */
static char *line_value(const struct shortcut *shortcut, const char *key,
			char separator, guint number)
{
	const char *lower = shortcut->lower, *p = lower;
	gsize size = strlen(key);

	while ((p = strstr(p, key)) != NULL) {
		const char *start = p, *value = p + size;

		while (start > lower && (start[-1] == ' ' ||
					 start[-1] == '\t'))
			start--;
		p += size;
		value += strspn(value, " \t");
		if ((start > lower && start[-1] != '\n' &&
		     start[-1] != '\r') || *value != separator)
			continue;
		if (number-- > 0)
			continue;
		value = shortcut->text->str + (value + 1 - lower);
		return g_strstrip(g_strndup(value, strcspn(value, "\r\n")));
	}
	return NULL;
}

/* What stands between <tag …> and the next "<", references undone. */
static char *tag_value(const struct shortcut *shortcut, const char *tag,
		       guint number)
{
	const char *p = shortcut->lower;
	gsize size = strlen(tag);

	while ((p = strstr(p, tag)) != NULL) {
		const char *close;
		GString *value;

		if (p == shortcut->lower ||
		    (p[-1] != '<' && p[-1] != ':') ||
		    g_ascii_isalnum(p[size]) || number-- > 0) {
			p += size;
			continue;
		}
		close = strchr(p, '>');
		if (close == NULL)
			return NULL;
		value = g_string_new("");
		p = shortcut->text->str + (close + 1 - shortcut->lower);
		if (g_str_has_prefix(p, "<![CDATA["))
			g_string_append_len(value, p + 9,
					    strcspn(p + 9, "]"));
		else
			warden_html_unescape(p, strcspn(p, "<"), FALSE,
					     value);
		return g_strstrip(g_string_free(value, FALSE));
	}
	return NULL;
}

/* name="value" anywhere. */
static char *attribute_value(const struct shortcut *shortcut,
			     const char *name, guint number)
{
	const char *p = shortcut->lower;
	gsize size = strlen(name);

	while ((p = strstr(p, name)) != NULL) {
		const char *value = p + size;
		GString *out;
		char quote[2] = "";

		value += strspn(value, " \t\r\n");
		if (*value != '=' || (p > shortcut->lower &&
				      !g_ascii_isspace(p[-1]))) {
			p += size;
			continue;
		}
		p += size;
		value++;
		value += strspn(value, " \t\r\n");
		if ((*value != '"' && *value != '\'') || number-- > 0)
			continue;
		quote[0] = *value++;
		value = shortcut->text->str + (value - shortcut->lower);
		out = g_string_new("");
		warden_html_unescape(value, strcspn(value, quote), TRUE, out);
		return g_string_free(out, FALSE);
	}
	return NULL;
}

/* --- places and commands -------------------------------------------------------------- */

/* An address that starts a program on this machine. */
static bool is_program_address(const char *url)
{
	return g_ascii_strncasecmp(url, "file:", 5) == 0 &&
	       warden_behaviour_runs(url);
}

static void open_place(struct shortcut *shortcut, const char *url)
{
	if (*url == '\0')
		return;
	if (!warden_program_target(shortcut->queue, shortcut->container,
				   url) && is_program_address(url))
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_SHORTCUT_INTERPRETER,
				   shortcut->path, url);
	if (g_ascii_strncasecmp(url, "search-ms:", 10) == 0 ||
	    g_ascii_strncasecmp(url, "search:", 7) == 0)
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_SEARCH_REMOTE,
				   shortcut->path, url);
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SHORTCUT_TARGET,
			   shortcut->path, url);
}

static void run_command(struct shortcut *shortcut, const char *command)
{
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SHORTCUT_TARGET,
			   shortcut->path, command);
	warden_program_command(shortcut->queue, shortcut->container, command,
			       "");
}

static void remote_icon(struct shortcut *shortcut, const char *icon)
{
	g_autofree char *host = icon == NULL ? NULL :
		warden_behaviour_remote_host(icon);

	if (host != NULL)
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_SHORTCUT_REMOTE_ICON,
				   shortcut->path, icon);
}

/* --- formats ---------------------------------------------------------------------------- */

static void open_urls(struct shortcut *shortcut)
{
	guint number;

	for (number = 0; number < 8; number++) {
		g_autofree char *url = line_value(shortcut, "url", '=',
						  number);

		if (url == NULL)
			break;
		open_place(shortcut, url);
	}
}

/* .url, .website; also .scf, whose keys are the same for this. */
static void read_url(struct shortcut *shortcut)
{
	static const char *const pictures[] = {
		"iconfile", "workingdirectory", "command",
	};
	gsize i;

	open_urls(shortcut);
	for (i = 0; i < G_N_ELEMENTS(pictures); i++) {
		g_autofree char *value = line_value(shortcut, pictures[i],
						    '=', 0);

		remote_icon(shortcut, value);
	}
}

/* Honest entries start interpreters, too; not with a program as argument. */
static bool is_inline(const char *command)
{
	static const char *const marks[] = {
		" -c", "curl ", "wget ", "base64 ", "/dev/tcp/", "| ",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (strstr(command, marks[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static void read_desktop(struct shortcut *shortcut)
{
	guint number;

	for (number = 0; number < 8; number++) {
		g_autofree char *command = line_value(shortcut, "exec", '=',
						      number);

		if (command == NULL)
			break;
		if (is_inline(command))
			run_command(shortcut, command);
	}
	open_urls(shortcut);
}

/* Settings of macOS' terminal may hold a command that it runs when it opens
   them. */
static void read_terminal(struct shortcut *shortcut)
{
	const char *key = strstr(shortcut->lower, "<key>commandstring</key>");
	const char *start = key == NULL ? NULL : strstr(key, "<string>");
	GString *command;

	if (start == NULL)
		return;
	start = shortcut->text->str + (start + 8 - shortcut->lower);
	command = g_string_new("");
	warden_html_unescape(start, strcspn(start, "<"), FALSE, command);
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SETTINGS_COMMAND,
			   shortcut->path, command->str);
	run_command(shortcut, command->str);
	g_string_free(command, TRUE);
}

/* A property list, XML or binary, with one string. */
static void read_webloc(struct shortcut *shortcut)
{
	g_autofree char *url = tag_value(shortcut, "string", 0);
	struct warden_url_iter iter;
	gsize start, end;

	if (url != NULL) {
		open_place(shortcut, url);
		return;
	}
	warden_url_iter_init(&iter, shortcut->text->str, shortcut->text->len);
	if (warden_url_iter_next(&iter, &start, &end)) {
		url = g_strndup(shortcut->text->str + start, end - start);
		open_place(shortcut, url);
	}
}

/* A name without dots, or of a private network, is a machine nearby. */
static bool is_nearby(const char *host)
{
	return strchr(host, '.') == NULL ||
	       g_str_has_prefix(host, "10.") ||
	       g_str_has_prefix(host, "192.168.") ||
	       g_str_has_prefix(host, "127.") ||
	       g_str_has_suffix(host, ".local");
}

/* "key:type:value" lines (MS-RDPBCGR's clients; no specification). */
static void read_rdp(struct shortcut *shortcut)
{
	g_autofree char *address = line_value(shortcut, "full address:s", ':',
					      0);
	g_autofree char *drives = line_value(shortcut, "drivestoredirect:s",
					     ':', 0);
	g_autofree char *program = line_value(
		shortcut, "remoteapplicationprogram:s", ':', 0);
	g_autofree char *url = NULL;

	if (address == NULL || *address == '\0')
		return;
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_RDP_HOST,
			   shortcut->path, address);
	url = g_strdup_printf("rdp://%s", address);
	warden_queue_url(shortcut->queue, shortcut->path, url, strlen(url),
			 NULL, "", "shortcut");
	if (drives != NULL && *drives != '\0' && !is_nearby(address))
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_RDP_GIVES_DRIVES,
				   shortcut->path, drives);
	if (program != NULL && *program != '\0')
		warden_queue_trait(shortcut->queue, WARDEN_TRAIT_RDP_PROGRAM,
				   shortcut->path, program);
}

/* Pages of the control panel and of the settings program are what it is for. */
static bool is_settings_page(const char *link)
{
	g_autofree char *lower = g_ascii_strdown(link, -1);

	return g_str_has_prefix(lower, "ms-settings:") ||
	       g_str_has_prefix(lower, "shell:::{") ||
	       (strstr(lower, "control.exe /name microsoft.") != NULL &&
		strpbrk(lower, "&|;") == NULL);
}

static void read_settings(struct shortcut *shortcut)
{
	guint number;

	for (number = 0; number < 8; number++) {
		g_autofree char *link = tag_value(shortcut, "deeplink",
						  number);

		if (link == NULL)
			break;
		if (*link == '\0' || is_settings_page(link))
			continue;
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_SETTINGS_COMMAND,
				   shortcut->path, link);
		run_command(shortcut, link);
	}
}

static void search_place(struct shortcut *shortcut, const char *url)
{
	g_autofree char *host = warden_behaviour_remote_host(url);

	if (host == NULL && strstr(url, "://") == NULL)
		return;
	(void)warden_program_target(shortcut->queue, shortcut->container,
				    url);
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SEARCH_REMOTE,
			   shortcut->path, url);
}

/* .library-ms, .searchConnector-ms, .search-ms */
static void read_search(struct shortcut *shortcut)
{
	static const char *const tags[] = { "url", "scope", "include", "path",
					    "icon", "iconreference" };
	gsize i;
	guint number;

	for (i = 0; i < G_N_ELEMENTS(tags); i++) {
		for (number = 0; number < 8; number++) {
			g_autofree char *url = tag_value(shortcut, tags[i],
							 number);

			if (url == NULL)
				break;
			search_place(shortcut, url);
		}
	}
	for (number = 0; number < 8; number++) {
		g_autofree char *path = attribute_value(shortcut, "path",
							number);

		if (path == NULL)
			break;
		search_place(shortcut, path);
	}
}

/* ClickOnce (.application), .appinstaller, .jnlp: where it comes from. */
static void read_installer(struct shortcut *shortcut)
{
	static const char *const attributes[] = { "codebase", "uri", "href" };
	gsize i;
	guint number;

	for (i = 0; i < G_N_ELEMENTS(attributes); i++) {
		for (number = 0; number < 8; number++) {
			g_autofree char *url = attribute_value(
				shortcut, attributes[i], number);

			if (url == NULL)
				break;
			if (strstr(url, "://") == NULL &&
			    !g_str_has_prefix(url, "\\\\"))
				continue;
			warden_queue_url(shortcut->queue, shortcut->path, url,
					 strlen(url), NULL, "", "shortcut");
			warden_queue_trait(shortcut->queue,
					   WARDEN_TRAIT_INSTALLER_REMOTE,
					   shortcut->path, url);
		}
	}
}

/* A one-line reference: the address, a comma, the application's identity. */
static void read_appref(struct shortcut *shortcut)
{
	gsize size = strcspn(shortcut->text->str, "#,\r\n");

	warden_queue_url(shortcut->queue, shortcut->path,
			 shortcut->text->str, size, NULL, "", "shortcut");
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_INSTALLER_REMOTE,
			   shortcut->path, shortcut->text->str);
}

/* A web query: "WEB", a version, the address. */
static void read_query(struct shortcut *shortcut)
{
	const char *url = strstr(shortcut->lower, "http");
	gsize size;

	if (url == NULL)
		return;
	url = shortcut->text->str + (url - shortcut->lower);
	size = strcspn(url, "\r\n");
	warden_queue_url(shortcut->queue, shortcut->path, url, size, NULL, "",
			 "shortcut");
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SHEET_FETCH,
			   shortcut->path, "");
}

/* A management console runs script in a page, or a task's command. */
static void read_console(struct shortcut *shortcut)
{
	static const char *const marks[] = {
		"javascript:", "vbscript:", "<script", "apds.dll",
		"&lt;script", "<commandline", "commandline=", "xsl:stylesheet",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (strstr(shortcut->lower, marks[i]) != NULL)
			break;
	}
	if (i == G_N_ELEMENTS(marks))
		return;
	warden_queue_trait(shortcut->queue, WARDEN_TRAIT_CONSOLE_SCRIPT,
			   shortcut->path, marks[i]);
	warden_program_look(shortcut->queue, shortcut->container,
			    shortcut->text->str, shortcut->text->len,
			    WARDEN_LANGUAGE_WINDOWS, "script");
}

/* SYLK: a formula that starts a program (DDE), or sheets of Excel 4 macros
   ("O;E" in the options, names like Auto_open). */
static void read_sylk(struct shortcut *shortcut)
{
	const char *lower = shortcut->lower, *p;

	if (strstr(lower, "\no;") != NULL && strstr(lower, ";e") != NULL &&
	    (strstr(lower, "auto_open") != NULL ||
	     strstr(lower, "auto_close") != NULL ||
	     strstr(lower, "auto_activate") != NULL))
		warden_queue_trait(shortcut->queue, WARDEN_TRAIT_SHEET_MACRO,
				   shortcut->path, "");
	for (p = lower; (p = strstr(p, ";e")) != NULL; p++) {
		g_autofree char *formula = g_strndup(p + 2, FORMULA_MAX);

		formula[strcspn(formula, "\r\n")] = '\0';

		/* "MSEXCEL|'\..\..\cmd.exe /c …'!''" */
		if (strchr(formula, '|') == NULL &&
		    strstr(formula, "exec(") == NULL &&
		    strstr(formula, "call(") == NULL &&
		    strstr(formula, "register(") == NULL)
			continue;
		warden_queue_trait(shortcut->queue,
				   WARDEN_TRAIT_SHEET_COMMAND, shortcut->path,
				   formula);
	}
	warden_program_look(shortcut->queue, shortcut->container,
			    shortcut->text->str, shortcut->text->len,
			    WARDEN_LANGUAGE_WINDOWS, "shortcut");
}

/* autorun.inf, and setup scripts that run commands. */
static void read_autorun(struct shortcut *shortcut)
{
	static const char *const keys[] = {
		"open", "shellexecute", "shell\\open\\command",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *command = line_value(shortcut, keys[i], '=',
						      0);

		if (command != NULL)
			run_command(shortcut, command);
	}
}

/* A contact's web address may be a program beside it. */
static void read_contact(struct shortcut *shortcut)
{
	guint number;

	for (number = 0; number < 20; number++) {
		g_autofree char *value = tag_value(shortcut, "value", number);

		if (value == NULL)
			break;
		if (strpbrk(value, "\\/") != NULL &&
		    strstr(value, "://") == NULL &&
		    warden_behaviour_runs(value))
			warden_queue_trait(shortcut->queue,
					   WARDEN_TRAIT_SHORTCUT_INTERPRETER,
					   shortcut->path, value);
	}
}

/* A desktop theme loads its style, a library, and its pictures by itself. */
static void read_theme(struct shortcut *shortcut)
{
	static const char *const keys[] = {
		"path", "wallpaper", "brandimage", "scrnsave.exe",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *path = line_value(shortcut, keys[i], '=', 0);

		remote_icon(shortcut, path);
	}
}

static const struct {
	const char *type;
	void (*read)(struct shortcut *shortcut);
} formats[] = {
	{ "application/x-desktop", read_desktop },
	{ "application/x-library-ms", read_search },
	{ "application/x-ms-appref", read_appref },
	{ "application/x-ms-autorun", read_autorun },
	{ "application/x-ms-contact", read_contact },
	{ "application/x-ms-installer", read_installer },
	{ "application/x-ms-query", read_query },
	{ "application/x-ms-theme", read_theme },
	{ "application/x-msc", read_console },
	{ "application/x-mswinurl", read_url },
	{ "application/x-mac-terminal", read_terminal },
	{ "application/x-rdp", read_rdp },
	{ "application/x-settingcontent", read_settings },
	{ "application/x-sylk", read_sylk },
	{ "application/x-webloc", read_webloc },
};

void warden_shortcut_expand(struct warden_queue *queue,
			    const struct warden_container *container)
{
	struct shortcut shortcut = {
		.queue = queue, .container = container,
		.path = container->part->path,
	};
	gsize i;

	shortcut.text = warden_program_text(queue, container);
	shortcut.lower = g_ascii_strdown(shortcut.text->str,
					 shortcut.text->len);
	for (i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(container->part->detected_type,
			   formats[i].type) == 0)
			formats[i].read(&shortcut);
	}
	g_free(shortcut.lower);
	g_string_free(shortcut.text, TRUE);
}
