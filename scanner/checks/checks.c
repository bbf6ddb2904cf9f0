#include "warden-config.h"

#include "checks.h"
#include "checks-private.h"

#include <string.h>

static const struct warden_check *const checks[] = {
	&warden_check_attachment,
	&warden_check_program,
	&warden_check_link,
	&warden_check_link_target,
	&warden_check_sender,
	&warden_check_content,
	&warden_check_test_mail,
	&warden_check_office,
	&warden_check_document,
	&warden_check_pdf,
	&warden_check_web,
	&warden_check_mime,
	&warden_check_rule,
	&warden_check_antivirus,
	&warden_check_image,
	&warden_check_dlp,
	/* after all that it weighs */
	&warden_check_classifier,
	&warden_check_bayes,
	&warden_check_list,
	&warden_check_own,
};

struct symbol_table {
	struct warden_symbol *symbols;
	unsigned int count;
};

struct warden_findings {
	GPtrArray *list;
	GHashTable *seen;	/* "symbol\npart\ndetail" */
	unsigned int *counts;	/* per symbol */
};

static int compare_symbols(const void *a, const void *b)
{
	const struct warden_symbol *first = a, *second = b;

	return strcmp(first->name, second->name);
}

/* Each family keeps its symbols beside the code that raises them; the sorted
   whole is gathered once and then only read. */
static gpointer gather_symbols(gpointer unused)
{
	static struct symbol_table table;
	unsigned int count = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
		count += checks[i]->symbols_count;
	table.symbols = g_new(struct warden_symbol, count);
	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		memcpy(table.symbols + table.count, checks[i]->symbols,
		       checks[i]->symbols_count * sizeof(*table.symbols));
		table.count += checks[i]->symbols_count;
	}
	qsort(table.symbols, table.count, sizeof(*table.symbols),
	      compare_symbols);
	return &table;
}

const struct warden_symbol *warden_symbols(unsigned int *count_r)
{
	static GOnce once = G_ONCE_INIT;
	const struct symbol_table *table =
		g_once(&once, gather_symbols, NULL);

	*count_r = table->count;
	return table->symbols;
}

const struct warden_symbol *warden_symbol_lookup(const char *name)
{
	struct warden_symbol key = { .name = name };
	unsigned int count;
	const struct warden_symbol *symbols = warden_symbols(&count);

	return bsearch(&key, symbols, count, sizeof(*symbols),
		       compare_symbols);
}

bool warden_symbol_has_own_score(const struct warden_symbol *symbol)
{
	return strcmp(symbol->family, "rule") == 0;
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(word, *list) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_finding_is_addressed(const struct warden_finding *finding)
{
	static const char *const symbols[] = {
		"LINK_LOOKALIKE_OWN", "LINK_RECIPIENT",
		"LINK_RECIPIENT_HIDDEN", "RECIPIENT_DOMAIN_CLAIMED",
		"SENDER_IS_RECIPIENT",
		"SENDER_NAME_OF_RECIPIENT", "SENDER_OWN_LOOKALIKE",
		"SENDER_OWN_SIMILAR", "SUBJECT_NAMES_RECIPIENT", NULL
	};

	return strcmp(finding->family, "dlp") == 0 ||
	       is_one_of(finding->symbol, symbols);
}

bool warden_finding_is_personal(const struct warden_finding *finding)
{
	static const char *const families[] = { "history", "own", NULL };

	return is_one_of(finding->family, families);
}

void warden_finding_free(struct warden_finding *finding)
{
	if (finding == NULL)
		return;
	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

static void G_GNUC_PRINTF(5, 0)
add_finding(struct warden_findings *findings, const char *symbol,
	    double score, const char *part, const char *detail_format,
	    va_list args)
{
	const struct warden_symbol *found = warden_symbol_lookup(symbol);
	unsigned int count, index;
	g_autofree char *raw = NULL;
	char *detail, *key;

	if (found == NULL)
		g_error("check raised unknown symbol %s", symbol);
	index = found - warden_symbols(&count);
	if (findings->counts[index] >= WARDEN_FINDINGS_PER_SYMBOL_MAX ||
	    findings->list->len >= WARDEN_FINDINGS_MAX)
		return;

	raw = g_strdup_vprintf(detail_format, args);
	detail = warden_facts_sanitise(raw, strlen(raw),
				       WARDEN_FINDING_DETAIL_MAX, FALSE);
	key = g_strconcat(symbol, "\n", part, "\n", detail, NULL);
	if (!g_hash_table_add(findings->seen, key)) {
		g_free(detail);
		return;
	}
	struct warden_finding *finding = g_new0(struct warden_finding, 1);
	finding->symbol = found->name;
	finding->family = found->family;
	finding->technique = found->technique;
	finding->score = score;
	finding->detail = detail;
	finding->part = g_strdup(part);
	findings->counts[index]++;
	g_ptr_array_add(findings->list, finding);
}

void warden_findings_add(struct warden_findings *findings, const char *symbol,
			 const char *part, const char *detail_format, ...)
{
	va_list args;

	va_start(args, detail_format);
	add_finding(findings, symbol, 0.0, part, detail_format, args);
	va_end(args);
}

void warden_findings_add_scored(struct warden_findings *findings,
				const char *symbol, double score,
				const char *part, const char *detail_format,
				...)
{
	va_list args;

	va_start(args, detail_format);
	add_finding(findings, symbol, score, part, detail_format, args);
	va_end(args);
}

const GPtrArray *warden_findings_list(const struct warden_findings *findings)
{
	return findings->list;
}

/* --- traits ------------------------------------------------------------- */

#define TRAIT_CODE(name, code) [WARDEN_TRAIT_##name] = code,
static const char *const trait_codes[WARDEN_TRAITS_COUNT] = {
	WARDEN_TRAITS(TRAIT_CODE)
};
#undef TRAIT_CODE

const char *warden_checks_trait_code(enum warden_trait_index trait)
{
	return trait_codes[trait];
}

void warden_checks_traits(const struct warden_check_input *input,
			  const struct warden_trait_symbol *table,
			  guint table_count,
			  struct warden_findings *findings)
{
	const GPtrArray *traits = input->facts->traits;

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait = traits->pdata[i];

		for (guint row = 0; row < table_count; row++) {
			if (strcmp(trait_codes[table[row].trait],
				   trait->code) != 0)
				continue;
			warden_findings_add(findings, table[row].symbol,
					    trait->part, "%s%s%s",
					    table[row].detail,
					    trait->detail[0] != '\0' ?
					    ": " : "", trait->detail);
		}
	}
}

/* --- order -------------------------------------------------------------- */

/* The families run in table order and each walks the facts in document order;
   a stable sort by symbol keeps the latter. */
static int compare_findings(const void *a, const void *b)
{
	const struct warden_finding *const *first = a, *const *second = b;

	return strcmp((*first)->symbol, (*second)->symbol);
}

static void findings_init(struct warden_findings *findings)
{
	unsigned int count;

	(void)warden_symbols(&count);
	findings->list = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);
	findings->seen = g_hash_table_new_full(g_str_hash, g_str_equal,
					       g_free, NULL);
	findings->counts = g_new0(unsigned int, count);
}

