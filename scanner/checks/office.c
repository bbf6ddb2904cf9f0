#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What documents of Office programs do when they are opened. Macros, embedded
   files and links to elsewhere are daily work for some; together with what
   they run or fetch they are how malware arrives. */

static const struct warden_symbol symbols[] = {
	{ "OFFICE_DEFAULT_PASSWORD", "office", "T1027.013" },
	{ "OFFICE_MACRO", "office", "T1059.005" },
	{ "OFFICE_MACRO_AUTORUN", "office", "T1204.002" },
	{ "OFFICE_MACRO_COMMANDS", "office", "T1059" },
	{ "OFFICE_MACRO_DOWNLOADS", "office", "T1105" },
	{ "OFFICE_MACRO_DROPPER", "office", "T1566.001" },
	{ "OFFICE_MACRO_EXECUTES", "office", "T1059.005" },
	{ "OFFICE_MACRO_HIDES", "office", "T1027.010" },
	{ "OFFICE_MACRO_INJECTS", "office", "T1055" },
	{ "OFFICE_MACRO_SPREADS", "office", "T1137.001" },
	{ "OFFICE_MACRO_STARTS_PROGRAM", "office", "T1204.002" },
	{ "OFFICE_PASSWORD_IN_MAIL", "office", "T1027.013" },
	{ "OFFICE_STOMPED", "office", "T1564.007" },
	{ "OFFICE_XLM_DROPPER", "office", "T1566.001" },
	{ "OFFICE_XLM_HIDDEN", "office", "T1564" },
	{ "OFFICE_XLM_MACRO", "office", "T1059" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_OFFICE_MACRO, "OFFICE_MACRO", "macros" },
	{ WARDEN_TRAIT_OFFICE_MACRO_AUTORUN, "OFFICE_MACRO_AUTORUN",
	  "macros that run by themselves" },
	{ WARDEN_TRAIT_OFFICE_MACRO_COMMANDS, "OFFICE_MACRO_COMMANDS",
	  "macros that name programs which run commands" },
	{ WARDEN_TRAIT_OFFICE_MACRO_DOWNLOADS, "OFFICE_MACRO_DOWNLOADS",
	  "macros that fetch something" },
	{ WARDEN_TRAIT_OFFICE_MACRO_EXECUTES, "OFFICE_MACRO_EXECUTES",
	  "macros that start programs" },
	{ WARDEN_TRAIT_OFFICE_MACRO_HIDES, "OFFICE_MACRO_HIDES",
	  "macros that put together, piece by piece" },
	{ WARDEN_TRAIT_OFFICE_MACRO_INJECTS, "OFFICE_MACRO_INJECTS",
	  "macros that start machine code" },
	{ WARDEN_TRAIT_OFFICE_DEFAULT_PASSWORD, "OFFICE_DEFAULT_PASSWORD",
	  "encrypted with a password that nobody has to enter" },
	{ WARDEN_TRAIT_OFFICE_PASSWORD, "OFFICE_PASSWORD_IN_MAIL",
	  "encrypted with a password that the message tells" },
	{ WARDEN_TRAIT_OFFICE_XLM, "OFFICE_XLM_MACRO", "Excel 4 macros" },
	{ WARDEN_TRAIT_OFFICE_XLM_HIDDEN, "OFFICE_XLM_HIDDEN",
	  "Excel 4 macros in a hidden sheet" },
	{ WARDEN_TRAIT_OFFICE_STOMPED, "OFFICE_STOMPED",
	  "macros whose source lacks what runs" },
};

/* --- what does harm together --------------------------------------------- */

#define TRAITS_MAX 4

/* All of these seen in one document; the last is WARDEN_TRAITS_COUNT. */
struct rule {
	const char *symbol, *detail;
	enum warden_trait_index traits[TRAITS_MAX + 1];
};

#define MACRO(name) WARDEN_TRAIT_OFFICE_MACRO_##name
#define XLM(name) WARDEN_TRAIT_OFFICE_XLM_##name
#define END WARDEN_TRAITS_COUNT

static const struct rule rules[] = {
	{ "OFFICE_MACRO_DROPPER", "runs by itself and runs commands",
	  { MACRO(AUTORUN), MACRO(COMMANDS), END } },
	{ "OFFICE_MACRO_DROPPER", "runs by itself and hides what it runs",
	  { MACRO(AUTORUN), MACRO(HIDES), END } },
	{ "OFFICE_MACRO_DROPPER", "runs by itself and starts machine code",
	  { MACRO(AUTORUN), MACRO(INJECTS), END } },
	{ "OFFICE_MACRO_DROPPER", "runs by itself, fetches a file, runs it",
	  { MACRO(AUTORUN), MACRO(DOWNLOADS), MACRO(WRITES), MACRO(EXECUTES),
	    END } },
	{ "OFFICE_MACRO_DROPPER", "runs by itself, starts what is encoded",
	  { MACRO(AUTORUN), MACRO(EXECUTES), MACRO(ENCODED), END } },
	{ "OFFICE_MACRO_DROPPER", "hides its code and starts programs",
	  { WARDEN_TRAIT_OFFICE_STOMPED, MACRO(EXECUTES), END } },
	{ "OFFICE_MACRO_DROPPER", "hides its code and runs commands",
	  { WARDEN_TRAIT_OFFICE_STOMPED, MACRO(COMMANDS), END } },
	{ "OFFICE_XLM_DROPPER", "runs by itself and runs commands",
	  { XLM(AUTORUN), XLM(EXECUTES), END } },
	{ "OFFICE_XLM_DROPPER", "runs by itself and hides what it runs",
	  { XLM(AUTORUN), XLM(BUILDS), XLM(HIDDEN), END } },
	{ "OFFICE_MACRO_SPREADS", "runs by itself and changes other macros",
	  { MACRO(AUTORUN), MACRO(SPREADS), END } },
	{ "OFFICE_MACRO_STARTS_PROGRAM", "runs by itself and starts a program",
	  { MACRO(AUTORUN), MACRO(EXECUTES), END } },
};

static const struct warden_trait *
find_trait(const GPtrArray *traits, enum warden_trait_index index,
	   const char *part)
{
	const char *code = warden_checks_trait_code(index);

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait = traits->pdata[i];

		if (strcmp(trait->code, code) == 0 &&
		    strcmp(trait->part, part) == 0)
			return trait;
	}
	return NULL;
}

static bool rule_holds(const struct rule *rule, const GPtrArray *traits,
		       const char *part)
{
	for (guint i = 0; rule->traits[i] != END; i++) {
		if (find_trait(traits, rule->traits[i], part) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* first: the rule's first trait, for its detail. */
static void check_rules(const GPtrArray *traits,
			const struct warden_trait *first,
			struct warden_findings *findings)
{
	const char *raised = "";

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		const struct rule *rule = &rules[i];

		if (strcmp(first->code, warden_checks_trait_code(
				rule->traits[0])) != 0 ||
		    strcmp(rule->symbol, raised) == 0 ||
		    !rule_holds(rule, traits, first->part))
			continue;
		/* one reason is enough */
		raised = rule->symbol;
		warden_findings_add(findings, rule->symbol, first->part,
				    "%s: %s", rule->detail, first->detail);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const GPtrArray *traits = input->facts->traits;

	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
	for (guint i = 0; i < traits->len; i++)
		check_rules(traits, traits->pdata[i], findings);
}

const struct warden_check warden_check_office = {
	.name = "office",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
