#include "warden-config.h"

#include "from.h"
#include "house.h"
#include "url.h"

#include <string.h>

#define NAME_WORDS_MAX 12u

struct warden_house {
	struct warden_lookalike_set *own;
	GHashTable *people;	/* folded name → GPtrArray of addresses */
	GHashTable *authserv_ids, *sealers;	/* lower case */
};

static void addresses_free(gpointer addresses)
{
	g_ptr_array_unref(addresses);
}

struct warden_house *warden_house_new(void)
{
	struct warden_house *house = g_new0(struct warden_house, 1);

	house->own = warden_lookalike_set_new();
	house->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      addresses_free);
	house->authserv_ids = g_hash_table_new_full(g_str_hash, g_str_equal,
						    g_free, NULL);
	house->sealers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       NULL);
	return house;
}

void warden_house_free(struct warden_house *house)
{
	if (house == NULL)
		return;
	warden_lookalike_set_free(house->own);
	g_hash_table_unref(house->people);
	g_hash_table_unref(house->authserv_ids);
	g_hash_table_unref(house->sealers);
	g_free(house);
}

/* --- building ---------------------------------------------------------------- */

bool warden_house_add_domain(struct warden_house *house, const char *domain)
{
	g_autofree char *host = warden_url_host_ascii(domain);

	if (warden_url_registrable(host) == NULL)
		return FALSE;
	warden_lookalike_set_add(house->own, host, FALSE, house);
	return TRUE;
}

bool warden_house_add_person(struct warden_house *house, const char *name,
			     const char *address)
{
	char *folded = warden_house_fold_name(name);
	GPtrArray *addresses = g_hash_table_lookup(house->people, folded);

	if (folded[0] == '\0' ||
	    (address[0] != '\0' && strchr(address, '@') == NULL)) {
		g_free(folded);
		return FALSE;
	}
	if (addresses == NULL) {
		addresses = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(house->people, folded, addresses);
	} else {
		g_free(folded);
	}
	if (address[0] != '\0')
		g_ptr_array_add(addresses, g_utf8_strdown(address, -1));
	return TRUE;
}

bool warden_house_add_authserv_id(struct warden_house *house, const char *id)
{
	if (id[0] == '\0' || strlen(id) >= WARDEN_AUTH_NAME_SIZE)
		return FALSE;
	g_hash_table_add(house->authserv_ids, g_ascii_strdown(id, -1));
	return TRUE;
}

bool warden_house_add_sealer(struct warden_house *house, const char *domain)
{
	char *host = warden_url_host_ascii(domain);

	if (warden_url_registrable(host) == NULL) {
		g_free(host);
		return FALSE;
	}
	g_hash_table_add(house->sealers, host);
	return TRUE;
}

/* --- people ------------------------------------------------------------------ */

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *warden_house_fold_name(const char *name)
{
	/* lower case before folding as well: 'I' is no 'l' in a name */
	g_autofree char *lower = g_utf8_strdown(name, -1);
	g_autofree char *folded = warden_lookalike_fold(lower);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	const char *p = folded;

	while (*p != '\0' && words->len < NAME_WORDS_MAX) {
		const char *start = p;

		while (*p != '\0' && g_unichar_isalnum(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
		if (p > start)
			g_ptr_array_add(words, g_strndup(start,
							 (gsize)(p - start)));
		else
			p = g_utf8_next_char(p);
	}
	g_ptr_array_sort(words, compare_words);
	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}

bool warden_house_is_impostor(const struct warden_house *house,
			      const char *name, const char *address)
{
	g_autofree char *folded = warden_house_fold_name(name);
	const GPtrArray *addresses =
		g_hash_table_lookup(house->people, folded);
	g_autofree char *host = warden_address_host(address);

	if (addresses == NULL || *host == '\0' ||
	    warden_house_is_own(house, host))
		return FALSE;
	for (guint i = 0; i < addresses->len; i++) {
		if (strcmp(addresses->pdata[i], address) == 0)
			return FALSE;
	}
	return TRUE;
}

bool warden_house_is_own(const struct warden_house *house, const char *host)
{
	return warden_lookalike_is_exact(house->own, host, NULL);
}

const struct warden_lookalike_set *
warden_house_own_names(const struct warden_house *house)
{
	return house->own;
}

/* --- what our own servers found ------------------------------------------------ */

bool warden_house_results(const struct warden_house *house,
			  const struct warden_header_facts *header,
			  struct warden_auth_results *results_r)
{
	return header->auth_results->len > 0 &&
	       warden_auth_results_parse(header->auth_results->pdata[0],
					 results_r) &&
	       g_hash_table_contains(house->authserv_ids, results_r->id);
}

bool warden_house_trusts_seal(const struct warden_house *house,
			      const struct warden_auth_results *results)
{
	for (guint i = 0; i < results->count; i++) {
		const struct warden_auth_result *result =
			&results->results[i];

		if (result->method == WARDEN_AUTH_ARC &&
		    result->status == WARDEN_AUTH_STATUS_PASS)
			return g_hash_table_contains(house->sealers,
						     result->domain);
	}
	return FALSE;
}