/* Clears all but the list, in its final order. */
static GPtrArray *findings_finish(struct warden_findings *findings)
{
	/* Stable, as GLib promises since 2.32. */
	g_ptr_array_sort(findings->list, compare_findings);
	g_hash_table_unref(findings->seen);
	g_free(findings->counts);
	return findings->list;
}

GPtrArray *warden_checks_run_watched(const struct warden_check_input *input,
				     const struct warden_checks_watch *watch)
{
	struct warden_findings findings;

	findings_init(&findings);
	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		checks[i]->run(input, &findings);
		if (watch != NULL)
			watch->after(watch->context, checks[i]->name);
	}
	return findings_finish(&findings);
}

GPtrArray *warden_checks_run(const struct warden_check_input *input)
{
	return warden_checks_run_watched(input, NULL);
}

struct warden_finding *
warden_finding_copy(const struct warden_finding *from)
{
	/* NULL: of another version, out of the database */
	const struct warden_symbol *symbol =
		warden_symbol_lookup(from->symbol);
	struct warden_finding *finding = g_new0(struct warden_finding, 1);

	*finding = *from;
	if (symbol == NULL || !warden_symbol_has_own_score(symbol))
		finding->score = 0;
	finding->detail = g_strdup(from->detail);
	finding->part = g_strdup(from->part);
	return finding;
}

static bool is_by(const struct warden_finding *finding,
		  const struct warden_check *check)
{
	for (unsigned int i = 0; i < check->symbols_count; i++) {
		if (strcmp(finding->symbol, check->symbols[i].name) == 0)
			return TRUE;
	}
	return FALSE;
}

GPtrArray *warden_checks_again(const struct warden_check_input *input,
			       const GPtrArray *stored, bool lists)
{
	struct warden_findings findings;

	findings_init(&findings);
	for (guint i = 0; i < stored->len; i++) {
		const struct warden_finding *finding = stored->pdata[i];

		if (!is_by(finding, &warden_check_bayes) &&
		    !is_by(finding, &warden_check_own) &&
		    (!lists || !is_by(finding, &warden_check_list)))
			g_ptr_array_add(findings.list,
					warden_finding_copy(finding));
	}
	/* The last families of the table: what they may add is what the
	   others have left. */
	warden_check_bayes.run(input, &findings);
	if (lists)
		warden_check_list.run(input, &findings);
	warden_check_own.run(input, &findings);
	return findings_finish(&findings);
}
