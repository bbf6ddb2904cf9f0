#include "warden-config.h"

#include "checks-private.h"
#include "filename.h"
#include "url.h"

#include <string.h>

/* Web pages, pictures with scripts, and what is hidden in them. A page in the
   body of a mail runs nothing; one that is attached runs in a browser. */

static const struct warden_symbol symbols[] = {
	{ "CALENDAR_PROGRAM", "web", "T1204.002" },
	{ "HTML_ATTACHMENT_LOGIN", "web", "T1566.001" },
	{ "HTML_INSTANT_REDIRECT", "web", "T1566.001" },
	{ "HTML_OBFUSCATED", "web", "T1027.013" },
	{ "HTML_SCRIPT_IN_MAIL", "web", "T1059.007" },
	{ "HTML_SELF_SAVING", "web", "T1027.006" },
	{ "HTML_SELF_WRITING", "web", "T1027.006" },
	{ "HTML_SENDS_TO_CHAT", "web", "T1567" },
	{ "HTML_SMUGGLING", "web", "T1027.006" },
	{ "MARKUP_IN_NAME", "web", "T1059.007" },
	{ "SVG_PHISHING", "web", "T1027.017" },
	{ "SVG_SCRIPT", "web", "T1027.017" },
};

/* A part of which something is known that belongs here. */
struct page {
	const struct warden_part *part;
	/* What it came out of, NULL: the message. */
	struct page *parent;
	/* indexes into facts->traits, plus 1; 0: not seen */
	guint traits[WARDEN_TRAITS_COUNT];
	bool attached;		/* opens in a browser, not in the mail */
};

struct context {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	GHashTable *pages;	/* path → struct page */
};

static bool has(const struct page *page, enum warden_trait_index trait)
{
	return page->traits[trait] != 0;
}

/* "" if it was not seen. */
static const char *detail_of(const struct context *context,
			     const struct page *page,
			     enum warden_trait_index trait)
{
	const struct warden_trait *seen;

	if (!has(page, trait))
		return "";
	seen = g_ptr_array_index(context->input->facts->traits,
				 page->traits[trait] - 1);
	return seen->detail;
}

static bool is_web(const struct warden_part *part)
{
	return part->kind == WARDEN_KIND_HTML || part->kind == WARDEN_KIND_SVG;
}

static bool runs_something(const struct page *page)
{
	return has(page, WARDEN_TRAIT_WEB_SCRIPT) ||
	       has(page, WARDEN_TRAIT_WEB_SCRIPT_HANDLER) ||
	       has(page, WARDEN_TRAIT_WEB_SCRIPT_URL) ||
	       has(page, WARDEN_TRAIT_WEB_SCRIPT_SOURCE);
}

/* --- hidden files --------------------------------------------------------------- */

static bool is_harmful(const struct warden_part *part)
{
	if ((part->flags & (WARDEN_PART_EICAR | WARDEN_PART_ENCRYPTED)) != 0)
		return TRUE;
	switch (part->kind) {
	case WARDEN_KIND_EXECUTABLE:
	case WARDEN_KIND_SHORTCUT:
	case WARDEN_KIND_DISK_IMAGE:
		return TRUE;
	case WARDEN_KIND_SCRIPT:
		/* pages are made of this one */
		return strcmp(part->detected_type, "text/javascript") != 0;
	default:
		return FALSE;
	}
}

/* Between the file and the page nothing but archives and scripts: what a page
   shows, or a document holds, is no smuggling. */
static bool carries(const struct page *page)
{
	return page->part->kind == WARDEN_KIND_ARCHIVE ||
	       page->part->kind == WARDEN_KIND_DISK_IMAGE ||
	       page->part->kind == WARDEN_KIND_SCRIPT || is_web(page->part);
}

