#include "warden-config.h"

#include "from.h"
#include "mailbox.h"
#include "sender-private.h"
#include "url.h"

#include <string.h>

/* Whom a mail pretends to be from, by its names and addresses alone. */

/* Shorter names of organisations are words and abbreviations of others. */
#define ORGANISATION_NAME_MIN 4u

static void check_person(const struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;

	if (site != NULL && site->house != NULL &&
	    warden_house_is_impostor(site->house, sender->name,
				     sender->address))
		warden_findings_add(sender->findings, "SENDER_VIP_NAME", "",
				    "\"%s\" writes from %s", sender->name,
				    sender->address);
}

/* --- own and recipient's domain ----------------------------------------------- */

static void report_lookalike(const struct warden_sender *sender,
			     const struct warden_lookalike *found)
{
	const char *symbol;

	switch (found->kind) {
	case WARDEN_LOOKALIKE_INSIDE:
	case WARDEN_LOOKALIKE_GLYPHS:
		symbol = "SENDER_OWN_LOOKALIKE";
		break;
	case WARDEN_LOOKALIKE_LETTER:
	case WARDEN_LOOKALIKE_HYPHEN:
	case WARDEN_LOOKALIKE_WORD:
		symbol = "SENDER_OWN_SIMILAR";
		break;
	default:
		return;
	}
	warden_findings_add(sender->findings, symbol, "", "%s is not %s",
			    sender->host, found->name);
}

static void check_lookalike(const struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;
	struct warden_lookalike found;
	struct warden_lookalike_set *set;

	if (site != NULL && site->house != NULL &&
	    warden_lookalike_find(warden_house_own_names(site->house),
				  sender->host, &found)) {
		report_lookalike(sender, &found);
		return;
	}
	if (warden_url_registrable(sender->recipient_host) == NULL ||
	    strcmp(sender->domain, sender->recipient_domain) == 0 ||
	    warden_mailbox_is_free(sender->recipient_domain))
		return;
	set = warden_lookalike_set_new();
	warden_lookalike_set_add(set, sender->recipient_domain, FALSE, NULL);
	if (warden_lookalike_find(set, sender->host, &found))
		report_lookalike(sender, &found);
	warden_lookalike_set_free(set);
}

/* Is label a word of the name? */
static bool has_word(const char *name, const char *label, gsize size)
{
	const char *p = name;

	while ((p = strstr(p, label)) != NULL) {
		if ((p == name || !g_ascii_isalnum(p[-1])) &&
		    !g_ascii_isalnum(p[size]) && ((guchar)p[size] < 0x80))
			return TRUE;
		p += size;
	}
	return FALSE;
}

/* "Example Helpdesk <x@elsewhere>" to somebody at example.org. Whom Example
   pays to write to its people does the same. */
static void check_organisation(const struct warden_sender *sender)
{
	gsize size = strcspn(sender->recipient_domain, ".");
	g_autofree char *label = g_strndup(sender->recipient_domain, size);
	g_autofree char *lower = g_utf8_strdown(sender->name, -1);

	if (size < ORGANISATION_NAME_MIN || sender->proof ==
	    WARDEN_SENDER_PROVED ||
	    strcmp(sender->domain, sender->recipient_domain) == 0 ||
	    warden_mailbox_is_free(sender->recipient_domain) ||
	    g_str_has_prefix(label, "xn--") ||
	    strchr(sender->name, '@') != NULL ||
	    /* its own name, too: example.com to example.org */
	    strstr(sender->host, label) != NULL ||
	    !has_word(lower, label, size))
		return;
	warden_findings_add(sender->findings, "SENDER_NAME_OF_RECIPIENT", "",
			    "\"%s\" writes from %s", sender->name,
			    sender->host);
}

/* "example.org <x@elsewhere.example>", "example.org Support <…>". Own names with
   another ending, and what a list passes on, are nothing. */
static bool is_sister(const char *domain, const char *other)
{
	gsize size = strcspn(domain, ".");

	return size == strcspn(other, ".") &&
	       strncmp(domain, other, size) == 0;
}

/* Both below one suffix of a government or of universities. */
static bool is_public_body(const char *domain, const char *other)
{
	static const char *const starts[] = {
		".gov.", ".gouv.", ".gob.", ".gub.", ".go.", ".edu.", ".ac.",
	};
	const char *suffix = strchr(domain, '.');
	const char *of_other = strchr(other, '.');

	if (suffix == NULL || of_other == NULL ||
	    strcmp(suffix, of_other) != 0)
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		if (g_str_has_prefix(suffix, starts[i]))
			return TRUE;
	}
	return FALSE;
}

