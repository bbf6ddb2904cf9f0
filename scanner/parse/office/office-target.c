#include "warden-config.h"

#include "office-target.h"

#include "../text/urls.h"
#include "../mail/words.h"

#include <stdio.h>
#include <string.h>

/* --- hosts of local networks -------------------------------------------- */

static bool is_private_address(const char *host)
{
	guint a, b;
	char rest;

	if (sscanf(host, "%3u.%3u.%*3u.%*3u%c", &a, &b, &rest) != 2)
		return FALSE;
	return a == 10 || a == 127 || (a == 192 && b == 168) ||
	       (a == 172 && b >= 16 && b < 32) || (a == 169 && b == 254);
}

/* Names of one word, and those that no registry gives out. */
static bool is_local_host(const char *host)
{
	static const char *const suffixes[] = {
		".local", ".lan", ".internal", ".intranet", ".intra",
		".corp", ".home", ".localdomain", ".private", ".ad",
	};
	gsize i;

	if (strchr(host, '.') == NULL && strchr(host, ':') == NULL)
		return TRUE;
	for (i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		if (g_str_has_suffix(host, suffixes[i]))
			return TRUE;
	}
	return is_private_address(host);
}

/* --- kinds -------------------------------------------------------------- */

static const struct {
	const char *scheme;
	enum warden_target_kind kind;
} schemes[] = {
	{ "mailto:", WARDEN_TARGET_MAIL },
	{ "javascript:", WARDEN_TARGET_INERT },
	{ "vbscript:", WARDEN_TARGET_INERT },
	{ "about:", WARDEN_TARGET_INERT },
	{ "tel:", WARDEN_TARGET_INERT },
	{ "urn:", WARDEN_TARGET_INERT },
	/* as an object: a page that an old script engine shows */
	{ "mhtml:", WARDEN_TARGET_HANDLER },
	{ "its:", WARDEN_TARGET_HANDLER },
	{ "ms-its:", WARDEN_TARGET_HANDLER },
	{ "mk:", WARDEN_TARGET_HANDLER },
	{ "script:", WARDEN_TARGET_HANDLER },
	{ "scriptlet:", WARDEN_TARGET_HANDLER },
	{ "soap:", WARDEN_TARGET_HANDLER },
	{ "x-usc:", WARDEN_TARGET_HANDLER },
	{ "ms-msdt:", WARDEN_TARGET_HANDLER },
	{ "ms-officecmd:", WARDEN_TARGET_HANDLER },
	{ "ms-appinstaller:", WARDEN_TARGET_HANDLER },
	{ "ms-search:", WARDEN_TARGET_HANDLER },
	{ "search-ms:", WARDEN_TARGET_HANDLER },
	{ "search:", WARDEN_TARGET_HANDLER },
	{ "shell:", WARDEN_TARGET_HANDLER },
	{ "hcp:", WARDEN_TARGET_HANDLER },
};

