#include "warden-config.h"

#include "from.h"
#include "link-private.h"

#include <string.h>

/* Where links lead: hosts (link-host.c), the rest of the address
   (link-shape.c), and in whose name the mail speaks (link-brand.c). */

static const struct warden_symbol symbols[] = {
	{ "BRAND_CLAIMED", "link", "T1656" },
	{ "BRAND_DISGUISED", "link", "T1656" },
	{ "BRAND_DISGUISED_TEXT", "link", "T1656" },
	{ "BRAND_IMPERSONATION", "link", "T1656" },
	{ "BRAND_SPEAKS", "link", "T1656" },
	{ "LINK_BRAND_INSIDE", "link", "T1566.002" },
	{ "LINK_BRAND_MENTION", "link", "T1566.002" },
	{ "LINK_BRAND_PATH", "link", "T1566.002" },
	{ "LINK_BRAND_SUFFIX", "link", "T1566.002" },
	{ "LINK_BRAND_TEXT", "link", "T1566.002" },
	{ "LINK_BRAND_WORD", "link", "T1566.002" },
	{ "LINK_CHAT", "link", "T1566.003" },
	{ "LINK_COMPROMISED_SITE", "link", "T1584.006" },
	{ "LINK_DOUBLE_EXTENSION", "link", "T1036.007" },
	{ "LINK_DYNAMIC_DNS", "link", "T1568" },
	{ "LINK_FILE_SHARE", "link", "T1566.002" },
	{ "LINK_FORM", "link", "T1566.002" },
	{ "LINK_FREE_HOST", "link", "T1566.002" },
	{ "LINK_INVISIBLE", "link", "T1566.002" },
	{ "LINK_IPFS", "link", "T1566.002" },
	{ "LINK_LOGIN", "link", "T1566.002" },
	{ "LINK_LOOKALIKE", "link", "T1583.001" },
	{ "LINK_LOOKALIKE_LETTER", "link", "T1583.001" },
	{ "LINK_LOOKALIKE_OWN", "link", "T1583.001" },
	{ "LINK_MIXED_SCRIPT", "link", "T1566.002" },
	{ "LINK_ODD_PORT", "link", "T1571" },
	{ "LINK_OPEN_REDIRECT", "link", "T1566.002" },
	{ "LINK_PLACE_LURE", "link", "T1566.002" },
	{ "LINK_PROXY", "link", "T1090" },
	{ "LINK_RECIPIENT", "link", "T1566.002" },
	{ "LINK_RECIPIENT_HIDDEN", "link", "T1566.002" },
	{ "LINK_SHORTENER", "link", "T1566.002" },
	{ "LINK_SUFFIX", "link", "T1583.001" },
	{ "RECIPIENT_DOMAIN_CLAIMED", "link", "T1656" },
};

/* More than people follow; bounds the work. */
#define TARGETS_MAX 300u
#define RECIPIENTS_MAX 20u

const char *warden_link_domain(const char *host)
{
	const char *domain = warden_url_registrable(host);

	return domain != NULL ? domain : host;
}

