#include "warden-config.h"

#include "from.h"
#include "sender-private.h"
#include "url.h"

#include <string.h>

/* Who a mail says that it is from. */

static const struct warden_symbol symbols[] = {
	{ "AUTH_FAILED", "sender", "T1672" },
	{ "AUTH_NONE", "sender", "T1672" },
	{ "AUTH_PASS", "sender", "" },
	{ "BURST", "history", "" },
	{ "CONTACT_PROVEN", "history", "" },
	{ "FIRST_CONTACT", "history", "" },
	{ "KNOWN_CONTACT", "history", "" },
	{ "MULTIPLE_FROM", "sender", "T1672" },
	{ "RECIPIENTS_HIDDEN", "sender", "" },
	{ "REPLY_TO_FREEMAIL", "sender", "T1656" },
	{ "REPLY_TO_LOOKALIKE", "sender", "T1656" },
	{ "REPLY_WITHOUT_THREAD", "history", "T1656" },
	{ "SENDER_DISPOSABLE", "sender", "" },
	{ "SENDER_FREEMAIL_ROLE", "sender", "T1656" },
	{ "SENDER_IS_RECIPIENT", "sender", "T1672" },
	{ "SENDER_NAME_ADDRESS", "sender", "T1656" },
	{ "SENDER_NAME_DISGUISED", "sender", "T1656" },
	{ "SENDER_NAME_DOMAIN", "sender", "T1656" },
	{ "SENDER_NAME_OF_CONTACT", "history", "T1656" },
	{ "SENDER_NAME_OF_RECIPIENT", "sender", "T1656" },
	{ "SENDER_OWN_DOMAIN_UNAUTHENTICATED", "sender", "T1672" },
	{ "SENDER_OWN_LOOKALIKE", "sender", "T1656" },
	{ "SENDER_OWN_SIMILAR", "sender", "T1656" },
	{ "SENDER_VIP_NAME", "sender", "T1656" },
	{ "SIGNATURE_ALTERED", "sender", "" },
	{ "SIGNATURE_ALTERED_OWN", "sender", "T1656" },
	{ "SIGNATURE_EXPIRED", "sender", "" },
	{ "SIGNATURE_INVALID", "sender", "" },
	{ "SIGNATURE_OTHER_SIGNER", "sender", "T1656" },
	{ "SIGNATURE_PARTIAL", "sender", "T1656" },
	{ "SIGNATURE_UNKNOWN_SIGNER", "sender", "" },
	{ "SIGNATURE_VALID", "sender", "" },
	{ "SUBJECT_FAKE_TAG", "sender", "T1656" },
	{ "SUBJECT_NAMES_RECIPIENT", "sender", "T1656" },
};

/* The host of the first address inside a display name, NULL if there is none.
   Owned by the caller. */
static char *address_in_name(const char *name)
{
	const char *at = strchr(name, '@');
	gsize size = 0;

	if (at == NULL || at == name || !g_ascii_isgraph(at[-1]))
		return NULL;
	while (g_ascii_isalnum(at[1 + size]) || at[1 + size] == '.' ||
	       at[1 + size] == '-')
		size++;
	if (size == 0)
		return NULL;
	g_autofree char *host = g_strndup(at + 1, size);
	char *ascii = warden_url_host_ascii(host);

	if (!warden_url_has_known_tld(ascii))
		g_clear_pointer(&ascii, g_free);
	return ascii;
}

/* Many clients show the name alone: "service@bank.example" <x@elsewhere>. A
   mailing list that writes "ann@example.org via list" does the same, which is
   why this says little on its own. */
static void check_name(const struct warden_address *from,
		       struct warden_findings *findings)
{
	g_autofree char *shown = address_in_name(from->name);
	g_autofree char *host = warden_address_host(from->address);
	const char *shown_domain, *domain;

	if (shown == NULL || *host == '\0')
		return;
	shown_domain = warden_url_registrable(shown);
	domain = warden_url_registrable(host);
	if (shown_domain == NULL || domain == NULL ||
	    strcmp(shown_domain, domain) == 0)
		return;
	warden_findings_add(findings, "SENDER_NAME_ADDRESS", "",
			    "the name shows an address at %s, the mail is from"
			    " %s", shown, host);
}

/* --- all of them ---------------------------------------------------------- */

static char *recipient_of(const struct warden_check_input *input)
{
	const GPtrArray *to = input->facts->header.to;
	const char *recipient = input->envelope->recipient;

	if (recipient[0] == '\0' && to->len == 1) {
		const struct warden_address *only = to->pdata[0];

		recipient = only->address;
	}
	return g_utf8_strdown(recipient, -1);
}

static void check_first(const struct warden_check_input *input,
			struct warden_findings *findings)
{
	const GPtrArray *from = input->facts->header.from;
	const struct warden_address *first =
		from->len == 0 ? NULL : from->pdata[0];
	struct warden_sender sender = {
		.input = input, .findings = findings,
		.name = first == NULL ? "" : first->name,
		.address = g_utf8_strdown(first == NULL ? "" : first->address,
					  -1),
		.recipient = recipient_of(input),
	};

	sender.host = warden_address_host(sender.address);
	sender.domain = warden_host_domain(sender.host);
	sender.recipient_host = warden_address_host(sender.recipient);
	sender.recipient_domain = warden_host_domain(sender.recipient_host);
	warden_sender_check_auth(&sender);
	warden_sender_check_signatures(&sender);
	warden_sender_check_names(&sender);
	warden_sender_check_past(&sender);
	g_free(sender.address);
	g_free(sender.host);
	g_free(sender.recipient);
	g_free(sender.recipient_host);
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const GPtrArray *from = input->facts->header.from;

	check_first(input, findings);

	for (guint i = 0; i < from->len; i++)
		check_name(g_ptr_array_index(from, i), findings);
	/* RFC 5322 3.6.2 allows it, with a Sender field; RFC 7489 6.6.1 treats
	   it as an attack, since clients differ in which one they show. */
	if (from->len > 1 && input->facts->header.sender == NULL) {
		warden_findings_add(findings, "MULTIPLE_FROM", "",
				    "%u addresses in From", from->len);
	}
}

const struct warden_check warden_check_sender = {
	.name = "sender",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
