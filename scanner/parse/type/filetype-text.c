#include "warden-config.h"

#include "filetype.h"

#include <string.h>

/* Formats that are text: by how they begin, by marks that stand somewhere in
   the first kilobytes, and, where content cannot tell, by the name. */

struct beginning {
	const char *text;	/* lower case */
	const char *type;
	enum warden_content_kind kind;
};

/* Behind white space and comments. Longer ones first where one is part of
   another. */
static const struct beginning beginnings[] = {
	{ "<!doctype svg", "image/svg+xml", WARDEN_KIND_SVG },
	{ "<svg", "image/svg+xml", WARDEN_KIND_SVG },
	{ "<!doctype html", "text/html", WARDEN_KIND_HTML },
	{ "<job", "text/x-wsf", WARDEN_KIND_SCRIPT },
	{ "<package", "text/x-wsf", WARDEN_KIND_SCRIPT },
	{ "<scriptlet", "text/scriptlet", WARDEN_KIND_SCRIPT },
	{ "<?sfx", "text/x-wsf", WARDEN_KIND_SCRIPT },
	{ "<?php", "text/x-php", WARDEN_KIND_SCRIPT },
	{ "<?xml", "text/xml", WARDEN_KIND_XML },
	{ "#!", "text/x-script", WARDEN_KIND_SCRIPT },
	{ "@echo off", "text/x-msdos-batch", WARDEN_KIND_SCRIPT },
	{ "@echo on", "text/x-msdos-batch", WARDEN_KIND_SCRIPT },
	{ "echo off\n", "text/x-msdos-batch", WARDEN_KIND_SCRIPT },
	{ "echo off\r", "text/x-msdos-batch", WARDEN_KIND_SCRIPT },
	{ "[internetshortcut", "application/x-mswinurl",
	  WARDEN_KIND_SHORTCUT },
	{ "[{000214a0-", "application/x-mswinurl", WARDEN_KIND_SHORTCUT },
	{ "[shell]", "application/x-mswinurl", WARDEN_KIND_SHORTCUT },
	{ "full address:s:", "application/x-rdp", WARDEN_KIND_SHORTCUT },
	{ "screen mode id:i:", "application/x-rdp", WARDEN_KIND_SHORTCUT },
	{ "[autorun]", "application/x-ms-autorun", WARDEN_KIND_SHORTCUT },
	{ "[theme]", "application/x-ms-theme", WARDEN_KIND_SHORTCUT },
	{ "web\n1", "application/x-ms-query", WARDEN_KIND_SHORTCUT },
	{ "web\r\n1", "application/x-ms-query", WARDEN_KIND_SHORTCUT },
	{ "id;p", "application/x-sylk", WARDEN_KIND_OFFICE },
	{ "#@~^", "text/x-encoded-script", WARDEN_KIND_SCRIPT },
	{ "<jnlp", "application/x-ms-installer", WARDEN_KIND_SHORTCUT },
	{ "<appinstaller", "application/x-ms-installer",
	  WARDEN_KIND_SHORTCUT },
	{ "<mmc_consolefile", "application/x-msc", WARDEN_KIND_SCRIPT },
	{ "<plist", "text/xml", WARDEN_KIND_XML },
	{ "<librarydescription", "application/x-library-ms",
	  WARDEN_KIND_SHORTCUT },
	{ "<searchconnectordescription", "application/x-library-ms",
	  WARDEN_KIND_SHORTCUT },
	{ "<persistedquery", "application/x-library-ms",
	  WARDEN_KIND_SHORTCUT },
	{ "[desktop entry]", "application/x-desktop", WARDEN_KIND_SHORTCUT },
	{ "begin:vcalendar", "text/calendar", WARDEN_KIND_CALENDAR },
	{ "begin:vcard", "text/vcard", WARDEN_KIND_TEXT },
	{ "-----begin pgp message", "application/pgp-encrypted",
	  WARDEN_KIND_CRYPTO },
	{ "-----begin pgp signature", "application/pgp-signature",
	  WARDEN_KIND_CRYPTO },
	{ "-----begin pgp public", "application/pgp-keys",
	  WARDEN_KIND_CRYPTO },
	{ "-----begin pkcs7", "application/pkcs7-mime", WARDEN_KIND_CRYPTO },
	{ "-----begin pkcs #7", "application/pkcs7-mime",
	  WARDEN_KIND_CRYPTO },
	{ "-----begin cms", "application/pkcs7-mime", WARDEN_KIND_CRYPTO },
	{ "windows registry editor", "text/x-ms-regedit",
	  WARDEN_KIND_SCRIPT },
	{ "regedit4", "text/x-ms-regedit", WARDEN_KIND_SCRIPT },
};

