#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What could not be read, or can be read in more than one way. */

static const struct warden_symbol symbols[] = {
	{ "AMBIGUOUS_CONTENT", "mime", "T1027" },
	{ "DAMAGED_CONTENT", "mime", "" },
	{ "ENCRYPTED_CONTENT", "mime", "T1027.013" },
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
