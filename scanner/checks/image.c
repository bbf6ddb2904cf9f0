#include "warden-config.h"

#include "checks-private.h"
#include "from.h"
#include "url.h"

#include <string.h>

/* What pictures say: links that no mail program shows as such, because they are
   to be read by a telephone, outside of what protects the mail's reader. And
   files, pictures mostly, that are something else as well. */

static const struct warden_symbol symbols[] = {
	{ "POLYGLOT_ARCHIVE", "image", "T1027" },
	{ "POLYGLOT_DOCUMENT", "image", "T1036" },
	{ "POLYGLOT_PROGRAM", "image", "T1036" },
	{ "POLYGLOT_SCRIPT", "image", "T1027" },
	{ "QR_CODE_LINK", "image", "T1566.002" },
	{ "QR_DRAWN_AS_TEXT", "image", "T1027" },
	{ "QR_ONLY_LINK", "image", "T1566.002" },
};

/* A mail of more text than this says something besides "scan this". */
#define LITTLE_TEXT (24u * 1024)

static bool is_web(const struct warden_url *url)
{
	return url->host[0] != '\0' &&
	       g_ascii_strncasecmp(url->url, "http", 4) == 0;
}

static bool is_code(const struct warden_url *url)
{
	return strcmp(url->source, "qr") == 0;
}

/* Tickets, badges and invoices lead to whoever sends them. */
static bool is_senders_own(const struct warden_facts *facts,
			   const struct warden_url *url)
{
	return warden_from_is_in(facts, warden_host_domain(url->host));
}

static bool has_other_links(const struct warden_facts *facts)
{
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];

		if (is_web(url) && !is_code(url))
			return TRUE;
	}
	return FALSE;
}

static bool has_little_text(const struct warden_facts *facts)
{
	guint64 size = 0;

	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		if (part->kind == WARDEN_KIND_TEXT ||
		    part->kind == WARDEN_KIND_HTML)
			size += part->size;
	}
	return size <= LITTLE_TEXT;
}

/* What draws it is not text to be read. */
static bool is_drawn(const struct warden_facts *facts)
{
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		if (strcmp(trait->code, "image-qr-code-drawn") == 0)
			return TRUE;
	}
	return FALSE;
}

/* By what it is besides what it seems to be. */
static void check_polyglot(const struct warden_trait *trait,
			   struct warden_findings *findings)
{
	static const struct {
		const char *end, *symbol;
	} kinds[] = {
		{ "archive", "POLYGLOT_ARCHIVE" },
		{ "disk image", "POLYGLOT_ARCHIVE" },
		{ "document", "POLYGLOT_DOCUMENT" },
		{ "program", "POLYGLOT_PROGRAM" },
		{ "script", "POLYGLOT_SCRIPT" },
	};

	/* a program that is also something to look at */
	if (g_str_has_prefix(trait->detail, "program and document")) {
		warden_findings_add(findings, "POLYGLOT_PROGRAM", trait->part,
				    "%s in one", trait->detail);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_suffix(trait->detail, kinds[i].end))
			warden_findings_add(findings, kinds[i].symbol,
					    trait->part, "%s in one",
					    trait->detail);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	static const struct warden_trait_symbol traits[] = {
		{ WARDEN_TRAIT_IMAGE_CODE_DRAWN, "QR_DRAWN_AS_TEXT",
		  "it says" },
	};
	const struct warden_facts *facts = input->facts;
	bool only = !has_other_links(facts) &&
		    (has_little_text(facts) || is_drawn(facts));

	warden_checks_traits(input, traits, G_N_ELEMENTS(traits), findings);
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		if (strcmp(trait->code, "file-polyglot") == 0)
			check_polyglot(trait, findings);
	}
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];

		if (!is_web(url) || !is_code(url))
			continue;
		warden_findings_add(findings, "QR_CODE_LINK", url->part,
				    "leads to %s", url->host);
		if (only && !is_senders_own(facts, url))
			warden_findings_add(findings, "QR_ONLY_LINK",
					    url->part, "leads to %s",
					    url->host);
	}
}

const struct warden_check warden_check_image = {
	.name = "image",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