/* Tags that begin HTML, in files that were not written by the book. */
static const char *const html_tags[] = {
	"html", "head", "body", "title", "meta", "link", "base", "table",
	"style", "script", "iframe", "form", "center", "div", "span", "font",
	"img", "h1", "h2", "h3", "p", "br", "hr", "a", "b", "i", "u", "ul",
	"ol", "input", "object", "embed", "frameset", "marquee", "blockquote",
	"strong", "em", "tr", "td", "pre", "section", "article", "main",
	"video", "audio", "map", "noscript", "button", "details", "label",
};

/* A program in a language that needs no certain beginning: some of these
   words, in the first kilobytes. */
struct language {
	const char *type;
	guint wanted;
	const char *words[12];	/* lower case */
};

static const struct language languages[] = {
	{ "text/javascript", 1, {
		"new activexobject(", "wscript.createobject(",
		"wscript.shell", "getobject(\"winmgmts:",
		"scripting.filesystemobject", NULL } },
	{ "text/x-powershell", 2, {
		"invoke-expression", "invoke-webrequest",
		"new-object net.webclient", "new-object system.net.webclient",
		".downloadstring(", ".downloadfile(", "start-process ",
		"[system.convert]::frombase64string", "-executionpolicy",
		"$env:", NULL } },
	{ "text/vbscript", 2, {
		"createobject(", "on error resume next", "wscript.",
		"end sub", "end function", "\nset ", "\ndim ", NULL } },
	{ "text/javascript", 3, {
		"function(", "function (", "var ", "eval(", "unescape(",
		"string.fromcharcode", "document.", "window.", "settimeout(",
		NULL } },
};

/* "Deferred to the name": text of these extensions is what they say. */
static const struct {
	const char *extension;
	const char *type;
} scripts[] = {
	{ "js", "text/javascript" }, { "jse", "text/javascript" },
	{ "mjs", "text/javascript" }, { "vbs", "text/vbscript" },
	{ "vbe", "text/vbscript" }, { "vb", "text/vbscript" },
	{ "wsf", "text/x-wsf" }, { "wsh", "text/x-wsf" },
	{ "wsc", "text/scriptlet" }, { "sct", "text/scriptlet" },
	{ "hta", "application/hta" }, { "bat", "text/x-msdos-batch" },
	{ "cmd", "text/x-msdos-batch" }, { "ps1", "text/x-powershell" },
	{ "psm1", "text/x-powershell" }, { "psd1", "text/x-powershell" },
	{ "py", "text/x-python" }, { "pyw", "text/x-python" },
	{ "sh", "text/x-shellscript" }, { "command", "text/x-shellscript" },
	{ "pl", "text/x-perl" }, { "rb", "text/x-ruby" },
	{ "php", "text/x-php" }, { "reg", "text/x-ms-regedit" },
	{ "inf", "text/x-ms-inf" }, { "applescript", "text/x-applescript" },
	{ "scpt", "text/x-applescript" }, { "au3", "text/x-autoit" },
	{ "ahk", "text/x-autohotkey" },
	{ "appref-ms", "application/x-ms-appref" },
	{ "rdp", "application/x-rdp" }, { "url", "application/x-mswinurl" },
	{ "website", "application/x-mswinurl" },
};

static bool starts(const char *text, gsize size, const char *word)
{
	gsize length = strlen(word);

	return size >= length && g_ascii_strncasecmp(text, word, length) == 0;
}

/* Past white space and HTML comments; an <?xml declaration or doctype is
   looked behind by the caller. */