static void check_smuggled(struct context *context, const struct page *page)
{
	const struct warden_part *part = page->part;
	const struct page *up, *top = NULL;

	if (!is_harmful(part))
		return;
	for (up = page->parent; up != NULL && carries(up); up = up->parent) {
		if (is_web(up->part) &&
		    (has(up, WARDEN_TRAIT_WEB_ENCODED_FILE) ||
		     has(up, WARDEN_TRAIT_WEB_RUNS_DECODED) ||
		     has(up, WARDEN_TRAIT_HTML_DATA_URI)))
			top = up;
	}
	if (top != NULL) {
		warden_findings_add(context->findings, "HTML_SMUGGLING",
				    top->part->path, "%s (%s) is hidden in"
				    " the page", part->name[0] != '\0' ?
				    part->name : "a file",
				    part->detected_type);
	}
}

/* What is saved could not be read. */
static void check_saving(struct context *context, const struct page *page)
{
	if (page->attached && has(page, WARDEN_TRAIT_WEB_OBJECT_URL) &&
	    has(page, WARDEN_TRAIT_WEB_SAVES) &&
	    (has(page, WARDEN_TRAIT_WEB_DECODES) ||
	     has(page, WARDEN_TRAIT_WEB_DECIPHERS)) &&
	    has(page, WARDEN_TRAIT_WEB_SHORT))
		warden_findings_add(context->findings, "HTML_SELF_SAVING",
				    page->part->path, "hardly any text, and a"
				    " script that turns data into a file");
}

/* --- pages made by scripts ------------------------------------------------------- */

static bool writes_itself(const struct context *context,
			  const struct page *page)
{
	const char *file = detail_of(context, page,
				     WARDEN_TRAIT_WEB_ENCODED_FILE);

	return has(page, WARDEN_TRAIT_WEB_WRITES_DECODED) ||
	       (has(page, WARDEN_TRAIT_WEB_WRITES) &&
		g_str_has_prefix(file, "text/html"));
}

static void check_writing(struct context *context, const struct page *page)
{
	if (page->part->kind == WARDEN_KIND_HTML && page->attached &&
	    has(page, WARDEN_TRAIT_WEB_SHORT) && writes_itself(context, page))
		warden_findings_add(context->findings, "HTML_SELF_WRITING",
				    page->part->path,
				    "the page is written by its own script"
				    " from encoded text");
	if (page->attached && has(page, WARDEN_TRAIT_WEB_OBFUSCATED) &&
	    (has(page, WARDEN_TRAIT_WEB_SHORT) ||
	     has(page, WARDEN_TRAIT_WEB_INPUT)))
		warden_findings_add(context->findings, "HTML_OBFUSCATED",
				    page->part->path,
				    "its scripts are made unreadable");
}

/* --- log-ins ------------------------------------------------------------------------ */

static bool is_web_address(const char *url)
{
	return g_ascii_strncasecmp(url, "http:", 5) == 0 ||
	       g_ascii_strncasecmp(url, "https:", 6) == 0 ||
	       (url[0] == '/' && url[1] == '/');
}

/* Nothing else on the page comes from where it sends the password: a page that
   was saved, or that a portal sends, is full of its own addresses. */
static bool is_foreign(const struct context *context, const struct page *page,
		       const char *target)
{
	const GPtrArray *urls = context->input->facts->urls;
	struct warden_url_parts parts;
	const char *domain;
	bool foreign = TRUE;

	if (!warden_url_split(target, &parts)) {
		warden_url_parts_clear(&parts);
		return FALSE;
	}
	domain = warden_url_registrable(parts.host);
	if (domain == NULL)
		domain = parts.host;
	for (guint i = 0; i < urls->len && foreign; i++) {
		const struct warden_url *url = g_ptr_array_index(urls, i);
		const char *other = warden_url_registrable(url->host);

		if (strcmp(url->part, page->part->path) != 0 ||
		    strcmp(url->url, target) == 0)
			continue;
		foreign = strcmp(other == NULL ? url->host : other,
				 domain) != 0;
	}
	warden_url_parts_clear(&parts);
	return foreign;
}