static bool has_scheme(const char *text, const char *scheme)
{
	return g_ascii_strncasecmp(text, scheme, strlen(scheme)) == 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* "\\host\share" and what else a file: URL becomes. */
static enum warden_target_kind share_kind(const char *host)
{
	gsize size = strcspn(host, "/\\?#");
	struct warden_trait_set traits = { { 0 } };
	g_autofree char *name = NULL;
	gsize end = strcspn(host, "@");

	/* "\\host@SSL\DavWWWRoot\…": by the web; a port says the same */
	name = warden_url_host(host, MIN(size, end), &traits);
	if (*name == '\0' || *name == '.' || *name == '?')
		return WARDEN_TARGET_LOCAL;
	if (is_local_host(name))
		return WARDEN_TARGET_INTRANET;
	return WARDEN_TARGET_SHARE;
}

static enum warden_target_kind file_kind(const char *path)
{
	gsize slashes = 0;

	while (is_slash(path[slashes]))
		slashes++;
	/* "file:///C:\…" and "file:///\\host\…" */
	if (g_ascii_isalpha(path[slashes]) &&
	    (path[slashes + 1] == ':' || path[slashes + 1] == '|'))
		return WARDEN_TARGET_LOCAL;
	return slashes == 2 || slashes >= 4 ? share_kind(path + slashes) :
		WARDEN_TARGET_LOCAL;
}

static enum warden_target_kind web_kind(const char *target)
{
	struct warden_link link;
	enum warden_target_kind kind = WARDEN_TARGET_WEB;
	const char *path;

	if (!warden_link_parse(target, strlen(target), NULL, &link))
		return WARDEN_TARGET_LOCAL;
	path = link.url + strcspn(link.url, "?#");
	/* an item behind "!" makes the page an object (CVE-2022-30190) */
	if (path > link.url && path[-1] == '!')
		kind = WARDEN_TARGET_HANDLER;
	else if (is_local_host(link.host))
		kind = WARDEN_TARGET_INTRANET;
	warden_link_clear(&link);
	return kind;
}

enum warden_target_kind warden_target_kind(const char *target)
{
	g_autofree char *plain = warden_words_unpercent(target);
	const char *p = plain;
	gsize i;

	while (*p != '\0' && (guchar)*p <= ' ')
		p++;
	for (i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (has_scheme(p, schemes[i].scheme))
			return schemes[i].kind;
	}
	if (has_scheme(p, "http:") || has_scheme(p, "https:") ||
	    has_scheme(p, "ftp:") || has_scheme(p, "ftps:"))
		return strstr(p, "!x-usc:") != NULL ? WARDEN_TARGET_HANDLER :
			web_kind(p);
	if (has_scheme(p, "file:"))
		return file_kind(p + strlen("file:"));
	if (is_slash(p[0]) && is_slash(p[1]))
		return share_kind(p + 2);
	return WARDEN_TARGET_LOCAL;
}

/* --- what is done with them --------------------------------------------- */

static const enum warden_trait_index share_traits[] = {
	[WARDEN_USE_TEMPLATE] = WARDEN_TRAIT_OFFICE_REMOTE_TEMPLATE,
	[WARDEN_USE_OBJECT] = WARDEN_TRAIT_OFFICE_REMOTE_SHARE,
	[WARDEN_USE_PICTURE] = WARDEN_TRAIT_OFFICE_REMOTE_SHARE,
	/* only asked for when somebody wants it */
	[WARDEN_USE_DATA] = WARDEN_TRAIT_OFFICE_REMOTE_DATA,
};

static const enum warden_trait_index web_traits[] = {
	[WARDEN_USE_TEMPLATE] = WARDEN_TRAIT_OFFICE_REMOTE_TEMPLATE,
	[WARDEN_USE_OBJECT] = WARDEN_TRAIT_OFFICE_REMOTE_OBJECT,
	[WARDEN_USE_PICTURE] = WARDEN_TRAIT_OFFICE_REMOTE_PICTURE,
	[WARDEN_USE_DATA] = WARDEN_TRAIT_OFFICE_REMOTE_DATA,
};

/* The URL inside "mhtml:http://…!x-usc:http://…" and its like, too. Not names
   of shares, which are no URLs. */
static void note_link(struct warden_office_notes *notes, const char *target,
		      const char *shown)
{
	struct warden_url_iter iter;
	gsize start, end;

	if (is_slash(target[0]))
		return;
	warden_office_notes_link(notes, target, shown);
	warden_url_iter_init(&iter, target, strlen(target));
	while (warden_url_iter_next(&iter, &start, &end)) {
		g_autofree char *inner = NULL;

		if (start == 0)
			continue;
		inner = g_strndup(target + start, end - start);
		warden_office_notes_link(notes, inner, "");
	}
}

/* Help files link into themselves; a page is a page when it is clicked. */
static bool is_harmless_click(const char *target)
{
	static const char *const harmless[] = {
		"mk:", "its:", "ms-its:", "http:", "https:", "ftp:",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(harmless); i++) {
		if (has_scheme(target, harmless[i]))
			return TRUE;
	}
	return FALSE;
}

void warden_target_note(struct warden_office_notes *notes,
			enum warden_target_use use, const char *target,
			const char *shown)
{
	enum warden_target_kind kind = warden_target_kind(target);
	g_autofree char *plain = warden_words_unpercent(target);

	/* "powershell -nop …" in place of a file's name */
	if (kind == WARDEN_TARGET_LOCAL && strchr(plain, ' ') != NULL &&
	    warden_target_is_command(plain))
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_HANDLER_TARGET,
				   plain);
	if (kind == WARDEN_TARGET_LOCAL || kind == WARDEN_TARGET_INERT)
		return;
	note_link(notes, target, shown);
	if (kind == WARDEN_TARGET_HANDLER) {
		if (use != WARDEN_USE_LINK || !is_harmless_click(target))
			warden_office_note(
				notes, WARDEN_TRAIT_OFFICE_HANDLER_TARGET,
				target);
	} else if (use != WARDEN_USE_LINK && kind == WARDEN_TARGET_SHARE) {
		warden_office_note(notes, share_traits[use], target);
	} else if (use != WARDEN_USE_LINK && kind == WARDEN_TARGET_WEB) {
		warden_office_note(notes, web_traits[use], target);
	}
}

/* --- commands ----------------------------------------------------------- */

/* Programs of every Windows that run what they are told. */
static const char *const commands[] = {
	"cmd", "command", "powershell", "pwsh", "mshta", "rundll32",
	"regsvr32", "wscript", "cscript", "certutil", "bitsadmin", "wmic",
	"msiexec", "installutil", "msbuild", "schtasks", "forfiles", "curl",
	"conhost", "pcalua", "control", "calc", "notepad", "bash", "hh",
};

static bool is_word_byte(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '-';
}

/* Words that also stand in names of documents count with a path or ".exe". */
static bool is_plain_word(const char *word)
{
	static const char *const plain[] = {
		"command", "control", "calc", "notepad", "bash", "hh", "curl",
		"cmd",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(plain); i++) {
		if (strcmp(word, plain[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool find_command(const char *text, const char *word)
{
	gsize size = strlen(word);
	const char *p;

	for (p = text; (p = strstr(p, word)) != NULL; p += size) {
		bool exe = strncmp(p + size, ".exe", 4) == 0;

		if ((p > text && is_word_byte(p[-1])) ||
		    (!exe && is_word_byte(p[size])))
			continue;
		/* at the start, or called as a program is */
		if (exe || p == text || !is_plain_word(word) ||
		    strncmp(p + size, " /", 2) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_target_is_command(const char *text)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	const char *start = lower + strspn(lower, " \t\"'=+-@");
	gsize i;

	/* "c^m^d", as its shell reads it */
	for (char *from = lower, *to = lower;; from++) {
		if (*from != '^')
			*to++ = *from;
		if (*from == '\0')
			break;
	}
	for (i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (find_command(start, commands[i]))
			return TRUE;
	}
	return strstr(start, "\\system32\\") != NULL;
}

void warden_target_note_dde(struct warden_office_notes *notes,
			    const char *service, const char *topic)
{
	g_autofree char *detail = g_strdup_printf("%s %s", service, topic);

	warden_office_note(notes, warden_target_is_command(service) ||
			   warden_target_is_command(topic) ?
			   WARDEN_TRAIT_OFFICE_DDE_COMMAND :
			   WARDEN_TRAIT_OFFICE_DDE, detail);
}