static const char *skip_blank(const char *text, const char *end)
{
	for (;;) {
		const char *close;

		while (text < end && g_ascii_isspace(*text))
			text++;
		if (!starts(text, end - text, "<!--"))
			return text;
		close = g_strstr_len(text, end - text, "-->");
		if (close == NULL)
			return text;
		text = close + 3;
	}
}

static bool begins_with_tag(const char *text, gsize size)
{
	gsize i;

	if (size < 3 || text[0] != '<' || !g_ascii_isalpha(text[1]))
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(html_tags); i++) {
		gsize length = strlen(html_tags[i]);

		if (size > length + 1 &&
		    starts(text + 1, size - 1, html_tags[i]) &&
		    (g_ascii_isspace(text[length + 1]) ||
		     text[length + 1] == '>' || text[length + 1] == '/'))
			return TRUE;
	}
	return FALSE;
}

static bool find_beginning(const char *text, gsize size,
			   struct warden_filetype *type)
{
	gsize i;

	if (begins_with_tag(text, size)) {
		type->type = "text/html";
		type->kind = WARDEN_KIND_HTML;
		return TRUE;
	}

	for (i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		if (starts(text, size, beginnings[i].text)) {
			type->type = beginnings[i].type;
			type->kind = beginnings[i].kind;
			return TRUE;
		}
	}
	return FALSE;
}

/* What an XML document's root says. */
static void find_xml(const char *text, const char *end, const char *lower,
		     struct warden_filetype *type)
{
	const char *close = g_strstr_len(text, end - text, "?>");
	struct warden_filetype inner;

	if (close != NULL) {
		text = skip_blank(close + 2, end);
		if (find_beginning(text, end - text, &inner) &&
		    inner.kind != WARDEN_KIND_XML) {
			*type = inner;
			return;
		}
	}
	if (strstr(lower, "<svg") != NULL) {
		type->type = "image/svg+xml";
		type->kind = WARDEN_KIND_SVG;
	} else if (strstr(lower, "<html") != NULL) {
		type->type = "application/xhtml+xml";
		type->kind = WARDEN_KIND_HTML;
	} else if (strstr(lower, "progid=\"word.document\"") != NULL ||
		   strstr(lower, "progid=\"excel.sheet\"") != NULL) {
		type->type = "application/x-office-xml";
		type->kind = WARDEN_KIND_OFFICE;
	} else if (strstr(lower, "settingcontent") != NULL &&
		   strstr(lower, "<deeplink>") != NULL) {
		type->type = "application/x-settingcontent";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "librarydescription") != NULL ||
		   strstr(lower, "searchconnectordescription") != NULL ||
		   strstr(lower, "<persistedquery") != NULL) {
		type->type = "application/x-library-ms";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "<plist") != NULL &&
		   strstr(lower, "<key>url</key>") != NULL) {
		type->type = "application/x-webloc";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "<key>commandstring</key>") != NULL) {
		type->type = "application/x-mac-terminal";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "schemas.microsoft.com/contact\"") != NULL) {
		type->type = "application/x-ms-contact";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "deploymentprovider") != NULL &&
		   strstr(lower, "assembly") != NULL) {
		type->type = "application/x-ms-installer";
		type->kind = WARDEN_KIND_SHORTCUT;
	} else if (strstr(lower, "<mmc_consolefile") != NULL) {
		type->type = "application/x-msc";
		type->kind = WARDEN_KIND_SCRIPT;
	} else if (strstr(lower, "<scriptlet") != NULL ||
		   strstr(lower, "<job") != NULL) {
		type->type = "text/x-wsf";
		type->kind = WARDEN_KIND_SCRIPT;
	}
}

/* Programs are text/…, what only leads to one is application/… */
static enum warden_content_kind kind_of(const char *type)
{
	return g_str_has_prefix(type, "application/x-") ?
		WARDEN_KIND_SHORTCUT : WARDEN_KIND_SCRIPT;
}

