#include "warden-config.h"

#include "checks-private.h"
#include "filename.h"
#include "from.h"
#include "redirector.h"
#include "url.h"

#include <string.h>

/* Links: what they show against where they lead. */

static const struct warden_symbol symbols[] = {
	{ "LINK_IP_ADDRESS", "link", "T1566.002" },
	{ "LINK_IP_OBFUSCATED", "link", "T1566.002" },
	{ "LINK_TEXT_MISMATCH", "link", "T1566.002" },
	{ "LINK_TEXT_REDIRECTED", "link", "T1566.002" },
	{ "LINK_USERINFO", "link", "T1566.002" },
	{ "LINK_USERINFO_HOST", "link", "T1566.002" },
};

/* So many different tokened links through one domain are a sender that counts
   clicks, not one lie. */
#define TRACKED_LINKS_MIN 3
/* Tokens: of a link that stands alone, and of one among many. */
#define TOKEN_LONG 24
#define TOKEN_SHORT 10
/* What is meant to be read as a host name has few labels. */
#define USER_LABELS_MAX 16

/* --- what a link shows -------------------------------------------------- */

static bool is_invisible(gunichar c)
{
	return c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) ||
	       c == 0xfeff;
}

/* Without invisible characters, and full-width forms as what they look like. */
static char *visible_text(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xff01 - '!';
		else if (c == 0x3002 || c == 0xff61)
			c = '.';
		if (!is_invisible(c))
			g_string_append_unichar(out, c);
	}
	return g_strstrip(g_string_free(out, FALSE));
}

/* The first word that announces itself as a web address. */
static const char *find_address(const char *text)
{
	static const char *const starts[] = { "https://", "http://", "www." };

	for (const char *p = text; *p != '\0'; p++) {
		if (p > text && (g_ascii_isalnum(p[-1]) || p[-1] == '.' ||
				 p[-1] == '@' || p[-1] == '/' || p[-1] == '='))
			continue;
		for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
			if (g_ascii_strncasecmp(p, starts[i],
						strlen(starts[i])) == 0)
				return p;
		}
	}
	return NULL;
}

static bool is_host_name(const char *host)
{
	for (const char *p = host; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) && strchr("-._", *p) == NULL)
			return FALSE;
	}
	return warden_url_has_known_tld(host) &&
	       warden_url_registrable(host) != NULL;
}

/* "setup.py", "report.pdf" and "README.md" are files, though .py and .md are
   also countries. */
static bool is_file_name(const char *host)
{
	const char *dot = strrchr(host, '.');

	if (dot == NULL || strcmp(dot, ".com") == 0)
		return FALSE;
	return warden_filename_class(dot + 1) != WARDEN_NAME_UNKNOWN;
}

/* "https://www.exam…" shows no whole host. */
static bool is_cut_off(const char *address)
{
	const char *start = strstr(address, "://");
	gsize size;

	start = start == NULL ? address : start + 3;
	size = strcspn(start, "/?#");
	return size >= 3 && (strncmp(start + size - 3, "...", 3) == 0 ||
			     strncmp(start + size - 3, "\u2026", 3) == 0);
}

/* The host that the text shows as the link's target, or NULL if the text does
   not look like a web address. *announced_r: it begins with http or www, and
   is no mere name like "Example.com". Owned by the caller. */
static char *shown_host(const char *text, bool *announced_r)
{
	g_autofree char *visible = visible_text(text);
	const char *start = find_address(visible);
	struct warden_url_parts parts;
	char *host = NULL;

	*announced_r = start != NULL;
	if (start == NULL) {
		start = visible + strspn(visible, "<([\"'");
		if (strpbrk(start, " \t\n@,;") != NULL)
			return NULL;
	}
	g_autofree char *word =
		g_strndup(start, strcspn(start, " \t\n<>\"'()[],;|"));
	if (warden_url_split(word, &parts) && !is_cut_off(word))
		host = g_steal_pointer(&parts.host);
	warden_url_parts_clear(&parts);
	if (host != NULL && (!is_host_name(host) ||
			     (!*announced_r && is_file_name(host))))
		g_clear_pointer(&host, g_free);
	return host;
}

/* --- shown against real ------------------------------------------------- */

struct context {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	GHashTable *tracked;	/* registrable domain → GHashTable of URLs */
};

/* "example.de" and "example.com" are mostly one owner, but anybody can buy
   "example.top". */
static bool is_sister(const char *domain, const char *other)
{
	gsize size = strcspn(domain, ".");

	return size > 0 && size == strcspn(other, ".") &&
	       strncmp(domain, other, size) == 0;
}

static bool is_allowed(const struct context *context, const char *host)
{
	const struct warden_known *known = context->input->known;
	struct warden_known_hit hit = { .allow = FALSE };

	return known != NULL &&
	       known->lookup(known->context, WARDEN_KNOWN_HOST, host,
			     &hit) > 0 && hit.allow;
}

/* Who counts clicks does it on a host for that ("click.", "links."), with a
   token in each link; mostly all links of a mail go there, or the shown host is
   the sender's own. */
static bool is_counted(const struct context *context,
		       const struct warden_url *url, const char *host,
		       const char *shown, bool announced)
{
	const char *domain = warden_host_domain(host);
	GHashTable *others = g_hash_table_lookup(context->tracked, domain);
	bool token = warden_redirector_has_token(url->url, TOKEN_LONG);

	/* "Example.com" is the name of a company as well. */
	if (!announced && token)
		return TRUE;
	if (strcmp(domain, host) == 0)
		return FALSE;
	if (others != NULL && g_hash_table_size(others) >= TRACKED_LINKS_MIN)
		return warden_redirector_has_token(url->url, TOKEN_SHORT);
	return token && warden_from_is_in(context->input->facts, shown);
}

