#include "warden-config.h"

#include "link-private.h"

#include <string.h>

/* In whose name a mail speaks. Everybody writes about brands: shops of payments
   and parcels, papers of all of them. What counts is a mail that claims to be
   from one, by its sender's name or by what it says to a customer, while it
   neither comes from there nor leads there. */

#define MENTIONS_MAX 200u
#define BRANDS_MAX 64u
/* Who claims to be somebody leads to one place, or two. */
#define PLACES_MAX 3u
/* Words beside a brand's in a sender's name. */
#define OTHER_WORDS_MAX 1u

/* --- words --------------------------------------------------------------------- */

/* What a department is called. */
static bool is_office_word(const char *word)
{
	static const char *const words[] = {
		"account", "accounts", "admin", "administrator", "alert",
		"alerts", "app", "assistance", "ag", "bank", "banking",
		"billing", "bv", "care", "cards", "center", "centre",
		"cliente", "clientes", "client", "clients", "co", "com",
		"corp", "customer", "customers", "de", "delivery",
		"department", "desk", "digital", "express", "fr", "fraud",
		"gmbh", "group", "help", "helpdesk", "id", "inc",
		"info", "information", "international", "invoice", "it",
		"jp", "kundenservice", "kundendienst", "limited", "llc",
		"ltd", "mail", "mailer", "member", "membership", "message",
		"net", "no", "noreply", "notice", "notification",
		"notifications", "notify", "office", "official", "online",
		"order", "orders", "pay", "payment", "payments", "plus",
		"premium", "reply", "reward", "rewards", "sa", "secure",
		"security", "server", "service", "services", "serviceteam",
		"sicherheit", "soporte", "spa", "store", "subscription",
		"supporto", "support", "system", "systems", "team", "the",
		"uk", "update", "updates", "us", "usa", "verification",
		"verify", "via", "web", "www", "admin", "und", "and", "do",
		"not", "your", "ihr", "ihre", "votre", "su", "il", "la",
		"le", "kunden", "kundencenter", "service", "servizio",
		"clienti", "atendimento", "suporte", "equipe", "equipo",
		"conseiller", "paket", "colis", "tracking", "shipping",
		"shipment", NULL
	};

	return g_strv_contains(words, word) || g_ascii_isdigit(word[0]);
}

static bool is_your(const char *word)
{
	static const char *const words[] = {
		"your", "dear", "votre", "vos", "tu", "tus", "su", "sus",
		"ihr", "ihre", "ihrem", "ihren", "ihres", "ihrer", "dein",
		"deine", "deinem", "tuo", "tua", "vostro", "suo", "sua", "seu",
		"uw", "jouw", "je", "twoje", "twój", "ditt", "din", "dit",
		"ваш", "вашего", "ваша", "vaše", "váš", NULL
	};

	return g_strv_contains(words, word);
}

static bool is_of_customer(const char *word)
{
	static const char *const words[] = {
		"account", "accounts", "konto", "kontos", "compte", "cuenta",
		"conta", "conto", "rekening", "team", "support", "customer",
		"customers", "kunde", "kunden", "kundin", "client", "cliente",
		"clientes", "klant", "member", "user", "users", "id", "login",
		"security", "sicherheit", "mailbox", "email", "password",
		"wallet", "webmail", "membership", "subscription", "abo",
		"abonnement", "profile", "card", "karte", "mitglied",
		"verification", "helpdesk", "hesap", "hesabınız", "konta", NULL
	};

	return g_strv_contains(words, word);
}

/* --- who is who ------------------------------------------------------------------ */

struct claim {
	const struct warden_link_scene *scene;
	const struct warden_brand *brand;
	guint to_brand;		/* links that lead to the brand's */
	guint foreign;		/* that lead to strangers */
	guint to_sender;	/* to the sender's own */
	guint places;		/* different strangers */
	const struct warden_link_target *first;	/* the first of strangers */
	bool odd;		/* a place that the brand would not use */
};

static bool is_brands(const struct claim *claim, const char *host)
{
	return warden_link_lists_is_of(claim->scene->lists, claim->brand,
				       host);
}