bool warden_link_is_sender(const struct warden_link_scene *scene,
			   const char *host)
{
	for (guint i = 0; i < scene->senders->len; i++) {
		if (strcmp(warden_link_domain(scene->senders->pdata[i]),
			   warden_link_domain(host)) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_link_is_foreign(const struct warden_link_scene *scene,
			    const struct warden_link_target *target)
{
	const char *host = target->parts.host;

	if (warden_link_is_sender(scene, host) ||
	    (target->place & WARDEN_PLACE_BULK_SENDER) != 0)
		return FALSE;
	return (target->place & WARDEN_PLACE_ANYBODY) != 0 ||
	       !warden_lookalike_is_exact(
			warden_link_lists_names(scene->lists), host, NULL);
}

bool warden_link_is_action(const char *word)
{
	static const char *const words[] = {
		"accedi", "acceder", "access", "accept", "activate",
		"aktivieren", "anmelden", "anzeigen", "ativar", "atualizar",
		"actualizar", "aggiorna", "aktualisieren", "bestätigen",
		"bevestig", "bevestigen", "cancel", "claim", "click", "clicca",
		"cliquez", "clic", "clique", "conferma", "confirm",
		"confirmar", "confirmer", "connect", "continue", "download",
		"einloggen", "entrar", "freischalten", "identifier", "inloggen",
		"klicken", "klik", "kliknij", "login", "log", "logon", "merge",
		"öffnen", "open", "pagar", "pay", "potwierdź", "prüfen",
		"reactivate", "recover", "release", "renew", "restore",
		"retrieve", "review", "schedule", "secure", "sign", "signin",
		"sincronizar", "start", "unlock", "update", "upgrade",
		"validate", "valider", "verifica", "verificar", "verificare",
		"verifizieren", "verify", "vérifier", "view", "voir",
		"zaloguj", "войти", "подтвердить", "перейти", NULL
	};

	return g_strv_contains(words, word);
}

/* --- the scene ---------------------------------------------------------------- */

static void target_free(struct warden_link_target *target)
{
	warden_url_parts_clear(&target->parts);
	g_free(target->whole);
	g_free(target->wrapper_host);
	g_free(target);
}

/* What a click, or a code that is scanned, opens; not what a page loads. */
static bool is_followed(const struct warden_url *url)
{
	static const char *const sources[] = {
		"html", "text", "pdf", "office", "qr", "calendar", "svg", NULL
	};

	return g_strv_contains(sources, url->source);
}

static void add_target(struct warden_link_scene *scene,
		       const struct warden_url *url)
{
	struct warden_link_target *target =
		g_new0(struct warden_link_target, 1);
	const struct warden_part *part;

	target->url = url;
	target->whole = warden_unwrap(url->url, &target->wrapper,
				      &target->wrapper_host);
	if (target->whole == NULL)
		target->whole = g_strdup(url->url);
	if (!warden_url_split(target->whole, &target->parts) ||
	    (target->parts.scheme[0] != '\0' &&
	     !g_str_has_prefix(target->parts.scheme, "http"))) {
		target_free(target);
		return;
	}
	part = warden_facts_find_part(scene->input->facts, url->part);
	target->is_attached = strcmp(url->source, "office") == 0 ||
		(strcmp(url->source, "html") == 0 && part != NULL &&
		 (part->flags & WARDEN_PART_ATTACHMENT) != 0);
	target->place = warden_link_lists_place(
		scene->lists, target->parts.host, target->parts.rest);
	g_ptr_array_add(scene->targets, target);
}

static void add_host_of(GPtrArray *hosts, const struct warden_address *address)
{
	g_autofree char *host = address == NULL ? NULL :
		warden_address_host(address->address);

	if (host != NULL && *host != '\0')
		g_ptr_array_add(hosts, g_steal_pointer(&host));
}

static void add_recipient(struct warden_link_scene *scene, const char *address)
{
	if (strchr(address, '@') != NULL &&
	    scene->recipients->len < RECIPIENTS_MAX)
		g_ptr_array_add(scene->recipients,
				g_utf8_strdown(address, -1));
}

static void fill(struct warden_link_scene *scene)
{
	const struct warden_facts *facts = scene->input->facts;
	const struct warden_envelope *envelope = scene->input->envelope;

	for (guint i = 0; i < facts->header.from->len; i++)
		add_host_of(scene->senders, facts->header.from->pdata[i]);
	add_host_of(scene->senders, facts->header.sender);
	if (envelope != NULL && envelope->recipient != NULL)
		add_recipient(scene, envelope->recipient);
	for (guint i = 0; i < facts->header.to->len; i++) {
		const struct warden_address *to = facts->header.to->pdata[i];

		add_recipient(scene, to->address);
	}
	for (guint i = 0; i < facts->urls->len &&
	     scene->targets->len < TARGETS_MAX; i++) {
		if (is_followed(facts->urls->pdata[i]))
			add_target(scene, facts->urls->pdata[i]);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	struct warden_link_scene scene = {
		.input = input, .findings = findings,
	};

	if (input->site == NULL || input->site->links == NULL)
		return;
	scene.lists = input->site->links;
	scene.targets = g_ptr_array_new_with_free_func(
		(GDestroyNotify)target_free);
	scene.senders = g_ptr_array_new_with_free_func(g_free);
	scene.recipients = g_ptr_array_new_with_free_func(g_free);
	fill(&scene);
	warden_link_check_hosts(&scene);
	warden_link_check_shapes(&scene);
	warden_link_check_brands(&scene);
	g_ptr_array_unref(scene.targets);
	g_ptr_array_unref(scene.senders);
	g_ptr_array_unref(scene.recipients);
}

const struct warden_check warden_check_link_target = {
	.name = "link-target",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
