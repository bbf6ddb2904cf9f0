#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What could not be read, or can be read in more than one way. */

static const struct warden_symbol symbols[] = {
	{ "AMBIGUOUS_CONTENT", "mime", "T1027" },
	{ "ARCHIVE_AMBIGUOUS", "mime", "T1036" },
	{ "ARCHIVE_WITH_PASSWORD", "mime", "T1027.013" },
	{ "DAMAGED_CONTENT", "mime", "" },
	{ "ENCRYPTED_CONTENT", "mime", "T1027.013" },
	{ "MESSAGE_FRAGMENT", "mime", "T1027" },
	{ "MIME_AMBIGUOUS", "mime", "T1027" },
	{ "MIME_HIDDEN_CONTENT", "mime", "T1027" },
	{ "MIME_ODD", "mime", "T1027" },
	{ "SCAN_FAILED", "mime", "" },
	{ "SCAN_LIMIT", "mime", "" },
	{ "UNSUPPORTED_CONTENT", "mime", "" },
};

/* Every reason of struct warden_unscanned. */
static const struct {
	const char *reason, *symbol, *detail;
} unscanned_reasons[] = {
	{ "ambiguous", "AMBIGUOUS_CONTENT", "can be read in several ways" },
	{ "count", "SCAN_LIMIT", "too many parts, links or files" },
	{ "crash", "SCAN_FAILED", "the reader failed twice" },
	{ "damaged", "DAMAGED_CONTENT", "damaged" },
	{ "depth", "SCAN_LIMIT", "nested too deeply" },
	{ "encrypted", "ENCRYPTED_CONTENT", "encrypted" },
	{ "expansion", "SCAN_LIMIT", "expands to too much" },
	{ "size", "SCAN_LIMIT", "too large" },
	{ "time", "SCAN_LIMIT", "takes too long" },
	{ "unsupported", "UNSUPPORTED_CONTENT", "a format that is not read" },
};

/* --- readings ----------------------------------------------------------- */

/* What each trait is evidence of, and in which words. Those of the ambiguous
   group that are not here are MIME_ODD: sloppy programs make most of them. */
static const struct {
	const char *symbol, *detail;
} trait_symbols[WARDEN_TRAITS_COUNT] = {
	[WARDEN_TRAIT_DUPLICATE_TYPE] = { "MIME_AMBIGUOUS",
		"a part has two types" },
	[WARDEN_TRAIT_DUPLICATE_ENCODING] = { "MIME_AMBIGUOUS",
		"a part has two encodings" },
	[WARDEN_TRAIT_DUPLICATE_BOUNDARY] = { "MIME_AMBIGUOUS",
		"a part has two boundaries" },
	[WARDEN_TRAIT_VIEWS_DIFFER] = { "MIME_AMBIGUOUS",
		"programs find different parts in it" },
	[WARDEN_TRAIT_HIDDEN_CONTENT] = { "MIME_HIDDEN_CONTENT",
		"only some programs find this content" },
	[WARDEN_TRAIT_PARTIAL] = { "MESSAGE_FRAGMENT",
		"one piece of a message in several" },
	[WARDEN_TRAIT_EXTERNAL_BODY] = { "MESSAGE_FRAGMENT",
		"its content is to be fetched from elsewhere" },
	[WARDEN_TRAIT_ARCHIVE_NAMES_DIFFER] = { "ARCHIVE_AMBIGUOUS",
		"an archive lists other names than it contains" },
	[WARDEN_TRAIT_ARCHIVE_UNLISTED] = { "ARCHIVE_AMBIGUOUS",
		"an archive contains files that it does not list" },
	[WARDEN_TRAIT_ARCHIVE_OPENED] = { "ARCHIVE_WITH_PASSWORD",
		"the message tells its password" },
	[WARDEN_TRAIT_ARCHIVE_PREFIX] = { "ARCHIVE_AMBIGUOUS",
		"an archive begins before or after what lists its files" },
};

/* Bounces and forwards quote mail in ways that leave pages and pictures in odd
   corners; files for machines do not get there by accident. */
static const char *trait_symbol(guint index, const struct warden_trait *trait)
{
	if (index == WARDEN_TRAIT_HIDDEN_CONTENT &&
	    (g_str_has_prefix(trait->detail, "text/") ||
	     g_str_has_prefix(trait->detail, "image/")))
		return "MIME_AMBIGUOUS";
	return trait_symbols[index].symbol;
}

/* Old Office files hold whole zip files, and installers end in one. */
static bool may_embed_archives(const struct warden_facts *facts,
			       const char *path)
{
	const struct warden_part *part = warden_facts_find_part(facts, path);

	return part != NULL && (part->kind == WARDEN_KIND_OFFICE ||
				part->kind == WARDEN_KIND_EXECUTABLE ||
				part->kind == WARDEN_KIND_OTHER ||
				part->kind == WARDEN_KIND_UNKNOWN);
}

static void check_trait(const struct warden_facts *facts,
			const struct warden_trait *trait,
			struct warden_findings *findings)
{
	for (guint i = 0; i < WARDEN_TRAITS_COUNT; i++) {
		if (strcmp(warden_checks_trait_code(i), trait->code) != 0)
			continue;
		if ((i == WARDEN_TRAIT_ARCHIVE_PREFIX ||
		     i == WARDEN_TRAIT_ARCHIVE_UNLISTED) &&
		    may_embed_archives(facts, trait->part))
			return;
		if (trait_symbols[i].symbol != NULL) {
			warden_findings_add(findings, trait_symbol(i, trait),
					    trait->part, "%s%s%s",
					    trait_symbols[i].detail,
					    trait->detail[0] != '\0' ?
					    ": " : "", trait->detail);
		} else if (i < WARDEN_TRAITS_AMBIGUOUS_COUNT) {
			warden_findings_add(findings, "MIME_ODD", trait->part,
					    "%s", trait->code);
		}
		return;
	}
}

/* --- what was not looked at --------------------------------------------- */

static const char *name_of(const struct warden_facts *facts, const char *path)
{
	const struct warden_part *part = warden_facts_find_part(facts, path);

	return part == NULL || part->name[0] == '\0' ? "" : part->name;
}

static void check_unscanned(const struct warden_facts *facts,
			    const struct warden_unscanned *unscanned,
			    struct warden_findings *findings)
{
	const char *name = name_of(facts, unscanned->part);

	for (gsize i = 0; i < G_N_ELEMENTS(unscanned_reasons); i++) {
		if (strcmp(unscanned_reasons[i].reason,
			   unscanned->reason) != 0)
			continue;
		warden_findings_add(findings, unscanned_reasons[i].symbol,
				    unscanned->part, "%s%s%s", name,
				    name[0] != '\0' ? ": " : "",
				    unscanned_reasons[i].detail);
		return;
	}
	warden_findings_add(findings, "UNSUPPORTED_CONTENT", unscanned->part,
			    "%s", unscanned->reason);
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;

	for (guint i = 0; i < facts->traits->len; i++)
		check_trait(facts, g_ptr_array_index(facts->traits, i),
			    findings);
	for (guint i = 0; i < facts->unscanned->len; i++) {
		check_unscanned(facts, g_ptr_array_index(facts->unscanned, i),
				findings);
	}
}

const struct warden_check warden_check_mime = {
	.name = "mime",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