static bool find_language(const char *lower, struct warden_filetype *type)
{
	gsize i, j;

	for (i = 0; i < G_N_ELEMENTS(languages); i++) {
		const struct language *language = &languages[i];
		guint found = 0;

		for (j = 0; language->words[j] != NULL; j++)
			found += strstr(lower, language->words[j]) != NULL;
		if (found >= language->wanted) {
			type->type = language->type;
			type->kind = kind_of(language->type);
			return TRUE;
		}
	}
	return FALSE;
}

static bool find_by_name(const char *name, struct warden_filetype *type)
{
	const char *dot = strrchr(name, '.');
	gsize i;

	if (dot == NULL)
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(scripts); i++) {
		if (g_ascii_strcasecmp(dot + 1, scripts[i].extension) == 0) {
			type->type = scripts[i].type;
			type->kind = kind_of(scripts[i].type);
			return TRUE;
		}
	}
	return FALSE;
}

/* --- messages ------------------------------------------------------------------- */

/* Fields by which a message is known. */
static const char *const message_fields[] = {
	"received", "return-path", "message-id", "mime-version", "from", "to",
	"subject", "date", "delivered-to", "x-mozilla-status", "cc",
	"content-type", "content-transfer-encoding", "dkim-signature",
	"reply-to", "sender", "envelope-to", "x-received",
};

static bool is_message_field(const char *line, gsize size)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(message_fields); i++) {
		gsize length = strlen(message_fields[i]);

		if (size > length && line[length] == ':' &&
		    starts(line, size, message_fields[i]))
			return TRUE;
	}
	return FALSE;
}

static const char *skip_length(const char *text, const char *end)
{
	const char *p = text;

	while (p < end && g_ascii_isdigit(*p) && p - text < 10)
		p++;
	while (p > text && p < end && (*p == ' ' || *p == '\r'))
		p++;
	return p > text && p < end && *p == '\n' ? p + 1 : text;
}

/* Begins with a header of which three fields are known; or two, one of them
   Content-Type. */
static bool is_message(const char *text, gsize size)
{
	const char *end = text + size;
	guint known = 0, lines = 0;
	bool mime;

	/* .emlx: the message's length in a line of its own */
	text = skip_length(text, end);
	size = end - text;
	mime = starts(text, size, "MIME-Version:");
	if (starts(text, size, "From ") || starts(text, size, ">From "))
		lines = 1;
	else if (!is_message_field(text, size))
		return FALSE;
	while (text < end && lines++ < 60) {
		const char *next = memchr(text, '\n', end - text);

		if (*text == '\n' || *text == '\r')
			break;
		if (*text != ' ' && *text != '\t')
			known += is_message_field(text, end - text);
		if (next == NULL)
			break;
		text = next + 1;
	}
	/* pages that Word saves have no sender */
	return known >= 3 || (known == 2 && mime);
}

/* A page that runs as a program: by what it says, or by its name alone. */
static bool is_hta(const char *lower, const char *name)
{
	gsize size = name == NULL ? 0 : strlen(name);

	return strstr(lower, "<hta:application") != NULL ||
	       (size > 4 && g_ascii_strcasecmp(name + size - 4, ".hta") == 0);
}

bool warden_filetype_text(const char *text, gsize size, const char *name,
			  struct warden_filetype *type_r)
{
	g_autofree char *lower = NULL;
	const char *end = text + size, *start = skip_blank(text, end);

	if (is_message(text, size)) {
		type_r->type = "message/rfc822";
		type_r->kind = WARDEN_KIND_MESSAGE;
		return TRUE;
	}
	lower = g_ascii_strdown(text, size);
	if (find_beginning(start, end - start, type_r)) {
		if (type_r->kind == WARDEN_KIND_XML)
			find_xml(start, end, lower, type_r);
		if (type_r->kind == WARDEN_KIND_HTML && is_hta(lower, name)) {
			type_r->type = "application/hta";
			type_r->kind = WARDEN_KIND_SCRIPT;
		}
		return TRUE;
	}
	if (name != NULL && find_by_name(name, type_r))
		return TRUE;
	if (strstr(lower, "<html") != NULL && strstr(lower, "</") != NULL &&
	    *start == '<') {
		type_r->type = "text/html";
		type_r->kind = WARDEN_KIND_HTML;
		return TRUE;
	}
	return name != NULL && find_language(lower, type_r);
}
