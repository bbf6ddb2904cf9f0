#include "warden-config.h"

#include "link-private.h"

#include <string.h>

/* The hosts that links lead to: whom they imitate, and what kind of place they
   are. */

static void check_brand(const struct warden_link_scene *scene,
			const struct warden_link_target *target)
{
	static const char *const by_kind[] = {
		[WARDEN_LOOKALIKE_MENTION] = "LINK_BRAND_MENTION",
		[WARDEN_LOOKALIKE_SUFFIX] = "LINK_BRAND_SUFFIX",
		[WARDEN_LOOKALIKE_LETTER] = "LINK_LOOKALIKE_LETTER",
		[WARDEN_LOOKALIKE_HYPHEN] = "LINK_LOOKALIKE_LETTER",
		[WARDEN_LOOKALIKE_WORD] = "LINK_BRAND_WORD",
		[WARDEN_LOOKALIKE_INSIDE] = "LINK_BRAND_INSIDE",
		[WARDEN_LOOKALIKE_GLYPHS] = "LINK_LOOKALIKE",
	};
	struct warden_lookalike found;

	/* Who counts clicks for many names his hosts after them. */
	if ((target->place & (WARDEN_PLACE_BULK_SENDER |
			      WARDEN_PLACE_PROXY)) != 0 ||
	    !warden_lookalike_find(warden_link_lists_names(scene->lists),
				   target->parts.host, &found) ||
	    found.kind == WARDEN_LOOKALIKE_EXACT)
		return;
	warden_findings_add(scene->findings, by_kind[found.kind],
			    target->url->part, "%s resembles %s",
			    target->parts.host, found.name);
}

/* Names like the recipient's own organisation's. */
static struct warden_lookalike_set *
own_names(const struct warden_link_scene *scene)
{
	struct warden_lookalike_set *set = warden_lookalike_set_new();

	for (guint i = 0; i < scene->recipients->len; i++) {
		const char *at = strrchr(scene->recipients->pdata[i], '@');
		g_autofree char *host = warden_url_host_ascii(at + 1);
		const char *domain = warden_url_registrable(host);

		if (domain != NULL &&
		    (warden_link_lists_place(scene->lists, domain, "") &
		     WARDEN_PLACE_FREE_MAIL) == 0)
			warden_lookalike_set_add(set, domain, FALSE, NULL);
	}
	return set;
}

static void check_own(const struct warden_link_scene *scene,
		      const struct warden_link_target *target,
		      const struct warden_lookalike_set *own)
{
	struct warden_lookalike found;

	/* Who mails to a customer may have a host for him. */
	if ((target->place & WARDEN_PLACE_BULK_SENDER) != 0 ||
	    warden_link_is_sender(scene, target->parts.host) ||
	    !warden_lookalike_find(own, target->parts.host, &found) ||
	    found.kind == WARDEN_LOOKALIKE_EXACT ||
	    found.kind < WARDEN_LOOKALIKE_LETTER ||
	    /* organisations have second names like that themselves */
	    found.kind == WARDEN_LOOKALIKE_WORD)
		return;
	warden_findings_add(scene->findings, "LINK_LOOKALIKE_OWN",
			    target->url->part, "%s resembles %s",
			    target->parts.host, found.name);
}

static void check_place(const struct warden_link_scene *scene,
			const struct warden_link_target *target)
{
	static const struct {
		enum warden_place place;
		const char *symbol;
	} rows[] = {
		{ WARDEN_PLACE_SHORTENER, "LINK_SHORTENER" },
		{ WARDEN_PLACE_FREE_HOST, "LINK_FREE_HOST" },
		{ WARDEN_PLACE_FORM, "LINK_FORM" },
		{ WARDEN_PLACE_FILE_SHARE, "LINK_FILE_SHARE" },
		{ WARDEN_PLACE_DYNAMIC_DNS, "LINK_DYNAMIC_DNS" },
		{ WARDEN_PLACE_IPFS, "LINK_IPFS" },
		{ WARDEN_PLACE_PROXY, "LINK_PROXY" },
		{ WARDEN_PLACE_SUFFIX, "LINK_SUFFIX" },
		{ WARDEN_PLACE_CHAT, "LINK_CHAT" },
	};

	/* The place itself writes of what is there, and documents tell of many
	   places. */
	if (target->is_attached ||
	    warden_link_is_sender(scene, target->parts.host) ||
	    (target->place & WARDEN_PLACE_BULK_SENDER) != 0)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		if ((target->place & rows[i].place) != 0)
			warden_findings_add(scene->findings, rows[i].symbol,
					    target->url->part, "leads to %s",
					    target->parts.host);
	}
}

static bool is_ipfs_path(const char *rest)
{
	return g_str_has_prefix(rest, "/ipfs/Qm") ||
	       g_str_has_prefix(rest, "/ipfs/baf") ||
	       g_str_has_prefix(rest, "/ipns/");
}

static void check_host(const struct warden_link_scene *scene,
		       const struct warden_link_target *target)
{
	const char *host = target->parts.host, *port = target->parts.port;
	static const char *const ports[] = {
		"", "80", "443", "8080", "8443", NULL
	};

	if (warden_lookalike_is_mixed(host))
		warden_findings_add(scene->findings, "LINK_MIXED_SCRIPT",
				    target->url->part, "%s mixes the letters"
				    " of several scripts", host);
	/* Plain text tells of test servers and ports. */
	if (!g_strv_contains(ports, port) &&
	    strcmp(target->url->source, "text") != 0 &&
	    !warden_link_is_sender(scene, host))
		warden_findings_add(scene->findings, "LINK_ODD_PORT",
				    target->url->part, "leads to port %s of"
				    " %s", port, host);
	if (is_ipfs_path(target->parts.rest) &&
	    (target->place & WARDEN_PLACE_IPFS) == 0)
		warden_findings_add(scene->findings, "LINK_IPFS",
				    target->url->part, "leads to %s", host);
}

/* What a search engine or a network says of others' pages goes through its
   redirector, too. */
static void check_redirect(const struct warden_link_scene *scene,
			   const struct warden_link_target *target)
{
	if (target->wrapper_host == NULL ||
	    (target->wrapper != WARDEN_WRAPPER_OPEN &&
	     target->wrapper != WARDEN_WRAPPER_PROXY) ||
	    warden_link_is_sender(scene, target->wrapper_host) ||
	    !warden_link_is_foreign(scene, target))
		return;
	warden_findings_add(scene->findings,
			    target->wrapper == WARDEN_WRAPPER_OPEN ?
			    "LINK_OPEN_REDIRECT" : "LINK_PROXY",
			    target->url->part, "shows %s and leads to %s",
			    target->wrapper_host, target->parts.host);
}

void warden_link_check_hosts(const struct warden_link_scene *scene)
{
	struct warden_lookalike_set *own = own_names(scene);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < scene->targets->len; i++) {
		const struct warden_link_target *target =
			scene->targets->pdata[i];

		check_host(scene, target);
		check_redirect(scene, target);
		check_place(scene, target);
		if (!g_hash_table_add(seen, target->parts.host))
			continue;
		check_brand(scene, target);
		check_own(scene, target, own);
	}
	warden_lookalike_set_free(own);
}