static bool sender_is_brands(const struct claim *claim)
{
	const GPtrArray *senders = claim->scene->senders;

	for (guint i = 0; i < senders->len; i++) {
		if (is_brands(claim, senders->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

/* "paypal-notices.example": perhaps the brand's own, of which nobody told us. */
static bool sender_sounds_alike(const struct claim *claim)
{
	const struct warden_link_scene *scene = claim->scene;
	struct warden_lookalike found;

	for (guint i = 0; i < scene->senders->len; i++) {
		if (warden_lookalike_find(
			    warden_link_lists_names(scene->lists),
			    scene->senders->pdata[i], &found) &&
		    found.owner == claim->brand &&
		    found.kind < WARDEN_LOOKALIKE_WORD)
			return TRUE;
	}
	return FALSE;
}

static bool sender_is_free(const struct warden_link_scene *scene)
{
	return scene->senders->len > 0 &&
	       (warden_link_lists_place(scene->lists,
					scene->senders->pdata[0], "") &
		WARDEN_PLACE_FREE_MAIL) != 0;
}

static bool is_odd_place(const struct warden_link_target *target)
{
	bool local;

	return (target->place & (WARDEN_PLACE_SHORTENER |
				 WARDEN_PLACE_FREE_HOST | WARDEN_PLACE_FORM |
				 WARDEN_PLACE_DYNAMIC_DNS |
				 WARDEN_PLACE_IPFS | WARDEN_PLACE_PROXY)) != 0 ||
	       target->wrapper == WARDEN_WRAPPER_OPEN ||
	       target->wrapper == WARDEN_WRAPPER_PROXY ||
	       warden_url_host_is_address(target->parts.host, &local);
}

static void count_links(struct claim *claim)
{
	const struct warden_link_scene *scene = claim->scene;
	g_autoptr(GHashTable) places =
		g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < scene->targets->len; i++) {
		const struct warden_link_target *target =
			scene->targets->pdata[i];
		const char *host = target->parts.host;

		if (is_brands(claim, host)) {
			claim->to_brand++;
			continue;
		}
		if (warden_link_is_sender(scene, host)) {
			claim->to_sender++;
			continue;
		}
		if ((target->place & WARDEN_PLACE_BULK_SENDER) != 0)
			continue;
		claim->foreign++;
		claim->odd |= is_odd_place(target);
		claim->first = claim->first == NULL ? target : claim->first;
		g_hash_table_add(places,
				 (gpointer)warden_link_domain(host));
	}
	claim->places = g_hash_table_size(places);
}

static struct claim make_claim(const struct warden_link_scene *scene,
			       const struct warden_brand *brand)
{
	struct claim claim = { .scene = scene, .brand = brand };

	count_links(&claim);
	return claim;
}

/* A list or a forwarder wrote the name of whom it passes on. */
static bool is_passed_on(const struct warden_link_scene *scene)
{
	return scene->input->facts->header.list_id[0] != '\0';
}

/* --- by the sender's name ---------------------------------------------------------- */

/* The name is the brand's, and nothing that makes it somebody else's. */
static bool is_whole_name(const struct warden_brand_mention *mention,
			  const GPtrArray *words)
{
	guint others = 0;

	for (guint i = 0; i < words->len; i++) {
		if (i >= mention->start && i < mention->end)
			continue;
		/* "Ann via Example", "ann@example.org" */
		if (strcmp(words->pdata[i], "via") == 0)
			return FALSE;
		if (!is_office_word(words->pdata[i]))
			others++;
	}
	return others <= (mention->brand->is_word ? 0 : OTHER_WORDS_MAX);
}

static void judge_name(const struct claim *claim, const char *name)
{
	const struct warden_link_scene *scene = claim->scene;
	const char *from = scene->senders->len == 0 ? "" :
		scene->senders->pdata[0];
	const char *symbol = "BRAND_IMPERSONATION";

	if (claim->to_brand > 0 || claim->foreign + claim->to_sender == 0 ||
	    sender_sounds_alike(claim))
		symbol = sender_is_free(scene) ? symbol : "BRAND_CLAIMED";
	warden_findings_add(scene->findings, symbol, "", "the sender's name"
			    " is \"%s\", the mail is from %s%s%s", name, from,
			    claim->first == NULL ? "" : " and leads to ",
			    claim->first == NULL ? "" :
			    claim->first->parts.host);
}

static bool check_name(const struct warden_link_scene *scene,
		       const char *name)
{
	g_autoptr(GPtrArray) words = warden_link_words(name);
	g_autoptr(GArray) mentions = warden_link_lists_mentions(
		scene->lists, name, words, TRUE, BRANDS_MAX);
	bool claimed = FALSE;

	for (guint i = 0; i < mentions->len; i++) {
		const struct warden_brand_mention *mention = &g_array_index(
			mentions, struct warden_brand_mention, i);
		struct claim claim = make_claim(scene, mention->brand);

		if (sender_is_brands(&claim))
			return TRUE;
		if (mention->disguised)
			warden_findings_add(scene->findings, "BRAND_DISGUISED",
					    "", "the sender's name \"%s\" only"
					    " looks like %s", name,
					    mention->brand->name);
		if (claimed || is_passed_on(scene) ||
		    (mention->end > 0 && !is_whole_name(mention, words)))
			continue;
		judge_name(&claim, name);
		claimed = TRUE;
	}
	return claimed;
}

/* --- by what it says ---------------------------------------------------------------- */

static bool speaks_as(const struct warden_brand_mention *mention,
		      const GPtrArray *words)
{
	if (mention->end == 0)
		return TRUE;
	if (mention->brand->is_word)
		return mention->end - mention->start > 1 &&
		       mention->end < words->len &&
		       is_of_customer(words->pdata[mention->end]);
	return (mention->start > 0 &&
		is_your(words->pdata[mention->start - 1])) ||
	       (mention->end < words->len &&
		is_of_customer(words->pdata[mention->end]));
}

/* How often the text speaks as each brand: brand → count. */
static void count_speech(const struct warden_link_scene *scene,
			 const char *text, guint weight, GHashTable *counts,
			 GPtrArray *order)
{
	g_autoptr(GPtrArray) words = warden_link_words(text);
	g_autoptr(GArray) mentions = warden_link_lists_mentions(
		scene->lists, text, words, FALSE, MENTIONS_MAX);

	for (guint i = 0; i < mentions->len; i++) {
		const struct warden_brand_mention *mention = &g_array_index(
			mentions, struct warden_brand_mention, i);
		guint count = GPOINTER_TO_UINT(
			g_hash_table_lookup(counts, mention->brand));

		if (count == 0 && order->len < BRANDS_MAX)
			g_ptr_array_add(order, (gpointer)mention->brand);
		count += speaks_as(mention, words) ? 4 * weight : 1;
		g_hash_table_insert(counts, (gpointer)mention->brand,
				    GUINT_TO_POINTER(count));
	}
}

/* What the text needs: to speak to a customer in the subject, or twice, or
   once beside five other mentions. */
#define SPEECH_MIN 8u

static void judge_speech(const struct warden_link_scene *scene,
			 const struct warden_brand *brand, guint others)
{
	struct claim claim = make_claim(scene, brand);

	if (sender_is_brands(&claim) || claim.to_brand > 0 ||
	    claim.to_sender > 0 || claim.foreign == 0 ||
	    claim.places > PLACES_MAX || others > 2)
		return;
	warden_findings_add(scene->findings, claim.odd || sender_is_free(scene)
			    ? "BRAND_IMPERSONATION" : "BRAND_SPEAKS", "",
			    "it speaks for %s and leads to %s", brand->name,
			    claim.first->parts.host);
}

/* "PayPaI": a capital I where a small l belongs. word: lower case. */
static bool has_capital_inside(const char *text, const char *word)
{
	gsize size = strlen(word);

	for (const char *p = text; strlen(p) >= size; p++) {
		if (g_ascii_strncasecmp(p, word, size) != 0)
			continue;
		for (gsize i = 1; i < size; i++) {
			if (p[i] == 'I' && g_ascii_islower(p[i - 1]))
				return TRUE;
		}
	}
	return FALSE;
}

/* Letters of other alphabets, digits for letters. "qmail" and "Zeile" are but
   words that are like a name. */
static bool is_written_so(const char *text, const char *word)
{
	guint digits = 0, letters = 0;

	for (const char *p = word; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c >= 0x370 && c < 0x590)
			return TRUE;
		digits += c < 0x80 && g_ascii_isdigit((char)c);
		letters += g_unichar_isalpha(c);
	}
	return (digits > 0 && digits <= 2 && letters >= 4) ||
	       has_capital_inside(text, word);
}

/* "Your раураl account": nobody who is honest writes a name with other letters.
   Who comes from the brand may show how it is done. */
#define DISGUISED_TEXT_MAX 4000u

static void check_disguised(const struct warden_link_scene *scene)
{
	const struct warden_facts *facts = scene->input->facts;
	g_autofree char *start = g_utf8_make_valid(
		facts->text.visible,
		MIN(strlen(facts->text.visible), DISGUISED_TEXT_MAX));
	g_autofree char *text =
		g_strconcat(facts->header.subject, "\n", start, NULL);
	g_autoptr(GPtrArray) words = warden_link_words(text);
	g_autoptr(GArray) mentions = warden_link_lists_mentions(
		scene->lists, text, words, TRUE, MENTIONS_MAX);

	for (guint i = 0; i < mentions->len; i++) {
		const struct warden_brand_mention *mention = &g_array_index(
			mentions, struct warden_brand_mention, i);
		struct claim claim = { .scene = scene,
				       .brand = mention->brand };

		if (!mention->disguised ||
		    !is_written_so(text, words->pdata[mention->start]) ||
		    sender_is_brands(&claim))
			continue;
		warden_findings_add(scene->findings, "BRAND_DISGUISED_TEXT",
				    "", "\"%s\" only looks like %s",
				    (char *)words->pdata[mention->start],
				    mention->brand->name);
		return;
	}
}

static void check_speech(const struct warden_link_scene *scene)
{
	const struct warden_facts *facts = scene->input->facts;
	g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	/* An answer in a conversation quotes and tells. */
	if (is_passed_on(scene) || facts->header.references->len > 0)
		return;
	check_disguised(scene);
	count_speech(scene, facts->header.subject, 2, counts, order);
	count_speech(scene, facts->text.visible, 1, counts, order);
	for (guint i = 0; i < order->len; i++) {
		if (GPOINTER_TO_UINT(g_hash_table_lookup(
			    counts, order->pdata[i])) >= SPEECH_MIN)
			judge_speech(scene, order->pdata[i], order->len - 1);
	}
}

/* --- by what links say ---------------------------------------------------------------- */

static bool has_action(const GPtrArray *words)
{
	for (guint i = 0; i < words->len; i++) {
		if (warden_link_is_action(words->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

static void check_link_text(const struct warden_link_scene *scene,
			    const struct warden_link_target *target)
{
	g_autoptr(GPtrArray) words = NULL;
	g_autoptr(GArray) mentions = NULL;

	if (target->url->text[0] == '\0' ||
	    !warden_link_is_foreign(scene, target))
		return;
	words = warden_link_words(target->url->text);
	/* Headlines tell of brands. */
	if (words->len == 0 || words->len > 6 || !has_action(words))
		return;
	if (is_odd_place(target) && strcmp(target->url->source, "html") == 0)
		warden_findings_add(scene->findings, "LINK_PLACE_LURE",
				    target->url->part, "\"%s\" leads to %s",
				    target->url->text, target->parts.host);
	mentions = warden_link_lists_mentions(scene->lists, target->url->text,
					      words, FALSE, 1);
	if (mentions->len > 0) {
		const struct warden_brand *brand = g_array_index(
			mentions, struct warden_brand_mention, 0).brand;

		if (!brand->is_word &&
		    !warden_link_lists_is_of(scene->lists, brand,
					     target->parts.host))
			warden_findings_add(
				scene->findings, "LINK_BRAND_TEXT",
				target->url->part, "\"%s\" leads to %s",
				target->url->text, target->parts.host);
	}
}

/* --- the recipient's own organisation ----------------------------------------------------- */

/* "example.org Support" from elsewhere. */
static void check_recipient_name(const struct warden_link_scene *scene,
				 const char *name)
{
	g_autofree char *lower = g_utf8_strdown(name, -1);

	for (guint i = 0; i < scene->recipients->len; i++) {
		const char *domain =
			strrchr(scene->recipients->pdata[i], '@') + 1;

		if (strchr(domain, '.') == NULL ||
		    warden_link_is_sender(scene, domain) ||
		    strstr(lower, domain) == NULL || is_passed_on(scene) ||
		    (warden_link_lists_place(scene->lists, domain, "") &
		     WARDEN_PLACE_FREE_MAIL) != 0)
			continue;
		warden_findings_add(scene->findings,
				    "RECIPIENT_DOMAIN_CLAIMED", "",
				    "the sender calls himself \"%s\", the mail"
				    " is from %s", name,
				    scene->senders->len == 0 ? "nobody" :
				    (char *)scene->senders->pdata[0]);
		return;
	}
}

void warden_link_check_brands(const struct warden_link_scene *scene)
{
	const GPtrArray *from = scene->input->facts->header.from;
	bool named = FALSE;

	for (guint i = 0; i < from->len; i++) {
		const struct warden_address *address = from->pdata[i];

		named |= check_name(scene, address->name);
		check_recipient_name(scene, address->name);
	}
	for (guint i = 0; i < scene->targets->len; i++)
		check_link_text(scene, scene->targets->pdata[i]);
	if (!named)
		check_speech(scene);
}
