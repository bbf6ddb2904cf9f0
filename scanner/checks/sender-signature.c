#include "warden-config.h"

#include "sender-private.h"

#include <string.h>

/* What the reader found about signatures (S/MIME, OpenPGP), held against who
   the mail says that it is from. */

static bool is_status(const struct warden_signature *signature,
		      const char *status)
{
	return strcmp(signature->status, status) == 0;
}

/* The signature covers less than what is shown. */
static const struct warden_trait *
find_partial(const struct warden_sender *sender,
	     const struct warden_signature *signature)
{
	const GPtrArray *traits = sender->input->facts->traits;

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait = traits->pdata[i];

		if (strcmp(trait->code, "signature-partial") == 0 &&
		    strcmp(trait->part, signature->part) == 0)
			return trait;
	}
	return NULL;
}

static bool is_from_list(const struct warden_sender *sender)
{
	return sender->input->facts->header.list_id[0] != '\0';
}

static bool is_own(const struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;

	return site != NULL && site->house != NULL &&
	       warden_house_is_own(site->house, sender->host);
}

static bool is_one_of(const char *address, char **addresses)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);

	return address[0] != '\0' &&
	       g_strv_contains((const char *const *)addresses, lower);
}

/* RFC 8550 3: From or Sender. A list that sends under its own name puts the
   author into Reply-To. */
static bool may_sign(const struct warden_sender *sender, char **signers)
{
	const struct warden_header_facts *header =
		&sender->input->facts->header;

	if (header->sender != NULL &&
	    is_one_of(header->sender->address, signers))
		return TRUE;
	for (guint i = 0; is_from_list(sender) &&
	     i < header->reply_to->len; i++) {
		const struct warden_address *address =
			header->reply_to->pdata[i];

		if (is_one_of(address->address, signers))
			return TRUE;
	}
	return FALSE;
}

static void check_valid(const struct warden_sender *sender,
			const struct warden_signature *signature)
{
	g_autofree char *lower = g_utf8_strdown(signature->signer, -1);
	g_auto(GStrv) signers = g_strsplit(lower, " ", -1);
	const struct warden_trait *partial = find_partial(sender, signature);

	/* a certificate of no address says nothing about From */
	if (lower[0] == '\0')
		return;
	if (partial != NULL && !is_from_list(sender))
		warden_findings_add(sender->findings, "SIGNATURE_PARTIAL",
				    signature->part, "%s", partial->detail);
	if (!is_one_of(sender->address, signers)) {
		if (!may_sign(sender, signers))
			warden_findings_add(
				sender->findings, "SIGNATURE_OTHER_SIGNER",
				signature->part, "%s signed, the mail is from"
				" %s", lower, sender->address);
	} else if (partial == NULL &&
		   sender->input->facts->header.from->len == 1) {
		warden_findings_add(sender->findings, "SIGNATURE_VALID",
				    signature->part, "%s", sender->address);
	}
}

/* Lists, gateways and virus scanners add lines to what others signed. Who
   writes from an own domain passes none but our own. */
static void check_altered(const struct warden_sender *sender,
			  const struct warden_signature *signature)
{
	warden_findings_add(sender->findings, is_own(sender) &&
			    !is_from_list(sender) ? "SIGNATURE_ALTERED_OWN" :
			    "SIGNATURE_ALTERED", signature->part, "%s",
			    signature->detail);
}

static void check_one(const struct warden_sender *sender,
		      const struct warden_signature *signature)
{
	static const struct {
		const char *status, *symbol;
	} facts[] = {
		{ "unknown", "SIGNATURE_UNKNOWN_SIGNER" },
		{ "expired", "SIGNATURE_EXPIRED" },
		{ "invalid", "SIGNATURE_INVALID" },
	};

	if (is_status(signature, "valid"))
		check_valid(sender, signature);
	else if (is_status(signature, "altered"))
		check_altered(sender, signature);
	for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
		if (is_status(signature, facts[i].status))
			warden_findings_add(sender->findings, facts[i].symbol,
					    signature->part, "%s",
					    signature->detail);
	}
}

void warden_sender_check_signatures(const struct warden_sender *sender)
{
	const GPtrArray *signatures = sender->input->facts->signatures;

	for (guint i = 0; i < signatures->len; i++)
		check_one(sender, signatures->pdata[i]);
}