static void check_name_is_domain(const struct warden_sender *sender)
{
	g_autofree char *name = g_utf8_strdown(sender->name, -1);
	const char *start = name + strspn(name, " \"'[(<-");
	const char *domain;

	if (sender->proof == WARDEN_SENDER_PROVED || sender->domain[0] == '\0' ||
	    sender->input->facts->header.list_id[0] != '\0')
		return;
	g_autofree char *word =
		g_strndup(start, strcspn(start, " \"'])>:,;|"));
	g_autofree char *host = strpbrk(word, "@/") != NULL ? NULL :
		warden_url_host_ascii(word);
	domain = host == NULL || !warden_url_has_known_tld(host) ? NULL :
		warden_url_registrable(host);
	if (domain == NULL || strcmp(domain, sender->domain) == 0 ||
	    is_sister(domain, sender->domain) ||
	    is_public_body(domain, sender->domain) ||
	    strstr(sender->host, domain) != NULL)
		return;
	warden_findings_add(sender->findings, "SENDER_NAME_DOMAIN", "",
			    "\"%s\" writes from %s", sender->name,
			    sender->host);
}

/* --- the name itself ------------------------------------------------------------ */

/* Joiners of emoji and of scripts that need them are not among them. */
static bool is_invisible(gunichar c)
{
	return c == 0xad || c == 0x200b || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* One bit for each script whose letters are taken for another's. */
static guint script_bit(gunichar c)
{
	if (!g_unichar_isalpha(c))
		return 0;
	switch (g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_LATIN:
		return 1 << 0;
	case G_UNICODE_SCRIPT_CYRILLIC:
		return 1 << 1;
	case G_UNICODE_SCRIPT_GREEK:
		return 1 << 2;
	case G_UNICODE_SCRIPT_ARMENIAN:
		return 1 << 3;
	case G_UNICODE_SCRIPT_CHEROKEE:
		return 1 << 4;
	default:
		return 0;
	}
}

static const char *disguise_of(const char *name)
{
	bool after_letter = FALSE;
	guint scripts = 0, letters = 0;

	for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		/* amid a word: elsewhere it is some program's dirt */
		if (is_invisible(c) && after_letter &&
		    g_unichar_isalpha(g_utf8_get_char(g_utf8_next_char(p))))
			return "invisible characters";
		after_letter = g_unichar_isalpha(c);
		letters = after_letter ? letters + 1 : 0;
		scripts = after_letter ? scripts | script_bit(c) : 0;
		/* "µTorrent": one foreign letter may begin a name */
		if (letters > 3 && (scripts & (scripts - 1)) != 0)
			return "letters of two scripts";
	}
	return NULL;
}

static void check_disguise(const struct warden_sender *sender)
{
	const char *disguise = disguise_of(sender->name);

	if (disguise != NULL)
		warden_findings_add(sender->findings, "SENDER_NAME_DISGUISED",
				    "", "%s in \"%s\"", disguise,
				    sender->name);
}

/* What only an organisation has: no small firm calls its mailbox so. */
static void check_role(const struct warden_sender *sender)
{
	static const char *const roles[] = {
		"account", "accounts", "administrator", "helpdesk", "it-support",
		"itsupport", "mail-admin", "payroll", "security", "webmail",
		"kundenservice", "sicherheit", "servicio", "seguridad",
		"sécurité", "sicurezza",
	};
	g_autofree char *lower = g_utf8_strdown(sender->name, -1);

	if (!warden_mailbox_is_free(sender->domain) ||
	    sender->domain != sender->host)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
		if (!has_word(lower, roles[i], strlen(roles[i])))
			continue;
		warden_findings_add(sender->findings, "SENDER_FREEMAIL_ROLE",
				    "", "\"%s\" writes from %s", sender->name,
				    sender->address);
		return;
	}
}

/* --- where answers go ------------------------------------------------------------- */

static bool is_similar(const char *host, const char *domain)
{
	struct warden_lookalike_set *set = warden_lookalike_set_new();
	struct warden_lookalike found = { .kind = WARDEN_LOOKALIKE_NO };

	warden_lookalike_set_add(set, domain, FALSE, NULL);
	(void)warden_lookalike_find(set, host, &found);
	warden_lookalike_set_free(set);
	return found.kind >= WARDEN_LOOKALIKE_LETTER &&
	       found.kind != WARDEN_LOOKALIKE_EXACT &&
	       found.kind != WARDEN_LOOKALIKE_WORD;
}

