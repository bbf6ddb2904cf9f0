/* What checks make of text that others wrote: Authentication-Results, links,
   host names, file names, tables; and all checks over what was parsed of a
   whole message. The first byte of the input says which. */

#include "warden-config.h"

#include "fuzz-queue.h"

#include "scanner/checks/checks.h"
#include "scanner/checks/filename.h"
#include "scanner/checks/house.h"
#include "scanner/checks/link-lists.h"
#include "scanner/checks/odds.h"
#include "scanner/checks/redirector.h"
#include "scanner/checks/tokens.h"
#include "scanner/checks/unwrap.h"
#include "scanner/checks/url.h"
#include "scanner/core/site-load-links.h"
#include "scanner/core/site-load-model.h"
#include "scanner/core/site-load-phrases.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* As facts have their strings. */
static char *make_line(const uint8_t *data, size_t size)
{
	return warden_facts_sanitise((const char *)data, size,
				     WARDEN_FACT_URL_MAX, FALSE);
}

static char *make_text(const uint8_t *data, size_t size)
{
	return warden_facts_sanitise((const char *)data, size,
				     WARDEN_FACT_VISIBLE_MAX, TRUE);
}

/* --- what is known ------------------------------------------------------------- */

static struct warden_house *make_house(void)
{
	struct warden_house *house = warden_house_new();

	require(warden_house_add_domain(house, "example.org"));
	require(warden_house_add_authserv_id(house, "mx.example.org"));
	require(warden_house_add_person(house, "Jane Doe",
					"jane@example.org"));
	return house;
}

static const struct warden_site *get_site(void)
{
	static struct warden_site site;
	struct warden_link_lists *links;
	struct warden_phrases *phrases;
	struct warden_model *model;
	char *error;

	if (site.links != NULL)
		return &site;
	if (warden_site_load_links(NULL, NULL, &links, &error) < 0 ||
	    warden_site_load_phrases(NULL, &phrases, &error) < 0 ||
	    warden_site_load_model(NULL, &model, &error) < 0)
		abort();
	site.phrases = phrases;
	site.model = model;
	site.house = make_house();
	site.links = links;
	return &site;
}

/* --- one value each -------------------------------------------------------------- */

static void read_results(const uint8_t *data, size_t size)
{
	g_autofree char *value = make_line(data, size);
	struct warden_auth_results results;

	if (!warden_auth_results_parse(value, &results))
		return;
	require(results.count <= WARDEN_AUTH_RESULTS_MAX);
	require(memchr(results.id, '\0', sizeof(results.id)) != NULL);
	require(*results.id != '\0');
	for (guint i = 0; i < results.count; i++) {
		require(memchr(results.results[i].domain, '\0',
			       WARDEN_AUTH_NAME_SIZE) != NULL);
	}
}

static void read_link(const uint8_t *data, size_t size)
{
	g_autofree char *url = make_line(data, size);
	g_autofree char *normal = warden_url_normalise(url);
	struct warden_url_parts parts;
	enum warden_wrapper wrapper;
	char *host = NULL;
	g_autofree char *target = warden_unwrap(url, &wrapper, &host);

	require((target == NULL) == (wrapper == WARDEN_WRAPPER_NONE));
	if (normal != NULL) {
		g_autofree char *again = warden_url_normalise(normal);

		/* the form that lists are kept in is its own normal form */
		require(g_strcmp0(again, normal) == 0);
	}
	if (warden_url_split(url, &parts)) {
		(void)warden_redirector_is_known(parts.host);
		(void)warden_link_lists_place(get_site()->links, parts.host,
					      parts.rest);
	}
	warden_url_parts_clear(&parts);
	(void)warden_redirector_names(url, "example.com");
	(void)warden_redirector_has_token(url, 20);
	g_free(host);
}

static void read_host(const uint8_t *data, size_t size)
{
	g_autofree char *text = make_line(data, size);
	g_autofree char *host = warden_url_host_ascii(text);
	g_autofree char *folded = warden_lookalike_fold(text);
	struct warden_lookalike found;
	const char *registrable = warden_url_registrable(host);
	const void *owner;
	bool local;

	require(g_utf8_validate(folded, -1, NULL));
	if (registrable != NULL)
		require(registrable >= host &&
			registrable <= host + strlen(host));
	(void)warden_url_host_is_address(host, &local);
	(void)warden_url_has_known_tld(host);
	(void)warden_url_is_public_suffix(host);
	(void)warden_lookalike_is_mixed(host);
	if (warden_lookalike_find(warden_link_lists_names(get_site()->links),
				  host, &found))
		require(found.name != NULL &&
			found.kind != WARDEN_LOOKALIKE_NO);
	(void)warden_lookalike_is_exact(
		warden_link_lists_names(get_site()->links), host, &owner);
}

static void read_name(const uint8_t *data, size_t size)
{
	g_autofree char *name = make_line(data, size);
	g_autofree char *folded = warden_house_fold_name(name);
	struct warden_filename parsed;

	require(g_utf8_validate(folded, -1, NULL));
	warden_filename_parse(name, &parsed);
	require(parsed.base != NULL && parsed.extension != NULL &&
		parsed.decoy != NULL);
	warden_filename_clear(&parsed);
	(void)warden_house_is_impostor(get_site()->house, name, "a@b.example");
}

