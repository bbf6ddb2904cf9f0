#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* Lists of one's own: whom the site, the user's domain or the user lets in or
   keeps out. It comes last: whether the sender is who it says, and what feeds
   know, was found by others. */

static const struct warden_symbol symbols[] = {
	{ "OWN_ALLOWED", "own", "" },
	{ "OWN_ALLOWED_UNPROVEN", "own", "" },
	{ "OWN_DENIED", "own", "" },
};

static bool is_found(const struct warden_findings *findings,
		     const char *symbol)
{
	const GPtrArray *list = warden_findings_list(findings);

	for (guint i = 0; i < list->len; i++) {
		const struct warden_finding *finding = list->pdata[i];

		if (strcmp(finding->symbol, symbol) == 0)
			return true;
	}
	return false;
}

/* Feeds are the administrator's word. */
static bool is_known_bad(const struct warden_findings *findings)
{
	static const char *const bad[] = {
		"KNOWN_BAD_FILE", "KNOWN_BAD_HOST", "KNOWN_BAD_SENDER",
		"KNOWN_BAD_URL",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (is_found(findings, bad[i]))
			return true;
	}
	return false;
}

static void deny(struct warden_findings *findings, const char *part,
		 const struct warden_own_hit *hit)
{
	warden_findings_add(findings, "OWN_DENIED", part,
			    "%s is denied (%s)", hit->value, hit->scope);
}

static bool ask(const struct warden_check_input *input,
		enum warden_known_kind kind, const char *value,
		struct warden_own_hit *hit_r)
{
	return input->own->lookup(input->own->context, kind, value,
				  hit_r) > 0;
}

/* Anybody can write any address: an allowed one is believed if servers that we
   trust, or a signature, say that it is genuine. */
static void allow(struct warden_findings *findings,
		  const struct warden_own_hit *hit)
{
	bool proven = is_found(findings, "AUTH_PASS") ||
		is_found(findings, "SIGNATURE_VALID");

	if (is_found(findings, "AUTH_FAILED") ||
	    (hit->mine && is_known_bad(findings)))
		return;
	warden_findings_add(findings, proven ? "OWN_ALLOWED" :
			    "OWN_ALLOWED_UNPROVEN", "", "%s is allowed (%s)",
			    hit->value, hit->scope);
}

static void check_sender(const struct warden_check_input *input,
			 struct warden_findings *findings)
{
	const GPtrArray *from = input->facts->header.from;
	struct warden_own_hit hit;

	if (from->len == 0)
		return;
	const struct warden_address *address = from->pdata[0];
	g_autofree char *lower = g_utf8_strdown(address->address, -1);

	if (strchr(lower, '@') == NULL ||
	    !ask(input, WARDEN_KNOWN_SENDER, lower, &hit))
		return;
	if (!hit.allow)
		deny(findings, "", &hit);
	/* of several senders nobody vouches for the others */
	else if (!is_found(findings, "MULTIPLE_FROM"))
		allow(findings, &hit);
}

static void check_hosts(const struct warden_check_input *input,
			struct warden_findings *findings)
{
	g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash,
						       g_str_equal);
	const GPtrArray *urls = input->facts->urls;

	for (guint i = 0; i < urls->len; i++) {
		const struct warden_url *url = urls->pdata[i];
		struct warden_own_hit hit;

		if (url->host[0] != '\0' &&
		    g_hash_table_add(asked, url->host) &&
		    ask(input, WARDEN_KNOWN_HOST, url->host, &hit) &&
		    !hit.allow)
			deny(findings, url->part, &hit);
	}
}

static void check_files(const struct warden_check_input *input,
			struct warden_findings *findings)
{
	const GPtrArray *parts = input->facts->parts;

	for (guint i = 0; i < parts->len; i++) {
		const struct warden_part *part = parts->pdata[i];
		char hex[WARDEN_SHA256_SIZE * 2 + 1];
		struct warden_own_hit hit;

		for (guint n = 0; n < WARDEN_SHA256_SIZE; n++)
			g_snprintf(hex + 2 * n, 3, "%02x", part->sha256[n]);
		if (part->size > 0 &&
		    ask(input, WARDEN_KNOWN_SHA256, hex, &hit) && !hit.allow)
			deny(findings, part->path, &hit);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	if (input->own == NULL)
		return;
	check_sender(input, findings);
	check_hosts(input, findings);
	check_files(input, findings);
}

const struct warden_check warden_check_own = {
	.name = "own",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
