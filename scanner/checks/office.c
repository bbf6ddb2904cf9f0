#include "warden-config.h"

#include "checks-private.h"

/* What documents of Office programs do when they are opened. Macros, embedded
   files and links to elsewhere are daily work for some; together with what
   they run or fetch they are how malware arrives. */

static const struct warden_symbol symbols[] = {
	{ "OFFICE_MACRO", "office", "T1059.005" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_OFFICE_MACRO, "OFFICE_MACRO", "macros" },
};

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
}

const struct warden_check warden_check_office = {
	.name = "office",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