/* Brands that a text names. */
static void read_mentions(const uint8_t *data, size_t size)
{
	g_autofree char *text = make_text(data, size);
	g_autoptr(GPtrArray) words = warden_link_words(text);

	for (int fold = 0; fold <= 1; fold++) {
		g_autoptr(GArray) mentions = warden_link_lists_mentions(
			get_site()->links, text, words, fold != 0, 10);

		require(mentions->len <= 10);
		for (guint i = 0; i < mentions->len; i++) {
			const struct warden_brand_mention *mention =
				&g_array_index(mentions,
					       struct warden_brand_mention, i);

			require(mention->start <= mention->end &&
				mention->end <= words->len);
		}
	}
}

/* --- tables ------------------------------------------------------------------------ */

typedef int add_t(struct warden_link_lists *lists, const char *text,
		  const char *name, char **error_r);

/* Whatever a file of lists says, they can be asked afterwards. */
static void read_table(const uint8_t *data, size_t size, add_t *add)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	struct warden_link_lists *lists = warden_link_lists_new();
	struct warden_lookalike found;
	char *error = NULL;

	if (add(lists, text, "a", &error) < 0) {
		require(error != NULL);
		g_free(error);
	}
	warden_link_lists_finish(lists);
	(void)warden_link_lists_place(lists, "www.example.com", "/a");
	(void)warden_lookalike_find(warden_link_lists_names(lists),
				    "paypa1-login.example", &found);
	warden_link_lists_free(lists);
}

static void read_brands(const uint8_t *data, size_t size)
{
	read_table(data, size, warden_link_lists_add_brands);
}

static void read_hosts(const uint8_t *data, size_t size)
{
	read_table(data, size, warden_link_lists_add_hosts);
}

/* Names that are protected, a line each; the last line is asked for. */
static void read_protected(const uint8_t *data, size_t size)
{
	struct warden_lookalike_set *set = warden_lookalike_set_new();
	g_autofree char *text = make_text(data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 20);
	struct warden_lookalike found;
	g_autofree char *host = NULL;

	for (char **line = lines; *line != NULL; line++) {
		g_free(host);
		host = warden_url_host_ascii(*line);
		if (line[1] != NULL)
			warden_lookalike_set_add(set, host, **line == 'a',
						 set);
	}
	if (host != NULL && warden_lookalike_find(set, host, &found))
		require(found.owner == set);
	if (host != NULL && lines[0] != NULL)
		(void)warden_lookalike_covers(lines[0], host);
	warden_lookalike_set_free(set);
}

/* Counts as a database has them, eight bytes for each of nine kinds. */
static void read_counts(const uint8_t *data, size_t size)
{
	struct warden_counts all[2] = { { 0.0, 0.0, 0.0 }, { 0.0, 0.0, 0.0 } };
	guint count = size > 12 ? MIN((size - 12) / 12, 500) : 0;
	g_autofree struct warden_token_counts *tokens =
		g_new0(struct warden_token_counts, count + 1);
	const struct warden_odds_input input = {
		.site_all = &all[0], .user_all = &all[1],
		.tokens = tokens, .tokens_count = count,
	};
	struct warden_learned learned;
	double *values[2] = { &all[0].ham, (double *)tokens };

	if (count == 0)
		return;
	for (guint i = 0; i < 6; i++)
		values[0][i] = (data[2 * i] << 8 | data[2 * i + 1]) / 7.0;
	for (guint i = 0; i < 6 * count; i++)
		values[1][i] = (data[12 + 2 * i] << 8 |
				data[13 + 2 * i]) / 7.0;
	if (warden_odds(&input, &learned))
		require(learned.phish <= 1000);
}

/* --- a message ----------------------------------------------------------------------- */

static void check_tokens(const struct warden_facts *facts)
{
	g_autoptr(GArray) tokens = warden_tokens(facts);

	require(tokens->len <= WARDEN_TOKENS_MAX);
	for (guint i = 1; i < tokens->len; i++)
		require(g_array_index(tokens, guint64, i - 1) <
			g_array_index(tokens, guint64, i));
}

static void check_message(const uint8_t *data, size_t size)
{
	static const struct warden_envelope envelope = {
		.user = "jane", .recipient = "jane@example.org",
		.sender = "", .service = "",
	};
	g_autoptr(warden_facts) facts =
		warden_parse_message(fuzz_parser(), data, size, 0);
	const struct warden_check_input input = {
		.facts = facts, .envelope = &envelope, .site = get_site(),
	};
	g_autoptr(GPtrArray) findings = warden_checks_run(&input);

	require(findings->len <= WARDEN_FINDINGS_MAX);
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		require(warden_symbol_lookup(finding->symbol) != NULL);
		require(strlen(finding->detail) <= WARDEN_FINDING_DETAIL_MAX);
		require(g_utf8_validate(finding->detail, -1, NULL));
		require(!isnan(finding->score));
	}
	check_tokens(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* make-seeds-check.py has the same list */
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		read_results, read_link, read_host, read_name, read_mentions,
		read_brands, read_hosts, read_protected, read_counts,
		check_message,
	};
	uint8_t *copy;

	if (size < 2)
		return 0;
	/* of its exact size, so that what is read behind it is seen */
	copy = g_memdup2(data + 1, size - 1);
	readers[data[0] % G_N_ELEMENTS(readers)](copy, size - 1);
	g_free(copy);
	return 0;
}