static void check_login(struct context *context, const struct page *page)
{
	const char *action = detail_of(context, page, WARDEN_TRAIT_HTML_FORM);
	const char *sends = detail_of(context, page, WARDEN_TRAIT_WEB_SENDS);
	const char *target = is_web_address(action) ? action : sends;
	bool made = page->parent != NULL && is_web(page->parent->part);

	if (!has(page, WARDEN_TRAIT_HTML_PASSWORD) || !page->attached)
		return;
	if (is_web_address(target) && is_foreign(context, page, target)) {
		warden_findings_add(context->findings, "HTML_ATTACHMENT_LOGIN",
				    page->part->path, "the password is sent"
				    " to %s", target);
	} else if (made || (*action == '\0' &&
			    has(page, WARDEN_TRAIT_WEB_SENDS))) {
		warden_findings_add(context->findings, "HTML_ATTACHMENT_LOGIN",
				    page->part->path, "%s", made ?
				    "the form is hidden in another page" :
				    "its script sends the password");
	}
}

/* Chat programs take what a script sends them from anywhere, and pass it on to
   somebody who has no name. */
static bool is_chat(const char *url)
{
	static const char *const places[] = {
		"://api.telegram.org/bot", "://discord.com/api/webhooks",
		"://discordapp.com/api/webhooks",
		"://canary.discord.com/api/webhooks",
		"://ptb.discord.com/api/webhooks",
		"://hooks.slack.com/services",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		if (strstr(url, places[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static const struct page *page_of(const struct context *context,
				  const char *path)
{
	return g_hash_table_lookup(context->pages, path);
}

static void check_url(struct context *context, const struct warden_url *url)
{
	const struct page *page = page_of(context, url->part);

	if (page != NULL && is_chat(url->url) &&
	    (has(page, WARDEN_TRAIT_WEB_INPUT) ||
	     has(page, WARDEN_TRAIT_WEB_SENDS)))
		warden_findings_add(context->findings, "HTML_SENDS_TO_CHAT",
				    url->part, "%s", url->url);
}

/* --- elsewhere at once ---------------------------------------------------------------- */

static void check_redirect(struct context *context, const struct page *page)
{
	const char *refresh = detail_of(context, page,
					WARDEN_TRAIT_WEB_REFRESHES);
	const char *redirect = detail_of(context, page,
					 WARDEN_TRAIT_WEB_REDIRECT);
	const char *target = is_web_address(refresh) ? refresh : redirect;

	if (page->part->kind == WARDEN_KIND_HTML && page->attached &&
	    has(page, WARDEN_TRAIT_WEB_SHORT) && is_web_address(target))
		warden_findings_add(context->findings,
				    "HTML_INSTANT_REDIRECT", page->part->path,
				    "to %s", target);
}

/* --- pictures -------------------------------------------------------------------------- */

static void check_svg(struct context *context, const struct page *page)
{
	static const struct {
		enum warden_trait_index trait;
		const char *words;
	} bad[] = {
		{ WARDEN_TRAIT_WEB_REDIRECT, "it leads elsewhere by itself" },
		{ WARDEN_TRAIT_WEB_RUNS_DECODED, "it runs encoded text" },
		{ WARDEN_TRAIT_WEB_WRITES_DECODED, "it writes encoded text" },
		{ WARDEN_TRAIT_WEB_ENCODED_FILE, "a file is hidden in it" },
		{ WARDEN_TRAIT_WEB_OBFUSCATED, "its script is unreadable" },
		{ WARDEN_TRAIT_WEB_SENDS, "it sends data" },
		{ WARDEN_TRAIT_HTML_FORM, "it contains a form" },
		{ WARDEN_TRAIT_WEB_REFRESHES, "it leads elsewhere by itself" },
	};

	if (page->part->kind != WARDEN_KIND_SVG)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (!has(page, bad[i].trait))
			continue;
		warden_findings_add(context->findings, "SVG_PHISHING",
				    page->part->path, "%s", bad[i].words);
		return;
	}
	if (runs_something(page))
		warden_findings_add(context->findings, "SVG_SCRIPT",
				    page->part->path, "a picture with a"
				    " script");
}

static void check_script(struct context *context, const struct page *page)
{
	if (page->part->kind == WARDEN_KIND_HTML && !page->attached &&
	    (runs_something(page) ||
	     has(page, WARDEN_TRAIT_WEB_SCRIPT_STYLE) ||
	     has(page, WARDEN_TRAIT_WEB_PLUGIN)))
		warden_findings_add(context->findings, "HTML_SCRIPT_IN_MAIL",
				    page->part->path, "a mail that would run"
				    " a script");
}

/* --- walking the parts ------------------------------------------------------------------ */

static bool is_attached(const struct page *page)
{
	const struct warden_part *part = page->part;
	struct warden_filename name;
	bool web;

	if ((part->flags & WARDEN_PART_ATTACHMENT) != 0)
		return TRUE;
	if (page->parent != NULL &&
	    page->parent->part->kind != WARDEN_KIND_MESSAGE)
		return !is_web(page->parent->part) || page->parent->attached;
	warden_filename_parse(part->name, &name);
	web = name.extension_class == WARDEN_NAME_WEB;
	warden_filename_clear(&name);
	return web;
}

/* A member's path is its container's, a slash and its own name, which may have
   slashes, too: the longest path that is a part is its container. */
static struct page *find_parent(const struct context *context,
				const struct warden_part *part)
{
	g_autofree char *prefix = g_strdup(part->path);
	struct page *page = NULL;
	char *slash;

	if ((part->flags & WARDEN_PART_MEMBER) == 0)
		return NULL;
	while (page == NULL && (slash = strrchr(prefix, '/')) != NULL) {
		*slash = '\0';
		page = g_hash_table_lookup(context->pages, prefix);
	}
	return page;
}

/* Parts stand behind what they came out of. */
static void find_pages(struct context *context)
{
	const struct warden_facts *facts = context->input->facts;

	for (guint i = 0; i < facts->parts->len; i++) {
		struct page *page = g_new0(struct page, 1);

		page->part = g_ptr_array_index(facts->parts, i);
		page->parent = find_parent(context, page->part);
		page->attached = is_attached(page);
		g_hash_table_insert(context->pages, page->part->path, page);
	}
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(facts->traits, i);
		struct page *page = g_hash_table_lookup(context->pages,
							trait->part);

		for (guint j = 0; page != NULL && j < WARDEN_TRAITS_COUNT;
		     j++) {
			if (strcmp(warden_checks_trait_code(j),
				   trait->code) == 0)
				page->traits[j] = i + 1;
		}
	}
}

static void check_page(struct context *context, const struct page *page)
{
	check_smuggled(context, page);
	if (!is_web(page->part))
		return;
	check_saving(context, page);
	check_writing(context, page);
	check_login(context, page);
	check_redirect(context, page);
	check_svg(context, page);
	check_script(context, page);
}

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_CALENDAR_PROCEDURE, "CALENDAR_PROGRAM",
	  "an alarm that starts a program" },
	{ WARDEN_TRAIT_WEB_SCRIPT_NAME, "MARKUP_IN_NAME",
	  "a name or subject is written to run as a script" },
};

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;
	struct context context = { .input = input, .findings = findings };

	context.pages = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					      g_free);
	find_pages(&context);
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part =
			g_ptr_array_index(facts->parts, i);

		check_page(&context, page_of(&context, part->path));
	}
	for (guint i = 0; i < facts->urls->len; i++)
		check_url(&context, g_ptr_array_index(facts->urls, i));
	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
	g_hash_table_unref(context.pages);
}

const struct warden_check warden_check_web = {
	.name = "web",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