/* Sites' forms do it: then the address is that of a visitor, whose name is
   another than the site's. */
static bool is_same_name(const struct warden_sender *sender,
			 const struct warden_address *reply)
{
	g_autofree char *from = warden_house_fold_name(sender->name);
	g_autofree char *to = warden_house_fold_name(reply->name);

	return from[0] != '\0' && strcmp(from, to) == 0;
}

static void check_reply_to(const struct warden_sender *sender,
			   const struct warden_address *reply)
{
	g_autofree char *host = warden_address_host(reply->address);
	const char *domain = warden_host_domain(host);

	if (warden_mailbox_is_disposable(domain))
		warden_findings_add(sender->findings, "SENDER_DISPOSABLE", "",
				    "answers go to %s", reply->address);
	if (host[0] == '\0' || strcmp(domain, sender->domain) == 0 ||
	    warden_mailbox_is_free(sender->domain) ||
	    /* what mailing lists make of addresses whose domain has DMARC */
	    g_str_has_suffix(sender->host, ".invalid"))
		return;
	if (warden_mailbox_is_free(domain) && is_same_name(sender, reply))
		warden_findings_add(sender->findings, "REPLY_TO_FREEMAIL", "",
				    "\"%s\" writes from %s, answers go to %s",
				    sender->name, sender->host, domain);
	else if (is_similar(host, sender->domain))
		warden_findings_add(sender->findings, "REPLY_TO_LOOKALIKE",
				    "", "it is from %s, answers go to %s",
				    sender->host, host);
}

/* --- recipients and subject --------------------------------------------------------- */

static void check_recipients(const struct warden_sender *sender)
{
	const struct warden_header_facts *header =
		&sender->input->facts->header;

	if (header->to->len == 0 && header->list_id[0] == '\0' &&
	    header->list_unsubscribe[0] == '\0')
		warden_findings_add(sender->findings, "RECIPIENTS_HIDDEN", "",
				    "no address in To and Cc");
	/* what people send themselves is proved, or is not asked for: their
	   own server takes it in */
	if (sender->recipient[0] != '\0' && header->list_id[0] == '\0' &&
	    header->list_unsubscribe[0] == '\0' &&
	    sender->proof != WARDEN_SENDER_PROVED &&
	    strcmp(sender->recipient, sender->address) == 0)
		warden_findings_add(sender->findings, "SENDER_IS_RECIPIENT",
				    "", "%s", sender->address);
}

/* "[EXTERNAL]" and its like are put there by the recipient's own server. */
static bool is_fake_tag(const char *subject)
{
	static const char *const tags[] = {
		"[internal]", "[intern]", "[verified]", "[verified sender]",
		"[trusted]", "[trusted sender]", "[safe]", "[safe sender]",
		"[secure sender]",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
		if (g_ascii_strncasecmp(subject, tags[i],
					strlen(tags[i])) == 0)
			return TRUE;
	}
	return FALSE;
}

static void check_subject(const struct warden_sender *sender)
{
	const char *subject = sender->input->facts->header.subject;
	g_autofree char *lower = g_utf8_strdown(subject, -1);

	if (is_fake_tag(subject) &&
	    sender->proof != WARDEN_SENDER_PROVED)
		warden_findings_add(sender->findings, "SUBJECT_FAKE_TAG", "",
				    "\"%s\"", subject);
	/* "ben@example.org: your password": nobody who knows Ben */
	if (sender->recipient[0] != '\0' &&
	    strcmp(sender->domain, sender->recipient_domain) != 0 &&
	    strstr(lower, sender->recipient) != NULL)
		warden_findings_add(sender->findings,
				    "SUBJECT_NAMES_RECIPIENT", "", "\"%s\"",
				    subject);
}

void warden_sender_check_names(const struct warden_sender *sender)
{
	const GPtrArray *reply_to = sender->input->facts->header.reply_to;

	if (sender->host[0] == '\0')
		return;
	check_recipients(sender);
	check_person(sender);
	check_lookalike(sender);
	check_organisation(sender);
	check_name_is_domain(sender);
	check_disguise(sender);
	check_role(sender);
	check_subject(sender);
	if (warden_mailbox_is_disposable(sender->domain))
		warden_findings_add(sender->findings, "SENDER_DISPOSABLE", "",
				    "it is from %s", sender->address);
	for (guint i = 0; i < reply_to->len; i++)
		check_reply_to(sender, reply_to->pdata[i]);
}