static bool is_redirected(const struct context *context,
			  const struct warden_url *url, const char *host,
			  const char *shown, bool announced)
{
	const char *domain = warden_host_domain(host);

	return warden_redirector_is_known(host) ||
	       warden_redirector_names(url->url, shown) ||
	       is_sister(domain, shown) ||
	       is_counted(context, url, host, shown, announced);
}

/* Only web links: some programs leave their own inside a mail
   ("applewebdata://…"). */
static bool is_web(const struct warden_url_parts *parts)
{
	return parts->scheme[0] == '\0' || strcmp(parts->scheme, "http") == 0 ||
	       strcmp(parts->scheme, "https") == 0;
}

static void check_text(struct context *context, const struct warden_url *url,
		       const struct warden_url_parts *parts)
{
	const char *host = parts->host, *domain;
	g_autofree char *shown = NULL;
	bool announced, local;

	if (url->text[0] == '\0' || !is_web(parts))
		return;
	shown = shown_host(url->text, &announced);
	if (shown == NULL)
		return;
	domain = warden_host_domain(shown);
	if (strcmp(domain, warden_host_domain(host)) == 0 ||
	    warden_redirector_same_owner(domain, warden_host_domain(host)) ||
	    warden_redirector_is_shortener(domain) ||
	    is_allowed(context, url->host))
		return;
	if (!warden_url_host_is_address(host, &local) &&
	    is_redirected(context, url, host, domain, announced)) {
		warden_findings_add(context->findings, "LINK_TEXT_REDIRECTED",
				    url->part, "shows %s, goes through %s",
				    shown, host);
		return;
	}
	warden_findings_add(context->findings, "LINK_TEXT_MISMATCH",
			    url->part, "shows %s, leads to %s", shown, host);
}

/* 203.0.113.7 as everybody writes it, not as one number, in hex or octal. */
static bool is_plain_address(const char *host)
{
	return strchr(host, ':') != NULL || g_hostname_is_ip_address(host);
}

static bool is_attached(const struct context *context,
			const struct warden_url *url)
{
	const struct warden_part *part = warden_facts_find_part(
		context->input->facts, url->part);

	return part != NULL && (part->flags & WARDEN_PART_ATTACHMENT) != 0;
}

static void check_address(struct context *context,
			  const struct warden_url *url, const char *host)
{
	bool local;

	/* Plain text names addresses for people to read (logs, settings). */
	if (strcmp(url->source, "text") == 0 ||
	    !warden_url_host_is_address(host, &local))
		return;
	/* In attached files a number may be what a test or a game wrote. */
	if (!is_plain_address(host) && !is_attached(context, url)) {
		warden_findings_add(context->findings, "LINK_IP_OBFUSCATED",
				    url->part, "leads to a bare address,"
				    " written as %s", host);
	} else if (!local && strstr(url->text, host) == NULL) {
		warden_findings_add(context->findings, "LINK_IP_ADDRESS",
				    url->part, "leads to the bare address %s",
				    host);
	}
}

/* "www.bank.com", "bank.com-login": some label is a top-level domain. */
static bool looks_like_host(const char *name)
{
	guint labels = 0;

	for (const char *dot = strchr(name, '.');
	     dot != NULL && labels < USER_LABELS_MAX;
	     dot = strchr(dot + 1, '.'), labels++) {
		gsize size = 1;

		while (g_ascii_isalnum(dot[size]))
			size++;
		g_autofree char *end = g_strndup(dot, size);
		if (size > 1 && warden_url_has_known_tld(end))
			return TRUE;
	}
	return FALSE;
}

static void check_userinfo(struct context *context,
			   const struct warden_url *url,
			   const struct warden_url_parts *parts)
{
	g_autofree char *user = NULL, *name = NULL;

	if (parts->userinfo[0] == '\0' ||
	    !g_str_has_prefix(parts->scheme, "http"))
		return;
	user = g_strndup(parts->userinfo, strcspn(parts->userinfo, ":/"));
	name = warden_url_host_ascii(user);
	warden_findings_add(context->findings, looks_like_host(name) ?
			    "LINK_USERINFO_HOST" : "LINK_USERINFO", url->part,
			    "begins with \"%s\" and leads to %s", user,
			    parts->host);
}

/* Which domains get many different links with unreadable tokens. */
static void count_tracked(struct context *context,
			  const struct warden_url *url)
{
	const char *domain;
	GHashTable *urls;

	if (url->host[0] == '\0' ||
	    !warden_redirector_has_token(url->url, TOKEN_SHORT))
		return;
	domain = warden_host_domain(url->host);
	urls = g_hash_table_lookup(context->tracked, domain);
	if (urls == NULL) {
		urls = g_hash_table_new(g_str_hash, g_str_equal);
		g_hash_table_insert(context->tracked, (gpointer)domain, urls);
	}
	g_hash_table_add(urls, url->url);
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	struct context context = { .input = input, .findings = findings };
	const GPtrArray *urls = input->facts->urls;

	context.tracked = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL,
		(GDestroyNotify)g_hash_table_unref);
	for (guint i = 0; i < urls->len; i++)
		count_tracked(&context, g_ptr_array_index(urls, i));
	for (guint i = 0; i < urls->len; i++) {
		const struct warden_url *url = g_ptr_array_index(urls, i);
		struct warden_url_parts parts;

		if (warden_url_split(url->url, &parts)) {
			check_text(&context, url, &parts);
			check_address(&context, url, parts.host);
			check_userinfo(&context, url, &parts);
		}
		warden_url_parts_clear(&parts);
	}
	g_hash_table_unref(context.tracked);
}

const struct warden_check warden_check_link = {
	.name = "link",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
